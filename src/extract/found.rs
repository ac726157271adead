//! What is read, and what is found in it.

use std::borrow::Cow;
use std::time::Duration;

use crate::domain::statement::StatementKind;
use crate::domain::text::LanguageTag;
use crate::domain::time::Timestamp;

/// The most statements that are taken from one text.
pub const MOST_STATEMENTS: usize = 2_000;

/// A text to read.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// The text.
    pub text: &'a str,
    /// Its language; where none is given, it is told from the words.
    pub language: Option<&'a LanguageTag>,
    /// When it came out, which "on Tuesday" is counted from.
    pub published_at: Option<Timestamp>,
}

/// A span of the text in Unicode code points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first code point.
    pub start: usize,
    /// The code point after the last.
    pub end: usize,
}

/// A part of what is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// Where it stands, without quotation marks.
    pub span: Span,
    /// Whether it stands in quotation marks.
    pub quoted: bool,
}

/// Words that stand for someone or something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Where they stand.
    pub span: Span,
    /// The words.
    pub words: String,
}

/// Who says something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Speaker {
    /// The words for the speaker, such as "Nechirvan Barzani", "he" or "officials".
    pub mention: Mention,
    /// Whether the text does not name the speaker: no name, and no pronoun that may
    /// stand for one.
    pub anonymous: bool,
    /// What the text says of the speaker: "a senior official", or what is set off
    /// after a name, such as "the mayor of Erbil". Empty where it says nothing.
    pub description: String,
}

/// A statement found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundStatement {
    /// How the words reach the reader.
    pub kind: StatementKind,
    /// What is said, in order.
    pub content: Vec<Content>,
    /// The reporting words; none where a quotation only goes on.
    pub cue: Vec<Mention>,
    /// Who says it; none where the text does not tell.
    pub speaker: Option<Speaker>,
    /// Who is spoken to.
    pub addressees: Vec<Mention>,
    /// Who and what is named in it.
    pub mentions: Vec<Mention>,
    /// The statement that this one is part of, as its place among the statements.
    pub parent: Option<usize>,
    /// The rule that found it.
    pub rule: Cow<'static, str>,
    /// How often the rule is right where it is this sure, 0 to 1.
    pub confidence: f64,
}

/// What was found in a text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Extraction {
    /// The statements, in the order of their reporting words.
    pub statements: Vec<FoundStatement>,
    /// Whether there were more than [`MOST_STATEMENTS`], and the rest was left out.
    pub truncated: bool,
}

/// Why an extractor gave no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExtractionError {
    /// It can't be reached, or took too long.
    #[error("the extractor can't be reached: {0}")]
    Unavailable(String),
    /// It did not answer in time.
    #[error("the extractor did not answer within {0:?}: send less text, or allow it more time")]
    TooSlow(Duration),
    /// It answered that it can't.
    #[error("the extractor failed: {0}")]
    Failed(String),
    /// What it answered can't be.
    #[error("the extractor's answer is wrong: {0}")]
    Invalid(String),
}

/// What finds statements in a text.
pub trait Extractor: Send + Sync {
    /// Its name, as the origin of what it finds.
    fn name(&self) -> &str;

    /// Its version, as the origin of what it finds.
    fn version(&self) -> &str;

    /// Finds the statements of a text.
    fn extract(&self, document: &Document<'_>) -> Result<Extraction, ExtractionError>;
}
