//! Records of any kind, and what the store adds to each.

use super::article::Article;
use super::entity::Entity;
use super::id::RecordName;
use super::revision::Revision;
use super::statement::Statement;
use super::time::Timestamp;

/// A record of any kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// An article.
    Article(Box<Article>),
    /// A statement.
    Statement(Box<Statement>),
    /// An entity.
    Entity(Box<Entity>),
}

/// When and by which commits a state of a record came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The revision that committed this state.
    pub revision: Revision,
    /// The revision that first committed the name: a record that comes back after
    /// a deletion keeps it.
    pub create_revision: Revision,
    /// The time of that commit.
    pub create_time: Timestamp,
    /// When this state was committed.
    pub update_time: Timestamp,
}

impl Committed {
    /// A fingerprint of this state of the record (AIP-154).
    #[must_use]
    pub fn etag(&self) -> String {
        format!("{:x}", self.revision.0)
    }
}

/// A record as the store holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored<T = Record> {
    /// Its name.
    pub name: RecordName,
    /// The record.
    pub value: T,
    /// When it came to be.
    pub committed: Committed,
}
