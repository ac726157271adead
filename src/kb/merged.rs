//! Entities that were merged, as one reader sees them: who stands for whom.
//!
//! A merge writes two marks, and everything else is worked out on reading: the
//! survivor of an id, the ids that stand for one thing, the united entity.

use std::collections::BTreeSet;

use super::beside::Survivors;
use crate::domain::entity::Entity;
use crate::domain::id::{EntityId, RecordName};
use crate::domain::limits::REFERENTS;
use crate::domain::record::{Committed, Record, Stored};
use crate::domain::united::United;
use crate::query::filter::Filter;
use crate::query::widen::SameEntities;
use crate::store::{Error, LoadBody, Reader};

/// An entity as readers see it.
#[derive(Clone, Debug, PartialEq)]
pub struct SeenEntity {
    /// Its id.
    pub id: EntityId,
    /// The entity, with what those that were merged into it bring.
    pub united: United,
    /// When its own record came to be.
    pub committed: Committed,
    /// The entities that it names and that were merged into others.
    pub survivors: Survivors,
}

/// An entity's own record.
pub(super) type Own = (EntityId, Entity, Committed);

/// The entity of a record; none where it is of another kind.
pub(super) fn own(stored: Stored) -> Option<Own> {
    match (stored.name, stored.value) {
        (RecordName::Entity(id), Record::Entity(entity)) => Some((id, *entity, stored.committed)),
        _ => None,
    }
}

/// The own record of an entity that is live.
pub(super) async fn read(reader: &dyn Reader, id: &EntityId) -> Result<Option<Own>, Error> {
    let name = RecordName::Entity(id.clone());
    Ok(reader.state(&name, LoadBody::No).await?.live().and_then(own))
}

/// The entity that stands for this one now; itself where it was not merged.
pub(super) async fn survivor(reader: &dyn Reader, own: Own) -> Result<Own, Error> {
    let mut found = own;
    // Where imported records lead in a circle, one of the circle is as good as any.
    for _ in 0..=REFERENTS {
        let Some(into) = &found.1.merged_into else { break };
        let Some(next) = read(reader, into).await? else { break };
        found = next;
    }
    Ok(found)
}

/// The id of the entity that stands for this one now.
pub(super) async fn survivor_of(reader: &dyn Reader, id: &EntityId) -> Result<EntityId, Error> {
    match read(reader, id).await? {
        Some(own) => Ok(survivor(reader, own).await?.0),
        None => Ok(id.clone()),
    }
}

/// The entities merged into this one, those that are there.
pub(super) async fn referents(reader: &dyn Reader, entity: &Entity) -> Result<Vec<Own>, Error> {
    if entity.referents.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<RecordName> =
        entity.referents.iter().take(REFERENTS).cloned().map(RecordName::Entity).collect();
    let states = reader.states(&names, LoadBody::No).await?;
    Ok(states.into_iter().filter_map(|state| state.live().and_then(own)).collect())
}

/// The entity as reads show it.
pub(super) async fn seen(reader: &dyn Reader, own: Own) -> Result<SeenEntity, Error> {
    let seen = united(reader, own).await?;
    let named = seen.united.entity.entities_named().cloned().collect();
    let survivors = survivors(reader, named).await?;
    Ok(SeenEntity { survivors, ..seen })
}

/// The entity with what those that were merged into it bring; what became of the
/// entities that it names is left out.
pub(super) async fn united(reader: &dyn Reader, own: Own) -> Result<SeenEntity, Error> {
    let (id, entity, committed) = own;
    let merged = referents(reader, &entity).await?;
    let mut united = United::from(entity);
    for (id, other, _) in &merged {
        united.add(id, other);
    }
    Ok(SeenEntity { id, united, committed, survivors: Survivors::new() })
}

/// The ids that stand for the same entity as this one, itself among them.
pub(super) async fn same_as(
    reader: &dyn Reader,
    id: &EntityId,
) -> Result<BTreeSet<EntityId>, Error> {
    let mut same = BTreeSet::from([id.clone()]);
    if let Some(own) = read(reader, id).await? {
        let (survivor, entity, _) = survivor(reader, own).await?;
        same.insert(survivor);
        same.extend(entity.referents.into_iter().take(REFERENTS));
    }
    Ok(same)
}

/// The same for several ids.
pub(super) async fn same(
    reader: &dyn Reader,
    ids: impl IntoIterator<Item = EntityId>,
) -> Result<SameEntities, Error> {
    let mut same = SameEntities::new();
    for id in ids {
        let with = same_as(reader, &id).await?;
        same.insert(id, with);
    }
    Ok(same)
}

/// The filter in which each id stands for all that are merged with it.
pub(super) async fn widened(
    reader: &dyn Reader,
    filter: Option<Filter>,
) -> Result<Option<Filter>, Error> {
    let Some(filter) = filter else { return Ok(None) };
    let same = same(reader, filter.entities_named()).await?;
    Ok(Some(filter.widened(&same)))
}

/// Those of the ids that were merged into others, with their survivors.
pub(super) async fn survivors(
    reader: &dyn Reader,
    ids: BTreeSet<EntityId>,
) -> Result<Survivors, Error> {
    if ids.is_empty() {
        return Ok(Survivors::new());
    }
    let ids: Vec<EntityId> = ids.into_iter().collect();
    let names: Vec<RecordName> = ids.iter().cloned().map(RecordName::Entity).collect();
    let mut survivors = Survivors::new();
    for (id, state) in ids.into_iter().zip(reader.states(&names, LoadBody::No).await?) {
        if let Some(own) = state.live().and_then(own)
            && own.1.merged_into.is_some()
        {
            survivors.insert(id, survivor(reader, own).await?.0);
        }
    }
    Ok(survivors)
}
