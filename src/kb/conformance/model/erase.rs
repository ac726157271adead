//! What is erased: the only change of worlds that were.

use super::{Model, Refusal};
use crate::domain::id::RecordName;
use crate::domain::record::Record;
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::kb::EraseRecord;
use crate::store::{Erasure, Mutation, State};

/// The names that are erased, and the commit that has the last of them.
pub(in crate::kb::conformance) type Erased = Result<(Vec<RecordName>, Revision), Refusal>;

impl Model {
    /// Erases one record.
    pub(in crate::kb::conformance) fn erase(
        &mut self,
        record: &EraseRecord,
        allow_missing: bool,
        now: Timestamp,
    ) -> Erased {
        let name = &record.name;
        match self.newest().state(name) {
            State::Never if !allow_missing => return Err(Refusal::NotFound),
            State::Deleted(deleted) if deleted.erasure.is_some() => {
                return Ok((Vec::new(), deleted.committed.revision));
            }
            State::Live(stored) if is_merged(&stored.value) => return Err(Refusal::PartOfMerge),
            State::Never | State::Deleted(_) | State::Live(_) => {}
        }
        let EraseRecord { reason, by, time, .. } = record.clone();
        let erasure = Erasure { reason, by, time: time.unwrap_or(now) };
        let mut names = self.newest().erased_with(name);
        self.commit(vec![Mutation::Erase(name.clone(), erasure.clone())], now);
        for world in &mut self.worlds {
            for name in &names {
                world.forget(name, &erasure);
            }
        }
        names.sort();
        Ok((names, self.newest_revision()))
    }

    /// What the model refuses, where the name that it would be refused for was erased:
    /// that is said then.
    pub(in crate::kb::conformance) fn refused_as(
        &self,
        expected: Refusal,
        found: Option<&Refusal>,
    ) -> Refusal {
        match found {
            Some(Refusal::Erased(name))
                if expected == Refusal::NotFound && self.newest().is_erased(name) =>
            {
                Refusal::Erased(name.clone())
            }
            _ => expected,
        }
    }
}

fn is_merged(record: &Record) -> bool {
    matches!(record, Record::Entity(entity)
        if entity.merged_into.is_some() || !entity.referents.is_empty())
}
