//! Lists and filters, to which what was merged is one.

use dicta::rpc::pb;
use tonic::Status;

use super::{as_of, get, merge, name, persons, unmerge};
use crate::harness::{Dicta, Home, assert_invalid};
use crate::samples::{INDIRECT, QUOTE, alias, at, ingest_with, mention, person, said_by_entity};

/// Statements by `a`, `b` and `c` in turn, some of one time, and articles of theirs.
async fn spoken() -> (Home, Dicta) {
    let (home, server) = persons(&["a", "b", "c", "d"]).await;
    for number in 0..12_i64 {
        let speaker = ["a", "b", "c"][number as usize % 3];
        let mentioned = pb::Mention { entity: name("d"), ..mention("D Roe") };
        let also = pb::Mention { entity: name(speaker), ..mention("someone") };
        let said = pb::Statement {
            mentions: vec![mentioned, also],
            ..said_by_entity(QUOTE, &name(speaker))
        };
        let mut request = ingest_with(&format!("articles/x{number}"), vec![said]);
        let article = request.article.as_mut().unwrap();
        article.published_at = Some(at(number / 2));
        article.publisher = Some(pb::Publisher { entity: name(speaker), ..Default::default() });
        server.store(request).await;
    }
    (home, server)
}

fn statements(filter: &str) -> pb::ListStatementsRequest {
    pb::ListStatementsRequest {
        parent: "articles/-".into(),
        filter: filter.into(),
        ..Default::default()
    }
}

/// The articles of the statements that a list gives, all of its pages.
async fn listed(server: &Dicta, request: pb::ListStatementsRequest) -> Vec<String> {
    let mut request = request;
    let mut found = Vec::new();
    loop {
        let page = server.query().list_statements(request.clone()).await.unwrap().into_inner();
        assert!(request.page_size == 0 || page.statements.len() <= request.page_size as usize);
        found.extend(page.statements.iter().map(|statement| {
            let article = statement.name.split('/').nth(1).unwrap();
            article.to_owned()
        }));
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}

async fn articles(server: &Dicta, filter: &str, page_size: i32) -> Vec<String> {
    let mut request =
        pb::ListArticlesRequest { filter: filter.into(), page_size, ..Default::default() };
    let mut found = Vec::new();
    loop {
        let page = server.query().list_articles(request.clone()).await.unwrap().into_inner();
        let names = page.articles.iter().map(|it| it.name.replace("articles/", ""));
        found.extend(names);
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn lists_by_speaker_mention_and_publisher_unite() {
    let (_home, server) = spoken().await;
    let merged = merge(&server, "a", "b").await.unwrap();
    // Of two of one time, the article that was stored first comes first.
    let united = ["x10", "x9", "x6", "x7", "x4", "x3", "x0", "x1"];
    let of_a = ["x9", "x6", "x3", "x0"];
    for id in ["a", "b"] {
        for page_size in [0, 1, 2, 3, 5] {
            for field in ["speaker.entity", "mentions.entity"] {
                let filter = format!("{field} = {}", name(id));
                let request = pb::ListStatementsRequest { page_size, ..statements(&filter) };
                assert_eq!(listed(&server, request).await, united, "{filter} by {page_size}");
            }
            for field in ["publisher", "publisher.entity"] {
                let filter = format!("{field} = {}", name(id));
                assert_eq!(articles(&server, &filter, page_size).await, united, "{filter}");
            }
        }
    }
    let then = pb::ListStatementsRequest {
        read: as_of(merged.revision - 1),
        ..statements("speaker.entity = entities/a")
    };
    assert_eq!(listed(&server, then).await, of_a);

    // A statement of both is listed once.
    merge(&server, "d", "a").await.unwrap();
    let all = statements("mentions.entity = entities/b");
    assert_eq!(listed(&server, all).await.len(), 12);
    unmerge(&server, "b").await.unwrap();
    let request = statements("speaker.entity = entities/d");
    assert_eq!(listed(&server, request).await, of_a);
    server.stop().await;
}

#[tokio::test]
async fn a_merge_between_two_pages_moves_nothing() {
    let (_home, server) = spoken().await;
    let filter = "speaker.entity = entities/a";
    let request = pb::ListStatementsRequest { page_size: 2, ..statements(filter) };
    let first = server.query().list_statements(request.clone()).await.unwrap().into_inner();
    merge(&server, "a", "b").await.unwrap();
    let second =
        pb::ListStatementsRequest { page_token: first.next_page_token.clone(), ..request.clone() };
    assert_eq!(listed(&server, second).await, ["x3", "x0"]);

    let first = server.query().list_statements(request.clone()).await.unwrap().into_inner();
    unmerge(&server, "b").await.unwrap();
    let second = pb::ListStatementsRequest { page_token: first.next_page_token.clone(), ..request };
    assert_eq!(listed(&server, second).await, ["x6", "x7", "x4", "x3", "x0", "x1"]);
    let other = pb::ListStatementsRequest {
        page_token: first.next_page_token,
        ..statements("speaker.entity = entities/b")
    };
    let status = server.query().list_statements(other).await.unwrap_err();
    assert_invalid(&status, "PAGE_TOKEN_MISMATCH", "page_token");
    server.stop().await;
}

#[tokio::test]
async fn an_id_in_a_filter_means_all_that_are_one() {
    let (_home, server) = spoken().await;
    merge(&server, "a", "b").await.unwrap();
    let check = async |filter: &str, count: usize| {
        let found = listed(&server, statements(filter)).await;
        assert_eq!(found.len(), count, "{filter}: {found:?}");
    };
    for id in ["a", "b"] {
        let id = name(id);
        check(&format!("speaker.entity != {id}"), 4).await;
        check(&format!("NOT speaker.entity = {id}"), 4).await;
        check(&format!("speaker.entity = {id} OR speaker.entity = entities/c"), 12).await;
        check(&format!("NOT mentions.entity:{id}"), 4).await;
        check(&format!("article.publisher = {id}"), 8).await;
        check(&format!("speaker.entity = {id} AND name = articles/x1/statements/s"), 0).await;
    }
    // What is no whole id speaks of what was recorded.
    check("speaker.entity = \"entities/a*\"", 4).await;
    assert_eq!(articles(&server, "NOT publisher = entities/b", 0).await.len(), 4);
    server.stop().await;
}

/// The names and display names of the entities that a list gives.
async fn entities(server: &Dicta, filter: &str, page_size: i32) -> Result<Vec<String>, Status> {
    let mut request =
        pb::ListEntitiesRequest { filter: filter.into(), page_size, ..Default::default() };
    let mut found = Vec::new();
    loop {
        let page = server.query().list_entities(request.clone()).await?.into_inner();
        found.extend(page.entities.iter().map(|it| it.name.replace("entities/", "")));
        if page.next_page_token.is_empty() {
            return Ok(found);
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn entities_are_listed_without_those_that_were_merged() {
    let home = Home::new();
    let server = home.start().await;
    let wikidata = |id: &str| {
        let (authority, id) = ("wikidata".to_owned(), id.to_owned());
        vec![pb::ExternalId { authority, id, ..Default::default() }]
    };
    for (id, external, other) in
        [("b", "Q1", "Bee"), ("a", "Q2", "Ay"), ("c", "Q1", "Cee"), ("d", "Q3", "Dee")]
    {
        let entity = pb::Entity {
            external_ids: wikidata(external),
            names: vec![alias(other)],
            ..person(&format!("{id} Roe"))
        };
        server.entity(id, entity).await;
    }
    merge(&server, "a", "b").await.unwrap();
    merge(&server, "a", "c").await.unwrap();
    let id = |id: &str| format!("external_ids.authority = wikidata AND external_ids.id = {id}");
    for page_size in [0, 1, 2] {
        let check = async |filter: &str, expected: &[&str]| {
            let found = entities(&server, filter, page_size).await.unwrap();
            assert_eq!(found, expected, "{filter} by {page_size}");
        };
        check("", &["a", "d"]).await;
        check("name = entities/b", &["a"]).await;
        check("NOT name = entities/c", &["d"]).await;
        check("names.text:Bee", &["a"]).await;
        check("NOT names.text:Bee", &["d"]).await;
        check("names.text:Bee names.text:Cee", &["a"]).await;
        check("referents:entities/b", &["a"]).await;
        check("merged_into:*", &[]).await;
        check(&id("Q1"), &["a"]).await;
        check(&id("Q2"), &["a"]).await;
        check(&format!("{} AND names.text:Dee", id("Q1")), &[]).await;
        check(&id("Q3"), &["d"]).await;
    }
    unmerge(&server, "b").await.unwrap();
    assert_eq!(entities(&server, "", 0).await.unwrap(), ["a", "b", "d"]);
    assert_eq!(entities(&server, &id("Q1"), 0).await.unwrap(), ["b", "a"]);
    server.stop().await;
}

#[tokio::test]
async fn names_resolve_and_link_to_the_survivor() {
    let (_home, server) = persons(&["ann", "bob"]).await;
    server.entity("carol", person("Carol Kole")).await;
    merge(&server, "ann", "carol").await.unwrap();
    let query = pb::EntityQuery { text: "Carol Kole".into(), ..Default::default() };
    let request = pb::ResolveEntitiesRequest { queries: vec![query], ..Default::default() };
    let resolve = async || {
        let found = server.query().resolve_entities(request.clone()).await.unwrap().into_inner();
        let result = found.results[0].clone();
        let names = result.candidates.iter().map(|it| it.entity.clone().unwrap().name);
        (names.collect::<Vec<_>>(), result.linked)
    };
    assert_eq!(resolve().await, (vec![name("ann")], name("ann")));

    let said = |entity: &str, words: &str| pb::Statement {
        speaker: Some(pb::Speaker {
            entity: entity.into(),
            mention: Some(mention("Carol Kole")),
            ..Default::default()
        }),
        ..said_by_entity(words, entity)
    };
    let by_name = pb::Statement { ..said("", QUOTE) };
    let by_id = said("entities/carol", INDIRECT);
    let listed = pb::Entity { name: name("carol"), ..person("Carol Kole") };
    let stored = server
        .store(pb::IngestArticleRequest {
            entities: vec![person("Carol Kole")],
            ..ingest_with("articles/x", vec![by_name, by_id])
        })
        .await;
    let speakers = stored.statements.iter().map(|it| it.speaker.clone().unwrap().entity);
    assert_eq!(speakers.collect::<Vec<_>>(), [name("ann"), name("carol")]);
    let ann = super::own(&server, "ann").await;
    assert!(ann.names.is_empty(), "a name that came by another stays there: {ann:?}");
    let again = pb::IngestArticleRequest {
        entities: vec![listed],
        ..ingest_with("articles/y", vec![said("", QUOTE)])
    };
    let stored = server.store(again).await;
    assert_eq!(stored.statements[0].speaker.clone().unwrap().entity, name("ann"));

    unmerge(&server, "carol").await.unwrap();
    assert_eq!(resolve().await, (vec![name("carol")], name("carol")));
    assert!(get(&server, "ann", None).await.entity.unwrap().names.is_empty());
    let request = statements("speaker.entity = entities/carol");
    assert_eq!(listed_count(&server, request).await, 1);
    server.stop().await;
}

async fn listed_count(server: &Dicta, request: pb::ListStatementsRequest) -> usize {
    listed(server, request).await.len()
}
