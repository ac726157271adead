//! Origins from the wire, stamped with who sends them.

use crate::domain::id::BatchId;
use crate::domain::limits;
use crate::domain::origin::Origin;
use crate::rpc::from_pb::check::Field;
use crate::rpc::pb;

/// What the server itself says in every origin of one request.
#[derive(Clone, Copy)]
pub(super) struct Stamp<'a> {
    /// Who sends the request.
    pub(super) principal: &'a str,
    /// The batch that it belongs to.
    pub(super) batch: Option<&'a BatchId>,
}

/// An origin; what the caller says of principal and batch is not looked at.
pub(super) fn origin(at: &Field<'_>, pb: Option<pb::Origin>, stamp: Stamp<'_>) -> Origin {
    let pb = pb.unwrap_or_default();
    if pb.extractor.is_empty() && !pb.extractor_version.is_empty() {
        at.at("extractor").needed("the extractor is needed whose version is given");
    }
    Origin {
        extractor: at.at("extractor").line(pb.extractor, limits::TERM_CHARS),
        extractor_version: at
            .at("extractor_version")
            .line(pb.extractor_version, limits::TERM_CHARS),
        rule: at.at("rule").line(pb.rule, limits::TERM_CHARS),
        principal: stamp.principal.to_owned(),
        batch: stamp.batch.cloned(),
        note: at.at("note").text(pb.note, limits::REASON_CHARS),
    }
}
