//! Entities to the wire.

use std::collections::BTreeMap;

use crate::domain::entity::{Entity, EntityName, EntityType, ExternalId, NameKind, Occupancy};
use crate::domain::id::RecordName;
use crate::domain::record::Committed;
use crate::domain::united::United;
use crate::kb::{SeenEntity, Survivors};
use crate::rpc::pb;
use crate::rpc::to_pb::origin::origin;
use crate::rpc::to_pb::time::coarse;
use crate::rpc::to_pb::{Marks, text};

/// An entity.
pub(super) fn entity(name: &RecordName, entity: Entity, committed: &Committed) -> pb::Entity {
    let marks = Marks::of(committed);
    pb::Entity {
        name: name.to_string(),
        r#type: entity_type(entity.entity_type()).into(),
        display_name: entity.display_name,
        names: entity.names.into_iter().map(entity_name).collect(),
        description: entity.description,
        external_ids: entity.external_ids.into_iter().map(external_id).collect(),
        occupancies: entity.occupancies.into_iter().map(occupancy).collect(),
        start: entity.start.map(coarse),
        end: entity.end.map(coarse),
        place: text(entity.place),
        merged_into: text(entity.merged_into),
        referents: entity.referents.iter().map(ToString::to_string).collect(),
        origin: origin(entity.origin),
        create_time: marks.create_time,
        update_time: marks.update_time,
        etag: marks.etag,
        revision: marks.revision,
        survivors: BTreeMap::new(),
    }
}

/// An entity as readers see it.
pub(super) fn seen(seen: SeenEntity) -> pb::Entity {
    let SeenEntity { id, united, committed, survivors } = seen;
    let United { entity, names_from, external_ids_from } = united;
    let mut shown = self::entity(&id.into(), entity, &committed);
    for (name, from) in shown.names.iter_mut().zip(names_from) {
        name.source_entity = text(from);
    }
    for (external, from) in shown.external_ids.iter_mut().zip(external_ids_from) {
        external.source_entity = text(from);
    }
    shown.survivors = self::survivors(survivors);
    shown
}

/// Merged entities, with their survivors.
pub(super) fn survivors(survivors: Survivors) -> BTreeMap<String, String> {
    survivors.into_iter().map(|(id, into)| (id.to_string(), into.to_string())).collect()
}

/// A type.
#[must_use]
pub fn entity_type(kind: EntityType) -> pb::EntityType {
    match kind {
        EntityType::Person => pb::EntityType::Person,
        EntityType::Organization => pb::EntityType::Organization,
        EntityType::Place => pb::EntityType::Place,
        EntityType::Event => pb::EntityType::Event,
        EntityType::Facility => pb::EntityType::Facility,
        EntityType::Post => pb::EntityType::Post,
        EntityType::Group => pb::EntityType::Group,
        EntityType::Work => pb::EntityType::Work,
        EntityType::Other => pb::EntityType::Other,
    }
}

fn entity_name(name: EntityName) -> pb::EntityName {
    pb::EntityName {
        text: name.text,
        language: text(name.language),
        kind: name_kind(name.kind).into(),
        source_entity: String::new(),
    }
}

fn name_kind(kind: NameKind) -> pb::NameKind {
    match kind {
        NameKind::Label => pb::NameKind::Label,
        NameKind::Alias => pb::NameKind::Alias,
        NameKind::Transliteration => pb::NameKind::Transliteration,
        NameKind::Abbreviation => pb::NameKind::Abbreviation,
    }
}

fn external_id(id: ExternalId) -> pb::ExternalId {
    pb::ExternalId { authority: id.authority, id: id.id, source_entity: String::new() }
}

fn occupancy(occupancy: Occupancy) -> pb::Occupancy {
    pb::Occupancy {
        post: text(occupancy.post),
        title: occupancy.title,
        holder: text(occupancy.holder),
        organization: text(occupancy.organization),
        start: occupancy.start.map(coarse),
        end: occupancy.end.map(coarse),
        evidence: text(occupancy.evidence),
        source_entity: text(occupancy.source_entity),
    }
}
