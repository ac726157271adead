//! What imported records refer to: whether it is there is told at the end, since
//! some references of an export point forward.

use std::collections::{BTreeMap, BTreeSet};

use super::{Done, ImportOutcome, RestoredRecord};
use crate::domain::entity::Entity;
use crate::domain::id::{EntityId, RecordName};
use crate::domain::record::Record;
use crate::domain::statement::Statement;
use crate::kb::KnowledgeBase;
use crate::kb::error::Error;
use crate::store::{At, LoadBody, State, catalogue};

/// How many names that are not there are kept in mind.
const KEPT: usize = 10_000;
/// How many are told.
const TOLD: usize = 1_000;
/// How many are looked up at a time.
const LOOKED_UP: usize = 256;

/// References of imported records that lead nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dangling {
    /// The first record that refers to a name, and the name, in the order of names.
    pub references: Vec<(RecordName, RecordName)>,
    /// Whether there are more.
    pub more: bool,
}

/// The names referred to that were not there when last looked for.
#[derive(Default)]
pub(super) struct OpenReferences {
    /// Each with the first record that refers to it.
    open: BTreeMap<RecordName, RecordName>,
    more: bool,
}

impl OpenReferences {
    /// Notes what the records refer to that were stored.
    pub(super) async fn note(
        &mut self,
        kb: &KnowledgeBase,
        records: &[RestoredRecord],
        done: &[Done],
    ) -> Result<(), Error> {
        let mut named = BTreeMap::new();
        for (record, done) in records.iter().zip(done) {
            let stored = matches!(done, Ok((outcome, _)) if *outcome != ImportOutcome::Unchanged);
            if !stored {
                continue;
            }
            self.open.remove(&record.name);
            for name in references(&record.name, &record.value) {
                if !self.open.contains_key(&name) {
                    named.entry(name).or_insert_with(|| record.name.clone());
                }
            }
        }
        let missing = missing(kb, named).await?;
        if self.open.len() + missing.len() > KEPT {
            self.open = self::missing(kb, std::mem::take(&mut self.open)).await?;
        }
        let room = KEPT.saturating_sub(self.open.len());
        self.more |= missing.len() > room;
        self.open.extend(missing.into_iter().take(room));
        Ok(())
    }

    /// Those that lead nowhere now.
    pub(super) async fn dangling(self, kb: &KnowledgeBase) -> Result<Dangling, Error> {
        let missing = missing(kb, self.open).await?;
        let more = self.more || missing.len() > TOLD;
        let references = missing.into_iter().take(TOLD);
        Ok(Dangling { references: references.map(|(name, from)| (from, name)).collect(), more })
    }
}

/// Those of the names that no record has.
async fn missing(
    kb: &KnowledgeBase,
    named: BTreeMap<RecordName, RecordName>,
) -> Result<BTreeMap<RecordName, RecordName>, Error> {
    if named.is_empty() {
        return Ok(named);
    }
    let reader = kb.store.reader(At::Head).await?;
    let mut missing = BTreeMap::new();
    let named: Vec<(RecordName, RecordName)> = named.into_iter().collect();
    for some in named.chunks(LOOKED_UP) {
        let names: Vec<RecordName> = some.iter().map(|(name, _)| name.clone()).collect();
        let states = reader.states(&names, LoadBody::No).await?;
        let absent = some.iter().zip(states).filter(|(_, state)| !matches!(state, State::Live(_)));
        missing.extend(absent.map(|(pair, _)| pair.clone()));
    }
    Ok(missing)
}

/// Every name that a record refers to, its own aside.
fn references(name: &RecordName, record: &Record) -> BTreeSet<RecordName> {
    let mut names = catalogue::references(name, record);
    let entities: Vec<EntityId> = match record {
        Record::Article(article) => article.publisher.entity.iter().cloned().collect(),
        Record::Statement(statement) => entities_of_statement(statement),
        Record::Entity(entity) => entities_of_entity(entity),
    };
    names.extend(entities.into_iter().map(RecordName::Entity));
    names.remove(name);
    names
}

fn entities_of_statement(statement: &Statement) -> Vec<EntityId> {
    let mention = statement.speaker.as_ref().and_then(|speaker| speaker.mention.as_ref());
    let mentioned = mention.and_then(|mention| mention.entity.as_ref());
    let named = statement.entities_mentioned().chain(statement.speaker_entity()).chain(mentioned);
    named.cloned().collect()
}

fn entities_of_entity(entity: &Entity) -> Vec<EntityId> {
    let sources = entity.occupancies.iter().filter_map(|held| held.source_entity.as_ref());
    entity.referents.iter().chain(sources).cloned().collect()
}
