//! The catalogue of index entries: which paths lead to a record. Every backend
//! takes a record's entries from here, so that all list the same.

use std::collections::BTreeSet;

use crate::domain::article::Article;
use crate::domain::entity::{Entity, ExternalId};
use crate::domain::id::{EntityId, RecordName, StatementName};
use crate::domain::name;
use crate::domain::record::Record;
use crate::domain::statement::Statement;
use crate::domain::time::Timestamp;

/// One entry of an index: a path that leads to the record, and where on it the
/// record stands. Times are microseconds since 1970; `None` sorts last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndexEntry {
    /// On `Path::Articles`.
    ArticleTime(Option<i64>),
    /// On `Path::ArticlesByPublisher`.
    ArticlePublisher(String, Option<i64>),
    /// On `Path::StatementsBySpeaker`.
    StatementSpeaker(EntityId, Option<(i64, i64)>),
    /// On `Path::StatementsByMention`.
    StatementMention(EntityId, Option<(i64, i64)>),
    /// On `Path::StatementsByTime`.
    StatementTime(Option<(i64, i64)>),
    /// On `Path::StatementsByReference`: when the time begins and ends.
    StatementReference(i64, i64),
    /// On `Path::StatementsByDue`: when the time ends and begins.
    StatementDue(i64, i64),
    /// On `Path::EntitiesByNameKey`.
    EntityNameKey(String),
    /// On `Path::EntitiesByExternalId`.
    EntityExternalId(ExternalId),
    /// On `Path::Referrers` of the record named.
    Reference(RecordName),
}

/// Where a record stands on the path by creation of its kind: its `create_time` in
/// nanoseconds since 1970. Commits of one microsecond are told apart. Unlike the other
/// entries it follows from when the record was committed.
#[must_use]
pub fn created(create_time: Timestamp) -> i64 {
    let bounds = i128::from(i64::MIN)..=i128::from(i64::MAX);
    create_time.as_nanosecond().clamp(*bounds.start(), *bounds.end()) as i64
}

/// The index entries of a record, but for that of its creation.
#[must_use]
pub fn entries(record_name: &RecordName, record: &Record) -> BTreeSet<IndexEntry> {
    let mut entries = BTreeSet::new();
    match record {
        Record::Article(article) => {
            let time = article.published_at.map(Timestamp::as_microsecond);
            entries.insert(IndexEntry::ArticleTime(time));
            let publisher = article.publisher.key();
            entries.extend(publisher.map(|key| IndexEntry::ArticlePublisher(key, time)));
        }
        Record::Statement(statement) => {
            let span = statement.sort_span();
            entries.insert(IndexEntry::StatementTime(span));
            if let Some(reference) = &statement.reference_time {
                let (start, end) = (reference.start_micros(), reference.end_micros());
                entries.insert(IndexEntry::StatementReference(start, end));
                entries.insert(IndexEntry::StatementDue(end, start));
            }
            let speaker = statement.speaker_entity().cloned();
            entries.extend(speaker.map(|entity| IndexEntry::StatementSpeaker(entity, span)));
            let mentioned = statement.entities_mentioned().cloned();
            entries.extend(mentioned.map(|entity| IndexEntry::StatementMention(entity, span)));
        }
        Record::Entity(entity) => {
            let keys = entity.all_names().flat_map(name::index_keys);
            entries.extend(keys.map(IndexEntry::EntityNameKey));
            entries.extend(entity.external_ids.iter().cloned().map(IndexEntry::EntityExternalId));
        }
    }
    entries.extend(references(record_name, record).into_iter().map(IndexEntry::Reference));
    entries
}

/// The records that a record refers to in ways that no other path shows: an
/// article's original, a statement's parent and link targets, an entity's posts,
/// organizations, place, evidence and survivor, itself left out. Publishers, speakers
/// and mentions have paths of their own.
#[must_use]
pub fn references(record_name: &RecordName, record: &Record) -> BTreeSet<RecordName> {
    let mut references = match record {
        Record::Article(article) => article_references(article),
        Record::Statement(statement) => statement_references(record_name, statement),
        Record::Entity(entity) => entity_references(entity),
    };
    references.remove(record_name);
    references
}

fn article_references(article: &Article) -> BTreeSet<RecordName> {
    article.duplicate_of.iter().cloned().map(RecordName::Article).collect()
}

fn statement_references(name: &RecordName, statement: &Statement) -> BTreeSet<RecordName> {
    let RecordName::Statement(StatementName { article, .. }) = name else {
        return BTreeSet::new();
    };
    let parent = statement
        .parent
        .iter()
        .map(|parent| StatementName { article: article.clone(), statement: parent.clone() });
    let targets = statement.links.iter().map(|link| link.target.clone());
    parent.chain(targets).map(RecordName::Statement).collect()
}

fn entity_references(entity: &Entity) -> BTreeSet<RecordName> {
    let entities = entity.entities_named().chain(&entity.merged_into).cloned();
    let evidence = entity.occupancies.iter().filter_map(|occupancy| occupancy.evidence.clone());
    entities.map(RecordName::Entity).chain(evidence.map(RecordName::Statement)).collect()
}
