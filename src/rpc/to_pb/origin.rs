//! Origins to the wire.

use crate::domain::origin::Origin;
use crate::rpc::pb;

/// An origin; one that says nothing is left out.
pub(super) fn origin(origin: Origin) -> Option<pb::Origin> {
    if origin == Origin::default() {
        return None;
    }
    Some(pb::Origin {
        extractor: origin.extractor,
        extractor_version: origin.extractor_version,
        rule: origin.rule,
        principal: origin.principal,
        batch: origin.batch.map(|batch| batch.as_str().to_owned()).unwrap_or_default(),
        note: origin.note,
    })
}
