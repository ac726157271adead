//! How entities are related, to the wire.

use std::collections::BTreeMap;

use crate::domain::entity::Entity;
use crate::domain::id::EntityId;
use crate::kb::graph::{
    Direction, FoundPaths, Neighbor, NeighborsPage, PathStep, Relation, RelationKind,
};
use crate::rpc::pb;
use crate::rpc::to_pb::entity::entity_type;
use crate::rpc::to_pb::time::coarse;
use crate::rpc::to_pb::{count, revision};

type Entities = BTreeMap<EntityId, Entity>;

/// Whom and what an entity is related to.
#[must_use]
pub fn neighbors(page: NeighborsPage) -> pb::ListNeighborsResponse {
    let entities = page.entities;
    pb::ListNeighborsResponse {
        neighbors: page.neighbors.into_iter().map(|one| neighbor(one, &entities)).collect(),
        next_page_token: page.next_page_token,
        partial: page.partial,
        name: page.entity.to_string(),
        revision: revision(page.revision),
    }
}

/// How two entities are connected.
#[must_use]
pub fn paths(found: FoundPaths) -> pb::FindPathsResponse {
    let entities = found.entities;
    let path = |steps: Vec<PathStep>| pb::EntityPath {
        steps: steps.into_iter().map(|one| step(one, &entities)).collect(),
    };
    pb::FindPathsResponse {
        paths: found.paths.into_iter().map(path).collect(),
        partial: found.partial,
        entities_followed: count(found.followed),
        revision: revision(found.revision),
    }
}

fn neighbor(neighbor: Neighbor, entities: &Entities) -> pb::Neighbor {
    let kind = entities.get(&neighbor.id).map(|entity| entity_type(entity.entity_type()));
    pb::Neighbor {
        name: neighbor.id.to_string(),
        display_name: display_name(&neighbor.id, entities),
        r#type: kind.unwrap_or_default().into(),
        weight: number(neighbor.weight),
        relations: neighbor.relations.into_iter().map(relation).collect(),
    }
}

fn step(step: PathStep, entities: &Entities) -> pb::PathStep {
    pb::PathStep {
        from_display_name: display_name(&step.from, entities),
        from: step.from.to_string(),
        to_display_name: display_name(&step.to, entities),
        to: step.to.to_string(),
        relations: step.relations.into_iter().map(relation).collect(),
    }
}

fn display_name(id: &EntityId, entities: &Entities) -> String {
    entities.get(id).map(|entity| entity.display_name.clone()).unwrap_or_default()
}

fn relation(relation: Relation) -> pb::Relation {
    pb::Relation {
        kind: kind(relation.kind).into(),
        predicate: relation.predicate,
        direction: direction(relation.direction).into(),
        weight: number(relation.weight),
        first_time: relation.first.map(coarse),
        last_time: relation.last.map(coarse),
        evidence: relation.evidence.iter().map(ToString::to_string).collect(),
    }
}

fn kind(kind: RelationKind) -> pb::RelationKind {
    match kind {
        RelationKind::SaidAbout => pb::RelationKind::SaidAbout,
        RelationKind::Addressed => pb::RelationKind::Addressed,
        RelationKind::MentionedWith => pb::RelationKind::MentionedWith,
        RelationKind::Claimed => pb::RelationKind::Claimed,
        RelationKind::Occupancy => pb::RelationKind::Occupancy,
    }
}

fn direction(direction: Direction) -> pb::RelationDirection {
    match direction {
        Direction::Outgoing => pb::RelationDirection::Outgoing,
        Direction::Incoming => pb::RelationDirection::Incoming,
        Direction::Mutual => pb::RelationDirection::Mutual,
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
