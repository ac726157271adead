//! Links beyond doubt. A link may be missing; it is never a guess.

use super::candidates::{self, Along};
use crate::domain::entity::{Entity, EntityType};
use crate::domain::id::EntityId;
use crate::domain::name::{self, Name, Sameness};
use crate::kb::command::EntityQuery;
use crate::store::{Error, Reader};

/// What a name means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// No entity of a fitting type has it.
    Nothing,
    /// One entity alone, beyond doubt.
    Only(EntityId),
    /// Some entity, perhaps, or one of several.
    Doubtful,
}

/// What a mention means among the stored entities: beyond doubt is the only one of
/// a fitting type that has this very name.
pub async fn meaning(
    reader: &dyn Reader,
    mention_text: &str,
    kind: Option<EntityType>,
) -> Result<Meaning, Error> {
    let name = Name::parse(mention_text);
    if may_be_given_name(&name, kind) {
        return Ok(Meaning::Doubtful);
    }
    let Some(key) = name::full_key(&name) else { return Ok(Meaning::Doubtful) };
    let along = holders(reader, key, &name, kind).await?;
    if along.complete && along.entities.is_empty() {
        return Ok(Meaning::Nothing);
    }
    let linked = settle(reader, along, &name, kind).await?;
    Ok(linked.map_or(Meaning::Doubtful, |(id, _)| Meaning::Only(id)))
}

/// Whether a mention means this entity, if no other has its name: by the rules of
/// [`meaning`], for entities that are not stored yet.
#[must_use]
pub fn is_meant(mention_text: &str, kind: Option<EntityType>, entity: &Entity) -> bool {
    let name = Name::parse(mention_text);
    if may_be_given_name(&name, kind) || !fits(entity, kind) || !has_name(entity, &name, kind) {
        return false;
    }
    let definite = |kind: EntityType| !EntityType::Person.fits(kind);
    !name.is_single_word() || definite(entity.entity_type())
}

/// Whether a mention names something, so that an entity may be made from it: its
/// type is said, and its words are a name's and not a description's.
#[must_use]
pub fn is_name(mention_text: &str, kind: Option<EntityType>) -> bool {
    let name = Name::parse(mention_text);
    let telling = !name.is_bare() && name::full_key(&name).is_some();
    // "the army chief" points to someone; in scripts without case a name cannot
    // be told from a description, and the type that the caller gives decides.
    let first = mention_text.chars().find(|char| char.is_alphabetic());
    let lower = first.is_none_or(char::is_lowercase);
    kind.is_some() && telling && !lower && !may_be_given_name(&name, kind)
}

/// Whether a name points to nobody by itself: a bare title, or a single name of a
/// person.
fn may_be_given_name(name: &Name, kind: Option<EntityType>) -> bool {
    name.is_bare() || (name.is_single_word() && kind == Some(EntityType::Person))
}

/// As `link`, but an external id that exactly one entity has decides alone.
pub(super) async fn beyond_doubt(
    reader: &dyn Reader,
    query: &EntityQuery,
    name: &Name,
) -> Result<Option<EntityId>, Error> {
    let Some(external_id) = query.external_id.clone() else {
        return by_name(reader, name, query.kind).await;
    };
    let along = candidates::with_external_id(reader, external_id.clone()).await?;
    if !along.entities.is_empty() {
        return Ok(only(along).map(|(id, _)| id));
    }
    let linked = by_name_entity(reader, name, query.kind).await?;
    let asked = [external_id];
    Ok(linked.filter(|(_, entity)| !contradict(&asked, entity)).map(|(id, _)| id))
}

/// Which stored entity is meant by one that an ingest lists without an id.
///
/// An external id decides, where all that are known point to one entity; else
/// the display name as in [`link`], unless the two have different ids from one
/// authority.
pub async fn find_listed(reader: &dyn Reader, draft: &Entity) -> Result<Option<EntityId>, Error> {
    let mut known: Option<EntityId> = None;
    for external_id in &draft.external_ids {
        let along = candidates::with_external_id(reader, external_id.clone()).await?;
        if along.entities.is_empty() && along.complete {
            continue;
        }
        let Some((id, _)) = only(along) else { return Ok(None) };
        if known.as_ref().is_some_and(|known| *known != id) {
            return Ok(None);
        }
        known = Some(id);
    }
    if known.is_some() {
        return Ok(known);
    }
    let named = by_name_entity(reader, &Name::parse(&draft.display_name), draft.kind).await?;
    Ok(named.filter(|(_, entity)| !contradict(&draft.external_ids, entity)).map(|(id, _)| id))
}

/// Whether an authority tells the two apart.
fn contradict(ids: &[crate::domain::entity::ExternalId], entity: &Entity) -> bool {
    ids.iter().any(|id| {
        let mut same_authority =
            entity.external_ids.iter().filter(|known| known.authority == id.authority).peekable();
        same_authority.peek().is_some() && same_authority.all(|known| known.id != id.id)
    })
}

async fn by_name(
    reader: &dyn Reader,
    name: &Name,
    kind: Option<EntityType>,
) -> Result<Option<EntityId>, Error> {
    Ok(by_name_entity(reader, name, kind).await?.map(|(id, _)| id))
}

async fn by_name_entity(
    reader: &dyn Reader,
    name: &Name,
    kind: Option<EntityType>,
) -> Result<Option<(EntityId, Entity)>, Error> {
    // What may be a single name of a person is settled before anything is read.
    if may_be_given_name(name, kind) {
        return Ok(None);
    }
    let Some(key) = name::full_key(name) else { return Ok(None) };
    let along = holders(reader, key, name, kind).await?;
    settle(reader, along, name, kind).await
}

/// The entities of a fitting type that have this very name.
async fn holders(
    reader: &dyn Reader,
    key: String,
    name: &Name,
    kind: Option<EntityType>,
) -> Result<Along, Error> {
    let mut along = candidates::with_key(reader, key).await?;
    along.entities.retain(|(_, entity)| fits(entity, kind) && has_name(entity, name, kind));
    Ok(along)
}

/// The one that is meant of those that have a name, beyond doubt.
async fn settle(
    reader: &dyn Reader,
    holders: Along,
    name: &Name,
    kind: Option<EntityType>,
) -> Result<Option<(EntityId, Entity)>, Error> {
    let Some((id, entity)) = only(holders) else { return Ok(None) };
    if name.is_single_word() && !single_word_suffices(reader, name, &entity, kind).await? {
        return Ok(None);
    }
    Ok(Some((id, entity)))
}

/// The only one, where there is exactly one and no more can be.
fn only(along: Along) -> Option<(EntityId, Entity)> {
    let mut entities = along.entities.into_iter();
    let first = entities.next()?;
    (along.complete && entities.next().is_none()).then_some(first)
}

fn fits(entity: &Entity, kind: Option<EntityType>) -> bool {
    kind.is_none_or(|kind| kind.fits(entity.entity_type()))
}

/// Whether one of the entity's names is this very name. Titles are set aside for
/// people only: "General Motors" is not "Motors".
fn has_name(entity: &Entity, name: &Name, kind: Option<EntityType>) -> bool {
    let person = EntityType::Person;
    let is_person = match entity.entity_type() {
        EntityType::Person => kind.is_none_or(|kind| kind.fits(person)),
        EntityType::Other => kind == Some(person),
        _ => false,
    };
    let known: Vec<Name> = entity.all_names().map(Name::parse).collect();
    // Transliterations are loose: where a name is known in this script, that counts.
    let own_script = known.iter().any(|known| known.shares_script(name));
    let comparable = known.iter().filter(|known| !own_script || known.shares_script(name));
    comparable.filter_map(|known| name::compare(name, known)).any(|found| match found.sameness {
        Sameness::Whole => true,
        Sameness::WithoutTitles => is_person,
        Sameness::Different => false,
    })
}

/// A single word names a thing only where neither side can be a person. Where
/// the mention does not say what it is, no known person may bear the word.
async fn single_word_suffices(
    reader: &dyn Reader,
    name: &Name,
    entity: &Entity,
    kind: Option<EntityType>,
) -> Result<bool, Error> {
    let definite = |kind: EntityType| !EntityType::Person.fits(kind);
    if kind.is_some_and(definite) {
        return Ok(entity.entity_type() != EntityType::Person);
    }
    if !definite(entity.entity_type()) {
        return Ok(false);
    }
    let Some(key) = name::word_key(name) else { return Ok(false) };
    let bearers = candidates::with_key(reader, key).await?;
    let person = |entity: &Entity| EntityType::Person.fits(entity.entity_type());
    Ok(bearers.complete && !bearers.entities.iter().any(|(_, entity)| person(entity)))
}
