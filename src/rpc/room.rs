//! What one message has room for.

use prost::Message;

use super::{pb, to_pb};
use crate::domain::id::RecordName;
use crate::store::Deleted;

/// Takes room for a record, if there is enough.
pub(super) fn fits(room: &mut usize, size: usize) -> bool {
    match room.checked_sub(size) {
        Some(left) => {
            *room = left;
            true
        }
        None => false,
    }
}

/// The size of a record within an answer.
pub(super) fn framed(record: &impl Message) -> usize {
    record.encoded_len() + 6
}

/// The names that are not there, and what became of those that a record had; those
/// that this finds no room for are deferred.
pub(super) fn absent(
    missing: Vec<(RecordName, Option<Deleted>)>,
    room: &mut usize,
    deferred: &mut Vec<RecordName>,
) -> (Vec<String>, Vec<pb::GoneRecord>) {
    let (mut names, mut gone) = (Vec::with_capacity(missing.len()), Vec::new());
    for (name, deleted) in missing {
        let record = deleted.map(|deleted| to_pb::gone_record(&name, deleted));
        if record.as_ref().is_some_and(|record| !fits(room, framed(record))) {
            deferred.push(name);
            continue;
        }
        names.push(name.to_string());
        gone.extend(record);
    }
    (names, gone)
}
