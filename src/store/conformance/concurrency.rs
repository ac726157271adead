//! Writers and readers at the same time.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::Fixture;
use super::fixtures::*;
use crate::domain::entity::Entity;
use crate::domain::record::Record;
use crate::domain::revision::Revision;
use crate::store::Precondition::AtRevision;
use crate::store::{ChangeKind, Conflict, Error, LoadBody, Path, Reader, Scan, Store, WriteBatch};

const WRITERS: usize = 8;

pub(crate) async fn parallel_ensures_make_one_entity(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        let store = store.clone();
        let listed = Entity { names: vec![alias(&format!("Name {number}"))], ..entity("A") };
        writers.spawn(async move { commit(&store, batch(0).ensure("a", listed)).await.revision });
    }
    let mut revisions = writers.join_all().await;
    revisions.sort();
    revisions.dedup();
    assert_eq!(revisions.len(), WRITERS);
    let found = live_entity(&*newest(&store).await, "entities/a").await;
    let mut names: Vec<_> = found.names.into_iter().map(|name| name.text).collect();
    names.sort();
    assert_eq!(names, (0..WRITERS).map(|number| format!("Name {number}")).collect::<Vec<_>>());
    let changes = store.changes(Revision::ZERO, 100).await.unwrap();
    let created = changes
        .iter()
        .filter(|change| change.records == [(name("entities/a"), ChangeKind::Created)]);
    assert_eq!(created.count(), 1);
}

pub(crate) async fn one_of_parallel_puts_at_a_revision_wins(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let mut revision = commit(&store, batch(0).put("entities/a", entity("A"))).await.revision;
    for round in 0..10 {
        let mut writers = JoinSet::new();
        for number in 0..WRITERS {
            let store = store.clone();
            let write = batch(round)
                .require(AtRevision(name("entities/a"), revision))
                .put("entities/a", entity(&format!("{round} by {number}")));
            writers.spawn(async move { (number, store.apply(vec![write]).await.remove(0)) });
        }
        let answers = writers.join_all().await;
        let won: Vec<_> = answers.iter().filter(|(_, answer)| answer.is_ok()).collect();
        let [(winner, Ok(applied))] = won.as_slice() else { panic!("{answers:?}") };
        revision = applied.revision;
        let changed = Conflict::Changed { name: name("entities/a"), found: revision };
        for (_, answer) in answers.iter().filter(|(_, answer)| answer.is_err()) {
            assert_eq!(*answer, Err(Error::Conflict(changed.clone())));
        }
        let found = live_entity(&*newest(&store).await, "entities/a").await;
        assert_eq!(found.display_name, format!("{round} by {winner}"));
    }
}

pub(crate) async fn a_sequence_stays_in_order_among_others(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            let record = format!("entities/e{number}");
            let put = |text: &str| batch(0).put(&record, entity(text));
            let answers = store.apply(vec![put("one"), put("two"), put("three")]).await;
            answers.into_iter().map(|answer| answer.unwrap().revision).collect::<Vec<_>>()
        });
    }
    let sequences = writers.join_all().await;
    assert!(sequences.iter().all(|revisions| revisions.is_sorted_by(|one, next| one < next)));
    let mut all = sequences.concat();
    all.sort();
    let logged = store.changes(Revision::ZERO, 100).await.unwrap();
    assert_eq!(all, logged.iter().map(|change| change.revision).collect::<Vec<_>>());
    let times: Vec<_> = logged.iter().map(|change| change.time).collect();
    assert!(times.is_sorted_by(|one, next| one < next));
}

/// How many entities a round of the writer moves together.
const TOGETHER: usize = 6;
const ROUNDS: u32 = 40;

pub(crate) async fn readers_see_whole_commits_alone(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    commit(&store, round(0)).await;
    let writer = tokio::spawn(write_rounds(store.clone()));
    let mut readers = JoinSet::new();
    for _ in 0..3 {
        readers.spawn(read_until(store.clone()));
    }
    writer.await.unwrap();
    readers.join_all().await;
}

/// Moves all entities to the place of the round.
fn round(number: u32) -> WriteBatch {
    let description = number.to_string();
    let place = Some(entity_id(&format!("place-{}", number % 3)));
    (0..TOGETHER).fold(batch(i64::from(number)), |write, member| {
        let moved =
            Entity { description: description.clone(), place: place.clone(), ..entity("A") };
        write.put(&format!("entities/e{member}"), moved)
    })
}

async fn write_rounds(store: Arc<dyn Store>) {
    for number in 1..=ROUNDS {
        commit(&store, round(number)).await;
    }
}

/// Reads again and again until the last round shows.
async fn read_until(store: Arc<dyn Store>) {
    let mut seen = 0;
    while seen < ROUNDS {
        let head = store.head().revision;
        let reader = newest(&store).await;
        assert!(reader.revision() >= head, "a reader lags behind the head");
        let number = round_of(&*reader).await;
        assert!(number >= seen, "a reader goes back in time");
        seen = number;
        for place in 0..3 {
            let path = Path::Referrers(name(&format!("entities/place-{place}")));
            let pages = pages(&*reader, Scan::all(path, 4)).await;
            let items: Vec<_> = pages.into_iter().flat_map(|page| page.items).collect();
            let expected = if number % 3 == place { TOGETHER } else { 0 };
            assert_eq!(items.len(), expected, "at place {place} in round {number}");
            assert!(items.iter().all(|item| described(&item.record.value) == number));
        }
        tokio::task::yield_now().await;
    }
}

/// The one round that all entities are of.
async fn round_of(reader: &dyn Reader) -> u32 {
    let asked: Vec<_> = (0..TOGETHER).map(|member| name(&format!("entities/e{member}"))).collect();
    let states = reader.states(&asked, LoadBody::No).await.unwrap();
    let live = states.into_iter().map(|state| state.live().unwrap());
    let mut rounds: Vec<u32> = live.map(|stored| described(&stored.value)).collect();
    rounds.dedup();
    assert_eq!(rounds.len(), 1, "half a commit shows: {rounds:?}");
    rounds[0]
}

fn described(record: &Record) -> u32 {
    let Record::Entity(entity) = record else { panic!("{record:?} is no entity") };
    entity.description.parse().unwrap()
}
