//! An entity as readers see it: its own record, and what those that were merged
//! into it bring.

use super::entity::{Entity, EntityName, ExternalId, Occupancy};
use super::id::EntityId;

/// The most names that are shown of an entity and those merged into it.
pub const NAMES: usize = 1_024;
/// The most external ids, likewise.
pub const EXTERNAL_IDS: usize = 512;
/// The most occupancies, likewise.
pub const OCCUPANCIES: usize = 512;

/// An entity with the names, external ids and occupancies of all that were merged
/// into it, its own first. Whatever else is shown is its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct United {
    /// The entity; each occupancy says by which entity it came.
    pub entity: Entity,
    /// By which entity each name came; `None`: its own.
    pub names_from: Vec<Option<EntityId>>,
    /// By which entity each external id came; `None`: its own.
    pub external_ids_from: Vec<Option<EntityId>>,
}

impl From<Entity> for United {
    fn from(entity: Entity) -> Self {
        Self {
            names_from: vec![None; entity.names.len()],
            external_ids_from: vec![None; entity.external_ids.len()],
            entity,
        }
    }
}

impl United {
    /// Adds what another entity, merged into this one, brings besides.
    pub fn add(&mut self, id: &EntityId, other: &Entity) {
        let display = EntityName {
            text: other.display_name.clone(),
            language: None,
            kind: super::entity::NameKind::Alias,
        };
        let displayed = other.names.iter().any(|name| name.text == display.text);
        let display = Some(display).filter(|name| !displayed && !name.text.is_empty());
        for name in other.names.iter().chain(&display) {
            if self.entity.names.len() < NAMES && !knows_name(&self.entity, name) {
                self.entity.names.push(name.clone());
                self.names_from.push(Some(id.clone()));
            }
        }
        for external in &other.external_ids {
            if self.external_ids_from.len() < EXTERNAL_IDS
                && !self.entity.external_ids.contains(external)
            {
                self.entity.external_ids.push(external.clone());
                self.external_ids_from.push(Some(id.clone()));
            }
        }
        for held in &other.occupancies {
            if self.entity.occupancies.len() < OCCUPANCIES && !knows_occupancy(&self.entity, held) {
                let source_entity = Some(id.clone());
                self.entity.occupancies.push(Occupancy { source_entity, ..held.clone() });
            }
        }
    }
}

impl Entity {
    /// Leaves out of what is said of an entity all that `other`, which was merged
    /// into it, says already.
    pub fn leave_out(&mut self, other: &Self) {
        let known = |text: &str| other.all_names().any(|name| name == text);
        if known(&self.display_name) {
            self.display_name.clear();
        }
        self.names.retain(|name| !knows_name(other, name));
        let ids: &[ExternalId] = &other.external_ids;
        self.external_ids.retain(|external| !ids.contains(external));
        self.occupancies.retain(|held| !knows_occupancy(other, held));
    }
}

fn knows_name(entity: &Entity, name: &EntityName) -> bool {
    let shown = name.language.is_none() && entity.display_name == name.text;
    shown
        || entity.names.iter().any(|known| {
            known.text == name.text && (name.language.is_none() || known.language == name.language)
        })
}

fn knows_occupancy(entity: &Entity, held: &Occupancy) -> bool {
    let bare = |held: &Occupancy| Occupancy { source_entity: None, ..held.clone() };
    entity.occupancies.iter().any(|known| bare(known) == bare(held))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entity::NameKind;

    fn name(text: &str, language: Option<&str>) -> EntityName {
        let language = language.map(|tag| super::super::text::LanguageTag::new(tag).unwrap());
        EntityName { text: text.into(), language, kind: NameKind::Alias }
    }

    fn named(display_name: &str, names: Vec<EntityName>) -> Entity {
        Entity { display_name: display_name.into(), names, ..Entity::default() }
    }

    #[test]
    fn lists_unite_each_knowing_its_source() {
        let [a, b] = ["a", "b"].map(|id| EntityId::new(id).unwrap());
        let held = Occupancy { title: "Mayor".into(), ..Occupancy::default() };
        let other = Entity {
            occupancies: vec![held.clone()],
            ..named("Jane Roe", vec![name("Jane", Some("en")), name("J. Roe", None)])
        };
        let mut united = United::from(named("Jane", vec![name("Jane Doe", None)]));
        united.add(&a, &other);
        united.add(&b, &other);
        let texts: Vec<&str> = united.entity.names.iter().map(|name| name.text.as_str()).collect();
        assert_eq!(texts, ["Jane Doe", "Jane", "J. Roe", "Jane Roe"]);
        let from_a = Some(a.clone());
        assert_eq!(united.names_from, [None, from_a.clone(), from_a.clone(), from_a.clone()]);
        assert_eq!(united.entity.occupancies, [Occupancy { source_entity: from_a, ..held }]);
        assert_eq!(united.entity.display_name, "Jane");
    }

    #[test]
    fn what_a_merged_one_says_is_left_out() {
        let mut said = named("Jane Roe", vec![name("J. Roe", None), name("Roe", None)]);
        said.leave_out(&named("J. Roe", vec![name("Jane Roe", Some("en"))]));
        assert_eq!(said, named("", vec![name("Roe", None)]));
    }
}
