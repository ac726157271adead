//! Erasing: content out of every state of a record, for law and rights.

use super::KnowledgeBase;
use super::command::Receipt;
use super::delete::refuse_if_merged;
use super::error::Error;
use crate::domain::id::RecordName;
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::store::{
    At, ChangeKind, Deleted, Erasure, LoadBody, Mutation, State, Store, WriteBatch,
};

/// Asks to erase records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EraseRecords {
    /// Who asks.
    pub principal: String,
    /// Which records, and why.
    pub records: Vec<EraseRecord>,
    /// Whether a name that no record ever had is marked as erased.
    pub allow_missing: bool,
}

/// One record to be erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EraseRecord {
    /// Its name; an article's statements go with it.
    pub name: RecordName,
    /// Why.
    pub reason: String,
    /// Who wanted it.
    pub by: String,
    /// When it was erased first, where it was before; else now.
    pub time: Option<Timestamp>,
}

/// What was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedAnswer {
    /// The names, those of statements that went with their articles too. Those
    /// that were erased before are left out.
    pub names: Vec<RecordName>,
    /// Where the last erasure stands.
    pub receipt: Receipt,
}

impl KnowledgeBase {
    /// Erases records, each in a commit of its own. What is sent again is not
    /// erased twice.
    pub async fn erase(&self, command: EraseRecords) -> Result<ErasedAnswer, Error> {
        let reader = self.store.reader(At::Head).await?;
        let names: Vec<RecordName> =
            command.records.iter().map(|record| record.name.clone()).collect();
        let states = reader.states(&names, LoadBody::No).await?;
        let mut reached = Revision::ZERO;
        let mut batches = Vec::new();
        for (record, state) in command.records.into_iter().zip(states) {
            match state {
                State::Never if !command.allow_missing => {
                    return Err(Error::NotFound { name: record.name, deleted: None });
                }
                State::Deleted(Deleted { erasure: Some(_), committed, .. }) => {
                    reached = reached.max(committed.revision);
                }
                State::Live(stored) => {
                    refuse_if_merged(&record.name, &stored.value)?;
                    batches.push(self.erasing(&command.principal, record));
                }
                State::Never | State::Deleted(_) => {
                    batches.push(self.erasing(&command.principal, record));
                }
            }
        }
        drop(reader);
        let answers = self.store.apply(batches).await;
        // Nobody is told again what was read before.
        self.recent.forget().await;
        let mut names = Vec::new();
        let mut told = Revision::ZERO;
        for answer in answers {
            let applied = answer?;
            reached = reached.max(applied.revision);
            // What went with its article before makes no commit of its own.
            if applied.revision > told {
                told = applied.revision;
                names.extend(erased_by(self.store.as_ref(), told).await?);
            }
        }
        Ok(ErasedAnswer { names, receipt: self.receipt(reached) })
    }

    /// The write that erases a record.
    pub(super) fn erasing(&self, principal: &str, record: EraseRecord) -> WriteBatch {
        let now = self.clock.now();
        let EraseRecord { name, reason, by, time } = record;
        let erasure = Erasure { reason, by, time: time.unwrap_or(now) };
        WriteBatch {
            time: now,
            principal: principal.to_owned(),
            batch: None,
            require: Vec::new(),
            mutations: vec![Mutation::Erase(name, erasure)],
            remember: None,
        }
    }
}

/// The names that a commit erased.
async fn erased_by(store: &dyn Store, revision: Revision) -> Result<Vec<RecordName>, Error> {
    let before = Revision(revision.0.saturating_sub(1));
    let changes = store.changes(before, 1).await?;
    let records = changes.into_iter().filter(|change| change.revision == revision);
    let erased = records.flat_map(|change| change.records);
    Ok(erased.filter(|(_, kind)| *kind == ChangeKind::Erased).map(|(name, _)| name).collect())
}
