//! The seeds that come with the server, and when they are loaded.

use std::fs;
use std::path::Path;

use dicta::rpc::pb;
use pb::StatementKind::{Direct, Indirect, Mixed, Narrated};

use crate::harness::{Dicta, Home, fails_to_start};
use crate::samples::{article, ingest};

const ARTICLE: &str = "articles/erbil-meeting";

async fn entities(server: &Dicta) -> Vec<pb::Entity> {
    let request = pb::ListEntitiesRequest { page_size: 1_000, ..Default::default() };
    server.query().list_entities(request).await.unwrap().into_inner().entities
}

async fn statements(server: &Dicta) -> Vec<pb::Statement> {
    let request = pb::ListStatementsRequest {
        parent: ARTICLE.into(),
        page_size: 1_000,
        ..Default::default()
    };
    server.query().list_statements(request).await.unwrap().into_inner().statements
}

/// Every selector of a statement.
fn selectors(statement: &pb::Statement) -> Vec<&pb::Selector> {
    let speaker = statement.speaker.iter().filter_map(|speaker| speaker.mention.as_ref());
    let mentions = speaker.chain(&statement.addressees).chain(&statement.mentions);
    let content = statement.content.iter().filter_map(|span| span.selector.as_ref());
    let cue = statement.cue.iter().filter_map(|cue| cue.selector.as_ref());
    content.chain(cue).chain(mentions.filter_map(|it| it.selector.as_ref())).collect()
}

#[tokio::test]
async fn every_selector_of_the_seeds_is_the_text_at_its_place() {
    let home = Home::with_seeds(Path::new("seeds"));
    let server = home.start().await;
    let body: Vec<char> = server.article(ARTICLE).await.unwrap().body.chars().collect();
    let statements = statements(&server).await;
    assert!(statements.len() >= 20, "{}", statements.len());
    assert!(entities(&server).await.len() >= 20);
    for statement in &statements {
        assert_eq!(statement.status(), pb::StatementStatus::Active, "{}", statement.name);
        for selector in selectors(statement) {
            let place = selector.start.unwrap() as usize..selector.end.unwrap() as usize;
            let text: String = body[place].iter().collect();
            assert_eq!(text, selector.exact, "{}", statement.name);
            assert!(selector.verified, "{}", statement.name);
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn the_kinds_of_the_seeds_agree_with_what_is_quoted() {
    let home = Home::with_seeds(Path::new("seeds"));
    let server = home.start().await;
    for statement in statements(&server).await {
        let quoted = statement.content.iter().filter(|span| span.quoted).count();
        let agrees = match statement.kind() {
            Direct => quoted == statement.content.len(),
            Mixed => quoted > 0 && quoted < statement.content.len(),
            Indirect | Narrated => quoted == 0,
            pb::StatementKind::Unspecified => false,
        };
        assert!(agrees, "{statement:?}");
    }
    server.stop().await;
}

#[tokio::test]
async fn what_the_seeds_refer_to_is_there_and_times_are_as_coarse_as_they_are_told() {
    let home = Home::with_seeds(Path::new("seeds"));
    let server = home.start().await;
    let statements = statements(&server).await;
    let mut times = Vec::new();
    for statement in &statements {
        let links = statement.links.iter().map(|link| &link.target);
        for name in links.chain(Some(&statement.parent).filter(|name| !name.is_empty())) {
            assert!(server.statement(name).await.is_ok(), "{} of {}", name, statement.name);
        }
        times.extend(statement.reference_time.iter().map(|it| (&*it.start, it.precision())));
    }
    let told = |start: &str, precision| {
        times.iter().any(|(from, as_coarse)| from.starts_with(start) && *as_coarse == precision)
    };
    assert!(told("2026-09", pb::TimePrecision::Month), "{times:?}");
    assert!(told("2017", pb::TimePrecision::Year), "{times:?}");
    assert!(statements.iter().any(|statement| !statement.parent.is_empty()));
    server.stop().await;
}

#[tokio::test]
async fn a_person_of_the_seeds_is_found_in_each_script() {
    let home = Home::with_seeds(Path::new("seeds"));
    let server = home.start().await;
    for name in ["Nechirvan Barzani", "Nêçîrvan Barzanî", "نێچیرڤان بارزانی", "نيجيرفان بارزاني"]
    {
        let query = pb::EntityQuery { text: name.into(), ..Default::default() };
        let request = pb::ResolveEntitiesRequest { queries: vec![query], ..Default::default() };
        let found = server.query().resolve_entities(request).await.unwrap().into_inner();
        let first = found.results[0].candidates[0].entity.as_ref().unwrap();
        assert_eq!(first.name, "entities/nechirvan-barzani", "{name}");
    }
    server.stop().await;
}

#[tokio::test]
async fn seeds_are_loaded_once_and_what_is_deleted_stays_deleted() {
    let home = Home::with_seeds(Path::new("seeds"));
    let server = home.start().await;
    let revision = server.revision().await;
    server.stop().await;
    let server = home.start().await;
    assert_eq!(server.revision().await, revision);
    let request =
        pb::DeleteArticleRequest { name: ARTICLE.into(), force: true, ..Default::default() };
    server.ingest().delete_article(request).await.unwrap();
    let revision = server.revision().await;
    server.stop().await;
    let server = home.start().await;
    assert_eq!(server.revision().await, revision);
    assert!(server.article(ARTICLE).await.is_err());
    server.stop().await;
}

#[tokio::test]
async fn seeds_are_not_loaded_into_a_base_that_holds_something() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest(article("articles/bridge"))).await;
    server.stop().await;
    let mut config = home.config();
    config.seeds = Home::with_seeds(Path::new("seeds")).config().seeds;
    let server = Dicta::start(config).await;
    assert!(server.article(ARTICLE).await.is_err());
    assert!(server.article("articles/bridge").await.is_ok());
    server.stop().await;
}

#[tokio::test]
async fn a_loading_that_was_cut_short_is_taken_up_again() {
    let seeds = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| fs::write(seeds.path().join(file), text).unwrap();
    write("1.jsonl", r#"{"article": {"name": "articles/a", "title": "A", "body": "one"}}"#);
    // Well-formed, but refused: the first file is in by then.
    write("2.jsonl", r#"{"article": {"name": "articles/B%", "title": "B", "body": "two"}}"#);
    let home = Home::with_seeds(seeds.path());
    let error = fails_to_start(home.config()).await;
    assert!(error.contains("cannot load the seed articles/B%: "), "{error}");
    assert!(error.contains("; article.name: "), "{error}");
    write("2.jsonl", r#"{"article": {"name": "#);
    let error = fails_to_start(home.config()).await;
    assert!(error.contains("2.jsonl line 1"), "{error}");
    write("2.jsonl", r#"{"article": {"name": "articles/b", "title": "B", "body": "two"}}"#);
    let server = home.start().await;
    for name in ["articles/a", "articles/b"] {
        assert_eq!(server.article(name).await.unwrap().version, 1);
    }
    server.stop().await;
}
