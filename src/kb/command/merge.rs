//! The commands that merge entities and take that back.

use super::{Receipt, WriteContext};
use crate::domain::id::EntityId;
use crate::domain::merge::Conflict;
use crate::kb::SeenEntity;

/// Makes one entity stand for another.
#[derive(Clone, Debug, PartialEq)]
pub struct MergeEntities {
    /// Who, and how protected.
    pub context: WriteContext,
    /// The entity that stays.
    pub survivor: EntityId,
    /// The entity that is merged into it.
    pub absorbed: EntityId,
    /// The survivor's etag that must match, where given.
    pub survivor_etag: Option<String>,
    /// The other's.
    pub absorbed_etag: Option<String>,
}

/// Lets an entity stand for itself again.
#[derive(Clone, Debug, PartialEq)]
pub struct UnmergeEntities {
    /// Who, and how protected.
    pub context: WriteContext,
    /// The entity that was merged into another.
    pub name: EntityId,
    /// Its own record's etag that must match, where given.
    pub etag: Option<String>,
}

/// The answer to a merge.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// The survivor.
    pub entity: SeenEntity,
    /// In what the two disagree.
    pub conflicts: Vec<Conflict>,
    /// Where the commit stands.
    pub receipt: Receipt,
}

/// The answer to an unmerge.
#[derive(Clone, Debug, PartialEq)]
pub struct Unmerged {
    /// The entity that stands for itself again.
    pub entity: SeenEntity,
    /// The entity that stood for it.
    pub survivor: Option<SeenEntity>,
    /// Where the commit stands.
    pub receipt: Receipt,
}
