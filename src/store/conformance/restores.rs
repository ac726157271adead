//! Records that come from another store with their own times.

use super::Fixture;
use super::fixtures::*;
use crate::domain::article::Article;
use crate::domain::record::Committed;
use crate::domain::revision::Revision;
use crate::store::{ChangeKind, Conflict, Direction, Path, Scan};

const NAMES: [&str; 3] = ["articles/a", "articles/a/statements/s", "entities/e"];

pub(crate) async fn a_restored_record_has_the_times_that_it_brings(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let restored = batch(100)
        .restore(NAMES[0], article("A"), 1, 2)
        .restore(NAMES[1], statement("S"), 3, 3)
        .restore(NAMES[2], entity("E"), 200, 300);
    let Revision(revision) = commit(&store, restored).await.revision;
    let reader = newest(&store).await;
    for (record_name, created, updated) in
        [(NAMES[0], 1, 2), (NAMES[1], 3, 3), (NAMES[2], 200, 300)]
    {
        let expected = Committed {
            revision: Revision(revision),
            create_revision: Revision(revision),
            create_time: at(created),
            update_time: at(updated),
        };
        assert_eq!(live(&*reader, record_name).await.committed, expected, "{record_name}");
    }
}

pub(crate) async fn a_restore_is_a_commit_like_any_other(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let first = commit(&store, batch(100).put(NAMES[2], entity("E"))).await;
    let restored = batch(101).restore(NAMES[2], entity("F"), 1, 2).restore(
        "entities/g",
        entity("G"),
        500,
        600,
    );
    let applied = commit(&store, restored).await;
    assert_eq!(applied.time, at(101));
    assert_eq!(store.head().time, Some(at(101)));
    let change = store.changes(first.revision, 10).await.unwrap().remove(0);
    assert_eq!((change.revision, change.time), (applied.revision, at(101)));
    let done = [(name(NAMES[2]), ChangeKind::Updated), (name("entities/g"), ChangeKind::Created)];
    assert_eq!(change.records, done);
    assert_eq!(store.head().counts.entities, 2);
    assert_eq!(names(&*newest(&store).await, Path::Entities).await.len(), 2);
}

pub(crate) async fn later_states_keep_the_restored_creation(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let restored = commit(&store, batch(100).restore(NAMES[2], entity("E"), 1, 2)).await;
    let put = commit(&store, batch(101).put(NAMES[2], entity("F"))).await;
    let committed = live(&*newest(&store).await, NAMES[2]).await.committed;
    assert_eq!(committed.create_revision, restored.revision);
    assert_eq!((committed.create_time, committed.update_time), (at(1), put.time));
    let earlier = live(&*as_of(&store, restored.revision).await, NAMES[2]).await.committed;
    assert_eq!((earlier.create_time, earlier.update_time), (at(1), at(2)));
}

pub(crate) async fn a_restore_replaces_what_is_there(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let put = commit(&store, batch(100).put(NAMES[2], entity("E"))).await;
    let restored = commit(&store, batch(101).restore(NAMES[2], entity("F"), 1, 2)).await;
    let reader = newest(&store).await;
    assert_eq!(live_entity(&*reader, NAMES[2]).await.display_name, "F");
    let committed = live(&*reader, NAMES[2]).await.committed;
    assert_eq!(committed.create_revision, put.revision);
    assert_eq!(committed.revision, restored.revision);
    assert_eq!((committed.create_time, committed.update_time), (at(1), at(2)));
    let earlier = live(&*as_of(&store, put.revision).await, NAMES[2]).await.committed;
    assert_eq!(earlier.create_time, put.time);
}

pub(crate) async fn a_restored_article_brings_or_keeps_its_text(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let told = Article { body: body("Some text."), version: 7, ..article("A") };
    commit(&store, batch(100).restore(NAMES[0], told.clone(), 1, 2)).await;
    assert_eq!(live_article(&*newest(&store).await, NAMES[0]).await, told);
    let unloaded = Article { body: told.body.without_text(), ..told.clone() };
    let titled = Article { title: "B".into(), ..unloaded.clone() };
    commit(&store, batch(101).restore(NAMES[0], titled, 1, 3)).await;
    let kept = live_article(&*newest(&store).await, NAMES[0]).await;
    assert_eq!(kept, Article { title: "B".into(), ..told });
    let missing = Conflict::Missing(name("articles/b"));
    assert_eq!(conflict(&store, batch(102).restore("articles/b", unloaded, 1, 2)).await, missing);
}

pub(crate) async fn a_restored_address_belongs_to_one_article(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let address = url("https://example.com/a");
    let addressed = Article { canonical_url: Some(address.clone()), ..article("A") };
    commit(&store, batch(100).restore(NAMES[0], addressed.clone(), 1, 2)).await;
    let taken = Conflict::UrlTaken { url: address, article: article_id("a") };
    assert_eq!(conflict(&store, batch(101).restore("articles/b", addressed, 1, 2)).await, taken);
}

pub(crate) async fn restored_times_outlive_the_store(fixture: &mut dyn Fixture) {
    let restored = batch(100).restore(NAMES[0], article("A"), 1, 2).restore(
        NAMES[2],
        entity("E"),
        -9_999_999_999,
        0,
    );
    commit(&fixture.store(), restored).await;
    fixture.reopen().await;
    let reader = newest(&fixture.store()).await;
    for (record_name, created, updated) in [(NAMES[0], 1, 2), (NAMES[2], -9_999_999_999, 0)] {
        let committed = live(&*reader, record_name).await.committed;
        assert_eq!((committed.create_time, committed.update_time), (at(created), at(updated)));
    }
}

pub(crate) async fn lists_by_creation_go_by_the_times_that_are_brought(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    commit(&store, batch(10).put("articles/first", article("A"))).await;
    commit(&store, batch(20).put("articles/second", article("B"))).await;
    commit(&store, batch(30).restore("articles/old", article("C"), 5, 6)).await;
    let restored = as_of(&store, store.head().revision).await;
    commit(&store, batch(40).put("articles/first", article("A again"))).await;
    commit(&store, batch(50).delete("articles/second")).await;
    commit(&store, batch(60).restore("articles/old", article("C"), 15, 16)).await;
    let newest = newest(&store).await;
    for (reader, expected) in [
        (&restored, &["articles/second", "articles/first", "articles/old"][..]),
        (&newest, &["articles/old", "articles/first"]),
    ] {
        let mut expected = expected.to_vec();
        for direction in [Direction::Along, Direction::Against] {
            let scan = Scan { direction, ..Scan::all(Path::ArticlesByCreation, 1) };
            let pages = pages(&**reader, scan).await;
            let names: Vec<String> = pages.iter().flat_map(names_on).collect();
            assert_eq!(names, expected, "{direction:?}");
            expected.reverse();
        }
    }
}
