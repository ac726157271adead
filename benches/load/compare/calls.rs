//! A side that answers calls: as many as it can, then as many as all sides can.

use std::any::Any;
use std::sync::Arc;

use super::{Pace, Side};
use crate::Failure;
use crate::drive::pace::{self, Call, Driven};
use crate::target::peer::Peer;
use crate::target::usage::Usage;
use crate::told::comparison::Sample;

/// Calls to a process.
pub(super) struct Calls {
    peer: Peer,
    call: Arc<dyn Call>,
    /// The process that answers.
    process: u32,
    in_flight: usize,
    pace: Pace,
    /// Calls a second, once it is known.
    rate: Option<f64>,
    /// What ends with it.
    _kept: Option<Box<dyn Any + Send + Sync>>,
}

impl Calls {
    pub(super) fn new(
        peer: Peer,
        call: Arc<dyn Call>,
        process: u32,
        in_flight: usize,
        pace: &Pace,
    ) -> Self {
        Self { peer, call, process, in_flight, pace: pace.clone(), rate: None, _kept: None }
    }

    /// With what has to live as long: the process.
    pub(super) fn keeping(self, kept: impl Any + Send + Sync) -> Self {
        Self { _kept: Some(Box::new(kept)), ..self }
    }

    async fn closed(&self) -> Result<Driven, Failure> {
        pace::closed(Arc::clone(&self.call), self.in_flight, self.pace.time()).await
    }
}

#[async_trait::async_trait]
impl Side for Calls {
    fn peer(&self) -> Peer {
        self.peer.clone()
    }

    async fn warm_up(&mut self) -> Result<Option<f64>, Failure> {
        Ok(Some(self.closed().await?.rate()))
    }

    fn keep_to(&mut self, rate: f64) {
        self.rate = rate.is_finite().then_some(rate);
    }

    async fn repeat(&mut self) -> Result<Sample, Failure> {
        let before = Usage::of(self.process)?;
        let driven = self.closed().await?;
        let used = Usage::of(self.process)?.since(before);
        let calls = driven.latencies.count().max(1) as f64;
        let mut sample = vec![("calls".to_owned(), "1/s", driven.rate())];
        quantiles(&mut sample, &driven, "");
        sample.push(("server CPU a call".to_owned(), "µs", used.cpu_seconds * 1e6 / calls));
        sample.push(("written a call".to_owned(), "bytes", used.written / calls));
        sample.push(("memory".to_owned(), "MiB", used.held_mib));
        if let Some(rate) = self.rate {
            let driven = pace::open(Arc::clone(&self.call), rate, self.pace.time()).await?;
            sample.push(("at a rate of".to_owned(), "1/s", rate));
            quantiles(&mut sample, &driven, "at that rate, ");
        }
        Ok(sample)
    }
}

fn quantiles(sample: &mut Sample, driven: &Driven, when: &str) {
    for (name, quantile) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("p99.9", 0.999)] {
        let value = driven.latencies.microseconds(quantile);
        sample.push((format!("{when}{name}"), "µs", value));
    }
}
