//! Backups that are taken while everybody writes, restored and compared; now and then
//! whoever takes or restores one dies.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dicta::rpc::backup_file::BackupReader;
use rand::RngExt as _;
use rand::rngs::StdRng;

use crate::base::Base;
use crate::death::{BACKING_UP, Deadly, Point, RESTORING, Trigger};
use crate::disk::Disk;
use crate::process::ServerProcess;
use crate::report::Report;
use crate::round::Round;

/// How likely it is that a command is to die.
const DEADLY: f64 = 0.4;
/// How long a load goes on at most.
const PATIENCE: Duration = Duration::from_secs(1_200);

impl Round {
    /// Takes so many backups of a server under load, and restores and compares each.
    pub(crate) async fn back_up(&mut self, count: u64, report: &mut Report) {
        let server = self.open(&[], report);
        let base = Base { channel: server.connect().await };
        let trigger = Arc::new(Trigger::new(None, server.killer(Duration::ZERO)));
        let mut backups = Backups { disk: &self.disk, random: &mut self.random, report };
        let backing_up = async {
            for _ in 0..count {
                backups.one(&server, &base).await;
            }
            trigger.pull();
        };
        tokio::join!(self.clients.load(&server, Arc::clone(&trigger), PATIENCE, || ()), backing_up);
        self.end(&server);
        let server = self.open(&[], report);
        self.check(&server, report).await;
        self.end(&server);
    }
}

struct Backups<'a> {
    disk: &'a Disk,
    random: &'a mut StdRng,
    report: &'a mut Report,
}

impl Backups<'_> {
    async fn one(&mut self, server: &ServerProcess, base: &Base) {
        let (file, directory) = (self.disk.beside("backup"), self.disk.beside("restored"));
        let take = ["backup", "--to", &file, "--address", &server.address];
        self.until_there(BACKING_UP, &file, &take);
        let revision = revision(&file);
        self.until_there(RESTORING, &directory, &["restore", &file, "--data-dir", &directory]);
        let restored = ServerProcess::start(directory.as_ref());
        let copy = Base { channel: restored.connect().await };
        let (copied, original) = (copy.everything().await, base.export(revision).await);
        assert_eq!(copied, original, "a backup of revision {revision}");
        copy.check().await;
        restored.kill();
        self.report.backed_up(copied.len());
        fs::remove_file(file).expect("a backup");
        fs::remove_dir_all(directory).expect("a restored directory");
    }

    /// Runs a command until what it makes is there, which is then whole. Now and then
    /// it dies at one of these points.
    fn until_there(&mut self, points: &'static [Point], made: &str, arguments: &[&str]) {
        while !Path::new(made).exists() {
            let deadly = Deadly::draw(points, self.random);
            let call = if self.random.random_bool(DEADLY) { deadly.call } else { 0 };
            let output = self.disk.run(deadly.point.place, call, arguments);
            let dead = call > 0 && self.disk.fuse() == 0;
            assert!(dead || output.status.success(), "{output:?}");
            if call > 0 {
                self.report.died(deadly.point.name, dead);
            }
        }
    }
}

/// The revision that a backup holds.
fn revision(file: &str) -> i64 {
    let opened = BufReader::new(File::open(file).expect("a backup"));
    BackupReader::new(opened).expect("a backup").manifest().revision
}
