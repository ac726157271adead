//! Reads at one revision.

use async_trait::async_trait;

use super::history::{History, Version, address_hash};
use super::{Shared, list};
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::store::leases::Lease;
use crate::store::{ArticleState, Cursor, Error, Item, LoadBody, Page, Path, Reader, Scan, State};

/// A revision of a memory store. It copies nothing: what is stored never
/// changes, so it looks at the versions up to its own.
pub(super) struct MemoryReader {
    shared: Shared,
    revision: Revision,
    _lease: Lease,
}

impl MemoryReader {
    pub(super) fn new(shared: Shared, revision: Revision, lease: Lease) -> Self {
        Self { shared, revision, _lease: lease }
    }
}

#[async_trait]
impl Reader for MemoryReader {
    fn revision(&self) -> Revision {
        self.revision
    }

    async fn state(&self, name: &RecordName, body: LoadBody) -> Result<State, Error> {
        self.shared.read(|history| Ok(state(history, name, self.revision, body)))
    }

    async fn states(&self, names: &[RecordName], body: LoadBody) -> Result<Vec<State>, Error> {
        self.shared.read(|history| {
            let state = |name| state(history, name, self.revision, body);
            Ok(names.iter().map(state).collect())
        })
    }

    async fn article_by_url(&self, url: &CanonicalUrl) -> Result<Option<ArticleId>, Error> {
        self.shared.read(|history| Ok(article_by_url(history, url, self.revision)))
    }

    async fn states_of(
        &self,
        name: &RecordName,
        before: Option<Revision>,
        limit: usize,
        body: LoadBody,
    ) -> Result<Vec<ArticleState>, Error> {
        let asked =
            |version: &&Version| before.is_none_or(|before| version.committed.revision < before);
        self.shared.read(|history| {
            let versions = history.past(name).map_or(&[][..], |past| past.until(self.revision));
            let newest_first = versions.iter().rev().filter(asked).take(limit);
            Ok(newest_first.map(|version| article_state(name, version, body)).collect())
        })
    }

    async fn list(&self, scan: &Scan) -> Result<Page, Error> {
        self.shared.read(|history| page(history, scan, self.revision))
    }
}

fn state(history: &History, name: &RecordName, revision: Revision, body: LoadBody) -> State {
    match history.state(name, revision) {
        State::Live(stored) => State::Live(shown(stored, body)),
        other => other,
    }
}

fn article_state(name: &RecordName, version: &Version, body: LoadBody) -> ArticleState {
    match version.stored(name) {
        Some(stored) => ArticleState::Article(shown(stored, body)),
        None => ArticleState::Deleted(version.deleted()),
    }
}

/// The record with its text or without.
fn shown(mut stored: Stored, body: LoadBody) -> Stored {
    if let (Record::Article(article), LoadBody::No) = (&mut stored.value, body) {
        article.body.text = None;
    }
    stored
}

fn article_by_url(history: &History, url: &CanonicalUrl, revision: Revision) -> Option<ArticleId> {
    let address = address_hash(url);
    let holders = history.pasts().filter_map(|(name, past)| {
        let RecordName::Article(id) = name else { return None };
        let newest = past.at(revision)?;
        let holds = newest.address == Some(address);
        holds.then_some((newest.record.is_some(), newest.committed.revision, id))
    });
    // A live holder before a deleted one; of the deleted, the one deleted last.
    holders.max().map(|(_, _, id)| id.clone())
}

/// A cursor is a mark of the path and the revision, then the number of records
/// gone by.
fn page(history: &History, scan: &Scan, revision: Revision) -> Result<Page, Error> {
    let mark = mark(&scan.path, revision);
    let start = scan.after.as_ref().map_or(Ok(0), |cursor| position(cursor, &mark))?;
    let records = list::along(history, &scan.path, revision);
    let mut page = Page::default();
    let mut bytes = 0;
    for (scanned, record) in records.into_iter().skip(start).enumerate() {
        let spent = scanned > 0 && (scanned >= scan.max_scanned || bytes >= scan.max_bytes);
        if spent || page.items.len() >= scan.limit {
            page.next = Some(cursor(&mark, start + scanned));
            break;
        }
        let passes = scan.filter.as_ref().is_none_or(|filter| filter.matches(&record));
        if passes {
            let record = shown(record, scan.body);
            bytes += about_bytes(&record);
            page.items.push(Item { record, cursor: cursor(&mark, start + scanned + 1) });
        }
    }
    Ok(page)
}

fn mark(path: &Path, revision: Revision) -> [u8; 32] {
    *blake3::hash(format!("{path:?} at {revision}").as_bytes()).as_bytes()
}

fn cursor(mark: &[u8; 32], position: usize) -> Cursor {
    Cursor([mark.as_slice(), &(position as u64).to_be_bytes()].concat())
}

fn position(cursor: &Cursor, mark: &[u8; 32]) -> Result<usize, Error> {
    let position = cursor.0.strip_prefix(mark).ok_or(Error::BadCursor)?;
    let position = position.try_into().map(u64::from_be_bytes).map_err(|_| Error::BadCursor)?;
    usize::try_from(position).map_err(|_| Error::BadCursor)
}

/// What the record takes written out, which is a little more than on the wire.
fn about_bytes(record: &Stored) -> usize {
    format!("{:?}", record.value).len()
}
