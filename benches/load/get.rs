//! Single reads: how soon alone, how many with many in flight, beside a bare
//! echo that moves as many bytes.

use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use clap::Args;
use dicta::rpc::pb;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use prost::Message as _;
use tokio::task::JoinSet;
use tonic::transport::Channel;

use crate::generate::{Generator, Source};
use crate::latency::Latencies;
use crate::report::{Output, Report};
use crate::server::{Process, Server, connect};
use crate::{Failure, articles, echo, stream};

/// How many different records of a kind are read.
const RECORDS: usize = 2_000;
const CONNECTIONS: usize = 4;
const IN_FLIGHT: usize = 64;
/// Takes the reads through the records in an order that is not that of the keys.
const STRIDE: usize = 997;

/// Measures single reads, beside a bare echo of the same size.
#[derive(Debug, Args)]
pub(crate) struct Get {
    #[command(flatten)]
    source: Source,
    /// Rounds; in each, all targets are measured one after another.
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,
    /// How long one measurement takes, in milliseconds.
    #[arg(long, value_name = "N", default_value_t = 1_500)]
    milliseconds: u64,
    #[command(flatten)]
    output: Output,
}

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Entity,
    Article,
    Echo,
}

/// Reads to make: of these names, with answers of these sizes.
#[derive(Clone, Debug)]
struct Reads {
    target: Target,
    records: Arc<[(String, usize)]>,
}

impl Get {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let server = Server::start(None)?;
        let dicta = connect(&server.address, CONNECTIONS).await?;
        let first = dicta.first().cloned().ok_or("no connection")?;
        let (entities, articles) = self.load(first.clone()).await?;
        let echo = Process::start(Command::new(std::env::current_exe()?).arg("echo"))?;
        let bare = connect(&echo.address, CONNECTIONS).await?;
        let mut report = Report::default();
        let mut reads = Vec::new();
        for (name, target, names) in
            [("GetEntity", Target::Entity, entities), ("GetArticle", Target::Article, articles)]
        {
            let records = sizes(first.clone(), target, names).await?;
            let bytes: usize = records.iter().map(|(_, size)| size).sum();
            report.add(format!("{name}: answer"), "bytes", (bytes / records.len().max(1)) as f64);
            reads.push((name, Reads { target, records: records.into() }));
        }
        for _ in 0..self.rounds {
            for (name, reads) in &reads {
                self.measure(name, reads, &dicta, &mut report).await?;
                let bare_reads = Reads { target: Target::Echo, ..reads.clone() };
                self.measure(&format!("{name}, echo"), &bare_reads, &bare, &mut report).await?;
            }
        }
        for (name, _) in &reads {
            for (what, unit) in [("alone p50", "time ratio"), ("throughput", "rate ratio")] {
                let of = |name: &str| report.median(&format!("{name}: {what}"));
                if let (Some(dicta), Some(bare)) = (of(name), of(&format!("{name}, echo"))) {
                    report.add(format!("{name} / echo: {what}"), unit, dicta / bare);
                }
            }
        }
        report.put(&self.output)?;
        server.stop()?;
        Ok(())
    }

    /// Fills the server; gives the names of entities and of articles.
    async fn load(&self, channel: Channel) -> Result<(Vec<String>, Vec<String>), Failure> {
        let pool = self.source.pool();
        let mut generator = Generator::new(&self.source, &pool);
        let read = articles::read(&self.source.articles, self.source.limit)?;
        let requests: Vec<_> =
            read.articles.into_iter().map(|article| generator.request(article)).collect();
        let entities = requests.iter().flat_map(|request| &request.entities);
        let entities = entities.map(|entity| entity.name.clone()).take(RECORDS).collect();
        let outcome = stream::run(channel, stream::messages(requests), 256).await?;
        if let Some(failure) = outcome.failure {
            return Err(failure.into());
        }
        let step = (outcome.names.len() / RECORDS).max(1);
        let articles = outcome.names.into_iter().step_by(step).take(RECORDS).collect();
        Ok((entities, articles))
    }

    async fn measure(
        &self,
        name: &str,
        reads: &Reads,
        channels: &[Channel],
        report: &mut Report,
    ) -> Result<(), Failure> {
        let time = Duration::from_millis(self.milliseconds);
        let alone = reads.repeat(channels, 1, time).await?;
        for (quantile, of) in [("p50", 0.5), ("p99", 0.99)] {
            report.add(format!("{name}: alone {quantile}"), "µs", alone.microseconds(of));
        }
        let crowd = reads.repeat(channels, IN_FLIGHT, time).await?;
        let rate = crowd.count() as f64 / time.as_secs_f64();
        report.add(format!("{name}: throughput"), "1/s", rate);
        report.add(format!("{name}: in the crowd p99"), "µs", crowd.microseconds(0.99));
        Ok(())
    }
}

impl Reads {
    /// Reads for a time, so many at once.
    async fn repeat(
        &self,
        channels: &[Channel],
        at_once: usize,
        time: Duration,
    ) -> Result<Latencies, Failure> {
        let until = Instant::now() + time;
        let mut workers = JoinSet::new();
        for (number, channel) in channels.iter().cycle().take(at_once).enumerate() {
            workers.spawn(self.clone().work(channel.clone(), number * STRIDE, until));
        }
        let mut all = Latencies::new()?;
        while let Some(latencies) = workers.join_next().await {
            all.add(&latencies??)?;
        }
        Ok(all)
    }

    async fn work(
        self,
        channel: Channel,
        mut at: usize,
        until: Instant,
    ) -> Result<Latencies, Failure> {
        let mut latencies = Latencies::new()?;
        loop {
            let record = self.records.get(at % self.records.len().max(1));
            let (name, size) = record.ok_or("nothing to read")?;
            at += STRIDE;
            let begun = Instant::now();
            if begun >= until {
                return Ok(latencies);
            }
            match self.target {
                Target::Echo => {
                    // Within the echo's message too it is a field with tag and length.
                    echo::call(channel.clone(), Bytes::from(name.clone()), *size).await?;
                }
                target => drop(read(channel.clone(), target, name).await?),
            }
            latencies.record(begun.elapsed());
        }
    }
}

/// The size of each record's answer.
async fn sizes(
    channel: Channel,
    target: Target,
    names: Vec<String>,
) -> Result<Vec<(String, usize)>, Failure> {
    let mut sizes = Vec::new();
    for name in names {
        let size = read(channel.clone(), target, &name).await?.bytes();
        sizes.push((name, size));
    }
    Ok(sizes)
}

enum Read {
    Entity(pb::GetEntityResponse),
    Article(pb::GetArticleResponse),
}

impl Read {
    fn bytes(&self) -> usize {
        match self {
            Self::Entity(answer) => answer.encoded_len(),
            Self::Article(answer) => answer.encoded_len(),
        }
    }
}

async fn read(channel: Channel, target: Target, name: &str) -> Result<Read, Failure> {
    let mut client = QueryServiceClient::new(channel);
    if target == Target::Entity {
        let request = pb::GetEntityRequest { name: name.to_owned(), read: None, own_record: false };
        Ok(Read::Entity(client.get_entity(request).await?.into_inner()))
    } else {
        let view = pb::ArticleView::Full as i32;
        let request = pb::GetArticleRequest { name: name.to_owned(), view, read: None };
        Ok(Read::Article(client.get_article(request).await?.into_inner()))
    }
}
