//! What callers ask about quotations.

use crate::domain::id::{ArticleId, EntityId};
use crate::quotations::QuotationOrder;
use crate::quotations::words::Word;

/// How fresh an answer from what is derived must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DerivedRead {
    /// The token of a write that must be seen; empty: none.
    pub consistency_token: String,
    /// Whether every write acknowledged so far must be seen.
    pub fully_consistent: bool,
}

/// Asks for a page of quotations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListQuotations {
    /// Whose; `None`: everybody's.
    pub speaker: Option<EntityId>,
    /// The most items, within the limits.
    pub page_size: usize,
    /// The token of the page before; empty: the first page.
    pub page_token: String,
    /// The order.
    pub order: QuotationOrder,
    /// Whether the smallest come first.
    pub ascending: bool,
    /// What they must be; empty: anything.
    pub filter: String,
    /// How fresh the answer must be.
    pub read: DerivedRead,
}

/// Asks for a page of pairs of near-duplicates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListNearDuplicates {
    /// Of which article; `None`: of all.
    pub article: Option<ArticleId>,
    /// The most items, within the limits.
    pub page_size: usize,
    /// The token of the page before; empty: the first page.
    pub page_token: String,
    /// What they must be; empty: anything.
    pub filter: String,
    /// How fresh the answer must be.
    pub read: DerivedRead,
}

/// Whom a quote is ascribed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskedSpeaker {
    /// Nobody: whoever said it.
    Anyone,
    /// An entity.
    Entity(EntityId),
    /// Whoever has this name.
    Named(String),
}

/// Asks whether someone said some words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyQuote {
    /// The words.
    pub words: Vec<Word>,
    /// Whom they are ascribed to.
    pub speaker: AskedSpeaker,
    /// The most matches.
    pub limit: usize,
    /// How fresh the answer must be.
    pub read: DerivedRead,
}

/// What is kept beside the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DerivedIndex {
    /// The search index.
    Search,
    /// The quotations.
    Quotations,
}
