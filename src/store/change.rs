//! The change log: what each commit did.

use uuid::Uuid;

use crate::domain::id::{BatchId, RecordName};
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;

/// One commit, as the log keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The commit's revision.
    pub revision: Revision,
    /// The revision of the commit before it: an unbroken log names each
    /// predecessor, although numbers may leave gaps.
    pub previous: Revision,
    /// When it was committed.
    pub time: Timestamp,
    /// Who committed it.
    pub principal: String,
    /// The batch of work that it belonged to.
    pub batch: Option<BatchId>,
    /// The caller's request_id.
    pub request_id: Option<Uuid>,
    /// The records that it changed, each once, in the order of the batch. Empty
    /// where it only remembered a request.
    pub records: Vec<(RecordName, ChangeKind)>,
}

/// What a commit did to a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// It made a record where none was, or where one was deleted.
    Created,
    /// It changed a record.
    Updated,
    /// It deleted a record.
    Deleted,
    /// It erased a record, live or deleted before, or marked a name as erased.
    Erased,
}
