//! The one thread that writes: it gathers the commits that wait into groups, and
//! answers them once their group is durable.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sled::Db;
use tokio::sync::{mpsc, oneshot};

use super::commit;
use super::error;
use super::group::Group;
use super::prepare::Prepared;
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

/// A sequence of batches that waits to be committed.
pub(super) struct Job {
    pub(super) batches: Vec<Result<Prepared, Error>>,
    pub(super) answer: oneshot::Sender<Answers>,
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
                group = self.take(group, job)?;
                let room = group.len() < GROUP_ENTRIES;
                next = if room { self.jobs.try_recv().ok() } else { None };
            }
            self.finish(group)?;
        }
        Ok(())
    }

    /// Carries out a job's batches, over several groups where it is long.
    fn take(&mut self, mut group: Group<'a>, job: Job) -> Result<Group<'a>, Error> {
        let mut answers = Answers::with_capacity(job.batches.len());
        let mut refused = false;
        for batch in job.batches {
            if group.len() >= GROUP_ENTRIES {
                self.finish(group)?;
                group = Group::new(self.db, self.shared.head());
            }
            let answer = match batch {
                _ if refused => Err(Error::Skipped),
                Ok(batch) => commit::apply(&mut group, batch),
                Err(error) => Err(error),
            };
            refused |= answer.is_err();
            answers.push(answer);
        }
        self.answered.push((job.answer, answers));
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
        self.shared.head.send_replace(head);
        Ok(())
    }
}
