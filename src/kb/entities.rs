//! The entities of one write: which are listed, which exist, and which one a
//! mention means beyond doubt.

use std::collections::HashMap;

use super::command::{CreateEntities, EntityDraft};
use super::error::{Error, Violation};
use super::merged;
use super::plan::{Plan, Touched, unknown_entity};
use super::resolve::{self, Meaning};
use crate::domain::entity::{Entity, EntityName, EntityType, NameKind, Occupancy};
use crate::domain::id::{EntityId, RecordName};
use crate::domain::limits;
use crate::domain::name::{self, Name};
use crate::domain::origin::Origin;
use crate::domain::statement::{Mention, Statement};
use crate::extract::Thing;
use crate::store::{LoadBody, Mutation, Precondition, Reader, State};

/// The entities that one write knows of.
pub(super) struct Directory<'a> {
    reader: &'a dyn Reader,
    /// The listed ones and those made from mentions, as they will stand.
    listed: Vec<(EntityId, Entity)>,
    /// The places among the listed ones of those that have a name, by its key.
    by_name: HashMap<String, Vec<usize>>,
    /// Whether an entity stands in the store.
    exists: HashMap<EntityId, bool>,
    /// What mentions mean; `None`: nothing beyond doubt.
    links: HashMap<(String, Option<EntityType>), Option<EntityId>>,
}

impl<'a> Directory<'a> {
    /// A directory that knows what `reader` sees.
    pub(super) fn new(reader: &'a dyn Reader) -> Self {
        Self {
            reader,
            listed: Vec::new(),
            by_name: HashMap::new(),
            exists: HashMap::new(),
            links: HashMap::new(),
        }
    }

    /// Takes the listed entities in: each is a reference to one that exists, or
    /// new. Their ids, in order.
    pub(super) async fn list(
        &mut self,
        drafts: &[EntityDraft],
        create: CreateEntities,
        origin: impl Fn(&Origin) -> Origin,
        plan: &mut Plan,
        violations: &mut Vec<Violation>,
    ) -> Result<Vec<EntityId>, Error> {
        let mut ids = Vec::with_capacity(drafts.len());
        for (at, draft) in drafts.iter().enumerate() {
            let entity = Entity { origin: origin(&draft.entity.origin), ..draft.entity.clone() };
            match self.identify(draft.id.as_ref(), &entity, plan).await? {
                Some((id, stored)) => {
                    self.refer(&id, stored, entity, plan).await?;
                    ids.push(id);
                }
                None if create == CreateEntities::Never => {
                    let text = "is not there yet, and `create_entities` is NEVER";
                    violations.push(Violation::new(
                        format!("entities[{at}]"),
                        "UNKNOWN_ENTITY",
                        text,
                    ));
                }
                None if entity.display_name.is_empty() => violations.push(Violation::new(
                    format!("entities[{at}].display_name"),
                    "REQUIRED",
                    "a new entity needs a display name",
                )),
                None => {
                    let id = match &draft.id {
                        Some(id) => id.clone(),
                        None => self.mint(&entity, plan).await?,
                    };
                    self.create(&id, entity, plan);
                    ids.push(id);
                }
            }
        }
        Ok(ids)
    }

    /// The entity that a listed one means: the listed one before it of that name,
    /// or the stored one, and what is known of it; `None` where it is new.
    async fn identify(
        &self,
        id: Option<&EntityId>,
        entity: &Entity,
        plan: &mut Plan,
    ) -> Result<Option<(EntityId, Entity)>, Error> {
        let id = match id {
            Some(id) => Some(id.clone()),
            None => {
                plan.reads.extend(Touched::ways_to(entity));
                match self.listed_meaning(&entity.display_name, entity.kind) {
                    Meaning::Only(id) => Some(id),
                    Meaning::Nothing | Meaning::Doubtful => {
                        resolve::find_listed(self.reader, entity).await?
                    }
                }
            }
        };
        let Some(id) = id else { return Ok(None) };
        plan.reads.insert(Touched::Name(RecordName::Entity(id.clone())));
        if let Some((_, listed)) = self.listed.iter().find(|(listed, _)| *listed == id) {
            return Ok(Some((id, listed.clone())));
        }
        let stored = self.stored(&id).await?;
        Ok(stored.map(|stored| (id, stored)))
    }

    async fn stored(&self, id: &EntityId) -> Result<Option<Entity>, Error> {
        Ok(merged::read(self.reader, id).await?.map(|(_, entity, _)| entity))
    }

    /// What a name means among the listed entities.
    fn listed_meaning(&self, text: &str, kind: Option<EntityType>) -> Meaning {
        let Some(key) = name::full_key(&Name::parse(text)) else { return Meaning::Nothing };
        let places = self.by_name.get(&key).into_iter().flatten();
        let mut holders = places
            .filter_map(|at| self.listed.get(*at))
            .filter(|(_, entity)| resolve::is_meant(text, kind, entity));
        match (holders.next(), holders.next()) {
            (None, _) => Meaning::Nothing,
            (Some((id, _)), None) => Meaning::Only(id.clone()),
            (Some(_), Some(_)) => Meaning::Doubtful,
        }
    }

    /// Notes a reference to an entity that stands, or is listed before, and what
    /// it learns by it.
    async fn refer(
        &mut self,
        id: &EntityId,
        mut entity: Entity,
        mut listed: Entity,
        plan: &mut Plan,
    ) -> Result<(), Error> {
        // What one that was merged into it says stays with that one.
        for (_, other, _) in merged::referents(self.reader, &entity).await? {
            listed.leave_out(&other);
        }
        if let Some(into) = &entity.merged_into {
            let survivor = merged::survivor_of(self.reader, into).await?;
            plan.writes.insert(Touched::Name(RecordName::Entity(survivor)));
        }
        let learns = entity.unite(&listed);
        match self.listed.iter().position(|(known, _)| known == id) {
            Some(at) => {
                self.index_names(&entity, at);
                if let Some((_, known)) = self.listed.get_mut(at) {
                    known.clone_from(&entity);
                }
            }
            None => {
                self.take_in(id, entity);
                plan.require(Precondition::Present(RecordName::Entity(id.clone())));
            }
        }
        if learns {
            self.ensure(id, &listed, plan);
        }
        Ok(())
    }

    fn create(&mut self, id: &EntityId, entity: Entity, plan: &mut Plan) {
        self.ensure(id, &entity, plan);
        self.take_in(id, entity);
    }

    fn take_in(&mut self, id: &EntityId, entity: Entity) {
        self.index_names(&entity, self.listed.len());
        self.listed.push((id.clone(), entity));
    }

    fn index_names(&mut self, entity: &Entity, at: usize) {
        for key in entity.all_names().filter_map(|name| name::full_key(&Name::parse(name))) {
            let places = self.by_name.entry(key).or_default();
            if !places.contains(&at) {
                places.push(at);
            }
        }
    }

    /// Plans to store what an entity is, or is to learn. Sent as Ensure, so that
    /// writes at the same time that name the same entity unite instead of
    /// conflicting, and nothing that others took away comes back.
    fn ensure(&self, id: &EntityId, listed: &Entity, plan: &mut Plan) {
        plan.writes.extend(Touched::ways_to(listed));
        let planned = plan.mutations.iter_mut().find_map(|mutation| match mutation {
            Mutation::Ensure(known, entity) if known == id => Some(entity),
            _ => None,
        });
        match planned {
            Some(entity) => drop(entity.unite(listed)),
            None => plan.mutate(Mutation::Ensure(id.clone(), Box::new(listed.clone()))),
        }
    }

    /// The id of a new entity: the first candidate that nothing has.
    async fn mint(&self, entity: &Entity, plan: &mut Plan) -> Result<EntityId, Error> {
        for id in resolve::entity_id_candidates(entity) {
            let listed = self.listed.iter().any(|(listed, _)| *listed == id);
            let name = RecordName::Entity(id.clone());
            if !listed && self.reader.state(&name, LoadBody::No).await? == State::Never {
                // Two names that make the same id are not one entity for that.
                plan.require(Precondition::Absent(name));
                return Ok(id);
            }
        }
        let text = "no free id could be made from the display name: choose one";
        Err(Error::invalid("entities", "NO_FREE_ID", text))
    }

    /// Checks that an entity that is named stands or is listed.
    pub(super) async fn check(
        &mut self,
        id: &EntityId,
        field: impl FnOnce() -> String,
        plan: &mut Plan,
        violations: &mut Vec<Violation>,
    ) -> Result<(), Error> {
        if self.listed.iter().any(|(listed, _)| listed == id) {
            return Ok(());
        }
        let known = match self.exists.get(id) {
            Some(known) => *known,
            None => {
                let name = RecordName::Entity(id.clone());
                plan.reads.insert(Touched::Name(name.clone()));
                let state = self.reader.state(&name, LoadBody::No).await?;
                let known = matches!(state, State::Live(_));
                if known {
                    plan.require(Precondition::Present(name));
                }
                self.exists.insert(id.clone(), known);
                known
            }
        };
        if !known {
            violations.push(unknown_entity(field(), id));
        }
        Ok(())
    }

    /// Checks the entities that the listed ones name in their turn.
    pub(super) async fn check_listed(
        &mut self,
        drafts: &[EntityDraft],
        plan: &mut Plan,
        violations: &mut Vec<Violation>,
    ) -> Result<(), Error> {
        for (at, draft) in drafts.iter().enumerate() {
            for id in draft.entity.entities_named() {
                let field = || format!("entities[{at}].{}", draft.entity.field_naming(id));
                self.check(id, field, plan, violations).await?;
            }
        }
        Ok(())
    }

    /// Links what a statement's mentions mean beyond doubt, and checks the
    /// entities that it names. `create` makes entities from the mentions left.
    pub(super) async fn link(
        &mut self,
        statement: &mut Statement,
        path: &str,
        create: Option<&Origin>,
        plan: &mut Plan,
        violations: &mut Vec<Violation>,
    ) -> Result<(), Error> {
        if let Some(speaker) = &mut statement.speaker
            && let Some(mention) = &mut speaker.mention
        {
            if mention.entity.is_none() {
                mention.entity.clone_from(&speaker.entity);
            }
            if !speaker.anonymous {
                self.link_mention(mention, create, plan).await?;
                speaker.entity.clone_from(&mention.entity);
            }
        }
        for mention in statement.addressees.iter_mut().chain(&mut statement.mentions) {
            self.link_mention(mention, create, plan).await?;
        }
        let named: Vec<EntityId> = statement
            .speaker_entity()
            .into_iter()
            .chain(statement.entities_mentioned())
            .cloned()
            .collect();
        for id in named {
            let field = || format!("{path}.{}", field_of(statement, &id));
            self.check(&id, field, plan, violations).await?;
        }
        Ok(())
    }

    async fn link_mention(
        &mut self,
        mention: &mut Mention,
        create: Option<&Origin>,
        plan: &mut Plan,
    ) -> Result<(), Error> {
        if mention.entity.is_some() || mention.text.is_empty() {
            return Ok(());
        }
        let key = (mention.text.clone(), mention.kind);
        if let Some(known) = self.links.get(&key) {
            mention.entity.clone_from(known);
            return Ok(());
        }
        let found = self.means(mention, create, plan).await?;
        mention.entity.clone_from(&found);
        self.links.insert(key, found);
        Ok(())
    }

    async fn means(
        &mut self,
        mention: &Mention,
        create: Option<&Origin>,
        plan: &mut Plan,
    ) -> Result<Option<EntityId>, Error> {
        match (self.meaning(&mention.text, mention.kind, plan).await?, create) {
            (Meaning::Only(id), _) => Ok(Some(id)),
            (Meaning::Nothing, Some(origin)) if resolve::is_name(&mention.text, mention.kind) => {
                let entity = Entity {
                    kind: mention.kind,
                    display_name: mention.text.clone(),
                    origin: origin.clone(),
                    ..Entity::default()
                };
                self.make(entity, plan).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    /// What a name means among the listed and the stored entities.
    async fn meaning(
        &self,
        text: &str,
        kind: Option<EntityType>,
        plan: &mut Plan,
    ) -> Result<Meaning, Error> {
        plan.reads.insert(Touched::name(text));
        let listed = self.listed_meaning(text, kind);
        let stored = resolve::meaning(self.reader, text, kind).await?;
        Ok(match (listed, stored) {
            (Meaning::Nothing, other) | (other, Meaning::Nothing) => other,
            (Meaning::Only(listed), Meaning::Only(stored)) => {
                let listed = merged::survivor_of(self.reader, &listed).await?;
                if listed == stored { Meaning::Only(stored) } else { Meaning::Doubtful }
            }
            _ => Meaning::Doubtful,
        })
    }

    /// Makes an entity of something that is named.
    async fn make(&mut self, entity: Entity, plan: &mut Plan) -> Result<EntityId, Error> {
        let id = self.mint(&entity, plan).await?;
        self.create(&id, entity, plan);
        plan.answer.push(RecordName::Entity(id.clone()));
        Ok(id)
    }

    /// The entity that something named in a text is beyond doubt, by its full names.
    /// `create` makes one where there is none.
    pub(super) async fn thing(
        &mut self,
        thing: &Thing,
        occupancies: Vec<Occupancy>,
        create: Option<&Origin>,
        plan: &mut Plan,
    ) -> Result<Option<EntityId>, Error> {
        for name in std::iter::once(&thing.name).chain(&thing.aliases) {
            match self.meaning(name, thing.kind, plan).await? {
                Meaning::Only(id) => return Ok(Some(id)),
                Meaning::Doubtful => return Ok(None),
                Meaning::Nothing => {}
            }
        }
        let room = self.listed.len() < limits::ENTITIES_PER_ARTICLE;
        let Some(origin) = create.filter(|_| room && resolve::is_name(&thing.name, thing.kind))
        else {
            return Ok(None);
        };
        let name = |kind: NameKind| {
            move |text: &String| EntityName { text: text.clone(), language: None, kind }
        };
        let abbreviation = Some(&thing.abbreviation).filter(|text| !text.is_empty());
        let names = thing.aliases.iter().map(name(NameKind::Alias));
        let entity = Entity {
            kind: thing.kind,
            display_name: thing.name.clone(),
            names: names.chain(abbreviation.map(name(NameKind::Abbreviation))).collect(),
            occupancies,
            origin: origin.clone(),
            ..Entity::default()
        };
        self.make(entity, plan).await.map(Some)
    }
}

/// Which field of a statement names an entity, for messages.
fn field_of(statement: &Statement, id: &EntityId) -> String {
    if statement.speaker_entity() == Some(id) {
        return "speaker.entity".into();
    }
    let at = |mentions: &[Mention]| mentions.iter().position(|it| it.entity.as_ref() == Some(id));
    if let Some(at) = at(&statement.addressees) {
        return format!("addressees[{at}].entity");
    }
    match at(&statement.mentions) {
        Some(at) => format!("mentions[{at}].entity"),
        None => "triple".into(),
    }
}
