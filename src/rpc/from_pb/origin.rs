//! Origins from the wire, stamped with who sends them.

use crate::domain::id::BatchId;
use crate::domain::limits;
use crate::domain::origin::Origin;
use crate::rpc::from_pb::check::{Field, reason};
use crate::rpc::pb;

/// What the server itself says in every origin of one request.
#[derive(Clone, Copy)]
pub(super) enum Stamp<'a> {
    /// What is written of principal and batch is not looked at.
    Sender {
        /// Who sends the request.
        principal: &'a str,
        /// The batch that it belongs to.
        batch: Option<&'a BatchId>,
    },
    /// Nothing: the record says who sent it when it was new.
    AsWritten,
}

/// An origin.
pub(super) fn origin(at: &Field<'_>, pb: Option<pb::Origin>, stamp: Stamp<'_>) -> Origin {
    let pb = pb.unwrap_or_default();
    if pb.extractor.is_empty() && !pb.extractor_version.is_empty() {
        at.at("extractor").needed("the extractor is needed whose version is given");
    }
    let (principal, batch) = match stamp {
        Stamp::Sender { principal, batch } => (principal.to_owned(), batch.cloned()),
        Stamp::AsWritten => {
            let batch = (!pb.batch.is_empty())
                .then(|| at.at("batch").parsed(BatchId::new(&pb.batch), reason::BAD_ID))
                .flatten();
            (at.at("principal").line(pb.principal, limits::NAME_CHARS), batch)
        }
    };
    Origin {
        extractor: at.at("extractor").line(pb.extractor, limits::TERM_CHARS),
        extractor_version: at
            .at("extractor_version")
            .line(pb.extractor_version, limits::TERM_CHARS),
        rule: at.at("rule").line(pb.rule, limits::TERM_CHARS),
        principal,
        batch,
        note: at.at("note").text(pb.note, limits::REASON_CHARS),
    }
}
