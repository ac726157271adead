//! Selectors from the wire: checked for sense in themselves; whether the words
//! stand in the body is seen later.

use crate::domain::limits;
use crate::domain::selector::Selector;
use crate::rpc::from_pb::check::{Field, reason};
use crate::rpc::pb;

/// A selector.
pub(super) fn selector(at: &Field<'_>, pb: pb::Selector) -> Option<Selector> {
    let start = position(&at.at("start"), pb.start);
    let end = position(&at.at("end"), pb.end);
    match (pb.exact.is_empty(), pb.start, pb.end) {
        (true, None, None) => {
            at.at("exact").needed("the words are needed, or `start` and `end`");
        }
        (true, None, Some(_)) => at.at("start").needed("`end` alone says no place"),
        (true, Some(_), None) => at.at("end").needed("`start` alone says no span"),
        (_, Some(start), Some(end)) if start >= 0 && end <= start => {
            let description = format!("the end {end} does not lie after the start {start}");
            at.at("end").refuse(reason::BAD_NUMBER, description);
        }
        _ => {}
    }
    Some(Selector {
        exact: at.at("exact").text(pb.exact, limits::EXACT_CHARS),
        prefix: at.at("prefix").text(pb.prefix, limits::CONTEXT_CHARS),
        suffix: at.at("suffix").text(pb.suffix, limits::CONTEXT_CHARS),
        start,
        end,
        verified: false,
    })
}

fn position(at: &Field<'_>, position: Option<i32>) -> Option<u32> {
    let position = position?;
    let counted = u32::try_from(position).ok();
    if counted.is_none() {
        at.refuse(reason::BAD_NUMBER, format!("{position} is no position: they count from 0"));
    }
    counted
}
