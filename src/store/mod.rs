//! The store contract: what a backend owes, in words that fit any database.
//!
//! Every commit is one revision; every version of every record is kept under
//! (name, revision); a [`Reader`] pins one revision and never sees anything
//! newer. A commit is acknowledged, and becomes the head, only once it is
//! durable. Backends pass one conformance suite, and read nothing but the clock
//! values they are handed.

pub mod batch;
pub mod catalogue;
pub mod change;
pub mod check;
#[cfg(test)]
pub mod conformance;
mod erasure;
pub mod error;
mod leases;
pub mod memory;
pub mod path;
pub mod sled;

use async_trait::async_trait;
use tokio::sync::watch;
use uuid::Uuid;

pub use self::batch::{Applied, Mutation, Precondition, Remembered, RequestKey, WriteBatch};
pub use self::change::{Change, ChangeKind};
pub use self::check::{Checked, Checker, Fault, Finding};
pub use self::erasure::{Erased, Erasure};
pub use self::error::{CommitOutcome, Conflict, Error};
pub use self::path::{Cursor, Direction, Item, Page, Path, Scan, Window};
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::record::{Committed, Stored};
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::domain::time::Timestamp;

/// Which store this is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The id of the store; a restored store has a new one.
    pub store_id: Uuid,
    /// The version of the stored format.
    pub format_version: u32,
    /// The key under which tokens are signed; it never leaves the process.
    pub token_key: [u8; 32],
}

/// The newest durable commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Its revision; [`Revision::ZERO`] before the first.
    pub revision: Revision,
    /// Its time; `None` before the first.
    pub time: Option<Timestamp>,
    /// What the store holds there.
    pub counts: Counts,
}

/// How many live records there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Articles.
    pub articles: u64,
    /// Statements.
    pub statements: u64,
    /// Entities.
    pub entities: u64,
    /// Distinct publisher keys of live articles.
    pub outlets: u64,
    /// Distinct speaker entities of live statements.
    pub speakers: u64,
}

/// From where on the history is held: what the store showed at this revision and
/// at any later one can be read; the changes after it are all in the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Floor {
    /// The oldest revision held; [`Revision::ZERO`] where nothing was pruned.
    pub revision: Revision,
    /// Its time; `None` at [`Revision::ZERO`].
    pub time: Option<Timestamp>,
}

/// Which revision a reader pins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The newest durable one.
    Head,
    /// The newest held one at or before this revision.
    Revision(Revision),
    /// The newest one committed at or before this time.
    Time(Timestamp),
}

/// Whether an article comes with its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadBody {
    /// Everything but the text.
    No,
    /// With the text.
    Yes,
}

/// What is known of a name at a reader's revision.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// No record ever had it.
    Never,
    /// A record has it.
    Live(Stored),
    /// Its record was deleted.
    Deleted(Deleted),
}

impl State {
    /// The record, where there is one.
    #[must_use]
    pub fn live(self) -> Option<Stored> {
        match self {
            Self::Live(stored) => Some(stored),
            Self::Never | Self::Deleted(_) => None,
        }
    }
}

/// A deleted record, or an erased one: as of any revision since it came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// When it came to be and when it was deleted: `revision` and `update_time`
    /// are the deletion's.
    pub committed: Committed,
    /// For articles: the last version of the body, from which the number goes on.
    pub article_version: u32,
    /// Why nothing of it can be read as of any revision, where it was erased.
    pub erasure: Option<Erasure>,
}

/// One stored state of an article or another record.
#[derive(Clone, Debug, PartialEq)]
pub enum ArticleState {
    /// The article or other record as it stood.
    Article(Stored),
    /// It was deleted.
    Deleted(Deleted),
}

impl ArticleState {
    /// The revision that made it.
    #[must_use]
    pub fn revision(&self) -> Revision {
        match self {
            Self::Article(stored) => stored.committed.revision,
            Self::Deleted(deleted) => deleted.committed.revision,
        }
    }
}

/// A store of articles, statements and entities.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Which store this is.
    fn identity(&self) -> &Identity;

    /// The newest durable commit.
    fn head(&self) -> Head;

    /// Tells of each new head. Heads may be skipped; the newest is always told.
    fn watch_head(&self) -> watch::Receiver<Head>;

    /// From where on the history is held.
    fn floor(&self) -> Floor;

    /// The oldest revision that can be read as of.
    fn earliest(&self) -> Revision {
        self.floor().revision
    }

    /// Pins a revision: nothing that it shows is pruned until the reader is
    /// dropped. [`Error::OutOfRange`] where it is above the head or no longer
    /// held, and for a time before the first commit held.
    async fn reader(&self, at: At) -> Result<Box<dyn Reader>, Error>;

    /// Applies batches in order, each in one commit of its own or not at all; each
    /// sees the ones before it. At the first [`Error::Conflict`] the batches
    /// behind it are not applied and answer [`Error::Skipped`], so that a sequence
    /// is never applied out of order. Answers once all that was applied is
    /// durable, one answer a batch.
    ///
    /// A future that is dropped before it answers may leave the batches applied.
    async fn apply(&self, batches: Vec<WriteBatch>) -> Vec<Result<Applied, Error>>;

    /// What was answered to a request before, unless it is older than the time
    /// that requests are remembered.
    async fn remembered(
        &self,
        key: &RequestKey,
        now: Timestamp,
    ) -> Result<Option<Remembered>, Error>;

    /// The durable changes after `after`, in the order of their revisions, at most
    /// `limit`; none where `after` is the head or above it. [`Error::OutOfRange`]
    /// where it lies under the floor.
    async fn changes(&self, after: Revision, limit: usize) -> Result<Vec<Change>, Error>;

    /// Raises the floor towards `up_to` and lets go of what only readers under it
    /// could see: versions that another took the place of, index entries that
    /// ended, the log. The newest version of a name stays, a deletion too. Goes no
    /// further than the oldest revision that is being read, nor than the head, and
    /// ends after the commit with which `budget` entries are let go of. Answers
    /// the floor, which stays where it is if nothing could be done. A crash leaves
    /// the old floor with all of it, or the new one.
    async fn prune(&self, up_to: Revision, budget: usize) -> Result<Floor, Error>;

    /// The erasures of names behind `after`, in the order of the names' texts, at
    /// most `limit`.
    async fn erasures(
        &self,
        after: Option<&RecordName>,
        limit: usize,
    ) -> Result<Vec<Erased>, Error>;

    /// Begins to check everything that is held at the newest revision: that all of
    /// it can be read, each record's index entries and the other way round, the
    /// log, what is counted, remembered and erased. Writes go on meanwhile; history
    /// is not pruned until the checker is dropped.
    async fn check(&self) -> Result<Box<dyn Checker>, Error>;

    /// The size of the data on disk, in bytes; 0 where there is no disk.
    async fn disk_bytes(&self) -> Result<u64, Error>;

    /// Whether the store takes writes; else why not.
    fn ready(&self) -> Result<(), Error> {
        self.watch_ready().borrow().clone()
    }

    /// Tells when the store stops taking writes, and when it takes them again.
    fn watch_ready(&self) -> watch::Receiver<Result<(), Error>>;

    /// Finishes what was begun and lets go of the data. Later calls answer
    /// [`Error::Unavailable`].
    async fn close(&self) -> Result<(), Error>;
}

/// One pinned revision of a store.
#[async_trait]
pub trait Reader: Send + Sync {
    /// The pinned revision.
    fn revision(&self) -> Revision;

    /// What is known of a name.
    async fn state(&self, name: &RecordName, body: LoadBody) -> Result<State, Error>;

    /// What is known of several names, in their order.
    async fn states(&self, names: &[RecordName], body: LoadBody) -> Result<Vec<State>, Error>;

    /// The live article that has this address; where none has, the one deleted
    /// last of those that had it when they were deleted, and are deleted still.
    async fn article_by_url(&self, url: &CanonicalUrl) -> Result<Option<ArticleId>, Error>;

    /// The stored states of a record at or before the pinned revision and before
    /// revision `before`, the newest first, at most `limit`.
    async fn states_of(
        &self,
        name: &RecordName,
        before: Option<Revision>,
        limit: usize,
        body: LoadBody,
    ) -> Result<Vec<ArticleState>, Error>;

    /// The stored states of an article, as `states_of`.
    async fn article_states(
        &self,
        article: &ArticleId,
        before: Option<Revision>,
        limit: usize,
        body: LoadBody,
    ) -> Result<Vec<ArticleState>, Error> {
        self.states_of(&RecordName::Article(article.clone()), before, limit, body).await
    }

    /// A page of the records along a path.
    async fn list(&self, scan: &Scan) -> Result<Page, Error>;
}
