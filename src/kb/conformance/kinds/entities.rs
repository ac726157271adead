//! Entities one by one.

use super::{Act, Kind, dry, requested};
use crate::domain::id::EntityId;
use crate::kb::command::{
    CreateEntity, Delete, EntityDraft, EntityField, MergeEntities, UnmergeEntities, UpdateEntity,
};
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
    ("merge two entities", |draw| Act::write(merge(draw))),
    ("merge two entities, dry", |draw| dry(merge(draw))),
    ("merge two entities under a request_id", |draw| {
        let merge = merge(draw);
        requested(draw, merge)
    }),
    ("merge an entity at a stale etag", |draw| match merge(draw) {
        Operation::Merge(it) => {
            let absorbed_etag = Some("0".into());
            Act::write(Operation::Merge(MergeEntities { absorbed_etag, ..it }))
        }
        other => Act::write(other),
    }),
    ("unmerge an entity", |draw| Act::write(unmerge(draw))),
    ("unmerge an entity, dry", |draw| dry(unmerge(draw))),
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

fn merge(draw: &mut Draw<'_>) -> Operation {
    let (context, survivor, absorbed) =
        (draw.context(), draw.stored_entity(), draw.stored_entity());
    let (survivor_etag, absorbed_etag) = (None, None);
    let merge = MergeEntities { context, survivor, absorbed, survivor_etag, absorbed_etag };
    Operation::Merge(merge)
}

/// Mostly of an entity that was merged.
fn unmerge(draw: &mut Draw<'_>) -> Operation {
    let merged = draw.newest().entities().into_iter().filter(|(_, it)| it.merged_into.is_some());
    let merged: Vec<EntityId> = merged.map(|(id, _)| id).collect();
    let any = merged.is_empty() || draw.chance(0.1);
    let name = if any { draw.stored_entity() } else { draw.one_of(&merged) };
    let context = draw.context();
    Operation::Unmerge(UnmergeEntities { context, name, etag: None })
}

fn delete(draw: &mut Draw<'_>, force: bool) -> Operation {
    let (context, name) = (draw.context(), draw.stored_entity().into());
    Operation::Delete(Delete { context, name, etag: None, force, allow_missing: false })
}
