//! What a knowledge base is, told plainly: one whole world a revision, and what
//! each command makes of the newest one. It knows no index, no plan and no store,
//! and looks for everything by looking at everything.
//!
//! What texts do is not told again here: finding words in them, carrying quotes
//! over and comparing names are functions of values, with tests of their own.

mod entities;
mod erase;
mod import;
mod ingest;
mod merges;
mod references;
mod revise;
mod statements;

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use uuid::Uuid;

pub(super) use self::entities::meaning;
pub(super) use self::references::refers;
use super::operation::Operation;
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::id::{ArticleId, EntityId, RecordName, StatementName};
use crate::domain::origin::Origin;
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::statement::Statement;
use crate::domain::time::Timestamp;
use crate::kb::command::{IngestOutcome, WriteContext};
use crate::kb::error::Error;
use crate::store::conformance::model::World;
use crate::store::{Applied, Mutation, State, WriteBatch};

/// How long requests are remembered.
pub(super) const REQUEST_TTL: SignedDuration = SignedDuration::from_hours(1);

/// A command that is refused, as far as callers tell refusals apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The reasons of all violations.
    Invalid(BTreeSet<&'static str>),
    NotFound,
    AlreadyExists,
    UrlOfAnother,
    LinkExists,
    NoSuchLink,
    ArticleMissing,
    Referenced(usize),
    /// Entities that cannot be merged, or were not.
    NotMerged,
    /// An entity that is to be deleted, and is merged.
    PartOfMerge,
    EtagMismatch,
    RequestIdReused,
    /// A name whose record was erased.
    Erased(RecordName),
    /// Nothing that the model knows of.
    Other(String),
}

impl Refusal {
    pub(super) fn invalid(reason: &'static str) -> Self {
        Self::Invalid(BTreeSet::from([reason]))
    }

    pub(super) fn of(error: &Error) -> Self {
        match error {
            Error::Invalid(violations) => {
                Self::Invalid(violations.iter().map(|violation| violation.reason).collect())
            }
            Error::NotFound { .. } => Self::NotFound,
            Error::AlreadyExists(_) => Self::AlreadyExists,
            Error::UrlOfAnother { .. } => Self::UrlOfAnother,
            Error::LinkExists { .. } => Self::LinkExists,
            Error::NoSuchLink { .. } => Self::NoSuchLink,
            Error::ArticleMissing(_) => Self::ArticleMissing,
            Error::Referenced { count, .. } => Self::Referenced(*count),
            Error::Merge(_) | Error::NotMerged { .. } => Self::NotMerged,
            Error::PartOfMerge { .. } => Self::PartOfMerge,
            Error::EtagMismatch { .. } => Self::EtagMismatch,
            Error::RequestIdReused => Self::RequestIdReused,
            Error::Erased { name, .. } => Self::Erased(name.clone()),
            other => Self::Other(other.to_string()),
        }
    }
}

/// What a command does to a world.
#[derive(Clone, Debug)]
pub(super) struct Effect {
    pub(super) outcome: IngestOutcome,
    /// The records of the answer.
    pub(super) answer: Vec<RecordName>,
    pub(super) changes: Vec<Mutation>,
}

impl Default for Answer {
    fn default() -> Self {
        let (outcome, records) = (IngestOutcome::Unchanged, Vec::new());
        Self { outcome, records, names: 0, revision: Revision::ZERO, dry: true }
    }
}

impl Effect {
    /// A write of one record, where it is not as it was.
    fn of_one(name: RecordName, before: Option<&Record>, after: Record) -> Self {
        let outcome = match before {
            None => IngestOutcome::Created,
            Some(before) if *before == after => IngestOutcome::Unchanged,
            Some(_) => IngestOutcome::Revised,
        };
        let changes = match outcome {
            IngestOutcome::Unchanged => Vec::new(),
            _ => vec![Mutation::Put(name.clone(), after)],
        };
        Self { outcome, answer: vec![name], changes }
    }
}

/// What an operation does to a world at a moment.
fn effect(world: &World, operation: &Operation, now: Timestamp) -> Result<Effect, Refusal> {
    match operation {
        Operation::Ingest(it) => ingest::ingest(world, it),
        Operation::UpdateArticle(it) => revise::update_article(world, it),
        Operation::Delete(it) => references::delete(world, it),
        Operation::CreateStatement(it) => statements::create(world, it),
        Operation::UpdateStatement(it) => statements::update(world, it),
        Operation::Retract(it) => statements::retract(world, it, now),
        Operation::Link(it) => statements::link(world, it),
        Operation::Unlink(it) => statements::unlink(world, it),
        Operation::CreateEntity(it) => entities::create(world, it),
        Operation::UpdateEntity(it) => entities::update(world, it),
        Operation::Merge(it) => merges::merge(world, it),
        Operation::Unmerge(it) => merges::unmerge(world, it),
    }
}

/// What a caller is answered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) outcome: IngestOutcome,
    /// The records as they stand then, without texts.
    pub(super) records: Vec<Stored>,
    /// How many records the answer is about, deleted ones included.
    pub(super) names: usize,
    /// The commit; the last change of the first record where nothing was written;
    /// zero for a dry run.
    pub(super) revision: Revision,
    /// Whether nothing was carried out.
    pub(super) dry: bool,
}

/// What is remembered of a request.
struct Remembered {
    payload: [u8; 32],
    outcome: IngestOutcome,
    names: Vec<RecordName>,
    revision: Revision,
    expires: Timestamp,
}

/// A knowledge base: all that ever stood.
pub(super) struct Model {
    /// A world a revision, the empty one first.
    worlds: Vec<World>,
    /// When each came to be; the empty one never did.
    times: Vec<Timestamp>,
    requests: BTreeMap<(&'static str, Uuid), Remembered>,
    /// The oldest revision that is still held.
    floor: usize,
}

impl Model {
    pub(super) fn new() -> Self {
        let (worlds, times) = (vec![World::default()], vec![Timestamp::MIN]);
        Self { worlds, times, requests: BTreeMap::new(), floor: 0 }
    }

    pub(super) fn newest(&self) -> &World {
        &self.worlds[self.worlds.len() - 1]
    }

    pub(super) fn revisions(&self) -> usize {
        self.worlds.len()
    }

    /// The oldest revision that can be read.
    pub(super) fn floor(&self) -> usize {
        self.floor
    }

    /// Lets go of what lies before the newest revisions, as far as no remembered
    /// request is answered as of it.
    pub(super) fn prune(&mut self, keep: u64, now: Timestamp) {
        let newest = self.worlds.len() - 1;
        let wanted = newest.saturating_sub(keep as usize);
        let needed = self.times.iter().rposition(|time| *time <= now - REQUEST_TTL);
        self.floor = self.floor.max(wanted.min(needed.unwrap_or(0)));
    }

    /// The world of a revision.
    pub(super) fn at(&self, revision: usize) -> &World {
        &self.worlds[revision]
    }

    /// When a revision was committed.
    pub(super) fn time(&self, revision: usize) -> Timestamp {
        self.times[revision]
    }

    /// Carries an operation out at a moment.
    pub(super) fn perform(
        &mut self,
        operation: &Operation,
        now: Timestamp,
    ) -> Result<Answer, Refusal> {
        let (method, context) = (operation.method(), operation.context());
        let request = context.request.filter(|_| !context.validate_only);
        let key = request.map(|request| (method, request.id));
        if let Some(known) = key.and_then(|key| self.requests.get(&key))
            && known.expires > now
        {
            let same = request.is_some_and(|request| request.payload == known.payload);
            return if same { self.again(known) } else { Err(Refusal::RequestIdReused) };
        }
        let Effect { outcome, answer, changes } = effect(self.newest(), operation, now)?;
        let mut written = changes.iter().map(Mutation::name);
        if let Some(erased) = written.find(|name| self.newest().is_erased(name)) {
            return Err(Refusal::Erased(erased));
        }
        if context.validate_only {
            return Ok(self.preview(outcome, &answer, changes, now));
        }
        if !changes.is_empty() || request.is_some() {
            self.commit(changes, now);
        }
        let revision = self.newest_revision();
        if let Some((request, key)) = request.zip(key) {
            let payload = request.payload;
            let expires = now + REQUEST_TTL;
            let names = answer.clone();
            let known = Remembered { payload, outcome, names, revision, expires };
            self.requests.insert(key, known);
        }
        Ok(self.answer(outcome, &answer, revision))
    }

    fn newest_revision(&self) -> Revision {
        Revision(self.worlds.len() as u64 - 1)
    }

    /// Makes changes one commit, later than the one before.
    fn commit(&mut self, mutations: Vec<Mutation>, now: Timestamp) {
        let last = self.times[self.times.len() - 1];
        let time = now.max(last + SignedDuration::from_nanos(1));
        let revision = self.newest_revision().next();
        let after = self.newest().after(&batch(mutations, time), Applied { revision, time });
        let mut world = after.expect("the model's own changes fit");
        // One that changes no record is a revision all the same.
        world.revision = revision;
        self.worlds.push(world);
        self.times.push(time);
    }

    fn answer(&self, outcome: IngestOutcome, names: &[RecordName], revision: Revision) -> Answer {
        let world = &self.worlds[revision.0 as usize];
        let records: Vec<Stored> = names.iter().filter_map(|name| live(world, name)).collect();
        let first = names.first().and_then(|name| world.live(name));
        let last_change = first.map_or(Revision::ZERO, |stored| stored.committed.revision);
        let written = outcome != IngestOutcome::Unchanged;
        let revision = if written { revision } else { last_change };
        Answer { outcome, records, names: names.len(), revision, dry: false }
    }

    /// The first answer, given again, unless some of it was erased since.
    fn again(&self, known: &Remembered) -> Result<Answer, Refusal> {
        let before = &self.worlds[known.revision.0 as usize];
        match known.names.iter().find(|name| before.is_erased(name)) {
            Some(erased) => Err(Refusal::Erased(erased.clone())),
            None => Ok(self.answer(known.outcome, &known.names, known.revision)),
        }
    }

    /// What would be answered, had it been carried out: what would be written has no
    /// revision yet.
    fn preview(
        &self,
        outcome: IngestOutcome,
        names: &[RecordName],
        changes: Vec<Mutation>,
        now: Timestamp,
    ) -> Answer {
        let revision = self.newest_revision().next();
        let before = self.newest();
        let after = before.after(&batch(changes.clone(), now), Applied { revision, time: now });
        let after = after.expect("the model's own changes fit");
        let deletes = changes.iter().any(|change| matches!(change, Mutation::Delete(_)));
        let stand = names.iter().filter_map(|name| {
            live(&after, name).or_else(|| live(before, name).filter(|_| deletes))
        });
        let records = stand.map(|mut stored| {
            if stored.committed.revision == revision {
                stored.committed.revision = Revision::ZERO;
                stored.committed.create_revision = Revision::ZERO;
            }
            stored
        });
        let (records, names) = (records.collect(), names.len());
        Answer { outcome, records, names, revision: Revision::ZERO, dry: true }
    }
}

fn batch(mutations: Vec<Mutation>, time: Timestamp) -> WriteBatch {
    WriteBatch {
        time,
        principal: String::new(),
        batch: None,
        require: Vec::new(),
        mutations,
        remember: None,
    }
}

/// A live record, without its text.
fn live(world: &World, name: &RecordName) -> Option<Stored> {
    world.live(name).map(without_text)
}

/// A record as it is shown where texts are not asked for.
pub(super) fn without_text(mut stored: Stored) -> Stored {
    if let Record::Article(article) = &mut stored.value {
        article.body.text = None;
    }
    stored
}

/// An origin as sent, with who sent it and in which batch.
fn stamp(sent: &Origin, context: &WriteContext) -> Origin {
    Origin { principal: context.principal.clone(), batch: context.batch.clone(), ..sent.clone() }
}

/// The origin after an update that names it: who made the record stays.
fn origin_with(stored: &Origin, values: &Origin) -> Origin {
    let (principal, batch) = (stored.principal.clone(), stored.batch.clone());
    Origin { principal, batch, ..values.clone() }
}

/// What is wrong with a command: the reasons.
#[derive(Default)]
struct Faults(BTreeSet<&'static str>);

impl Faults {
    fn add(&mut self, reason: &'static str) {
        self.0.insert(reason);
    }

    /// Notes a fault where something does not hold.
    fn unless(&mut self, holds: bool, reason: &'static str) {
        if !holds {
            self.add(reason);
        }
    }

    fn none(self) -> Result<(), Refusal> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.0)) }
    }
}

impl World {
    pub(super) fn stands(&self, name: &RecordName) -> bool {
        matches!(self.state(name), State::Live(_))
    }

    pub(super) fn article(&self, id: &ArticleId) -> Option<Article> {
        match self.live(&RecordName::Article(id.clone()))?.value {
            Record::Article(article) => Some(*article),
            _ => None,
        }
    }

    pub(super) fn statement(&self, name: &StatementName) -> Option<Statement> {
        match self.live(&RecordName::Statement(name.clone()))?.value {
            Record::Statement(statement) => Some(*statement),
            _ => None,
        }
    }

    pub(super) fn entity(&self, id: &EntityId) -> Option<Entity> {
        match self.live(&RecordName::Entity(id.clone()))?.value {
            Record::Entity(entity) => Some(*entity),
            _ => None,
        }
    }

    /// The statements of an article, by id.
    pub(super) fn statements_of(&self, id: &ArticleId) -> Vec<(StatementName, Statement)> {
        let of = |stored: Stored| match (stored.name, stored.value) {
            (RecordName::Statement(name), Record::Statement(it)) if name.article == *id => {
                Some((name, *it))
            }
            _ => None,
        };
        self.all().filter_map(of).collect()
    }

    /// Every entity.
    pub(super) fn entities(&self) -> Vec<(EntityId, Entity)> {
        let of = |stored: Stored| match (stored.name, stored.value) {
            (RecordName::Entity(id), Record::Entity(entity)) => Some((id, *entity)),
            _ => None,
        };
        self.all().filter_map(of).collect()
    }
}
