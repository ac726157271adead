//! Changes of one statement: updates, retractions, links.

use super::WriteContext;
use crate::domain::id::StatementName;
use crate::domain::statement::{LinkType, RetractionKind, Statement, StatementLink};

/// One field of a statement that an update may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StatementField {
    /// `kind`.
    Kind,
    /// `content`.
    Content,
    /// `cue`.
    Cue,
    /// `speaker`.
    Speaker,
    /// `speaker.entity`.
    SpeakerEntity,
    /// `speaker.mention`.
    SpeakerMention,
    /// `speaker.anonymous`.
    SpeakerAnonymous,
    /// `speaker.description`.
    SpeakerDescription,
    /// `addressees`.
    Addressees,
    /// `mentions`.
    Mentions,
    /// `triple`.
    Triple,
    /// `uttered_at`.
    UtteredAt,
    /// `reference_time`.
    ReferenceTime,
    /// `language`.
    Language,
    /// `translation`.
    Translation,
    /// `confidence`.
    Confidence,
    /// `rank`.
    Rank,
    /// `rank_reason`.
    RankReason,
    /// `parent`.
    Parent,
    /// `topics`.
    Topics,
    /// `links`.
    Links,
    /// `origin`.
    Origin,
    /// `retraction`, which is taken back.
    Retraction,
}

/// Changes a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct UpdateStatement {
    /// Who, and how protected.
    pub context: WriteContext,
    /// The statement.
    pub name: StatementName,
    /// The etag that must match, where given.
    pub etag: Option<String>,
    /// The new values.
    pub values: Statement,
    /// Which of them to take.
    pub fields: Vec<StatementField>,
    /// Whether to create it where it is not there.
    pub allow_missing: bool,
}

/// Retracts a statement.
#[derive(Clone, Debug, PartialEq)]
pub struct RetractStatement {
    /// Who, and how protected.
    pub context: WriteContext,
    /// The statement.
    pub name: StatementName,
    /// The etag that must match, where given.
    pub etag: Option<String>,
    /// The kind of retraction.
    pub kind: RetractionKind,
    /// The reason in words.
    pub reason: String,
    /// Who retracts it.
    pub by: String,
}

/// Says how one statement bears on another.
#[derive(Clone, Debug, PartialEq)]
pub struct LinkStatements {
    /// Who, and how protected.
    pub context: WriteContext,
    /// The statement that gets the link.
    pub name: StatementName,
    /// Its etag that must match, where given.
    pub etag: Option<String>,
    /// The link.
    pub link: StatementLink,
}

/// Removes a link.
#[derive(Clone, Debug, PartialEq)]
pub struct UnlinkStatements {
    /// Who, and how protected.
    pub context: WriteContext,
    /// The statement that has the link.
    pub name: StatementName,
    /// Its etag that must match, where given.
    pub etag: Option<String>,
    /// The statement that the link points to.
    pub target: StatementName,
    /// How it bears on it.
    pub kind: LinkType,
    /// Whether a link that is not there counts as removed.
    pub allow_missing: bool,
}
