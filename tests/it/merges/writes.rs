//! Merges among other writes.

use dicta::rpc::pb;
use tonic::Code;

use super::{bare, get, merge, merging, name, own, persons, unmerge};
use crate::harness::Dicta;
use crate::samples::{INDIRECT, QUOTE, alias, ingest_with, mention, person, said_by_entity};

async fn speakers(server: &Dicta, id: &str) -> Vec<String> {
    let request = pb::ListStatementsRequest {
        parent: "articles/-".into(),
        filter: format!("speaker.entity = {}", name(id)),
        ..Default::default()
    };
    let page = server.query().list_statements(request).await.unwrap().into_inner();
    let speaker = |statement: pb::Statement| statement.speaker.unwrap().entity;
    page.statements.into_iter().map(speaker).collect()
}

#[tokio::test]
async fn an_unmerge_parts_what_came_before_and_after_the_merge() {
    let (_home, server) = persons(&["a", "b"]).await;
    let store = async |article: &str, id: &str| {
        let article = format!("articles/{article}");
        server.store(ingest_with(&article, vec![said_by_entity(QUOTE, &name(id))])).await;
    };
    store("before-a", "a").await;
    store("before-b", "b").await;
    merge(&server, "a", "b").await.unwrap();
    store("after-a", "a").await;
    store("after-b", "b").await;
    // What comes by the absorbed id stays with its record.
    let learnt = pb::Entity { name: name("b"), names: vec![alias("Bee")], ..Default::default() };
    let request = pb::IngestArticleRequest {
        entities: vec![learnt],
        ..ingest_with("articles/learnt", Vec::new())
    };
    server.store(request).await;
    let seen = get(&server, "a", None).await.entity.unwrap();
    let source = seen.names.iter().find(|it| it.text == "Bee").unwrap().source_entity.clone();
    assert_eq!(source, name("b"));
    assert_eq!(speakers(&server, "b").await.len(), 4);

    unmerge(&server, "b").await.unwrap();
    assert_eq!(speakers(&server, "a").await, [name("a"), name("a")]);
    assert_eq!(speakers(&server, "b").await, [name("b"), name("b")]);
    assert_eq!(own(&server, "b").await.names[0].text, "Bee");
    assert!(own(&server, "a").await.names.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn an_article_sent_again_after_a_merge_changes_nothing() {
    let (_home, server) = persons(&["ann"]).await;
    server.entity("carol", person("Carol Kole")).await;
    let by_name = pb::Statement {
        speaker: Some(pb::Speaker { mention: Some(mention("Carol Kole")), ..Default::default() }),
        mentions: vec![mention("Carol Kole")],
        ..said_by_entity(QUOTE, "")
    };
    let request = ingest_with("articles/x", vec![by_name]);
    let first = server.store(request.clone()).await;
    assert_eq!(first.statements[0].speaker.clone().unwrap().entity, name("carol"));
    merge(&server, "ann", "carol").await.unwrap();
    let again = server.store(request).await;
    assert_eq!(again.outcome(), pb::IngestOutcome::Unchanged);
    assert_eq!(again.statements[0].revision, first.revision);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn merges_stand_among_writes_that_arrive_at_the_same_time() {
    let (_home, server) = persons(&["a", "b", "c", "d"]).await;
    let ingests = async |worker: usize| {
        for number in 0..20 {
            let id = ["a", "b", "c", "d"][(worker + number) % 4];
            let learnt = pb::Entity {
                name: name(id),
                names: vec![alias(&format!("Alias {worker} {number}"))],
                ..Default::default()
            };
            let article = format!("articles/w{worker}-{number}");
            let request = pb::IngestArticleRequest {
                entities: vec![learnt],
                ..ingest_with(&article, vec![said_by_entity(QUOTE, &name(id))])
            };
            server.store(request).await;
        }
    };
    let merges = async {
        for _ in 0..5 {
            for (survivor, absorbed) in [("b", "a"), ("c", "b"), ("c", "d")] {
                settled(&server, merging(survivor, absorbed)).await;
            }
            for id in ["b", "a", "d"] {
                let request = pb::UnmergeEntitiesRequest { name: name(id), ..Default::default() };
                while let Err(status) = server.ingest().unmerge_entities(request.clone()).await {
                    assert_eq!(status.code(), Code::Aborted, "{status:?}");
                }
            }
        }
        for (survivor, absorbed) in [("b", "a"), ("c", "b"), ("c", "d")] {
            settled(&server, merging(survivor, absorbed)).await;
        }
    };
    tokio::join!(ingests(0), ingests(1), ingests(2), merges);
    let seen = get(&server, "a", None).await.entity.unwrap();
    assert_eq!((seen.name.as_str(), seen.referents.len()), ("entities/c", 3));
    let learnt = seen.names.iter().filter(|it| it.text.starts_with("Alias")).count();
    assert_eq!((learnt, speakers_count(&server, "d").await), (60, 60));
    for id in ["a", "b", "d"] {
        unmerge(&server, id).await.unwrap();
    }
    for id in ["a", "b", "c", "d"] {
        let record = own(&server, id).await;
        assert_eq!((record.names.len(), record.referents.len()), (15, 0), "{id}");
        assert_eq!(speakers_count(&server, id).await, 15, "{id}");
    }
    server.stop().await;
}

/// Merges, again as long as other writers keep getting in the way.
async fn settled(server: &Dicta, request: pb::MergeEntitiesRequest) {
    while let Err(status) = server.ingest().merge_entities(request.clone()).await {
        assert_eq!(status.code(), Code::Aborted, "{status:?}");
    }
}

async fn speakers_count(server: &Dicta, id: &str) -> usize {
    let request = pb::ListStatementsRequest {
        parent: "articles/-".into(),
        filter: format!("speaker.entity = {}", name(id)),
        page_size: 1_000,
        ..Default::default()
    };
    server.query().list_statements(request).await.unwrap().into_inner().statements.len()
}

#[tokio::test]
async fn a_bulk_stream_sees_what_its_earlier_items_taught_a_merged_entity() {
    let (_home, server) = persons(&["a", "b"]).await;
    merge(&server, "a", "b").await.unwrap();
    let learnt = pb::Entity { name: name("b"), names: vec![alias("Bea Kole")], ..person("") };
    let first = pb::IngestArticleRequest {
        entities: vec![learnt],
        ..ingest_with("articles/first", Vec::new())
    };
    let by_name = pb::Statement {
        speaker: Some(pb::Speaker { mention: Some(mention("Bea Kole")), ..Default::default() }),
        ..said_by_entity(INDIRECT, "")
    };
    // The name is known by now: it is not learnt again by the survivor.
    let listed = pb::Entity { name: name("a"), names: vec![alias("Bea Kole")], ..person("") };
    let second = pb::IngestArticleRequest {
        entities: vec![listed],
        ..ingest_with("articles/second", vec![by_name])
    };
    let items = [first, second].into_iter().zip(1..);
    let items =
        items.map(|(ingest, sequence)| pb::IngestArticlesItem { sequence, ingest: Some(ingest) });
    let message = pb::IngestArticlesRequest { items: items.collect() };
    let acks = server.ingest().ingest_articles(tokio_stream::iter([message])).await;
    let mut acks = acks.unwrap().into_inner();
    while let Some(message) = acks.message().await.unwrap() {
        assert!(message.acks.iter().all(|ack| ack.status.is_none()), "{message:?}");
    }
    let statement = server.statements("articles/second").await.remove(0);
    assert_eq!(statement.speaker.unwrap().entity, name("a"));
    assert!(own(&server, "a").await.names.is_empty());
    assert_eq!(bare(own(&server, "b").await).names.len(), 1);
    server.stop().await;
}
