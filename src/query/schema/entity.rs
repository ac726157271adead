//! The fields of entities.

use super::visit::{
    batch, coarse, create_time, each, each_shown, messages, name, shown, text, update_time,
};
use super::{Field, Form, Part, Type, Value};
use crate::domain::entity::{Entity, EntityType};
use crate::domain::record::{Record, Stored};
use crate::domain::text::LanguageTag;
use crate::query::moment::Grain;

const TYPE: Type = Type::Enum {
    prefix: "ENTITY_TYPE_",
    names: &[
        "PERSON",
        "ORGANIZATION",
        "PLACE",
        "EVENT",
        "FACILITY",
        "POST",
        "GROUP",
        "WORK",
        "OTHER",
    ],
};

pub(super) static FIELDS: &[Field] = &[
    Field::one("name", Type::Text(Form::Entity), name),
    Field::one("type", TYPE, |record, visit| {
        of(record, |entity| visit(Value::Text(type_name(entity.entity_type()))))
    }),
    Field::one("display_name", Type::Text(Form::Prose), |record, visit| {
        of(record, |entity| text(&entity.display_name, visit))
    }),
    Field::many("names", Type::Message, |record, visit| {
        of(record, |entity| messages(&entity.names, visit))
    }),
    Field::part("names.text", Form::Prose, names, Part::First),
    Field::part("names.language", Form::Language, names, Part::Second),
    Field::one("description", Type::Text(Form::Prose), |record, visit| {
        of(record, |entity| text(&entity.description, visit))
    }),
    Field::many("external_ids", Type::Message, |record, visit| {
        of(record, |entity| messages(&entity.external_ids, visit))
    }),
    Field::part("external_ids.authority", Form::Plain, external_ids, Part::First),
    Field::part("external_ids.id", Form::Plain, external_ids, Part::Second),
    Field::many("occupancies", Type::Message, |record, visit| {
        of(record, |entity| messages(&entity.occupancies, visit))
    }),
    Field::many("occupancies.title", Type::Text(Form::Prose), |record, visit| {
        of(record, |entity| each(entity.occupancies.iter().map(|held| &held.title), visit))
    }),
    Field::many("occupancies.post", Type::Text(Form::Entity), |record, visit| {
        of(record, |entity| {
            each_shown(entity.occupancies.iter().filter_map(|held| held.post.as_ref()), visit)
        })
    }),
    Field::many("occupancies.holder", Type::Text(Form::Entity), |record, visit| {
        of(record, |entity| {
            each_shown(entity.occupancies.iter().filter_map(|held| held.holder.as_ref()), visit)
        })
    }),
    Field::many("occupancies.organization", Type::Text(Form::Entity), |record, visit| {
        of(record, |entity| {
            let held = entity.occupancies.iter();
            each_shown(held.filter_map(|held| held.organization.as_ref()), visit)
        })
    }),
    Field::one("merged_into", Type::Text(Form::Entity), |record, visit| {
        of(record, |entity| shown(entity.merged_into.as_ref(), visit))
    }),
    Field::one("place", Type::Text(Form::Entity), |record, visit| {
        of(record, |entity| shown(entity.place.as_ref(), visit))
    }),
    Field::one("start", Type::Time(Grain::Coarse), |record, visit| {
        of(record, |entity| coarse(entity.start.as_ref(), visit))
    }),
    Field::one("end", Type::Time(Grain::Coarse), |record, visit| {
        of(record, |entity| coarse(entity.end.as_ref(), visit))
    }),
    Field::many("referents", Type::Text(Form::Entity), |record, visit| {
        of(record, |entity| each_shown(&entity.referents, visit))
    }),
    Field::one("origin.batch", Type::Text(Form::Plain), batch),
    Field::one("create_time", Type::Time(Grain::Exact), create_time),
    Field::one("update_time", Type::Time(Grain::Exact), update_time),
];

fn of(record: &Stored, visit: impl FnOnce(&Entity) -> bool) -> bool {
    match &record.value {
        Record::Entity(entity) => visit(entity),
        Record::Article(_) | Record::Statement(_) => false,
    }
}

fn names(record: &Stored, visit: &mut dyn FnMut([&str; 2]) -> bool) -> bool {
    of(record, |entity| {
        entity.names.iter().any(|name| {
            let language = name.language.as_ref().map_or("", LanguageTag::as_str);
            visit([&name.text, language])
        })
    })
}

fn external_ids(record: &Stored, visit: &mut dyn FnMut([&str; 2]) -> bool) -> bool {
    of(record, |entity| {
        entity.external_ids.iter().any(|external| visit([&external.authority, &external.id]))
    })
}

fn type_name(kind: EntityType) -> &'static str {
    match kind {
        EntityType::Person => "PERSON",
        EntityType::Organization => "ORGANIZATION",
        EntityType::Place => "PLACE",
        EntityType::Event => "EVENT",
        EntityType::Facility => "FACILITY",
        EntityType::Post => "POST",
        EntityType::Group => "GROUP",
        EntityType::Work => "WORK",
        EntityType::Other => "OTHER",
    }
}
