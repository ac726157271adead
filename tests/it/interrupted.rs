//! Commands that are killed at each of their calls in turn: what was there is there,
//! and what they make is whole or is not there.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;

use crate::backup::back_up;
use crate::disk::Disk;
use crate::export::{corrected, everything};
use crate::harness::{Dicta, Home};

async fn open(data: &Path) -> Dicta {
    let mut config = Home::new().config();
    config.data_dir = data.to_owned();
    Dicta::start(config).await
}

/// Runs a command that dies at each call of these points in turn, as long as it comes
/// so far, and looks at what each death leaves; then lets it end.
async fn at_each_call(disk: &Disk, points: &[&str], arguments: &[&str], look: impl AsyncFn()) {
    let mut deaths = 0;
    for point in points {
        for call in 1.. {
            let output = disk.run(point, call, arguments);
            look().await;
            if disk.fuse() > 0 {
                assert!(output.status.success(), "{point}: {output:?}");
                break;
            }
            assert_eq!(output.status.signal(), Some(9), "{point}: {output:?}");
            deaths += 1;
        }
    }
    assert!(deaths >= points.len(), "{deaths} deaths");
}

#[tokio::test]
async fn a_compaction_that_is_killed_loses_nothing() {
    let disk = Disk::new();
    let server = open(&disk.data()).await;
    corrected(&server).await;
    let before = everything(&server).await;
    server.stop().await;
    let points = ["before rename data/*", "after rename data/*", "before sync data/compacted*"];
    let data = disk.beside("data");
    at_each_call(&disk, &points, &["compact", "--data-dir", &data], async || {
        let server = open(&disk.data()).await;
        assert_eq!(everything(&server).await, before);
        server.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_restore_that_is_killed_leaves_nothing_or_everything() {
    let disk = Disk::new();
    let server = open(&disk.data()).await;
    corrected(&server).await;
    let before = everything(&server).await;
    let file = disk.beside("backup");
    back_up(&server, false, file.as_ref()).await;
    server.stop().await;
    let made = disk.beside("made");
    let points = ["before rename made", "after rename made", "before sync .made.restoring/*"];
    at_each_call(&disk, &points, &["restore", &file, "--data-dir", &made], async || {
        if Path::new(&made).exists() {
            let server = open(made.as_ref()).await;
            assert_eq!(everything(&server).await, before);
            server.stop().await;
            std::fs::remove_dir_all(&made).unwrap();
        }
    })
    .await;
}
