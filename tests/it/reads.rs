//! Reads: pages that stay, states as of a moment, tokens.

use dicta::rpc::pb;
use dicta::rpc::pb::read_options::AsOf;
use tonic::Code;

use crate::harness::{Home, assert_refused};
use crate::samples::{article, ingest, person};

#[tokio::test]
async fn pages_stay_at_their_revision_under_writes() {
    let home = Home::new();
    let server = home.start().await;
    for at in 0..5 {
        server.entity(&format!("e{at}"), person("Jane Roe")).await;
    }
    let (mut names, mut page_token) = (Vec::new(), String::new());
    for added in 0.. {
        let request = pb::ListEntitiesRequest { page_size: 2, page_token, ..Default::default() };
        let page = server.query().list_entities(request).await.unwrap().into_inner();
        assert_eq!(page.revision, 5);
        names.extend(page.entities.into_iter().map(|entity| entity.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
        server.entity(&format!("e{added}-later"), person("John Poe")).await;
    }
    assert_eq!(names, (0..5).map(|at| format!("entities/e{at}")).collect::<Vec<_>>());
    server.stop().await;
}

#[tokio::test]
async fn an_article_reads_as_of_a_revision_and_tells_its_versions() {
    let home = Home::new();
    let server = home.start().await;
    let first = server.store(ingest(article("articles/bridge"))).await;
    let retitled = pb::Article { title: "Retitled".into(), ..article("articles/bridge") };
    server.store(ingest(retitled)).await;
    let read = |revision| pb::GetArticleRequest {
        name: "articles/bridge".into(),
        read: Some(pb::ReadOptions { as_of: Some(AsOf::Revision(revision)), ..Default::default() }),
        ..Default::default()
    };
    let old = server.query().get_article(read(first.revision)).await.unwrap().into_inner();
    assert_eq!(old.article.unwrap().title, "A bridge opens");
    let status = server.query().get_article(read(99)).await.unwrap_err();
    assert_refused(&status, Code::OutOfRange, "NOT_HELD");
    let versions =
        pb::ListArticleVersionsRequest { name: "articles/bridge".into(), ..Default::default() };
    let versions = server.query().list_article_versions(versions).await.unwrap().into_inner();
    let revisions: Vec<i64> = versions.versions.iter().map(|it| it.revision).collect();
    assert_eq!(revisions, [2, 1]);
    server.stop().await;
}

#[tokio::test]
async fn a_token_of_another_store_is_refused() {
    let (home, other) = (Home::new(), Home::new());
    let (server, elsewhere) = (home.start().await, other.start().await);
    let token = elsewhere.store(ingest(article("articles/bridge"))).await.consistency_token;
    server.store(ingest(article("articles/bridge"))).await;
    let request = pb::GetArticleRequest {
        name: "articles/bridge".into(),
        read: Some(pb::ReadOptions { consistency_token: token, ..Default::default() }),
        ..Default::default()
    };
    let status = server.query().get_article(request).await.unwrap_err();
    assert_refused(&status, Code::FailedPrecondition, "TOKEN_FROM_OTHER_STORE");
    server.stop().await;
    elsewhere.stop().await;
}
