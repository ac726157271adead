//! What can go wrong in a store, in terms of what the caller can do.

use super::{At, Floor, Head};
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::domain::time::Timestamp;

/// What went wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// A precondition or a uniqueness rule does not hold: read afresh and decide.
    #[error("{0}")]
    Conflict(Conflict),
    /// A batch before this one in its sequence was refused.
    #[error("not applied, since a write before it was refused")]
    Skipped,
    /// The revision or time is not held.
    #[error("{asked} is not held: revisions {earliest} to {newest} are")]
    OutOfRange {
        /// What was asked for, in words.
        asked: String,
        /// The oldest revision held.
        earliest: Revision,
        /// Its time, where a commit has it.
        earliest_time: Option<Timestamp>,
        /// The newest durable revision.
        newest: Revision,
        /// Its time, where a commit has it.
        newest_time: Option<Timestamp>,
    },
    /// A cursor is not one of this path.
    #[error("the cursor does not belong to this list")]
    BadCursor,
    /// The store cannot be used now: it is locked, closing, or stopped after a
    /// failed write.
    #[error("{0}")]
    Unavailable(String),
    /// The data was written in a format that this version does not read.
    #[error("{0}")]
    Incompatible(String),
    /// What is stored contradicts itself or its checksums.
    #[error("the stored data is damaged: {0}")]
    Corrupt(String),
    /// There is no room for the write.
    #[error("no room to write: {0}")]
    Full(String),
    /// A fault of the store's own.
    #[error("the store failed: {0}")]
    Internal(String),
}

/// What stands against a write.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// A record that should not be there is.
    #[error("{0} exists")]
    Exists(RecordName),
    /// A record that should be there is not.
    #[error("{0} does not exist")]
    Missing(RecordName),
    /// A record was changed since it was read.
    #[error("{name} is at revision {found}")]
    Changed {
        /// The record.
        name: RecordName,
        /// The revision of its newest state.
        found: Revision,
    },
    /// Statements of an article were written since they were read.
    #[error("statements of {0} were written since")]
    StatementsMoved(ArticleId),
    /// Records refer to one that should have none.
    #[error("records refer to {0}")]
    Referenced(RecordName),
    /// The record that had the name was erased: it stays unused.
    #[error("{0} was erased")]
    Erased(RecordName),
    /// Another article has the address.
    #[error("{article} has the address {url}")]
    UrlTaken {
        /// The address.
        url: CanonicalUrl,
        /// The article that has it.
        article: ArticleId,
    },
}

/// Whether a write that failed can have been applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitOutcome {
    /// It was not applied.
    Aborted,
    /// It may be applied, durably or not: only a read can tell.
    Unknown,
}

impl Error {
    /// That a revision or time is not held.
    #[must_use]
    pub fn out_of_range(asked: &At, floor: Floor, head: Head) -> Self {
        let asked = match asked {
            At::Head => "the newest revision".to_owned(),
            At::Revision(revision) => format!("revision {revision}"),
            At::Time(time) => format!("the time {time}"),
        };
        Self::OutOfRange {
            asked,
            earliest: floor.revision,
            earliest_time: floor.time,
            newest: head.revision,
            newest_time: head.time,
        }
    }

    /// Whether a write that failed so can have been applied.
    #[must_use]
    pub fn commit_outcome(&self) -> CommitOutcome {
        match self {
            Self::Conflict(_)
            | Self::Skipped
            | Self::OutOfRange { .. }
            | Self::BadCursor
            | Self::Incompatible(_)
            | Self::Full(_) => CommitOutcome::Aborted,
            Self::Unavailable(_) | Self::Corrupt(_) | Self::Internal(_) => CommitOutcome::Unknown,
        }
    }
}
