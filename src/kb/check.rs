//! Checking everything that is kept: the store, and what is derived from it.

mod derived;

use super::KnowledgeBase;
use super::error::Error;
use crate::domain::revision::Revision;
use crate::store::{Checked, Checker};

use self::derived::DerivedChecks;

/// A check that is under way. What it looks at is held until it is dropped.
pub struct IntegrityCheck {
    revision: Revision,
    /// `None` once all of the store was looked at.
    records: Option<Box<dyn Checker>>,
    derived: DerivedChecks,
}

impl KnowledgeBase {
    /// Begins to check everything that is kept, at the newest revision; what is
    /// derived at the one that it shows.
    pub async fn check_integrity(&self) -> Result<IntegrityCheck, Error> {
        let records = self.store.check().await?;
        Ok(IntegrityCheck {
            revision: records.revision(),
            records: Some(records),
            derived: DerivedChecks::of(self),
        })
    }
}

impl IntegrityCheck {
    /// The revision that is checked.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// Looks at the next part; `None` at the end.
    pub async fn step(&mut self) -> Result<Option<Checked>, Error> {
        if let Some(records) = &mut self.records {
            if let Some(checked) = records.step().await? {
                return Ok(Some(checked));
            }
            // History may be pruned again.
            self.records = None;
        }
        self.derived.step().await
    }
}
