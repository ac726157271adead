//! Content that is taken out of the whole history.

use std::sync::Arc;

use super::Fixture;
use super::fixtures::*;
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::id::RecordName;
use crate::domain::name::index_keys;
use crate::domain::revision::Revision;
use crate::domain::statement::Statement;
use crate::store::{
    ArticleState, ChangeKind, Conflict, Deleted, Erasure, LoadBody, Mutation, Path, Precondition,
    State, Store, WriteBatch,
};

fn erasure() -> Erasure {
    Erasure { reason: "A court said so.".into(), by: "legal desk".into(), time: at(7) }
}

fn erasing(second: i64, record_name: &str) -> WriteBatch {
    let mut write = batch(second);
    write.mutations.push(Mutation::Erase(name(record_name), erasure()));
    write
}

/// An article with two states, two statements and a text, and an entity; each
/// commit's revision.
async fn sample(store: &Arc<dyn Store>) -> Vec<Revision> {
    let text = |title: &str, outlet_name: &str| Article {
        body: body(&"Words of the article. ".repeat(1_000)),
        publisher: outlet(outlet_name),
        published_at: Some(at(3)),
        canonical_url: Some(url("https://example.org/a")),
        ..article(title)
    };
    let said = |words: &str| Statement { speaker: speaker("e"), ..statement(words) };
    let named = |display_name: &str| Entity {
        names: vec![alias("Second Name")],
        external_ids: vec![external_id("wikidata", "Q1")],
        ..entity(display_name)
    };
    let first = batch(0)
        .put("articles/a", text("First", "One"))
        .put("articles/a/statements/s", said("Said"))
        .put("articles/a/statements/t", said("Said too"))
        .put("articles/b", article("Other"))
        .put("entities/e", named("First Name"));
    let second = batch(1)
        .put("articles/a", Article { version: 4, ..text("Second", "Two") })
        .put("articles/a/statements/s", said("Said otherwise"))
        .delete("articles/a/statements/t")
        .put("entities/e", named("Last Name"));
    vec![commit(store, first).await.revision, commit(store, second).await.revision]
}

async fn deleted(store: &Arc<dyn Store>, revision: Revision, record_name: &str) -> Deleted {
    let reader = as_of(store, revision).await;
    match reader.state(&name(record_name), LoadBody::Yes).await.unwrap() {
        State::Deleted(deleted) => deleted,
        other => panic!("{record_name} at {revision} is {other:?}"),
    }
}

pub(crate) async fn erased_is_erased_as_of_any_revision(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let before = sample(&store).await;
    let erased = commit(&store, erasing(7, "articles/a")).await.revision;
    let later = commit(&store, batch(8).put("entities/z", entity("Z"))).await.revision;
    drop(store);
    fixture.reopen().await;
    let store = fixture.store();
    for revision in [before[0], before[1], erased, later] {
        for record_name in ["articles/a", "articles/a/statements/s", "articles/a/statements/t"] {
            let found = deleted(&store, revision, record_name).await;
            assert_eq!(found.erasure, Some(erasure()), "{record_name} at {revision}");
            assert_eq!(found.committed.revision, revision.min(erased));
            assert_eq!(found.committed.create_time, at(0));
        }
        let reader = as_of(&store, revision).await;
        live(&*reader, "articles/b").await;
        assert_eq!(names(&*reader, Path::Articles).await, ["articles/b"]);
        assert_eq!(names(&*reader, Path::ArticlesByName).await, ["articles/b"]);
        assert!(names(&*reader, Path::Statements).await.is_empty());
        assert!(names(&*reader, Path::StatementsOf(article_id("a"))).await.is_empty());
        assert!(
            names(&*reader, Path::StatementsBySpeaker([entity_id("e")].into())).await.is_empty()
        );
        for outlet in ["One", "Two"] {
            let path = Path::ArticlesByPublisher([outlet.to_owned()].into());
            assert!(names(&*reader, path).await.is_empty());
        }
        let states = reader.states_of(&name("articles/a"), None, 9, LoadBody::Yes).await.unwrap();
        assert!(states.iter().all(|state| matches!(state, ArticleState::Deleted(_))));
    }
    assert_eq!(deleted(&store, later, "articles/a").await.article_version, 4);
    let earlier = as_of(&store, Revision::ZERO).await;
    assert_eq!(earlier.state(&name("articles/a"), LoadBody::No).await, Ok(State::Never));
}

pub(crate) async fn an_erased_entity_is_found_by_nothing(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let mut revisions = sample(&store).await;
    revisions.push(commit(&store, erasing(7, "entities/e")).await.revision);
    let keys = ["First Name", "Last Name", "Second Name"].into_iter().flat_map(index_keys);
    let mut paths: Vec<Path> = keys.map(Path::EntitiesByNameKey).collect();
    paths.push(Path::EntitiesByExternalId(external_id("wikidata", "Q1")));
    paths.push(Path::Entities);
    for revision in revisions {
        let reader = as_of(&store, revision).await;
        for path in &paths {
            let found = names(&*reader, path.clone()).await;
            assert!(found.is_empty(), "{found:?} along {path:?} at {revision}");
        }
    }
    // What speaks of it still does.
    let reader = newest(&store).await;
    let path = Path::StatementsBySpeaker([entity_id("e")].into());
    assert_eq!(names(&*reader, path).await, ["articles/a/statements/s"]);
}

pub(crate) async fn the_log_tells_what_was_erased(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    sample(&store).await;
    let head = store.head();
    let counts = head.counts;
    assert_eq!((counts.articles, counts.statements, counts.outlets, counts.speakers), (2, 1, 1, 1));
    commit(&store, erasing(7, "articles/a")).await;
    let change = store.changes(head.revision, 9).await.unwrap().remove(0);
    let erased = |text: &str| (name(text), ChangeKind::Erased);
    let expected = ["articles/a", "articles/a/statements/s", "articles/a/statements/t"];
    assert_eq!(change.records, expected.map(erased));
    let counts = store.head().counts;
    assert_eq!((counts.articles, counts.statements, counts.outlets, counts.speakers), (1, 0, 0, 0));
    // Once is enough.
    let head = store.head().revision;
    commit(&store, erasing(9, "articles/a")).await;
    assert_eq!(store.head().revision, head);
}

pub(crate) async fn an_erased_name_stays_unused(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    sample(&store).await;
    commit(&store, erasing(7, "articles/a").require(Precondition::Present(name("articles/a"))))
        .await;
    commit(&store, erasing(7, "entities/never")).await;
    let writes = [
        ("articles/a", batch(8).put("articles/a", article("Again"))),
        ("articles/a/statements/t", batch(8).put("articles/a/statements/t", statement("Again"))),
        ("entities/never", batch(8).put("entities/never", entity("Again"))),
        ("entities/never", batch(8).ensure("never", entity("Again"))),
    ];
    for (record_name, write) in writes {
        assert_eq!(conflict(&store, write).await, Conflict::Erased(name(record_name)));
    }
    // Its address still leads to it, and may be another's.
    let address = url("https://example.org/a");
    let found = newest(&store).await.article_by_url(&address).await.unwrap();
    assert_eq!(found, Some(article_id("a")));
    let taken = Article { canonical_url: Some(address), ..article("Taken") };
    commit(&store, batch(9).put("articles/c", taken)).await;
    assert_eq!(deleted(&store, store.head().revision, "entities/never").await.article_version, 0);
}

pub(crate) async fn erasures_are_listed_by_name(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    sample(&store).await;
    let last = commit(&store, erasing(7, "entities/e")).await.revision;
    let first = commit(&store, erasing(8, "articles/a")).await.revision;
    let expected = [
        ("articles/a", first),
        ("articles/a/statements/s", first),
        ("articles/a/statements/t", first),
        ("entities/e", last),
    ];
    let told = async |after: Option<&RecordName>, limit| {
        let erased = store.erasures(after, limit).await.unwrap();
        assert!(erased.iter().all(|erased| erased.erasure == erasure()));
        erased.into_iter().map(|erased| (erased.name.to_string(), erased.revision)).collect()
    };
    let expected = expected.map(|(name, revision)| (name.to_owned(), revision));
    let all: Vec<_> = told(None, 9).await;
    assert_eq!(all, expected);
    let some: Vec<_> = told(Some(&name("articles/a")), 2).await;
    assert_eq!(some, expected[1..3]);
}

pub(crate) async fn what_was_erased_is_pruned_like_all_else(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    sample(&store).await;
    let erased = commit(&store, erasing(7, "articles/a")).await.revision;
    let later = commit(&store, batch(8).put("entities/e", entity("E"))).await.revision;
    while store.floor().revision < later {
        store.prune(later, 4).await.unwrap();
    }
    let found = deleted(&store, later, "articles/a").await;
    assert_eq!((found.committed.revision, found.erasure), (erased, Some(erasure())));
    let states =
        newest(&store).await.states_of(&name("articles/a"), None, 9, LoadBody::No).await.unwrap();
    assert_eq!(states.len(), 1);
    assert_eq!(store.erasures(None, 9).await.unwrap().len(), 3);
}
