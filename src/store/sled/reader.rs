//! Reads at one revision.

use std::ops::{Bound, Range};
use std::sync::Arc;

use async_trait::async_trait;
use sled::Db;

use super::keys::{self, Place};
use super::places::{about, place};
use super::record::envelope::damaged;
use super::record::log::Value as _;
use super::record::version::Version;
use super::shared::Shared;
use super::source::{Entry, Source as _};
use super::{error, off_the_workers, scan};
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::record::Stored;
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::domain::time::Timestamp;
use crate::store::leases::Lease;
use crate::store::{
    ArticleState, At, Change, Erased, Error, Floor, Head, LoadBody, Page, Reader, Scan, State,
};

/// More names than this are read off the async workers.
const INLINE_NAMES: usize = 32;

/// A pinned revision. What it reads is never overwritten, nor pruned meanwhile.
pub(super) struct SledReader {
    shared: Arc<Shared>,
    revision: Revision,
    _lease: Lease,
}

impl SledReader {
    /// A reader of the revision that is asked for.
    pub(super) fn pin(shared: &Arc<Shared>, at: At) -> Result<Self, Error> {
        let (revision, lease) = shared.read(|db| pin(db, shared, at))?;
        Ok(Self { shared: Arc::clone(shared), revision, _lease: lease })
    }

    /// Reads on this thread if it is little, else where it holds up nobody.
    async fn read<T: Send + 'static>(
        &self,
        little: bool,
        look: impl FnOnce(&Db, Revision) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let revision = self.revision;
        if little {
            return self.shared.read(|db| look(db, revision));
        }
        let shared = Arc::clone(&self.shared);
        off_the_workers(move || shared.read(|db| look(db, revision))).await
    }
}

#[async_trait]
impl Reader for SledReader {
    fn revision(&self) -> Revision {
        self.revision
    }

    async fn state(&self, name: &RecordName, body: LoadBody) -> Result<State, Error> {
        self.shared.read(|db| state(db, self.revision, name, body))
    }

    async fn states(&self, names: &[RecordName], body: LoadBody) -> Result<Vec<State>, Error> {
        let little = names.len() <= INLINE_NAMES;
        let names = names.to_vec();
        let look = move |db: &Db, revision| {
            names.iter().map(|name| state(db, revision, name, body)).collect()
        };
        self.read(little, look).await
    }

    async fn article_by_url(&self, url: &CanonicalUrl) -> Result<Option<ArticleId>, Error> {
        self.shared.read(|db| article_by_url(db, self.revision, url))
    }

    async fn states_of(
        &self,
        name: &RecordName,
        before: Option<Revision>,
        limit: usize,
        body: LoadBody,
    ) -> Result<Vec<ArticleState>, Error> {
        let name = name.clone();
        let little = limit <= INLINE_NAMES;
        let look = move |db: &Db, revision: Revision| {
            let newest = match before {
                Some(Revision(0)) => return Ok(Vec::new()),
                Some(before) => revision.min(Revision(before.0 - 1)),
                None => revision,
            };
            states_of(db, newest, &name, limit, body)
        };
        self.read(little, look).await
    }

    async fn list(&self, scan: &Scan) -> Result<Page, Error> {
        let owned = scan.clone();
        self.read(scan::is_little(scan), move |db, revision| scan::page(db, revision, &owned)).await
    }
}

/// The revision that a reader pins, and what keeps it.
fn pin(db: &Db, shared: &Shared, at: At) -> Result<(Revision, Lease), Error> {
    // While the floor is held, nothing that is looked at here can go.
    let (floor, _held) = shared.leases.take_floor();
    let head = shared.head();
    let revision = match at {
        At::Head => Some(head.revision),
        At::Revision(asked) => Some(asked).filter(|asked| *asked <= head.revision),
        At::Time(asked) if head.time.is_some_and(|time| time <= asked) => Some(head.revision),
        At::Time(asked) => revision_at(db, floor, head, asked)?,
    };
    let lease = |revision| Some((revision, shared.leases.take(revision)?));
    revision.and_then(lease).ok_or_else(|| Error::out_of_range(&at, floor, head))
}

/// The newest commit at or before a time. Times rise with revisions, so the log
/// itself can be searched.
fn revision_at(
    db: &Db,
    floor: Floor,
    head: Head,
    asked: Timestamp,
) -> Result<Option<Revision>, Error> {
    let (mut low, mut high) = (floor.revision, head.revision);
    while low < high {
        let middle = Revision(low.0 + (high.0 - low.0).div_ceil(2));
        let end = keys::change(high.next());
        match db.first(&keys::change(middle), &end)? {
            Some((key, value)) => match Change::open(db, &key, &value)? {
                change if change.time <= asked => low = change.revision,
                _ => high = Revision(middle.0 - 1),
            },
            None => high = Revision(middle.0 - 1),
        }
    }
    let in_reach = low > floor.revision || floor.time.is_some_and(|time| time <= asked);
    Ok(in_reach.then_some(low))
}

/// The commits after one revision and up to the head.
pub(super) fn changes(
    db: &Db,
    shared: &Shared,
    after: Revision,
    limit: usize,
) -> Result<Vec<Change>, Error> {
    let head = shared.head();
    let Some(_lease) = shared.leases.take(after) else {
        return Err(Error::out_of_range(&At::Revision(after), shared.leases.floor(), head));
    };
    if after >= head.revision {
        return Ok(Vec::new());
    }
    let bounds =
        (Bound::Included(keys::change(after.next())), Bound::Included(keys::change(head.revision)));
    let read = |entry: sled::Result<Entry>| {
        let (key, value) = entry.map_err(error::read)?;
        Change::open(db, &key, &value)
    };
    db.range(bounds).take(limit).map(read).collect()
}

/// The durable erasures between two keys.
pub(super) fn erasures(
    db: &Db,
    head: Revision,
    keys: Range<Vec<u8>>,
    limit: usize,
) -> Result<Vec<Erased>, Error> {
    let read = |entry: sled::Result<Entry>| {
        let (key, value) = entry.map_err(error::read)?;
        Erased::open(db, &key, &value)
    };
    let durable = |erased: &Result<Erased, Error>| match erased {
        Ok(erased) => erased.revision <= head,
        Err(_) => true,
    };
    db.range(keys).map(read).filter(durable).take(limit).collect()
}

/// The newest version at a place at or before a revision, with its key.
pub(super) fn version_at(
    db: &Db,
    revision: Revision,
    place: &Place,
) -> Result<Option<(sled::IVec, Version)>, Error> {
    let found = db.first(&place.version(revision), &place.end())?;
    found
        .map(|(key, value)| {
            let version = Version::open(db, &key, &value)?;
            Ok((key, version))
        })
        .transpose()
}

/// The record of a version that is no deletion; `None` where an erasure came
/// between the version and its text.
pub(super) fn stored(
    db: &Db,
    key: &[u8],
    version: &Version,
    body: LoadBody,
) -> Result<Option<Stored>, Error> {
    let mut stored = version.record(key)?;
    let there = body == LoadBody::No || load_text(db, key, version, &mut stored)?;
    Ok(there.then_some(stored))
}

/// Gives an article its text; `false` where it was erased meanwhile.
pub(super) fn load_text(
    db: &Db,
    key: &[u8],
    version: &Version,
    stored: &mut Stored,
) -> Result<bool, Error> {
    let Some(iid) = Place::of_version(key).and_then(|place| place.iid()) else { return Ok(true) };
    match version.load_body(db, iid, &mut stored.value) {
        Err(_) if reopened(db, key)?.deleted => Ok(false),
        loaded => loaded.map(|()| true),
    }
}

/// What stands under a version's key by now.
fn reopened(db: &Db, key: &[u8]) -> Result<Version, Error> {
    let missing = || damaged(key, "it is missing");
    let value = db.get(key)?.ok_or_else(missing)?;
    Version::open(db, key, &value)
}

fn state(db: &Db, revision: Revision, name: &RecordName, body: LoadBody) -> Result<State, Error> {
    let Some(place) = place(db, name)? else { return Ok(State::Never) };
    let read = || match version_at(db, revision, &place)? {
        None => Ok(State::Never),
        Some((key, version)) => Ok(match stored_state(db, &key, &version, body)? {
            ArticleState::Article(stored) => State::Live(stored),
            ArticleState::Deleted(deleted) => State::Deleted(deleted),
        }),
    };
    read().map_err(|error| about(|| Some(name.to_string()), error))
}

fn stored_state(
    db: &Db,
    key: &[u8],
    version: &Version,
    body: LoadBody,
) -> Result<ArticleState, Error> {
    if version.deleted {
        return Ok(ArticleState::Deleted(version.as_deleted(key)?));
    }
    match stored(db, key, version, body)? {
        Some(stored) => Ok(ArticleState::Article(stored)),
        None => Ok(ArticleState::Deleted(reopened(db, key)?.as_deleted(key)?)),
    }
}

/// The live article with the address, else the one that was deleted last.
fn article_by_url(
    db: &Db,
    revision: Revision,
    url: &CanonicalUrl,
) -> Result<Option<ArticleId>, Error> {
    let head = keys::url_head(url);
    let mut best = None;
    for entry in db.scan_prefix(&head) {
        let (key, value) = entry.map_err(error::read)?;
        if !keys::holds(&key, &value, revision) {
            continue;
        }
        let Some(place) = keys::index_place(&key, head.len(), keys::ARTICLE) else { continue };
        let Some((key, version)) = version_at(db, revision, &place)? else { continue };
        let name = match version.deleted {
            true => version.remains(&key)?.name,
            false => version.record(&key)?.name,
        };
        best = best.max(Some((!version.deleted, version.committed.revision, name)));
    }
    Ok(match best {
        Some((_, _, RecordName::Article(id))) => Some(id),
        _ => None,
    })
}

fn states_of(
    db: &Db,
    newest: Revision,
    name: &RecordName,
    limit: usize,
    body: LoadBody,
) -> Result<Vec<ArticleState>, Error> {
    let Some(place) = place(db, name)? else { return Ok(Vec::new()) };
    let read = |entry: sled::Result<Entry>| {
        let (key, value) = entry.map_err(error::read)?;
        let version = Version::open(db, &key, &value)?;
        stored_state(db, &key, &version, body)
    };
    db.range(place.version(newest)..place.end()).take(limit).map(read).collect()
}
