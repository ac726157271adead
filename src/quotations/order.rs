//! The orders in which quotations are listed.

use super::facts::SummaryFacts;

/// What quotations are ordered by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuotationOrder {
    /// By the fewest origins that it can have, then by the most.
    #[default]
    Origins,
    /// By the number of articles.
    Articles,
    /// By how many words the wordings differ in.
    Drift,
    /// By when it was last published.
    LastSeen,
}

impl QuotationOrder {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Origins, Self::Articles, Self::Drift, Self::LastSeen];

    pub(super) fn number(self) -> u8 {
        match self {
            Self::Origins => 1,
            Self::Articles => 2,
            Self::Drift => 3,
            Self::LastSeen => 4,
        }
    }

    pub(super) fn value(self, summary: &SummaryFacts) -> u64 {
        match self {
            Self::Origins => u64::from(summary.origins.0) << 32 | u64::from(summary.origins.1),
            Self::Articles => summary.articles.into(),
            Self::Drift => summary.drift.into(),
            Self::LastSeen => summary.last_seen.map_or(0, |time| time.cast_unsigned() ^ (1 << 63)),
        }
    }
}
