//! How long something goes on, and when there is to be word of it.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::revision::Revision;

/// How often there is word of what goes on.
const TOLD_EVERY: Duration = Duration::from_secs(5);

/// Measures something that may take long.
pub(super) struct Pace {
    begun: Instant,
    told: Instant,
}

impl Pace {
    pub(super) fn begin() -> Self {
        let now = Instant::now();
        Self { begun: now, told: now }
    }

    /// Whether there is to be word of it again.
    pub(super) fn is_due(&mut self) -> bool {
        let due = self.told.elapsed() >= TOLD_EVERY;
        if due {
            self.told = Instant::now();
        }
        due
    }

    /// How long it has gone on, in seconds.
    pub(super) fn seconds(&self) -> f64 {
        self.begun.elapsed().as_secs_f64()
    }
}

/// Commits that were made while nobody followed, and are being taken in.
pub(super) struct CatchingUp {
    name: &'static str,
    to: Revision,
    pace: Pace,
}

impl CatchingUp {
    /// Tells of it; `None` where there is nothing to catch up with.
    pub(super) fn begin(name: &'static str, from: Revision, to: Revision) -> Option<Self> {
        if from >= to {
            return None;
        }
        tracing::info!(name, from = from.0, to = to.0, "catching up with the records");
        Some(Self { name, to, pace: Pace::begin() })
    }

    /// Tells where it has come to, now and then; `None` once that is the end.
    pub(super) fn reached(mut self, position: Revision) -> Option<Self> {
        let Self { name, to, ref mut pace } = self;
        if position >= to {
            tracing::info!(name, to = to.0, seconds = pace.seconds(), "caught up with the records");
            return None;
        }
        if pace.is_due() {
            let seconds = pace.seconds();
            tracing::info!(name, at = position.0, to = to.0, seconds, "still catching up");
        }
        Some(self)
    }
}
