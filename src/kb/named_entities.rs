//! The records of the entities that an answer names.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::entity::Entity;
use crate::domain::id::{EntityId, RecordName};
use crate::domain::record::Record;
use crate::store::{Error, LoadBody, Reader};

/// The own records of these entities, those that are there.
pub(super) async fn named_entities(
    reader: &dyn Reader,
    ids: BTreeSet<EntityId>,
) -> Result<BTreeMap<EntityId, Entity>, Error> {
    let names: Vec<RecordName> = ids.into_iter().map(RecordName::Entity).collect();
    let states = reader.states(&names, LoadBody::No).await?;
    let entity = |state: crate::store::State| match state.live() {
        Some(stored) => match (stored.name, stored.value) {
            (RecordName::Entity(id), Record::Entity(entity)) => Some((id, *entity)),
            _ => None,
        },
        None => None,
    };
    Ok(states.into_iter().filter_map(entity).collect())
}
