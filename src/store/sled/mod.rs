//! The sled backend: one tree, one thread that writes, readers that filter by
//! revision. sled's iterators are no snapshots, so nothing is ever moved or
//! overwritten that a reader of an older revision could be looking for.

mod acknowledged;
mod check;
mod commit;
mod committer;
mod compact;
mod erase;
mod error;
#[doc(hidden)]
pub mod fuzzing;
mod group;
mod judge;
mod keys;
mod merged;
mod open;
mod places;
mod prepare;
mod prune;
mod reader;
mod record;
mod reindex;
mod requests;
mod scan;
mod shared;
mod source;
mod space;

#[cfg(test)]
pub(crate) mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use async_trait::async_trait;
use tokio::sync::{mpsc, oneshot, watch};

use self::check::SledChecker;
use self::committer::{Answers, Job};
pub use self::compact::Compacted;
use self::prepare::Prepared;
use self::reader::SledReader;
use self::shared::Shared;
use self::space::SpaceWatch;
use super::{
    Applied, At, Change, Checker, Erased, Error, Floor, Head, Identity, Reader, Remembered,
    RequestKey, Store, WriteBatch,
};
use crate::domain::id::RecordName;
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;

/// Texts longer than this together are compressed off the async workers.
const INLINE_TEXT_BYTES: usize = 128 << 10;
/// More changes than this are read off the async workers.
const INLINE_CHANGES: usize = 64;

/// What a sled store is told at its opening.
#[derive(Clone, Debug)]
pub struct SledConfig {
    /// The data directory; it is made where there is none.
    pub path: PathBuf,
    /// How much of the data is kept in memory, in MiB.
    pub cache_mib: u64,
    /// Below how much free space on its disk, in MiB, no commits are made.
    pub min_free_mib: u64,
}

/// A store in a directory, by way of sled.
pub struct SledStore {
    identity: Identity,
    shared: Arc<Shared>,
    writer: Mutex<Option<Writer>>,
    _space: SpaceWatch,
}

/// The committer's thread and the way to it.
struct Writer {
    jobs: mpsc::Sender<Job>,
    thread: JoinHandle<()>,
}

impl SledStore {
    /// Opens the data directory.
    pub fn open(config: SledConfig) -> Result<Self, Error> {
        let (shared, identity) = open::open(&config)?;
        let shared = Arc::new(shared);
        let (jobs, waiting) = mpsc::channel(committer::QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-committer".into())
            .spawn({
                let shared = Arc::clone(&shared);
                move || committer::run(&shared, waiting)
            })
            .map_err(|error| Error::Internal(format!("starting the committer: {error}")))?;
        let _space = SpaceWatch::start(&shared)?;
        Ok(Self { identity, shared, writer: Mutex::new(Some(Writer { jobs, thread })), _space })
    }

    fn jobs(&self) -> Result<mpsc::Sender<Job>, Error> {
        self.ready()?;
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.as_ref().map(|writer| writer.jobs.clone()).ok_or_else(error::closed)
    }

    async fn commit(&self, batches: Vec<WriteBatch>) -> Result<Answers, Error> {
        self.jobs()?;
        let batches = if prepare::text_bytes(&batches) > INLINE_TEXT_BYTES {
            off_the_workers(move || Ok(prepared(batches))).await?
        } else {
            prepared(batches)
        };
        self.ask(|answer| Job::Commit { batches, answer }).await
    }

    /// Hands a job to the committer and waits for its answer.
    async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<T>) -> Job) -> Result<T, Error> {
        let jobs = self.jobs()?;
        let (answer, answered) = oneshot::channel();
        let sent = jobs.send(job(answer)).await;
        // The committer ends once no sender is left.
        drop(jobs);
        sent.map_err(|_| self.shared.unanswered())?;
        answered.await.map_err(|_| self.shared.unanswered())
    }

    /// Stops the committer once it has done what waits.
    fn stop_writing(&self) -> Option<JoinHandle<()>> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        writer.map(|writer| writer.thread)
    }
}

fn prepared(batches: Vec<WriteBatch>) -> Vec<Result<Prepared, Error>> {
    batches.into_iter().map(Prepared::new).collect()
}

/// Does what takes a while on a thread that may be held up.
async fn off_the_workers<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Error::Internal(error.to_string())),
    }
}

#[async_trait]
impl Store for SledStore {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn head(&self) -> Head {
        self.shared.head()
    }

    fn watch_head(&self) -> watch::Receiver<Head> {
        self.shared.head.subscribe()
    }

    fn floor(&self) -> Floor {
        self.shared.leases.floor()
    }

    async fn reader(&self, at: At) -> Result<Box<dyn Reader>, Error> {
        Ok(Box::new(SledReader::pin(&self.shared, at)?))
    }

    async fn apply(&self, batches: Vec<WriteBatch>) -> Vec<Result<Applied, Error>> {
        let count = batches.len();
        match self.commit(batches).await {
            Ok(answers) => answers,
            Err(error) => vec![Err(error); count],
        }
    }

    async fn remembered(
        &self,
        key: &RequestKey,
        now: Timestamp,
    ) -> Result<Option<Remembered>, Error> {
        let head = self.shared.head().revision;
        let remembered = self.shared.read(|db| requests::remembered(db, key))?;
        let durable = |known: &Remembered| now < known.expires && known.revision <= head;
        Ok(remembered.filter(durable))
    }

    async fn changes(&self, after: Revision, limit: usize) -> Result<Vec<Change>, Error> {
        let shared = Arc::clone(&self.shared);
        let read = move || shared.read(|db| reader::changes(db, &shared, after, limit));
        if limit <= INLINE_CHANGES { read() } else { off_the_workers(read).await }
    }

    async fn prune(&self, up_to: Revision, budget: usize) -> Result<Floor, Error> {
        let shared = Arc::clone(&self.shared);
        let gathered = off_the_workers(move || {
            let up_to = up_to.min(shared.head().revision);
            let up_to = shared.leases.ceiling().map_or(up_to, |ceiling| up_to.min(ceiling));
            let floor = shared.leases.floor();
            shared.read(|db| prune::Step::gather(db, floor, up_to, budget))
        })
        .await?;
        if let Some(step) = gathered {
            self.ask(|answer| Job::Prune { step, answer }).await?;
        }
        Ok(self.floor())
    }

    async fn erasures(
        &self,
        after: Option<&RecordName>,
        limit: usize,
    ) -> Result<Vec<Erased>, Error> {
        let (first, end) = keys::erased_after(after);
        let shared = Arc::clone(&self.shared);
        off_the_workers(move || {
            shared.read(|db| reader::erasures(db, shared.head().revision, first..end, limit))
        })
        .await
    }

    async fn check(&self) -> Result<Box<dyn Checker>, Error> {
        Ok(Box::new(SledChecker::begin(&self.shared)?))
    }

    async fn disk_bytes(&self) -> Result<u64, Error> {
        self.shared.read(|_| Ok(()))?;
        let directory = self.shared.config.path.clone();
        off_the_workers(move || {
            bytes_below(&directory)
                .map_err(|error| Error::Unavailable(format!("measuring the data: {error}")))
        })
        .await
    }

    fn watch_ready(&self) -> watch::Receiver<Result<(), Error>> {
        self.shared.ready.subscribe()
    }

    async fn close(&self) -> Result<(), Error> {
        let thread = self.stop_writing().ok_or_else(error::closed)?;
        let shared = Arc::clone(&self.shared);
        off_the_workers(move || {
            // A panic of the committer has been told of by then.
            let _ = thread.join();
            shared.close()
        })
        .await
    }
}

impl Drop for SledStore {
    /// Whoever drops an open store may want to open its directory again.
    fn drop(&mut self) {
        if let Some(thread) = self.stop_writing() {
            let _ = thread.join();
            let _ = self.shared.close();
        }
    }
}

fn bytes_below(directory: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        // What lies beside the store may be put in order meanwhile.
        bytes += match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => present(bytes_below(&entry.path()))?,
            Ok(metadata) => allocated(&metadata),
            Err(error) => present(Err(error))?,
        };
    }
    Ok(bytes)
}

/// Nothing where a file is gone by now.
fn present(bytes: std::io::Result<u64>) -> std::io::Result<u64> {
    match bytes {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(0),
        bytes => bytes,
    }
}

/// What a file takes on the disk, which is less than its length where it is sparse.
fn allocated(metadata: &std::fs::Metadata) -> u64 {
    #[cfg(unix)]
    let bytes = std::os::unix::fs::MetadataExt::blocks(metadata) * 512;
    #[cfg(not(unix))]
    let bytes = metadata.len();
    bytes.min(metadata.len())
}
