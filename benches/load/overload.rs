//! Ten times what a server can bear, and what is left of it afterwards: a table over
//! time of what was offered, accepted and refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::Args;
use dicta::rpc::pb;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tonic::transport::Channel;
use tonic::{Code, Request, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::Failure;
use crate::latency::Latencies;
use crate::names::Pool;
use crate::report::{Output, Report};
use crate::server::{Server, connect};

const CONNECTIONS: usize = 8;
/// Calls at once while it is found out how many the server can bear.
const IN_FLIGHT: usize = 32;
/// How long that takes.
const WARM: Duration = Duration::from_secs(5);
/// The entities that are listed.
const ENTITIES: usize = 2_000;
/// One call in so many is a write.
const WRITE_EVERY: usize = 8;
/// How long between two questions to health.
const HEALTH_PAUSE: Duration = Duration::from_millis(50);
/// How often calls are sent in the open loop.
const TICK: Duration = Duration::from_millis(5);
/// The most calls that this side has under way; more are not offered.
const MOST_UNDER_WAY: usize = 20_000;
/// What may be refused of half the load, as a part of it, where the server is at full
/// speed again.
const REFUSED_AT_FULL_SPEED: f64 = 0.01;
/// The longest that it may take until then, in seconds.
const RECOVERY: usize = 5;

/// Measures a server that is offered ten times what it can bear.
#[derive(Debug, Args)]
pub(crate) struct Overload {
    /// How many times what it can bear.
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    times: f64,
    /// How long, in seconds.
    #[arg(long, value_name = "N", default_value_t = 20)]
    seconds: usize,
    /// How long half of it is offered afterwards, in seconds.
    #[arg(long, value_name = "N", default_value_t = 10)]
    after: usize,
    /// The deadline of each call, in milliseconds.
    #[arg(long, value_name = "N", default_value_t = 2_000)]
    deadline: u64,
    #[command(flatten)]
    output: Output,
}

/// What became of the calls of one second.
#[derive(Debug)]
struct Second {
    offered: usize,
    accepted: usize,
    refused: usize,
    /// Those that were accepted and passed their deadline.
    late: usize,
    failed: usize,
    latencies: Latencies,
}

impl Second {
    fn new() -> Result<Self, Failure> {
        let latencies = Latencies::new()?;
        Ok(Self { offered: 0, accepted: 0, refused: 0, late: 0, failed: 0, latencies })
    }

    fn count(&mut self, took: Duration, ended: Result<(), Code>) {
        match ended {
            Ok(()) => {
                self.accepted += 1;
                self.latencies.record(took);
            }
            Err(Code::ResourceExhausted | Code::Unavailable) => self.refused += 1,
            Err(Code::DeadlineExceeded | Code::Cancelled) => self.late += 1,
            Err(_) => self.failed += 1,
        }
    }
}

/// A load: the calls in turn, most of them reads.
#[derive(Clone, Debug)]
struct Load {
    channels: Arc<[Channel]>,
    deadline: Duration,
    number: Arc<AtomicUsize>,
}

impl Load {
    async fn call(&self) -> Result<(), Code> {
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let channel = self.channels.get(number % self.channels.len().max(1));
        let channel = channel.cloned().ok_or(Code::Internal)?;
        let ended = if number.is_multiple_of(WRITE_EVERY) {
            self.write(channel, number).await
        } else {
            self.read(channel).await
        };
        ended.map_err(|status| status.code())
    }

    async fn read(&self, channel: Channel) -> Result<(), Status> {
        let mut request =
            Request::new(pb::ListEntitiesRequest { page_size: 200, ..Default::default() });
        request.set_timeout(self.deadline);
        QueryServiceClient::new(channel).list_entities(request).await.map(drop)
    }

    async fn write(&self, channel: Channel, number: usize) -> Result<(), Status> {
        let article = pb::Article {
            name: format!("articles/overload-{number}"),
            body: format!("The ferry sails again, for the {number}th time. ").repeat(40),
            ..Default::default()
        };
        let mut request =
            Request::new(pb::IngestArticleRequest { article: Some(article), ..Default::default() });
        request.set_timeout(self.deadline);
        IngestServiceClient::new(channel).ingest_article(request).await.map(drop)
    }

    /// Calls as fast as the server answers; how many a second.
    async fn closed_loop(&self) -> Result<f64, Failure> {
        let until = Instant::now() + WARM;
        let mut workers = JoinSet::new();
        for _ in 0..IN_FLIGHT {
            let load = self.clone();
            workers.spawn(async move {
                let mut done = 0_usize;
                while Instant::now() < until {
                    done += usize::from(load.call().await.is_ok());
                }
                done
            });
        }
        let done: usize = workers.join_all().await.into_iter().sum();
        Ok(done as f64 / WARM.as_secs_f64())
    }
}

impl Overload {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let server = Server::start(None)?;
        let channels = connect(&server.address, CONNECTIONS + 1).await?;
        let (control, channels) = channels.split_first().ok_or("no connection")?;
        fill(control).await?;
        let load = Load {
            channels: channels.into(),
            deadline: Duration::from_millis(self.deadline),
            number: Arc::default(),
        };
        let bears = load.closed_loop().await?;
        println!("bears {bears:.0} calls a second, {IN_FLIGHT} at once");
        println!("{:>4}{}", "s", Row::HEAD);
        let mut report = Report::default();
        report.add("bears", "1/s", bears);
        let mut late = 0;
        for (name, rate, seconds) in
            [("over", bears * self.times, self.seconds), ("after", bears / 2.0, self.after)]
        {
            let rows = self.offer(&load, rate, seconds, control, &server).await?;
            late += rows.iter().map(|row| row.late).sum::<usize>();
            tell(name, &rows, &mut report);
            if name == "after" {
                let recovered = rows.iter().position(Row::is_at_full_speed);
                report.add(
                    "full speed after",
                    "s",
                    recovered.map_or(f64::INFINITY, |it| it as f64),
                );
                if recovered.is_none_or(|seconds| seconds > RECOVERY) {
                    return Err("the server did not come back to full speed in time".into());
                }
            }
        }
        report.add("accepted and late", "", late as f64);
        report.add("bears afterwards", "1/s", load.closed_loop().await?);
        report.put(&self.output)?;
        server.stop()?;
        Ok(())
    }

    /// Offers so many calls a second, whatever becomes of them; a row a second.
    async fn offer(
        &self,
        load: &Load,
        rate: f64,
        seconds: usize,
        control: &Channel,
        server: &Server,
    ) -> Result<Vec<Row>, Failure> {
        let (ended, mut endings) = mpsc::unbounded_channel();
        let under_way = Arc::new(AtomicUsize::new(0));
        let mut health = Health::of(control.clone());
        let (begun, mut sent) = (Instant::now(), 0);
        let mut rows = Vec::new();
        for second in 1..=seconds {
            let until = begun + Duration::from_secs(second as u64);
            let mut tally = Second::new()?;
            while Instant::now() < until {
                let due = (begun.elapsed().as_secs_f64() * rate) as usize;
                for _ in sent..due {
                    if under_way.load(Ordering::Relaxed) >= MOST_UNDER_WAY {
                        break;
                    }
                    under_way.fetch_add(1, Ordering::Relaxed);
                    tally.offered += 1;
                    let (load, ended) = (load.clone(), ended.clone());
                    let under_way = Arc::clone(&under_way);
                    tokio::spawn(async move {
                        let begun = Instant::now();
                        let code = load.call().await;
                        under_way.fetch_sub(1, Ordering::Relaxed);
                        // Nobody counts what ends after the last second.
                        let _ = ended.send((begun.elapsed(), code));
                    });
                }
                sent = due;
                tokio::time::sleep(TICK).await;
                while let Ok((took, code)) = endings.try_recv() {
                    tally.count(took, code);
                }
            }
            let memory = server.usage()?.map_or(0.0, |usage| usage.now_mib);
            let row = Row::new(&tally, memory, health.slowest());
            println!("{second:>4}{row}");
            rows.push(row);
        }
        Ok(rows)
    }
}

/// A second as it is shown.
#[derive(Debug)]
struct Row {
    offered: usize,
    accepted: usize,
    refused: usize,
    late: usize,
    failed: usize,
    /// The p99 of what was accepted, in milliseconds.
    p99: f64,
    /// The memory that the server holds, in MiB.
    memory: f64,
    /// How long health took, in milliseconds.
    health: f64,
}

impl Row {
    const HEAD: &str = "   offered  accepted   refused  late  failed    p99 ms  RSS MiB  health ms";

    fn new(second: &Second, memory: f64, health: Duration) -> Self {
        Self {
            offered: second.offered,
            accepted: second.accepted,
            refused: second.refused,
            late: second.late,
            failed: second.failed,
            p99: second.latencies.milliseconds(0.99),
            memory,
            health: health.as_secs_f64() * 1_000.0,
        }
    }

    fn is_at_full_speed(&self) -> bool {
        let turned_away = (self.refused + self.late + self.failed) as f64;
        self.accepted > 0 && turned_away <= REFUSED_AT_FULL_SPEED * self.offered as f64
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "{:>10}{:>10}{:>10}{:>6}{:>8}{:>10.1}{:>9.0}{:>11.1}",
            self.offered,
            self.accepted,
            self.refused,
            self.late,
            self.failed,
            self.p99,
            self.memory,
            self.health
        )
    }
}

fn tell(name: &str, rows: &[Row], report: &mut Report) {
    for row in rows {
        report.add(format!("{name}: offered"), "1/s", row.offered as f64);
        report.add(format!("{name}: accepted"), "1/s", row.accepted as f64);
        report.add(format!("{name}: refused"), "1/s", row.refused as f64);
        report.add(format!("{name}: p99 of accepted"), "ms", row.p99);
        report.add(format!("{name}: RSS"), "MiB", row.memory);
        report.add(format!("{name}: health"), "ms", row.health);
    }
}

/// Asks for health again and again, until it is dropped.
#[derive(Debug)]
struct Health {
    took: mpsc::UnboundedReceiver<Duration>,
    answered: Instant,
}

impl Health {
    fn of(channel: Channel) -> Self {
        let (sender, took) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut client = HealthClient::new(channel);
            loop {
                let begun = Instant::now();
                let answer = client.check(HealthCheckRequest::default()).await;
                if answer.is_err() || sender.send(begun.elapsed()).is_err() {
                    return;
                }
                tokio::time::sleep(HEALTH_PAUSE).await;
            }
        });
        Self { took, answered: Instant::now() }
    }

    /// The longest that it took since this was asked last; where nothing came, since
    /// when nothing has come.
    fn slowest(&mut self) -> Duration {
        let mut slowest = None;
        while let Ok(took) = self.took.try_recv() {
            slowest = slowest.max(Some(took));
            self.answered = Instant::now();
        }
        slowest.unwrap_or_else(|| self.answered.elapsed())
    }
}

/// Creates the entities that are listed.
async fn fill(channel: &Channel) -> Result<(), Failure> {
    let pool = Pool::new(ENTITIES, 1);
    let mut client = IngestServiceClient::new(channel.clone());
    let entities: Vec<_> = pool.head(ENTITIES).cloned().collect();
    for (number, entities) in entities.chunks(500).enumerate() {
        let article = pb::Article {
            name: format!("articles/pool-{number}"),
            body: "Whoever is listed here.".into(),
            ..Default::default()
        };
        let request = pb::IngestArticleRequest {
            article: Some(article),
            entities: entities.to_vec(),
            ..Default::default()
        };
        client.ingest_article(request).await?;
    }
    Ok(())
}
