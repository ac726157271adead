//! What names may mean, to the wire.

use crate::domain::revision::Revision;
use crate::kb::command::{EntityCandidate, EntityResolution, ResolveReason};
use crate::kb::error::Error;
use crate::rpc::pb;
use crate::rpc::to_pb::{entity, revision, text};

/// What names may mean, in the order of the request.
pub fn resolved(
    resolutions: Vec<EntityResolution>,
    at: Revision,
) -> Result<pb::ResolveEntitiesResponse, Error> {
    let results = resolutions.into_iter().map(resolution).collect::<Result<_, _>>()?;
    Ok(pb::ResolveEntitiesResponse { results, revision: revision(at) })
}

fn resolution(resolution: EntityResolution) -> Result<pb::EntityResolution, Error> {
    let candidates = resolution.candidates.into_iter().map(candidate).collect::<Result<_, _>>()?;
    Ok(pb::EntityResolution { candidates, linked: text(resolution.linked) })
}

fn candidate(candidate: EntityCandidate) -> Result<pb::EntityCandidate, Error> {
    Ok(pb::EntityCandidate {
        entity: Some(entity(candidate.entity)?),
        score: candidate.score,
        reasons: candidate.reasons.into_iter().map(|why| reason(why).into()).collect(),
        matched_name: candidate.matched_name,
    })
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
