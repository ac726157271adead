//! Deletes: what stands in the way is counted and named; force takes it along.

use dicta::rpc::pb;
use tonic::{Code, Status};

use crate::harness::{Dicta, Home, assert_refused, metadata};
use crate::samples::{
    INDIRECT, QUOTE, ingest_with, named, person, request_id, said, said_by_entity, words,
};

const NAME: &str = "articles/bridge";
const OUTER: &str = "articles/bridge/statements/outer";

async fn delete_article(server: &Dicta, force: bool) -> Result<pb::DeleteArticleResponse, Status> {
    let request = pb::DeleteArticleRequest { name: NAME.into(), force, ..Default::default() };
    Ok(server.ingest().delete_article(request).await?.into_inner())
}

/// Statements that link to the outer one, from its own and another article.
async fn linked() -> (Home, Dicta) {
    let home = Home::new();
    let server = home.start().await;
    let link = || {
        let r#type = pb::LinkType::Denies.into();
        vec![pb::StatementLink { target: OUTER.into(), r#type, ..Default::default() }]
    };
    let inner = pb::Statement {
        parent: OUTER.into(),
        ..named("articles/bridge/statements/inner", INDIRECT)
    };
    server.store(ingest_with(NAME, vec![named(OUTER, QUOTE), inner])).await;
    let away = pb::Statement { links: link(), ..named("articles/away/statements/reply", QUOTE) };
    server.store(ingest_with("articles/away", vec![away])).await;
    (home, server)
}

#[tokio::test]
async fn an_article_with_statements_goes_only_by_force_and_takes_links_along() {
    let (_home, server) = linked().await;
    let before = server.revision().await;
    let status = delete_article(&server, false).await.unwrap_err();
    assert_refused(&status, Code::FailedPrecondition, "STILL_REFERRED_TO");
    assert_eq!(metadata(&status, "count"), "2");
    assert!(metadata(&status, "first").contains(OUTER), "{status:?}");
    assert_eq!(server.revision().await, before);
    let deleted = delete_article(&server, true).await.unwrap();
    assert_eq!((deleted.deleted_statements, deleted.revision), (2, before + 1));
    for gone in [OUTER, "articles/bridge/statements/inner"] {
        assert_eq!(server.statement(gone).await.unwrap_err().code(), Code::NotFound);
    }
    let reply = server.statement("articles/away/statements/reply").await.unwrap();
    assert_eq!((reply.links.len(), reply.revision), (0, deleted.revision));
    let counts = server.info().await.counts.unwrap();
    assert_eq!((counts.articles, counts.statements), (1, 1));
    server.stop().await;
}

#[tokio::test]
async fn a_statement_that_others_point_to_goes_only_by_force() {
    let (_home, server) = linked().await;
    let request =
        |force| pb::DeleteStatementRequest { name: OUTER.into(), force, ..Default::default() };
    let status = server.ingest().delete_statement(request(false)).await.unwrap_err();
    assert_refused(&status, Code::FailedPrecondition, "STILL_REFERRED_TO");
    assert_eq!(metadata(&status, "count"), "2");
    let first = metadata(&status, "first");
    assert!(first.contains("articles/away/statements/reply"), "{first}");
    server.ingest().delete_statement(request(true)).await.unwrap();
    assert_eq!(server.statement("articles/bridge/statements/inner").await.unwrap().parent, "");
    assert!(server.statement("articles/away/statements/reply").await.unwrap().links.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn an_entity_that_speaks_goes_only_by_force_and_is_still_named() {
    let home = Home::new();
    let server = home.start().await;
    server.entity("jane", person("Jane Roe")).await;
    let stored =
        server.store(ingest_with(NAME, vec![said_by_entity(QUOTE, "entities/jane")])).await;
    let statement = &stored.statements[0].name;
    let request = |force| pb::DeleteEntityRequest {
        name: "entities/jane".into(),
        force,
        ..Default::default()
    };
    let status = server.ingest().delete_entity(request(false)).await.unwrap_err();
    assert_refused(&status, Code::FailedPrecondition, "STILL_REFERRED_TO");
    assert_eq!(
        (metadata(&status, "count").as_str(), &metadata(&status, "first")),
        ("1", statement)
    );
    let deleted = server.ingest().delete_entity(request(true)).await.unwrap().into_inner();
    let status = server.get_entity("entities/jane").await.unwrap_err();
    assert_eq!(metadata(&status, "deleted_revision"), deleted.revision.to_string());
    let kept = server.statement(statement).await.unwrap();
    assert_eq!(kept.speaker.unwrap().entity, "entities/jane");
    server.stop().await;
}

#[tokio::test]
async fn what_is_missing_counts_as_deleted_only_when_allowed() {
    let home = Home::new();
    let server = home.start().await;
    let article = |allow_missing| pb::DeleteArticleRequest {
        name: NAME.into(),
        allow_missing,
        ..Default::default()
    };
    let statement = |allow_missing| pb::DeleteStatementRequest {
        name: OUTER.into(),
        allow_missing,
        ..Default::default()
    };
    let entity = |allow_missing| pb::DeleteEntityRequest {
        name: "entities/jane".into(),
        allow_missing,
        ..Default::default()
    };
    let mut client = server.ingest();
    for status in [
        client.delete_article(article(false)).await.unwrap_err(),
        client.delete_statement(statement(false)).await.unwrap_err(),
        client.delete_entity(entity(false)).await.unwrap_err(),
    ] {
        assert_refused(&status, Code::NotFound, "NOT_FOUND");
    }
    assert_eq!(client.delete_article(article(true)).await.unwrap().into_inner().revision, 0);
    assert_eq!(client.delete_statement(statement(true)).await.unwrap().into_inner().revision, 0);
    assert_eq!(client.delete_entity(entity(true)).await.unwrap().into_inner().revision, 0);
    assert_eq!(server.revision().await, 0);
    server.stop().await;
}

#[tokio::test]
async fn a_delete_is_checked_alone_and_replayed() {
    let home = Home::new();
    let server = home.start().await;
    let stored = server.store(ingest_with(NAME, vec![said(words(QUOTE))])).await;
    let check = pb::DeleteArticleRequest {
        name: NAME.into(),
        force: true,
        validate_only: true,
        ..Default::default()
    };
    let would = server.ingest().delete_article(check.clone()).await.unwrap().into_inner();
    assert_eq!((would.deleted_statements, would.revision), (1, 0));
    assert_eq!(server.revision().await, stored.revision);
    let request = pb::DeleteArticleRequest {
        validate_only: false,
        request_id: request_id(),
        etag: server.article(NAME).await.unwrap().etag,
        ..check
    };
    let first = server.ingest().delete_article(request.clone()).await.unwrap().into_inner();
    let again = server.ingest().delete_article(request).await.unwrap().into_inner();
    assert_eq!(again, first);
    server.stop().await;
}
