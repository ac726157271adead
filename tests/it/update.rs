//! Updates by mask, with etags, of what may be missing.

use dicta::rpc::pb;
use tonic::{Code, Status};

use crate::harness::{Dicta, Home, assert_refused};
use crate::samples::{BODY, QUOTE, alias, ingest_with, mask, person, request_id, said_by_entity};

const NAME: &str = "articles/bridge";

async fn update(
    server: &Dicta,
    article: pb::Article,
    paths: &[&str],
) -> Result<pb::UpdateArticleResponse, Status> {
    let request = pb::UpdateArticleRequest {
        article: Some(article),
        update_mask: mask(paths),
        ..Default::default()
    };
    Ok(server.ingest().update_article(request).await?.into_inner())
}

fn labelled(pairs: &[(&str, &str)]) -> pb::Article {
    let labels = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    pb::Article { name: NAME.into(), labels: labels.collect(), ..Default::default() }
}

#[tokio::test]
async fn a_mask_changes_what_it_names_and_nothing_else() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest_with(NAME, Vec::new())).await;
    let values = pb::Article {
        title: "Retitled".into(),
        language: "fr".into(),
        ..labelled(&[("desk", "north")])
    };
    update(&server, values.clone(), &["title"]).await.unwrap();
    let stored = server.article(NAME).await.unwrap();
    assert_eq!((stored.title.as_str(), stored.language.as_str()), ("Retitled", "en"));
    assert_eq!((stored.labels.len(), stored.version, stored.body.as_str()), (0, 1, BODY));
    // Without a mask: the fields that are set.
    update(&server, values, &[]).await.unwrap();
    let stored = server.article(NAME).await.unwrap();
    assert_eq!((stored.language.as_str(), stored.labels.len()), ("fr", 1));
    assert!(stored.published_at.is_some());
    // All of them: the empty ones are cleared.
    update(&server, labelled(&[]), &["*"]).await.unwrap();
    let stored = server.article(NAME).await.unwrap();
    assert_eq!((stored.title.as_str(), stored.language.as_str()), ("", ""));
    assert_eq!((stored.published_at, stored.labels.len()), (None, 0));
    assert_eq!(stored.body, BODY, "the body changes by ingest alone");
    server.stop().await;
}

#[tokio::test]
async fn one_label_is_set_and_taken_away_by_its_key() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest_with(NAME, Vec::new())).await;
    update(&server, labelled(&[("desk", "north"), ("shift", "late")]), &["labels"]).await.unwrap();
    update(&server, labelled(&[("desk", "south")]), &["labels.desk"]).await.unwrap();
    let labels = server.article(NAME).await.unwrap().labels;
    assert_eq!((labels["desk"].as_str(), labels["shift"].as_str()), ("south", "late"));
    update(&server, labelled(&[]), &["labels.desk"]).await.unwrap();
    let labels = server.article(NAME).await.unwrap().labels;
    assert_eq!(labels.keys().collect::<Vec<_>>(), ["shift"]);
    server.stop().await;
}

#[tokio::test]
async fn an_etag_that_holds_lets_the_update_pass_and_changes_with_it() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest_with(NAME, Vec::new())).await;
    let before = server.article(NAME).await.unwrap();
    let values =
        pb::Article { etag: before.etag.clone(), title: "Retitled".into(), ..labelled(&[]) };
    let after = update(&server, values.clone(), &["title"]).await.unwrap();
    assert_ne!(after.article.unwrap().etag, before.etag);
    let status = update(&server, values, &["title"]).await.unwrap_err();
    assert_refused(&status, Code::Aborted, "ETAG_MISMATCH");
    // What changes nothing is not written.
    let same = pb::Article { title: "Retitled".into(), ..labelled(&[]) };
    assert_eq!(update(&server, same, &["title"]).await.unwrap().revision, after.revision);
    assert_eq!(server.revision().await, after.revision);
    server.stop().await;
}

#[tokio::test]
async fn what_is_missing_is_created_only_when_allowed() {
    let home = Home::new();
    let server = home.start().await;
    let mut client = server.ingest();
    let request = |allow_missing: bool| pb::UpdateArticleRequest {
        article: Some(labelled(&[("desk", "north")])),
        allow_missing,
        ..Default::default()
    };
    let status = client.update_article(request(false)).await.unwrap_err();
    assert_refused(&status, Code::NotFound, "NOT_FOUND");
    let created = client.update_article(request(true)).await.unwrap().into_inner();
    assert_eq!(created.article.unwrap().version, 1);
    let entity = |allow_missing: bool| pb::UpdateEntityRequest {
        entity: Some(pb::Entity { name: "entities/jane".into(), ..person("Jane Roe") }),
        allow_missing,
        ..Default::default()
    };
    let status = client.update_entity(entity(false)).await.unwrap_err();
    assert_refused(&status, Code::NotFound, "NOT_FOUND");
    client.update_entity(entity(true)).await.unwrap();
    assert_eq!(server.get_entity("entities/jane").await.unwrap().display_name, "Jane Roe");
    server.stop().await;
}

#[tokio::test]
async fn an_entity_is_updated_by_mask() {
    let home = Home::new();
    let server = home.start().await;
    server.entity("jane", pb::Entity { names: vec![alias("J. Roe")], ..person("Jane Roe") }).await;
    let values = pb::Entity {
        name: "entities/jane".into(),
        description: "A mayor.".into(),
        ..Default::default()
    };
    let request = |paths: &[&str], validate_only| pb::UpdateEntityRequest {
        entity: Some(values.clone()),
        update_mask: mask(paths),
        validate_only,
        ..Default::default()
    };
    let before = server.revision().await;
    let mut client = server.ingest();
    let would = client.update_entity(request(&["description"], true)).await.unwrap().into_inner();
    assert_eq!(would.entity.unwrap().description, "A mayor.");
    assert_eq!(server.revision().await, before);
    client.update_entity(request(&["description"], false)).await.unwrap();
    let stored = server.get_entity("entities/jane").await.unwrap();
    assert_eq!((stored.description.as_str(), stored.names.len()), ("A mayor.", 1));
    client.update_entity(request(&["names"], false)).await.unwrap();
    assert!(server.get_entity("entities/jane").await.unwrap().names.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn a_statement_takes_the_articles_new_publisher_along() {
    let home = Home::new();
    let server = home.start().await;
    server.entity("jane", person("Jane Roe")).await;
    server.store(ingest_with(NAME, vec![said_by_entity(QUOTE, "entities/jane")])).await;
    let publisher = pb::Publisher { name: "Reuters".into(), ..Default::default() };
    let values = pb::Article { publisher: Some(publisher), ..labelled(&[]) };
    update(&server, values, &["publisher"]).await.unwrap();
    assert_eq!(server.statements(NAME).await[0].article_publisher, "Reuters");
    server.stop().await;
}

#[tokio::test]
async fn an_update_is_replayed_by_its_request_id() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest_with(NAME, Vec::new())).await;
    let request = pb::UpdateArticleRequest {
        article: Some(pb::Article { title: "Retitled".into(), ..labelled(&[]) }),
        request_id: request_id(),
        ..Default::default()
    };
    let mut client = server.ingest();
    let first = client.update_article(request.clone()).await.unwrap().into_inner();
    let back = pb::Article { title: "Back".into(), ..labelled(&[]) };
    update(&server, back, &["title"]).await.unwrap();
    assert_eq!(client.update_article(request).await.unwrap().into_inner(), first);
    assert_eq!(server.article(NAME).await.unwrap().title, "Back");
    server.stop().await;
}
