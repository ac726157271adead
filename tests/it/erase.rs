//! Erase: content out of every state, and what is said in its place.

use dicta::rpc::pb;
use dicta::rpc::pb::read_options::AsOf;
use dicta::rpc::pb::watch_request::Start;
use tonic::{Code, Status};

use crate::harness::{Dicta, Home, assert_invalid, assert_refused, metadata};
use crate::samples::{QUOTE, article, ingest, ingest_with, person, said_by_entity};

pub(crate) fn erasure(name: &str) -> pb::Erasure {
    pb::Erasure {
        name: name.into(),
        reason: "A court said so.".into(),
        by: "legal desk".into(),
        erase_time: None,
    }
}

pub(crate) async fn erase(dicta: &Dicta, name: &str) -> Result<pb::EraseResponse, Status> {
    let request = pb::EraseRequest { erasures: vec![erasure(name)], allow_missing: false };
    dicta.admin().erase(request).await.map(tonic::Response::into_inner)
}

/// An article in two states, with a statement, by an entity.
pub(crate) async fn sample(dicta: &Dicta) {
    dicta.entity("ann", person("Ann Poe")).await;
    let statement = pb::Statement {
        name: "articles/a/statements/s".into(),
        ..said_by_entity(QUOTE, "entities/ann")
    };
    let address = "https://example.org/bridge".to_owned();
    let sent = pb::Article { canonical_url: address.clone(), ..article("articles/a") };
    let first = pb::IngestArticleRequest {
        article: Some(sent.clone()),
        ..ingest_with("articles/a", vec![statement])
    };
    dicta.store(first).await;
    dicta.store(ingest(pb::Article { title: "A bridge closes".into(), ..sent })).await;
}

pub(crate) async fn get_as_of(dicta: &Dicta, name: &str, revision: i64) -> Result<(), Status> {
    let as_of = Some(AsOf::Revision(revision));
    let read = Some(pb::ReadOptions { as_of, ..Default::default() });
    let name = name.to_owned();
    let mut query = dicta.query();
    if name.contains("statements") {
        query.get_statement(pb::GetStatementRequest { name, read }).await.map(drop)
    } else {
        let request = pb::GetArticleRequest { name, read, ..Default::default() };
        query.get_article(request).await.map(drop)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_erased_is_erased_as_of_any_revision() {
    let home = Home::new();
    let dicta = home.start().await;
    sample(&dicta).await;
    let answer = erase(&dicta, "articles/a").await.unwrap();
    assert_eq!(answer.names, ["articles/a", "articles/a/statements/s"]);
    assert_eq!(answer.revision, 4);
    dicta.stop().await;
    let dicta = home.start().await;
    for name in ["articles/a", "articles/a/statements/s"] {
        for revision in 2..=4 {
            let status = get_as_of(&dicta, name, revision).await.unwrap_err();
            assert_refused(&status, Code::NotFound, "ERASED");
            assert_eq!(metadata(&status, "reason"), "A court said so.");
            assert_eq!(metadata(&status, "by"), "legal desk");
            assert!(!metadata(&status, "erase_time").is_empty());
        }
        let status = get_as_of(&dicta, name, 1).await.unwrap_err();
        assert_refused(&status, Code::NotFound, "NOT_FOUND");
    }
    let versions =
        pb::ListArticleVersionsRequest { name: "articles/a".into(), ..Default::default() };
    let versions = dicta.query().list_article_versions(versions).await.unwrap().into_inner();
    assert_eq!(versions.versions.len(), 3);
    for version in versions.versions {
        assert!(version.deleted && version.article.is_none());
        assert_eq!(version.erasure.unwrap().reason, "A court said so.");
    }
    let again = erase(&dicta, "articles/a").await.unwrap();
    assert_eq!((again.names.len(), again.revision), (0, 4));
    assert_eq!(dicta.revision().await, 4);
    dicta.get_entity("entities/ann").await.unwrap();
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_at_once_say_what_became_of_those_that_are_gone() {
    let home = Home::new();
    let dicta = home.start().await;
    sample(&dicta).await;
    dicta.store(ingest(article("articles/deleted"))).await;
    let name = "articles/deleted".to_owned();
    let deletion = pb::DeleteArticleRequest { name, ..Default::default() };
    dicta.ingest().delete_article(deletion).await.unwrap();
    erase(&dicta, "articles/a").await.unwrap();
    erase(&dicta, "entities/ann").await.unwrap();
    let names = ["articles/a", "articles/deleted", "articles/never"].map(String::from);
    let request = pb::BatchGetArticlesRequest { names: names.to_vec(), ..Default::default() };
    let articles = dicta.query().batch_get_articles(request).await.unwrap().into_inner();
    assert_eq!(articles.missing, names);
    let names = ["articles/a/statements/s", "articles/a/statements/t"].map(String::from);
    let request = pb::BatchGetStatementsRequest { names: names.to_vec(), ..Default::default() };
    let statements = dicta.query().batch_get_statements(request).await.unwrap().into_inner();
    assert_eq!(statements.missing, names);
    let names = ["entities/never", "entities/ann"].map(String::from);
    let request = pb::BatchGetEntitiesRequest { names: names.to_vec(), ..Default::default() };
    let entities = dicta.query().batch_get_entities(request).await.unwrap().into_inner();
    assert_eq!(entities.missing, names);
    let gone = [articles.gone, statements.gone, entities.gone].concat();
    let told = gone.iter().map(|gone| (gone.name.as_str(), gone.revision, gone.erasure.is_some()));
    let expected = [
        ("articles/a", 6, true),
        ("articles/deleted", 5, false),
        ("articles/a/statements/s", 6, true),
        ("entities/ann", 7, true),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    for (request, name) in [("neighbors", "entities/ann"), ("entity", "entities/ann")] {
        let name = name.to_owned();
        let status = match request {
            "entity" => dicta.get_entity(&name).await.unwrap_err(),
            _ => {
                let request = pb::ListNeighborsRequest { name, ..Default::default() };
                dicta.query().list_neighbors(request).await.unwrap_err()
            }
        };
        assert_refused(&status, Code::NotFound, "ERASED");
    }
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erased_name_stays_unused() {
    let home = Home::new();
    let dicta = home.start().await;
    sample(&dicta).await;
    erase(&dicta, "articles/a").await.unwrap();
    let address = "https://example.org/bridge".to_owned();
    let nameless = pb::Article { canonical_url: address, ..article("") };
    for sent in [article("articles/a"), nameless] {
        for validate_only in [false, true] {
            let request = pb::IngestArticleRequest { validate_only, ..ingest(sent.clone()) };
            let status = dicta.ingest().ingest_article(request).await.unwrap_err();
            assert_refused(&status, Code::FailedPrecondition, "ERASED");
            assert_eq!(metadata(&status, "name"), "articles/a");
        }
    }
    erase(&dicta, "entities/ann").await.unwrap();
    let request = pb::CreateEntityRequest {
        entity_id: "ann".into(),
        entity: Some(person("Ann Poe")),
        ..Default::default()
    };
    let status = dicta.ingest().create_entity(request).await.unwrap_err();
    assert_refused(&status, Code::FailedPrecondition, "ERASED");
    let request = pb::DeleteEntityRequest { name: "entities/ann".into(), ..Default::default() };
    let status = dicta.ingest().delete_entity(request).await.unwrap_err();
    assert_refused(&status, Code::FailedPrecondition, "ERASED");
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watch_says_erased_in_place_of_every_change() {
    let home = Home::new();
    let dicta = home.start().await;
    sample(&dicta).await;
    let heard = async |request: pb::WatchRequest| {
        let mut stream = dicta.query().watch(request).await.unwrap().into_inner();
        let head = dicta.revision().await;
        let mut events = Vec::new();
        loop {
            let message = stream.message().await.unwrap().unwrap();
            events.extend(message.events);
            if message.revision >= head && !message.token.is_empty() {
                return events;
            }
        }
    };
    let all = pb::WatchRequest { start: Some(Start::Revision(0)), ..Default::default() };
    // Read once before, so that it is at hand.
    assert!(heard(all.clone()).await.iter().all(|event| event.after.is_some()));
    erase(&dicta, "articles/a").await.unwrap();
    let told = |events: Vec<pb::WatchEvent>| -> Vec<(String, bool, i64)> {
        let erased = |event: &pb::WatchEvent| {
            let is_erased = event.change() == pb::ChangeKind::Erased;
            assert_eq!(is_erased, event.before.is_none() && event.after.is_none());
            is_erased
        };
        events
            .into_iter()
            .map(|event| (event.name.clone(), erased(&event), event.revision))
            .collect()
    };
    let (article, statement) = ("articles/a".to_owned(), "articles/a/statements/s".to_owned());
    let expected = [
        ("entities/ann".to_owned(), false, 1),
        (statement.clone(), true, 2),
        (article.clone(), true, 2),
        (article.clone(), true, 3),
        (article.clone(), true, 4),
        (statement.clone(), true, 4),
    ];
    assert_eq!(told(heard(all.clone()).await), expected);
    let statements = pb::WatchRequest {
        kinds: vec![pb::RecordKind::Statement.into()],
        statement_filter: r#"status = ORPHANED"#.into(),
        ..all
    };
    assert_eq!(told(heard(statements).await), [expected[1].clone(), expected[5].clone()]);
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_marks_names_before_their_records_come() {
    let home = Home::new();
    let dicta = home.start().await;
    let status = erase(&dicta, "articles/a").await.unwrap_err();
    assert_refused(&status, Code::NotFound, "NOT_FOUND");
    let time = prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 };
    let listed = pb::Erasure { erase_time: Some(time), ..erasure("articles/a") };
    let request = pb::EraseRequest { erasures: vec![listed], allow_missing: true };
    let answer = dicta.admin().erase(request).await.unwrap().into_inner();
    assert_eq!(answer.names, ["articles/a"]);
    let status = dicta.ingest().ingest_article(ingest(article("articles/a"))).await.unwrap_err();
    assert_refused(&status, Code::FailedPrecondition, "ERASED");
    let status = get_as_of(&dicta, "articles/a", 1).await.unwrap_err();
    assert_eq!(metadata(&status, "erase_time"), "2023-11-14T22:13:20Z");
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_erasure_needs_names_and_reasons() {
    let home = Home::new();
    let dicta = home.start().await;
    let refused = async |erasures: Vec<pb::Erasure>| {
        let request = pb::EraseRequest { erasures, allow_missing: true };
        dicta.admin().erase(request).await.unwrap_err()
    };
    assert_invalid(&refused(Vec::new()).await, "REQUIRED", "erasures");
    let nameless = pb::Erasure { name: String::new(), ..erasure("articles/a") };
    assert_invalid(&refused(vec![nameless]).await, "REQUIRED", "erasures[0].name");
    let unreasoned = pb::Erasure { reason: String::new(), ..erasure("articles/a") };
    let status = refused(vec![erasure("articles/b"), unreasoned]).await;
    assert_invalid(&status, "REQUIRED", "erasures[1].reason");
    let many = vec![erasure("articles/a"); 101];
    assert_invalid(&refused(many).await, "OVER_LIMIT", "erasures");
    assert_eq!(dicta.revision().await, 0);
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_part_of_a_merge_is_taken_apart_first() {
    let home = Home::new();
    let dicta = home.start().await;
    for id in ["ann", "anne"] {
        dicta.entity(id, person("Ann Lee")).await;
    }
    let merge = pb::MergeEntitiesRequest {
        survivor: "entities/ann".into(),
        absorbed: "entities/anne".into(),
        ..Default::default()
    };
    dicta.ingest().merge_entities(merge).await.unwrap();
    for name in ["entities/ann", "entities/anne"] {
        let status = erase(&dicta, name).await.unwrap_err();
        assert_refused(&status, Code::FailedPrecondition, "PART_OF_MERGE");
    }
    let name = "entities/anne".to_owned();
    let unmerge = pb::UnmergeEntitiesRequest { name, ..Default::default() };
    dicta.ingest().unmerge_entities(unmerge).await.unwrap();
    erase(&dicta, "entities/anne").await.unwrap();
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn compacting_drops_what_was_built_from_erased_words() {
    let home = Home::new();
    let dicta = home.start().await;
    let secret = pb::Article { title: "Xylophagous".into(), ..article("articles/secret") };
    dicta.store(ingest(secret)).await;
    let kept = pb::Article { title: "Quixotic".into(), ..article("articles/kept") };
    dicta.store(ingest(kept)).await;
    erase(&dicta, "articles/secret").await.unwrap();
    dicta.stop().await;
    assert!(home.data().join("search").exists() && home.data().join("quotations").exists());
    dicta::app::compact(&home.data()).unwrap();
    assert!(!home.data().join("search").exists() && !home.data().join("quotations").exists());

    let dicta = home.start().await;
    let found = async |query: &str| {
        let read = Some(pb::ReadOptions { fully_consistent: true, ..Default::default() });
        let request = pb::SearchRequest { query: query.into(), read, ..Default::default() };
        dicta.query().search(request).await.unwrap().into_inner().hits.len()
    };
    assert_eq!((found("xylophagous").await, found("quixotic").await), (0, 1));
    dicta.stop().await;
}
