//! Entities one by one.

use super::{Act, Kind, dry, requested};
use crate::domain::id::EntityId;
use crate::kb::command::{CreateEntity, Delete, EntityDraft, EntityField, UpdateEntity};
use crate::kb::conformance::draw::Draw;
use crate::kb::conformance::operation::Operation;

pub(super) const KINDS: &[Kind] = &[
    ("create an entity by id", |draw| {
        let id = Some(draw.entity_id());
        Act::write(create(draw, id))
    }),
    ("create an entity by name", |draw| Act::write(create(draw, None))),
    ("create an entity, dry", |draw| dry(create(draw, None))),
    ("create an entity under a request_id", |draw| {
        let create = create(draw, None);
        requested(draw, create)
    }),
    ("update an entity's names", |draw| {
        Act::write(update(draw, vec![EntityField::DisplayName, EntityField::Names]))
    }),
    ("update an entity's external ids", |draw| {
        Act::write(update(draw, vec![EntityField::ExternalIds]))
    }),
    ("update an entity's posts", |draw| Act::write(update(draw, vec![EntityField::Occupancies]))),
    ("update an entity's place and times", |draw| {
        Act::write(update(draw, vec![EntityField::Place, EntityField::Start, EntityField::End]))
    }),
    ("update what an entity is", |draw| {
        Act::write(update(
            draw,
            vec![EntityField::Type, EntityField::Description, EntityField::Origin],
        ))
    }),
    ("update an entity, dry", |draw| dry(update(draw, vec![EntityField::Description]))),
    ("update an entity that may be missing", |draw| {
        let (context, id, values) = (draw.context(), draw.entity_id(), draw.entity());
        let fields = vec![EntityField::DisplayName, EntityField::Type];
        let update = UpdateEntity { context, id, etag: None, values, fields, allow_missing: true };
        Act::write(Operation::UpdateEntity(update))
    }),
    ("update an entity at a stale etag", |draw| {
        let (context, id, values) = (draw.context(), draw.stored_entity(), draw.entity());
        let (etag, fields) = (Some("0".into()), vec![EntityField::Description]);
        let update = UpdateEntity { context, id, etag, values, fields, allow_missing: false };
        Act::write(Operation::UpdateEntity(update))
    }),
    ("delete an entity", |draw| Act::write(delete(draw, false))),
    ("delete an entity by force", |draw| Act::write(delete(draw, true))),
    ("delete an entity by force, dry", |draw| dry(delete(draw, true))),
];

fn create(draw: &mut Draw<'_>, id: Option<EntityId>) -> Operation {
    let (context, entity) = (draw.context(), draw.entity());
    Operation::CreateEntity(CreateEntity { context, draft: EntityDraft { id, entity } })
}

fn update(draw: &mut Draw<'_>, fields: Vec<EntityField>) -> Operation {
    let (context, id, mut values) = (draw.context(), draw.stored_entity(), draw.entity());
    values.start = Some(draw.coarse());
    let etag = None;
    Operation::UpdateEntity(UpdateEntity {
        context,
        id,
        etag,
        values,
        fields,
        allow_missing: false,
    })
}

fn delete(draw: &mut Draw<'_>, force: bool) -> Operation {
    let (context, name) = (draw.context(), draw.stored_entity().into());
    Operation::Delete(Delete { context, name, etag: None, force, allow_missing: false })
}
