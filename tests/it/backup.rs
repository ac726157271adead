//! Backups, and the data directories made of them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dicta::app::{self, RestoreError};
use dicta::rpc::pb;
use tonic::Code;

use crate::export::{corrected, everything, export};
use crate::harness::{Dicta, Home, assert_refused};
use crate::samples::{QUOTE, article, ingest_with, named};

/// How many backups are taken under load: by hand more than in every test run.
const COUNT_VARIABLE: &str = "DICTA_BACKUPS";
const DEFAULT_COUNT: usize = 2;

/// Takes a backup; gives the revision that it holds.
pub(crate) async fn back_up(server: &Dicta, history: bool, file: &Path) -> i64 {
    let request = pb::CreateBackupRequest { history };
    let mut parts = server.admin().create_backup(request).await.unwrap().into_inner();
    let (mut bytes, mut revision) = (Vec::new(), 0);
    while let Some(part) = parts.message().await.unwrap() {
        bytes.extend(part.data);
        revision = part.revision;
    }
    fs::write(file, bytes).unwrap();
    revision
}

/// Where a backup of this base is written.
pub(crate) fn file_of(home: &Home) -> PathBuf {
    home.data().with_file_name("backup")
}

/// A server on a directory made of a backup.
async fn restored(file: &Path) -> (Home, Dicta) {
    let home = Home::new();
    app::restore(file, &home.data(), Vec::new()).await.unwrap();
    let server = home.start().await;
    (home, server)
}

async fn as_of(server: &Dicta, revision: i64, history: bool) -> String {
    let read = pb::ReadOptions {
        as_of: Some(pb::read_options::AsOf::Revision(revision)),
        ..Default::default()
    };
    export(server, pb::ExportRequest { read: Some(read), history, ..Default::default() }).await
}

#[tokio::test]
async fn what_is_restored_is_what_was_backed_up() {
    let home = Home::with_seeds(Path::new("seeds"));
    let server = home.start().await;
    corrected(&server).await;
    let before = everything(&server).await;
    let revision = back_up(&server, false, &file_of(&home)).await;
    assert_eq!(revision, server.revision().await);
    // What comes later is not in it.
    server.store(ingest_with("articles/late", vec![named("articles/-/statements/s", QUOTE)])).await;

    let (_restored_home, restored) = restored(&file_of(&home)).await;
    assert_eq!(everything(&restored).await, before);
    let (old, new) = (server.info().await, restored.info().await);
    assert_ne!(old.store_id, new.store_id);
    restored.store(ingest_with("articles/late", Vec::new())).await;
    restored.stop().await;
    server.stop().await;
}

#[tokio::test]
async fn every_state_is_restored_where_the_backup_has_a_history() {
    let home = Home::new();
    let server = home.start().await;
    corrected(&server).await;
    back_up(&server, true, &file_of(&home)).await;
    let (_restored_home, restored) = restored(&file_of(&home)).await;
    let states = |server: Dicta| async move {
        let request = pb::ListArticleVersionsRequest {
            name: "articles/a".into(),
            view: pb::ArticleView::Full.into(),
            ..Default::default()
        };
        let answer = server.query().list_article_versions(request).await.unwrap().into_inner();
        server.stop().await;
        let text = |version: pb::ArticleVersion| version.article.map(|article| article.body);
        answer.versions.into_iter().map(text).collect::<Vec<_>>()
    };
    let bodies = states(server).await;
    assert_eq!(bodies.len(), 2);
    assert_eq!(states(restored).await, bodies);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_is_one_revision() {
    let count = std::env::var(COUNT_VARIABLE).map_or(DEFAULT_COUNT, |text| text.parse().unwrap());
    let home = Home::new();
    let server = Arc::new(home.start().await);
    let written = Arc::new(AtomicBool::new(false));
    let writer = tokio::spawn({
        let (server, written) = (Arc::clone(&server), Arc::clone(&written));
        async move {
            for number in 0.. {
                let statements = vec![named("articles/-/statements/s", QUOTE)];
                server.store(ingest_with(&format!("articles/a{}", number % 40), statements)).await;
                let update = article(&format!("articles/a{}", number % 7));
                let body = format!("{} Update {number}.", update.body);
                server.store(ingest_with(&update.name, Vec::new())).await;
                server
                    .store(pb::IngestArticleRequest {
                        article: Some(pb::Article { body, ..update }),
                        ..Default::default()
                    })
                    .await;
                if written.load(Ordering::Relaxed) {
                    return;
                }
            }
        }
    });
    for _ in 0..count {
        let revision = back_up(&server, false, &file_of(&home)).await;
        let (_restored_home, restored) = restored(&file_of(&home)).await;
        assert_eq!(everything(&restored).await, as_of(&server, revision, false).await);
        restored.stop().await;
    }
    written.store(true, Ordering::Relaxed);
    writer.await.unwrap();
    println!("{count} backups at a head of {}", server.revision().await);
    Arc::into_inner(server).unwrap().stop().await;
}

#[tokio::test]
async fn a_damaged_backup_is_refused_and_nothing_is_made() {
    let home = Home::with_seeds(Path::new("seeds"));
    let server = home.start().await;
    back_up(&server, false, &file_of(&home)).await;
    server.stop().await;
    let whole = fs::read(file_of(&home)).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    let target = Home::new();
    for damaged in [&flipped[..], &whole[..whole.len() - 1], &whole[..100], b"{}"] {
        fs::write(file_of(&home), damaged).unwrap();
        let error = app::restore(&file_of(&home), &target.data(), Vec::new()).await.unwrap_err();
        assert!(matches!(error, RestoreError::File { .. }), "{error}");
        assert!(error.to_string().contains(file_of(&home).to_str().unwrap()), "{error}");
        assert_eq!(fs::read_dir(target.data().parent().unwrap()).unwrap().count(), 0);
    }
}

#[tokio::test]
async fn a_directory_that_holds_something_is_left_alone() {
    let home = Home::new();
    let server = home.start().await;
    back_up(&server, false, &file_of(&home)).await;
    server.stop().await;
    let error = app::restore(&file_of(&home), &home.data(), Vec::new()).await.unwrap_err();
    assert!(matches!(error, RestoreError::NotEmpty(_)), "{error}");
    // One that was interrupted before is done again from its beginning.
    let target = Home::new();
    let partial = target.data().with_file_name(".data.restoring");
    fs::create_dir_all(partial.join("blobs")).unwrap();
    fs::write(partial.join("db"), "half").unwrap();
    fs::create_dir(target.data()).unwrap();
    app::restore(&file_of(&home), &target.data(), Vec::new()).await.unwrap();
    assert!(!partial.exists());
    target.start().await.stop().await;
}

#[tokio::test]
async fn only_this_machine_may_take_a_backup() {
    let home = Home::new();
    let mut config = home.config();
    config.listen = "0.0.0.0:0".parse().unwrap();
    let server = Dicta::start(config).await;
    let refused = server.admin().create_backup(pb::CreateBackupRequest::default()).await;
    assert_refused(&refused.unwrap_err(), Code::PermissionDenied, "LOOPBACK_ONLY");
    server.stop().await;
}
