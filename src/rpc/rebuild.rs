//! RebuildIndex: how far a rebuild has come, told now and then.

use std::time::Duration;

use tokio::sync::watch;
use tonic::Status;

use super::streaming::Answers;
use super::{pb, status, to_pb};
use crate::derive::{Follower, Standing};
use crate::kb::error::Error;

/// How long after a message the next one comes at the earliest.
const BETWEEN_MESSAGES: Duration = Duration::from_millis(200);

/// A rebuild to tell of.
pub(super) struct Rebuild {
    /// Which one it is.
    number: u64,
    standing: watch::Receiver<Standing>,
    /// Becomes true when the server stops.
    stopping: watch::Receiver<bool>,
}

impl Rebuild {
    /// Asks for a rebuild.
    pub(super) fn begin(follower: &Follower, stopping: watch::Receiver<bool>) -> Self {
        let standing = follower.standing();
        Self { number: follower.rebuild(), standing, stopping }
    }

    /// Tells how far it has come until it is done.
    pub(super) async fn serve(
        mut self,
        answers: Answers<pb::RebuildIndexResponse>,
    ) -> Result<(), Status> {
        let mut built = (0, 0);
        loop {
            let standing = self.standing.borrow_and_update().clone();
            built = standing.building.unwrap_or(built);
            if standing.stopped {
                return Err(status::of_read(Error::Stopping));
            }
            let message = message(&standing, built, standing.rebuilds >= self.number);
            let done = message.done;
            if answers.send(Ok(message)).await.is_err() || done {
                return Ok(());
            }
            tokio::select! {
                () = tokio::time::sleep(BETWEEN_MESSAGES) => {}
                _ = self.stopping.wait_for(|stopping| *stopping) => {
                    return Err(status::of_read(Error::Stopping));
                }
                () = answers.closed() => return Ok(()),
            }
            if self.standing.changed().await.is_err() {
                return Err(status::of_read(Error::Stopping));
            }
        }
    }
}

fn message(
    standing: &Standing,
    (records, records_total): (u64, u64),
    done: bool,
) -> pb::RebuildIndexResponse {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    pb::RebuildIndexResponse {
        records: number(records),
        records_total: number(records_total),
        done,
        revision: standing.visible.map(to_pb::revision).unwrap_or_default(),
    }
}
