//! What was acknowledged, held against the change log: every commit is what one
//! write asked for, no more and no less, and every acknowledged write is a commit.

use std::collections::BTreeMap;

use dicta::rpc::pb;
use dicta::rpc::pb::record::Record;

use crate::operation::{Acknowledged, Effect};

/// All records, as the log tells that they stand.
#[derive(Default)]
pub(crate) struct Ledger {
    records: BTreeMap<String, Record>,
    /// Everything up to this revision was held against acknowledgements.
    pub(crate) revision: i64,
    pub(crate) commits: usize,
}

impl Ledger {
    /// Takes what came into the log since the last time, with all that was
    /// acknowledged since.
    pub(crate) fn take(&mut self, log: &[pb::WatchEvent], acknowledged: &[Acknowledged]) {
        let mut commits: BTreeMap<i64, Vec<&pb::WatchEvent>> = BTreeMap::new();
        for event in log {
            self.follow(event);
            commits.entry(event.revision).or_default().push(event);
        }
        self.commits += commits.len();
        for acknowledged in acknowledged {
            let Some(commit) = commits.remove(&acknowledged.revision) else {
                panic!("what was acknowledged is not there, or twice: {acknowledged:#?}");
            };
            hold(acknowledged, &commit);
        }
        assert!(commits.is_empty(), "commits that nobody asked for: {commits:#?}");
    }

    /// What a record was before a change is what the change before left.
    fn follow(&mut self, event: &pb::WatchEvent) {
        assert!(!event.records_omitted, "{event:?}");
        self.revision = event.revision;
        let (before, after) = (inner(&event.before), inner(&event.after));
        let known = match after {
            Some(after) => self.records.insert(event.name.clone(), after.clone()),
            None => self.records.remove(&event.name),
        };
        assert_eq!(before, known.as_ref(), "before {event:?}");
    }

    /// Holds an export against the log.
    pub(crate) fn hold_export(&self, exported: &[Record]) {
        let mut expected: BTreeMap<&str, Record> = BTreeMap::new();
        for (name, record) in &self.records {
            expected.insert(name, without_revision(record.clone()));
        }
        for record in exported {
            let name = name(record);
            assert_eq!(Some(record), expected.remove(name).as_ref(), "{name} in an export");
        }
        assert!(expected.is_empty(), "not in an export: {:?}", expected.keys());
    }
}

fn inner(record: &Option<pb::Record>) -> Option<&Record> {
    record.as_ref().and_then(|record| record.record.as_ref())
}

/// Holds one acknowledgement against its commit.
fn hold(acknowledged: &Acknowledged, commit: &[&pb::WatchEvent]) {
    let shown = |event: &pb::WatchEvent, effect: &Effect| {
        let mark = effect.shows.as_ref()?;
        format!("{:?}", event.after).contains(mark.as_str()).then(|| mark.clone())
    };
    let mut found: Vec<Effect> = Vec::new();
    for event in commit {
        let expected = acknowledged.operation.effects.iter().find(|it| it.name == event.name);
        let shows = expected.and_then(|effect| shown(event, effect));
        found.push(Effect { name: event.name.clone(), change: event.change(), shows });
    }
    found.sort();
    assert_eq!(found, acknowledged.operation.effects, "the commit of {acknowledged:#?}");
    for told in &acknowledged.records {
        let event = commit.iter().find(|event| event.name == name(told));
        let stored = event.and_then(|event| inner(&event.after));
        // What an answer shows of a merged entity is made of several records.
        let merged = matches!(stored, Some(Record::Entity(it))
            if !it.referents.is_empty() || !it.merged_into.is_empty());
        if !merged {
            let (told, stored) = (as_stored(told.clone()), stored.cloned().map(without_body));
            assert_eq!(Some(told), stored, "the answer to {acknowledged:#?}");
        }
    }
}

fn name(record: &Record) -> &str {
    match record {
        Record::Article(article) => &article.name,
        Record::Statement(statement) => &statement.name,
        Record::Entity(entity) => &entity.name,
        Record::Erasure(erasure) => &erasure.name,
    }
}

/// An answered record without what an answer adds of others.
fn as_stored(mut record: Record) -> Record {
    match &mut record {
        Record::Article(article) => {
            article.near_duplicates.clear();
            article.survivors.clear();
        }
        Record::Statement(statement) => {
            statement.incoming_links.clear();
            statement.survivors.clear();
        }
        Record::Entity(entity) => entity.survivors.clear(),
        Record::Erasure(_) => {}
    }
    record
}

fn without_body(mut record: Record) -> Record {
    if let Record::Article(article) = &mut record {
        article.body.clear();
    }
    record
}

/// A record as exports without a history show it.
fn without_revision(mut record: Record) -> Record {
    let (etag, revision) = match &mut record {
        Record::Article(article) => (&mut article.etag, &mut article.revision),
        Record::Statement(statement) => (&mut statement.etag, &mut statement.revision),
        Record::Entity(entity) => (&mut entity.etag, &mut entity.revision),
        Record::Erasure(_) => return record,
    };
    etag.clear();
    *revision = 0;
    record
}
