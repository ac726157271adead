//! What a caller sets comes back as it was sent.

use proptest::prelude::*;

use crate::domain::id::RecordName;
use crate::domain::record::{Committed, Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::kb::command::{IngestArticle, IngestOutcome, Ingested, Receipt};
use crate::kb::error::Error;
use crate::kb::{BulkAck, BulkIngested};
use crate::rpc::from_pb::{self, samples};
use crate::rpc::pb;
use crate::rpc::to_pb;
use crate::store::LoadBody;

fn stored(name: &str, value: Record, revision: u64) -> Stored {
    let time = Timestamp::new(1_758_000_000, 0).unwrap();
    let revision = Revision(revision);
    Stored {
        name: name.parse().unwrap(),
        value,
        committed: Committed {
            revision,
            create_revision: revision,
            create_time: time,
            update_time: time,
        },
    }
}

fn ingest(request: pb::IngestArticleRequest) -> IngestArticle {
    from_pb::ingest_article(request, "").unwrap()
}

/// As the server answers it: stamped with the batch.
fn stamped(origin: Option<pb::Origin>) -> Option<pb::Origin> {
    origin.map(|origin| pb::Origin { batch: "import-1".into(), ..origin })
}

fn article(body: LoadBody) -> pb::Article {
    let article = ingest(samples::ingest()).article.article;
    to_pb::article(stored("articles/a", Record::Article(Box::new(article)), 0), body).unwrap()
}

#[test]
fn an_article_comes_back() {
    let sent = samples::article();
    let answered = article(LoadBody::Yes);
    assert_eq!(answered.body_length, 40);
    assert_eq!(answered.content_hash.len(), 64);
    let expected = pb::Article {
        origin: stamped(sent.origin.clone()),
        body_length: answered.body_length,
        content_hash: answered.content_hash.clone(),
        ..sent
    };
    assert_eq!(answered, expected);
}

#[test]
fn the_basic_view_has_all_but_the_text() {
    let full = article(LoadBody::Yes);
    assert_eq!(article(LoadBody::No), pb::Article { body: String::new(), ..full });
}

#[test]
fn a_statement_comes_back() {
    let draft = ingest(samples::ingest()).statements.remove(0);
    let value = Record::Statement(Box::new(draft.statement));
    let answered = to_pb::statement(stored("articles/a/statements/s", value, 0)).unwrap();
    let mut expected = samples::statement();
    expected.origin = stamped(expected.origin);
    expected.links[0].origin = stamped(expected.links[0].origin.take());
    expected.status = pb::StatementStatus::Active.into();
    assert_eq!(answered, expected);
}

#[test]
fn an_entity_comes_back() {
    let draft = ingest(samples::ingest()).entities.remove(0);
    let value = Record::Entity(Box::new(draft.entity));
    let answered = to_pb::entity(stored("entities/minister", value, 0)).unwrap();
    let mut expected = samples::entity();
    expected.origin = stamped(expected.origin);
    assert_eq!(answered, expected);
}

#[test]
fn a_committed_record_says_when() {
    let value = Record::Article(Box::default());
    let answered = to_pb::article(stored("articles/a", value, 26), LoadBody::No).unwrap();
    assert_eq!((answered.etag.as_str(), answered.revision), ("1a", 26));
    let time = prost_types::Timestamp { seconds: 1_758_000_000, nanos: 0 };
    assert_eq!((answered.create_time, answered.update_time), (Some(time), Some(time)));
}

#[test]
fn a_record_of_another_kind_is_a_fault_of_the_server() {
    let value = Record::Article(Box::default());
    let answered = to_pb::entity(stored("articles/a", value, 1));
    assert!(matches!(answered, Err(Error::Store(_))));
}

#[test]
fn an_ingest_is_answered_and_acknowledged() {
    let value = Record::Article(Box::new(ingest(samples::ingest()).article.article));
    let receipt = Receipt { revision: Revision(3), consistency_token: "token".into() };
    let ingested = Ingested {
        outcome: IngestOutcome::Revised,
        article: stored("articles/a", value, 3),
        body_normalized: true,
        statements: Vec::new(),
        entities: Vec::new(),
        truncated: true,
        receipt,
    };
    let answer = to_pb::ingested(ingested.clone()).unwrap();
    let article = answer.article.unwrap();
    assert!(article.body_normalized && article.body.is_empty());
    assert_eq!((answer.revision, answer.consistency_token.as_str()), (3, "token"));

    let name: RecordName = "articles/a".parse().unwrap();
    let done = Ok(BulkIngested {
        outcome: ingested.outcome,
        article: name.clone(),
        truncated: true,
        receipt: ingested.receipt,
    });
    let ack = to_pb::acknowledged(BulkAck { sequence: 7, result: done });
    assert_eq!((ack.sequence, ack.name.as_str(), ack.status), (7, "articles/a", None));
    assert!(ack.truncated && answer.truncated);
    let failed = Err(Error::AlreadyExists(name));
    let ack = to_pb::acknowledged(BulkAck { sequence: 8, result: failed });
    assert_eq!((ack.sequence, ack.outcome), (8, 0));
    assert_eq!(ack.status.unwrap().code, i32::from(tonic::Code::AlreadyExists));
}

proptest! {
    #[test]
    fn exact_times_come_back(
        seconds in -62_135_596_800i64..253_402_207_200,
        nanos in 0i32..1_000_000_000,
    ) {
        let sent = prost_types::Timestamp { seconds, nanos };
        let mut request = samples::ingest();
        request.article.as_mut().unwrap().published_at = Some(sent);
        let time = ingest(request).article.article.published_at.unwrap();
        prop_assert_eq!(to_pb::timestamp(time), sent);
    }

    #[test]
    fn selectors_come_back(
        exact in "[\\PC\n]{1,40}",
        start in proptest::option::of(0i32..1_000),
    ) {
        let sent = pb::Selector { exact, start, ..pb::Selector::default() };
        let mut request = samples::ingest();
        request.statements[0].content[0].selector = Some(sent.clone());
        let draft = ingest(request).statements.remove(0);
        let value = Record::Statement(Box::new(draft.statement));
        let mut answered = to_pb::statement(stored("articles/a/statements/s", value, 0)).unwrap();
        let answered = answered.content.remove(0).selector.unwrap();
        let (exact, _) = crate::domain::body::normalize(sent.exact.clone());
        prop_assert_eq!(answered, pb::Selector { exact, ..sent });
    }

    #[test]
    fn no_coarse_time_breaks_the_parser(start in "[0-9T:-]{0,20}", end in "[0-9T:-]{0,20}", precision in -1i32..14) {
        let mut request = samples::ingest();
        let time = pb::CoarseTime { start, end, precision, ..pb::CoarseTime::default() };
        request.statements[0].uttered_at = Some(time);
        let _ = from_pb::ingest_article(request, "");
    }
}
