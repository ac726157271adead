//! A plan: what a write would do, worked out at one revision and not yet done.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use uuid::Uuid;

use super::command::{IngestOutcome, WriteContext};
use super::error::{Error, Violation};
use crate::domain::entity::{Entity, ExternalId};
use crate::domain::id::{EntityId, RecordName};
use crate::domain::name::{self, Name};
use crate::domain::record::{Committed, Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::domain::time::Timestamp;
use crate::store::{Deleted, LoadBody, Mutation, Precondition, Reader, State, WriteBatch};

/// What a plan looked at or would write, as far as another plan may depend on it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Touched {
    /// A record.
    Name(RecordName),
    /// An article's address.
    Url(CanonicalUrl),
    /// Who has a name, by the key under which it is the same in any script.
    EntityName(String),
    /// Who has an external id.
    ExternalId(ExternalId),
    /// What is remembered of a request.
    Request(Uuid),
}

impl Touched {
    /// Who has this name.
    pub(super) fn name(text: &str) -> Self {
        let key = name::full_key(&Name::parse(text));
        Self::EntityName(key.unwrap_or_else(|| name::fold(text)))
    }

    /// All by which an entity is found without its id.
    pub(super) fn ways_to(entity: &Entity) -> impl Iterator<Item = Self> {
        let ids = entity.external_ids.iter().cloned().map(Self::ExternalId);
        entity.all_names().map(Self::name).chain(ids)
    }
}

/// What a write would do.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// What it does to the article, or to the one record.
    pub(super) outcome: IngestOutcome,
    /// The record that it is about.
    pub(super) subject: RecordName,
    /// The records of the answer, in its order.
    pub(super) answer: Vec<RecordName>,
    /// Whether statements were left out since there were too many.
    pub(super) truncated: bool,
    /// What must hold, nothing twice.
    pub(super) require: Vec<Precondition>,
    required: HashSet<Precondition>,
    /// What to do.
    pub(super) mutations: Vec<Mutation>,
    /// What the plan depends on.
    pub(super) reads: BTreeSet<Touched>,
    /// What others may depend on.
    pub(super) writes: BTreeSet<Touched>,
}

impl Plan {
    /// A plan that does nothing yet.
    pub(super) fn new(subject: RecordName) -> Self {
        Self {
            outcome: IngestOutcome::Unchanged,
            reads: BTreeSet::from([Touched::Name(subject.clone())]),
            writes: BTreeSet::new(),
            answer: vec![subject.clone()],
            subject,
            truncated: false,
            require: Vec::new(),
            required: HashSet::new(),
            mutations: Vec::new(),
        }
    }

    /// Adds what must hold, once.
    pub(super) fn require(&mut self, precondition: Precondition) {
        if self.required.insert(precondition.clone()) {
            self.require.push(precondition);
        }
    }

    /// Adds a change.
    pub(super) fn mutate(&mut self, mutation: Mutation) {
        self.writes.insert(Touched::Name(mutation.name()));
        self.mutations.push(mutation);
    }

    /// The batch that carries the plan out.
    pub(super) fn batch(self, context: &WriteContext, time: Timestamp) -> WriteBatch {
        WriteBatch {
            time,
            principal: context.principal.clone(),
            batch: context.batch.clone(),
            require: self.require,
            mutations: self.mutations,
            remember: None,
        }
    }

    /// Refuses to write under a name whose record was erased, as the store would.
    pub(super) async fn refuse_erased(&self, reader: &dyn Reader) -> Result<(), Error> {
        let names: Vec<RecordName> = self.mutations.iter().map(Mutation::name).collect();
        refuse_erased(reader, &names).await
    }

    /// The records of the answer as they would stand, for a dry run: those that
    /// would be written have revision 0.
    pub(super) async fn preview(
        &self,
        reader: &dyn Reader,
        now: Timestamp,
    ) -> Result<Vec<Stored>, Error> {
        let planned: BTreeMap<RecordName, &Mutation> =
            self.mutations.iter().map(|mutation| (mutation.name(), mutation)).collect();
        let states = reader.states(&self.answer, LoadBody::No).await?;
        let mut records = Vec::with_capacity(self.answer.len());
        for (name, state) in self.answer.iter().zip(states) {
            let create_time = match &state {
                State::Live(stored) => stored.committed.create_time,
                // One that comes back keeps its creation.
                State::Deleted(deleted) => deleted.committed.create_time,
                State::Never => now,
            };
            let stored = state.live();
            let value = match planned.get(name) {
                Some(Mutation::Put(_, record) | Mutation::Restore(_, record, _)) => {
                    Some(record.clone())
                }
                Some(Mutation::Ensure(_, entity)) => Some(united(stored.as_ref(), entity)),
                Some(Mutation::Delete(_) | Mutation::Erase(..)) | None => None,
            };
            let committed = Committed {
                revision: Revision::ZERO,
                create_revision: Revision::ZERO,
                create_time,
                update_time: now,
            };
            let planned = value.map(|value| Stored { name: name.clone(), value, committed });
            records.extend(planned.or(stored));
        }
        Ok(records)
    }
}

fn united(stored: Option<&Stored>, listed: &Entity) -> Record {
    match stored.map(|stored| &stored.value) {
        Some(Record::Entity(stored)) => {
            let mut entity = stored.clone();
            entity.unite(listed);
            Record::Entity(entity)
        }
        _ => Record::Entity(Box::new(listed.clone())),
    }
}

/// The violation of naming an entity that is not there.
pub(super) fn unknown_entity(field: String, id: &EntityId) -> Violation {
    let text = format!("{id} does not exist: list it in `entities`, or create it first");
    Violation::new(field, "UNKNOWN_ENTITY", text)
}

/// Fails with the first of the names whose record was erased.
pub(super) async fn refuse_erased(reader: &dyn Reader, names: &[RecordName]) -> Result<(), Error> {
    let states = reader.states(names, LoadBody::No).await?;
    for (name, state) in names.iter().zip(states) {
        if let State::Deleted(deleted @ Deleted { erasure: Some(_), .. }) = state {
            return Err(Error::gone(name.clone(), deleted));
        }
    }
    Ok(())
}
