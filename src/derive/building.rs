//! What is derived, built from all records and brought up to the newest commits.

use super::follower::FollowerConfig;
use super::pace::Pace;
use super::snapshot::Snapshot;
use super::{Changed, Derived, Error};
use crate::domain::revision::Revision;

/// How many steps what is built catches up for each that what is shown goes on.
const STEPS: usize = 4;

/// A build from all records.
pub(super) struct Building {
    /// Holds the log from its revision on.
    snapshot: Snapshot,
    /// Up to where there is all, once all records of the snapshot are in.
    pub(super) position: Revision,
    taken: u64,
    all: u64,
    name: &'static str,
    pace: Pace,
}

impl Building {
    /// Begins with the newest records.
    pub(super) async fn begin(config: &FollowerConfig, name: &'static str) -> Result<Self, Error> {
        let snapshot = Snapshot::of_head(config.store.as_ref()).await?;
        let counts = config.store.head().counts;
        let all = counts.articles + counts.statements + counts.entities;
        tracing::info!(name, records = all, "building from all records");
        let position = snapshot.revision();
        Ok(Self { position, snapshot, taken: 0, all, name, pace: Pace::begin() })
    }

    /// How many records were taken in, and of how many.
    pub(super) fn progress(&self) -> (u64, u64) {
        (self.taken, self.all.max(self.taken))
    }

    /// Takes in the next records; `false` where there are no more.
    pub(super) async fn step(&mut self, derived: &mut dyn Derived) -> Result<bool, Error> {
        let Some(records) = self.snapshot.next().await? else { return Ok(false) };
        apply(derived, &records)?;
        self.taken += records.len() as u64;
        if self.pace.is_due() {
            let (records, of) = self.progress();
            let (name, seconds) = (self.name, self.pace.seconds());
            tracing::info!(name, records, of, seconds, "still building");
        }
        Ok(true)
    }

    /// Tells that all is built and shown.
    pub(super) fn done(&self) {
        let (name, records, revision) = (self.name, self.taken, self.position.0);
        tracing::info!(name, records, revision, seconds = self.pace.seconds(), "built");
    }

    /// Takes in some of the commits since; tells up to where.
    pub(super) async fn catch_up(
        &mut self,
        derived: &mut dyn Derived,
        config: &FollowerConfig,
    ) -> Result<Revision, Error> {
        for _ in 0..STEPS {
            match take_in(derived, config, self.position).await? {
                (Some(newer), _) => self.position = newer,
                (None, _) => break,
            }
        }
        Ok(self.position)
    }
}

/// Takes in the next commits; tells up to where, and how many records these were.
pub(super) async fn take_in(
    derived: &mut dyn Derived,
    config: &FollowerConfig,
    position: Revision,
) -> Result<(Option<Revision>, usize), Error> {
    let commits = config.recent.after(config.store.as_ref(), position).await?;
    let mut records = 0;
    for commit in &commits {
        apply(derived, &commit.changed)?;
        apply(derived, &commit.reached)?;
        records += commit.changed.len() + commit.reached.len();
    }
    Ok((commits.last().map(|commit| commit.change.revision), records))
}

fn apply(derived: &mut dyn Derived, changed: &[Changed]) -> Result<(), Error> {
    if changed.is_empty() { Ok(()) } else { derived.apply(changed) }
}
