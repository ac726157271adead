//! What names may mean, to the wire.

use crate::domain::revision::Revision;
use crate::kb::command::{EntityCandidate, EntityResolution, ResolveReason};
use crate::rpc::pb;
use crate::rpc::to_pb::{revision, seen_entity, text};

/// What names may mean, in the order of the request.
#[must_use]
pub fn resolved(resolutions: Vec<EntityResolution>, at: Revision) -> pb::ResolveEntitiesResponse {
    let results = resolutions.into_iter().map(resolution).collect();
    pb::ResolveEntitiesResponse { results, revision: revision(at) }
}

fn resolution(resolution: EntityResolution) -> pb::EntityResolution {
    let candidates = resolution.candidates.into_iter().map(candidate).collect();
    pb::EntityResolution { candidates, linked: text(resolution.linked) }
}

fn candidate(candidate: EntityCandidate) -> pb::EntityCandidate {
    pb::EntityCandidate {
        entity: Some(seen_entity(candidate.entity)),
        score: candidate.score,
        reasons: candidate.reasons.into_iter().map(|why| reason(why).into()).collect(),
        matched_name: candidate.matched_name,
    }
}

fn reason(reason: ResolveReason) -> pb::ResolveReason {
    match reason {
        ResolveReason::ExternalId => pb::ResolveReason::ExternalId,
        ResolveReason::ExactName => pb::ResolveReason::ExactName,
        ResolveReason::FoldedName => pb::ResolveReason::FoldedName,
        ResolveReason::TransliteratedName => pb::ResolveReason::TransliteratedName,
        ResolveReason::TokenOrder => pb::ResolveReason::TokenOrder,
        ResolveReason::Initials => pb::ResolveReason::Initials,
        ResolveReason::PartialName => pb::ResolveReason::PartialName,
        ResolveReason::Acronym => pb::ResolveReason::Acronym,
        ResolveReason::EditDistance => pb::ResolveReason::EditDistance,
        ResolveReason::TypeAgreement => pb::ResolveReason::TypeAgreement,
        ResolveReason::ContextAgreement => pb::ResolveReason::ContextAgreement,
    }
}
