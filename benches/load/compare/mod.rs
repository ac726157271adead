//! Each work of the table in benches/README.md, done by Dicta and by its peers in
//! one run: in turns, as often as asked for, with a repetition before that does not
//! count.

mod base;
mod calls;
mod get;

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
