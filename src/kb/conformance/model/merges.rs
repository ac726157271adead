//! Entities that are one: who stands for whom, and how that comes and goes.

use std::collections::BTreeSet;

use super::revise::check_etag;
use super::{Effect, Refusal};
use crate::domain::entity::Entity;
use crate::domain::id::{EntityId, RecordName};
use crate::domain::limits::REFERENTS;
use crate::domain::record::Record;
use crate::domain::united::United;
use crate::kb::command::{IngestOutcome, MergeEntities, UnmergeEntities};
use crate::store::Mutation;
use crate::store::conformance::model::World;

impl World {
    /// The entity that stands for this one; none that was erased later does.
    pub(in crate::kb::conformance) fn survivor(&self, id: &EntityId) -> EntityId {
        let mut found = id.clone();
        while let Some(into) = self.entity(&found).and_then(|entity| entity.merged_into)
            && self.entity(&into).is_some()
        {
            found = into;
        }
        found
    }

    /// The ids of all that are one with this entity.
    pub(in crate::kb::conformance) fn same_as(&self, id: &EntityId) -> BTreeSet<EntityId> {
        let survivor = self.survivor(id);
        let others = self.entities().into_iter().map(|(other, _)| other);
        let mut same: BTreeSet<EntityId> =
            others.filter(|other| self.survivor(other) == survivor).collect();
        same.insert(id.clone());
        // Also those that were erased later.
        same.extend(self.entity(&survivor).into_iter().flat_map(|entity| entity.referents));
        same
    }

    /// Every entity that stands for itself, with what those merged into it bring.
    pub(in crate::kb::conformance) fn survivors(&self) -> Vec<(EntityId, Entity)> {
        let entities = self.entities();
        let themselves = entities.into_iter().filter(|(id, _)| self.survivor(id) == *id);
        let united = themselves.map(|(id, entity)| {
            let referents = entity.referents.clone();
            let mut united = United::from(entity);
            for other in referents {
                if let Some(entity) = self.entity(&other) {
                    united.add(&other, &entity);
                }
            }
            (id, united.entity)
        });
        united.collect()
    }
}

fn standing(world: &World, id: &EntityId, etag: Option<&String>) -> Result<Entity, Refusal> {
    check_etag(world, &RecordName::Entity(id.clone()), etag, false)?;
    world.entity(id).ok_or(Refusal::NotFound)
}

fn put(id: &EntityId, entity: Entity) -> Mutation {
    Mutation::Put(RecordName::Entity(id.clone()), Record::Entity(Box::new(entity)))
}

/// The survivor learns whom it stands for, the other by whom it is stood for:
/// nothing else changes.
pub(super) fn merge(world: &World, command: &MergeEntities) -> Result<Effect, Refusal> {
    let (into, from) = (&command.survivor, &command.absorbed);
    let mut survivor = standing(world, into, command.survivor_etag.as_ref())?;
    let mut absorbed = standing(world, from, command.absorbed_etag.as_ref())?;
    let answer = vec![into.clone().into(), from.clone().into()];
    if absorbed.merged_into.as_ref() == Some(into) {
        return Ok(Effect { outcome: IngestOutcome::Unchanged, answer, changes: Vec::new() });
    }
    let count = survivor.referents.len() + 1 + absorbed.referents.len();
    let fit = into != from
        && survivor.merged_into.is_none()
        && absorbed.merged_into.is_none()
        && survivor.entity_type().fits(absorbed.entity_type())
        && count <= REFERENTS;
    if !fit {
        return Err(Refusal::NotMerged);
    }
    survivor.referents.push(from.clone());
    survivor.referents.extend(absorbed.referents.clone());
    absorbed.merged_into = Some(into.clone());
    let changes = vec![put(into, survivor), put(from, absorbed)];
    Ok(Effect { outcome: IngestOutcome::Revised, answer, changes })
}

/// What was absorbed stands for itself again, with all that it absorbed before.
pub(super) fn unmerge(world: &World, command: &UnmergeEntities) -> Result<Effect, Refusal> {
    let id = &command.name;
    let mut free = standing(world, id, command.etag.as_ref())?;
    let mut next = free.merged_into.take();
    if next.is_none() {
        return Err(Refusal::NotMerged);
    }
    let goes = |other: &EntityId| other == id || free.referents.contains(other);
    let mut answer: Vec<RecordName> = vec![id.clone().into()];
    let mut changes = vec![put(id, free.clone())];
    while let Some(above) = next {
        let mut entity = world.entity(&above).unwrap_or_default();
        next = entity.merged_into.clone();
        entity.referents.retain(|other| !goes(other));
        answer.push(above.clone().into());
        changes.push(put(&above, entity));
    }
    Ok(Effect { outcome: IngestOutcome::Revised, answer, changes })
}
