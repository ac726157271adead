//! A store without indexes, revisions kept as whole copies: what a list or a
//! read must give, worked out from the records alone.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::domain::entity::Entity;
use crate::domain::id::{ArticleId, EntityId, RecordName, StatementName};
use crate::domain::name;
use crate::domain::record::{Committed, Record, Stored, Times};
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::store::{
    Applied, Counts, Deleted, Erasure, Mutation, Path, Precondition, State, WriteBatch,
};

/// The last known of a name.
#[derive(Clone)]
struct Known {
    committed: Committed,
    record: Option<Record>,
    article_version: u32,
    erasure: Option<Erasure>,
}

/// The whole store at one revision.
#[derive(Clone, Default)]
pub(crate) struct World {
    pub(crate) revision: Revision,
    known: BTreeMap<RecordName, Known>,
    /// Names in the order in which they were first committed.
    created: Vec<RecordName>,
    /// The addresses that articles had when they were last deleted.
    left_addresses: BTreeMap<RecordName, CanonicalUrl>,
}

impl World {
    /// The world after the batch, of the same revision where nothing changed;
    /// `None` where something stands against it.
    pub(crate) fn after(&self, batch: &WriteBatch, applied: Applied) -> Option<Self> {
        if !batch.require.iter().all(|precondition| self.holds(precondition)) {
            return None;
        }
        let mut world = Self { revision: applied.revision, ..self.clone() };
        for mutation in &batch.mutations {
            match mutation {
                Mutation::Put(name, record) => world.put(self, name, record, applied)?,
                Mutation::Restore(name, record, times) => {
                    world.put(self, name, record, applied)?;
                    world.restore(name, *times);
                }
                Mutation::Delete(name) => world.set(name, None, applied),
                Mutation::Erase(name, erasure) => world.erase(name, erasure, applied),
                Mutation::Ensure(id, listed) => {
                    let name = RecordName::Entity(id.clone());
                    match world.united(&name, listed) {
                        Some(entity) => world.set(&name, Some(entity), applied),
                        None => continue,
                    }
                }
            }
        }
        let changed = world.known.values().any(|known| {
            known.committed.revision == applied.revision && applied.revision > self.revision
        });
        let revision = if changed { applied.revision } else { self.revision };
        Some(Self { revision, ..world })
    }

    fn holds(&self, precondition: &Precondition) -> bool {
        match precondition {
            Precondition::Absent(name) => self.live(name).is_none(),
            Precondition::Present(name) => self.live(name).is_some(),
            Precondition::AtRevision(name, revision) => {
                self.live(name).is_some_and(|stored| stored.committed.revision == *revision)
            }
            Precondition::Unreferenced(name) => {
                !self.all().any(|stored| refers(&stored, name) || has_role(&stored, name))
            }
            // Nothing of this is told here: its cases have it.
            Precondition::ReferrersUnmoved(..) | Precondition::Unremembered(..) => true,
            Precondition::StatementsUnmoved(article, since) => {
                !self.known.iter().any(|(name, known)| {
                    let own = matches!(name, RecordName::Statement(it) if it.article == *article);
                    own && known.committed.revision > *since
                })
            }
        }
    }

    fn put(
        &mut self,
        before: &Self,
        name: &RecordName,
        record: &Record,
        applied: Applied,
    ) -> Option<()> {
        let mut record = record.clone();
        if let Record::Article(article) = &mut record {
            let url = article.canonical_url.as_ref();
            let holder = url.and_then(|url| self.holder(url));
            if holder.is_some_and(|holder| RecordName::Article(holder) != *name) {
                return None;
            }
            if article.body.hash.is_some() && article.body.text.is_none() {
                let stored = before.live(name)?;
                let Record::Article(stored) = stored.value else { return None };
                if stored.body.hash != article.body.hash {
                    return None;
                }
                article.body.text = stored.body.text;
            }
        }
        self.set(name, Some(record), applied);
        Some(())
    }

    /// What `listed` makes of the entity; `None` where it changes nothing.
    fn united(&self, name: &RecordName, listed: &Entity) -> Option<Record> {
        match self.live(name).map(|stored| stored.value) {
            Some(Record::Entity(mut entity)) => {
                entity.unite(listed).then_some(Record::Entity(entity))
            }
            _ => Some(Record::Entity(Box::new(listed.clone()))),
        }
    }

    fn set(&mut self, name: &RecordName, record: Option<Record>, applied: Applied) {
        let before = self.known.get(name);
        if record.is_none() && before.is_none_or(|known| known.record.is_none()) {
            return;
        }
        if before.is_none() {
            self.created.push(name.clone());
        }
        if let Some(Known { record: Some(Record::Article(article)), .. }) = before
            && record.is_none()
        {
            let left = article.canonical_url.clone().map(|url| (name.clone(), url));
            self.left_addresses.remove(name);
            self.left_addresses.extend(left);
        }
        let first = Committed {
            revision: applied.revision,
            create_revision: applied.revision,
            create_time: applied.time,
            update_time: applied.time,
        };
        let created = before.map_or(first, |known| known.committed);
        let article_version = match &record {
            Some(Record::Article(article)) => article.version,
            _ => before.map_or(0, |known| known.article_version),
        };
        let committed = Committed {
            create_revision: created.create_revision,
            create_time: created.create_time,
            ..first
        };
        let known = Known { committed, record, article_version, erasure: None };
        self.known.insert(name.clone(), known);
    }

    /// Erases a record, an article with its statements, in a commit.
    fn erase(&mut self, name: &RecordName, erasure: &Erasure, applied: Applied) {
        let first = Committed {
            revision: applied.revision,
            create_revision: applied.revision,
            create_time: applied.time,
            update_time: applied.time,
        };
        for name in self.erased_with(name) {
            self.set(&name, None, applied);
            if !self.known.contains_key(&name) {
                self.created.push(name.clone());
            }
            let created = self.known.get(&name).map_or(first, |known| known.committed);
            let Committed { create_revision, create_time, .. } = created;
            let article_version = self.known.get(&name).map_or(0, |known| known.article_version);
            let committed = Committed { create_revision, create_time, ..first };
            let (record, erasure) = (None, Some(erasure.clone()));
            self.known.insert(name, Known { committed, record, article_version, erasure });
        }
    }

    /// What is erased with a name, itself among it, and was not before.
    pub(crate) fn erased_with(&self, name: &RecordName) -> Vec<RecordName> {
        let of_it = |other: &&RecordName| {
            matches!((name, *other), (RecordName::Article(article), RecordName::Statement(it))
                if it.article == *article)
        };
        let all = std::iter::once(name).chain(self.known.keys().filter(of_it));
        all.filter(|name| !self.is_erased(name)).cloned().collect()
    }

    /// Leaves nothing of what a name was here, since it was erased later.
    pub(crate) fn forget(&mut self, name: &RecordName, erasure: &Erasure) {
        if let Some(known) = self.known.get_mut(name) {
            known.record = None;
            known.erasure = Some(erasure.clone());
        }
    }

    /// Whether what had the name was erased.
    pub(crate) fn is_erased(&self, name: &RecordName) -> bool {
        self.known.get(name).is_some_and(|known| known.erasure.is_some())
    }

    /// All erasures, in the order of the names' texts.
    pub(crate) fn erasures(&self) -> Vec<(RecordName, Erasure)> {
        let erased =
            |(name, known): (&RecordName, &Known)| Some((name.clone(), known.erasure.clone()?));
        let mut erasures: Vec<(RecordName, Erasure)> =
            self.known.iter().filter_map(erased).collect();
        erasures.sort_by_key(|(name, _)| name.to_string());
        erasures
    }

    /// Gives the record the times that it was restored with.
    fn restore(&mut self, name: &RecordName, times: Times) {
        if let Some(known) = self.known.get_mut(name) {
            let Times { create_time, update_time } = times;
            known.committed = Committed { create_time, update_time, ..known.committed };
        }
    }

    /// Every name that was ever committed.
    pub(crate) fn names(&self) -> Vec<RecordName> {
        self.known.keys().cloned().collect()
    }

    /// Every live record, by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = Stored> {
        self.known.keys().filter_map(|name| self.live(name))
    }

    pub(crate) fn live(&self, name: &RecordName) -> Option<Stored> {
        self.state(name).live()
    }

    pub(crate) fn state(&self, name: &RecordName) -> State {
        match self.known.get(name) {
            None => State::Never,
            Some(Known { committed, record: Some(record), .. }) => {
                let (name, value) = (name.clone(), record.clone());
                State::Live(Stored { name, value, committed: *committed })
            }
            Some(Known { committed, article_version, erasure, .. }) => {
                let (committed, article_version) = (*committed, *article_version);
                let erasure = erasure.clone();
                State::Deleted(Deleted { committed, article_version, erasure })
            }
        }
    }

    /// The live article with the address.
    pub(crate) fn holder(&self, url: &CanonicalUrl) -> Option<ArticleId> {
        self.all().find_map(|stored| match (stored.name, stored.value) {
            (RecordName::Article(id), Record::Article(article)) => {
                (article.canonical_url.as_ref() == Some(url)).then_some(id)
            }
            _ => None,
        })
    }

    /// The article to which the address leads where no live one has it: the one
    /// deleted last of those that had it when they were deleted.
    pub(crate) fn last_holder(&self, url: &CanonicalUrl) -> Option<ArticleId> {
        let left = self.left_addresses.iter().filter(|(_, left)| *left == url);
        let deleted = left.filter_map(|(name, _)| match self.state(name) {
            State::Deleted(deleted) => Some((deleted.committed.revision, name)),
            State::Never | State::Live(_) => None,
        });
        match deleted.max() {
            Some((_, RecordName::Article(id))) => Some(id.clone()),
            _ => None,
        }
    }

    pub(crate) fn counts(&self) -> Counts {
        let count = |is: fn(&RecordName) -> bool| {
            self.all().filter(|stored| is(&stored.name)).count() as u64
        };
        let all: Vec<Stored> = self.all().collect();
        let outlets: BTreeSet<String> = all.iter().filter_map(publisher_key).collect();
        let speakers = all.iter().filter_map(|stored| match &stored.value {
            Record::Statement(statement) => statement.speaker_entity(),
            _ => None,
        });
        let speakers: BTreeSet<&EntityId> = speakers.collect();
        Counts {
            articles: count(|name| matches!(name, RecordName::Article(_))),
            statements: count(|name| matches!(name, RecordName::Statement(_))),
            entities: count(|name| matches!(name, RecordName::Entity(_))),
            outlets: outlets.len() as u64,
            speakers: speakers.len() as u64,
        }
    }

    /// The records along a path, in its order.
    pub(crate) fn list(&self, path: &Path) -> Vec<Stored> {
        let mut records: Vec<Stored> = self.all().filter(|stored| belongs(stored, path)).collect();
        // Sorts are stable: the weightiest comes last.
        records.sort_by_key(|stored| stored.name.clone());
        let by_name = matches!(path, Path::ArticlesByName | Path::Entities | Path::StatementsOf(_));
        if !by_name {
            records.sort_by_key(|stored| self.place(&stored.name));
        }
        if is_by_creation(path) {
            records.sort_by_key(|stored| Reverse(stored.committed.create_time));
        }
        let by_time = matches!(
            path,
            Path::Articles
                | Path::ArticlesByPublisher(_)
                | Path::StatementsBySpeaker(_)
                | Path::StatementsByMention(_)
                | Path::StatementsByTime
                | Path::StatementsByReference
                | Path::StatementsByDue
        );
        if by_time {
            records.sort_by_key(|stored| {
                let down = |(first, second)| (-i128::from(first), -i128::from(second));
                let times = times(stored, path);
                (times.is_none(), times.map(down))
            });
        }
        records
    }

    /// The kind, then the order of creation; a statement's is its article's.
    pub(crate) fn place(&self, name: &RecordName) -> (u8, Option<usize>) {
        let place = |name: &RecordName| self.created.iter().position(|known| known == name);
        match name {
            RecordName::Article(_) => (0, place(name)),
            RecordName::Statement(StatementName { article, .. }) => {
                (1, place(&RecordName::Article(article.clone())))
            }
            RecordName::Entity(_) => (2, place(name)),
        }
    }
}

fn is_by_creation(path: &Path) -> bool {
    matches!(path, Path::ArticlesByCreation | Path::StatementsByCreation | Path::EntitiesByCreation)
}

/// The times that a path is ordered by.
fn times(stored: &Stored, path: &Path) -> Option<(i64, i64)> {
    match (&stored.value, path) {
        (Record::Article(article), _) => {
            article.published_at.map(|time| (time.as_microsecond(), 0))
        }
        (Record::Statement(statement), Path::StatementsByReference) => {
            let time = statement.reference_time.as_ref()?;
            Some((time.start_micros(), time.end_micros()))
        }
        (Record::Statement(statement), Path::StatementsByDue) => {
            let time = statement.reference_time.as_ref()?;
            Some((time.end_micros(), time.start_micros()))
        }
        (Record::Statement(statement), _) => statement.sort_span(),
        (Record::Entity(_), _) => None,
    }
}

fn publisher_key(stored: &Stored) -> Option<String> {
    match &stored.value {
        Record::Article(article) => article.publisher.key(),
        _ => None,
    }
}

fn belongs(stored: &Stored, path: &Path) -> bool {
    match (path, &stored.name, &stored.value) {
        (
            Path::Articles | Path::ArticlesByName | Path::ArticlesByCreation,
            RecordName::Article(_),
            _,
        ) => true,
        (
            Path::Statements | Path::StatementsByTime | Path::StatementsByCreation,
            RecordName::Statement(_),
            _,
        ) => true,
        (Path::StatementsByReference | Path::StatementsByDue, _, Record::Statement(statement)) => {
            statement.reference_time.is_some()
        }
        (Path::Entities | Path::EntitiesByCreation, RecordName::Entity(_), _) => true,
        (Path::ArticlesByPublisher(keys), _, _) => {
            publisher_key(stored).is_some_and(|key| keys.contains(&key))
        }
        (Path::StatementsOf(article), RecordName::Statement(name), _) => name.article == *article,
        (Path::StatementsBySpeaker(speakers), _, Record::Statement(statement)) => {
            statement.speaker_entity().is_some_and(|speaker| speakers.contains(speaker))
        }
        (Path::StatementsByMention(entities), _, Record::Statement(statement)) => {
            statement.entities_mentioned().any(|mentioned| entities.contains(mentioned))
        }
        (Path::EntitiesByNameKey(key), _, Record::Entity(entity)) => {
            entity.all_names().any(|text| name::index_keys(text).contains(key))
        }
        (Path::EntitiesByExternalId(id), _, Record::Entity(entity)) => {
            entity.external_ids.contains(id)
        }
        (Path::Referrers(target), _, _) => refers(stored, target),
        _ => false,
    }
}

/// Whether the record refers to `target` in one of the ways that the random
/// records do.
fn refers(stored: &Stored, target: &RecordName) -> bool {
    if stored.name == *target {
        return false;
    }
    match (&stored.value, target) {
        (Record::Article(article), RecordName::Article(id)) => {
            article.duplicate_of.as_ref() == Some(id)
        }
        (Record::Statement(statement), RecordName::Statement(name)) => {
            statement.links.iter().any(|link| link.target == *name)
        }
        (Record::Entity(entity), RecordName::Entity(id)) => entity.place.as_ref() == Some(id),
        _ => false,
    }
}

/// Whether the entity is the publisher, the speaker or mentioned.
fn has_role(stored: &Stored, target: &RecordName) -> bool {
    let RecordName::Entity(id) = target else { return false };
    match &stored.value {
        Record::Article(article) => article.publisher.entity.as_ref() == Some(id),
        Record::Statement(statement) => {
            statement.speaker_entity() == Some(id)
                || statement.entities_mentioned().any(|mentioned| mentioned == id)
        }
        Record::Entity(_) => false,
    }
}
