//! The reference backend: everything in memory, nothing kept across a restart.
//! It is meant to be plainly right, so that other backends can be held against
//! it: it keeps no index, and finds what it lists by looking at every record.

mod check;
mod draft;
mod history;
mod list;
mod reader;

use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use async_trait::async_trait;
use tokio::sync::watch;
use uuid::Uuid;

use self::check::MemoryChecker;
use self::history::History;
use self::reader::MemoryReader;
use super::leases::Leases;
use super::{
    Applied, At, Change, Checker, Erased, Error, Floor, Head, Identity, Reader, Remembered,
    RequestKey, Store, WriteBatch,
};
use crate::domain::id::RecordName;
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;

/// What a memory store is told at its making.
#[derive(Clone, Debug)]
pub struct MemoryConfig {
    /// The id of the store.
    pub store_id: Uuid,
    /// The key under which tokens are signed.
    pub token_key: [u8; 32],
}

/// A store in memory.
pub struct MemoryStore {
    identity: Identity,
    shared: Shared,
    leases: Leases,
    head: watch::Sender<Head>,
    ready: watch::Sender<Result<(), Error>>,
}

/// The history that the store and its readers share; gone once it is closed.
#[derive(Clone)]
struct Shared(Arc<RwLock<Option<History>>>);

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new(config: MemoryConfig) -> Self {
        let MemoryConfig { store_id, token_key } = config;
        Self {
            identity: Identity { store_id, format_version: 1, token_key },
            shared: Shared(Arc::new(RwLock::new(Some(History::default())))),
            leases: Leases::default(),
            head: watch::Sender::new(Head::default()),
            ready: watch::Sender::new(Ok(())),
        }
    }
}

#[async_trait]
impl Store for MemoryStore {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn head(&self) -> Head {
        *self.head.borrow()
    }

    fn watch_head(&self) -> watch::Receiver<Head> {
        self.head.subscribe()
    }

    fn floor(&self) -> Floor {
        self.leases.floor()
    }

    async fn reader(&self, at: At) -> Result<Box<dyn Reader>, Error> {
        // The floor does not rise while the history is being looked at.
        let (revision, lease) = self.shared.read(|history| {
            let revision = history.pin(at)?;
            let lease = self.leases.take(revision);
            Ok((revision, lease.ok_or_else(|| history.out_of_range(&at))?))
        })?;
        Ok(Box::new(MemoryReader::new(self.shared.clone(), revision, lease)))
    }

    async fn apply(&self, batches: Vec<WriteBatch>) -> Vec<Result<Applied, Error>> {
        let mut guard = match self.shared.lock() {
            Ok(guard) => guard,
            Err(error) => return vec![Err(error); batches.len()],
        };
        let Some(history) = guard.as_mut() else { return vec![Err(closed()); batches.len()] };
        let mut refused = false;
        let mut answers = Vec::with_capacity(batches.len());
        for batch in batches {
            let answer = if refused { Err(Error::Skipped) } else { history.commit(batch) };
            refused |= answer.is_err();
            answers.push(answer);
        }
        // Told under the lock: heads are published in the order of their commits.
        self.head.send_replace(history.head());
        answers
    }

    async fn remembered(
        &self,
        key: &RequestKey,
        now: Timestamp,
    ) -> Result<Option<Remembered>, Error> {
        self.shared.read(|history| Ok(history.remembered(key, now)))
    }

    async fn changes(&self, after: Revision, limit: usize) -> Result<Vec<Change>, Error> {
        self.shared.read(|history| history.changes(after, limit))
    }

    async fn prune(&self, up_to: Revision, budget: usize) -> Result<Floor, Error> {
        let mut guard = self.shared.lock()?;
        let history = guard.as_mut().ok_or_else(closed)?;
        let up_to = self.leases.ceiling().map_or(up_to, |ceiling| up_to.min(ceiling));
        if let Some(floor) = history.next_floor(up_to, budget)
            && self.leases.raise(floor)
        {
            history.prune(floor);
        }
        Ok(self.leases.floor())
    }

    async fn erasures(
        &self,
        after: Option<&RecordName>,
        limit: usize,
    ) -> Result<Vec<Erased>, Error> {
        self.shared.read(|history| Ok(history.erasures(after, limit)))
    }

    async fn check(&self) -> Result<Box<dyn Checker>, Error> {
        let revision = self.head().revision;
        self.shared.read(|_| Ok(()))?;
        Ok(Box::new(MemoryChecker::new(self.shared.clone(), revision)))
    }

    async fn disk_bytes(&self) -> Result<u64, Error> {
        self.shared.read(|_| Ok(0))
    }

    fn watch_ready(&self) -> watch::Receiver<Result<(), Error>> {
        self.ready.subscribe()
    }

    async fn close(&self) -> Result<(), Error> {
        self.shared.lock()?.take();
        // Nobody needs what was said before.
        let _ = self.ready.send_replace(Err(closed()));
        Ok(())
    }
}

impl Shared {
    fn read<T>(&self, look: impl FnOnce(&History) -> Result<T, Error>) -> Result<T, Error> {
        let guard: RwLockReadGuard<'_, _> = self.0.read().map_err(|_| broken())?;
        guard.as_ref().ok_or_else(closed).and_then(look)
    }

    fn lock(&self) -> Result<RwLockWriteGuard<'_, Option<History>>, Error> {
        self.0.write().map_err(|_| broken())
    }
}

fn closed() -> Error {
    Error::Unavailable("the store is closed".into())
}

/// A write that panicked may have left half of itself.
fn broken() -> Error {
    Error::Unavailable("the store stopped after a failed write".into())
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::store::conformance::{Fixture, store_conformance};

    pub(crate) struct InMemory(Arc<MemoryStore>);

    #[async_trait]
    impl Fixture for InMemory {
        fn store(&self) -> Arc<dyn Store> {
            self.0.clone()
        }

        async fn reopen(&mut self) {}
    }

    pub(crate) async fn in_memory() -> InMemory {
        let config = MemoryConfig { store_id: Uuid::from_u128(1), token_key: [1; 32] };
        InMemory(Arc::new(MemoryStore::new(config)))
    }

    store_conformance! { conformance, in_memory }
}
