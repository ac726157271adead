//! Questions about how entities are related, from the wire.

use crate::domain::limits;
use crate::kb::error::Error;
use crate::kb::graph::{FindPaths, Grounds, ListNeighbors, PATH_HOPS, RelationKind};
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::list::count_or;
use crate::rpc::from_pb::read::read_options;
use crate::rpc::pb;

/// The statements that are named for a relation where no limit is given.
const DEFAULT_EVIDENCE: usize = 3;
/// The most statements that are named for a relation.
const MAX_EVIDENCE: usize = 20;
/// The paths that are told where no limit is given.
const DEFAULT_PATHS: usize = 5;
/// The most paths that are told.
const MAX_PATHS: usize = 20;

/// Asks whom and what an entity is related to.
pub fn list_neighbors(pb: pb::ListNeighborsRequest) -> Result<ListNeighbors, Error> {
    check(|at| {
        let entity = at.at("name").name(&pb.name);
        let evidence = evidence(&at.at("evidence_limit"), pb.evidence_limit);
        let kinds = at.at("kinds").items(pb.kinds, limits::RELATION_KINDS, kind);
        let grounds = Grounds { kinds, filter: pb.filter, evidence, include_all: pb.include_all };
        let page_size = count_or(&at.at("page_size"), pb.page_size, limits::DEFAULT_PAGE_SIZE);
        let read = read_options(&at.at("read"), pb.read);
        Some(ListNeighbors {
            entity: entity?,
            grounds,
            page_size: page_size.min(limits::PAGE_SIZE),
            page_token: pb.page_token,
            read: read?,
        })
    })
}

/// Asks how two entities are connected.
pub fn find_paths(pb: pb::FindPathsRequest) -> Result<FindPaths, Error> {
    check(|at| {
        let (from, to) = (at.at("from").name(&pb.from), at.at("to").name(&pb.to));
        let evidence = evidence(&at.at("evidence_limit"), pb.evidence_limit);
        let kinds = at.at("kinds").items(pb.kinds, limits::RELATION_KINDS, kind);
        let grounds = Grounds { kinds, filter: pb.filter, evidence, include_all: pb.include_all };
        let max_hops = hops(&at.at("max_hops"), pb.max_hops);
        let limit = count_or(&at.at("limit"), pb.limit, DEFAULT_PATHS).min(MAX_PATHS);
        let read = read_options(&at.at("read"), pb.read);
        Some(FindPaths { from: from?, to: to?, max_hops, limit, grounds, read: read? })
    })
}

fn kind(at: &Field<'_>, value: i32) -> Option<RelationKind> {
    Some(match at.choice(value, pb::RelationKind::as_str_name)? {
        pb::RelationKind::SaidAbout => RelationKind::SaidAbout,
        pb::RelationKind::Addressed => RelationKind::Addressed,
        pb::RelationKind::MentionedWith => RelationKind::MentionedWith,
        pb::RelationKind::Claimed => RelationKind::Claimed,
        pb::RelationKind::Occupancy => RelationKind::Occupancy,
        pb::RelationKind::Unspecified => {
            at.needed("name a kind of relation, or leave the list empty for all");
            return None;
        }
    })
}

fn evidence(at: &Field<'_>, limit: i32) -> usize {
    count_or(at, limit, DEFAULT_EVIDENCE).min(MAX_EVIDENCE)
}

fn hops(at: &Field<'_>, hops: i32) -> usize {
    let wanted = count_or(at, hops, PATH_HOPS);
    if wanted > PATH_HOPS {
        let description = format!("{hops} is over the limit of {PATH_HOPS}: ask from a nearer one");
        at.refuse(reason::OVER_LIMIT, description);
    }
    wanted
}
