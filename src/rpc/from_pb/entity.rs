//! Entities from the wire.

use std::collections::HashSet;

use crate::domain::entity::{Entity, EntityName, EntityType, ExternalId, NameKind, Occupancy};
use crate::domain::id::EntityId;
use crate::domain::limits;
use crate::kb::command::EntityDraft;
use crate::rpc::from_pb::article::language;
use crate::rpc::from_pb::check::{Field, is_key, reason};
use crate::rpc::from_pb::origin::{Stamp, origin};
use crate::rpc::from_pb::time::{coarse, in_order};
use crate::rpc::pb;

/// An entity as an ingest lists it, its own name in it.
pub(super) fn listed_draft(at: &Field<'_>, pb: pb::Entity, stamp: Stamp<'_>) -> EntityDraft {
    let id: Option<EntityId> = at.at("name").optional_name(&pb.name);
    if pb.name.is_empty() && pb.display_name.is_empty() && pb.external_ids.is_empty() {
        at.at("display_name").needed("an entity needs a name, a display_name or an external id");
    }
    EntityDraft { id, entity: values(at, pb, stamp) }
}

/// Tells of listed entities that have the id of one before them.
pub(super) fn distinct(at: &Field<'_>, drafts: &[EntityDraft]) {
    let mut seen = HashSet::new();
    for (index, draft) in drafts.iter().enumerate() {
        if let Some(id) = &draft.id
            && !seen.insert(id)
        {
            let description = format!("`{id}` is listed twice: list it once");
            at.item(index).at("name").refuse(reason::DUPLICATE, description);
        }
    }
}

/// What can be set of an entity.
///
/// What came by another entity, as reads show it of merged ones, belongs to that one
/// and is left out: an entity that was read can be sent back.
pub(super) fn values(at: &Field<'_>, mut pb: pb::Entity, stamp: Stamp<'_>) -> Entity {
    pb.names.retain(|name| name.source_entity.is_empty());
    pb.external_ids.retain(|external| external.source_entity.is_empty());
    pb.occupancies.retain(|held| held.source_entity.is_empty());
    let kind = entity_type(&at.at("type"), pb.r#type);
    let start = pb.start.and_then(|pb| coarse(&at.at("start"), pb));
    let end = pb.end.and_then(|pb| coarse(&at.at("end"), pb));
    in_order(&at.at("end"), start.as_ref(), end.as_ref());
    Entity {
        kind,
        display_name: display_name(&at.at("display_name"), pb.display_name),
        names: names(&at.at("names"), pb.names),
        description: at.at("description").text(pb.description, limits::DESCRIPTION_CHARS),
        external_ids: external_ids(&at.at("external_ids"), pb.external_ids),
        occupancies: at
            .at("occupancies")
            .items(pb.occupancies, limits::OCCUPANCIES, |at, pb| Some(occupancy(at, pb, kind))),
        start,
        end,
        place: at.at("place").optional_name(&pb.place),
        merged_into: None,
        referents: Vec::new(),
        origin: origin(&at.at("origin"), pb.origin, stamp),
    }
}

/// A type; `None` where none is given.
pub(super) fn entity_type(at: &Field<'_>, value: i32) -> Option<EntityType> {
    match at.choice(value, pb::EntityType::as_str_name)? {
        pb::EntityType::Unspecified => None,
        pb::EntityType::Person => Some(EntityType::Person),
        pb::EntityType::Organization => Some(EntityType::Organization),
        pb::EntityType::Place => Some(EntityType::Place),
        pb::EntityType::Event => Some(EntityType::Event),
        pb::EntityType::Facility => Some(EntityType::Facility),
        pb::EntityType::Post => Some(EntityType::Post),
        pb::EntityType::Group => Some(EntityType::Group),
        pb::EntityType::Work => Some(EntityType::Work),
        pb::EntityType::Other => Some(EntityType::Other),
    }
}

/// An id of another authority.
pub(super) fn external_id(at: &Field<'_>, pb: pb::ExternalId) -> Option<ExternalId> {
    let authority_at = at.at("authority");
    if pb.authority.is_empty() {
        authority_at.needed("an authority is needed, such as `wikidata`");
    } else if !is_key(&pb.authority, 63, b".-") {
        authority_at.refuse(
            reason::BAD_KEY,
            "an authority has 1 to 63 lower-case letters, digits, dots and hyphens and begins \
             and ends with a letter or digit",
        );
    }
    let id = at.at("id").required_line(pb.id, limits::EXTERNAL_ID_BYTES, "the authority's id");
    if id.len() > limits::EXTERNAL_ID_BYTES && id.chars().count() <= limits::EXTERNAL_ID_BYTES {
        let limit = limits::EXTERNAL_ID_BYTES;
        let description = format!("{} bytes are more than the limit of {limit}", id.len());
        at.at("id").refuse(reason::OVER_LIMIT, description);
    }
    Some(ExternalId { authority: pb.authority, id })
}

fn display_name(at: &Field<'_>, text: String) -> String {
    if text.is_empty() {
        return text;
    }
    at.required_line(text, limits::NAME_CHARS, "more than blanks")
}

/// Names; the same text in the same language once.
fn names(at: &Field<'_>, pb: Vec<pb::EntityName>) -> Vec<EntityName> {
    let names = at.items(pb, limits::ENTITY_NAMES, |at, pb| {
        Some(EntityName {
            text: at.at("text").required_line(pb.text, limits::NAME_CHARS, "a name"),
            language: language(&at.at("language"), &pb.language),
            kind: name_kind(&at.at("kind"), pb.kind),
        })
    });
    once(names, |name| (name.text.clone(), name.language.clone()))
}

fn external_ids(at: &Field<'_>, pb: Vec<pb::ExternalId>) -> Vec<ExternalId> {
    once(at.items(pb, limits::EXTERNAL_IDS, external_id), Clone::clone)
}

/// The items with distinct keys, the first of each.
fn once<T, K: Eq + std::hash::Hash>(items: Vec<T>, key: impl Fn(&T) -> K) -> Vec<T> {
    let mut seen = HashSet::with_capacity(items.len());
    items.into_iter().filter(|item| seen.insert(key(item))).collect()
}

fn name_kind(at: &Field<'_>, value: i32) -> NameKind {
    match at.choice(value, pb::NameKind::as_str_name) {
        Some(pb::NameKind::Label) => NameKind::Label,
        Some(pb::NameKind::Transliteration) => NameKind::Transliteration,
        Some(pb::NameKind::Abbreviation) => NameKind::Abbreviation,
        Some(pb::NameKind::Alias | pb::NameKind::Unspecified) | None => NameKind::Alias,
    }
}

fn occupancy(at: &Field<'_>, pb: pb::Occupancy, on: Option<EntityType>) -> Occupancy {
    // An entity of no type given may be stored as a post, which then says so.
    let may_be_post = on == Some(EntityType::Post) || (on.is_none() && !pb.holder.is_empty());
    if pb.post.is_empty() && pb.title.is_empty() && !may_be_post {
        at.at("title").needed("an occupancy needs a post or a title");
    }
    let start = pb.start.and_then(|pb| coarse(&at.at("start"), pb));
    let end = pb.end.and_then(|pb| coarse(&at.at("end"), pb));
    in_order(&at.at("end"), start.as_ref(), end.as_ref());
    Occupancy {
        post: at.at("post").optional_name(&pb.post),
        title: at.at("title").line(pb.title, limits::NAME_CHARS),
        holder: at.at("holder").optional_name(&pb.holder),
        organization: at.at("organization").optional_name(&pb.organization),
        start,
        end,
        evidence: at.at("evidence").optional_name(&pb.evidence),
        source_entity: None,
    }
}
