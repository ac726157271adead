//! What must hold of the store and of the group's earlier commits.

use super::group::Group;
use super::keys::{self, Place};
use super::places::{iid, place};
use super::requests;
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::store::{Conflict, Error, Precondition};

/// Judges what a batch requires.
pub(super) fn judge(group: &Group<'_>, require: &[Precondition]) -> Result<(), Error> {
    require.iter().try_for_each(|precondition| judge_one(group, precondition))
}

fn judge_one(group: &Group<'_>, precondition: &Precondition) -> Result<(), Error> {
    let conflict = match precondition {
        Precondition::Absent(name) => live_at(group, name)?.map(|_| Conflict::Exists(name.clone())),
        Precondition::Present(name) => match live_at(group, name)? {
            Some(_) => None,
            None => Some(Conflict::Missing(name.clone())),
        },
        Precondition::AtRevision(name, revision) => match live_at(group, name)? {
            Some(found) if found == *revision => None,
            Some(found) => Some(Conflict::Changed { name: name.clone(), found }),
            None => Some(Conflict::Missing(name.clone())),
        },
        Precondition::Unreferenced(name) => {
            referred(group, name)?.then(|| Conflict::Referenced(name.clone()))
        }
        Precondition::StatementsUnmoved(article, since) => {
            moved(group, article, *since)?.then(|| Conflict::StatementsMoved(article.clone()))
        }
        Precondition::ReferrersUnmoved(name, since) => {
            newly_referred(group, name, *since)?.then(|| Conflict::ReferrersMoved(name.clone()))
        }
        Precondition::Unremembered(key, now) => {
            let known = requests::remembered(group, key)?.filter(|known| *now < known.expires);
            known.map(|_| Conflict::Remembered(key.request_id))
        }
    };
    conflict.map_or(Ok(()), |conflict| Err(Error::Conflict(conflict)))
}

/// The revision of the newest state of a record that is live.
fn live_at(group: &Group<'_>, name: &RecordName) -> Result<Option<Revision>, Error> {
    let Some(place) = place(group, name)? else { return Ok(None) };
    let newest = group.newest(&place)?.filter(|(_, version)| !version.deleted);
    Ok(newest.map(|(_, version)| version.committed.revision))
}

/// Whether a live record refers to one.
fn referred(group: &Group<'_>, name: &RecordName) -> Result<bool, Error> {
    let mut prefixes = vec![keys::referrers(name)];
    if let RecordName::Entity(entity) = name {
        prefixes.push(keys::speaker(entity));
        prefixes.push(keys::mention(entity));
        prefixes.push(keys::publisher(&entity.to_string()));
    }
    let mut referred = false;
    for prefix in prefixes {
        group.each_open(&prefix, |_| {
            referred = true;
            Ok(false)
        })?;
    }
    Ok(referred)
}

/// Whether a record has come to refer to one after a revision.
fn newly_referred(group: &Group<'_>, name: &RecordName, since: Revision) -> Result<bool, Error> {
    let mut newly = false;
    group.each_open(&keys::referrers(name), |key| {
        newly = keys::last_revision(key).is_some_and(|from| from > since);
        Ok(!newly)
    })?;
    Ok(newly)
}

/// Whether a statement of an article was written or deleted after a revision.
fn moved(group: &Group<'_>, article: &ArticleId, since: Revision) -> Result<bool, Error> {
    let Some(iid) = iid(group, keys::ARTICLE_ID, article.as_str())? else { return Ok(false) };
    let statements = Place::statements(iid);
    group.any_key(&statements, |key| keys::version_revision(key).is_some_and(|at| at > since))
}

/// The live article, other than the one at `place`, that has an address.
pub(super) fn holder(
    group: &Group<'_>,
    place: &Place,
    url: &CanonicalUrl,
) -> Result<Option<ArticleId>, Error> {
    let head = keys::url_head(url);
    let mut holder = None;
    group.each_open(&head, |key| {
        let other = keys::index_place(key, head.len(), keys::ARTICLE);
        let Some(other) = other.filter(|other| other != place) else { return Ok(true) };
        if let Some((key, version)) = group.newest(&other)?
            && !version.deleted
            && let RecordName::Article(id) = version.record(&key)?.name
        {
            holder = Some(id);
        }
        Ok(holder.is_none())
    })?;
    Ok(holder)
}
