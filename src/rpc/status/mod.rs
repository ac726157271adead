//! The one map from what can go wrong to what the wire says: a code, words that
//! can be read on their own, and details for programs.

mod call;
mod merge;
mod watch;

use std::collections::HashMap;
use std::time::Duration;

use prost::Message;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, StatusExt};

pub use self::call::{
    answer_too_large, deadline_exceeded, loopback_only, overloaded, panicked,
    sequence_not_increasing, transport_explained, undecodable, unknown_base,
};
pub use self::watch::{watch_deadline, watch_slow_reader, watch_stopping};
use crate::domain::id::RecordName;
use crate::extract::ExtractionError;
use crate::kb::error::{Error, Violation};
use crate::store::{self, CommitOutcome, Erasure};

#[cfg(test)]
mod tests;

/// The domain of every ErrorInfo.
pub const DOMAIN: &str = "dicta";

/// When a caller may try again, where that helps.
const RETRY_AFTER: Duration = Duration::from_millis(500);

/// The most bytes of violations in one status. Details travel as a header, and
/// common clients refuse more than 8 KiB of those.
const VIOLATION_BYTES: usize = 2_400;

/// The most characters of one description, likewise.
const DESCRIPTION_CHARS: usize = 300;

/// The most records that are named as standing in the way.
const NAMED: usize = 10;

/// Whether what failed may have changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
    Read,
    Write,
}

/// What the wire says of a read that failed.
#[must_use]
pub fn of_read(error: Error) -> Status {
    of_error(error, Act::Read)
}

/// What the wire says of a write that failed.
#[must_use]
pub fn of_write(error: Error) -> Status {
    of_error(error, Act::Write)
}

/// A status as it stands inside a message, with the same details.
#[must_use]
pub fn in_message(status: &Status) -> tonic_types::Status {
    match tonic_types::Status::decode(status.details()) {
        Ok(inner) if !status.details().is_empty() => inner,
        _ => tonic_types::Status {
            code: status.code().into(),
            message: status.message().to_owned(),
            details: Vec::new(),
        },
    }
}

/// A status in the making.
struct Answer {
    code: Code,
    reason: String,
    message: String,
    metadata: HashMap<String, String>,
    details: ErrorDetails,
}

impl Answer {
    fn new(code: Code, reason: &str, message: impl Into<String>) -> Self {
        Self {
            code,
            reason: reason.to_owned(),
            message: message.into(),
            metadata: HashMap::new(),
            details: ErrorDetails::new(),
        }
    }

    fn with(mut self, key: &str, value: impl ToString) -> Self {
        self.metadata.insert(key.to_owned(), value.to_string());
        self
    }

    fn retry(mut self) -> Self {
        self.details.set_retry_info(Some(RETRY_AFTER));
        self
    }

    fn resource(mut self, name: &RecordName) -> Self {
        let description = self.message.clone();
        self.details.set_resource_info(resource_type(name), name.to_string(), "", description);
        self.with("name", name)
    }

    fn violations(mut self, violations: Vec<FieldViolation>) -> Self {
        self.details.set_bad_request(violations);
        self
    }

    fn violation(self, field: &str, reason: &str) -> Self {
        let mut violation = FieldViolation::new(field, self.message.clone());
        violation.reason = reason.to_owned();
        self.violations(vec![violation])
    }

    fn into_status(mut self) -> Status {
        self.details.set_error_info(self.reason, DOMAIN, self.metadata);
        Status::with_error_details(self.code, self.message, self.details)
    }
}

fn of_error(error: Error, act: Act) -> Status {
    let message = error.to_string();
    let answer = match error {
        Error::Invalid(violations) => invalid(&violations),
        Error::NotFound { name, deleted } => not_found(&name, deleted.map(|at| at.to_string())),
        Error::Erased { name, erasure } => erased(&name, erasure.as_deref(), act),
        Error::NoSuchQuotation(id) => Answer::new(Code::NotFound, "NOT_FOUND", message)
            .with("name", format!("quotations/{id}")),
        Error::DerivedUnavailable { .. } => {
            Answer::new(Code::Unavailable, "DERIVED_UNAVAILABLE", message).retry()
        }
        Error::AlreadyExists(name) => {
            Answer::new(Code::AlreadyExists, "ALREADY_EXISTS", message).resource(&name)
        }
        Error::UrlOfAnother { named, addressed } => {
            Answer::new(Code::AlreadyExists, "URL_OF_ANOTHER", message)
                .resource(&addressed.clone().into())
                .with("named", named)
                .with("addressed", addressed)
        }
        Error::LinkExists { source_name, target, kind } => {
            let message = format!("{message}: remove it first, or change it by UpdateStatement");
            Answer::new(Code::AlreadyExists, "LINK_EXISTS", message)
                .resource(&source_name.into())
                .with("target", target)
                .with("type", kind.name())
        }
        Error::NoSuchLink { source_name, target, kind } => {
            Answer::new(Code::NotFound, "LINK_NOT_FOUND", message)
                .resource(&source_name.into())
                .with("target", target)
                .with("type", kind.name())
        }
        Error::ArticleMissing(article) => {
            Answer::new(Code::FailedPrecondition, "ARTICLE_MISSING", message)
                .with("article", article)
        }
        Error::Referenced { name, count, more, first } => {
            referenced(&message, &name, &first).with("count", count).with("more", more)
        }
        Error::Merge(refusal) => merge::refused(refusal, message),
        Error::NotMerged { id, referents } => merge::not_merged(&id, referents, &message),
        Error::PartOfMerge { name, into, first } => {
            merge::part_of_merge(&name, into.as_ref(), &first, message)
        }
        Error::EtagMismatch { name, current } => {
            let message = format!("{message}: read it again and send that etag");
            Answer::new(Code::Aborted, "ETAG_MISMATCH", message)
                .with("name", name)
                .with("etag", current)
        }
        Error::Contended => Answer::new(Code::Aborted, "CONTENDED", message).retry(),
        Error::RequestIdReused => {
            let message = format!("{message}: make a new one for each request");
            Answer::new(Code::InvalidArgument, "REQUEST_ID_REUSED", message)
                .violation("request_id", "REQUEST_ID_REUSED")
        }
        Error::TokenFromOtherStore => {
            Answer::new(Code::FailedPrecondition, "TOKEN_FROM_OTHER_STORE", message)
        }
        Error::PageTokenExpired => Answer::new(Code::OutOfRange, "PAGE_TOKEN_EXPIRED", message),
        Error::WatchStartNotHeld { asked: _, earliest, earliest_token } => {
            let message = format!("{message}: read what is stored afresh, then begin there");
            Answer::new(Code::OutOfRange, "WATCH_START_NOT_HELD", message)
                .with("earliest_revision", earliest)
                .with("earliest_token", earliest_token)
        }
        Error::Extraction(ExtractionError::Unavailable(_)) => {
            Answer::new(Code::Unavailable, "EXTRACTOR_UNAVAILABLE", message).retry()
        }
        Error::NoRemoteExtractor => {
            Answer::new(Code::FailedPrecondition, "NO_REMOTE_EXTRACTOR", message)
        }
        Error::Extraction(ExtractionError::TooSlow(_)) => {
            Answer::new(Code::DeadlineExceeded, "EXTRACTOR_TOO_SLOW", message)
        }
        Error::Extraction(ExtractionError::Failed(_)) => {
            Answer::new(Code::Internal, "EXTRACTOR_FAILED", message)
        }
        Error::Extraction(ExtractionError::Invalid(_)) => {
            Answer::new(Code::Internal, "EXTRACTOR_ANSWER_INVALID", message)
        }
        Error::NotServed { reason, what: _ } => Answer::new(Code::Unimplemented, reason, message),
        Error::IndexBuilding => Answer::new(Code::Unavailable, "INDEX_BUILDING", message).retry(),
        Error::Starting => Answer::new(Code::Unavailable, "STARTING", message).retry(),
        Error::Stopping => Answer::new(Code::Unavailable, "STOPPING", message).retry(),
        Error::Store(error) => of_store(error, act),
    };
    answer.into_status()
}

fn invalid(violations: &[Violation]) -> Answer {
    let Some(first) = violations.first() else {
        return Answer::new(Code::InvalidArgument, "INVALID", "the request is not valid");
    };
    let said = described(first);
    let message = match (first.field.as_str(), violations.len() - 1) {
        ("", 0) => said,
        (field, 0) => format!("{field}: {said}"),
        (field, more) => format!("{field}: {said} (and {more} more)"),
    };
    let mut left = VIOLATION_BYTES;
    let told =
        violations.iter().map(field_violation).enumerate().map_while(|(index, violation)| {
            let size = violation.field.len() + violation.description.len() + violation.reason.len();
            // The first is told whatever its size.
            left = if index == 0 { left.saturating_sub(size) } else { left.checked_sub(size)? };
            Some(violation)
        });
    let told: Vec<FieldViolation> = told.collect();
    Answer::new(Code::InvalidArgument, first.reason, message)
        .with("field", &first.field)
        .with("violations", violations.len())
        .with("violations_told", told.len())
        .violations(told)
}

fn field_violation(violation: &Violation) -> FieldViolation {
    let mut told = FieldViolation::new(&violation.field, described(violation));
    told.reason = violation.reason.to_owned();
    told
}

fn described(violation: &Violation) -> String {
    violation.description.chars().take(DESCRIPTION_CHARS).collect()
}

fn not_found(name: &RecordName, deleted: Option<String>) -> Answer {
    let message = match &deleted {
        Some(revision) => format!("{name} was deleted by revision {revision}"),
        None => format!("{name} does not exist"),
    };
    let answer = Answer::new(Code::NotFound, "NOT_FOUND", message).resource(name);
    match deleted {
        Some(revision) => answer.with("deleted_revision", revision),
        None => answer,
    }
}

/// To a reader it is not there; a writer cannot have its name.
fn erased(name: &RecordName, erasure: Option<&Erasure>, act: Act) -> Answer {
    let (code, message) = match act {
        Act::Read => (Code::NotFound, format!("{name} was erased")),
        Act::Write => {
            let message = format!("{name} was erased, and its name stays unused");
            (Code::FailedPrecondition, message)
        }
    };
    let answer = Answer::new(code, "ERASED", message).resource(name);
    match erasure {
        Some(Erasure { reason, by, time }) => {
            let reason: String = reason.chars().take(DESCRIPTION_CHARS).collect();
            answer.with("reason", reason).with("by", by).with("erase_time", time)
        }
        None => answer,
    }
}

fn referenced(message: &str, name: &RecordName, first: &[RecordName]) -> Answer {
    let reason = "STILL_REFERRED_TO";
    let first: Vec<String> = first.iter().take(NAMED).map(ToString::to_string).collect();
    let message = match first.first() {
        Some(referrer) => {
            format!("{message}, {referrer} among them: change these first, or set `force`")
        }
        None => format!("{message}: change these first, or set `force`"),
    };
    let description = format!("it refers to {name}");
    let violations: Vec<PreconditionViolation> = first
        .iter()
        .map(|referrer| PreconditionViolation::new(reason, referrer, description.as_str()))
        .collect();
    let mut answer = Answer::new(Code::FailedPrecondition, reason, message)
        .with("name", name)
        .with("first", first.join(","));
    answer.details.set_precondition_failure(violations);
    answer
}

fn of_store(error: store::Error, act: Act) -> Answer {
    let message = error.to_string();
    let unknown = act == Act::Write && error.commit_outcome() == CommitOutcome::Unknown;
    match error {
        store::Error::Conflict(_) => {
            let message = format!("another writer changed the same records ({message}): try again");
            Answer::new(Code::Aborted, "CONTENDED", message).retry()
        }
        store::Error::Skipped => Answer::new(Code::Aborted, "SKIPPED", message).retry(),
        store::Error::OutOfRange { asked: _, earliest, earliest_time, newest, newest_time } => {
            let mut answer = Answer::new(Code::OutOfRange, "NOT_HELD", message)
                .with("earliest_revision", earliest)
                .with("newest_revision", newest);
            for (key, time) in [("earliest_time", earliest_time), ("newest_time", newest_time)] {
                if let Some(time) = time {
                    answer = answer.with(key, time);
                }
            }
            answer
        }
        store::Error::BadCursor => {
            let message = "the page token does not belong to this list: ask for its first page";
            Answer::new(Code::InvalidArgument, "BAD_PAGE_TOKEN", message)
                .violation("page_token", "BAD_PAGE_TOKEN")
        }
        store::Error::Unavailable(_) if unknown => outcome_unknown(Code::Unknown, &message),
        store::Error::Unavailable(_) => {
            Answer::new(Code::Unavailable, "STORE_UNAVAILABLE", message).retry()
        }
        store::Error::Incompatible(_) => {
            Answer::new(Code::FailedPrecondition, "INCOMPATIBLE_FORMAT", message)
        }
        store::Error::Corrupt(_) => Answer::new(Code::DataLoss, "DATA_CORRUPT", message),
        store::Error::Full(_) => Answer::new(Code::ResourceExhausted, "STORE_FULL", message),
        // What it says inside is for the log, not for callers.
        store::Error::Internal(_) if unknown => {
            outcome_unknown(Code::Internal, "the store failed; the server's log says why")
        }
        store::Error::Internal(_) => {
            let message = "the store failed; the server's log says why";
            Answer::new(Code::Internal, "INTERNAL", message)
        }
    }
}

/// A write that may be stored or not, so that a blind retry is not safe.
fn outcome_unknown(code: Code, message: &str) -> Answer {
    let message = format!(
        "{message}; whether the write is stored is not known: read the record, or send the \
         same request with the same request_id again"
    );
    Answer::new(code, "OUTCOME_UNKNOWN", message)
}

fn resource_type(name: &RecordName) -> &'static str {
    match name {
        RecordName::Article(_) => "dicta/Article",
        RecordName::Statement(_) => "dicta/Statement",
        RecordName::Entity(_) => "dicta/Entity",
    }
}
