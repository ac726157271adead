//! Ids for new entities: readable, and the same for the same entity.

use crate::domain::entity::Entity;
use crate::domain::id::{EntityId, slug};
use crate::domain::name;

/// The longest readable part of an id, in bytes.
const READABLE_BYTES: usize = 50;
/// How many ids are tried that the entity alone determines.
const ATTEMPTS: u32 = 64;

/// The ids that an entity may get, in order: the first that no other entity has
/// is the one. They begin with the bare name, such as `nechirvan-barzani`; the
/// others end in a hash of type, display name and external ids.
pub fn entity_id_candidates(entity: &Entity) -> impl Iterator<Item = EntityId> {
    let readable = slug(&name::romanize(&entity.display_name), READABLE_BYTES);
    let stem = if readable.is_empty() { "entity".to_owned() } else { readable.clone() };
    let hashed = (0..ATTEMPTS).map({
        let entity = entity.clone();
        move |attempt| format!("{stem}-{}", hash(&entity, attempt))
    });
    let plain = (!readable.is_empty()).then_some(readable);
    plain.into_iter().chain(hashed).filter_map(|id| EntityId::new(&id).ok())
}

/// Six hexadecimal digits that depend on what the entity is.
fn hash(entity: &Entity, attempt: u32) -> String {
    let mut external_ids: Vec<_> = entity.external_ids.iter().collect();
    external_ids.sort_unstable();
    let mut hasher = blake3::Hasher::new();
    let mut field = |text: &str| {
        hasher.update(&(text.len() as u64).to_be_bytes());
        hasher.update(text.as_bytes());
    };
    field(&(entity.entity_type() as u8).to_string());
    field(&entity.display_name);
    for external_id in external_ids {
        field(&external_id.authority);
        field(&external_id.id);
    }
    if attempt > 0 {
        field(&attempt.to_string());
    }
    hasher.finalize().to_hex().chars().take(6).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::entity::EntityType;

    fn named(display_name: &str) -> Entity {
        Entity { display_name: display_name.into(), ..Entity::default() }
    }

    #[track_caller]
    fn check(display_name: &str, expected: &str) {
        let id = entity_id_candidates(&named(display_name)).next().unwrap();
        assert_eq!(id.as_str(), expected);
    }

    #[test]
    fn the_first_id_is_the_name() {
        check("Nechirvan Barzani", "nechirvan-barzani");
        check("Nêçîrvan Barzanî", "necirvan-barzani");
        check("نێچیرڤان بارزانی", "nechirvan-barzani");
        check("Владимир Путин", "vladimir-putin");
    }

    #[test]
    fn a_taken_name_gets_a_hash_of_what_the_entity_is() {
        let place = Entity { kind: Some(EntityType::Place), ..named("Georgia") };
        let person = Entity { kind: Some(EntityType::Person), ..named("Georgia") };
        let second = |entity: &Entity| entity_id_candidates(entity).nth(1).unwrap();
        assert_eq!(second(&place), second(&place));
        assert_ne!(second(&place), second(&person));
        assert!(second(&place).as_str().starts_with("georgia-"));
    }

    #[test]
    fn a_name_without_letters_gets_an_id() {
        let id = entity_id_candidates(&named("★")).next().unwrap();
        assert!(id.as_str().starts_with("entity-"), "{id}");
    }

    proptest! {
        #[test]
        fn every_name_gets_distinct_ids(name in "\\PC{0,256}") {
            let ids: std::collections::BTreeSet<_> = entity_id_candidates(&named(&name)).collect();
            // Six digits may meet by chance.
            prop_assert!(ids.len() + 4 >= ATTEMPTS as usize);
        }
    }
}
