//! The kinds of steps: a name for each, and how one is drawn.

mod articles;
mod entities;
mod erasures;
mod statements;
mod whole;

use super::draw::Draw;
use super::operation::Operation;
use crate::kb::command::{IngestArticle, RequestId};
use crate::kb::{EraseRecord, RestoredRecord};

/// What is done in one step.
#[derive(Clone, Debug)]
pub(super) enum Act {
    /// One write.
    Write(Box<Operation>),
    /// Ingests as one stream.
    Bulk(Vec<IngestArticle>),
    /// Records as they were exported, as one stream.
    Import(Vec<RestoredRecord>),
    /// Records are erased, each by itself; a name that none ever had as well.
    Erase(Vec<EraseRecord>, bool),
    /// All that is exported is loaded into an empty base, which then exports the same.
    Travel,
    /// History is let go of, but for so many revisions and what requests need.
    Prune(u64),
    /// What is remembered of requests expires.
    Forget,
    /// The store is closed and opened again.
    Reopen,
}

impl Act {
    fn write(operation: Operation) -> Self {
        Self::Write(Box::new(operation))
    }
}

/// A kind of step.
pub(super) type Kind = (&'static str, fn(&mut Draw<'_>) -> Act);

/// Every kind.
pub(super) fn all() -> impl Iterator<Item = Kind> {
    [articles::KINDS, statements::KINDS, entities::KINDS, erasures::KINDS, whole::KINDS]
        .concat()
        .into_iter()
}

/// The operation as a dry run.
fn dry(mut operation: Operation) -> Act {
    operation.context_mut().validate_only = true;
    Act::write(operation)
}

/// The operation under a new request_id.
fn requested(draw: &mut Draw<'_>, mut operation: Operation) -> Act {
    let request = RequestId { id: draw.uuid(), payload: [1; 32] };
    operation.context_mut().request = Some(request);
    Act::write(operation)
}
