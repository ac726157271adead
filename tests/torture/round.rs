//! One data directory, the clients that use it, and a server that dies again and
//! again.

use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use dicta::rpc::pb;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::base::Base;
use crate::death::{COMPACTING, Deadly, Death, OPENING, Trigger};
use crate::disk::Disk;
use crate::ledger::Ledger;
use crate::load::Clients;
use crate::operation::{Effect, Operation, Request};
use crate::process::ServerProcess;
use crate::report::Report;
use crate::requests;

/// A cycle takes no longer.
const PATIENCE: Duration = Duration::from_secs(600);
/// A server that does not get to where it dies is killed after this long.
const LOAD_PATIENCE: Duration = Duration::from_secs(12);

/// A data directory with all that is known of it.
pub(crate) struct Round {
    pub(crate) disk: Disk,
    pub(crate) clients: Clients,
    ledger: Ledger,
    pub(crate) random: StdRng,
}

impl Round {
    pub(crate) fn new(seed: u64) -> Self {
        let random = StdRng::seed_from_u64(seed);
        let (disk, clients, ledger) = (Disk::new(), Clients::new(seed), Ledger::default());
        Self { disk, clients, ledger, random }
    }

    /// Starts, loads and kills a server, so many times, and holds what is left each time
    /// against what was acknowledged.
    pub(crate) async fn run(&mut self, cycles: u64, report: &mut Report) {
        for _ in 0..cycles {
            let number = report.begin();
            let cycle = tokio::time::timeout(PATIENCE, self.cycle(report)).await;
            cycle.unwrap_or_else(|_| panic!("cycle {number} hangs"));
        }
        let server = self.open(&[], report);
        self.check(&server, report).await;
        self.end(&server);
    }

    async fn cycle(&mut self, report: &mut Report) {
        let death = Death::draw(&mut self.random);
        let power_goes = self.random.random_bool(0.4);
        let mut variables = if power_goes { self.disk.forgetful() } else { self.disk.counting() };
        if let Death::Point(deadly) = death {
            variables.extend(self.disk.deadly(deadly.point.place));
        }
        self.die_opening(report);
        let server = self.open(&variables, report);
        self.check(&server, report).await;
        let backup = self.load(&server, death, report).await;
        if power_goes {
            report.lost(self.disk.lose_unsynced());
        }
        self.refuse_partial(&backup);
        self.compact(report);
    }

    /// Starts a server that dies before it serves or soon after, now and then.
    fn die_opening(&mut self, report: &mut Report) {
        while self.random.random_bool(0.25) {
            let deadly = Deadly::draw(OPENING, &mut self.random);
            self.disk.set_fuse(deadly.call);
            let started =
                ServerProcess::start_with(&self.disk.data(), &self.disk.deadly(deadly.point.place));
            if let Ok(server) = &started {
                server.kill();
            }
            let dead = self.disk.fuse() == 0;
            assert!(dead || started.is_ok(), "it does not start: {:?}", started.err());
            report.died(deadly.point.name, dead);
        }
    }

    /// Starts a server that serves.
    pub(crate) fn open(
        &self,
        variables: &[(&'static str, String)],
        report: &mut Report,
    ) -> ServerProcess {
        self.disk.set_fuse(0);
        let begun = std::time::Instant::now();
        let server = ServerProcess::start_with(&self.disk.data(), variables);
        report.opened(begun.elapsed());
        server.unwrap_or_else(|said| panic!("it does not start: {said}"))
    }

    /// Holds everything that there is against everything that was acknowledged.
    pub(crate) async fn check(&mut self, server: &ServerProcess, report: &mut Report) {
        let base = Base { channel: server.connect().await };
        report.finished(self.clients.finish(&base).await);
        if self.ledger.revision == 0 {
            self.prepare(&base).await;
        }
        let head = base.head().await;
        let log = base.log(self.ledger.revision, head).await;
        for subscriber in &mut self.clients.subscribers {
            subscriber.hear(base.channel.clone(), head).await;
            subscriber.hold(&log);
        }
        let acknowledged = std::mem::take(&mut self.clients.acknowledged);
        if let Some(last) = acknowledged.last() {
            base.takes_token(last.token.clone()).await;
        }
        self.ledger.take(&log, &acknowledged);
        self.ledger.hold_export(&base.everything().await);
        base.check().await;
        let followed = base.told().await;
        for index in [pb::DerivedIndex::Search, pb::DerivedIndex::Quotations] {
            base.rebuild(index).await.expect("a rebuild");
        }
        assert_eq!(followed, base.told().await, "what is derived, and a rebuild of it");
        report.held(acknowledged.len(), log.len());
    }

    /// The entities that speak in everybody's articles.
    async fn prepare(&mut self, base: &Base) {
        let mut client = base.ingest();
        for id in requests::speakers() {
            let mark = format!("mark of {id}");
            let request = requests::create_entity(&id, &mark, &mut self.random);
            let change = pb::ChangeKind::Created;
            let effect = Effect { name: format!("entities/{id}"), change, shows: Some(mark) };
            let request = Request::CreateEntity(request);
            let created = Operation { request, effects: vec![effect] }.send(&mut client).await;
            self.clients.acknowledged.push(created.expect("a new entity"));
        }
    }

    /// Uses a server until it dies; gives what came of a backup.
    async fn load(&mut self, server: &ServerProcess, death: Death, report: &mut Report) -> Vec<u8> {
        let trigger = Arc::new(Trigger::new(Some(death), server.killer(death.delay())));
        let arm = || {
            if let Death::Point(deadly) = death {
                self.disk.set_fuse(deadly.call);
            }
        };
        let backup = self.clients.load(server, trigger, LOAD_PATIENCE, arm).await;
        self.end(server);
        let reached = match death {
            Death::Point(_) => self.disk.fuse() == 0,
            Death::Moment { .. } | Death::Backup { .. } => true,
        };
        report.died(death.name(), reached);
        backup
    }

    /// Kills a server, which must not have ended for a reason of its own, nor failed at
    /// anything.
    pub(crate) fn end(&self, server: &ServerProcess) {
        server.kill();
        assert_eq!(server.wait().signal(), Some(9), "{:?}", server.wait());
        let complaints = server.complaints();
        assert!(!complaints.contains(r#""level":"ERROR""#), "{complaints}");
    }

    /// A backup that broke off is not restored, and leaves nothing. The last byte may
    /// have come before the word that it is the last.
    fn refuse_partial(&self, backup: &[u8]) {
        let (_, backup) = backup.split_last().unwrap_or((&0, backup));
        let (file, target) = (self.disk.beside("partial"), self.disk.beside("restored"));
        std::fs::write(&file, backup).expect("a file");
        let arguments = ["restore", &file, "--data-dir", &target];
        let output = self.disk.run("before write none", 0, &arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        for left in [&target, &self.disk.beside(".restored.restoring")] {
            assert!(!Path::new(left).exists(), "{left}");
        }
    }

    /// Writes the data anew, now and then, and dies while at it.
    fn compact(&mut self, report: &mut Report) {
        let data = self.disk.beside("data");
        while self.random.random_bool(0.2) {
            let deadly = Deadly::draw(COMPACTING, &mut self.random);
            let arguments = ["compact", "--data-dir", &data];
            let output = self.disk.run(deadly.point.place, deadly.call, &arguments);
            let dead = self.disk.fuse() == 0;
            assert!(dead || output.status.success(), "{output:?}");
            report.died(deadly.point.name, dead);
        }
    }
}
