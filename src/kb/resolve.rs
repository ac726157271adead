//! Which entities a name may mean, and which one beyond doubt.
#![allow(missing_docs)]
use crate::domain::entity::{Entity, EntityType};
use crate::domain::id::EntityId;
use crate::kb::command::{EntityQuery, EntityResolution};
use crate::store::{Error, Reader};

pub enum Meaning {
    Nothing,
    Only(EntityId),
    Doubtful,
}
pub async fn meaning(_: &dyn Reader, _: &str, _: Option<EntityType>) -> Result<Meaning, Error> {
    Ok(Meaning::Nothing)
}
pub fn is_meant(_: &str, _: Option<EntityType>, _: &Entity) -> bool {
    false
}
pub fn is_name(_: &str, _: Option<EntityType>) -> bool {
    false
}
pub async fn find_listed(_: &dyn Reader, _: &Entity) -> Result<Option<EntityId>, Error> {
    Ok(None)
}
pub fn entity_id_candidates(entity: &Entity) -> impl Iterator<Item = EntityId> {
    EntityId::new(&crate::domain::id::slug(&entity.display_name, 50)).into_iter()
}
pub async fn resolve(_: &dyn Reader, _: &EntityQuery, _: usize) -> Result<EntityResolution, Error> {
    Ok(EntityResolution::default())
}
