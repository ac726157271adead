//! The index is built afresh, on demand or where what is there is of no use.

use std::fs;
use std::path::PathBuf;

use dicta::rpc::pb;

use super::{asking, text};
use crate::harness::{Dicta, Home};

async fn filled(home: &Home) -> Dicta {
    let dicta = home.start().await;
    for number in 0..30 {
        let body = format!("body word{number} all");
        dicta.store(text(&format!("articles/n{number}"), "A title", &body, "en")).await;
    }
    dicta
}

async fn rebuild(dicta: &Dicta) -> pb::RebuildIndexResponse {
    let request = pb::RebuildIndexRequest::default();
    let mut answers = dicta.admin().rebuild_index(request).await.unwrap().into_inner();
    let mut last = None;
    while let Some(answer) = answers.message().await.unwrap() {
        last = Some(answer);
    }
    last.unwrap()
}

async fn total(dicta: &Dicta) -> i32 {
    dicta.search(asking("all")).await.unwrap().total
}

fn builds(home: &Home) -> Vec<PathBuf> {
    let entries = fs::read_dir(home.data().join("search")).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rebuild_is_told_and_leaves_one_build() {
    let home = Home::new();
    let dicta = filled(&home).await;
    assert_eq!(total(&dicta).await, 30);
    for _ in 0..2 {
        let told = rebuild(&dicta).await;
        assert!(told.done);
        assert_eq!(told.revision, dicta.revision().await);
        assert_eq!(total(&dicta).await, 30);
        assert_eq!(builds(&home).len(), 1);
    }
    let info = dicta.info().await;
    let index = info.search_index.unwrap();
    assert_eq!((index.served, index.revision, index.building), (true, info.revision, false));
    dicta.store(text("articles/more", "More", "all", "en")).await;
    assert_eq!(total(&dicta).await, 31);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_during_rebuilds_is_found() {
    let home = Home::new();
    let dicta = filled(&home).await;
    let request = pb::RebuildIndexRequest::default();
    let mut rebuilds = Vec::new();
    for number in 0..20 {
        rebuilds.push(dicta.admin().rebuild_index(request).await.unwrap().into_inner());
        dicta.store(text(&format!("articles/more{number}"), "More", "all", "en")).await;
        assert_eq!(total(&dicta).await, 31 + number);
    }
    for mut answers in rebuilds {
        while answers.message().await.unwrap().is_some() {}
    }
    assert_eq!(total(&dicta).await, 50);
    assert_eq!(builds(&home).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_serves_the_next_start() {
    let home = Home::new();
    filled(&home).await.stop().await;
    let before = builds(&home);
    let dicta = home.start().await;
    assert_eq!(total(&dicta).await, 30);
    assert_eq!(builds(&home), before);
}

/// What is done to an index while no server runs.
type Damage = fn(&Home);

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_foreign_or_corrupt_is_built_again() {
    let removed: Damage = |home| fs::remove_dir_all(home.data().join("search")).unwrap();
    let truncated: Damage = |home| {
        for file in fs::read_dir(&builds(home)[0]).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|it| it == "idx" || it == "term") {
                let mut bytes = fs::read(&path).unwrap();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 0xff;
                fs::write(&path, bytes).unwrap();
            }
        }
    };
    let without_meta: Damage = |home| fs::remove_file(builds(home)[0].join("meta.json")).unwrap();
    let garbled: Damage = |home| fs::write(builds(home)[0].join("meta.json"), "{").unwrap();
    let foreign: Damage = |home| {
        let path = builds(home)[0].join("meta.json");
        let meta = fs::read_to_string(&path).unwrap();
        let (before, id) = meta.split_once("store_id\\\":\\\"").expect("no store id");
        let other = if id.starts_with('0') { '1' } else { '0' };
        fs::write(&path, format!("{before}store_id\\\":\\\"{other}{}", &id[1..])).unwrap();
    };
    for (what, damage) in [
        ("removed", removed),
        ("truncated", truncated),
        ("without meta", without_meta),
        ("garbled", garbled),
        ("foreign", foreign),
    ] {
        let home = Home::new();
        filled(&home).await.stop().await;
        damage(&home);
        let dicta = home.start().await;
        assert_eq!(total(&dicta).await, 30, "{what}");
        dicta.stop().await;
    }
}
