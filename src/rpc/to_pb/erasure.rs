//! Erasures to the wire.

use crate::domain::id::RecordName;
use crate::kb::ErasedAnswer;
use crate::rpc::pb;
use crate::rpc::to_pb::{revision, timestamp};
use crate::store::{Deleted, Erasure};

/// Why a record was erased.
#[must_use]
pub fn erasure(name: &RecordName, erasure: Erasure) -> pb::Erasure {
    let Erasure { reason, by, time } = erasure;
    pb::Erasure { name: name.to_string(), reason, by, erase_time: Some(timestamp(time)) }
}

/// What became of a record that is not there any more.
#[must_use]
pub fn gone_record(name: &RecordName, deleted: Deleted) -> pb::GoneRecord {
    pb::GoneRecord {
        name: name.to_string(),
        revision: revision(deleted.committed.revision),
        erasure: deleted.erasure.map(|it| erasure(name, it)),
    }
}

/// What was erased.
#[must_use]
pub fn erased(answer: ErasedAnswer) -> pb::EraseResponse {
    pb::EraseResponse {
        names: answer.names.iter().map(ToString::to_string).collect(),
        revision: revision(answer.receipt.revision),
        consistency_token: answer.receipt.consistency_token,
    }
}
