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
    /// The time of that commit; for a restored record the time that it brought.
    pub create_time: Timestamp,
    /// When this state was committed; for a restored state the time that it brought.
    pub update_time: Timestamp,
}

/// The times that a record had in another store, to be kept where it is restored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// When it was first committed there.
    pub create_time: Timestamp,
    /// When this state was committed there.
    pub update_time: Timestamp,
}

impl Committed {
    /// The times alone.
    #[must_use]
    pub fn times(&self) -> Times {
        Times { create_time: self.create_time, update_time: self.update_time }
    }

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
