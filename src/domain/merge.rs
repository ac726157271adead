//! Merging entities: what two records become when they turn out to be one thing,
//! and what takes that back.
//!
//! The absorbed entity keeps its record; it only learns who absorbed it, and the
//! survivor only learns whom it stands for. So nothing is lost in a merge, and
//! nothing has to be guessed to undo it.

use super::entity::Entity;
use super::id::EntityId;
use super::limits::REFERENTS;
use super::time::CoarseTime;

/// Why two entities are not merged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Both are the same one.
    #[error("{0} is not merged with itself")]
    Itself(EntityId),
    /// One of them was absorbed already; a circle would need this too.
    #[error("{id} was absorbed by {into}: unmerge it first, or name {into}")]
    Absorbed {
        /// The absorbed one.
        id: EntityId,
        /// The entity that absorbed it.
        into: EntityId,
    },
    /// They are things of different types.
    #[error("{absorbed} and {survivor} are of different types: one of them must be OTHER")]
    Types {
        /// The one that was to survive.
        survivor: EntityId,
        /// The one that was to be absorbed.
        absorbed: EntityId,
    },
    /// The survivor would stand for too many.
    #[error("{survivor} would stand for {count} entities, and {REFERENTS} are the most")]
    TooMany {
        /// The one that was to survive.
        survivor: EntityId,
        /// How many it would stand for.
        count: usize,
    },
}

/// A field in which a survivor and what it absorbed disagree. The survivor's value
/// is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The field, as in `description` or `external_ids.wikidata`.
    pub field: String,
    /// The absorbed entity.
    pub absorbed: EntityId,
    /// The survivor's value, cut to a length fit for a list.
    pub kept: String,
    /// The absorbed entity's.
    pub other: String,
}

/// Makes `survivor` stand for `absorbed` and all that it stood for. Changes
/// nothing where it refuses. Says in what the two disagree.
pub fn absorb(
    (survivor_id, survivor): (&EntityId, &mut Entity),
    (absorbed_id, absorbed): (&EntityId, &mut Entity),
) -> Result<(), Refusal> {
    if survivor_id == absorbed_id {
        return Err(Refusal::Itself(survivor_id.clone()));
    }
    for (id, entity) in [(absorbed_id, &*absorbed), (survivor_id, &*survivor)] {
        if let Some(into) = &entity.merged_into {
            return Err(Refusal::Absorbed { id: id.clone(), into: into.clone() });
        }
    }
    if !survivor.entity_type().fits(absorbed.entity_type()) {
        let (survivor, absorbed) = (survivor_id.clone(), absorbed_id.clone());
        return Err(Refusal::Types { survivor, absorbed });
    }
    let count = survivor.referents.len() + 1 + absorbed.referents.len();
    if count > REFERENTS {
        return Err(Refusal::TooMany { survivor: survivor_id.clone(), count });
    }
    survivor.referents.push(absorbed_id.clone());
    survivor.referents.extend(absorbed.referents.iter().cloned());
    absorbed.merged_into = Some(survivor_id.clone());
    Ok(())
}

/// Lets `absorbed` stand for itself again, with all that it absorbed in its turn.
/// `above` are the entities that it was merged into, up to the last survivor.
pub fn release<'a>(
    absorbed_id: &EntityId,
    absorbed: &mut Entity,
    above: impl IntoIterator<Item = &'a mut Entity>,
) {
    absorbed.merged_into = None;
    for entity in above {
        entity.referents.retain(|id| id != absorbed_id && !absorbed.referents.contains(id));
    }
}

/// In what an entity and one that it absorbs, or absorbed, disagree.
#[must_use]
pub fn conflicts(survivor: &Entity, absorbed_id: &EntityId, absorbed: &Entity) -> Vec<Conflict> {
    let conflict = |field: String, kept: &str, other: &str| {
        let (kept, other) = (cut(kept), cut(other));
        Conflict { field, absorbed: absorbed_id.clone(), kept, other }
    };
    let time = |time: &Option<CoarseTime>| time.as_ref().map_or_else(String::new, written);
    let place = |place: &Option<EntityId>| place.as_ref().map_or_else(String::new, shown);
    let fields = [
        ("description", survivor.description.clone(), absorbed.description.clone()),
        ("start", time(&survivor.start), time(&absorbed.start)),
        ("end", time(&survivor.end), time(&absorbed.end)),
        ("place", place(&survivor.place), place(&absorbed.place)),
    ];
    let differ = |(_, kept, other): &&(&str, String, String)| {
        !kept.is_empty() && !other.is_empty() && kept != other
    };
    let plain = fields.iter().filter(differ);
    let plain = plain.map(|(field, kept, other)| conflict((*field).to_owned(), kept, other));
    let external = contradicting_authorities(survivor, absorbed).into_iter().map(|authority| {
        let (kept, other) = (ids_of(survivor, authority), ids_of(absorbed, authority));
        conflict(format!("external_ids.{authority}"), &kept, &other)
    });
    plain.chain(external).collect()
}

fn shown(id: &EntityId) -> String {
    id.to_string()
}

fn written(time: &CoarseTime) -> String {
    format!("{}/{}{}", time.start_text(), time.end_text(), time.offset_text())
}

fn cut(text: &str) -> String {
    const SHOWN_CHARS: usize = 200;
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn ids_of(entity: &Entity, authority: &str) -> String {
    let ids = entity.external_ids.iter().filter(|id| id.authority == authority);
    ids.map(|id| id.id.as_str()).collect::<Vec<_>>().join(", ")
}

/// The authorities that call the two differently, each once.
fn contradicting_authorities<'a>(survivor: &'a Entity, absorbed: &Entity) -> Vec<&'a str> {
    let mut authorities: Vec<&str> = Vec::new();
    for id in &survivor.external_ids {
        let mut theirs =
            absorbed.external_ids.iter().filter(|other| other.authority == id.authority).peekable();
        let known = theirs.peek().is_some();
        let shared = theirs.any(|other| survivor.external_ids.contains(other));
        if known && !shared && !authorities.contains(&id.authority.as_str()) {
            authorities.push(&id.authority);
        }
    }
    authorities
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::entity::{EntityType, ExternalId};

    fn id(text: &str) -> EntityId {
        EntityId::new(text).unwrap()
    }

    fn typed(kind: EntityType) -> Entity {
        Entity { kind: Some(kind), ..Entity::default() }
    }

    fn ids(texts: &[&str]) -> Vec<EntityId> {
        texts.iter().map(|text| id(text)).collect()
    }

    #[test]
    fn a_chain_is_flat_at_its_end_and_only_the_named_link_is_undone() {
        let (mut a, mut b, mut c) = (Entity::default(), Entity::default(), Entity::default());
        absorb((&id("b"), &mut b), (&id("a"), &mut a)).unwrap();
        absorb((&id("c"), &mut c), (&id("b"), &mut b)).unwrap();
        assert_eq!((&c.referents, &b.referents), (&ids(&["b", "a"]), &ids(&["a"])));
        let chain = (a.clone(), b.clone(), c.clone());

        release(&id("b"), &mut b, [&mut c]);
        assert_eq!((&b.merged_into, &b.referents, &c.referents), (&None, &ids(&["a"]), &vec![]));
        assert_eq!(a.merged_into, Some(id("b")));

        let (mut a, mut b, mut c) = chain;
        release(&id("a"), &mut a, [&mut b, &mut c]);
        assert_eq!((&b.merged_into, &b.referents), (&Some(id("c")), &vec![]));
        assert_eq!((a, c.referents), (Entity::default(), ids(&["b"])));
    }

    #[test]
    fn what_is_refused_changes_nothing() {
        let check = |survivor: (&str, Entity), absorbed: (&str, Entity), expected: Refusal| {
            let (mut one, mut other) = (survivor.1.clone(), absorbed.1.clone());
            let found = absorb((&id(survivor.0), &mut one), (&id(absorbed.0), &mut other));
            assert_eq!(found, Err(expected));
            assert_eq!((one, other), (survivor.1, absorbed.1));
        };
        let plain = Entity::default;
        let gone = || Entity { merged_into: Some(id("c")), ..plain() };
        let absorbed = |of: &str| Refusal::Absorbed { id: id(of), into: id("c") };
        check(("a", plain()), ("a", plain()), Refusal::Itself(id("a")));
        check(("a", gone()), ("c", plain()), absorbed("a"));
        check(("b", plain()), ("a", gone()), absorbed("a"));
        let types = Refusal::Types { survivor: id("a"), absorbed: id("b") };
        check(("a", typed(EntityType::Person)), ("b", typed(EntityType::Place)), types);
        let many = (0..REFERENTS).map(|at| id(&format!("r{at}"))).collect();
        let full = Entity { referents: many, ..plain() };
        let too_many = Refusal::TooMany { survivor: id("a"), count: REFERENTS + 1 };
        check(("a", full), ("b", plain()), too_many);
    }

    #[test]
    fn disagreements_are_named_once() {
        let entity = |description: &str, external: &[(&str, &str)]| Entity {
            description: description.into(),
            external_ids: external
                .iter()
                .map(|(authority, id)| ExternalId {
                    authority: (*authority).into(),
                    id: (*id).into(),
                })
                .collect(),
            ..Entity::default()
        };
        let fields = |one: Entity, other: Entity| {
            let found = conflicts(&one, &id("b"), &other);
            found.into_iter().map(|conflict| conflict.field).collect::<Vec<_>>()
        };
        let nothing: [&str; 0] = [];
        assert_eq!(fields(entity("x", &[]), entity("", &[("isni", "1")])), nothing);
        let (ours, theirs) = ([("wikidata", "Q1"), ("wikidata", "Q2")], [("wikidata", "Q3")]);
        assert_eq!(
            fields(entity("x", &ours), entity("y", &theirs)),
            ["description", "external_ids.wikidata"]
        );
        assert_eq!(fields(entity("", &ours), entity("", &[("wikidata", "Q2")])), nothing);
        assert_eq!(fields(typed(EntityType::Other), typed(EntityType::Person)), nothing);
    }
}
