//! Requests sent again, streams of records, and what befalls a whole store.

use super::articles::{by_id, with_statements};
use super::{Act, Kind};
use crate::domain::record::{Record, Stored, Times};
use crate::kb::RestoredRecord;
use crate::store::conformance::fixtures::at;

pub(super) const KINDS: &[Kind] = &[
    ("send a request again", |draw| match draw.requested {
        [] => Act::Forget,
        requested => Act::write(draw.one_of(requested)),
    }),
    ("send another request under the same id", |draw| match draw.requested {
        [] => Act::Forget,
        requested => {
            let mut operation = draw.one_of(requested);
            let context = operation.context_mut();
            context.request = context.request.map(|mut request| {
                request.payload = [2; 32];
                request
            });
            Act::write(operation)
        }
    }),
    ("let requests be forgotten", |_| Act::Forget),
    ("ingest in bulk", |draw| {
        let count = 1 + draw.number(5);
        Act::Bulk((0..count).map(|_| with_statements(draw)).collect())
    }),
    ("ingest one article in bulk, again and again", |draw| {
        let id = draw.article_id();
        let items = (0..3).map(|_| {
            let mut ingest = by_id(draw);
            ingest.article.id = Some(id.clone());
            ingest
        });
        Act::Bulk(items.collect())
    }),
    ("import records of earlier", |draw| {
        let revision = draw.number(draw.model.revisions());
        let merged = |it: &Stored| {
            is_merged(it) || draw.newest().live(&it.name).is_some_and(|it| is_merged(&it))
        };
        let all: Vec<Stored> = draw.model.at(revision).all().filter(|it| !merged(it)).collect();
        let replace = draw.chance(0.5);
        let some = all.into_iter().filter(|_| draw.chance(0.3)).collect::<Vec<_>>();
        Act::Import(some.into_iter().map(|stored| restored(stored, replace)).collect())
    }),
    ("import an article as of another time", |draw| {
        let name = draw.stored_article().into();
        let stored = draw.newest().live(&name);
        let restored = stored.map(|stored| restored(stored, true));
        let times = Times { create_time: at(-100), update_time: at(-50) };
        Act::Import(
            restored.into_iter().map(|it| RestoredRecord { times: Some(times), ..it }).collect(),
        )
    }),
    ("open the store again", |_| Act::Reopen),
];

/// Whether a record is one of a merge: to bring back one without the others would
/// make a merge that no one asked for.
fn is_merged(stored: &Stored) -> bool {
    matches!(&stored.value, Record::Entity(entity)
        if entity.merged_into.is_some() || !entity.referents.is_empty())
}

fn restored(stored: Stored, replace: bool) -> RestoredRecord {
    let times = Some(stored.committed.times());
    RestoredRecord { name: stored.name, value: stored.value, times, state_of: None, replace }
}
