//! Ingest: what is stored, and what a second ingest of the same article does.

use dicta::rpc::pb;
use dicta::rpc::pb::IngestOutcome::{Created, Revised, Unchanged};
use tonic::Code;

use crate::harness::{Home, assert_refused, metadata};
use crate::samples::{
    BODY, INDIRECT, QUOTE, article, at, ingest, ingest_with, request_id, said, said_by, words,
};

#[tokio::test]
async fn an_article_is_created_then_unchanged_then_revised() {
    let home = Home::new();
    let server = home.start().await;
    let created = server.store(ingest(article("articles/bridge"))).await;
    assert_eq!(created.outcome(), Created);
    let answer = created.article.unwrap();
    assert_eq!((answer.version, answer.body.as_str()), (1, ""), "no body in the answer");
    let same = server
        .store(ingest(pb::Article { retrieved_at: Some(at(7)), ..article("articles/bridge") }))
        .await;
    assert_eq!((same.outcome(), same.revision), (Unchanged, created.revision));
    assert_eq!(server.revision().await, created.revision, "unchanged writes nothing");
    let retitled = pb::Article { title: "Retitled".into(), ..article("articles/bridge") };
    let revised = server.store(ingest(retitled)).await;
    assert_eq!((revised.outcome(), revised.article.unwrap().version), (Revised, 1));
    let rewritten = pb::Article { body: format!("{BODY} More."), ..article("articles/bridge") };
    let revised = server.store(ingest(rewritten)).await;
    assert_eq!((revised.outcome(), revised.article.unwrap().version), (Revised, 2));
    server.stop().await;
}

#[tokio::test]
async fn fields_left_empty_keep_what_is_stored() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest(article("articles/bridge"))).await;
    let bare = pb::Article { name: "articles/bridge".into(), ..Default::default() };
    assert_eq!(server.store(ingest(bare)).await.outcome(), Unchanged);
    let stored = server.article("articles/bridge").await.unwrap();
    assert_eq!((stored.body.as_str(), stored.language.as_str()), (BODY, "en"));
    let dropped = pb::Article {
        name: "articles/bridge".into(),
        body_extent: pb::BodyExtent::None.into(),
        ..Default::default()
    };
    assert_eq!(server.store(ingest(dropped)).await.outcome(), Revised);
    let stored = server.article("articles/bridge").await.unwrap();
    assert_eq!((stored.body.as_str(), stored.content_hash.as_str()), ("", ""));
    server.stop().await;
}

#[tokio::test]
async fn versions_go_on_after_a_delete() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest(article("articles/bridge"))).await;
    let delete = pb::DeleteArticleRequest { name: "articles/bridge".into(), ..Default::default() };
    let deleted = server.ingest().delete_article(delete).await.unwrap().into_inner();
    let status = server.article("articles/bridge").await.unwrap_err();
    assert_refused(&status, Code::NotFound, "NOT_FOUND");
    assert_eq!(metadata(&status, "deleted_revision"), deleted.revision.to_string());
    let again = server.store(ingest(article("articles/bridge"))).await;
    assert_eq!((again.outcome(), again.article.unwrap().version), (Created, 2));
    server.stop().await;
}

#[tokio::test]
async fn an_article_without_a_name_is_found_by_its_address_else_by_its_words() {
    let home = Home::new();
    let server = home.start().await;
    let by_url =
        pb::Article { canonical_url: "https://News.example/a/../bridge#top".into(), ..article("") };
    let first = server.store(ingest(by_url.clone())).await.article.unwrap();
    assert_eq!(first.canonical_url, "https://news.example/bridge");
    let second = pb::Article {
        canonical_url: "https://news.example/bridge".into(),
        title: "Retitled".into(),
        ..article("")
    };
    let revised = server.store(ingest(second)).await;
    assert_eq!(revised.outcome(), Revised);
    assert_eq!(revised.article.unwrap().name, first.name);
    let by_words = pb::Article { title: "Only words".into(), ..article("") };
    let minted = server.store(ingest(by_words.clone())).await.article.unwrap();
    assert_ne!(minted.name, first.name);
    let same = server.store(ingest(by_words)).await;
    assert_eq!((same.outcome(), same.article.unwrap().name), (Unchanged, minted.name.clone()));
    // A name and an address that name different articles.
    let torn = pb::Article { name: minted.name, ..by_url };
    let before = server.revision().await;
    let status = server.ingest().ingest_article(ingest(torn)).await.unwrap_err();
    assert_refused(&status, Code::AlreadyExists, "URL_OF_ANOTHER");
    assert!(status.message().contains(&first.name), "{status:?}");
    assert_eq!(server.revision().await, before);
    server.stop().await;
}

#[tokio::test]
async fn one_ingest_is_one_revision_of_article_statements_and_entities() {
    let home = Home::new();
    let server = home.start().await;
    let request = pb::IngestArticleRequest {
        entities: vec![crate::samples::person("Jane Roe")],
        batch: "monday".into(),
        ..ingest_with("articles/bridge", vec![said_by(QUOTE, "Jane Roe"), said(words(INDIRECT))])
    };
    let stored = server.store(request).await;
    assert_eq!((stored.statements.len(), stored.entities.len()), (2, 1));
    let article = stored.article.unwrap();
    let revisions: Vec<i64> = [article.revision]
        .into_iter()
        .chain(stored.statements.iter().map(|it| it.revision))
        .chain(stored.entities.iter().map(|it| it.revision))
        .collect();
    assert_eq!(revisions, [stored.revision; 4]);
    let origin = stored.statements[0].origin.clone().unwrap();
    assert_eq!((origin.batch.as_str(), origin.principal.as_str()), ("monday", "anonymous"));
    assert_eq!(stored.entities[0].name, "entities/jane-roe");
    let speaker = stored.statements[0].speaker.clone().unwrap();
    assert_eq!(speaker.entity, "entities/jane-roe");
    let copy = &stored.statements[0];
    assert_eq!((copy.article_language.as_str(), copy.article_version), ("en", 1));
    server.stop().await;
}

#[tokio::test]
async fn validate_only_answers_what_would_be_and_stores_nothing() {
    let home = Home::new();
    let server = home.start().await;
    let request = pb::IngestArticleRequest {
        validate_only: true,
        request_id: request_id(),
        ..ingest_with("articles/bridge", vec![said(words(QUOTE))])
    };
    let answer = server.store(request.clone()).await;
    assert_eq!(answer.outcome(), Created);
    assert_eq!((answer.revision, answer.consistency_token.as_str()), (0, ""));
    assert_eq!(answer.statements.len(), 1);
    assert_eq!(server.revision().await, 0);
    server.article("articles/bridge").await.unwrap_err();
    // It is not remembered either: the same id may carry the real one.
    let real = server.store(pb::IngestArticleRequest { validate_only: false, ..request }).await;
    assert_eq!(real.outcome(), Created);
    assert_eq!(real.statements[0].name, answer.statements[0].name);
    server.stop().await;
}

#[tokio::test]
async fn a_request_id_gives_the_first_result_again_also_after_changes_and_a_restart() {
    let home = Home::new();
    let server = home.start().await;
    let request = pb::IngestArticleRequest {
        request_id: request_id(),
        ..ingest_with("articles/bridge", vec![said(words(QUOTE))])
    };
    let first = server.store(request.clone()).await;
    assert_eq!(server.store(request.clone()).await, first);
    let retitled = pb::Article { title: "Retitled".into(), ..article("articles/bridge") };
    let later = server.store(ingest(retitled)).await.revision;
    assert_eq!(server.store(request.clone()).await, first);
    server.stop().await;
    let server = home.start().await;
    assert_eq!(server.store(request).await, first);
    assert_eq!(server.revision().await, later, "a replay writes nothing");
    assert_eq!(server.article("articles/bridge").await.unwrap().title, "Retitled");
    server.stop().await;
}

#[tokio::test]
async fn a_failed_request_is_not_remembered() {
    let home = Home::new();
    let server = home.start().await;
    let create = pb::CreateStatementRequest {
        parent: "articles/bridge".into(),
        statement: Some(said(words(QUOTE))),
        request_id: request_id(),
        ..Default::default()
    };
    server.ingest().create_statement(create.clone()).await.unwrap_err();
    server.store(ingest(article("articles/bridge"))).await;
    let first = server.ingest().create_statement(create.clone()).await.unwrap().into_inner();
    let again = server.ingest().create_statement(create).await.unwrap().into_inner();
    assert_eq!(again, first);
    server.stop().await;
}
