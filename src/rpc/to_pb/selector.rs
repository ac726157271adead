//! Selectors to the wire.

use crate::domain::selector::Selector;
use crate::rpc::pb;
use crate::rpc::to_pb::count;

/// A selector.
pub(super) fn selector(selector: Selector) -> pb::Selector {
    pb::Selector {
        exact: selector.exact,
        prefix: selector.prefix,
        suffix: selector.suffix,
        start: selector.start.map(count),
        end: selector.end.map(count),
        verified: selector.verified,
    }
}
