//! A data directory that cannot be used: the server does not start, and says
//! what to do.

mod golden;

use std::fs;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use crate::harness::{Home, fails_to_start};
use crate::samples::{article, ingest};

/// Holds why a server does not start against what it must say; the directory is
/// always named.
async fn refused(home: &Home, expected: &str) {
    let error = fails_to_start(home.config()).await;
    assert!(error.contains(expected), "{error}");
    assert!(error.contains(home.data().to_str().unwrap()), "{error}");
}

/// A directory that a server used.
async fn used() -> Home {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest(article("articles/bridge"))).await;
    server.stop().await;
    home
}

/// The database itself, opened as a server opens it, once the threads of the one
/// before have let go of the file.
pub(crate) fn database(data: &Path) -> sled::Db {
    let config = sled::Config::new().path(data).segment_size(4 << 20);
    let begun = Instant::now();
    loop {
        match config.open() {
            Ok(db) => return db,
            Err(error) => assert!(begun.elapsed() < Duration::from_secs(10), "{error}"),
        }
        thread::yield_now();
    }
}

#[tokio::test]
async fn one_that_is_in_use_is_refused() {
    let home = Home::new();
    let server = home.start().await;
    refused(&home, "is in use: stop the dicta that uses it").await;
    server.store(ingest(article("articles/bridge"))).await;
    server.stop().await;
}

#[tokio::test]
async fn one_that_is_a_file_is_refused_and_left_alone() {
    let home = Home::new();
    fs::write(home.data(), "a file").unwrap();
    refused(&home, "put it right, or choose another").await;
    assert_eq!(fs::read_to_string(home.data()).unwrap(), "a file");
}

#[tokio::test]
async fn one_that_holds_something_else_is_refused_and_left_alone() {
    let home = Home::new();
    fs::create_dir(home.data()).unwrap();
    fs::write(home.data().join("letters.txt"), "mine").unwrap();
    refused(&home, "choose an empty directory").await;
    assert_eq!(fs::read_dir(home.data()).unwrap().count(), 1);
}

#[tokio::test]
async fn one_whose_database_is_corrupt_is_refused() {
    let home = used().await;
    let noise = (0_u32..4 << 20).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8);
    fs::write(home.data().join("db"), noise.collect::<Vec<u8>>()).unwrap();
    refused(&home, "put it aside and restore a backup").await;
}

#[tokio::test]
async fn one_whose_database_is_lost_is_no_new_base() {
    let home = used().await;
    fs::remove_file(home.data().join("db")).unwrap();
    refused(&home, "put it aside and restore a backup").await;
    // And it stays so.
    refused(&home, "put it aside and restore a backup").await;
}
