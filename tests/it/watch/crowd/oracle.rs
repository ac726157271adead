//! What each subscriber should have heard, worked out from the store's change log
//! and its records, without Watch.

use std::path::Path;

use dicta::domain::record::{Record, Stored};
use dicta::domain::revision::Revision;
use dicta::query::filter::Filter;
use dicta::query::schema::Kind;
use dicta::rpc::{pb, to_pb};
use dicta::store::sled::{SledConfig, SledStore};
use dicta::store::{At, Change, ChangeKind, LoadBody, Store as _};
use rand::RngExt as _;
use rand::rngs::StdRng;

use super::writers::ENTITIES;

/// A request for a random part of what happens.
pub(super) fn random_request(random: &mut StdRng) -> pb::WatchRequest {
    let mut request = pb::WatchRequest::default();
    let entity = |random: &mut StdRng| format!("entities/e{}", random.random_range(0..ENTITIES));
    if random.random_bool(0.5) {
        let kinds = [pb::RecordKind::Article, pb::RecordKind::Statement, pb::RecordKind::Entity];
        request.kinds.push(kinds[random.random_range(0..3)].into());
    }
    if random.random_bool(0.4) {
        request.entities = (0..random.random_range(1..3)).map(|_| entity(random)).collect();
    }
    let has =
        |kind: pb::RecordKind| request.kinds.is_empty() || request.kinds.contains(&i32::from(kind));
    let (articles, statements) = (has(pb::RecordKind::Article), has(pb::RecordKind::Statement));
    if articles && random.random_bool(0.5) {
        request.article_filter = format!("title:\"{}\"", random.random_range(0..10));
    }
    if statements && random.random_bool(0.5) {
        let word = ["bridge", "budget"][random.random_range(0..2)];
        request.statement_filter =
            format!("content:{word} OR speaker.entity = \"{}\"", entity(random));
    }
    request
}

/// The change log with the records before and after.
pub(super) struct Log(Vec<Entry>);

struct Entry {
    change: Change,
    index: usize,
    before: Option<Stored>,
    after: Option<Stored>,
}

impl Log {
    /// The log in a directory that no server has open.
    pub(super) async fn of(data: &Path) -> Self {
        let config = SledConfig { path: data.to_owned(), cache_mib: 64, min_free_mib: 0 };
        let store = SledStore::open(config).unwrap();
        let changes = store.changes(Revision::ZERO, usize::MAX).await.unwrap();
        let mut entries = Vec::new();
        for change in changes {
            let before = store.reader(At::Revision(change.previous)).await.unwrap();
            let after = store.reader(At::Revision(change.revision)).await.unwrap();
            for (index, (name, _)) in change.records.iter().enumerate() {
                entries.push(Entry {
                    change: change.clone(),
                    index,
                    before: before.state(name, LoadBody::No).await.unwrap().live(),
                    after: after.state(name, LoadBody::No).await.unwrap().live(),
                });
            }
        }
        Self(entries)
    }

    /// Holds what was heard against what should have been.
    pub(super) fn assert_heard(&self, request: &pb::WatchRequest, heard: &[pb::WatchEvent]) {
        let wanted = Wanted::of(request);
        let expected: Vec<pb::WatchEvent> =
            self.0.iter().filter_map(|entry| wanted.event(entry)).collect();
        for (index, (heard, expected)) in heard.iter().zip(&expected).enumerate() {
            assert_eq!(heard, expected, "event {index} of {request:?}");
        }
        assert_eq!(heard.len(), expected.len(), "{request:?}");
    }
}

struct Wanted<'a> {
    request: &'a pb::WatchRequest,
    articles: Option<Filter>,
    statements: Option<Filter>,
}

impl<'a> Wanted<'a> {
    fn of(request: &'a pb::WatchRequest) -> Self {
        Self {
            request,
            articles: Filter::parse(&request.article_filter, Kind::Article).unwrap(),
            statements: Filter::parse(&request.statement_filter, Kind::Statement).unwrap(),
        }
    }

    fn event(&self, entry: &Entry) -> Option<pb::WatchEvent> {
        let (name, kind) = &entry.change.records[entry.index];
        let before_matches = entry.before.as_ref().is_some_and(|stored| self.wants(stored));
        let after_matches = entry.after.as_ref().is_some_and(|stored| self.wants(stored));
        let change = match kind {
            ChangeKind::Created => pb::ChangeKind::Created,
            ChangeKind::Updated => pb::ChangeKind::Updated,
            ChangeKind::Deleted => pb::ChangeKind::Deleted,
            ChangeKind::Erased => pb::ChangeKind::Erased,
        };
        (before_matches || after_matches).then(|| pb::WatchEvent {
            name: name.to_string(),
            change: change.into(),
            before: entry.before.clone().map(to_pb::record),
            after: entry.after.clone().map(to_pb::record),
            before_matches,
            after_matches,
            revision: to_pb::revision(entry.change.revision),
            commit_time: Some(to_pb::timestamp(entry.change.time)),
            records_omitted: false,
        })
    }

    /// The records of these writers name an entity only as the speaker.
    fn wants(&self, stored: &Stored) -> bool {
        let (kind, filter, entity) = match &stored.value {
            Record::Article(_) => (pb::RecordKind::Article, self.articles.as_ref(), None),
            Record::Statement(statement) => {
                let speaker = statement.speaker_entity().map(ToString::to_string);
                (pb::RecordKind::Statement, self.statements.as_ref(), speaker)
            }
            Record::Entity(_) => (pb::RecordKind::Entity, None, Some(stored.name.to_string())),
        };
        let request = self.request;
        (request.kinds.is_empty() || request.kinds.contains(&i32::from(kind)))
            && (request.entities.is_empty()
                || entity.is_some_and(|entity| request.entities.contains(&entity)))
            && filter.is_none_or(|filter| filter.matches(stored))
    }
}
