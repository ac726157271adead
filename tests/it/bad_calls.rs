//! Writes of one record, and reads, that are refused: each with its reason, and
//! nothing changed.

use dicta::rpc::pb;
use tonic::{Code, Status};

use crate::bad_requests::with;
use crate::harness::{Home, assert_invalid, assert_refused, metadata, refusal};
use crate::samples::{
    BODY, QUOTE, article, ingest, ingest_with, mask, person, request_id, said, said_by, words,
};

#[tokio::test]
async fn creations_under_unknown_parents_and_taken_names_are_refused() {
    let home = Home::new();
    let server = home.start().await;
    let create = |parent: &str, id: &str| pb::CreateStatementRequest {
        parent: parent.into(),
        statement_id: id.into(),
        statement: Some(said_by(QUOTE, "Jane Roe")),
        ..Default::default()
    };
    server.store(ingest(article("articles/bridge"))).await;
    server.entity("jane", person("Jane Roe")).await;
    server.ingest().create_statement(create("articles/bridge", "own")).await.unwrap();
    let before = server.revision().await;
    let refused = |request| {
        let mut client = server.ingest();
        async move { client.create_statement(request).await.unwrap_err() }
    };
    let status = refused(create("articles/nowhere", "own")).await;
    assert_refused(&status, Code::NotFound, "NOT_FOUND");
    let status = refused(create("articles/bridge", "own")).await;
    assert_refused(&status, Code::AlreadyExists, "ALREADY_EXISTS");
    assert_invalid(&refused(create("articles/bridge", "No Id")).await, "BAD_ID", "statement_id");
    assert_invalid(&refused(create("", "own")).await, "REQUIRED", "parent");
    let empty = pb::CreateStatementRequest { statement: None, ..create("articles/bridge", "") };
    assert_invalid(&refused(empty).await, "REQUIRED", "statement");
    let taken = pb::CreateEntityRequest {
        entity_id: "jane".into(),
        entity: Some(person("Jane Doe")),
        ..Default::default()
    };
    let status = server.ingest().create_entity(taken).await.unwrap_err();
    assert_refused(&status, Code::AlreadyExists, "ALREADY_EXISTS");
    let nameless =
        pb::CreateEntityRequest { entity: Some(pb::Entity::default()), ..Default::default() };
    let status = server.ingest().create_entity(nameless).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "entity.display_name");
    assert_eq!(server.revision().await, before);
    server.stop().await;
}

#[tokio::test]
async fn stale_etags_are_refused_on_every_update_and_delete() {
    let home = Home::new();
    let server = home.start().await;
    let stored = server.store(ingest_with("articles/bridge", vec![said(words(QUOTE))])).await;
    server.entity("jane", person("Jane Roe")).await;
    let before = server.revision().await;
    let etag = "\"stale\"".to_owned();
    let statement = stored.statements[0].name.clone();
    let mut client = server.ingest();
    let refused: [Status; 5] = [
        client
            .update_article(pb::UpdateArticleRequest {
                article: Some(pb::Article { etag: etag.clone(), ..article("articles/bridge") }),
                update_mask: mask(&["title"]),
                ..Default::default()
            })
            .await
            .unwrap_err(),
        client
            .delete_article(pb::DeleteArticleRequest {
                name: "articles/bridge".into(),
                etag: etag.clone(),
                force: true,
                ..Default::default()
            })
            .await
            .unwrap_err(),
        client
            .delete_statement(pb::DeleteStatementRequest {
                name: statement,
                etag: etag.clone(),
                ..Default::default()
            })
            .await
            .unwrap_err(),
        client
            .update_entity(pb::UpdateEntityRequest {
                entity: Some(pb::Entity {
                    name: "entities/jane".into(),
                    etag: etag.clone(),
                    ..person("Jane Doe")
                }),
                ..Default::default()
            })
            .await
            .unwrap_err(),
        client
            .delete_entity(pb::DeleteEntityRequest {
                name: "entities/jane".into(),
                etag,
                ..Default::default()
            })
            .await
            .unwrap_err(),
    ];
    for status in &refused {
        assert_refused(status, Code::Aborted, "ETAG_MISMATCH");
    }
    let current = server.article("articles/bridge").await.unwrap().etag;
    assert_eq!(metadata(&refused[0], "etag"), current);
    assert_eq!(server.revision().await, before);
    server.stop().await;
}

#[tokio::test]
async fn a_request_id_with_another_payload_is_refused() {
    let home = Home::new();
    let server = home.start().await;
    let request = pb::IngestArticleRequest { request_id: request_id(), ..with(|_| {}) };
    server.store(request.clone()).await;
    let before = server.revision().await;
    let mut other = request;
    other.article.as_mut().unwrap().title = "Another".into();
    let status = server.ingest().ingest_article(other).await.unwrap_err();
    assert_invalid(&status, "REQUEST_ID_REUSED", "request_id");
    assert_eq!(server.revision().await, before);
    server.stop().await;
}

#[tokio::test]
async fn masks_that_name_what_cannot_be_updated_are_refused() {
    let home = Home::new();
    let server = home.start().await;
    server.store(with(|_| {})).await;
    server.entity("jane", person("Jane Roe")).await;
    let before = server.revision().await;
    for path in ["body", "body_extent", "canonical_url", "nonsense", "labels.Bad!", "title.x"] {
        let request = pb::UpdateArticleRequest {
            article: Some(article("articles/bridge")),
            update_mask: mask(&["title", path]),
            ..Default::default()
        };
        let status = server.ingest().update_article(request).await.expect_err(path);
        assert_eq!(status.code(), Code::InvalidArgument, "{path}");
        let field = refusal(&status).fields.remove(0);
        assert!(field.starts_with("update_mask"), "{path}: {status:?}");
    }
    let request = pb::UpdateEntityRequest {
        entity: Some(pb::Entity { name: "entities/jane".into(), ..Default::default() }),
        update_mask: mask(&["display_name"]),
        ..Default::default()
    };
    let status = server.ingest().update_entity(request).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "entity.display_name");
    assert_eq!(server.revision().await, before);
    server.stop().await;
}

#[tokio::test]
async fn reads_refuse_what_makes_no_sense() {
    let home = Home::new();
    let server = home.start().await;
    let mut query = server.query();
    let get = |name: &str| pb::GetArticleRequest { name: name.into(), ..Default::default() };
    let status = query.get_article(get("")).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "name");
    let status = query.get_article(get("entities/x")).await.unwrap_err();
    assert_invalid(&status, "BAD_NAME", "name");
    let status = query.get_article(get("articles/nowhere")).await.unwrap_err();
    assert_refused(&status, Code::NotFound, "NOT_FOUND");
    let bad_view = pb::GetArticleRequest { view: 9, ..get("articles/x") };
    let status = query.get_article(bad_view).await.unwrap_err();
    assert_invalid(&status, "UNKNOWN_ENUM_VALUE", "view");
    let none = pb::BatchGetArticlesRequest::default();
    let status = query.batch_get_articles(none).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "names");
    let many = pb::BatchGetEntitiesRequest {
        names: (0..1_001).map(|at| format!("entities/e{at}")).collect(),
        ..Default::default()
    };
    let status = query.batch_get_entities(many).await.unwrap_err();
    assert_invalid(&status, "OVER_LIMIT", "names");
    let list = |filter: &str, order_by: &str| pb::ListArticlesRequest {
        filter: filter.into(),
        order_by: order_by.into(),
        ..Default::default()
    };
    for bad in ["nonsense = 1", "title =", "(title = \"a\"", "title < 3 AND"] {
        let status = query.list_articles(list(bad, "")).await.expect_err(bad);
        assert_invalid(&status, "BAD_FILTER", "filter");
    }
    let long = format!("title = \"{}\"", "x".repeat(4_100));
    let deep = format!("{}title = \"a\"{}", "(".repeat(40), ")".repeat(40));
    for over in [long, deep] {
        let status = query.list_articles(list(&over, "")).await.unwrap_err();
        assert_eq!(refusal(&status).fields, ["filter"], "{status:?}");
    }
    let status = query.list_articles(list("", "titel")).await.unwrap_err();
    assert_invalid(&status, "BAD_ORDER", "order_by");
    let negative = pb::ListArticlesRequest { page_size: -1, ..Default::default() };
    let status = query.list_articles(negative).await.unwrap_err();
    assert_invalid(&status, "BAD_NUMBER", "page_size");
    let status = query.list_statements(pb::ListStatementsRequest::default()).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "parent");
    let status = query.resolve_entities(pb::ResolveEntitiesRequest::default()).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "queries");
    let many = pb::ResolveEntitiesRequest {
        queries: vec![pb::EntityQuery { text: "x".into(), ..Default::default() }; 101],
        ..Default::default()
    };
    let status = query.resolve_entities(many).await.unwrap_err();
    assert_invalid(&status, "OVER_LIMIT", "queries");
    let empty = pb::ResolveEntitiesRequest {
        queries: vec![pb::EntityQuery::default()],
        ..Default::default()
    };
    let status = query.resolve_entities(empty).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "queries[0].text");
    assert!(BODY.len() < 4_096);
    server.stop().await;
}

#[tokio::test]
async fn page_tokens_are_bound_to_their_list_and_cannot_be_made_up() {
    let home = Home::new();
    let server = home.start().await;
    for at in 0..5 {
        server.entity(&format!("e{at}"), person(&format!("Person {at}"))).await;
    }
    let list = |page_token: String| pb::ListEntitiesRequest {
        page_size: 2,
        page_token,
        ..Default::default()
    };
    let mut query = server.query();
    let first = query.list_entities(list(String::new())).await.unwrap().into_inner();
    let token = first.next_page_token.clone();
    let mut tampered = token.clone().into_bytes();
    let middle = tampered.len() / 2;
    tampered[middle] = if tampered[middle] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();
    for bad in [tampered, "not a token".into(), "AAAA".into()] {
        let status = query.list_entities(list(bad)).await.unwrap_err();
        assert_invalid(&status, "BAD_TOKEN", "page_token");
    }
    let others = [
        pb::ListEntitiesRequest { filter: "type = PERSON".into(), ..list(token.clone()) },
        pb::ListEntitiesRequest { order_by: "name".into(), ..list(token.clone()) },
        pb::ListEntitiesRequest {
            read: Some(pb::ReadOptions {
                as_of: Some(pb::read_options::AsOf::Revision(first.revision)),
                ..Default::default()
            }),
            ..list(token.clone())
        },
    ];
    for other in others {
        let status = query.list_entities(other).await.unwrap_err();
        assert_invalid(&status, "PAGE_TOKEN_MISMATCH", "page_token");
    }
    let of_another_list =
        pb::ListArticlesRequest { page_token: token.clone(), ..Default::default() };
    let status = query.list_articles(of_another_list).await.unwrap_err();
    assert_invalid(&status, "PAGE_TOKEN_MISMATCH", "page_token");
    // The page's size alone may change.
    let larger = pb::ListEntitiesRequest { page_size: 10, ..list(token) };
    assert_eq!(query.list_entities(larger).await.unwrap().into_inner().entities.len(), 3);
    server.stop().await;
}
