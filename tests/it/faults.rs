//! A disk that fails, and one that forgets what was never synced: what was
//! acknowledged is there afterwards, and nothing is acknowledged after a failure.
//!
//! The server runs with `shim/faults.c` preloaded, which the tests build.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use dicta::rpc::pb;
use dicta::rpc::pb::admin_service_client::AdminServiceClient;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::disk::Disk;
use crate::process::ServerProcess;
use crate::samples::{article, ingest};

/// How often the power goes: by hand more than in every test run.
const LOSSES_VARIABLE: &str = "DICTA_POWER_LOSSES";
const DEFAULT_LOSSES: u64 = 3;
/// How many calls are made to fail.
const FAULTS_VARIABLE: &str = "DICTA_IO_FAULTS";
const DEFAULT_FAULTS: usize = 6;
const SEED_VARIABLE: &str = "DICTA_FAULTS_SEED";
const DEFAULT_SEED: u64 = 7;

const CLIENTS: usize = 3;
const ARTICLES_A_CLIENT: usize = 40;
/// How often writing is tried after it was refused.
const TRIES_AFTER: usize = 3;
const PATIENCE: Duration = Duration::from_secs(180);

/// What came of some writes.
#[derive(Default)]
struct Written {
    acknowledged: Vec<pb::Article>,
    refused: Option<Status>,
}

/// Writes as several clients, each until it is refused; tells of each
/// acknowledgement, and how many there have been.
async fn write(
    channel: &Channel,
    round: u64,
    tell: impl Fn(usize) + Send + Sync + 'static,
) -> Written {
    let tell = Arc::new(tell);
    let count = Arc::new(AtomicUsize::new(0));
    let failed = Arc::new(AtomicBool::new(false));
    let clients = (0..CLIENTS).map(|client| {
        let (channel, tell) = (channel.clone(), Arc::clone(&tell));
        let (count, failed) = (Arc::clone(&count), Arc::clone(&failed));
        tokio::spawn(async move {
            let mut random = StdRng::seed_from_u64(round * 100 + client as u64);
            let mut written = Written::default();
            for number in 0..ARTICLES_A_CLIENT {
                let words = (0..500).map(|_| format!("{:08x}", random.random::<u32>()));
                let body = words.collect::<Vec<_>>().join(" ");
                let name = format!("articles/w{round}-{client}-{number}");
                let sent = pb::Article { body, ..article(&name) };
                let before = failed.load(Ordering::SeqCst);
                let mut ingesting = IngestServiceClient::new(channel.clone());
                match ingesting.ingest_article(ingest(sent.clone())).await {
                    Ok(_) => {
                        assert!(!before, "{name} was acknowledged after a failed write");
                        written.acknowledged.push(sent);
                        tell(count.fetch_add(1, Ordering::SeqCst) + 1);
                    }
                    Err(status) => {
                        failed.store(true, Ordering::SeqCst);
                        written.refused = Some(status);
                        break;
                    }
                }
            }
            written
        })
    });
    let mut all = Written::default();
    for client in clients.collect::<Vec<_>>() {
        let written = client.await.unwrap();
        all.acknowledged.extend(written.acknowledged);
        all.refused = all.refused.or(written.refused);
    }
    all
}

/// The first of the articles that is not there as it was sent.
async fn missing(channel: &Channel, articles: &[pb::Article]) -> Result<Option<String>, Status> {
    let mut query = QueryServiceClient::new(channel.clone());
    for article in articles {
        let request = pb::GetArticleRequest { name: article.name.clone(), ..Default::default() };
        match query.get_article(request).await {
            Ok(found) => {
                let found = found.into_inner().article.unwrap();
                assert_eq!(found.body, article.body, "{}", article.name);
            }
            Err(status) if status.code() == Code::NotFound => {
                return Ok(Some(article.name.clone()));
            }
            Err(status) => return Err(status),
        }
    }
    Ok(None)
}

/// Everything that is kept is well.
async fn check_whole(channel: &Channel) {
    let request = pb::CheckIntegrityRequest::default();
    let mut admin = AdminServiceClient::new(channel.clone());
    let mut messages = admin.check_integrity(request).await.unwrap().into_inner();
    while let Some(message) = messages.message().await.unwrap() {
        assert!(message.findings.is_empty(), "{:#?}", message.findings);
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect(variable))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_a_loss_of_power() {
    let losses = number(LOSSES_VARIABLE).unwrap_or(DEFAULT_LOSSES);
    let seed = number(SEED_VARIABLE).unwrap_or(DEFAULT_SEED);
    println!("{LOSSES_VARIABLE}={losses} {SEED_VARIABLE}={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let disk = Disk::new();
    let mut acknowledged = Vec::new();
    let mut lost = 0;
    for round in 1..=losses {
        let server = ServerProcess::start_with(&disk.data(), &disk.forgetful()).unwrap();
        let last = random.random_range(1..CLIENTS * ARTICLES_A_CLIENT - CLIENTS);
        let killer = server.killer(Duration::from_micros(random.random_range(0..3_000)));
        let tell = move |count| {
            if count == last {
                killer.send(()).unwrap();
            }
        };
        let written = write(&server.connect().await, round, tell).await;
        server.wait();
        acknowledged.extend(written.acknowledged);
        lost += disk.lose_unsynced();
        let server = ServerProcess::start(&disk.data());
        let channel = server.connect().await;
        assert_eq!(missing(&channel, &acknowledged).await.unwrap(), None, "round {round}");
        check_whole(&channel).await;
        println!("round {round}: {} acknowledged, {lost} writes lost", acknowledged.len());
    }
}

/// The test before would notice a server that acknowledges what is not durable.
#[tokio::test]
async fn a_sync_that_does_nothing_is_noticed() {
    let disk = Disk::new();
    let server = ServerProcess::start_with(&disk.data(), &disk.lying()).unwrap();
    let written = write(&server.connect().await, 0, |_| {}).await;
    assert!(written.acknowledged.len() >= 30);
    server.kill();
    assert!(disk.lose_unsynced() > 0);
    let noticed = match ServerProcess::start_with(&disk.data(), &[]) {
        Err(said) => said.contains("restore a backup"),
        Ok(server) => {
            let found = missing(&server.connect().await, &written.acknowledged).await;
            found.unwrap().is_some()
        }
    };
    assert!(noticed);
}

/// One call that fails.
#[derive(Clone, Copy, Debug)]
struct Fault {
    call: &'static str,
    number: u64,
    error: &'static str,
}

/// Each call that a run makes, with an error that it may fail with, in an order
/// drawn at random.
fn faults(calls: [u64; 3], random: &mut StdRng) -> Vec<Fault> {
    let kinds: [(&'static str, u64, &[&'static str]); 3] = [
        ("write", calls[0], &["EIO", "ENOSPC", "SHORT"]),
        ("sync", calls[1], &["EIO", "ENOSPC"]),
        ("open", calls[2], &["EIO", "ENOSPC"]),
    ];
    let mut faults = Vec::new();
    for (call, count, errors) in kinds {
        let all = (1..=count).flat_map(|number| errors.iter().map(move |error| (number, error)));
        let mut all: Vec<Fault> =
            all.map(|(number, error)| Fault { call, number, error }).collect();
        all.shuffle(random);
        faults.push(all);
    }
    // The kinds in turn: there are many more writes than anything else.
    let longest = faults.iter().map(Vec::len).max().unwrap_or(0);
    (0..longest).flat_map(|at| faults.iter().filter_map(move |it| it.get(at).copied())).collect()
}

/// The status that health tells of a service.
async fn health(channel: &Channel, service: &str) -> ServingStatus {
    let request = HealthCheckRequest { service: service.into() };
    HealthClient::new(channel.clone()).check(request).await.unwrap().into_inner().status()
}

/// Writes over a disk on which one call fails, and holds what was promised against
/// what is there; tells what was seen of it.
async fn under(fault: Fault, round: u64) -> &'static str {
    let disk = Disk::new();
    let server = match ServerProcess::start_with(&disk.data(), &disk.failing(&fault.to_string())) {
        Ok(server) => server,
        Err(said) => {
            assert!(disk.faults() > 0, "{said}");
            assert!(said.contains("cannot"), "it says why it does not start: {said}");
            let server = ServerProcess::start(&disk.data());
            check_whole(&server.connect().await).await;
            return "refused to start, and started the next time";
        }
    };
    let channel = server.connect().await;
    let written = write(&channel, round, |_| {}).await;
    let seen = match &written.refused {
        None => "served on",
        Some(first) => {
            for at in 0..TRIES_AFTER {
                let later = ingest(article(&format!("articles/later{at}")));
                let mut ingesting = IngestServiceClient::new(channel.clone());
                let refused = ingesting.ingest_article(later).await.unwrap_err();
                assert!(refused.message().contains("start again"), "{refused:?} after {first:?}");
            }
            let ingesting = health(&channel, "dicta.v1.IngestService").await;
            assert_eq!(ingesting, ServingStatus::NotServing);
            assert_eq!(health(&channel, "").await, ServingStatus::Serving);
            let found = missing(&channel, &written.acknowledged).await.unwrap();
            assert_eq!(found, None, "of what was acknowledged");
            "stopped writing, and read on"
        }
    };
    server.kill();
    let server = ServerProcess::start(&disk.data());
    let channel = server.connect().await;
    assert_eq!(missing(&channel, &written.acknowledged).await.unwrap(), None);
    check_whole(&channel).await;
    let again = write(&channel, round + 1, |_| {}).await;
    assert!(again.refused.is_none(), "{:?}", again.refused);
    if disk.faults() == 0 { "not reached" } else { seen }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.call, self.number, self.error)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_failed_call_nothing_is_acknowledged_that_is_not_there() {
    let count = number(FAULTS_VARIABLE).map_or(DEFAULT_FAULTS, |count| count as usize);
    let seed = number(SEED_VARIABLE).unwrap_or(DEFAULT_SEED);
    println!("{FAULTS_VARIABLE}={count} {SEED_VARIABLE}={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let disk = Disk::new();
    let server = ServerProcess::start_with(&disk.data(), &disk.counting()).unwrap();
    write(&server.connect().await, 0, |_| {}).await;
    server.kill();
    let calls = disk.calls();
    println!("{calls:?} calls of write, sync and open");
    let mut table = std::collections::BTreeMap::new();
    for (round, fault) in (1..).zip(faults(calls, &mut random).into_iter().take(count)) {
        let seen = tokio::time::timeout(PATIENCE, under(fault, round * 10)).await;
        let seen = seen.unwrap_or_else(|_| panic!("{fault} hangs"));
        println!("{fault}: {seen}");
        *table.entry((fault.call, fault.error, seen)).or_insert(0) += 1;
    }
    for ((call, error, seen), count) in table {
        println!("{call:6} {error:7} {seen}: {count}");
    }
}
