//! Who refers to a record, and taking references away.

use std::collections::{BTreeMap, HashSet};

use super::error::Error;
use super::plan::Plan;
use crate::domain::id::RecordName;
use crate::domain::record::{Record, Stored};
use crate::store::{Mutation, Path, Precondition, Reader, Scan};

/// Counting of referrers stops here.
pub(super) const MAX_COUNTED: usize = 1_000;
/// How many referrers an error names.
const NAMED: usize = 10;

/// The paths that together lead to everything that refers to a record.
fn paths(name: &RecordName) -> Vec<Path> {
    let own = Path::Referrers(name.clone());
    match name {
        RecordName::Article(article) => vec![Path::StatementsOf(article.clone()), own],
        RecordName::Statement(_) => vec![own],
        RecordName::Entity(entity) => vec![
            Path::StatementsBySpeaker([entity.clone()].into()),
            Path::StatementsByMention([entity.clone()].into()),
            Path::ArticlesByPublisher([entity.to_string()].into()),
            own,
        ],
    }
}

/// Fails where records refer to `name`, with their count and the first of them.
pub(super) async fn refuse_if_referenced(
    reader: &dyn Reader,
    name: &RecordName,
) -> Result<(), Error> {
    let mut found: Vec<RecordName> = Vec::new();
    for path in paths(name) {
        let left = (MAX_COUNTED + 1).saturating_sub(found.len());
        let page = reader.list(&Scan::all(path, left)).await?;
        for item in page.items {
            let referrer = item.record.name;
            // A record may refer to itself, and by several paths to the same one.
            if referrer != *name && !found.contains(&referrer) {
                found.push(referrer);
            }
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let more = found.len() > MAX_COUNTED;
    let count = found.len().min(MAX_COUNTED);
    found.truncate(NAMED);
    Err(Error::Referenced { name: name.clone(), count, more, first: found })
}

/// Plans to take away every reference to the articles and statements that go, from
/// records that stay.
pub(super) async fn detach(
    reader: &dyn Reader,
    going: &[RecordName],
    plan: &mut Plan,
) -> Result<(), Error> {
    let mut changed: BTreeMap<RecordName, Stored> = BTreeMap::new();
    let all_going: HashSet<&RecordName> = going.iter().collect();
    for name in going {
        let mut scan = Scan::all(Path::Referrers(name.clone()), MAX_COUNTED);
        loop {
            let page = reader.list(&scan).await?;
            for record in page.items.into_iter().map(|item| item.record) {
                if !all_going.contains(&record.name) {
                    let stored = changed.entry(record.name.clone()).or_insert(record);
                    strip(stored, name);
                }
            }
            match page.next {
                Some(cursor) => scan.after = Some(cursor),
                None => break,
            }
        }
    }
    for (name, stored) in changed {
        plan.require(Precondition::AtRevision(name.clone(), stored.committed.revision));
        plan.mutate(Mutation::Put(name, stored.value));
    }
    Ok(())
}

/// Takes every reference to an article or a statement out of a record.
fn strip(stored: &mut Stored, gone: &RecordName) {
    match (&mut stored.value, gone) {
        (Record::Article(article), RecordName::Article(gone)) => {
            article.duplicate_of = article.duplicate_of.take().filter(|name| name != gone);
        }
        (Record::Statement(statement), RecordName::Statement(gone)) => {
            statement.links.retain(|link| link.target != *gone);
            let sibling =
                matches!(&stored.name, RecordName::Statement(it) if it.article == gone.article);
            if sibling && statement.parent.as_ref() == Some(&gone.statement) {
                statement.parent = None;
            }
        }
        (Record::Entity(entity), RecordName::Statement(gone)) => {
            for occupancy in &mut entity.occupancies {
                occupancy.evidence = occupancy.evidence.take().filter(|name| name != gone);
            }
        }
        _ => {}
    }
}
