//! Text to statements: who said what, found in plain text. Pure functions of the
//! text, in time that grows with its length.
//!
//! A paragraph at a time: words and marks (`token`), quotations (`quotes`),
//! sentences (`paragraph`). A linear model says which words report something
//! (`cue`); for each of them another one weighs the spans that may be what is said
//! (`content`), and a third one the noun phrases that may be who says it
//! (`speaker`). What contradicts something more probable is dropped (`decode`). How
//! often a statement of one shape and probability is right was measured on articles
//! of outlets that the models had not seen (`precision`): that is its confidence.
//! Names and the chains that they form are in `names`, times in `times`.

mod found;
mod text;
mod lexicon;
mod token;
mod quotes;
mod paragraph;
mod feature;
mod model;
mod cue;
mod content;
mod phrase;
mod speaker;
mod rules;
mod nouns;
mod colon;
mod floating;
mod decode;
mod precision;
mod language;
mod marks;
mod english;
pub mod names;
mod reading;
pub mod times;
mod words;
pub mod training;

pub use self::english::BuiltIn;
pub use self::found::{
    Content, Document, Extraction, ExtractionError, Extractor, FoundStatement, MOST_STATEMENTS,
    Mention, Span, Speaker,
};
pub use self::reading::{Post, ReadStatement, Reading, Thing, read};
