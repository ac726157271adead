//! Updates and retractions.

use dicta::rpc::pb;
use tonic::{Code, Status};

use super::{S, T, U, called, exact, link, three, update};
use crate::harness::{Dicta, Home, assert_invalid, assert_refused};
use crate::samples::{article, ingest, ingest_with, named, said_by, words};

#[tokio::test]
async fn an_update_changes_what_the_mask_names_and_verifies_it() {
    let home = Home::new();
    let dicta = home.start().await;
    three(&dicta).await;
    let before = dicta.statement(S).await.unwrap();

    let topics = pb::Statement { topics: vec!["roads".into()], ..called(S) };
    let after = update(&dicta, topics.clone(), &["topics"]).await.unwrap();
    assert_eq!((&after.topics, &after.content), (&topics.topics, &before.content));
    assert_ne!(after.etag, before.etag);
    let again = update(&dicta, topics, &["topics"]).await.unwrap();
    assert_eq!(again.etag, after.etag);

    let span = |exact: &str| vec![pb::ContentSpan { selector: Some(words(exact)), quoted: true }];
    let content = pb::Statement { content: span("The bridge will open"), ..called(S) };
    let after = update(&dicta, content, &["content"]).await.unwrap();
    assert_eq!(after.content[0].selector.as_ref().unwrap().start, Some(26));
    assert_eq!(after.topics, ["roads"]);

    let content = pb::Statement { content: span("It never says so"), ..called(S) };
    let refused = update(&dicta, content, &["content"]).await.unwrap_err();
    assert_invalid(&refused, "SELECTOR_NOT_FOUND", "statement.content[0].selector");
    let refused = update(&dicta, called(S), &["content"]).await.unwrap_err();
    assert_invalid(&refused, "REQUIRED", "statement.content");
    let refused = update(&dicta, called(S), &["topicz"]).await.unwrap_err();
    assert_invalid(&refused, "BAD_MASK", "update_mask.paths[0]");
    let parent = pb::Statement { parent: S.into(), ..called(T) };
    update(&dicta, parent, &["parent"]).await.unwrap();
    let circle = pb::Statement { parent: T.into(), ..called(S) };
    let refused = update(&dicta, circle, &["parent"]).await.unwrap_err();
    assert_invalid(&refused, "CIRCLE", "statement.parent");
    dicta.stop().await;
}

#[tokio::test]
async fn a_speaker_is_put_right_without_sending_the_statement() {
    let home = Home::new();
    let dicta = home.start().await;
    dicta.entity("jane-roe", crate::samples::person("Jane Roe")).await;
    let sent =
        vec![pb::Statement { name: S.into(), ..said_by("the budget was spent", "The mayor") }];
    dicta.store(ingest_with("articles/a", sent)).await;
    let speaker = |entity: &str| {
        let speaker = pb::Speaker { entity: entity.into(), ..Default::default() };
        pb::Statement { speaker: Some(speaker), ..called(S) }
    };
    let after = update(&dicta, speaker("entities/jane-roe"), &["speaker.entity"]).await.unwrap();
    let told = after.speaker.unwrap();
    assert_eq!(told.entity, "entities/jane-roe");
    assert_eq!(told.mention.unwrap().text, "The mayor");
    let refused = update(&dicta, speaker("entities/nobody"), &["speaker.entity"]).await;
    assert_eq!(refused.unwrap_err().code(), Code::InvalidArgument);
    dicta.stop().await;
}

#[tokio::test]
async fn a_missing_statement_is_created_only_where_asked() {
    let home = Home::new();
    let dicta = home.start().await;
    three(&dicta).await;
    let new = named("articles/a/statements/new", "Critics said little");
    let refused = update(&dicta, new.clone(), &["topics"]).await.unwrap_err();
    assert_refused(&refused, Code::NotFound, "NOT_FOUND");
    let request = pb::UpdateStatementRequest {
        statement: Some(new.clone()),
        allow_missing: true,
        ..Default::default()
    };
    dicta.ingest().update_statement(request.clone()).await.unwrap();
    assert_eq!(exact(&dicta.statement(&new.name).await.unwrap()), "Critics said little");
    let elsewhere = pb::Statement { name: "articles/none/statements/x".into(), ..new };
    let request = pb::UpdateStatementRequest { statement: Some(elsewhere), ..request };
    let refused = dicta.ingest().update_statement(request).await.unwrap_err();
    assert_refused(&refused, Code::NotFound, "NOT_FOUND");
    dicta.stop().await;
}

#[tokio::test]
async fn a_deprecated_rank_needs_a_reason() {
    let home = Home::new();
    let dicta = home.start().await;
    three(&dicta).await;
    let deprecated = pb::Statement { rank: pb::Rank::Deprecated.into(), ..called(S) };
    let refused = update(&dicta, deprecated.clone(), &["rank"]).await.unwrap_err();
    assert_invalid(&refused, "REQUIRED", "statement.rank_reason");
    let reasoned = pb::Statement { rank_reason: "misheard".into(), ..deprecated.clone() };
    let after = update(&dicta, reasoned, &["rank", "rank_reason"]).await.unwrap();
    assert_eq!((after.rank(), after.status()), (pb::Rank::Deprecated, pb::StatementStatus::Active));
    // The stored reason is enough from now on.
    let normal = pb::Statement { rank: pb::Rank::Normal.into(), ..called(S) };
    update(&dicta, normal, &["rank"]).await.unwrap();
    update(&dicta, deprecated, &["rank"]).await.unwrap();
    let refused = update(&dicta, called(S), &["rank_reason"]).await.unwrap_err();
    assert_invalid(&refused, "REQUIRED", "statement.rank_reason");
    dicta.stop().await;
}

#[tokio::test]
async fn a_stale_etag_changes_nothing() {
    let home = Home::new();
    let dicta = home.start().await;
    three(&dicta).await;
    let revision = dicta.revision().await;
    let stale = "0".to_owned();
    let statement = pb::Statement { etag: stale.clone(), topics: vec!["x".into()], ..called(S) };
    let refused = update(&dicta, statement, &["topics"]).await.unwrap_err();
    assert_refused(&refused, Code::Aborted, "ETAG_MISMATCH");
    let request = pb::RetractStatementRequest { etag: stale.clone(), ..retraction("wrong") };
    let refused = dicta.ingest().retract_statement(request).await.unwrap_err();
    assert_refused(&refused, Code::Aborted, "ETAG_MISMATCH");
    let request = pb::LinkStatementsRequest { etag: stale, ..link(S, U, pb::LinkType::Denies) };
    let refused = dicta.ingest().link_statements(request).await.unwrap_err();
    assert_refused(&refused, Code::Aborted, "ETAG_MISMATCH");
    assert_eq!(dicta.revision().await, revision);
    dicta.stop().await;
}

fn retraction(reason: &str) -> pb::RetractStatementRequest {
    pb::RetractStatementRequest {
        name: S.into(),
        kind: pb::RetractionKind::RecordingError.into(),
        reason: reason.into(),
        by: "the desk".into(),
        ..Default::default()
    }
}

async fn retract(
    dicta: &Dicta,
    request: pb::RetractStatementRequest,
) -> Result<pb::Statement, Status> {
    Ok(dicta.ingest().retract_statement(request).await?.into_inner().statement.unwrap())
}

#[tokio::test]
async fn a_retracted_statement_is_kept_and_can_be_taken_back() {
    let home = Home::new();
    let dicta = home.start().await;
    three(&dicta).await;
    let dry = pb::RetractStatementRequest { validate_only: true, ..retraction("misheard") };
    assert_eq!(retract(&dicta, dry).await.unwrap().status(), pb::StatementStatus::Retracted);
    assert_eq!(dicta.statement(S).await.unwrap().status(), pb::StatementStatus::Active);

    let first = retract(&dicta, retraction("misheard")).await.unwrap();
    let told = first.retraction.clone().unwrap();
    assert_eq!((told.reason.as_str(), told.by.as_str()), ("misheard", "the desk"));
    assert_eq!(told.kind(), pb::RetractionKind::RecordingError);
    assert!(told.time.is_some());
    assert_eq!(dicta.statement(S).await.unwrap(), first);
    assert_eq!(dicta.statements("articles/a").await.len(), 2);

    let same = retract(&dicta, retraction("misheard")).await.unwrap();
    assert_eq!(same.etag, first.etag);
    let other = retract(&dicta, retraction("never said")).await.unwrap();
    assert_eq!(other.retraction.unwrap().reason, "never said");

    // Neither a new version nor the same words sent again bring it back.
    let sent = vec![named(S, "The bridge will open in May.")];
    let longer =
        pb::Article { body: format!("{} More.", crate::samples::BODY), ..article("articles/a") };
    dicta.store(pb::IngestArticleRequest { statements: sent, ..ingest(longer) }).await;
    let kept = dicta.statement(S).await.unwrap();
    assert_eq!((kept.status(), kept.article_version), (pb::StatementStatus::Retracted, 2));

    let refused = update(&dicta, kept, &["retraction"]).await.unwrap_err();
    assert_invalid(&refused, "BAD_MASK", "update_mask");
    let back = update(&dicta, called(S), &["retraction"]).await.unwrap();
    assert_eq!((back.status(), back.retraction), (pb::StatementStatus::Active, None));
    dicta.stop().await;
}

#[tokio::test]
async fn a_retraction_says_its_kind_and_reason() {
    let home = Home::new();
    let dicta = home.start().await;
    three(&dicta).await;
    let refused = retract(&dicta, retraction(" ")).await.unwrap_err();
    assert_invalid(&refused, "REQUIRED", "reason");
    let none = pb::RetractStatementRequest { kind: 0, ..retraction("r") };
    assert_invalid(&retract(&dicta, none).await.unwrap_err(), "REQUIRED", "kind");
    let unknown = pb::RetractStatementRequest { kind: 99, ..retraction("r") };
    assert_invalid(&retract(&dicta, unknown).await.unwrap_err(), "UNKNOWN_ENUM_VALUE", "kind");
    let nowhere = pb::RetractStatementRequest {
        name: "articles/a/statements/none".into(),
        ..retraction("r")
    };
    let refused = retract(&dicta, nowhere).await.unwrap_err();
    assert_refused(&refused, Code::NotFound, "NOT_FOUND");
    let by_nobody = pb::RetractStatementRequest { by: String::new(), ..retraction("r") };
    let told = retract(&dicta, by_nobody).await.unwrap().retraction.unwrap();
    assert_eq!(told.by, "anonymous");
    dicta.stop().await;
}
