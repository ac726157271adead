//! Each error with its code, reason and words.

use super::*;
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::store::Conflict;

fn name(name: &str) -> RecordName {
    name.parse().unwrap()
}

fn check(error: impl Into<Error>, code: Code, reason: &str, message: &str) -> Status {
    let status = of_write(error.into());
    let info = status.get_details_error_info().unwrap();
    assert_eq!((status.code(), info.reason.as_str()), (code, reason), "{status:?}");
    assert_eq!(info.domain, DOMAIN);
    assert!(status.message().contains(message), "{}", status.message());
    status
}

#[test]
fn every_error_has_its_code() {
    let article = || name("articles/a");
    let exists = "articles/a exists already";
    let deleted = Some(Revision(7));
    let (named, addressed) = ("articles/a".parse().unwrap(), "articles/b".parse().unwrap());
    let current = "1f".to_owned();
    let error = Error::invalid("query", "AS_OF_UNSUPPORTED", "not as of");
    check(error, Code::InvalidArgument, "AS_OF_UNSUPPORTED", "query: not as of");
    let error = Error::NotFound { name: article(), deleted: None };
    check(error, Code::NotFound, "NOT_FOUND", "articles/a does not exist");
    let error = Error::NotFound { name: article(), deleted };
    check(error, Code::NotFound, "NOT_FOUND", "deleted by revision 7");
    check(Error::AlreadyExists(article()), Code::AlreadyExists, "ALREADY_EXISTS", exists);
    let error = Error::UrlOfAnother { named, addressed };
    check(error, Code::AlreadyExists, "URL_OF_ANOTHER", "articles/b");
    let error = Error::EtagMismatch { name: article(), current };
    check(error, Code::Aborted, "ETAG_MISMATCH", "its etag is 1f");
    check(Error::Contended, Code::Aborted, "CONTENDED", "try again");
    let error = Error::RequestIdReused;
    check(error, Code::InvalidArgument, "REQUEST_ID_REUSED", "another request");
    let error = Error::TokenFromOtherStore;
    check(error, Code::FailedPrecondition, "TOKEN_FROM_OTHER_STORE", "another store");
    check(Error::PageTokenExpired, Code::OutOfRange, "PAGE_TOKEN_EXPIRED", "first page");
    let error = Error::NotServed { reason: "SEARCH_NOT_SERVED", what: "that".into() };
    check(error, Code::Unimplemented, "SEARCH_NOT_SERVED", "that is not served");
}

#[test]
fn every_store_error_has_its_code() {
    let words = || "because".to_owned();
    let conflict = store::Error::Conflict(Conflict::Exists(name("articles/a")));
    check(conflict, Code::Aborted, "CONTENDED", "articles/a exists");
    check(store::Error::Skipped, Code::Aborted, "SKIPPED", "not applied");
    let error = store::Error::BadCursor;
    check(error, Code::InvalidArgument, "BAD_PAGE_TOKEN", "first page");
    let error = store::Error::Incompatible(words());
    check(error, Code::FailedPrecondition, "INCOMPATIBLE_FORMAT", "because");
    check(store::Error::Corrupt(words()), Code::DataLoss, "DATA_CORRUPT", "because");
    check(store::Error::Full(words()), Code::ResourceExhausted, "STORE_FULL", "because");
}

#[test]
fn only_a_safe_retry_is_unavailable() {
    let error = || store::Error::Unavailable("closing".into());
    check(error(), Code::Unknown, "OUTCOME_UNKNOWN", "closing; whether");
    let status = of_read(error().into());
    assert_eq!(status.code(), Code::Unavailable);
    assert!(status.get_details_retry_info().is_some());
    assert!(overloaded("server.concurrency").get_details_retry_info().is_some());
}

#[test]
fn a_fault_of_the_store_tells_nothing_inside() {
    let error = || store::Error::Internal("secret".into());
    let status = check(error(), Code::Internal, "OUTCOME_UNKNOWN", "the store failed");
    assert!(!status.message().contains("secret"));
    let status = of_read(error().into());
    assert_eq!(status.code(), Code::Internal);
    assert!(!status.message().contains("secret"));
}

#[test]
fn out_of_range_says_what_is_held() {
    let error = store::Error::OutOfRange {
        asked: "revision 9".into(),
        earliest: Revision(2),
        earliest_time: None,
        newest: Revision(5),
        newest_time: Some(Timestamp::UNIX_EPOCH),
    };
    let status = check(error, Code::OutOfRange, "NOT_HELD", "revisions 2 to 5");
    let metadata = status.get_details_error_info().unwrap().metadata;
    assert_eq!(metadata["earliest_revision"], "2");
    assert_eq!(metadata["newest_revision"], "5");
    assert_eq!(metadata["newest_time"], "1970-01-01T00:00:00Z");
    assert!(!metadata.contains_key("earliest_time"));
}

#[test]
fn what_refers_to_a_record_is_named() {
    let first = vec![name("articles/b/statements/s"), name("entities/c")];
    let error = Error::Referenced { name: name("entities/a"), count: 12, more: false, first };
    let words = "12 records, articles/b/statements/s among them";
    let status = check(error, Code::FailedPrecondition, "STILL_REFERRED_TO", words);
    let failure = status.get_details_precondition_failure().unwrap();
    assert_eq!(failure.violations[1].subject, "entities/c");
    assert_eq!(status.get_details_error_info().unwrap().metadata["count"], "12");
}

#[test]
fn violations_are_told_within_what_headers_carry() {
    let fault = |index| Violation::new(format!("names[{index}]"), "BAD_NAME", "ä".repeat(900));
    let error = Error::Invalid((0..100).map(fault).collect());
    let status = check(error, Code::InvalidArgument, "BAD_NAME", "(and 99 more)");
    let told = status.get_details_bad_request().unwrap().field_violations;
    assert_eq!(told[0].reason, "BAD_NAME");
    assert!(told.len() > 1);
    // As headers: details in base64, every byte of the message percent-encoded.
    let headers = status.details().len() * 4 / 3 + status.message().len() * 3;
    assert!(headers < 8_000, "{headers}");
    let metadata = status.get_details_error_info().unwrap().metadata;
    assert_eq!(metadata["violations"], "100");
    assert_eq!(metadata["violations_told"], told.len().to_string());
}

#[test]
fn a_status_inside_a_message_has_the_same_details() {
    let status = of_write(Error::AlreadyExists(name("entities/a")));
    let inner = in_message(&status);
    assert_eq!((inner.code, inner.message.as_str()), (6, status.message()));
    assert_eq!(inner.details.len(), 2);
    let bare = in_message(&Status::cancelled("gone"));
    assert_eq!((bare.code, bare.message.as_str()), (1, "gone"));
}
