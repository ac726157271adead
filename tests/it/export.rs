//! Exports, and what becomes of them in another base.

use std::path::Path;
use std::process::Stdio;

use dicta::config::Config;
use dicta::rpc::pb::record::Record;
use dicta::rpc::{json, pb};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio_stream::StreamExt as _;
use tonic::{Code, Status};

use crate::harness::{Dicta, Home, assert_invalid, assert_refused};
use crate::samples::{BODY, INDIRECT, QUOTE, article, ingest, ingest_with, named};

async fn messages(
    server: &Dicta,
    request: pb::ExportRequest,
) -> Result<Vec<pb::ExportResponse>, Status> {
    let mut stream = server.query().export(request).await?.into_inner();
    let mut messages = Vec::new();
    while let Some(message) = stream.message().await? {
        messages.push(message);
    }
    Ok(messages)
}

/// What an export writes, a line a record.
pub(crate) async fn export(server: &Dicta, request: pb::ExportRequest) -> String {
    let messages = messages(server, request).await.unwrap();
    let records = messages.iter().flat_map(|message| &message.records);
    records.map(|record| json::to_json(record).unwrap() + "\n").collect()
}

pub(crate) async fn everything(server: &Dicta) -> String {
    export(server, pb::ExportRequest::default()).await
}

pub(crate) async fn dicta(
    server: &Dicta,
    arguments: &[&str],
    input: &str,
) -> (bool, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dicta"))
        .args(arguments)
        .args(["--address", &server.url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

/// Loads an export into a new base and exports that again.
pub(crate) async fn through_another_base(lines: &str) -> String {
    let home = Home::new();
    let server = home.start().await;
    let (done, told, errors) = dicta(&server, &["load", "-"], lines).await;
    assert!(done, "{told}{errors}");
    let again = everything(&server).await;
    let (_, by_command, _) = dicta(&server, &["export"], "").await;
    assert_eq!(by_command, again);
    server.stop().await;
    again
}

/// A base with corrections, orphaned and deleted statements, links and entities
/// that are spoken of and gone.
pub(crate) async fn corrected(server: &Dicta) {
    server
        .entity("roe", pb::Entity { display_name: "Jane Roe".into(), ..Default::default() })
        .await;
    server.entity("gone", pb::Entity { display_name: "Gone".into(), ..Default::default() }).await;
    let mut spoken = named("articles/-/statements/spoken", QUOTE);
    spoken.speaker = Some(pb::Speaker { entity: "entities/gone".into(), ..Default::default() });
    let mut doubted = named("articles/-/statements/doubted", INDIRECT);
    doubted.rank = pb::Rank::Deprecated.into();
    doubted.rank_reason = "the figures say otherwise".into();
    doubted.links = vec![pb::StatementLink {
        target: "articles/a/statements/spoken".into(),
        r#type: pb::LinkType::Contradicts.into(),
        confidence: Some(0.1),
        ..Default::default()
    }];
    server.store(ingest_with("articles/a", vec![spoken, doubted])).await;
    server.store(ingest_with("articles/z", vec![named("articles/-/statements/s", QUOTE)])).await;
    // The quote is gone from the newer version: its statement is orphaned.
    let body = BODY.replace(QUOTE, "We shall see.");
    server.store(ingest(pb::Article { body, ..article("articles/a") })).await;
    let mut ingest = server.ingest();
    let deletion =
        pb::DeleteArticleRequest { name: "articles/z".into(), force: true, ..Default::default() };
    ingest.delete_article(deletion).await.unwrap();
    let deletion =
        pb::DeleteEntityRequest { name: "entities/gone".into(), force: true, ..Default::default() };
    ingest.delete_entity(deletion).await.unwrap();
}

#[tokio::test]
async fn an_export_of_the_seeds_loaded_elsewhere_is_the_same_byte_for_byte() {
    let home = Home::with_seeds(Path::new("seeds"));
    let server = home.start().await;
    let first = everything(&server).await;
    assert!(first.lines().count() > 20, "{first}");
    assert_eq!(through_another_base(&first).await, first);
    server.stop().await;
}

#[tokio::test]
async fn an_export_of_what_was_corrected_and_deleted_is_the_same_too() {
    let home = Home::new();
    let server = home.start().await;
    corrected(&server).await;
    let first = everything(&server).await;
    assert!(first.contains("STATEMENT_STATUS_ORPHANED"), "{first}");
    assert!(!first.contains("articles/z") && !first.contains("\"etag\""), "{first}");
    assert_eq!(through_another_base(&first).await, first);
    server.stop().await;
}

/// The import of some records: the acknowledgements, and what is dangling.
async fn import(
    server: &Dicta,
    records: Vec<pb::Record>,
) -> Result<(Vec<pb::ImportRecordsAck>, Vec<String>), Status> {
    let items = records.into_iter().enumerate().map(|(index, record)| pb::ImportRecordsItem {
        sequence: index as i64 + 1,
        record: Some(record),
        replace: false,
    });
    let message = pb::ImportRecordsRequest { items: items.collect() };
    let stream = server.admin().import_records(tokio_stream::iter([message])).await?;
    let mut stream = stream.into_inner();
    let (mut acks, mut dangling) = (Vec::new(), Vec::new());
    while let Some(message) = stream.next().await {
        let message = message?;
        acks.extend(message.acks);
        dangling.extend(message.dangling.into_iter().map(|it| it.name));
    }
    Ok((acks, dangling))
}

fn retracted() -> Vec<pb::Record> {
    let time = || Some(prost_types::Timestamp { seconds: 1_000_000, nanos: 1 });
    let retraction = pb::Retraction {
        kind: pb::RetractionKind::RecordingError.into(),
        reason: "misheard".into(),
        by: "desk".into(),
        time: time(),
    };
    let statement = pb::Statement {
        status: pb::StatementStatus::Retracted.into(),
        retraction: Some(retraction),
        create_time: time(),
        update_time: time(),
        article_version: 3,
        ..named("articles/a/statements/s", QUOTE)
    };
    let article = pb::Article { version: 3, create_time: time(), ..article("articles/a") };
    let entity = pb::Entity {
        name: "entities/absorbed".into(),
        display_name: "A".into(),
        merged_into: "entities/survivor".into(),
        create_time: time(),
        ..Default::default()
    };
    [Record::Entity(entity), Record::Article(article), Record::Statement(statement)]
        .map(|record| pb::Record { record: Some(record) })
        .into()
}

#[tokio::test]
async fn retractions_versions_merges_and_times_are_kept_as_they_are_said() {
    let home = Home::new();
    let server = home.start().await;
    let (acks, dangling) = import(&server, retracted()).await.unwrap();
    assert!(acks.iter().all(|ack| ack.outcome() == pb::ImportOutcome::Created), "{acks:?}");
    assert_eq!(dangling, ["entities/survivor"]);
    let statement = server.statement("articles/a/statements/s").await.unwrap();
    assert_eq!(statement.status(), pb::StatementStatus::Retracted);
    assert_eq!(statement.retraction.unwrap().reason, "misheard");
    assert_eq!(statement.create_time.unwrap().seconds, 1_000_000);
    let absorbed = server.get_entity("entities/absorbed").await.unwrap();
    assert_eq!(absorbed.merged_into, "entities/survivor");
    assert_eq!(server.article("articles/a").await.unwrap().version, 3);
    let first = everything(&server).await;
    assert_eq!(through_another_base(&first).await, first);
    server.stop().await;
}

#[tokio::test]
async fn lines_that_are_broken_are_told_and_the_rest_is_loaded() {
    let home = Home::new();
    let server = home.start().await;
    corrected(&server).await;
    let first = everything(&server).await;
    let mut lines: Vec<&str> = first.lines().collect();
    let bodiless = lines[1].replace("\"bodyLength\"", "\"title\"");
    lines.insert(1, "{\"entity\": {\"nam\": \"entities/x\"}}");
    lines.insert(2, "{\"entity\": ");
    lines[3] = &bodiless;
    let other = Home::new();
    let target = other.start().await;
    let (done, told, errors) = dicta(&target, &["load", "-"], &(lines.join("\n") + "\n")).await;
    assert!(!done);
    for line in ["line 2: ", "line 3: ", "line 4: "] {
        assert!(errors.contains(line), "{line} in {errors}");
    }
    assert!(told.contains("created 1 "), "{told}{errors}");
    target.stop().await;
    server.stop().await;
}

#[tokio::test]
async fn an_export_that_broke_off_goes_on_also_after_a_restart() {
    let home = Home::new();
    let server = home.start().await;
    let text: String = (0..60_000).map(|number| format!("{number:x} ")).collect();
    for number in 0..12 {
        let name = format!("articles/long-{number:02}");
        server.store(ingest(pb::Article { body: text.clone(), ..article(&name) })).await;
    }
    let whole = messages(&server, pb::ExportRequest::default()).await.unwrap();
    assert!(whole.len() > 2, "{}", whole.len());
    assert!(whole.iter().all(|it| prost::Message::encoded_len(it) < (1 << 20) + 4_096));
    let expected = everything(&server).await;
    let revision = server.revision().await;
    server.stop().await;
    let server = home.start().await;
    server.store(ingest(article("articles/newer"))).await;
    for (index, message) in whole.iter().enumerate() {
        let resume_token = message.resume_token.clone();
        let request = pb::ExportRequest { resume_token, ..Default::default() };
        let rest = messages(&server, request).await.unwrap();
        let records = |some: &[pb::ExportResponse]| -> Vec<pb::Record> {
            some.iter().flat_map(|message| message.records.clone()).collect()
        };
        assert_eq!(records(&rest), records(&whole[index + 1..]));
    }
    let read = pb::ReadOptions {
        as_of: Some(pb::read_options::AsOf::Revision(revision)),
        ..Default::default()
    };
    let as_of = pb::ExportRequest { read: Some(read), ..Default::default() };
    assert_eq!(export(&server, as_of).await, expected);
    assert_ne!(everything(&server).await, expected);
    server.stop().await;
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let home = Home::new();
    let server = home.start().await;
    let refused = async |request| messages(&server, request).await.unwrap_err();
    let kinds = pb::ExportRequest { kinds: vec![9], ..Default::default() };
    assert_invalid(&refused(kinds).await, "UNKNOWN_ENUM_VALUE", "kinds[0]");
    let token = pb::ExportRequest { resume_token: "x".into(), ..Default::default() };
    assert_invalid(&refused(token).await, "BAD_TOKEN", "resume_token");
    let filter = pb::ExportRequest { article_filter: "nothing = 1".into(), ..Default::default() };
    assert_invalid(&refused(filter).await, "BAD_FILTER", "article_filter");
    let read = pb::ReadOptions {
        as_of: Some(pb::read_options::AsOf::Revision(1_000)),
        ..Default::default()
    };
    let future = pb::ExportRequest { read: Some(read), ..Default::default() };
    assert_refused(&refused(future).await, Code::OutOfRange, "NOT_HELD");
    // Nothing to export is an export too.
    let empty = messages(&server, pb::ExportRequest::default()).await.unwrap();
    assert_eq!(empty.len(), 1);
    server.stop().await;
}

#[tokio::test]
async fn records_are_imported_over_loopback_alone() {
    let home = Home::new();
    let config = Config { listen: "0.0.0.0:0".parse().unwrap(), ..home.config() };
    let server = Dicta::start(config).await;
    let refused = import(&server, retracted()).await.unwrap_err();
    assert_refused(&refused, Code::PermissionDenied, "LOOPBACK_ONLY");
    assert_eq!(server.revision().await, 0);
    assert!(messages(&server, pb::ExportRequest::default()).await.is_ok());
    server.stop().await;
}
