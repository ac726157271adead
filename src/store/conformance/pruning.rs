//! History that is let go of under a floor.

use std::sync::Arc;

use super::Fixture;
use super::fixtures::*;
use crate::domain::article::Article;
use crate::domain::revision::Revision;
use crate::store::{At, Error, Floor, LoadBody, Path, State, Store};

/// Commits one entity so many times, a second apart; the revisions in order.
async fn rewritten(store: &Arc<dyn Store>, times: i64) -> Vec<Revision> {
    let mut revisions = Vec::new();
    for time in 0..times {
        let write = batch(time).put("entities/a", entity(&format!("Name {time}")));
        revisions.push(commit(store, write).await.revision);
    }
    revisions
}

/// Prunes up to a revision, in as many steps as it takes.
async fn prune(store: &Arc<dyn Store>, up_to: Revision) -> Floor {
    let mut floor = store.floor();
    loop {
        let next = store.prune(up_to, 3).await.unwrap();
        if next == floor {
            return floor;
        }
        floor = next;
    }
}

async fn refused(store: &Arc<dyn Store>, asked: At) -> (Revision, Option<i64>) {
    match store.reader(asked).await.map(drop) {
        Err(Error::OutOfRange { earliest, earliest_time, .. }) => {
            let second =
                |time: crate::domain::time::Timestamp| time.as_second() - at(0).as_second();
            (earliest, earliest_time.map(second))
        }
        other => panic!("{asked:?} gave {other:?}"),
    }
}

pub(crate) async fn nothing_is_pruned_unless_asked(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    assert_eq!(store.prune(Revision(7), 100).await, Ok(Floor::default()));
    let revisions = rewritten(&store, 5).await;
    assert_eq!(store.floor(), Floor::default());
    assert_eq!(store.prune(Revision::ZERO, 100).await, Ok(Floor::default()));
    for (time, revision) in revisions.into_iter().enumerate() {
        let found = live_entity(&*as_of(&store, revision).await, "entities/a").await;
        assert_eq!(found.display_name, format!("Name {time}"));
    }
}

pub(crate) async fn what_is_pruned_is_out_of_range(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let revisions = rewritten(&store, 6).await;
    let floor = prune(&store, revisions[3]).await;
    assert_eq!(floor, Floor { revision: revisions[3], time: Some(at(3)) });
    let before = revisions[..3].iter().map(|revision| At::Revision(*revision));
    for asked in before.chain([At::Revision(Revision::ZERO), At::Time(at(2)), At::Time(at(-1))]) {
        assert_eq!(refused(&store, asked).await, (revisions[3], Some(3)), "{asked:?}");
    }
    let held = [(At::Time(at(3)), 3), (At::Time(at(4)), 4), (At::Time(at(9)), 5), (At::Head, 5)];
    for (asked, expected) in held {
        let reader = store.reader(asked).await.unwrap();
        let found = live_entity(&*reader, "entities/a").await;
        assert_eq!(found.display_name, format!("Name {expected}"), "{asked:?}");
    }
    // The floor does not sink, nor rise above the head.
    assert_eq!(prune(&store, revisions[1]).await, floor);
    let head = prune(&store, Revision(u64::MAX)).await;
    assert_eq!(head, Floor { revision: revisions[5], time: Some(at(5)) });
    let found = live_entity(&*newest(&store).await, "entities/a").await;
    assert_eq!(found.display_name, "Name 5");
}

pub(crate) async fn what_the_floor_shows_stays(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    rewritten(&store, 3).await;
    commit(&store, batch(3).put("entities/b", entity("B"))).await;
    let floor = commit(&store, batch(4).put("articles/c", article("C"))).await.revision;
    rewritten(&store, 2).await;
    let listed = async |revision| {
        let reader = as_of(&store, revision).await;
        let name = live_entity(&*reader, "entities/a").await.display_name;
        (name, names(&*reader, Path::Entities).await, names(&*reader, Path::Articles).await)
    };
    let before = listed(floor).await;
    prune(&store, floor).await;
    assert_eq!(listed(floor).await, before);
    let states =
        newest(&store).await.states_of(&name("entities/a"), None, 10, LoadBody::No).await.unwrap();
    assert_eq!(states.len(), 3, "{states:#?}");
}

pub(crate) async fn a_step_ends_with_its_budget(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let revisions = rewritten(&store, 5).await;
    let mut floors = Vec::new();
    while floors.last() != Some(&revisions[4]) {
        floors.push(store.prune(revisions[4], 1).await.unwrap().revision);
        assert!(floors.len() <= revisions.len(), "{floors:?}");
    }
    assert!(floors.len() > 2, "{floors:?}");
    assert!(floors.is_sorted_by(|before, after| before < after), "{floors:?}");
}

pub(crate) async fn a_reader_keeps_what_it_sees(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let revisions = rewritten(&store, 5).await;
    let oldest = as_of(&store, revisions[1]).await;
    let newer = as_of(&store, revisions[2]).await;
    assert_eq!(prune(&store, revisions[4]).await.revision, revisions[1]);
    assert_eq!(live_entity(&*oldest, "entities/a").await.display_name, "Name 1");
    assert_eq!(live_entity(&*newer, "entities/a").await.display_name, "Name 2");
    drop(oldest);
    assert_eq!(prune(&store, revisions[4]).await.revision, revisions[2]);
    drop(newer);
    assert_eq!(prune(&store, revisions[4]).await.revision, revisions[4]);
}

pub(crate) async fn the_log_under_the_floor_is_gone(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let revisions = rewritten(&store, 5).await;
    let after = store.changes(revisions[2], 10).await.unwrap();
    prune(&store, revisions[2]).await;
    assert_eq!(store.changes(revisions[2], 10).await, Ok(after));
    let gone = store.changes(revisions[1], 10).await;
    let earliest = Some(revisions[2]);
    let found = match &gone {
        Err(Error::OutOfRange { earliest, .. }) => Some(*earliest),
        _ => None,
    };
    assert_eq!(found, earliest, "{gone:?}");
}

pub(crate) async fn a_shared_text_outlives_the_version_that_brought_it(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let text = |title: &str, text: &str| Article { body: body(text), ..article(title) };
    let words = "What was said. ".repeat(4_000);
    commit(&store, batch(0).put("articles/a", text("First", &words))).await;
    let untouched = text("Second", &words);
    let untouched = Article { body: untouched.body.without_text(), ..untouched };
    let second = commit(&store, batch(1).put("articles/a", untouched)).await.revision;
    prune(&store, second).await;
    let read = async |revision| {
        let article = live_article(&*as_of(&store, revision).await, "articles/a").await;
        (article.title, article.body.text.map(|text| text.to_string()))
    };
    assert_eq!(read(second).await, ("Second".into(), Some(words.clone())));
    let third = commit(&store, batch(2).put("articles/a", text("Third", "New."))).await.revision;
    assert_eq!(read(second).await, ("Second".into(), Some(words)));
    prune(&store, third).await;
    assert_eq!(read(third).await, ("Third".into(), Some("New.".into())));
}

pub(crate) async fn a_deletion_outlives_the_record(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let address = url("https://example.org/a");
    let version =
        |version| Article { version, canonical_url: Some(address.clone()), ..article("A") };
    commit(&store, batch(0).put("articles/a", version(1))).await;
    commit(&store, batch(1).put("articles/a", version(7))).await;
    let deletion = commit(&store, batch(2).delete("articles/a")).await.revision;
    let later = commit(&store, batch(3).put("entities/b", entity("B"))).await.revision;
    let state = async || {
        let reader = newest(&store).await;
        let found = reader.article_by_url(&address).await.unwrap();
        (reader.state(&name("articles/a"), LoadBody::No).await.unwrap(), found)
    };
    let before = state().await;
    prune(&store, later).await;
    assert_eq!(state().await, before);
    let (State::Deleted(deleted), Some(_)) = before else { panic!("{before:?}") };
    assert_eq!((deleted.article_version, deleted.committed.revision), (7, deletion));
    assert_eq!(deleted.committed.create_time, at(0));
}

pub(crate) async fn the_floor_outlives_the_store(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let revisions = rewritten(&store, 5).await;
    let floor = prune(&store, revisions[2]).await;
    drop(store);
    fixture.reopen().await;
    let store = fixture.store();
    assert_eq!(store.floor(), floor);
    assert_eq!(refused(&store, At::Revision(revisions[1])).await, (revisions[2], Some(2)));
    let found = live_entity(&*as_of(&store, revisions[2]).await, "entities/a").await;
    assert_eq!(found.display_name, "Name 2");
    assert_eq!(prune(&store, revisions[4]).await.revision, revisions[4]);
}
