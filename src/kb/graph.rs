//! How entities are related by what is said, and by the posts that they hold.
//!
//! Nothing of this is stored: each question gathers the newest statements by and
//! about an entity along the indexes, up to a bound, and says where it met it.

mod neighborhood;
mod neighbors;
mod paths;
mod relation;

use std::collections::BTreeSet;

pub use self::neighbors::{ListNeighbors, NeighborsPage};
pub use self::paths::{FindPaths, FoundPaths, PATH_ENTITIES, PATH_HOPS, PathStep};
pub use self::relation::{Direction, RelationKind};
use super::error::Error;
use super::merged;
use crate::domain::id::{EntityId, RecordName, StatementName};
use crate::domain::time::CoarseTime;
use crate::store::{LoadBody, Reader, State};

/// By which statements entities are related, and how it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grounds {
    /// Relations of these kinds; empty: of all.
    pub kinds: Vec<RelationKind>,
    /// By these statements.
    pub filter: String,
    /// How many statements are named for each relation.
    pub evidence: usize,
    /// Whether statements count that do not stand, are deprecated or not usable.
    pub include_all: bool,
}

/// An entity that another one is related to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Neighbor {
    /// Its id; the survivor's, where it was merged.
    pub id: EntityId,
    /// How many statements and posts relate the two.
    pub weight: usize,
    /// How they are related.
    pub relations: Vec<Relation>,
}

/// A relation, and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The kind.
    pub kind: RelationKind,
    /// The predicate of a claim or a post.
    pub predicate: String,
    /// Which way it goes.
    pub direction: Direction,
    /// How many statements say so, or how many posts it is.
    pub weight: usize,
    /// When the first of them was.
    pub first: Option<CoarseTime>,
    /// When the last of them was; `None` too for a post that is held still.
    pub last: Option<CoarseTime>,
    /// Statements that say so, the newest first.
    pub evidence: Vec<StatementName>,
}

/// The ids that stand for an entity that must be there, its survivor's first.
async fn whole_entity(
    reader: &dyn Reader,
    id: &EntityId,
) -> Result<(EntityId, BTreeSet<EntityId>), Error> {
    let name = RecordName::Entity(id.clone());
    match reader.state(&name, LoadBody::No).await? {
        State::Live(_) => {
            let survivor = merged::survivor_of(reader, id).await?;
            let same = merged::same_as(reader, id).await?;
            Ok((survivor, same))
        }
        State::Never => Err(Error::NotFound { name, deleted: None }),
        State::Deleted(deleted) => Err(Error::gone(name, deleted)),
    }
}
