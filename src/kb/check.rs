//! Checking everything that is kept.

use super::KnowledgeBase;
use super::error::Error;
use crate::domain::revision::Revision;
use crate::store::{Checked, Checker};

/// A check that is under way. What it looks at is held until it is dropped.
pub struct IntegrityCheck {
    records: Box<dyn Checker>,
}

impl KnowledgeBase {
    /// Begins to check everything that is kept, at the newest revision.
    pub async fn check_integrity(&self) -> Result<IntegrityCheck, Error> {
        Ok(IntegrityCheck { records: self.store.check().await? })
    }
}

impl IntegrityCheck {
    /// The revision that is checked.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.records.revision()
    }

    /// Looks at the next part; `None` at the end.
    pub async fn step(&mut self) -> Result<Option<Checked>, Error> {
        Ok(self.records.step().await?)
    }
}
