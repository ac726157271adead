//! The records along a path: those of all records that are on it, sorted.

use std::cmp::Reverse;

use super::history::{History, Place};
use crate::domain::id::{RecordName, StatementId};
use crate::domain::record::Stored;
use crate::domain::revision::Revision;
use crate::store::catalogue::{self, IndexEntry};
use crate::store::{Direction, Path, Scan};

/// What a record is sorted by.
pub(super) type Rank = (Newest, Order);

/// Times to sort by: the newest first, `None` last. Records on a path that does not
/// order by time all have `None`.
type Newest = Reverse<Times>;

/// The times that a record stands at on a path.
pub(super) type Times = (Option<i64>, Option<i64>);

/// What comes after the time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Order {
    /// By name.
    Name(RecordName),
    /// Articles before statements before entities, each by creation; statements
    /// by their article's creation, then by id.
    Creation(Kind, Option<Place>, Option<StatementId>),
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Article,
    Statement,
    Entity,
}

/// Where a record with these times stands or stood on a path; one that was erased
/// since has no times any more.
pub(super) fn rank(history: &History, path: &Path, times: Times, name: &RecordName) -> Rank {
    (Reverse(times), order(history, path, name))
}

/// The records that a scan goes by at `revision`, in its order.
pub(super) fn along(history: &History, scan: &Scan, revision: Revision) -> Vec<(Rank, Stored)> {
    let path = &scan.path;
    let mut found: Vec<(Rank, Stored)> = Vec::new();
    for (name, past) in history.pasts() {
        let Some(stored) = past.at(revision).and_then(|version| version.stored(name)) else {
            continue;
        };
        if let Some(time) = stands_on(path, &stored)
            && (!is_timed(path) || scan.window.holds(time.0.0))
        {
            found.push(((time, order(history, path, name)), stored));
        }
    }
    found.sort_by(|(rank, _), (other, _)| rank.cmp(other));
    if scan.direction == Direction::Against {
        found.reverse();
    }
    found
}

/// Whether a path is ordered by time.
fn is_timed(path: &Path) -> bool {
    matches!(
        path,
        Path::Articles
            | Path::ArticlesByPublisher(_)
            | Path::StatementsBySpeaker(_)
            | Path::StatementsByMention(_)
            | Path::StatementsByTime
            | Path::StatementsByReference
            | Path::StatementsByDue
    )
}

/// The time at which the record stands on the path; `None` where it does not.
fn stands_on(path: &Path, stored: &Stored) -> Option<Newest> {
    let Stored { name, value: record, committed } = stored;
    let created = || timed(Some(catalogue::created(committed.create_time)));
    let anywhere = |stands: bool| stands.then_some(untimed());
    match path {
        Path::ArticlesByName => anywhere(matches!(name, RecordName::Article(_))),
        Path::Statements => anywhere(matches!(name, RecordName::Statement(_))),
        Path::StatementsOf(article) => {
            anywhere(matches!(name, RecordName::Statement(name) if name.article == *article))
        }
        Path::Entities => anywhere(matches!(name, RecordName::Entity(_))),
        Path::ArticlesByCreation => matches!(name, RecordName::Article(_)).then(created),
        Path::StatementsByCreation => matches!(name, RecordName::Statement(_)).then(created),
        Path::EntitiesByCreation => matches!(name, RecordName::Entity(_)).then(created),
        _ => catalogue::entries(name, record).into_iter().find_map(|entry| on(path, entry)),
    }
}

fn untimed() -> Newest {
    Reverse((None, None))
}

fn timed(time: Option<i64>) -> Newest {
    Reverse((time, None))
}

fn spanned(span: Option<(i64, i64)>) -> Newest {
    Reverse((span.map(|(start, _)| start), span.map(|(_, end)| end)))
}

/// The same for a path that an index has.
fn on(path: &Path, entry: IndexEntry) -> Option<Newest> {
    match (path, entry) {
        (Path::Articles, IndexEntry::ArticleTime(time)) => Some(timed(time)),
        (Path::StatementsByTime, IndexEntry::StatementTime(span)) => Some(spanned(span)),
        (Path::StatementsByReference, IndexEntry::StatementReference(first, second))
        | (Path::StatementsByDue, IndexEntry::StatementDue(first, second)) => {
            Some(Reverse((Some(first), Some(second))))
        }
        (Path::ArticlesByPublisher(asked), IndexEntry::ArticlePublisher(key, time))
            if asked.contains(&key) =>
        {
            Some(timed(time))
        }
        (Path::StatementsBySpeaker(asked), IndexEntry::StatementSpeaker(entity, span))
        | (Path::StatementsByMention(asked), IndexEntry::StatementMention(entity, span))
            if asked.contains(&entity) =>
        {
            Some(spanned(span))
        }
        (Path::EntitiesByNameKey(asked), IndexEntry::EntityNameKey(key)) if *asked == key => {
            Some(untimed())
        }
        (Path::EntitiesByExternalId(asked), IndexEntry::EntityExternalId(id)) if *asked == id => {
            Some(untimed())
        }
        (Path::Referrers(asked), IndexEntry::Reference(target)) if *asked == target => {
            Some(untimed())
        }
        _ => None,
    }
}

fn order(history: &History, path: &Path, name: &RecordName) -> Order {
    if matches!(path, Path::ArticlesByName | Path::Entities | Path::StatementsOf(_)) {
        return Order::Name(name.clone());
    }
    let place = |name: &RecordName| history.past(name).map(|past| past.place);
    match name {
        RecordName::Article(_) => Order::Creation(Kind::Article, place(name), None),
        RecordName::Entity(_) => Order::Creation(Kind::Entity, place(name), None),
        RecordName::Statement(statement) => {
            let article = place(&RecordName::Article(statement.article.clone()));
            Order::Creation(Kind::Statement, article, Some(statement.statement.clone()))
        }
    }
}
