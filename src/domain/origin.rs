//! What made a record.

use super::id::BatchId;

/// What made a record: a named extractor with its version and rule, or a named
/// principal (nomenklatura's `origin`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The extractor's name; empty where none made it.
    pub extractor: String,
    /// The extractor's version.
    pub extractor_version: String,
    /// The extractor's rule.
    pub rule: String,
    /// Who sent the record.
    pub principal: String,
    /// The batch of work that it came with.
    pub batch: Option<BatchId>,
    /// A remark on how it came about.
    pub note: String,
}

impl Origin {
    /// Whether the caller's part of both is the same: who sent a record and in
    /// which batch is the server's to say, and makes no difference to an ingest.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        (&self.extractor, &self.extractor_version, &self.rule, &self.note)
            == (&other.extractor, &other.extractor_version, &other.rule, &other.note)
    }
}
