//! State that follows from the records and is kept beside them: it reads the
//! change log at its own pace, so that no commit waits for it, and it can be
//! thrown away and built afresh at any time.
//!
//! [`Recent`] reads the log once for all that follow it closely, subscribers of a
//! Watch too. A [`Follower`] keeps one [`Derived`] up to date, on a thread of its
//! own, and tells which revision it shows.

mod building;
mod follower;
mod reached;
mod pace;
mod recent;
mod snapshot;
#[cfg(test)]
mod tests;

use crate::domain::article::PubStatus;
use crate::domain::id::RecordName;
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::store;

pub use self::follower::{Follower, FollowerConfig, Standing};
pub use self::recent::{Commit, Recent};

/// What follows from the records, such as an index.
pub trait Derived: Send + 'static {
    /// What it is called in logs.
    fn name(&self) -> &'static str;

    /// Takes up what was committed last, and drops what was applied since. Tells
    /// its revision; `None` where nothing is kept, or nothing that is whole and of
    /// this store.
    fn resume(&mut self) -> Result<Option<Revision>, Error>;

    /// Begins afresh. What was committed last is shown until the next commit.
    fn reset(&mut self) -> Result<(), Error>;

    /// Begins another that holds nothing yet and is shown in place of this one from
    /// its first commit on; until then both may be applied to. `None` where there
    /// cannot be two: then this one is built afresh, and stands still meanwhile.
    fn beside(&mut self) -> Result<Option<Box<dyn Derived>>, Error> {
        Ok(None)
    }

    /// Takes in what commits changed, in their order, or after a reset all records
    /// there are: entities, articles, statements. A record may come again.
    fn apply(&mut self, changed: &[Changed]) -> Result<(), Error>;

    /// Keeps and shows what was applied: all there is up to a revision.
    fn commit(&mut self, revision: Revision) -> Result<(), Error>;
}

/// What became of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Changed {
    /// Its name.
    pub name: RecordName,
    /// The record before, an article without its text. `None` where there was
    /// none, and where all records there are come.
    pub before: Option<Stored>,
    /// The record after, an article with its text; `None` where it was deleted.
    pub after: Option<Stored>,
    /// Whether the article may be used; for a statement, the one it stands in.
    pub usable: bool,
    /// Whether its content was erased: nothing of it may stay anywhere.
    pub erased: bool,
}

/// Why something derived does not follow.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The records cannot be read.
    #[error(transparent)]
    Store(#[from] store::Error),
    /// What is derived cannot be kept.
    #[error("{0}")]
    Kept(String),
}

/// Whether a record is one that may be used: anything but an article that is held
/// back or withdrawn.
fn may_be_used(record: &Record) -> bool {
    match record {
        Record::Article(article) => article.pub_status.unwrap_or_default() == PubStatus::Usable,
        Record::Statement(_) | Record::Entity(_) => true,
    }
}
