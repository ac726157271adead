//! Bulk ingest: how fast, how soon acknowledged, at what cost, and what single
//! reads notice of it.

use std::time::{Duration, Instant};

use clap::Args;
use dicta::rpc::pb::admin_service_client::AdminServiceClient;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use dicta::rpc::{json, pb};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::transport::Channel;

use crate::Failure;
use crate::drive::stream::Outcome;
use crate::drive::{probe, stream};
use crate::target::dicta::Server;
use crate::target::process::connect;
use crate::told::latency::Latencies;
use crate::told::report::{Output, Report};
use crate::work::articles;
use crate::work::generate::{Generator, Source};
use crate::work::names::Pool;

/// How many entities the probe reads.
const PROBED: usize = 200;

/// Measures bulk ingest, and single reads meanwhile.
#[derive(Debug, Args)]
pub(crate) struct Ingest {
    #[command(flatten)]
    source: Source,
    /// A server that runs, such as http://127.0.0.1:50051. Without it one is
    /// started, over an empty directory.
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// Bulk streams at once, each on a connection of its own.
    #[arg(long, value_name = "N", default_value_t = 1)]
    streams: usize,
    /// Items that a stream may have unacknowledged.
    #[arg(long, value_name = "N", default_value_t = 256)]
    window: usize,
    /// Reads of entities a second meanwhile; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 200)]
    probe_rate: u32,
    /// Send everything a second time: nothing may change.
    #[arg(long)]
    again: bool,
    /// How often to measure, each time afresh.
    #[arg(long, value_name = "N", default_value_t = 1)]
    rounds: usize,
    /// How long one round may take, in seconds.
    #[arg(long, value_name = "N", default_value_t = 300)]
    seconds: u64,
    #[command(flatten)]
    output: Output,
}

impl Ingest {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let mut report = Report::default();
        for _ in 0..self.rounds {
            let limit = Duration::from_secs(self.seconds);
            let round = tokio::time::timeout(limit, self.round(&mut report));
            round.await.map_err(|_| "the round took too long")??;
        }
        report.put(&self.output)
    }

    async fn round(&self, report: &mut Report) -> Result<(), Failure> {
        let pool = self.source.pool();
        let work = self.work(&pool)?;
        let server = Server::start(self.address.as_deref())?;
        let channels = connect(&server.address, self.streams + 1).await?;
        let (control, streams) = channels.split_first().ok_or("no connection")?;
        let probed = prepare(control, &pool).await?;
        let begun = server.usage()?;
        let streams: Vec<(Channel, _)> = streams.iter().cloned().zip(work.messages).collect();
        let again = if self.again { streams.clone() } else { Vec::new() };
        let run = self.load(control, probed, streams).await?;
        report.add("articles/s", "1/s", run.rate());
        report.add("articles created", "", run.outcome.created as f64);
        report.add("articles revised", "", run.outcome.revised as f64);
        report.add("articles unchanged", "", run.outcome.unchanged as f64);
        tell_failures(&run.outcome, report);
        for (name, quantile) in [("p50", 0.5), ("p99", 0.99)] {
            report.add(format!("ack {name}"), "ms", run.outcome.latencies.milliseconds(quantile));
        }
        if run.reads.count() > 0 {
            report.add("GetEntity meanwhile: calls", "", run.reads.count() as f64);
            for (name, quantile) in [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)] {
                let value = run.reads.milliseconds(quantile);
                report.add(format!("GetEntity meanwhile: {name}"), "ms", value);
            }
        }
        if let (Some(begun), Some(ended)) = (begun, server.usage()?) {
            report.add("server CPU", "s", ended.cpu_seconds - begun.cpu_seconds);
            report.add("server RSS peak", "MiB", ended.peak_mib);
        }
        if self.again {
            self.load_again(control, again, report).await?;
        }
        if let Some(bytes) = server.stop()? {
            let bytes = bytes as f64;
            report.add("disk", "MB", bytes / 1e6);
            report.add("disk / requests as JSON", "", bytes / work.request_bytes as f64);
            report.add("disk / articles as JSON", "", bytes / work.article_bytes as f64);
        }
        Ok(())
    }

    /// What each stream is to send, made before anything is timed.
    fn work(&self, pool: &Pool) -> Result<Work, Failure> {
        let read = articles::read(&self.source.articles, self.source.limit)?;
        let mut work = Work { article_bytes: read.bytes, ..Work::default() };
        let share = read.articles.len().div_ceil(self.streams.max(1)).max(1);
        let mut articles = read.articles.into_iter();
        for _ in 0..self.streams {
            // Each lists its entities anew: streams do not wait for each other.
            let mut generator = Generator::new(&self.source, pool);
            let mut requests = Vec::with_capacity(share);
            for article in articles.by_ref().take(share) {
                let request = generator.request(article);
                work.request_bytes += json::to_json(&request)?.len() as u64 + 1;
                requests.push(request);
            }
            work.messages.push(stream::messages(requests));
        }
        Ok(work)
    }

    async fn load(
        &self,
        control: &Channel,
        probed: Vec<String>,
        streams: Vec<(Channel, Vec<pb::IngestArticlesRequest>)>,
    ) -> Result<Run, Failure> {
        let (stop, stopping) = watch::channel(false);
        let probe = (self.probe_rate > 0)
            .then(|| tokio::spawn(probe::run(control.clone(), probed, self.probe_rate, stopping)));
        let begun = Instant::now();
        let mut running = JoinSet::new();
        for (channel, messages) in streams {
            running.spawn(stream::run(channel, messages, self.window));
        }
        let mut outcome = Outcome::new()?;
        while let Some(ended) = running.join_next().await {
            outcome.add(ended??)?;
        }
        let took = begun.elapsed();
        // A probe that failed has ended already.
        let _ = stop.send(true);
        let reads = match probe {
            Some(probe) => probe.await??,
            None => Latencies::new()?,
        };
        Ok(Run { outcome, took, reads })
    }

    async fn load_again(
        &self,
        control: &Channel,
        streams: Vec<(Channel, Vec<pb::IngestArticlesRequest>)>,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let mut admin = AdminServiceClient::new(control.clone());
        let before = admin.get_server_info(pb::GetServerInfoRequest {}).await?.into_inner();
        let run = self.load(control, Vec::new(), streams).await?;
        let after = admin.get_server_info(pb::GetServerInfoRequest {}).await?.into_inner();
        report.add("again: articles/s", "1/s", run.rate());
        report.add("again: unchanged", "", run.outcome.unchanged as f64);
        report.add("again: revisions written", "", (after.revision - before.revision) as f64);
        report.add("again: disk written", "bytes", (after.disk_bytes - before.disk_bytes) as f64);
        tell_failures(&run.outcome, report);
        Ok(())
    }
}

/// What the streams of a round send.
#[derive(Debug, Default)]
struct Work {
    messages: Vec<Vec<pb::IngestArticlesRequest>>,
    /// The size of the requests as JSON lines, and of the articles they are from.
    request_bytes: u64,
    article_bytes: u64,
}

#[derive(Debug)]
struct Run {
    outcome: Outcome,
    took: Duration,
    /// The probe's reads.
    reads: Latencies,
}

impl Run {
    fn rate(&self) -> f64 {
        self.outcome.latencies.count() as f64 / self.took.as_secs_f64()
    }
}

fn tell_failures(outcome: &Outcome, report: &mut Report) {
    report.add("articles failed", "", outcome.failed as f64);
    if let Some(failure) = &outcome.failure {
        eprintln!("the first that failed: {failure}");
    }
}

/// Creates the entities that the probe reads, and names them.
async fn prepare(channel: &Channel, pool: &Pool) -> Result<Vec<String>, Failure> {
    let mut client = IngestServiceClient::new(channel.clone());
    let mut names = Vec::new();
    for entity in pool.head(PROBED.min(pool.len())) {
        let request = pb::CreateEntityRequest {
            entity_id: entity.name.trim_start_matches("entities/").to_owned(),
            entity: Some(entity.clone()),
            ..Default::default()
        };
        match client.create_entity(request).await {
            Ok(_) => {}
            Err(status) if status.code() == tonic::Code::AlreadyExists => {}
            Err(status) => return Err(status.into()),
        }
        names.push(entity.name.clone());
    }
    Ok(names)
}
