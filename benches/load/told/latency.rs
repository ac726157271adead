//! Durations, counted.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::Failure;

/// The longest duration told apart.
const LONGEST: u64 = 120_000_000;

/// Durations, to the microsecond and three digits.
#[derive(Clone, Debug)]
pub(crate) struct Latencies(Histogram<u64>);

impl Latencies {
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self(Histogram::new_with_bounds(1, LONGEST, 3)?))
    }

    pub(crate) fn record(&mut self, duration: Duration) {
        self.0.saturating_record(u64::try_from(duration.as_micros()).unwrap_or(LONGEST));
    }

    pub(crate) fn add(&mut self, other: &Self) -> Result<(), Failure> {
        Ok(self.0.add(&other.0)?)
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.len()
    }

    /// The duration that `quantile` of them do not exceed, in microseconds.
    pub(crate) fn microseconds(&self, quantile: f64) -> f64 {
        self.0.value_at_quantile(quantile) as f64
    }

    /// The same in milliseconds.
    pub(crate) fn milliseconds(&self, quantile: f64) -> f64 {
        self.microseconds(quantile) / 1_000.0
    }
}
