//! What requests are refused for, and what they turn into.

mod article;
mod entity;
mod read;
mod record;
mod statement;
mod write;

use crate::domain::body::BodyExtent;
use crate::kb::command::{ArticleField, Collection, CreateEntities, EntityField};
use crate::kb::error::Error;
use crate::rpc::from_pb::{self, samples};
use crate::rpc::pb;
use crate::store::{At, LoadBody};

/// The fields and reasons that a request was refused for.
fn faults<T>(result: Result<T, Error>) -> Vec<String> {
    match result {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(faults)) => {
            faults.iter().map(|fault| format!("{} {}", fault.field, fault.reason)).collect()
        }
        Err(error) => panic!("{error:?}"),
    }
}

/// The sample ingest with one thing changed is refused for `expected` alone.
fn check(spoil: impl FnOnce(&mut pb::IngestArticleRequest), expected: &str) {
    let mut request = samples::ingest();
    spoil(&mut request);
    let faults = faults(from_pb::ingest_article(request, "tester"));
    let expected: Vec<&str> = expected.split(", ").filter(|fault| !fault.is_empty()).collect();
    assert_eq!(faults, expected);
}

fn check_article(spoil: impl FnOnce(&mut pb::Article), expected: &str) {
    check(|request| spoil(request.article.as_mut().unwrap()), expected);
}

fn check_statement(spoil: impl FnOnce(&mut pb::Statement), expected: &str) {
    check(|request| spoil(&mut request.statements[0]), expected);
}

fn check_selector(spoil: impl FnOnce(&mut pb::Selector), expected: &str) {
    let spoil = |statement: &mut pb::Statement| {
        spoil(statement.content[0].selector.as_mut().unwrap());
    };
    let field = "statements[0].content[0].selector";
    let expected = if expected.is_empty() { String::new() } else { format!("{field}.{expected}") };
    check_statement(spoil, &expected);
}

fn check_entity(spoil: impl FnOnce(&mut pb::Entity), expected: &str) {
    check(|request| spoil(&mut request.entities[0]), expected);
}

fn text(length: usize) -> String {
    "ä".repeat(length)
}

#[test]
fn an_ingest_becomes_a_command() {
    let command = from_pb::ingest_article(samples::ingest(), "tester").unwrap();
    assert_eq!(command.context.principal, "tester");
    assert!(command.context.validate_only && command.replace_statements);
    assert_eq!(command.create_entities, CreateEntities::Mentioned);
    assert_eq!(command.article.id.unwrap().as_str(), "a");
    assert_eq!(command.article.article.body.extent, BodyExtent::Full);
    assert_eq!(command.statements[0].id.as_ref().unwrap().as_str(), "s");
    let origin = &command.statements[0].statement.links[0].origin;
    assert_eq!(origin.principal, "tester");
    assert_eq!(origin.batch.as_ref().unwrap().as_str(), "import-1");
}

#[test]
fn a_request_hashes_the_same_whatever_its_id() {
    let hash = |request| from_pb::ingest_article(request, "").unwrap().context.request.unwrap();
    let (one, other) = (samples::ingest(), samples::ingest());
    let other = pb::IngestArticleRequest {
        request_id: "0b8f7a52-3c58-4f61-9d3e-5a1c2b3d4e5f".into(),
        ..other
    };
    let changed = pb::IngestArticleRequest { replace_statements: false, ..samples::ingest() };
    assert_eq!(hash(one.clone()).payload, hash(other.clone()).payload);
    assert_ne!(hash(one.clone()).id, hash(other).id);
    assert_ne!(hash(one).payload, hash(changed).payload);
}

#[test]
fn a_bad_ingest_is_refused() {
    check(|_| {}, "");
    check(|it| it.article = None, "article REQUIRED");
    check(|it| it.request_id = "x".into(), "request_id BAD_REQUEST_ID");
    let nil = "00000000-0000-0000-0000-000000000000";
    check(|it| it.request_id = nil.into(), "request_id BAD_REQUEST_ID");
    let version_1 = "c232ab00-9414-11ec-b3c8-9f6bdeced846";
    check(|it| it.request_id = version_1.into(), "request_id BAD_REQUEST_ID");
    check(|it| it.batch = "No Batch".into(), "batch BAD_ID");
    check(|it| it.extraction = 99, "extraction UNKNOWN_ENUM_VALUE");
    check(|it| it.create_entities = -1, "create_entities UNKNOWN_ENUM_VALUE");
    check(|it| it.statements = vec![pb::Statement::default(); 2_001], "statements OVER_LIMIT");
    check(|it| it.entities = vec![pb::Entity::default(); 1_001], "entities OVER_LIMIT");
    check(|it| it.statements.push(it.statements[0].clone()), "statements[1].name DUPLICATE");
    check(|it| it.entities.push(it.entities[0].clone()), "entities[1].name DUPLICATE");
}

#[test]
fn remote_extraction_is_not_served() {
    let mut request = samples::ingest();
    request.extraction = pb::Extraction::Remote.into();
    let error = from_pb::ingest_article(request, "").unwrap_err();
    assert!(matches!(error, Error::NotServed { reason: "EXTRACTION_NOT_SERVED", .. }));
}

#[test]
fn all_faults_are_told_at_once() {
    check(
        |it| {
            it.batch = "B".into();
            it.article.as_mut().unwrap().title = text(1_025);
            it.statements[0].content[0].selector = None;
            it.entities[0].place = "paris".into();
        },
        "batch BAD_ID, article.title OVER_LIMIT, statements[0].content[0].selector REQUIRED, \
         entities[0].place BAD_NAME",
    );
}

#[test]
fn an_item_of_a_bulk_ingest_is_read() {
    let item = pb::IngestArticlesItem { sequence: 7, ingest: Some(samples::ingest()) };
    let (sequence, command) = from_pb::ingest_item(item, "tester");
    assert_eq!((sequence, command.is_ok()), (7, true));
    let item = pb::IngestArticlesItem { sequence: 8, ingest: None };
    assert_eq!(faults(from_pb::ingest_item(item, "").1), ["ingest REQUIRED"]);
}
