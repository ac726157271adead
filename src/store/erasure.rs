//! Erasures: content taken out of the whole history, with a marker in its place.

use crate::domain::id::RecordName;
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;

/// Why the content of a record is no longer there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// Why, in words that hold nothing of the content.
    pub reason: String,
    /// Who asked for it.
    pub by: String,
    /// When it was erased first; an erasure that is applied again keeps it.
    pub time: Timestamp,
}

/// A name whose record was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    /// The name.
    pub name: RecordName,
    /// Why.
    pub erasure: Erasure,
    /// The commit that erased it.
    pub revision: Revision,
}
