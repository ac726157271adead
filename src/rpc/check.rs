//! CheckIntegrity: what a check has looked at and found, told now and then.

use std::time::Duration;

use tokio::sync::watch;
use tonic::Status;

use super::streaming::Answers;
use super::{pb, status, to_pb};
use crate::kb::error::Error;
use crate::kb::{IntegrityCheck, KnowledgeBase};

/// How many findings are told where a caller does not say.
pub(super) const DEFAULT_FINDINGS: usize = 100;
/// How many findings are told at most.
pub(super) const MOST_FINDINGS: usize = 1_000;
/// How many steps are taken before there is word of them.
const STEPS_A_MESSAGE: usize = 40;
/// How long a check lets go of the disk and the processor after each step.
const PAUSE: Duration = Duration::from_millis(2);

/// How far a check has come, and what it found.
pub type CheckProgress = pb::CheckIntegrityResponse;

/// A check of which messages tell.
pub struct Check {
    check: IntegrityCheck,
    told: pb::CheckIntegrityResponse,
    /// How many findings may still be told.
    room: usize,
}

impl Check {
    /// Begins to check; at most so many findings are told, all are counted.
    pub async fn begin(kb: &KnowledgeBase, most_findings: usize) -> Result<Self, Error> {
        Ok(Self::of(kb.check_integrity().await?, most_findings))
    }

    /// Tells of a check that was begun.
    #[must_use]
    pub fn of(check: IntegrityCheck, most_findings: usize) -> Self {
        let revision = to_pb::revision(check.revision());
        let told = pb::CheckIntegrityResponse { revision, ..Default::default() };
        Self { check, told, room: most_findings }
    }

    /// Goes on for a while; the last message has `done`, and nothing follows it.
    pub async fn next(&mut self, pause: Duration) -> Result<pb::CheckIntegrityResponse, Error> {
        self.told.findings.clear();
        for _ in 0..STEPS_A_MESSAGE {
            let Some(checked) = self.check.step().await? else {
                self.told.done = true;
                break;
            };
            self.told.derived =
                self.check.derived().iter().copied().map(to_pb::checked_index).collect();
            let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
            self.told.entries += number(checked.entries);
            self.told.states += number(checked.states);
            self.told.commits += number(checked.changes);
            self.told.findings_total += number(checked.findings.len() as u64);
            let told = checked.findings.into_iter().take(self.room).map(to_pb::integrity_finding);
            let before = self.told.findings.len();
            self.told.findings.extend(told);
            self.room -= self.told.findings.len() - before;
            if !self.told.findings.is_empty() {
                break;
            }
            tokio::time::sleep(pause).await;
        }
        Ok(self.told.clone())
    }

    /// Tells how far it has come until it is done.
    pub(super) async fn serve(
        mut self,
        answers: Answers<pb::CheckIntegrityResponse>,
        stopping: watch::Receiver<bool>,
    ) -> Result<(), Status> {
        loop {
            let message = self.next(PAUSE).await.map_err(status::of_read)?;
            let done = message.done;
            if answers.send(Ok(message)).await.is_err() || done {
                return Ok(());
            }
            if *stopping.borrow() {
                return Err(status::of_read(Error::Stopping));
            }
        }
    }
}
