//! What a commit does: revisions, times, mutations, the head.

use jiff::SignedDuration;

use super::Fixture;
use super::fixtures::*;
use crate::domain::entity::Entity;
use crate::domain::revision::Revision;
use crate::store::{At, ChangeKind, Counts, Deleted, Head, LoadBody, State, WriteBatch};

pub(crate) async fn an_empty_store_has_no_commit(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let head = Head { revision: Revision::ZERO, time: None, counts: Counts::default() };
    assert_eq!(store.head(), head);
    assert_eq!(*store.watch_head().borrow(), head);
    assert_eq!(store.reader(At::Head).await.unwrap().revision(), Revision::ZERO);
    assert!(store.apply(Vec::new()).await.is_empty());
    assert_eq!(store.head(), head);
    assert_eq!(store.ready(), Ok(()));
}

pub(crate) async fn a_batch_is_one_commit(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let full = batch(5)
        .put("articles/a", article("A"))
        .put("articles/a/statements/s", statement("Words"))
        .ensure("e", entity("E"));
    let applied = commit(&store, full).await;
    assert_eq!(applied.time, at(5));
    assert_eq!(store.head().revision, applied.revision);
    assert_eq!(store.head().time, Some(at(5)));
    let reader = newest(&store).await;
    for written in ["articles/a", "articles/a/statements/s", "entities/e"] {
        let committed = live(&*reader, written).await.committed;
        assert_eq!(committed.revision, applied.revision);
        assert_eq!(committed.create_revision, applied.revision);
        assert_eq!(committed.create_time, at(5));
        assert_eq!(committed.update_time, at(5));
    }
}

pub(crate) async fn a_put_replaces_the_whole_record(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let described = Entity { description: "A person".into(), ..entity("A") };
    let first = commit(&store, batch(1).put("entities/a", described)).await;
    let second = commit(&store, batch(2).put("entities/a", entity("B"))).await;
    let stored = live(&*newest(&store).await, "entities/a").await;
    assert_eq!(stored.value, entity("B").into_record());
    assert_eq!(stored.committed.create_revision, first.revision);
    assert_eq!(stored.committed.create_time, at(1));
    assert_eq!(stored.committed.revision, second.revision);
    assert_eq!(stored.committed.update_time, at(2));
}

pub(crate) async fn a_batch_that_changes_nothing_is_no_commit(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let idle = commit(&store, batch(0).delete("entities/none")).await;
    assert_eq!(idle.revision, Revision::ZERO);
    assert_eq!(store.head().time, None);
    let first = commit(&store, batch(1).put("entities/a", entity("A"))).await;
    let head = store.head();
    for idle in [batch(2), batch(2).delete("entities/none").ensure("a", entity("A"))] {
        assert_eq!(commit(&store, idle).await, first);
        assert_eq!(store.head(), head);
    }
    let sequence = vec![batch(3).put("entities/a", entity("B")), batch(4)];
    let answers = store.apply(sequence).await;
    assert_eq!(answers[0], answers[1]);
    assert_eq!(store.changes(Revision::ZERO, 10).await.unwrap().len(), 2);
}

pub(crate) async fn ensure_stores_an_entity_that_is_not_there(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let first = commit(&store, batch(0).ensure("a", entity("A"))).await.revision;
    assert_eq!(live_entity(&*newest(&store).await, "entities/a").await, entity("A"));
    commit(&store, batch(1).delete("entities/a")).await;
    let again = commit(&store, batch(2).ensure("a", entity("B"))).await.revision;
    assert_eq!(live_entity(&*newest(&store).await, "entities/a").await, entity("B"));
    let created = vec![(name("entities/a"), ChangeKind::Created)];
    let changes = store.changes(Revision::ZERO, 10).await.unwrap();
    assert_eq!((changes[0].revision, &changes[0].records), (first, &created));
    assert_eq!((changes[2].revision, &changes[2].records), (again, &created));
}

pub(crate) async fn ensure_unites_into_the_entity_that_is_there(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    commit(&store, batch(0).put("entities/a", entity("A"))).await;
    let listed = Entity {
        description: "A person".into(),
        external_ids: vec![external_id("wikidata", "Q1")],
        ..entity("Another A")
    };
    let united = commit(&store, batch(1).ensure("a", listed.clone())).await;
    let stored = live(&*newest(&store).await, "entities/a").await;
    let mut expected = entity("A");
    expected.unite(&listed);
    assert_eq!(stored.value, expected.into_record());
    assert_eq!(stored.committed.revision, united.revision);
    let changes = store.changes(Revision::ZERO, 10).await.unwrap();
    assert_eq!(changes[1].records, [(name("entities/a"), ChangeKind::Updated)]);
}

pub(crate) async fn ensure_writes_nothing_where_nothing_is_new(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let first = commit(&store, batch(0).put("entities/a", entity("A"))).await;
    let second = commit(&store, batch(1).ensure("a", entity("A")).ensure("b", entity("B"))).await;
    let reader = newest(&store).await;
    assert_eq!(live(&*reader, "entities/a").await.committed.revision, first.revision);
    assert_eq!(live(&*reader, "entities/b").await.committed.revision, second.revision);
    let changes = store.changes(first.revision, 10).await.unwrap();
    assert_eq!(changes[0].records, [(name("entities/b"), ChangeKind::Created)]);
}

pub(crate) async fn ensure_sees_the_batch_and_the_sequence(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let described = Entity { description: "A person".into(), ..entity("A") };
    let placed = Entity { place: Some(entity_id("p")), ..entity("A") };
    let answers = store
        .apply(vec![
            batch(0).ensure("a", entity("A")).ensure("a", described),
            batch(1).ensure("a", placed),
        ])
        .await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    let found = live_entity(&*newest(&store).await, "entities/a").await;
    assert_eq!(found.description, "A person");
    assert_eq!(found.place, Some(entity_id("p")));
    let changes = store.changes(Revision::ZERO, 10).await.unwrap();
    assert_eq!(changes[0].records, [(name("entities/a"), ChangeKind::Created)]);
    assert_eq!(changes[1].records, [(name("entities/a"), ChangeKind::Updated)]);
}

pub(crate) async fn a_delete_leaves_word_of_itself(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    commit(&store, batch(0).put("articles/a", article("A"))).await;
    let first = commit(&store, batch(1).put("articles/a/statements/s", statement("Words"))).await;
    let deletion = commit(&store, batch(10).delete("articles/a/statements/s")).await;
    let asked = name("articles/a/statements/s");
    let state = newest(&store).await.state(&asked, LoadBody::No).await.unwrap();
    let State::Deleted(Deleted { committed, .. }) = state else { panic!("{state:?}") };
    assert_eq!(committed.revision, deletion.revision);
    assert_eq!(committed.update_time, deletion.time);
    assert_eq!(committed.create_revision, first.revision);
    assert_eq!(committed.create_time, first.time);
}

pub(crate) async fn a_record_that_comes_back_keeps_its_creation(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let first = batch(0)
        .put("articles/a", article("A"))
        .put("articles/a/statements/s", statement("S"))
        .put("entities/e", entity("E"));
    let first = commit(&store, first).await;
    let gone = batch(1).delete("articles/a/statements/s").delete("articles/a");
    commit(&store, gone.delete("entities/e")).await;
    let again = batch(2)
        .put("articles/a", article("A"))
        .put("articles/a/statements/s", statement("S"))
        .put("entities/e", entity("E"));
    let again = commit(&store, again).await;
    let reader = newest(&store).await;
    for record in ["articles/a", "articles/a/statements/s", "entities/e"] {
        let committed = live(&*reader, record).await.committed;
        assert_eq!(committed.create_revision, first.revision, "{record}");
        assert_eq!(committed.create_time, first.time, "{record}");
        assert_eq!(committed.revision, again.revision, "{record}");
    }
}

pub(crate) async fn commit_times_strictly_increase(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let mut times = Vec::new();
    for second in [10, 10, 10, 5, 0, 20, 20] {
        let put = batch(second).put("entities/a", entity("A"));
        times.push(commit(&store, put).await.time);
    }
    let exact = at(25) + SignedDuration::from_nanos(1);
    let put = |time| WriteBatch { time, ..batch(0).put("entities/a", entity("A")) };
    let sequence = [exact, at(30), at(30), at(7)].map(put).into();
    times.extend(store.apply(sequence).await.into_iter().map(|answer| answer.unwrap().time));
    assert!(times.is_sorted_by(|one, next| one < next), "{times:?}");
    let kept = [times[0], times[5], times[7], times[8]];
    assert_eq!(kept, [at(10), at(20), exact, at(30)]);
    assert!(times[4] < at(11) && times[10] < at(31), "{times:?}");
    let logged: Vec<_> = store.changes(Revision::ZERO, 20).await.unwrap();
    assert_eq!(logged.iter().map(|change| change.time).collect::<Vec<_>>(), times);
}

pub(crate) async fn the_head_is_told_of_each_commit(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let mut heads = store.watch_head();
    for second in 0..3 {
        let applied = commit(&store, batch(second).put("entities/a", entity("A"))).await;
        heads.wait_for(|head| head.revision == applied.revision).await.unwrap();
        assert_eq!(*heads.borrow(), store.head());
    }
}

pub(crate) async fn data_outlives_the_store(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let first = batch(0).put("articles/a", article("A")).put("entities/e", entity("E"));
    commit(&store, first).await;
    let second = batch(1).delete("entities/e").remember(request_key(1), remembered(1, at(100)));
    commit(&store, second).await;
    let (head, identity) = (store.head(), store.identity().clone());
    let changes = store.changes(Revision::ZERO, 10).await.unwrap();
    let known = store.remembered(&request_key(1), at(2)).await.unwrap();
    drop(store);
    fixture.reopen().await;

    let store = fixture.store();
    assert_eq!(store.head(), head);
    assert_eq!(*store.watch_head().borrow(), head);
    assert_eq!(*store.identity(), identity);
    assert_eq!(store.changes(Revision::ZERO, 10).await.unwrap(), changes);
    assert_eq!(store.remembered(&request_key(1), at(2)).await.unwrap(), known);
    let earlier = as_of(&store, changes[0].revision).await;
    assert_eq!(live_entity(&*earlier, "entities/e").await, entity("E"));
    let third = commit(&store, batch(0).put("entities/e", entity("E"))).await;
    assert!(third.revision > head.revision);
    assert!(Some(third.time) > head.time);
    let place = live(&*newest(&store).await, "entities/e").await.committed.create_revision;
    assert_eq!(place, changes[0].revision);
}
