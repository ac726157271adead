//! Records and answers to the wire.

pub mod aggregate;
pub mod answer;
pub mod erasure;
pub mod graph;
pub mod import;
pub mod integrity;
pub mod quotation;
pub mod resolve;
mod search;
mod article;
mod statement;
mod entity;
mod selector;
mod time;
mod origin;
mod watch;

#[cfg(test)]
mod tests;

use crate::domain::id::RecordName;
use crate::domain::record::{Committed, Record, Stored};
use crate::domain::revision::Revision;
use crate::kb::Heard;
use crate::kb::error::Error;
use crate::kb::{Beside, Retention, SeenEntity};
use crate::rpc::pb;
use crate::store::{self, ArticleState, LoadBody};

pub use self::aggregate::aggregates;
pub use self::answer::{
    acknowledged, created_entity, created_statement, deleted_article, deleted_entity,
    deleted_statement, extracted, ingested, linked_statements, merged_entities, names_only_above,
    retracted_statement, unlinked_statements, unmerged_entities, updated_article, updated_entity,
    updated_statement,
};
pub use self::entity::entity_type;
pub use self::erasure::{erased, erasure, gone_record};
pub use self::graph::{neighbors, paths};
pub use self::import::{dangling_reference, exported, import_ack};
pub use self::integrity::{checked_index, integrity_finding};
pub use self::quotation::{
    found_quotation, listed_near_duplicates, listed_quotations, near_duplicate, origin_count,
    verified_quote,
};
pub use self::resolve::resolved;
pub use self::search::{derived_index, facet_counts, search_hit};
pub use self::time::{coarse, duration, timestamp};
pub use self::watch::watch_event;

/// An article; with its text only where `body` says so and it is loaded.
pub fn article(stored: Stored, body: LoadBody) -> Result<pb::Article, Error> {
    match stored.value {
        Record::Article(value) => {
            Ok(article::article(&stored.name, *value, &stored.committed, body))
        }
        Record::Statement(_) | Record::Entity(_) => Err(misplaced(&stored, "an article")),
    }
}

/// A statement.
pub fn statement(stored: Stored) -> Result<pb::Statement, Error> {
    match stored.value {
        Record::Statement(value) => {
            Ok(statement::statement(&stored.name, *value, &stored.committed))
        }
        Record::Article(_) | Record::Entity(_) => Err(misplaced(&stored, "a statement")),
    }
}

/// An article as readers see it.
pub fn seen_article(stored: Stored, body: LoadBody, beside: Beside) -> Result<pb::Article, Error> {
    let survivors = entity::survivors(beside.survivors);
    Ok(pb::Article { survivors, ..article(stored, body)? })
}

/// A statement as readers see it, with the links that point to it.
pub fn seen_statement(stored: Stored, beside: Beside) -> Result<pb::Statement, Error> {
    let mut shown = statement(stored)?;
    shown.incoming_links = beside.incoming.into_iter().map(statement::incoming_link).collect();
    shown.survivors = entity::survivors(beside.survivors);
    Ok(shown)
}

/// An entity as readers see it.
#[must_use]
pub fn seen_entity(seen: SeenEntity) -> pb::Entity {
    entity::seen(seen)
}

/// An entity.
pub fn entity(stored: Stored) -> Result<pb::Entity, Error> {
    match stored.value {
        Record::Entity(value) => Ok(entity::entity(&stored.name, *value, &stored.committed)),
        Record::Article(_) | Record::Statement(_) => Err(misplaced(&stored, "an entity")),
    }
}

/// A record of any kind, articles with their text where it is loaded.
#[must_use]
pub fn record(stored: Stored) -> pb::Record {
    let Stored { name, value, committed } = stored;
    let record = match value {
        Record::Article(value) => {
            pb::record::Record::Article(article::article(&name, *value, &committed, LoadBody::Yes))
        }
        Record::Statement(value) => {
            pb::record::Record::Statement(statement::statement(&name, *value, &committed))
        }
        Record::Entity(value) => {
            pb::record::Record::Entity(entity::entity(&name, *value, &committed))
        }
    };
    pb::Record { record: Some(record) }
}

/// One stored state of an article.
pub fn article_version(
    name: &RecordName,
    state: ArticleState,
    body: LoadBody,
) -> Result<pb::ArticleVersion, Error> {
    match state {
        ArticleState::Article(stored) => Ok(pb::ArticleVersion {
            revision: revision(stored.committed.revision),
            deleted: false,
            article: Some(article(stored, body)?),
            erasure: None,
        }),
        ArticleState::Deleted(deleted) => Ok(pb::ArticleVersion {
            revision: revision(deleted.committed.revision),
            deleted: true,
            article: None,
            erasure: deleted.erasure.map(|why| erasure(name, why)),
        }),
    }
}

/// A revision.
#[must_use]
pub fn revision(revision: Revision) -> i64 {
    i64::try_from(revision.0).unwrap_or(i64::MAX)
}

/// What a store holds.
#[must_use]
pub fn counts(counts: store::Counts) -> pb::RecordCounts {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    pb::RecordCounts {
        articles: number(counts.articles),
        statements: number(counts.statements),
        entities: number(counts.entities),
        outlets: number(counts.outlets),
        speakers: number(counts.speakers),
    }
}

/// How much history is kept.
#[must_use]
pub fn retention(retention: Retention) -> pb::HistoryRetention {
    let revisions = retention.max_revisions.unwrap_or_default();
    pb::HistoryRetention {
        max_age: retention.max_age.map(duration),
        max_revisions: i64::try_from(revisions).unwrap_or(i64::MAX),
    }
}

/// A count or a position.
fn count(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}

/// A parsed text as text; empty where there is none.
fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn misplaced(stored: &Stored, wanted: &str) -> Error {
    store::Error::Internal(format!("{} came where {wanted} should", stored.name)).into()
}

/// What the store says of a state; empty for one that is not committed.
#[derive(Default)]
struct Marks {
    create_time: Option<prost_types::Timestamp>,
    update_time: Option<prost_types::Timestamp>,
    etag: String,
    revision: i64,
}

impl Marks {
    fn of(committed: &Committed) -> Self {
        if committed.revision == Revision::ZERO {
            return Self::default();
        }
        Self {
            create_time: Some(timestamp(committed.create_time)),
            update_time: Some(timestamp(committed.update_time)),
            etag: committed.etag(),
            revision: revision(committed.revision),
        }
    }
}

/// What is known of the extractor that is asked over the network.
#[must_use]
pub fn remote_extractor(heard: Option<Heard>) -> pb::RemoteExtractorInfo {
    let configured = heard.is_some();
    let Heard { name, version, failure } = heard.unwrap_or_default();
    pb::RemoteExtractorInfo { configured, name, version, failure }
}
