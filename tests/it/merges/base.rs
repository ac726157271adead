//! Merges in another base, and on the change feed.

use std::collections::BTreeSet;

use dicta::rpc::{json, pb};
use tonic::Code;

use super::{merge, name, own, persons, unmerge};
use crate::harness::{Dicta, Home, assert_refused};
use crate::samples::{QUOTE, ingest_with, person, said_by_entity};

async fn records(server: &Dicta, request: pb::ExportRequest) -> Vec<pb::Record> {
    let mut stream = server.query().export(request).await.unwrap().into_inner();
    let mut records = Vec::new();
    while let Some(message) = stream.message().await.unwrap() {
        records.extend(message.records);
    }
    records
}

async fn load(server: &Dicta, records: Vec<pb::Record>) {
    let items = records.into_iter().zip(1..);
    let items = items.map(|(record, sequence)| pb::ImportRecordsItem {
        sequence,
        record: Some(record),
        ..Default::default()
    });
    let message = pb::ImportRecordsRequest { items: items.collect() };
    let answers = server.admin().import_records(tokio_stream::iter([message])).await;
    let mut answers = answers.unwrap().into_inner();
    while let Some(message) = answers.message().await.unwrap() {
        assert!(message.acks.iter().all(|ack| ack.status.is_none()), "{message:?}");
        assert!(message.dangling.is_empty(), "{message:?}");
    }
}

fn lines(records: &[pb::Record]) -> Vec<String> {
    records.iter().map(|record| json::to_json(record).unwrap()).collect()
}

/// A base with a chain of three, and statements by each of its links.
async fn chained() -> (Home, Dicta) {
    let (home, server) = persons(&["a", "b", "c", "d"]).await;
    for id in ["a", "b", "c"] {
        let said = vec![said_by_entity(QUOTE, &name(id))];
        server.store(ingest_with(&format!("articles/{id}"), said)).await;
    }
    merge(&server, "b", "a").await.unwrap();
    merge(&server, "c", "b").await.unwrap();
    merge(&server, "c", "d").await.unwrap();
    unmerge(&server, "d").await.unwrap();
    (home, server)
}

#[tokio::test]
async fn an_export_brings_its_merges_in_any_order() {
    let (_home, server) = chained().await;
    for history in [false, true] {
        let request = pb::ExportRequest { history, ..Default::default() };
        let exported = records(&server, request.clone()).await;
        let home = Home::new();
        let other = home.start().await;
        let mut sent = exported.clone();
        if !history {
            let entity =
                |record: &pb::Record| matches!(record.record, Some(pb::record::Record::Entity(_)));
            sent.sort_by_key(|record| !entity(record));
            let entities = sent.iter().take_while(|record| entity(record)).count();
            sent[..entities].reverse();
        }
        load(&other, sent).await;
        if !history {
            assert_eq!(lines(&records(&other, request).await), lines(&exported));
        }
        assert_eq!(other.get_entity("entities/a").await.unwrap().name, name("c"));
        let apart = unmerge(&other, "b").await.unwrap().entity.unwrap();
        assert_eq!(apart.referents, [name("a")]);
        unmerge(&other, "a").await.unwrap();
        let status = unmerge(&other, "d").await.unwrap_err();
        assert_refused(&status, Code::FailedPrecondition, "NOT_MERGED");
        other.stop().await;
    }
    let filter = "speaker.entity = entities/c".to_owned();
    let kinds = vec![pb::RecordKind::Statement.into()];
    let request = pb::ExportRequest { statement_filter: filter, kinds, ..Default::default() };
    assert_eq!(records(&server, request).await.len(), 3);
    server.stop().await;
}

#[tokio::test]
async fn records_that_lead_in_a_circle_are_read_all_the_same() {
    let home = Home::new();
    let server = home.start().await;
    let circular = |id: &str, into: &str| {
        let entity = pb::Entity {
            name: name(id),
            merged_into: name(into),
            referents: vec![name(into)],
            ..person("Jane Roe")
        };
        pb::Record { record: Some(pb::record::Record::Entity(entity)) }
    };
    load(&server, vec![circular("a", "b"), circular("b", "a")]).await;
    server.get_entity("entities/a").await.unwrap();
    let request = pb::ListStatementsRequest {
        parent: "articles/-".into(),
        filter: "speaker.entity = entities/a".into(),
        ..Default::default()
    };
    server.query().list_statements(request).await.unwrap();
    let query = pb::EntityQuery { text: "Jane Roe".into(), ..Default::default() };
    let request = pb::ResolveEntitiesRequest { queries: vec![query], ..Default::default() };
    server.query().resolve_entities(request).await.unwrap();
    unmerge(&server, "a").await.unwrap();
    let a = own(&server, "a").await;
    assert_eq!((a.merged_into.as_str(), a.referents.len()), ("", 1));
    server.stop().await;
}

/// What a subscriber is told of from the beginning: the name, and which of its
/// states pass.
async fn told(server: &Dicta, request: pb::WatchRequest) -> Vec<(String, bool, bool)> {
    let head = server.revision().await;
    let start = Some(pb::watch_request::Start::Revision(0));
    let request = pb::WatchRequest { start, ..request };
    let mut stream = server.query().watch(request).await.unwrap().into_inner();
    let mut told = Vec::new();
    loop {
        let message = stream.message().await.unwrap().unwrap();
        told.extend(
            message.events.into_iter().map(|it| (it.name, it.before_matches, it.after_matches)),
        );
        if !message.token.is_empty() && message.revision >= head {
            return told;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscriber_to_an_entity_hears_of_all_that_are_one_with_it_as_of_then() {
    let (_home, server) = persons(&["a", "b"]).await;
    let store = async |article: &str| {
        let said = pb::Statement {
            name: format!("articles/{article}/statements/s"),
            ..said_by_entity(QUOTE, "entities/b")
        };
        server.store(ingest_with(&format!("articles/{article}"), vec![said])).await;
    };
    store("before").await;
    merge(&server, "a", "b").await.unwrap();
    store("merged").await;
    unmerge(&server, "b").await.unwrap();
    store("after").await;

    let event = |name: &str, before, after| (name.to_owned(), before, after);
    let statement = "articles/merged/statements/s";
    let by_entity = pb::WatchRequest { entities: vec![name("a")], ..Default::default() };
    let expected = [
        event("entities/a", false, true),
        event("entities/a", true, true),
        event("entities/b", false, true),
        event(statement, false, true),
        event("entities/a", true, true),
        event("entities/b", true, false),
    ];
    let heard: BTreeSet<_> = told(&server, by_entity).await.into_iter().collect();
    assert_eq!(heard, expected.into_iter().collect());

    let by_filter = pb::WatchRequest {
        kinds: vec![pb::RecordKind::Statement.into()],
        statement_filter: "speaker.entity = entities/a".into(),
        ..Default::default()
    };
    assert_eq!(told(&server, by_filter).await, [event(statement, false, true)]);
    server.stop().await;
}
