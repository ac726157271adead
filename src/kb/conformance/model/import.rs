//! What an import makes of a world: records as they are, nothing worked out.

use super::{Model, Refusal};
use crate::domain::id::RecordName;
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::kb::{ImportOutcome, RestoredRecord};
use crate::store::Mutation;
use crate::store::conformance::model::World;

/// What one record does, and the revision that has it.
pub(in crate::kb::conformance) type Imported = Result<(ImportOutcome, Revision), Refusal>;

impl Model {
    /// Imports records in their order. Which of them share a commit is not said
    /// anywhere: the revisions that were answered tell.
    pub(in crate::kb::conformance) fn import(
        &mut self,
        records: &[RestoredRecord],
        answered: &[Imported],
        now: Timestamp,
    ) -> Vec<Imported> {
        let mut done = Vec::new();
        let mut open: Vec<Mutation> = Vec::new();
        for (at, record) in records.iter().enumerate() {
            let world = self.with(&open, now);
            let outcome = outcome(&world, record);
            let next = self.newest().revision.next();
            done.push(match outcome {
                Err(refusal) => Err(refusal),
                Ok(ImportOutcome::Unchanged) => {
                    let stored = world.live(&record.name).expect("it stands");
                    Ok((ImportOutcome::Unchanged, stored.committed.revision))
                }
                Ok(outcome) => {
                    open.push(mutation(record));
                    Ok((outcome, next))
                }
            });
            let shares =
                answered.iter().skip(at + 1).any(|it| matches!(it, Ok((_, at)) if *at == next));
            if !open.is_empty() && !shares {
                self.commit(std::mem::take(&mut open), now);
            }
        }
        done
    }

    fn with(&self, open: &[Mutation], now: Timestamp) -> World {
        let revision = self.newest().revision.next();
        let applied = crate::store::Applied { revision, time: now };
        self.newest().after(&super::batch(open.to_vec(), now), applied).expect("they fit")
    }
}

fn mutation(record: &RestoredRecord) -> Mutation {
    let (name, value) = (record.name.clone(), record.value.clone());
    match record.times {
        Some(times) => Mutation::Restore(name, value, times),
        None => Mutation::Put(name, value),
    }
}

fn outcome(world: &World, record: &RestoredRecord) -> Result<ImportOutcome, Refusal> {
    let article = match &record.name {
        RecordName::Statement(name) => Some(RecordName::Article(name.article.clone())),
        RecordName::Article(_) | RecordName::Entity(_) => None,
    };
    let mut needed = article.into_iter().chain([record.name.clone()]);
    if let Some(erased) = needed.find(|name| world.is_erased(name)) {
        return Err(Refusal::Erased(erased));
    }
    if let RecordName::Statement(name) = &record.name
        && world.article(&name.article).is_none()
    {
        return Err(Refusal::ArticleMissing);
    }
    let stands = world.live(&record.name);
    if stands.as_ref().is_some_and(|it| is_same(it, record)) {
        return Ok(ImportOutcome::Unchanged);
    }
    if stands.is_some() && !record.replace {
        return Err(Refusal::AlreadyExists);
    }
    if let Record::Article(article) = &record.value
        && let Some(holder) = article.canonical_url.as_ref().and_then(|url| world.holder(url))
        && record.name != holder.into()
    {
        return Err(Refusal::UrlOfAnother);
    }
    Ok(if stands.is_some() { ImportOutcome::Replaced } else { ImportOutcome::Created })
}

fn is_same(stored: &Stored, record: &RestoredRecord) -> bool {
    stored.value == record.value
        && record.times.is_none_or(|times| times == stored.committed.times())
}
