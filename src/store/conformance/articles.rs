//! What is particular to articles: addresses, texts, versions.

use super::Fixture;
use super::fixtures::*;
use crate::domain::article::Article;
use crate::domain::id::ArticleId;
use crate::domain::record::Record;
use crate::domain::revision::Revision;
use crate::store::{ArticleState, Conflict, Error, LoadBody, Reader, State};

const ADDRESS: &str = "https://example.com/story";

fn addressed(title: &str) -> Article {
    Article { canonical_url: Some(url(ADDRESS)), ..article(title) }
}

async fn holder(reader: &dyn Reader) -> Option<ArticleId> {
    reader.article_by_url(&url(ADDRESS)).await.unwrap()
}

pub(crate) async fn an_address_leads_to_its_article(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let none = commit(&store, batch(0).put("articles/a", article("A"))).await.revision;
    let first = commit(&store, batch(1).put("articles/a", addressed("A"))).await.revision;
    let moved = batch(2).put("articles/a", article("A")).put("articles/b", addressed("B"));
    let second = commit(&store, moved).await.revision;
    let nowhere = commit(&store, batch(3).put("articles/b", article("B"))).await.revision;
    let expected = [(none, None), (first, Some("a")), (second, Some("b")), (nowhere, None)];
    for (revision, expected) in expected {
        let found = holder(&*as_of(&store, revision).await).await;
        assert_eq!(found, expected.map(article_id), "at {revision}");
    }
}

pub(crate) async fn an_address_belongs_to_one_article(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    commit(&store, batch(0).put("articles/a", addressed("A"))).await;
    commit(&store, batch(1).put("articles/a", addressed("A again"))).await;
    let taken = Conflict::UrlTaken { url: url(ADDRESS), article: article_id("a") };
    assert_eq!(conflict(&store, batch(2).put("articles/b", addressed("B"))).await, taken);
    commit(&store, batch(3).put("articles/b", article("B"))).await;
    assert_eq!(conflict(&store, batch(4).put("articles/b", addressed("B"))).await, taken);
}

pub(crate) async fn an_address_is_taken_within_a_batch_in_its_order(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let twice = batch(0).put("articles/a", addressed("A")).put("articles/b", addressed("B"));
    let taken = Conflict::UrlTaken { url: url(ADDRESS), article: article_id("a") };
    assert_eq!(conflict(&store, twice).await, taken);
    commit(&store, batch(1).put("articles/a", addressed("A"))).await;
    let too_early = batch(2).put("articles/b", addressed("B")).put("articles/a", article("A"));
    assert_eq!(conflict(&store, too_early).await, taken);
    let handed_on = batch(3).put("articles/a", article("A")).put("articles/b", addressed("B"));
    commit(&store, handed_on).await;
    assert_eq!(holder(&*newest(&store).await).await, Some(article_id("b")));
    let after_deletion = batch(4).delete("articles/b").put("articles/c", addressed("C"));
    commit(&store, after_deletion).await;
    assert_eq!(holder(&*newest(&store).await).await, Some(article_id("c")));
}

pub(crate) async fn an_address_is_taken_within_a_sequence(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let answers = store
        .apply(vec![
            batch(0).put("articles/a", addressed("A")),
            batch(1).put("articles/a", article("A")),
            batch(2).put("articles/b", addressed("B")),
            batch(3).put("articles/a", addressed("A")),
        ])
        .await;
    let taken = Conflict::UrlTaken { url: url(ADDRESS), article: article_id("b") };
    assert!(answers[..3].iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(answers[3], Err(Error::Conflict(taken)));
}

pub(crate) async fn a_deleted_article_keeps_its_address(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let first = commit(&store, batch(0).put("articles/a", addressed("A"))).await.revision;
    let deletion = commit(&store, batch(1).delete("articles/a")).await.revision;
    for revision in [first, deletion] {
        assert_eq!(holder(&*as_of(&store, revision).await).await, Some(article_id("a")));
    }
    let second = commit(&store, batch(2).put("articles/b", addressed("B"))).await.revision;
    let taken = Conflict::UrlTaken { url: url(ADDRESS), article: article_id("b") };
    assert_eq!(conflict(&store, batch(3).put("articles/a", addressed("A"))).await, taken);
    let gone = commit(&store, batch(4).delete("articles/b")).await.revision;
    let back = commit(&store, batch(5).put("articles/a", addressed("A"))).await.revision;
    for (revision, expected) in [(deletion, "a"), (second, "b"), (gone, "b"), (back, "a")] {
        let found = holder(&*as_of(&store, revision).await).await;
        assert_eq!(found, Some(article_id(expected)), "at {revision}");
    }
}

pub(crate) async fn a_text_comes_only_when_asked_for(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    // More than any one value of a backend may be expected to hold.
    let long: String = (0..20_000).map(|number| format!("{number} ")).collect();
    for text in ["A short text.", "Ҷумҳурӣ, کوردستان, 🗞", &long] {
        let full = Article { body: body(text), ..article("A") };
        commit(&store, batch(0).put("articles/a", full.clone())).await;
        let reader = newest(&store).await;
        assert_eq!(live_article(&*reader, "articles/a").await, full);
        let state = reader.state(&name("articles/a"), LoadBody::No).await.unwrap();
        let bare = Article { body: full.body.without_text(), ..full };
        assert_eq!(state.live().map(|stored| stored.value), Some(bare.into_record()));
    }
}

pub(crate) async fn a_put_without_its_text_keeps_the_stored_one(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let first = Article { body: body("The text."), ..article("A") };
    commit(&store, batch(0).put("articles/a", first.clone())).await;
    let retitled = Article { title: "B".into(), body: first.body.without_text(), ..first.clone() };
    commit(&store, batch(1).put("articles/a", retitled)).await;
    let second = live_article(&*newest(&store).await, "articles/a").await;
    assert_eq!(second, Article { title: "B".into(), ..first });

    let rewritten = Article { body: body("Another text."), version: 2, ..second };
    commit(&store, batch(2).put("articles/a", rewritten.clone())).await;
    let relabelled = Article {
        labels: [("desk".to_owned(), "world".to_owned())].into(),
        body: rewritten.body.without_text(),
        ..rewritten.clone()
    };
    let fourth = commit(&store, batch(3).put("articles/a", relabelled)).await.revision;
    commit(&store, batch(4).put("articles/a", Article { version: 3, ..article("A") })).await;
    let found = live_article(&*as_of(&store, fourth).await, "articles/a").await;
    assert_eq!(found.body, rewritten.body);
    assert_eq!(live_article(&*newest(&store).await, "articles/a").await.body.text, None);
}

pub(crate) async fn a_put_without_its_text_needs_that_text_stored(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let unloaded = Article { body: body("Some text.").without_text(), ..article("A") };
    let put = batch(0).put("articles/a", unloaded);
    let missing = Conflict::Missing(name("articles/a"));
    assert_eq!(conflict(&store, put.clone()).await, missing);
    let other = Article { body: body("Another text."), ..article("A") };
    let found = commit(&store, batch(1).put("articles/a", other)).await.revision;
    let changed = Conflict::Changed { name: name("articles/a"), found };
    assert_eq!(conflict(&store, put.clone()).await, changed);
    commit(&store, batch(2).delete("articles/a")).await;
    assert_eq!(conflict(&store, put).await, missing);
}

pub(crate) async fn a_deletion_tells_the_version_to_go_on_from(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let versioned = |version| Article { version, ..article("A") };
    for version in [1, 2, 3] {
        commit(&store, batch(0).put("articles/a", versioned(version))).await;
    }
    let deletion = commit(&store, batch(1).delete("articles/a")).await.revision;
    commit(&store, batch(2).put("articles/a", versioned(4))).await;
    commit(&store, batch(3).delete("articles/a")).await;
    for (revision, expected) in [(deletion, 3), (store.head().revision, 4)] {
        let reader = as_of(&store, revision).await;
        let state = reader.state(&name("articles/a"), LoadBody::No).await.unwrap();
        let State::Deleted(deleted) = state else { panic!("{state:?}") };
        assert_eq!(deleted.article_version, expected);
    }
}

pub(crate) async fn article_states_are_every_state_newest_first(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let texts = ["One.", "Two.", "Three."];
    let written = |text: &str| Article { body: body(text), ..article(text) };
    let mut revisions = Vec::new();
    for text in texts {
        revisions.push(commit(&store, batch(0).put("articles/a", written(text))).await.revision);
        commit(&store, batch(0).put("articles/b", written(text))).await;
    }
    revisions.push(commit(&store, batch(1).delete("articles/a")).await.revision);
    revisions.push(commit(&store, batch(2).put("articles/a", written("Four."))).await.revision);

    let reader = newest(&store).await;
    let id = article_id("a");
    let all = reader.article_states(&id, None, 10, LoadBody::Yes).await.unwrap();
    let found: Vec<_> = all.iter().rev().map(revision_and_text).collect();
    let texts = ["One.", "Two.", "Three.", "", "Four."].map(str::to_owned);
    assert_eq!(found, revisions.iter().copied().zip(texts).collect::<Vec<_>>());

    let bare = reader.article_states(&id, None, 10, LoadBody::No).await.unwrap();
    assert!(bare.iter().all(|state| revision_and_text(state).1.is_empty()));
    let two = reader.article_states(&id, None, 2, LoadBody::Yes).await.unwrap();
    assert_eq!(two, all[..2]);
    let next = reader.article_states(&id, Some(revisions[3]), 2, LoadBody::Yes).await.unwrap();
    assert_eq!(next, all[2..4]);
    let earlier = as_of(&store, revisions[1]).await;
    let earlier = earlier.article_states(&id, None, 10, LoadBody::Yes).await.unwrap();
    assert_eq!(earlier, all[3..]);
    let none = reader.article_states(&article_id("none"), None, 10, LoadBody::No).await.unwrap();
    assert_eq!(none, []);
}

pub(crate) async fn every_kind_of_record_has_its_states_newest_first(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let (said, thing) = ("articles/a/statements/s", "entities/e");
    commit(&store, batch(0).put("articles/a", article("A"))).await;
    let first = batch(1).put(said, statement("One")).put(thing, entity("One"));
    let first = commit(&store, first.put("articles/a/statements/s2", statement("One"))).await;
    let gone = commit(&store, batch(2).delete(said)).await;
    let second = batch(3).put(said, statement("Two")).put(thing, entity("Two"));
    let second = commit(&store, second).await;
    let reader = newest(&store).await;
    let states = async |record_name: &str, before: Option<Revision>, limit| {
        let found = reader.states_of(&name(record_name), before, limit, LoadBody::No).await;
        found.unwrap().iter().map(ArticleState::revision).collect::<Vec<_>>()
    };
    assert_eq!(states(said, None, 9).await, [second.revision, gone.revision, first.revision]);
    assert_eq!(states(thing, None, 9).await, [second.revision, first.revision]);
    assert_eq!(states(said, Some(gone.revision), 9).await, [first.revision]);
    assert_eq!(states(thing, None, 1).await, [second.revision]);
    assert_eq!(states("entities/none", None, 9).await, []);
    assert_eq!(states("articles/none/statements/s", None, 9).await, []);
}

/// The revision and the text of an article's state; no text where it was deleted
/// or was not loaded.
fn revision_and_text(state: &ArticleState) -> (Revision, String) {
    match state {
        ArticleState::Deleted(deleted) => (deleted.committed.revision, String::new()),
        ArticleState::Article(stored) => {
            let Record::Article(article) = &stored.value else {
                panic!("{stored:?} is no article")
            };
            let text = article.body.text.as_deref().unwrap_or_default();
            (stored.committed.revision, text.to_owned())
        }
    }
}
