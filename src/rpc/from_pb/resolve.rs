//! Names to resolve, from the wire.

use crate::domain::limits;
use crate::kb::command::{EntityQuery, ResolveEntities};
use crate::kb::error::Error;
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::entity::{entity_type, external_id};
use crate::rpc::from_pb::read::read_options;
use crate::rpc::pb;

/// The candidates where no limit is given.
pub const DEFAULT_CANDIDATES: usize = 5;
/// The most candidates for one name.
pub const MAX_CANDIDATES: usize = 50;

/// Asks what names mean.
pub fn resolve_entities(pb: pb::ResolveEntitiesRequest) -> Result<ResolveEntities, Error> {
    check(|at| {
        if pb.queries.is_empty() {
            at.at("queries").needed("at least one name is needed");
        }
        let queries = at.at("queries").items(pb.queries, limits::RESOLVE_NAMES, query);
        let limit = limit(&at.at("limit"), pb.limit);
        let read = read_options(&at.at("read"), pb.read);
        Some(ResolveEntities { queries, limit, read: read? })
    })
}

fn query(at: &Field<'_>, pb: pb::EntityQuery) -> Option<EntityQuery> {
    if pb.text.trim().is_empty() && pb.external_id.is_none() {
        at.at("text").needed("a name is needed, or an external_id");
    }
    Some(EntityQuery {
        text: at.at("text").line(pb.text, limits::NAME_CHARS),
        kind: entity_type(&at.at("type"), pb.r#type),
        external_id: pb.external_id.and_then(|pb| external_id(&at.at("external_id"), pb)),
        context: at.at("context").text(pb.context, limits::REASON_CHARS),
    })
}

fn limit(at: &Field<'_>, limit: i32) -> usize {
    match usize::try_from(limit) {
        Ok(0) => DEFAULT_CANDIDATES,
        Ok(limit) if limit <= MAX_CANDIDATES => limit,
        Ok(_) => {
            at.refuse(reason::OVER_LIMIT, format!("{limit} is over the limit of {MAX_CANDIDATES}"));
            MAX_CANDIDATES
        }
        Err(_) => {
            let description = format!("{limit} is no count: 0 means {DEFAULT_CANDIDATES}");
            at.refuse(reason::BAD_NUMBER, description);
            DEFAULT_CANDIDATES
        }
    }
}
