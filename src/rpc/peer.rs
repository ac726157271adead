//! What the calls of one connection share: how many may run, and how long its client
//! has kept an answer waiting.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, MissedTickBehavior};
use tonic::Status;

use super::status;

/// How often a connection is looked at, as a part of the time it is given.
const LOOKS: u32 = 8;

/// One connection, as its calls know it.
#[derive(Clone, Debug)]
pub(super) struct Peer(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    calls: Arc<Semaphore>,
    /// The limit for which all of its calls are refused, if they are.
    refused_for: Option<&'static str>,
    /// Since when parts of answers have been waiting to be taken, each with a number.
    waiting: Mutex<BTreeSet<(Instant, u64)>>,
    numbers: AtomicU64,
}

/// A part of an answer that waits to be taken; it does not any more when this is
/// dropped.
#[derive(Debug)]
pub(super) struct Waiting {
    peer: Peer,
    mark: (Instant, u64),
}

impl Peer {
    /// A connection with so many calls at once.
    pub(super) fn new(calls: usize) -> Self {
        Self::with(calls, None)
    }

    /// A connection on which nothing but health is served, for this limit.
    pub(super) fn refused(limit: &'static str) -> Self {
        Self::with(0, Some(limit))
    }

    fn with(calls: usize, refused_for: Option<&'static str>) -> Self {
        Self(Arc::new(Shared {
            calls: Arc::new(Semaphore::new(calls)),
            refused_for,
            waiting: Mutex::default(),
            numbers: AtomicU64::new(0),
        }))
    }

    /// Refuses the calls of a connection that there is no room for.
    pub(super) fn check(&self) -> Result<(), Status> {
        self.0.refused_for.map_or(Ok(()), |limit| Err(status::overloaded(limit)))
    }

    /// A place for one more call, if the connection has one left.
    pub(super) fn place(&self) -> Result<OwnedSemaphorePermit, Status> {
        let place = Arc::clone(&self.0.calls).try_acquire_owned();
        place.map_err(|_| status::overloaded("server.concurrency_per_connection"))
    }

    /// A part of an answer waits from now on.
    pub(super) fn wait(&self) -> Waiting {
        let mark = (Instant::now(), self.0.numbers.fetch_add(1, Ordering::Relaxed));
        self.waiting().insert(mark);
        Waiting { peer: self.clone(), mark }
    }

    /// Returns once an answer has waited so long, or a little longer.
    pub(super) async fn until_stalled(&self, patience: Duration) {
        let mut looks = tokio::time::interval(patience / LOOKS);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let oldest = self.waiting().first().map(|(since, _)| *since);
            if oldest.is_some_and(|since| since.elapsed() >= patience) {
                return;
            }
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeSet<(Instant, u64)>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.peer.waiting().remove(&self.mark);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_peer_stalls_when_one_answer_waits_too_long_and_not_before() {
        let peer = Peer::new(1);
        let patience = Duration::from_secs(8);
        let stalled = |peer: &Peer, within| {
            let peer = peer.clone();
            async move { tokio::time::timeout(within, peer.until_stalled(patience)).await.is_ok() }
        };
        assert!(!stalled(&peer, Duration::from_secs(100)).await, "nothing waits");
        let taken = peer.wait();
        assert!(!stalled(&peer, Duration::from_secs(5)).await);
        drop(taken);
        let waiting = peer.wait();
        assert!(!stalled(&peer, Duration::from_secs(7)).await, "another was taken meanwhile");
        assert!(stalled(&peer, Duration::from_secs(3)).await);
        drop(waiting);
        assert!(!stalled(&peer, Duration::from_secs(100)).await);
    }

    #[test]
    fn a_connection_has_so_many_places() {
        let peer = Peer::new(1);
        let place = peer.place();
        assert!(place.is_ok() && peer.place().is_err());
        drop(place);
        assert!(peer.place().is_ok());
    }
}
