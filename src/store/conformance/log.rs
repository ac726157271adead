//! What is kept beside the records: the change log, requests, counts.

use super::Fixture;
use super::fixtures::*;
use crate::domain::article::Article;
use crate::domain::id::BatchId;
use crate::domain::revision::Revision;
use crate::domain::statement::Statement;
use crate::store::{ChangeKind, Counts, Precondition, Remembered, RequestKey, WriteBatch};

pub(crate) async fn the_log_tells_what_each_commit_did(fixture: &mut dyn Fixture) {
    use ChangeKind::{Created, Deleted, Updated};
    let store = fixture.store();
    let import = WriteBatch {
        principal: "importer".into(),
        batch: Some(BatchId::new("import-1").unwrap()),
        ..batch(0)
    };
    let first = import
        .put("entities/z", entity("Z"))
        .put("articles/a", article("A"))
        .put("articles/a/statements/s", statement("S"))
        .put("entities/b", entity("B"))
        .remember(request_key(7), remembered(1, at(100)));
    let second = batch(1)
        .delete("articles/a/statements/s")
        .put("articles/a", article("A again"))
        .delete("entities/none")
        .put("entities/new", entity("New"));
    let third = batch(2).put("articles/a/statements/s", statement("S"));
    let fourth = batch(3).remember(request_key(8), remembered(1, at(100)));
    for write in [first, second, third, fourth] {
        commit(&store, write).await;
    }
    let changes = store.changes(Revision::ZERO, 10).await.unwrap();
    let expected: [&[(&str, ChangeKind)]; 4] = [
        &[
            ("entities/z", Created),
            ("articles/a", Created),
            ("articles/a/statements/s", Created),
            ("entities/b", Created),
        ],
        &[("articles/a/statements/s", Deleted), ("articles/a", Updated), ("entities/new", Created)],
        &[("articles/a/statements/s", Created)],
        &[],
    ];
    assert_eq!(changes.len(), expected.len());
    for (change, expected) in changes.iter().zip(expected) {
        let expected: Vec<_> = expected.iter().map(|(text, kind)| (name(text), *kind)).collect();
        assert_eq!(change.records, expected);
    }
    let told = |number: usize| {
        let change = &changes[number];
        let batch = change.batch.as_ref().map(|batch| batch.as_str().to_owned());
        (change.principal.as_str(), batch, change.request_id, change.time)
    };
    let request_id = |number| Some(request_key(number).request_id);
    assert_eq!(told(0), ("importer", Some("import-1".into()), request_id(7), at(0)));
    assert_eq!(told(1), ("tester", None, None, at(1)));
    assert_eq!(told(3), ("tester", None, request_id(8), at(3)));
}

pub(crate) async fn each_change_names_the_one_before(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    for _ in 0..4 {
        let sequence = vec![batch(0).put("entities/a", entity("A")), batch(0).delete("entities/a")];
        assert!(store.apply(sequence).await.iter().all(Result::is_ok));
        let refused = batch(0).require(Precondition::Present(name("entities/a")));
        conflict(&store, refused).await;
    }
    let changes = store.changes(Revision::ZERO, 100).await.unwrap();
    assert_eq!(changes.len(), 8);
    let mut previous = Revision::ZERO;
    for change in changes {
        assert_eq!(change.previous, previous);
        assert!(change.revision > previous);
        previous = change.revision;
    }
    assert_eq!(previous, store.head().revision);
}

pub(crate) async fn the_log_is_read_on_from_anywhere(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    assert_eq!(store.changes(Revision::ZERO, 10).await, Ok(Vec::new()));
    for _ in 0..7 {
        commit(&store, batch(0).put("entities/a", entity("A"))).await;
    }
    let all = store.changes(Revision::ZERO, 100).await.unwrap();
    for (place, change) in all.iter().enumerate() {
        for limit in 1..4 {
            let next = store.changes(change.revision, limit).await.unwrap();
            let until = all.len().min(place + 1 + limit);
            assert_eq!(next, all[place + 1..until], "{limit} after {}", change.revision);
        }
    }
    assert_eq!(store.changes(store.head().revision.next(), 10).await, Ok(Vec::new()));
}

pub(crate) async fn a_request_is_remembered_with_its_commit(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let asked = request_key(1);
    let first = batch(0)
        .put("entities/a", entity("A"))
        .remember(asked.clone(), Remembered { revision: Revision(77), ..remembered(3, at(50)) });
    let revision = commit(&store, first).await.revision;
    commit(&store, batch(1).put("entities/a", entity("B"))).await;
    let found = store.remembered(&asked, at(2)).await.unwrap();
    assert_eq!(found, Some(Remembered { revision, ..remembered(3, at(50)) }));
}

pub(crate) async fn requests_are_told_apart_by_all_of_their_key(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let asked = request_key(1);
    let others = [
        RequestKey { principal: "another".into(), ..asked.clone() },
        RequestKey { method: "CreateEntity".into(), ..asked.clone() },
        request_key(2),
    ];
    commit(&store, batch(0).remember(asked, remembered(1, at(50)))).await;
    for other in &others {
        assert_eq!(store.remembered(other, at(1)).await, Ok(None));
    }
    for (payload, other) in (2..).zip(&others) {
        commit(&store, batch(1).remember(other.clone(), remembered(payload, at(50)))).await;
    }
    for (payload, key) in (1..).zip([&request_key(1)].into_iter().chain(&others)) {
        let found = store.remembered(key, at(2)).await.unwrap();
        assert_eq!(found.map(|known| known.payload), Some([payload; 32]), "{key:?}");
    }
}

pub(crate) async fn a_request_is_forgotten_when_it_expires(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let asked = request_key(1);
    let payload = |found: Option<Remembered>| found.map(|known| known.payload[0]);
    commit(&store, batch(0).remember(asked.clone(), remembered(1, at(50)))).await;
    for (second, expected) in [(0, Some(1)), (49, Some(1)), (50, None), (51, None)] {
        let found = store.remembered(&asked, at(second)).await.unwrap();
        assert_eq!(payload(found), expected, "at second {second}");
    }
    commit(&store, batch(60).remember(asked.clone(), remembered(2, at(90)))).await;
    // Commits go on for long after the first would have been forgotten.
    for second in [61, 70, 80] {
        commit(&store, batch(second).put("entities/a", entity("A"))).await;
        let found = store.remembered(&asked, at(second)).await.unwrap();
        assert_eq!(payload(found), Some(2), "at second {second}");
    }
}

pub(crate) async fn the_same_request_again_takes_the_place_of_the_first(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let asked = request_key(1);
    commit(&store, batch(0).remember(asked.clone(), remembered(1, at(50)))).await;
    let second = commit(&store, batch(1).remember(asked.clone(), remembered(2, at(90)))).await;
    // The first one's expiry takes nothing from the second.
    commit(&store, batch(60).put("entities/a", entity("A"))).await;
    let found = store.remembered(&asked, at(61)).await.unwrap();
    let expected = Remembered { revision: second.revision, ..remembered(2, at(90)) };
    assert_eq!(found, Some(expected));
}

pub(crate) async fn counts_are_of_live_records(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let of = |publisher| Article { publisher, ..article("A") };
    let by = |who: &str| Statement { speaker: speaker(who), ..statement("S") };
    let steps: Vec<(WriteBatch, [u64; 5])> = vec![
        (batch(0), [0, 0, 0, 0, 0]),
        (
            batch(0)
                .put("articles/a", of(outlet("One")))
                .put("articles/b", of(outlet("One")))
                .put("articles/c", article("Of nobody"))
                .put("articles/a/statements/s", by("x"))
                .put("articles/a/statements/t", by("x"))
                .put("articles/b/statements/s", statement("Nobody's"))
                .ensure("x", entity("X")),
            [3, 3, 1, 1, 1],
        ),
        (batch(1).put("articles/a", of(publisher("one"))), [3, 3, 1, 2, 1]),
        (batch(2).put("articles/a", of(outlet("One"))), [3, 3, 1, 1, 1]),
        (batch(3).put("articles/a/statements/s", by("y")), [3, 3, 1, 1, 2]),
        (batch(4).ensure("x", entity("X")).ensure("y", entity("Y")), [3, 3, 2, 1, 2]),
        (batch(5).delete("articles/a/statements/t").delete("entities/y"), [3, 2, 1, 1, 1]),
        (batch(6).delete("articles/c").delete("articles/none"), [2, 2, 1, 1, 1]),
        (batch(7).delete("articles/a/statements/s").delete("articles/a"), [1, 1, 1, 1, 0]),
        (batch(8).put("articles/a", of(outlet("Two"))).delete("entities/y"), [2, 1, 1, 2, 0]),
        (batch(9).delete("articles/b"), [1, 1, 1, 1, 0]),
    ];
    for (number, (write, expected)) in steps.into_iter().enumerate() {
        commit(&store, write).await;
        let [articles, statements, entities, outlets, speakers] = expected;
        let expected = Counts { articles, statements, entities, outlets, speakers };
        assert_eq!(store.head().counts, expected, "after step {number}");
    }
    let counts = store.head().counts;
    drop(store);
    fixture.reopen().await;
    assert_eq!(fixture.store().head().counts, counts);
}
