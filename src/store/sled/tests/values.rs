//! Values of every length, names of any characters.

use std::sync::Arc;

use serde_json::json;
use tempfile::TempDir;

use super::{open, raw};
use crate::domain::article::{Article, Publisher};
use crate::domain::entity::Entity;
use crate::domain::id::RecordName;
use crate::domain::revision::Revision;
use crate::store::conformance::fixtures::*;
use crate::store::{LoadBody, Path, Store};

/// Words that hardly compress.
fn noise(bytes: usize) -> String {
    let mut reader = blake3::Hasher::new().finalize_xof();
    let mut raw = vec![0; bytes / 2];
    reader.fill(&mut raw);
    raw.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn long_values_come_back_and_no_entry_is_long() {
    let directory = TempDir::new().unwrap();
    let store: Arc<dyn Store> = Arc::new(open(directory.path()));
    let metadata = json!({ "noise": noise(60_000) });
    let long_article = Article {
        title: noise(1_000),
        body: body(&noise(1 << 20)),
        metadata: metadata.as_object().unwrap().clone(),
        ..article("A")
    };
    let names = (0..256).map(|at| alias(&noise(200).replace('a', &at.to_string()))).collect();
    let long_entity = Entity { names, ..entity("E") };
    let long_statement = statement(&noise(65_000));
    let statements = 2_000;
    let mut write = batch(0)
        .put("articles/a", long_article.clone())
        .put("articles/a/statements/long", long_statement.clone())
        .put("entities/e", long_entity.clone());
    for number in 0..statements {
        let id = blake3::hash(&[number as u8, (number >> 8) as u8]).to_hex();
        write = write.put(&format!("articles/a/statements/{}", &id[..63]), statement("S"));
    }
    let expected: Vec<RecordName> =
        write.mutations.iter().map(|mutation| mutation.name()).collect();
    commit(&store, write).await;

    let reader = newest(&store).await;
    assert_eq!(live_article(&*reader, "articles/a").await, long_article);
    assert_eq!(live_entity(&*reader, "entities/e").await, long_entity);
    let stored = live(&*reader, "articles/a/statements/long").await;
    assert_eq!(stored.value, long_statement.into_record());
    let listed = crate::store::conformance::fixtures::names(&*reader, Path::Statements).await;
    assert_eq!(listed.len(), statements + 1);
    let change = store.changes(Revision::ZERO, 10).await.unwrap().remove(0);
    let logged: Vec<RecordName> = change.records.into_iter().map(|(name, _)| name).collect();
    assert_eq!(logged, expected);

    store.close().await.unwrap();
    let db = raw(directory.path());
    for entry in db.iter() {
        let (key, value) = entry.unwrap();
        assert!(key.len() + value.len() <= 6_000, "{}", key.escape_ascii());
    }
    assert_eq!(std::fs::read_dir(directory.path().join("blobs")).unwrap().count(), 0);
}

#[tokio::test]
async fn names_of_any_characters_are_told_apart() {
    let directory = TempDir::new().unwrap();
    let store: Arc<dyn Store> = Arc::new(open(directory.path()));
    let long = "ö".repeat(150);
    let keys = ["A", "A\0", "A\0B", "\0", "\u{1}", &long, &format!("{long}x"), "ÿ", "\u{10ffff}"];
    let mut write = batch(0);
    for (number, key) in keys.iter().enumerate() {
        let publisher = Publisher { entity: None, name: (*key).into() };
        write =
            write.put(&format!("articles/a{number}"), Article { publisher, ..article("A") }).put(
                &format!("entities/e{number}"),
                Entity {
                    external_ids: vec![external_id(key, "id"), external_id("x", key)],
                    ..entity("E")
                },
            );
    }
    commit(&store, write).await;
    assert_eq!(store.head().counts.outlets, keys.len() as u64);
    let reader = newest(&store).await;
    for (number, key) in keys.iter().enumerate() {
        let publisher = names(&*reader, Path::ArticlesByPublisher([(*key).into()].into())).await;
        assert_eq!(publisher, [format!("articles/a{number}")], "{key:?}");
        for id in [external_id(key, "id"), external_id("x", key)] {
            let found = names(&*reader, Path::EntitiesByExternalId(id)).await;
            assert_eq!(found, [format!("entities/e{number}")], "{key:?}");
        }
    }
    for absent in ["", "A\0C", "AB", &"ö".repeat(149)] {
        let found = names(&*reader, Path::ArticlesByPublisher([absent.into()].into())).await;
        assert!(found.is_empty(), "{absent:?}");
    }
}

#[tokio::test]
async fn a_text_is_stored_once_while_it_stays_the_same() {
    let directory = TempDir::new().unwrap();
    let store: Arc<dyn Store> = Arc::new(open(directory.path()));
    for (number, text) in [(0, "one"), (1, "one"), (2, "two"), (3, "two"), (4, "one")] {
        let put = Article { body: body(text), ..article(&number.to_string()) };
        commit(&store, batch(number).put("articles/a", put)).await;
    }
    let reader = newest(&store).await;
    let states = reader.article_states(&article_id("a"), None, 10, LoadBody::Yes).await.unwrap();
    assert_eq!(states.len(), 5);
    store.close().await.unwrap();
    let db = raw(directory.path());
    assert_eq!(db.scan_prefix([crate::store::sled::keys::BODY]).count(), 3);
}
