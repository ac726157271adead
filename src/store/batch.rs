//! Writes as data: preconditions and mutations.

use uuid::Uuid;

use crate::domain::entity::Entity;
use crate::domain::id::{ArticleId, BatchId, EntityId, RecordName};
use crate::domain::record::{Record, Times};
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::store::Erasure;

/// One commit to be: it is applied whole or not at all. One that changes no
/// record and remembers nothing makes no commit, and is answered with the newest.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteBatch {
    /// The caller's clock. The commit's time is this, or just after the time of
    /// the commit before where that is not earlier: commit times strictly
    /// increase.
    pub time: Timestamp,
    /// Who writes.
    pub principal: String,
    /// The batch of work that the write belongs to.
    pub batch: Option<BatchId>,
    /// What must hold.
    pub require: Vec<Precondition>,
    /// What to do, in order. A name is put or deleted at most once.
    pub mutations: Vec<Mutation>,
    /// What to remember under the caller's request_id, in place of what was
    /// remembered under the same key.
    pub remember: Option<(RequestKey, Remembered)>,
}

/// What must hold of the store, the sequence's and the group's earlier batches
/// included, for a batch to be applied. The batch's own mutations come after.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Precondition {
    /// No record has the name.
    Absent(RecordName),
    /// A record has the name.
    Present(RecordName),
    /// A record has the name, and this revision committed its newest state.
    AtRevision(RecordName, Revision),
    /// No live record refers to the name, in any way that the catalogue indexes.
    Unreferenced(RecordName),
    /// No statement of the article was written or deleted after this revision, the
    /// group's earlier batches included.
    StatementsUnmoved(ArticleId, Revision),
}

/// One change of a batch.
#[derive(Clone, Debug, PartialEq)]
pub enum Mutation {
    /// Stores a record, new or in place of the one that has the name. An article
    /// whose address another live article has, the batch's earlier mutations
    /// included, is a conflict. An article whose body's text is not loaded keeps
    /// the stored text, whose hash it must carry: another hash is
    /// `Conflict::Changed`, no live article is `Conflict::Missing`.
    Put(RecordName, Record),
    /// Stores a record as `Put` does, but as one that had these times in another
    /// store: readers see them in place of the commit's, and later states keep the
    /// time of creation. The commit's own time and the change log stay the store's.
    /// No other mutation of the batch is about the same name.
    Restore(RecordName, Record, Times),
    /// Deletes the record that has the name; nothing where none has.
    Delete(RecordName),
    /// Takes the content of a record out of all its states, with the index entries
    /// that lead to them, and leaves the marker; an article's statements go with
    /// it. For readers of any revision the record is deleted from where it came to
    /// be. The name is never used again: a `Put`, `Restore` or `Ensure` of it is
    /// `Conflict::Erased`. Marks a name that no record ever had; does nothing where
    /// the record is erased already.
    Erase(RecordName, Erasure),
    /// Stores the entity if none has the id; else unites it into the one that
    /// has (`Entity::unite`), which writes nothing where that changes nothing.
    Ensure(EntityId, Box<Entity>),
}

impl Mutation {
    /// The name that it is about.
    #[must_use]
    pub fn name(&self) -> RecordName {
        match self {
            Self::Put(name, _)
            | Self::Restore(name, _, _)
            | Self::Delete(name)
            | Self::Erase(name, _) => name.clone(),
            Self::Ensure(id, _) => RecordName::Entity(id.clone()),
        }
    }
}

/// Whose request, of which method, a request_id stands for (AIP-155).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RequestKey {
    /// The caller's principal.
    pub principal: String,
    /// The method's name, such as `IngestArticle`.
    pub method: String,
    /// The caller's UUID4.
    pub request_id: Uuid,
}

/// What is remembered of a request, so that its first result can be given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The hash of the request.
    pub payload: [u8; 32],
    /// A number of the method's own for what was done.
    pub outcome: u32,
    /// The records of the answer, in its order.
    pub names: Vec<RecordName>,
    /// From when on it is not given again, and may be forgotten.
    pub expires: Timestamp,
    /// The revision of its commit; set by the store.
    pub revision: Revision,
}

/// A commit that was applied and is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Applied {
    /// Its revision.
    pub revision: Revision,
    /// Its time.
    pub time: Timestamp,
}
