//! Entities: which one is meant, and which are new.

use super::{Effect, Faults, Refusal, origin_with, stamp};
use crate::domain::entity::{Entity, EntityType, ExternalId};
use crate::domain::id::{EntityId, RecordName};
use crate::domain::origin::Origin;
use crate::domain::record::Record;
use crate::domain::statement::{Mention, Statement};
use crate::kb::command::{CreateEntities, CreateEntity, EntityField, IngestArticle, UpdateEntity};
use crate::kb::resolve::{entity_id_candidates, is_meant, is_name};
use crate::store::conformance::model::World;
use crate::store::{Mutation, State};

/// The entities that one write knows of.
pub(super) struct Known<'a> {
    world: &'a World,
    /// Those listed or made by the write, as they will stand.
    listed: Vec<(EntityId, Entity)>,
    /// What mentions were found to mean: the same all through a write.
    meant: Vec<(String, Option<EntityType>, Option<EntityId>)>,
    /// What is stored of them.
    pub(super) changes: Vec<Mutation>,
    /// Those made from mentions.
    pub(super) made: Vec<EntityId>,
}

impl<'a> Known<'a> {
    pub(super) fn new(world: &'a World) -> Self {
        let (listed, meant, changes, made) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { world, listed, meant, changes, made }
    }

    /// Takes in what an ingest lists; gives the ids.
    pub(super) fn list(&mut self, command: &IngestArticle, faults: &mut Faults) -> Vec<EntityId> {
        let mut ids = Vec::new();
        for draft in &command.entities {
            let origin = stamp(&draft.entity.origin, &command.context);
            let entity = Entity { origin, ..draft.entity.clone() };
            let meant = match &draft.id {
                Some(id) => Some(id.clone()),
                None => self.listed_as(&entity),
            };
            let known = meant.as_ref().and_then(|id| self.get(id));
            match (meant, known) {
                (Some(id), Some(stands)) => {
                    self.learn(&id, stands, entity);
                    ids.push(id);
                }
                _ if command.create_entities == CreateEntities::Never => {
                    faults.add("UNKNOWN_ENTITY");
                }
                _ if entity.display_name.is_empty() => faults.add("REQUIRED"),
                _ => {
                    let id = draft.id.clone().unwrap_or_else(|| self.free_id(&entity));
                    self.make(id.clone(), entity);
                    ids.push(id);
                }
            }
        }
        for draft in &command.entities {
            for named in draft.entity.entities_named() {
                faults.unless(self.knows(named), "UNKNOWN_ENTITY");
            }
        }
        ids
    }

    fn get(&self, id: &EntityId) -> Option<Entity> {
        let listed = self.listed.iter().find(|(listed, _)| listed == id);
        listed.map(|(_, entity)| entity.clone()).or_else(|| self.world.entity(id))
    }

    pub(super) fn knows(&self, id: &EntityId) -> bool {
        self.get(id).is_some()
    }

    /// A reference adds what is new to it, and overwrites nothing. What one that was
    /// merged into it says stays with that one.
    fn learn(&mut self, id: &EntityId, mut stands: Entity, mut listed: Entity) {
        for other in &stands.referents {
            listed.leave_out(&self.world.entity(other).unwrap_or_default());
        }
        let learns = stands.unite(&listed);
        self.listed.retain(|(known, _)| known != id);
        self.listed.push((id.clone(), stands));
        if !learns {
            return;
        }
        // What one write adds to an entity is united first.
        let ensured = self.changes.iter_mut().find_map(|change| match change {
            Mutation::Ensure(known, entity) if known == id => Some(entity),
            _ => None,
        });
        match ensured {
            Some(entity) => drop(entity.unite(&listed)),
            None => self.changes.push(Mutation::Ensure(id.clone(), Box::new(listed))),
        }
    }

    fn make(&mut self, id: EntityId, entity: Entity) {
        self.changes.push(Mutation::Ensure(id.clone(), Box::new(entity.clone())));
        self.listed.push((id, entity));
    }

    /// The first id that nothing has or ever had.
    fn free_id(&self, entity: &Entity) -> EntityId {
        let free = |id: &EntityId| {
            let listed = self.listed.iter().any(|(listed, _)| listed == id);
            !listed && self.world.state(&RecordName::Entity(id.clone())) == State::Never
        };
        entity_id_candidates(entity).find(free).expect("there are ids enough")
    }

    /// The entity that is meant by one listed without an id.
    fn listed_as(&self, entity: &Entity) -> Option<EntityId> {
        let listed = only(holders(&self.listed, &entity.display_name, entity.kind));
        listed.or_else(|| find_listed(self.world, entity))
    }

    /// Links a statement's mentions, and checks the entities that it names.
    pub(super) fn link(
        &mut self,
        statement: &mut Statement,
        create: Option<&Origin>,
        faults: &mut Faults,
    ) {
        if let Some(speaker) = &mut statement.speaker
            && let Some(mention) = &mut speaker.mention
        {
            mention.entity = mention.entity.take().or_else(|| speaker.entity.clone());
            if !speaker.anonymous {
                self.link_mention(mention, create);
                speaker.entity.clone_from(&mention.entity);
            }
        }
        for mention in statement.addressees.iter_mut().chain(&mut statement.mentions) {
            self.link_mention(mention, create);
        }
        for id in statement.speaker_entity().into_iter().chain(statement.entities_mentioned()) {
            faults.unless(self.knows(id), "UNKNOWN_ENTITY");
        }
    }

    fn link_mention(&mut self, mention: &mut Mention, create: Option<&Origin>) {
        if mention.entity.is_none() && !mention.text.is_empty() {
            let same = self
                .meant
                .iter()
                .find(|(text, kind, _)| (text, kind) == (&mention.text, &mention.kind));
            mention.entity = match same {
                Some((_, _, known)) => known.clone(),
                None => {
                    let found = self.means(mention, create);
                    self.meant.push((mention.text.clone(), mention.kind, found.clone()));
                    found
                }
            };
        }
    }

    /// The one entity that has this name, if there is no other.
    fn means(&mut self, mention: &Mention, create: Option<&Origin>) -> Option<EntityId> {
        let (text, kind) = (&mention.text, mention.kind);
        let listed = holders(&self.listed, text, kind);
        let stored = holders(&self.world.survivors(), text, kind);
        let origin = match (listed.is_empty(), stored.is_empty()) {
            (true, true) => create.filter(|_| is_name(text, kind))?,
            (false, true) => return only(listed),
            (true, false) => return only(stored),
            (false, false) => {
                let (listed, stored) = (only(listed)?, only(stored)?);
                return (self.world.survivor(&listed) == stored).then_some(stored);
            }
        };
        let (display_name, origin) = (text.clone(), origin.clone());
        let entity = Entity { kind, display_name, origin, ..Entity::default() };
        let id = self.free_id(&entity);
        self.make(id.clone(), entity);
        self.made.push(id.clone());
        Some(id)
    }
}

/// The entities that a name may mean.
fn holders(entities: &[(EntityId, Entity)], text: &str, kind: Option<EntityType>) -> Vec<EntityId> {
    let meant = entities.iter().filter(|(_, entity)| is_meant(text, kind, entity));
    meant.map(|(id, _)| id.clone()).collect()
}

fn only(ids: Vec<EntityId>) -> Option<EntityId> {
    let mut ids = ids.into_iter();
    ids.next().filter(|_| ids.next().is_none())
}

/// What a name means beyond doubt among all entities.
pub(in crate::kb::conformance) fn meaning(
    world: &World,
    text: &str,
    kind: Option<EntityType>,
) -> Option<EntityId> {
    only(holders(&world.survivors(), text, kind))
}

/// Which entity is meant by one that names none: external ids decide where all that
/// are known point to one; else the name does, unless an authority tells the two
/// apart.
fn find_listed(world: &World, draft: &Entity) -> Option<EntityId> {
    let survivors = world.survivors();
    let with_id = |external: &ExternalId| {
        let has = |entity: &Entity| entity.external_ids.contains(external);
        survivors.iter().filter(|(_, it)| has(it)).map(|(id, _)| id.clone()).collect::<Vec<_>>()
    };
    let mut known = draft.external_ids.iter().map(with_id).filter(|ids| !ids.is_empty());
    if let Some(first) = known.next() {
        let first = only(first)?;
        return known.all(|ids| ids == [first.clone()]).then_some(first);
    }
    let id = meaning(world, &draft.display_name, draft.kind)?;
    let told_apart = draft.external_ids.iter().any(|external| {
        let united = survivors.iter().find(|(survivor, _)| *survivor == id);
        let same = |known: &&ExternalId| known.authority == external.authority;
        united.is_some_and(|(_, entity)| entity.external_ids.iter().any(|known| same(&known)))
    });
    (!told_apart).then_some(id)
}

pub(super) fn create(world: &World, command: &CreateEntity) -> Result<Effect, Refusal> {
    let draft = &command.draft;
    if draft.entity.display_name.is_empty() {
        return Err(Refusal::invalid("REQUIRED"));
    }
    let id = draft.id.clone().unwrap_or_else(|| Known::new(world).free_id(&draft.entity));
    if world.entity(&id).is_some() {
        return Err(Refusal::AlreadyExists);
    }
    let entity = Entity {
        kind: Some(draft.entity.kind.unwrap_or(EntityType::Other)),
        origin: stamp(&draft.entity.origin, &command.context),
        ..draft.entity.clone()
    };
    check(world, &id, None, &entity)?;
    Ok(Effect::of_one(id.into(), None, Record::Entity(Box::new(entity))))
}

pub(super) fn update(world: &World, command: &UpdateEntity) -> Result<Effect, Refusal> {
    let name = RecordName::Entity(command.id.clone());
    super::revise::check_etag(world, &name, command.etag.as_ref(), command.allow_missing)?;
    let before = world.entity(&command.id);
    let mut after = before.clone().unwrap_or_default();
    for field in &command.fields {
        set(&mut after, *field, &command.values);
    }
    after.kind.get_or_insert(EntityType::Other);
    if after.display_name.is_empty() {
        return Err(Refusal::invalid("REQUIRED"));
    }
    if before.as_ref() != Some(&after) {
        check(world, &command.id, before.as_ref(), &after)?;
        after.origin = stamp(&after.origin, &command.context);
    }
    let before = before.map(|entity| Record::Entity(Box::new(entity)));
    Ok(Effect::of_one(name, before.as_ref(), Record::Entity(Box::new(after))))
}

fn set(entity: &mut Entity, field: EntityField, values: &Entity) {
    let values = values.clone();
    match field {
        EntityField::Type => entity.kind = values.kind,
        EntityField::DisplayName => entity.display_name = values.display_name,
        EntityField::Names => entity.names = values.names,
        EntityField::Description => entity.description = values.description,
        EntityField::ExternalIds => entity.external_ids = values.external_ids,
        EntityField::Occupancies => entity.occupancies = values.occupancies,
        EntityField::Start => entity.start = values.start,
        EntityField::End => entity.end = values.end,
        EntityField::Place => entity.place = values.place,
        EntityField::Origin => entity.origin = origin_with(&entity.origin, &values.origin),
    }
}

/// What an entity newly names must stand, it itself aside.
fn check(
    world: &World,
    own: &EntityId,
    before: Option<&Entity>,
    entity: &Entity,
) -> Result<(), Refusal> {
    let mut faults = Faults::default();
    for named in entity.entities_named() {
        let known = before.is_some_and(|before| before.entities_named().any(|it| it == named));
        let stands = known || named == own || world.entity(named).is_some();
        faults.unless(stands, "UNKNOWN_ENTITY");
    }
    for evidence in entity.occupancies.iter().filter_map(|held| held.evidence.clone()) {
        faults.unless(world.stands(&evidence.into()), "UNKNOWN_RECORD");
    }
    faults.none()
}
