//! Checking everything that is kept: the store, and what is derived from it.

mod derived;

use super::KnowledgeBase;
use super::command::DerivedIndex;
use super::error::Error;
use crate::domain::revision::Revision;
use crate::store::{Checked, Checker};

pub use self::derived::AtRest;
use self::derived::DerivedChecks;

/// A check that is under way. What it looks at is held until it is dropped.
pub struct IntegrityCheck {
    revision: Revision,
    /// `None` once all of the store was looked at.
    records: Option<Box<dyn Checker>>,
    derived: DerivedChecks,
}

/// How far something that is built from the records is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedIndex {
    /// Which it is.
    pub index: DerivedIndex,
    /// What it shows; `None` where that is nothing.
    pub revision: Option<Revision>,
}

impl KnowledgeBase {
    /// Begins to check everything that is kept, at the newest revision; what is
    /// derived at the one that it shows.
    pub async fn check_integrity(&self) -> Result<IntegrityCheck, Error> {
        self.check_with(DerivedChecks::of(self)).await
    }

    /// The same of a base that nothing follows, with what is derived as it lies there.
    pub async fn check_at_rest(&self, kept: Vec<AtRest>) -> Result<IntegrityCheck, Error> {
        self.check_with(DerivedChecks::at_rest(self, kept)).await
    }

    async fn check_with(&self, derived: DerivedChecks) -> Result<IntegrityCheck, Error> {
        let records = self.store.check().await?;
        Ok(IntegrityCheck { revision: records.revision(), records: Some(records), derived })
    }
}

impl IntegrityCheck {
    /// The revision that is checked.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// What is derived, as far as it was come to.
    #[must_use]
    pub fn derived(&self) -> &[CheckedIndex] {
        self.derived.checked()
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
