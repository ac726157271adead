//! The stored form of an entity.

use super::common::{
    CoarseTimeMessage, Decoded, Numbered as _, OriginMessage, all, entity_text, language_text,
    number, numbered, perhaps, perhaps_entity, perhaps_language, perhaps_numbered,
};
use crate::domain::entity::{Entity, EntityName, ExternalId, Occupancy};
use crate::domain::id::{EntityId, StatementName};

/// An entity.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct EntityMessage {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(uint32, tag = "2")]
    kind: u32,
    #[prost(string, tag = "3")]
    display_name: String,
    #[prost(message, repeated, tag = "4")]
    names: Vec<NameMessage>,
    #[prost(string, tag = "5")]
    description: String,
    #[prost(message, repeated, tag = "6")]
    external_ids: Vec<ExternalIdMessage>,
    #[prost(message, repeated, tag = "7")]
    occupancies: Vec<OccupancyMessage>,
    #[prost(message, optional, tag = "8")]
    start: Option<CoarseTimeMessage>,
    #[prost(message, optional, tag = "9")]
    end: Option<CoarseTimeMessage>,
    #[prost(string, tag = "10")]
    place: String,
    #[prost(string, tag = "11")]
    merged_into: String,
    #[prost(string, repeated, tag = "12")]
    referents: Vec<String>,
    #[prost(message, optional, tag = "13")]
    origin: Option<OriginMessage>,
}

impl EntityMessage {
    pub(super) fn of(id: &EntityId, entity: Entity) -> Self {
        Self {
            id: id.as_str().into(),
            kind: number(entity.kind),
            display_name: entity.display_name,
            names: entity.names.into_iter().map(NameMessage::of).collect(),
            description: entity.description,
            external_ids: entity.external_ids.into_iter().map(ExternalIdMessage::of).collect(),
            occupancies: entity.occupancies.into_iter().map(OccupancyMessage::of).collect(),
            start: entity.start.map(CoarseTimeMessage::of),
            end: entity.end.map(CoarseTimeMessage::of),
            place: entity_text(entity.place.as_ref()),
            merged_into: entity_text(entity.merged_into.as_ref()),
            referents: entity.referents.iter().map(|id| id.as_str().into()).collect(),
            origin: OriginMessage::of(entity.origin),
        }
    }

    pub(super) fn restore(self) -> Decoded<(EntityId, Entity)> {
        let entity_id = |id: &str| EntityId::new(id).map_err(|error| error.to_string());
        let entity = Entity {
            kind: perhaps_numbered(self.kind, "type of entity")?,
            display_name: self.display_name,
            names: all(self.names, NameMessage::restore)?,
            description: self.description,
            external_ids: all(self.external_ids, ExternalIdMessage::restore)?,
            occupancies: all(self.occupancies, OccupancyMessage::restore)?,
            start: self.start.map(CoarseTimeMessage::restore).transpose()?,
            end: self.end.map(CoarseTimeMessage::restore).transpose()?,
            place: perhaps_entity(&self.place)?,
            merged_into: perhaps_entity(&self.merged_into)?,
            referents: all(self.referents, |id| entity_id(&id))?,
            origin: OriginMessage::restore(self.origin)?,
        };
        Ok((entity_id(&self.id)?, entity))
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct NameMessage {
    #[prost(string, tag = "1")]
    text: String,
    #[prost(string, tag = "2")]
    language: String,
    #[prost(uint32, tag = "3")]
    kind: u32,
}

impl NameMessage {
    fn of(name: EntityName) -> Self {
        Self {
            text: name.text,
            language: language_text(name.language.as_ref()),
            kind: name.kind.number(),
        }
    }

    fn restore(self) -> Decoded<EntityName> {
        Ok(EntityName {
            text: self.text,
            language: perhaps_language(&self.language)?,
            kind: numbered(self.kind, "kind of name")?,
        })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct ExternalIdMessage {
    #[prost(string, tag = "1")]
    authority: String,
    #[prost(string, tag = "2")]
    id: String,
}

impl ExternalIdMessage {
    fn of(id: ExternalId) -> Self {
        Self { authority: id.authority, id: id.id }
    }

    fn restore(self) -> Decoded<ExternalId> {
        Ok(ExternalId { authority: self.authority, id: self.id })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct OccupancyMessage {
    #[prost(string, tag = "1")]
    post: String,
    #[prost(string, tag = "2")]
    title: String,
    #[prost(string, tag = "3")]
    holder: String,
    #[prost(string, tag = "4")]
    organization: String,
    #[prost(message, optional, tag = "5")]
    start: Option<CoarseTimeMessage>,
    #[prost(message, optional, tag = "6")]
    end: Option<CoarseTimeMessage>,
    #[prost(string, tag = "7")]
    evidence: String,
    #[prost(string, tag = "8")]
    source_entity: String,
}

impl OccupancyMessage {
    fn of(occupancy: Occupancy) -> Self {
        Self {
            post: entity_text(occupancy.post.as_ref()),
            title: occupancy.title,
            holder: entity_text(occupancy.holder.as_ref()),
            organization: entity_text(occupancy.organization.as_ref()),
            start: occupancy.start.map(CoarseTimeMessage::of),
            end: occupancy.end.map(CoarseTimeMessage::of),
            evidence: occupancy.evidence.map(|name| name.to_string()).unwrap_or_default(),
            source_entity: entity_text(occupancy.source_entity.as_ref()),
        }
    }

    fn restore(self) -> Decoded<Occupancy> {
        Ok(Occupancy {
            post: perhaps_entity(&self.post)?,
            title: self.title,
            holder: perhaps_entity(&self.holder)?,
            organization: perhaps_entity(&self.organization)?,
            start: self.start.map(CoarseTimeMessage::restore).transpose()?,
            end: self.end.map(CoarseTimeMessage::restore).transpose()?,
            evidence: perhaps(&self.evidence, |name| name.parse::<StatementName>())?,
            source_entity: perhaps_entity(&self.source_entity)?,
        })
    }
}
