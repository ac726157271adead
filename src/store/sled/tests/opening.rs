//! What is said of data directories that cannot be opened.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::{config, open, raw};
use crate::domain::article::Article;
use crate::domain::revision::Revision;
use crate::store::conformance::fixtures::*;
use crate::store::sled::SledStore;
use crate::store::sled::keys;
use crate::store::{At, Error, LoadBody, Path as Way, Scan, Store};

fn refusal(directory: &Path) -> Error {
    match SledStore::open(config(directory)) {
        Ok(_) => panic!("{} was opened", directory.display()),
        Err(error) => error,
    }
}

/// Changes the data behind the store's back.
fn meddle(directory: &Path, change: impl FnOnce(&sled::Db)) {
    let db = raw(directory);
    change(&db);
    db.flush().unwrap();
}

fn said(error: &Error, words: &[&str]) {
    let text = error.to_string();
    assert!(words.iter().all(|word| text.contains(word)), "{text}");
}

#[tokio::test]
async fn a_directory_in_use_is_unavailable() {
    let directory = TempDir::new().unwrap();
    let store = open(directory.path());
    let error = refusal(directory.path());
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
    said(&error, &[&directory.path().display().to_string(), "in use", "choose another"]);
    store.close().await.unwrap();
    open(directory.path());
}

#[test]
fn a_store_that_is_dropped_lets_go_of_its_directory() {
    let directory = TempDir::new().unwrap();
    for _ in 0..3 {
        drop(open(directory.path()));
    }
}

#[test]
fn directories_are_made() {
    let directory = TempDir::new().unwrap();
    open(&directory.path().join("a/b/c"));
    assert!(directory.path().join("a/b/c/db").exists());
}

#[test]
fn a_path_that_can_be_no_directory_is_unavailable() {
    let directory = TempDir::new().unwrap();
    let file = directory.path().join("file");
    fs::write(&file, "words").unwrap();
    for path in [file.clone(), file.join("below")] {
        let error = refusal(&path);
        assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
        said(&error, &["cannot be used", "choose another"]);
    }
}

#[test]
fn a_directory_of_something_else_is_left_alone() {
    let directory = TempDir::new().unwrap();
    fs::write(directory.path().join("thesis.txt"), "words").unwrap();
    let error = refusal(directory.path());
    assert!(matches!(error, Error::Incompatible(_)), "{error:?}");
    said(&error, &["something else", "choose an empty directory"]);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_database_of_something_else_is_left_alone() {
    let directory = TempDir::new().unwrap();
    meddle(directory.path(), |db| {
        db.insert("key", "value").unwrap();
    });
    assert!(matches!(refusal(directory.path()), Error::Incompatible(_)));
    meddle(directory.path(), |db| assert_eq!(db.len(), 1));
}

#[test]
fn another_format_is_incompatible() {
    for (format, advice) in [(4_u32, "newer"), (2, "export")] {
        let directory = TempDir::new().unwrap();
        drop(open(directory.path()));
        meddle(directory.path(), |db| {
            db.insert(keys::FORMAT, &format.to_be_bytes()).unwrap();
        });
        let error = refusal(directory.path());
        assert!(matches!(error, Error::Incompatible(_)), "{error:?}");
        said(&error, &[&format!("format {format}"), "format 3", advice]);
    }
}

#[test]
fn a_file_that_is_no_database_is_corrupt() {
    let directory = TempDir::new().unwrap();
    drop(open(directory.path()));
    let noise: Vec<u8> =
        (0_u32..4 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    fs::write(directory.path().join("db"), noise).unwrap();
    let error = refusal(directory.path());
    assert!(matches!(error, Error::Corrupt(_)), "{error:?}");
    said(&error, &["restore a backup"]);
}

#[test]
fn a_database_that_lost_its_contents_is_no_new_store() {
    let directory = TempDir::new().unwrap();
    drop(open(directory.path()));
    fs::write(directory.path().join("db"), b"").unwrap();
    let error = refusal(directory.path());
    assert!(matches!(error, Error::Corrupt(_)), "{error:?}");
}

#[test]
fn settings_of_another_database_version_are_incompatible() {
    let directory = TempDir::new().unwrap();
    drop(sled::Config::new().path(directory.path()).segment_size(1 << 16).open().unwrap());
    let error = refusal(directory.path());
    assert!(matches!(error, Error::Incompatible(_)), "{error:?}");
}

/// Reads the one article, with its text, by name and in a list.
async fn read(directory: &Path) -> Result<(), Error> {
    let store = open(directory);
    let reader = store.reader(At::Head).await?;
    let read = reader.state(&name("articles/a"), LoadBody::Yes).await.map(|_| ());
    let scan = Scan { body: LoadBody::Yes, ..Scan::all(Way::Articles, 10) };
    let listed = reader.list(&scan).await.map(|_| ());
    assert_eq!(read, listed);
    read
}

#[tokio::test]
async fn a_damaged_record_is_told_from_its_neighbours() {
    let directory = TempDir::new().unwrap();
    let store = Arc::new(open(directory.path()));
    let shared: Arc<dyn Store> = store.clone();
    let full = Article { body: body("A text."), ..article("A") };
    commit(&shared, batch(0).put("articles/a", full).put("entities/e", entity("E"))).await;
    store.close().await.unwrap();
    read(directory.path()).await.unwrap();
    for tag in [keys::ARTICLE, keys::BODY] {
        let mut whole = None;
        meddle(directory.path(), |db| {
            let (key, value) = db.scan_prefix([tag]).next().unwrap().unwrap();
            let mut bytes = value.to_vec();
            *bytes.last_mut().unwrap() ^= 1;
            db.insert(&key, bytes).unwrap();
            whole = Some((key, value));
        });
        let error = read(directory.path()).await.unwrap_err();
        assert!(matches!(error, Error::Corrupt(_)), "{error:?}");
        said(&error, &["articles/a: ", "checksum"]);
        let store = open(directory.path());
        let reader = store.reader(At::Head).await.unwrap();
        reader.state(&name("entities/e"), LoadBody::No).await.unwrap().live().unwrap();
        drop(store);
        let (key, value) = whole.unwrap();
        meddle(directory.path(), |db| {
            db.insert(key, value).unwrap();
        });
    }
    meddle(directory.path(), |db| {
        let (key, value) = db.scan_prefix([keys::ARTICLE]).next().unwrap().unwrap();
        let mut bytes = value.to_vec();
        bytes[0] = 2;
        db.insert(key, bytes).unwrap();
    });
    let error = read(directory.path()).await.unwrap_err();
    assert!(matches!(error, Error::Incompatible(_)), "{error:?}");
}

#[tokio::test]
async fn a_damaged_end_of_the_file_is_told_by_what_was_acknowledged() {
    let directory = TempDir::new().unwrap();
    let store = open(directory.path());
    for number in 0..200 {
        let put = batch(number).put(&format!("entities/e{number}"), entity("E"));
        store.apply(vec![put]).await.remove(0).unwrap();
    }
    store.close().await.unwrap();
    let path = directory.path().join("db");
    let length = fs::metadata(&path).unwrap().len();
    let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.seek(SeekFrom::Start(length - 1_000)).unwrap();
    file.write_all(&[0; 1_000]).unwrap();
    drop(file);
    let error = refusal(directory.path());
    assert!(matches!(error, Error::Corrupt(_)), "{error:?}");
    said(&error, &["and 200 was acknowledged", "restore a backup"]);
    // Without that, whatever is left is whole: commits up to one, and none after it.
    fs::remove_file(directory.path().join("acknowledged")).unwrap();
    let Ok(store) = SledStore::open(config(directory.path())) else { return };
    let head = store.head().revision;
    let changes = store.changes(Revision::ZERO, 1_000).await.unwrap();
    assert_eq!(changes.len() as u64, head.0);
    let reader = store.reader(At::Head).await.unwrap();
    for change in changes {
        for (name, _) in change.records {
            reader.state(&name, LoadBody::No).await.unwrap().live().unwrap();
        }
    }
}
