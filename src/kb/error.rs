//! What can go wrong in a use case, in terms that a caller can act on.

use crate::domain::id::{ArticleId, EntityId, RecordName, StatementName};
use crate::domain::merge::Refusal;
use crate::domain::revision::Revision;
use crate::domain::statement::LinkType;
use crate::extract::ExtractionError;
use crate::store::{self, Conflict, Deleted, Erasure};

/// One thing that is wrong with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The path of the field, as in `statements[3].content[0].selector`.
    pub field: String,
    /// What kind of fault, such as `OVER_LIMIT`; in UPPER_SNAKE_CASE.
    pub reason: &'static str,
    /// What is wrong and what to do, for a person.
    pub description: String,
}

impl Violation {
    /// A violation of `field`.
    #[must_use]
    pub fn new(
        field: impl Into<String>,
        reason: &'static str,
        description: impl Into<String>,
    ) -> Self {
        Self { field: field.into(), reason, description: description.into() }
    }
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The request is wrong; at least one violation.
    #[error("the request is not valid")]
    Invalid(Vec<Violation>),
    /// No record has the name.
    #[error("{name} does not exist")]
    NotFound {
        /// The name.
        name: RecordName,
        /// The revision that deleted it, where one did.
        deleted: Option<Revision>,
    },
    /// No quotation has, or had, the name.
    #[error("quotations/{0} does not exist")]
    NoSuchQuotation(String),
    /// What is derived from the records cannot be read at present.
    #[error("{what} cannot be read at present ({why}): try again")]
    DerivedUnavailable {
        /// What, in words.
        what: &'static str,
        /// Why, in words.
        why: String,
    },
    /// The record that had the name was erased.
    #[error("{name} was erased")]
    Erased {
        /// The name.
        name: RecordName,
        /// Why, where it was looked up.
        erasure: Option<Box<Erasure>>,
    },
    /// A record has the name already.
    #[error("{0} exists already")]
    AlreadyExists(RecordName),
    /// The name and the address belong to different articles.
    #[error("{named} was named, but the canonical_url belongs to {addressed}")]
    UrlOfAnother {
        /// The article that the request names.
        named: ArticleId,
        /// The article that has the address.
        addressed: ArticleId,
    },
    /// The statement has such a link already.
    #[error("{source_name} has a link {} to {target} already", .kind.name())]
    LinkExists {
        /// The statement that has the link.
        source_name: StatementName,
        /// The statement that it points to.
        target: StatementName,
        /// How it bears on it.
        kind: LinkType,
    },
    /// The statement has no such link.
    #[error("{source_name} has no link {} to {target}", .kind.name())]
    NoSuchLink {
        /// The statement that would have the link.
        source_name: StatementName,
        /// The statement that it would point to.
        target: StatementName,
        /// How it would bear on it.
        kind: LinkType,
    },
    /// A statement is to be restored before its article is there.
    #[error("{0} is not there yet: an article comes before its statements")]
    ArticleMissing(ArticleId),
    /// Records refer to the one that is to be deleted.
    #[error("{name} is still referred to by {}{count} records", if *.more { "more than " } else { "" })]
    Referenced {
        /// The record to be deleted.
        name: RecordName,
        /// How many refer to it; counting stops at 1,000.
        count: usize,
        /// Whether there are more than were counted.
        more: bool,
        /// The first of them.
        first: Vec<RecordName>,
    },
    /// The entities are not merged, for a reason that lies in themselves.
    #[error(transparent)]
    Merge(Refusal),
    /// What was never merged, or is not any more, is to be unmerged.
    #[error("{id} is not merged into another entity")]
    NotMerged {
        /// The entity.
        id: EntityId,
        /// How many entities it stands for.
        referents: usize,
    },
    /// An entity that is part of a merge is to be deleted.
    #[error(
        "{name} {}: unmerge first, by UnmergeEntities of {}",
        match .into {
            Some(into) => format!("is merged into {into}"),
            None => "stands for entities that were merged into it".to_owned(),
        },
        .first
    )]
    PartOfMerge {
        /// The entity to be deleted or erased.
        name: RecordName,
        /// The entity that it was merged into.
        into: Option<EntityId>,
        /// The first entity to be unmerged.
        first: EntityId,
    },
    /// The etag is not the one of the newest state.
    #[error("{name} was changed since: its etag is {current}")]
    EtagMismatch {
        /// The record.
        name: RecordName,
        /// The etag that holds now.
        current: String,
    },
    /// Other writers kept changing the same records.
    #[error("other writers kept changing the same records: try again")]
    Contended,
    /// The request_id was used for another request.
    #[error("the request_id was used for another request")]
    RequestIdReused,
    /// The token is of another store, such as one before a restore.
    #[error("the token was given out by another store")]
    TokenFromOtherStore,
    /// The page token's revision is no longer held.
    #[error("the list has expired: ask for its first page again")]
    PageTokenExpired,
    /// The changes after the revision that a Watch is to begin at are no longer
    /// held.
    #[error(
        "the changes after revision {asked} are no longer all held: those after {earliest} are"
    )]
    WatchStartNotHeld {
        /// The revision to begin after.
        asked: Revision,
        /// The oldest revision that can be begun after.
        earliest: Revision,
        /// A token that begins there.
        earliest_token: String,
    },
    /// What was asked for is not served by this server.
    #[error("{what} is not served here")]
    NotServed {
        /// What kind of thing, such as `EXTRACTION_NOT_SERVED`.
        reason: &'static str,
        /// What it is, in words.
        what: String,
    },
    /// The search index was not built yet.
    #[error("the search index is being built: try again in a moment")]
    IndexBuilding,
    /// The extractor gave no answer that can be used.
    #[error(transparent)]
    Extraction(#[from] ExtractionError),
    /// The server is still opening its data.
    #[error("the server is starting: try again in a moment")]
    Starting,
    /// The server is stopping.
    #[error("the server is stopping: send the rest again, to another server or later")]
    Stopping,
    /// The store's answer.
    #[error(transparent)]
    Store(store::Error),
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Conflict(Conflict::Erased(name)) => Self::Erased { name, erasure: None },
            error => Self::Store(error),
        }
    }
}

impl Error {
    /// A record that is no longer there.
    #[must_use]
    pub fn gone(name: RecordName, deleted: Deleted) -> Self {
        match deleted.erasure {
            Some(erasure) => Self::Erased { name, erasure: Some(Box::new(erasure)) },
            None => Self::NotFound { name, deleted: Some(deleted.committed.revision) },
        }
    }

    /// A request with one violation.
    #[must_use]
    pub fn invalid(
        field: impl Into<String>,
        reason: &'static str,
        description: impl Into<String>,
    ) -> Self {
        Self::Invalid(vec![Violation::new(field, reason, description)])
    }
}
