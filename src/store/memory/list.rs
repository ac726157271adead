//! The records along a path: those of all records that are on it, sorted.

use std::cmp::Reverse;

use super::history::{History, Place};
use crate::domain::id::{RecordName, StatementId};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::store::Path;
use crate::store::catalogue::{self, IndexEntry};

/// A time to sort by: the newest first, `None` last. Records on a path that does
/// not order by time all have `None`.
type Newest = Reverse<Option<i64>>;

/// What comes after the time.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Order {
    /// By name.
    Name(RecordName),
    /// Articles before statements before entities, each by creation; statements
    /// by their article's creation, then by id.
    Creation(Kind, Option<Place>, Option<StatementId>),
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Article,
    Statement,
    Entity,
}

/// The records along `path` at `revision`, in its order.
pub(super) fn along(history: &History, path: &Path, revision: Revision) -> Vec<Stored> {
    let mut found: Vec<((Newest, Order), Stored)> = Vec::new();
    for (name, past) in history.pasts() {
        let Some(stored) = past.at(revision).and_then(|version| version.stored(name)) else {
            continue;
        };
        if let Some(time) = stands_on(path, name, &stored.value) {
            found.push(((time, order(history, path, name)), stored));
        }
    }
    found.sort_by(|(rank, _), (other, _)| rank.cmp(other));
    found.into_iter().map(|(_, stored)| stored).collect()
}

/// The time at which the record stands on the path; `None` where it does not.
fn stands_on(path: &Path, name: &RecordName, record: &Record) -> Option<Newest> {
    let anywhere = |stands: bool| stands.then_some(Reverse(None));
    match path {
        Path::ArticlesByName => anywhere(matches!(name, RecordName::Article(_))),
        Path::Statements => anywhere(matches!(name, RecordName::Statement(_))),
        Path::StatementsOf(article) => {
            anywhere(matches!(name, RecordName::Statement(name) if name.article == *article))
        }
        Path::Entities => anywhere(matches!(name, RecordName::Entity(_))),
        _ => catalogue::entries(name, record).into_iter().find_map(|entry| on(path, entry)),
    }
}

/// The same for a path that an index has.
fn on(path: &Path, entry: IndexEntry) -> Option<Newest> {
    match (path, entry) {
        (Path::Articles, IndexEntry::ArticleTime(time)) => Some(Reverse(time)),
        (Path::ArticlesByPublisher(asked), IndexEntry::ArticlePublisher(key, time))
            if asked.contains(&key) =>
        {
            Some(Reverse(time))
        }
        (Path::StatementsBySpeaker(asked), IndexEntry::StatementSpeaker(entity, time))
        | (Path::StatementsByMention(asked), IndexEntry::StatementMention(entity, time))
            if asked.contains(&entity) =>
        {
            Some(Reverse(time))
        }
        (Path::EntitiesByNameKey(asked), IndexEntry::EntityNameKey(key)) if *asked == key => {
            Some(Reverse(None))
        }
        (Path::EntitiesByExternalId(asked), IndexEntry::EntityExternalId(id)) if *asked == id => {
            Some(Reverse(None))
        }
        (Path::Referrers(asked), IndexEntry::Reference(target)) if *asked == target => {
            Some(Reverse(None))
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
