//! Erasures, for people.

use super::{NAME, dotted, styled, time};
use crate::cli::text::layout::harmless;
use crate::rpc::pb;

/// What was erased, when, why and for whom.
pub(in crate::cli) fn full(erasure: &pb::Erasure) -> String {
    let name = styled(NAME, &harmless(&erasure.name));
    let when = time::moment(erasure.erase_time.as_ref());
    let why = dotted([when.as_str(), &harmless(&erasure.reason), &harmless(&erasure.by)]);
    format!("{name} was erased\n  {why}\n")
}
