//! How calls follow one another: each when another has been answered, or so many a
//! second whatever the answers do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::task::JoinSet;

use crate::Failure;
use crate::told::latency::Latencies;

/// Takes each worker to calls of its own, in an order that is not that of the keys.
const STRIDE: usize = 997;

/// A call that is repeated.
#[async_trait::async_trait]
pub(crate) trait Call: Send + Sync {
    /// Makes the call of this number, on a worker's connection. Numbers go up as long
    /// as there is time: there may be fewer different calls, and fewer connections.
    async fn call(&self, worker: usize, number: usize) -> Result<(), Failure>;
}

/// What was called.
#[derive(Debug)]
pub(crate) struct Driven {
    /// How long each call took.
    pub(crate) latencies: Latencies,
    /// How long all of it took.
    pub(crate) took: Duration,
}

impl Driven {
    /// Calls a second.
    pub(crate) fn rate(&self) -> f64 {
        self.latencies.count() as f64 / self.took.as_secs_f64()
    }
}

/// Calls for a time, with so many calls in flight.
pub(crate) async fn closed(
    call: Arc<dyn Call>,
    in_flight: usize,
    time: Duration,
) -> Result<Driven, Failure> {
    let begun = Instant::now();
    let mut workers = JoinSet::new();
    for worker in 0..in_flight {
        let call = Arc::clone(&call);
        workers.spawn(async move {
            let mut latencies = Latencies::new()?;
            let mut number = worker * STRIDE;
            while begun.elapsed() < time {
                let asked = Instant::now();
                call.call(worker, number).await?;
                latencies.record(asked.elapsed());
                number += 1;
            }
            Ok::<_, Failure>(latencies)
        });
    }
    let mut latencies = Latencies::new()?;
    while let Some(worker) = workers.join_next().await {
        latencies.add(&worker??)?;
    }
    Ok(Driven { latencies, took: begun.elapsed() })
}

/// Calls `rate` times a second for a time. A call counts from when it was meant to
/// be sent: one that had to wait for others is not flattered.
pub(crate) async fn open(
    call: Arc<dyn Call>,
    rate: f64,
    time: Duration,
) -> Result<Driven, Failure> {
    let begun = Instant::now();
    let runtime = Handle::current();
    // A thread of its own: the runtime's timer is only good to a millisecond.
    let sent = tokio::task::spawn_blocking(move || send(&runtime, &call, rate, begun, time));
    let mut calls = sent.await?;
    let mut latencies = Latencies::new()?;
    while let Some(call) = calls.join_next().await {
        latencies.record(call??);
    }
    Ok(Driven { latencies, took: begun.elapsed() })
}

/// Sends calls at their times; each tells how late it was answered.
fn send(
    runtime: &Handle,
    call: &Arc<dyn Call>,
    rate: f64,
    begun: Instant,
    time: Duration,
) -> JoinSet<Result<Duration, Failure>> {
    let mut calls = JoinSet::new();
    for number in 0.. {
        let after = Duration::from_secs_f64(f64::from(number) / rate);
        if after >= time {
            break;
        }
        let intended = begun + after;
        std::thread::sleep(intended.saturating_duration_since(Instant::now()));
        let call = Arc::clone(call);
        let made = async move {
            call.call(number as usize, number as usize).await?;
            Ok(intended.elapsed())
        };
        calls.spawn_on(made, runtime);
    }
    calls
}
