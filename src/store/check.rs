//! Checking what is stored: all of it, at one revision, a part at a time.

use async_trait::async_trait;

use super::Error;
use crate::domain::revision::Revision;

/// What kind of fault was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// Something stored cannot be read: its checksum or its content is wrong.
    Unreadable,
    /// Something that others rely on is not there.
    Missing,
    /// Something is there that nothing accounts for.
    Stray,
    /// An index does not lead to the records that it should lead to.
    Index,
    /// The change log is broken, or says what the records do not.
    Log,
    /// A number that is kept is not the number of what is there.
    Count,
    /// Something of an erased record is still there.
    Erasure,
    /// What is built from the records is not what follows from them.
    Derived,
}

impl Fault {
    /// What to do about it.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::Unreadable | Self::Missing => "restore a backup into a new directory",
            Self::Stray | Self::Index | Self::Log | Self::Count => {
                "take a backup, which holds the records and no indexes, and restore it into a \
                 new directory"
            }
            Self::Erasure => "erase the record again, then compact the data",
            Self::Derived => {
                "build it afresh: RebuildIndex for the search index; for either, stop the \
                 server, delete its directory in the data directory and start again"
            }
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The kind of fault.
    pub fault: Fault,
    /// The record, or what else it is about.
    pub subject: String,
    /// What was found, and what should be.
    pub detail: String,
}

/// What one step of a check looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// How many entries, of whatever kind.
    pub entries: u64,
    /// How many of them were states of records.
    pub states: u64,
    /// How many of them were commits in the log.
    pub changes: u64,
    /// What is wrong with them.
    pub findings: Vec<Finding>,
}

/// A check that is under way. What it looks at is held until it is dropped.
#[async_trait]
pub trait Checker: Send {
    /// The revision that is checked; what was committed later is left out.
    fn revision(&self) -> Revision;

    /// Looks at the next part, in bounded time and memory; `None` at the end.
    /// Faults are findings: an error says that the store cannot be used at all.
    async fn step(&mut self) -> Result<Option<Checked>, Error>;
}
