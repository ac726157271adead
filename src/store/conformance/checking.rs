//! Checks of what is stored.

use std::sync::Arc;

use super::Fixture;
use super::fixtures::*;
use crate::domain::article::Article;
use crate::domain::statement::Statement;
use crate::store::{Checked, Error, Mutation, Store};

/// Checks all of a store.
pub(crate) async fn check(store: &Arc<dyn Store>) -> Checked {
    let mut checker = store.check().await.unwrap();
    let mut all = Checked::default();
    while let Some(mut checked) = checker.step().await.unwrap() {
        all.entries += checked.entries;
        all.states += checked.states;
        all.changes += checked.changes;
        all.findings.append(&mut checked.findings);
    }
    all
}

/// Whatever a case did, it left a store in which nothing is wrong.
pub(crate) async fn finds_nothing(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    if store.ready().is_ok() {
        let Checked { findings, .. } = check(&store).await;
        assert!(findings.is_empty(), "{findings:#?}");
    }
}

pub(crate) async fn a_check_looks_at_all_states_and_commits(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    assert_eq!(check(&store).await.states, 0);
    let said = Statement { speaker: speaker("e"), ..statement("Said") };
    let long = Article { body: body(&"Many words. ".repeat(20_000)), ..article("A") };
    commit(&store, batch(0).put("articles/a", long).put("articles/a/statements/s", said)).await;
    commit(&store, batch(1).put("entities/e", entity("E"))).await;
    commit(&store, batch(2).put("entities/e", entity("F"))).await;
    commit(&store, batch(3).delete("entities/e")).await;
    let checked = check(&store).await;
    assert_eq!((checked.states, checked.changes), (5, 4), "{checked:?}");
    assert!(checked.entries >= 9 && checked.findings.is_empty(), "{checked:?}");
}

pub(crate) async fn writes_go_on_under_a_check(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    let write = async |number: i64| {
        let text = body(&format!("Text {number}. ").repeat(500));
        let article = Article {
            body: text,
            publisher: outlet(&format!("Outlet {}", number % 3)),
            canonical_url: Some(url(&format!("https://example.org/{}", number % 7))),
            ..article("A")
        };
        let said = Statement { speaker: speaker("e"), ..statement(&format!("Said {number}")) };
        let id = format!("articles/a{}", number % 7);
        let written = batch(number)
            .put(&id, article)
            .put(&format!("{id}/statements/s{}", number % 3), said)
            .put("entities/e", entity(&format!("E {number}")))
            .remember(request_key(number as u128), remembered(1, at(number + 5)));
        commit(&store, written).await;
    };
    for number in 0..300 {
        write(number).await;
    }
    let mut checker = store.check().await.unwrap();
    assert_eq!(checker.revision(), store.head().revision);
    let mut number = 300;
    while let Some(checked) = checker.step().await.unwrap() {
        assert!(checked.findings.is_empty(), "{:#?}", checked.findings);
        for _ in 0..5 {
            write(number).await;
            number += 1;
        }
        if number % 20 == 0 {
            let mut erase = batch(number);
            let erasure = crate::store::Erasure {
                reason: "A court said so.".into(),
                by: "desk".into(),
                time: at(number),
            };
            erase.mutations.push(Mutation::Erase(name(&format!("articles/x{number}")), erasure));
            commit(&store, erase).await;
            commit(&store, batch(number).delete("entities/e")).await;
        }
        let _ = store.prune(store.head().revision, 1_000).await.unwrap();
    }
}

pub(crate) async fn a_closed_store_is_not_checked(fixture: &mut dyn Fixture) {
    let store = fixture.store();
    commit(&store, batch(0).put("entities/a", entity("A"))).await;
    let mut checker = store.check().await.unwrap();
    store.close().await.unwrap();
    assert!(matches!(checker.step().await, Err(Error::Unavailable(_))));
    assert!(matches!(store.check().await.map(drop), Err(Error::Unavailable(_))));
}
