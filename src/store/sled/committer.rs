//! The one thread that writes: it gathers the commits that wait into groups, and
//! answers them once their group is durable.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sled::Db;
use tokio::sync::{mpsc, oneshot};

use super::commit;
use super::error;
use super::group::Group;
use super::prepare::Prepared;
use super::prune;
use super::requests;
use super::shared::Shared;
use crate::store::{Applied, Error, Head};

/// A group takes no more commits once it writes this many entries: readers wait
/// while one is applied, and larger ones are hardly faster.
const GROUP_ENTRIES: usize = 500;
/// How many jobs wait at most.
pub(super) const QUEUE: usize = 1_024;

/// The answers to a job's batches, in their order.
pub(super) type Answers = Vec<Result<Applied, Error>>;

/// What waits for its turn.
pub(super) enum Job {
    /// A sequence of batches to be committed.
    Commit { batches: Vec<Result<Prepared, Error>>, answer: oneshot::Sender<Answers> },
    /// Some history to be let go of.
    Prune { step: prune::Step, answer: oneshot::Sender<()> },
}

/// Commits jobs until none can come any more, or until a write fails.
pub(super) fn run(shared: &Shared, jobs: mpsc::Receiver<Job>) {
    if let Err(error) = commit_all(shared, jobs) {
        tracing::error!(%error, "the store stops writing");
        if let Err(error) = shared.reopen() {
            tracing::error!(%error, "reading stops too, until the data opens again");
        }
    }
}

/// Commits jobs; gives every handle back. Whoever still waits when a write fails
/// learns why.
fn commit_all(shared: &Shared, jobs: mpsc::Receiver<Job>) -> Result<(), Error> {
    let db = shared.handle()?;
    let mut committer = Committer { shared, db: &db, jobs, answered: Vec::new() };
    let panicked = |_| Err(Error::Internal("a panic while writing".into()));
    let ended = catch_unwind(AssertUnwindSafe(|| committer.run())).unwrap_or_else(panicked);
    // Before the jobs that wait are dropped.
    ended.inspect_err(|error| shared.fail(error))
}

struct Committer<'a> {
    shared: &'a Shared,
    db: &'a Db,
    jobs: mpsc::Receiver<Job>,
    /// Jobs whose answers wait for the group to be durable.
    answered: Vec<(oneshot::Sender<Answers>, Answers)>,
}

impl<'a> Committer<'a> {
    fn run(&mut self) -> Result<(), Error> {
        while let Some(job) = self.jobs.blocking_recv() {
            let mut group = Group::new(self.db, self.shared.head());
            let mut next = Some(job);
            while let Some(job) = next {
                group = match job {
                    Job::Commit { batches, answer } => self.take(group, batches, answer)?,
                    Job::Prune { step, answer } => self.prune(group, step, answer)?,
                };
                let room = group.len() < GROUP_ENTRIES;
                next = if room { self.jobs.try_recv().ok() } else { None };
            }
            self.finish(group)?;
        }
        Ok(())
    }

    /// Lets go of some history, between two groups.
    fn prune(
        &mut self,
        group: Group<'a>,
        step: prune::Step,
        answer: oneshot::Sender<()>,
    ) -> Result<Group<'a>, Error> {
        self.finish(group)?;
        step.carry_out(self.shared, self.db)?;
        // Whoever waited may have gone away.
        let _ = answer.send(());
        Ok(Group::new(self.db, self.shared.head()))
    }

    /// Carries out a job's batches, over several groups where it is long.
    fn take(
        &mut self,
        mut group: Group<'a>,
        batches: Vec<Result<Prepared, Error>>,
        answer: oneshot::Sender<Answers>,
    ) -> Result<Group<'a>, Error> {
        let mut answers = Answers::with_capacity(batches.len());
        let mut refused = false;
        for batch in batches {
            if group.len() >= GROUP_ENTRIES {
                self.finish(group)?;
                group = Group::new(self.db, self.shared.head());
            }
            let applied = match batch {
                _ if refused => Err(Error::Skipped),
                Ok(batch) => commit::apply(&mut group, batch),
                Err(error) => Err(error),
            };
            refused |= applied.is_err();
            answers.push(applied);
        }
        self.answered.push((answer, answers));
        Ok(group)
    }

    /// Makes a group durable and visible, then answers.
    fn finish(&mut self, mut group: Group<'a>) -> Result<(), Error> {
        if group.head.revision > self.shared.head().revision {
            self.write(&mut group)?;
        }
        for (answer, answers) in self.answered.drain(..) {
            // Whoever waited may have gone away.
            let _ = answer.send(answers);
        }
        Ok(())
    }

    fn write(&mut self, group: &mut Group<'a>) -> Result<(), Error> {
        if let Some(now) = group.head.time {
            requests::forget_expired(group, now)?;
        }
        let empty = Group::new(self.db, Head::default());
        let (batch, head) = std::mem::replace(group, empty).into_batch();
        self.db.apply_batch(batch).map_err(|error| error::lower(&error, "writing the data"))?;
        self.shared.sync(self.db)?;
        self.shared.acknowledge(head.revision)?;
        self.shared.head.send_replace(head);
        Ok(())
    }
}
