//! Reads at one revision.

use async_trait::async_trait;

use super::Shared;
use super::history::{History, Version, address_hash};
use super::list::{self, Rank, Times};
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::store::leases::Lease;
use crate::store::{
    ArticleState, Cursor, Direction, Error, Item, LoadBody, Page, Reader, Scan, State,
};

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

/// A cursor is a mark of the scan and the revision, then the times and the name of
/// the last record gone by, which may have been erased since.
fn page(history: &History, scan: &Scan, revision: Revision) -> Result<Page, Error> {
    let mark = mark(scan, revision);
    let mut last = scan.after.clone();
    let behind = last.as_ref().map(|cursor| last_rank(history, scan, cursor, &mark)).transpose()?;
    let is_behind = |rank: &Rank| match (&behind, scan.direction) {
        (None, _) => true,
        (Some(behind), Direction::Along) => rank > behind,
        (Some(behind), Direction::Against) => rank < behind,
    };
    let mut records = list::along(history, scan, revision);
    records.retain(|(rank, _)| is_behind(rank));
    let mut page = Page::default();
    let mut bytes = 0;
    for (scanned, (rank, record)) in records.into_iter().enumerate() {
        let spent = scanned > 0 && (scanned >= scan.max_scanned || bytes >= scan.max_bytes);
        if spent || page.items.len() >= scan.limit {
            page.next = last;
            break;
        }
        let cursor = cursor(&mark, rank.0.0, &record.name);
        last = Some(cursor.clone());
        let passes = scan.filter.as_ref().is_none_or(|filter| filter.matches(&record));
        if passes {
            let record = shown(record, scan.body);
            bytes += about_bytes(&record);
            page.items.push(Item { record, cursor });
        }
    }
    Ok(page)
}

fn mark(scan: &Scan, revision: Revision) -> [u8; 32] {
    let Scan { path, direction, window, .. } = scan;
    let marked = format!("{path:?} {direction:?} {window:?} at {revision}");
    *blake3::hash(marked.as_bytes()).as_bytes()
}

fn cursor(mark: &[u8; 32], (first, second): Times, name: &RecordName) -> Cursor {
    let text = format!("{}|{}|{name}", told(first), told(second));
    Cursor([mark.as_slice(), text.as_bytes()].concat())
}

fn told(time: Option<i64>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}

fn last_rank(
    history: &History,
    scan: &Scan,
    cursor: &Cursor,
    mark: &[u8; 32],
) -> Result<Rank, Error> {
    let last = || {
        let text = str::from_utf8(cursor.0.strip_prefix(mark)?).ok()?;
        let (first, rest) = text.split_once('|')?;
        let (second, name) = rest.split_once('|')?;
        let time = |text: &str| match text {
            "" => Some(None),
            text => text.parse().ok().map(Some),
        };
        let name = name.parse().ok()?;
        Some(list::rank(history, &scan.path, (time(first)?, time(second)?), &name))
    };
    last().ok_or(Error::BadCursor)
}

/// What the record takes written out, which is a little more than on the wire.
fn about_bytes(record: &Stored) -> usize {
    format!("{:?}", record.value).len()
}
