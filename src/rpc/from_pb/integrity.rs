//! Checks from the wire.

use crate::kb::error::Error;
use crate::rpc::check::{DEFAULT_FINDINGS, MOST_FINDINGS};
use crate::rpc::from_pb::check::check;
use crate::rpc::pb;

/// How many findings of a check are told.
pub fn most_findings(pb: &pb::CheckIntegrityRequest) -> Result<usize, Error> {
    check(|at| match usize::try_from(pb.max_findings) {
        Ok(0) => Some(DEFAULT_FINDINGS),
        Ok(asked) => Some(asked.min(MOST_FINDINGS)),
        Err(_) => {
            at.at("max_findings").refuse("INVALID", "it is below 0: leave it 0 for the default");
            None
        }
    })
}
