//! Each work of the table in benches/README.md, done by Dicta and by its peers in
//! one run: in turns, as often as asked for, with a repetition before that does not
//! count.

mod base;
mod bulk;
mod calls;
mod create;
mod get;
pub(crate) mod growth;
mod parts;
mod questions;

use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::Failure;
use crate::target::peer::Peer;
use crate::told::comparison::{Comparison, Sample};
use crate::told::report::Output;
use crate::work::generate::Source;

/// Does one work with Dicta and with its peers.
#[derive(Debug, Args)]
pub(crate) struct Compare {
    /// Which work.
    #[arg(value_enum)]
    work: Work,
    #[command(flatten)]
    source: Source,
    /// How often each side does it.
    #[arg(long, value_name = "N", default_value_t = 5)]
    rounds: usize,
    #[command(flatten)]
    pace: Pace,
    #[command(flatten)]
    output: Output,
}

/// How calls are made.
#[derive(Clone, Debug, Args)]
struct Pace {
    /// How long calls are made at a time, in milliseconds.
    #[arg(long, value_name = "N", default_value_t = 3_000)]
    milliseconds: u64,
    /// Calls a second of the measurement that keeps to a rate. Without it, half of
    /// what the slowest side reached without one.
    #[arg(long, value_name = "N")]
    rate: Option<f64>,
}

impl Pace {
    fn time(&self) -> Duration {
        Duration::from_millis(self.milliseconds)
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Work {
    /// GetEntity with 64 calls in flight: a bare echo, etcd.
    GetEntity,
    /// GetArticle with 64 calls in flight: a bare echo, etcd.
    GetArticle,
    /// Durable CreateStatement by one client: etcd.
    Create1,
    /// Durable CreateStatement by 64 clients: etcd.
    Create64,
    /// Bulk ingest, durable and searchable at the end, and its disk: PostgreSQL.
    Bulk,
    /// Bulk ingest: a bare stream, a bare sled and a bare tantivy, one after another.
    Parts,
    /// Search, the best ten with snippets, one client: PostgreSQL.
    Search1,
    /// Search, the best ten with snippets, eight clients: PostgreSQL.
    Search8,
    /// ListStatements by speaker with filter and order, one client: PostgreSQL.
    List1,
    /// ListStatements by speaker with filter and order, eight clients: PostgreSQL.
    List8,
}

/// Who does a work.
#[async_trait::async_trait]
trait Side: Send {
    /// As it is told beside its figures.
    fn peer(&self) -> Peer;

    /// Does it once before it counts; tells the rate that calls reached, where they
    /// are also to be made at a rate.
    async fn warm_up(&mut self) -> Result<Option<f64>, Failure> {
        Ok(None)
    }

    /// Sets the rate, the same for all sides.
    fn keep_to(&mut self, _rate: f64) {}

    /// Does it once.
    async fn repeat(&mut self) -> Result<Sample, Failure>;
}

type Sides = Vec<Box<dyn Side>>;

impl Compare {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let (work, mut sides) = match self.work {
            Work::GetEntity => ("GetEntity, 64 in flight", get::entity(&self).await?),
            Work::GetArticle => ("GetArticle, 64 in flight", get::article(&self).await?),
            Work::Create1 => ("CreateStatement, 1 client", create::sides(&self, 1).await?),
            Work::Create64 => ("CreateStatement, 64 clients", create::sides(&self, 64).await?),
            Work::Bulk => ("bulk ingest", bulk::sides(&self).await?),
            Work::Parts => ("bulk ingest and its parts", parts::sides(&self).await?),
            Work::Search1 => ("Search, 1 client", questions::search(&self, 1).await?),
            Work::Search8 => ("Search, 8 clients", questions::search(&self, 8).await?),
            Work::List1 => ("ListStatements, 1 client", questions::list(&self, 1).await?),
            Work::List8 => ("ListStatements, 8 clients", questions::list(&self, 8).await?),
        };
        let peers = sides.iter().map(|side| side.peer()).collect();
        let mut comparison = Comparison::new(work, peers);
        self.warm_up(&mut sides).await?;
        for round in 0..self.rounds {
            let mut order: Vec<_> = sides.iter_mut().enumerate().collect();
            // None always follows the same one.
            if round % 2 == 1 {
                order.reverse();
            }
            for (place, side) in order {
                comparison.add(place, side.repeat().await?);
            }
        }
        comparison.put(&self.output)
    }

    async fn warm_up(&self, sides: &mut Sides) -> Result<(), Failure> {
        let mut slowest = f64::INFINITY;
        for side in sides.iter_mut() {
            slowest = slowest.min(side.warm_up().await?.unwrap_or(f64::INFINITY));
        }
        let rate = self.pace.rate.unwrap_or(slowest / 2.0);
        sides.iter_mut().for_each(|side| side.keep_to(rate));
        Ok(())
    }
}
