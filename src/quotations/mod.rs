//! Quotations: the same words by the same speaker across articles, and whether
//! someone said some words.
//!
//! A **passage** is words that stand together in a statement. A **wording** is all
//! passages with the same words, folded, by the same speaker. Two wordings of
//! quoted words are **near** where they differ in few words and claim the same; a
//! **quotation** is a connected group of near wordings. Words of nobody named are
//! held to be the same only within articles that are near-duplicates.
//!
//! All of it follows from the records ([`Writer`]) and is kept in a small ordered
//! table ([`table`]), in memory for tests and on disk ([`disk`]) for use.

pub mod align;
pub mod body;
pub mod disk;
mod facts;
mod find;
mod fingerprint;
mod keys;
mod order;
mod origins;
mod packed;
mod read;
mod similarity;
pub mod table;
#[cfg(test)]
mod tests;
pub mod words;
mod writer;

pub use self::find::{Asked, Found, SpeakerFit};
pub use self::fingerprint::QUOTATION_WORDS;
pub use self::order::QuotationOrder;
pub use self::origins::OriginEvidence;
pub use self::read::{
    Listing, MOST_NEAR, NearDuplicate, NearPair, Placed, Quotation, QuotationSpeaker, Quotations,
    QuotationsReader, Wording,
};
pub use self::writer::Writer;
