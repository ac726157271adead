//! A data directory that cannot be used: the server does not start, and says
//! what to do.

use std::fs;

use crate::harness::{Home, fails_to_start};
use crate::samples::{article, ingest};

#[tokio::test]
async fn one_that_is_in_use_is_refused() {
    let home = Home::new();
    let server = home.start().await;
    let error = fails_to_start(home.config()).await;
    assert!(error.contains("is in use: stop the dicta that uses it"), "{error}");
    server.store(ingest(article("articles/bridge"))).await;
    server.stop().await;
}

#[tokio::test]
async fn one_that_is_a_file_or_holds_something_else_is_refused() {
    let home = Home::new();
    fs::write(home.data(), "a file").unwrap();
    let error = fails_to_start(home.config()).await;
    assert!(error.contains("put it right, or choose another"), "{error}");
    assert_eq!(fs::read_to_string(home.data()).unwrap(), "a file");
    let home = Home::new();
    fs::create_dir(home.data()).unwrap();
    fs::write(home.data().join("letters.txt"), "mine").unwrap();
    let error = fails_to_start(home.config()).await;
    assert!(error.contains("choose an empty directory"), "{error}");
}
