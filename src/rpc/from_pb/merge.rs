//! Requests to merge entities, and to take that back.

use crate::kb::command::{MergeEntities, UnmergeEntities};
use crate::kb::error::Error;
use crate::rpc::from_pb::check::check;
use crate::rpc::from_pb::write::{Envelope, context, etag, payload};
use crate::rpc::pb;

/// Asks to merge two entities.
pub fn merge_entities(
    mut pb: pb::MergeEntitiesRequest,
    principal: &str,
) -> Result<MergeEntities, Error> {
    let request_id = std::mem::take(&mut pb.request_id);
    let payload = payload(&request_id, &pb);
    let validate_only = pb.validate_only;
    check(|at| {
        let envelope = Envelope { request_id, payload, batch: pb.batch, validate_only };
        let context = context(at, envelope, principal);
        let survivor = at.at("survivor").name(&pb.survivor);
        let absorbed = at.at("absorbed").name(&pb.absorbed);
        let survivor_etag = etag(pb.survivor_etag);
        let absorbed_etag = etag(pb.absorbed_etag);
        let (survivor, absorbed) = (survivor?, absorbed?);
        Some(MergeEntities { context, survivor, absorbed, survivor_etag, absorbed_etag })
    })
}

/// Asks to take a merge back.
pub fn unmerge_entities(
    mut pb: pb::UnmergeEntitiesRequest,
    principal: &str,
) -> Result<UnmergeEntities, Error> {
    let request_id = std::mem::take(&mut pb.request_id);
    let payload = payload(&request_id, &pb);
    let validate_only = pb.validate_only;
    check(|at| {
        let envelope = Envelope { request_id, payload, batch: pb.batch, validate_only };
        let context = context(at, envelope, principal);
        let name = at.at("name").name(&pb.name);
        Some(UnmergeEntities { context, name: name?, etag: etag(pb.etag) })
    })
}
