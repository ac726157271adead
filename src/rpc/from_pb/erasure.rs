//! Erasures from the wire.

use crate::domain::limits;
use crate::kb::error::Error;
use crate::kb::{EraseRecord, EraseRecords};
use crate::rpc::from_pb::check::{Field, check};
use crate::rpc::from_pb::time::timestamp;
use crate::rpc::pb;

/// Asks to erase records.
pub fn erase_records(pb: pb::EraseRequest, principal: &str) -> Result<EraseRecords, Error> {
    check(|at| {
        let erasures_at = at.at("erasures");
        if pb.erasures.is_empty() {
            erasures_at.needed("say what to erase");
        }
        let records = erasures_at
            .items(pb.erasures, limits::ERASURES, |at, erasure| erasure_of(at, erasure, principal));
        let principal = principal.to_owned();
        Some(EraseRecords { principal, records, allow_missing: pb.allow_missing })
    })
}

/// An erasure that stands alone.
pub fn erasure(pb: pb::Erasure, principal: &str) -> Result<EraseRecord, Error> {
    check(|at| erasure_of(at, pb, principal))
}

/// One record to be erased, and why.
pub(super) fn erasure_of(at: &Field<'_>, pb: pb::Erasure, principal: &str) -> Option<EraseRecord> {
    let name = at.at("name").name(&pb.name);
    let reason = at.at("reason").required_line(pb.reason, limits::REASON_CHARS, "a reason");
    let by = if pb.by.is_empty() { principal.to_owned() } else { pb.by };
    let by = at.at("by").line(by, limits::NAME_CHARS);
    let time = pb.erase_time.and_then(|time| timestamp(&at.at("erase_time"), time));
    Some(EraseRecord { name: name?, reason, by, time })
}
