//! What the wire says of merges that are refused.

use tonic::Code;

use super::Answer;
use crate::domain::id::{EntityId, RecordName};
use crate::domain::limits::REFERENTS;
use crate::domain::merge::Refusal;

/// Why two entities are not merged, and what to do.
pub(super) fn refused(refusal: Refusal, message: String) -> Answer {
    let precondition =
        |reason: &str, message: String| Answer::new(Code::FailedPrecondition, reason, message);
    match refusal {
        Refusal::Itself(_) => Answer::new(Code::InvalidArgument, "SELF", message)
            .with("field", "absorbed")
            .violation("absorbed", "SELF"),
        Refusal::Absorbed { id, into } => {
            precondition("MERGED_ALREADY", message).with("name", id).with("merged_into", into)
        }
        Refusal::Types { survivor, absorbed } => {
            let message = format!("{message}: change a type by UpdateEntity first, if it is wrong");
            precondition("TYPES_DIFFER", message)
                .with("survivor", survivor)
                .with("absorbed", absorbed)
        }
        Refusal::TooMany { survivor, count } => precondition("TOO_MANY_REFERENTS", message)
            .with("survivor", survivor)
            .with("count", count)
            .with("limit", REFERENTS),
    }
}

/// That an entity was not absorbed by another.
pub(super) fn not_merged(id: &EntityId, referents: usize, message: &str) -> Answer {
    let message = match referents {
        0 => message.to_owned(),
        count => format!("{message}: it stands for {count} others, which are unmerged by name"),
    };
    Answer::new(Code::FailedPrecondition, "NOT_MERGED", message).with("name", id)
}

/// That an entity is not deleted as long as it is part of a merge.
pub(super) fn part_of_merge(
    name: &RecordName,
    into: Option<&EntityId>,
    first: &EntityId,
    message: String,
) -> Answer {
    let answer = Answer::new(Code::FailedPrecondition, "PART_OF_MERGE", message);
    let answer = answer.with("name", name).with("first", first);
    match into {
        Some(into) => answer.with("merged_into", into),
        None => answer,
    }
}
