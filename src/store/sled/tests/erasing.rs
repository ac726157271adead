//! What an erasure leaves on the disk, once the data was written anew.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use sled::Db;
use tempfile::TempDir;

use super::super::SledStore;
use super::super::keys;
use super::super::record::envelope;
use super::super::record::packed;
use super::super::record::version::Version;
use super::{config, open, raw};
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::statement::Statement;
use crate::store::conformance::fixtures::*;
use crate::store::{Erasure, Mutation, Store, WriteBatch};

/// A word of every record that is to be erased, and one of each that stays.
const GONE: &str = "Zanzibarquux";
const STAYS: &str = "Harbourplugh";

/// Writes records that have the word in whatever is stored or indexed, in a state
/// of this number.
fn written(step: i64, word: &str) -> WriteBatch {
    let id = word.to_lowercase().chars().take(1).collect::<String>();
    let text = format!("{word} in the text of state {step}. ").repeat(2_000);
    let article = Article {
        publisher: outlet(&format!("{word} Times {step}")),
        canonical_url: Some(url(&format!("https://example.org/{word}/{step}"))),
        body: body(&text),
        ..article(&format!("{word} in the title of state {step}"))
    };
    let person = Entity {
        names: vec![alias(&format!("{word} Alias {step}"))],
        external_ids: vec![external_id("register", &format!("{word}-{step}"))],
        description: format!("{word} and more words, ").repeat(60),
        ..entity(&format!("{word} Name {step}"))
    };
    batch(step)
        .put(&format!("articles/{id}"), article)
        .put(&format!("articles/{id}/statements/s"), statement(&format!("{word} said {step}")))
        .put(
            &format!("articles/{id}/statements/t{step}"),
            Statement { speaker: speaker(&id), ..statement(&format!("{word} said too")) },
        )
        .put(&format!("entities/{id}"), person)
}

fn erasing(record_name: &str) -> WriteBatch {
    let erasure = Erasure { reason: "A court said so.".into(), by: "desk".into(), time: at(9) };
    let mut write = batch(9);
    write.mutations.push(Mutation::Erase(name(record_name), erasure));
    write
}

/// Whether bytes hold a word, in any case.
fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether any file holds a word as it is.
fn in_files(directory: &Path, word: &str) -> bool {
    fs::read_dir(directory).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() { in_files(&path, word) } else { holds(&fs::read(path).unwrap(), word) }
    })
}

/// Whether any entry holds a word, whatever it is packed into.
fn in_entries(db: &Db, word: &str) -> bool {
    db.iter().any(|entry| {
        let (key, value) = entry.unwrap();
        let unpacked = match key[0] {
            b'm' if key.as_ref() == keys::FORMAT => Vec::new(),
            keys::BODY if key.ends_with(&0_u32.to_be_bytes()) => text(db, &key),
            keys::BODY => Vec::new(),
            _ if keys::is_version(&key) => {
                let version = Version::open(db, &key, &value).unwrap();
                let payload = version.payload;
                packed::unpack(payload.flags, &payload.bytes).unwrap().into_owned()
            }
            b'C' | b'g' | b'Z' | b'Q' => {
                let opened = envelope::open(db, &key, &value).unwrap();
                packed::unpack(opened.flags & envelope::COMPRESSED, &opened.content)
                    .unwrap()
                    .into_owned()
            }
            _ => Vec::new(),
        };
        holds(&key, word) || holds(&value, word) || holds(&unpacked, word)
    })
}

/// The text whose first chunk has the key.
fn text(db: &Db, first: &[u8]) -> Vec<u8> {
    let mut shrunk = Vec::new();
    for entry in db.scan_prefix(&first[..first.len() - 4]) {
        let (key, value) = entry.unwrap();
        shrunk.extend_from_slice(&envelope::unwrap(&key, &value).unwrap().content);
    }
    zstd::stream::decode_all(shrunk.as_slice()).unwrap()
}

#[tokio::test]
async fn erased_words_are_nowhere_once_the_data_is_compacted() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let store: Arc<dyn Store> = Arc::new(open(path));
    for step in 0..4 {
        commit(&store, written(step, GONE)).await;
        commit(&store, written(step, STAYS)).await;
    }
    commit(&store, batch(5).delete("articles/z/statements/t0")).await;
    store.close().await.unwrap();
    drop(store);
    let db = raw(path);
    assert!(in_entries(&db, GONE) && in_entries(&db, STAYS));
    drop(db);
    assert!(in_files(path, GONE) && in_files(path, STAYS));

    let store: Arc<dyn Store> = Arc::new(open(path));
    commit(&store, erasing("articles/z")).await;
    commit(&store, erasing("entities/z")).await;
    let (identity, head) = (store.identity().clone(), store.head());
    let refused = SledStore::compact(&config(path), &[]).unwrap_err().to_string();
    assert!(refused.contains("in use"), "{refused}");
    store.close().await.unwrap();
    drop(store);
    let compacted = SledStore::compact(&config(path), &[]).unwrap();
    assert!(compacted.after > 0, "{compacted:?}");
    assert!(!in_files(path, GONE) && in_files(path, STAYS));
    let db = raw(path);
    assert!(!in_entries(&db, GONE) && in_entries(&db, STAYS));
    drop(db);

    let store: Arc<dyn Store> = Arc::new(open(path));
    assert_eq!((store.identity().clone(), store.head()), (identity, head));
    let reader = newest(&store).await;
    let kept = live_article(&*reader, "articles/h").await;
    assert!(kept.body.text.unwrap().contains(STAYS));
    commit(&store, written(10, STAYS)).await;
}

#[tokio::test]
async fn a_swap_that_was_cut_short_is_finished_by_whoever_opens() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let store: Arc<dyn Store> = Arc::new(open(path));
    commit(&store, written(0, STAYS)).await;
    let head = store.head();
    store.close().await.unwrap();
    drop(store);
    drop(raw(path));
    // A copy that is not whole, and one that is, with which what was built goes.
    let built = path.join("built");
    for (name, whole) in [("compacted.part", false), ("compacted", true)] {
        fs::create_dir_all(built.join("of-words")).unwrap();
        let copy = path.join(name);
        fs::create_dir(&copy).unwrap();
        fs::write(copy.join("conf"), fs::read(path.join("conf")).unwrap()).unwrap();
        fs::write(copy.join("along"), "built\nabsent").unwrap();
        let bytes = if whole { fs::read(path.join("db")).unwrap() } else { b"half".to_vec() };
        fs::write(copy.join("db"), bytes).unwrap();
        let store: Arc<dyn Store> = Arc::new(open(path));
        assert_eq!(store.head(), head);
        assert!(!copy.exists());
        assert_eq!(built.exists(), !whole);
        live(&*newest(&store).await, "articles/h").await;
        store.close().await.unwrap();
        drop(store);
        drop(raw(path));
    }
}

#[tokio::test]
async fn what_was_built_goes_before_the_size_is_taken() {
    let directory = TempDir::new().unwrap();
    let path = directory.path();
    let store: Arc<dyn Store> = Arc::new(open(path));
    commit(&store, written(0, STAYS)).await;
    store.close().await.unwrap();
    drop(store);
    drop(raw(path));
    fs::create_dir(path.join("built")).unwrap();
    fs::write(path.join("built").join("words"), vec![0; 8 << 20]).unwrap();
    let compacted = SledStore::compact(&config(path), &["built", "absent"]).unwrap();
    assert!(!path.join("built").exists());
    assert!(compacted.before >= compacted.after + (8 << 20) - (1 << 20), "{compacted:?}");
}
