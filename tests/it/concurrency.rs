//! Readers and a writer at once: every answer is of one revision, whole.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dicta::rpc::pb;
use dicta::rpc::pb::read_options::AsOf;

use crate::harness::{Dicta, Home};
use crate::samples::{QUOTE, article, at, entity, ingest, mask, named};

const ARTICLES: usize = 6;
const ROUNDS: usize = 150;

/// An article whose title, publisher, time and statement all tell the round.
fn round_of(id: usize, round: usize) -> pb::IngestArticleRequest {
    let name = format!("articles/a{id}");
    let publisher = Some(pb::Publisher { name: outlet(round), ..Default::default() });
    let published_at = i64::try_from(round).ok().map(at);
    let statement = pb::Statement {
        speaker: Some(pb::Speaker { entity: speaker(round), ..Default::default() }),
        topics: vec![format!("round {round}")],
        ..named("articles/-/statements/s", QUOTE)
    };
    let title = format!("round {round}");
    let article = pb::Article { title, publisher, published_at, ..article(&name) };
    pb::IngestArticleRequest { statements: vec![statement], ..ingest(article) }
}

fn outlet(round: usize) -> String {
    format!("Outlet {}", round % 2)
}

fn speaker(round: usize) -> String {
    format!("entities/e{}", round % 3)
}

/// Moves an article with its statement, and an entity, to other index values.
async fn write(server: &Dicta, round: usize) {
    server.store(round_of(round % ARTICLES, round)).await;
    let kinds = [pb::EntityType::Person, pb::EntityType::Place];
    let name = format!("entities/e{}", round % 3);
    let moved = pb::Entity { name, ..entity(&format!("Name {round}"), kinds[round % 2]) };
    let update_mask = mask(&["type", "display_name"]);
    let request =
        pb::UpdateEntityRequest { entity: Some(moved), update_mask, ..Default::default() };
    server.ingest().update_entity(request).await.unwrap();
}

fn as_of(revision: i64) -> Option<pb::ReadOptions> {
    Some(pb::ReadOptions { as_of: Some(AsOf::Revision(revision)), ..Default::default() })
}

/// All articles that pass, page by page.
async fn all_articles(server: &Dicta, filter: &str) -> (i64, Vec<pb::Article>) {
    let filter = filter.to_owned();
    let mut request = pb::ListArticlesRequest { page_size: 2, filter, ..Default::default() };
    let mut articles = Vec::new();
    let mut revision = None;
    loop {
        let page = server.query().list_articles(request.clone()).await.unwrap().into_inner();
        assert_eq!(*revision.get_or_insert(page.revision), page.revision);
        articles.extend(page.articles);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return (revision.unwrap_or_default(), articles);
        }
    }
}

async fn statements_at(server: &Dicta, filter: &str, revision: i64) -> Vec<pb::Statement> {
    let request = pb::ListStatementsRequest {
        parent: "articles/-".into(),
        filter: filter.into(),
        read: as_of(revision),
        ..Default::default()
    };
    let page = server.query().list_statements(request).await.unwrap().into_inner();
    assert_eq!(page.revision, revision);
    page.statements
}

/// Holds a list of articles against the statements of its revision: none is there
/// twice or missing, none is newer, and each agrees with its statement.
async fn check_articles(server: &Dicta) -> i64 {
    let (revision, articles) = all_articles(server, "").await;
    let names: BTreeSet<&str> = articles.iter().map(|article| article.name.as_str()).collect();
    assert_eq!((articles.len(), names.len()), (ARTICLES, ARTICLES));
    let times = articles.iter().map(|article| article.published_at.unwrap().seconds);
    assert!(times.is_sorted_by(|newer, older| newer >= older));
    let statements = statements_at(server, "", revision).await;
    assert_eq!(statements.len(), ARTICLES);
    for article in &articles {
        assert!(article.revision <= revision);
        let within = format!("{}/", article.name);
        let own = statements.iter().find(|it| it.name.starts_with(&within)).unwrap();
        assert!(own.revision <= revision);
        assert_eq!(own.topics, std::slice::from_ref(&article.title), "half a commit at {revision}");
        assert_eq!(own.article_published_at, article.published_at);
    }
    revision
}

/// Every record stands under exactly one value of an index, at one revision.
async fn check_indexes(server: &Dicta) {
    let (revision, articles) = all_articles(server, "publisher = \"Outlet 0\"").await;
    assert!(articles.iter().all(|it| it.publisher.as_ref().unwrap().name == "Outlet 0"));
    let mut spoken = Vec::new();
    for id in 0..3 {
        let filter = format!("speaker.entity = \"{}\"", speaker(id));
        let statements = statements_at(server, &filter, revision).await;
        assert!(statements.iter().all(|it| it.speaker.as_ref().unwrap().entity == speaker(id)));
        spoken.extend(statements.into_iter().map(|it| it.name));
    }
    let distinct: BTreeSet<&String> = spoken.iter().collect();
    assert_eq!((spoken.len(), distinct.len()), (ARTICLES, ARTICLES), "{spoken:?}");
    let all = statements_at(server, "", revision).await;
    let even = all.iter().filter(|it| it.article_publisher == "Outlet 0").count();
    assert_eq!(articles.len(), even);
}

/// Entities of two types, which are all of them; and a read is not older than the
/// list before it.
async fn check_entities(server: &Dicta) {
    let mut found = Vec::new();
    let mut read = None;
    for kind in ["PERSON", "PLACE"] {
        let filter = format!("type = {kind}");
        let request = pb::ListEntitiesRequest { filter, read, ..Default::default() };
        let page = server.query().list_entities(request).await.unwrap().into_inner();
        assert!(page.entities.iter().all(|entity| entity.revision <= page.revision));
        found.extend(page.entities.into_iter().map(|entity| entity.name));
        read = as_of(page.revision);
    }
    found.sort();
    assert_eq!(found, ["entities/e0", "entities/e1", "entities/e2"]);
    let name = found.remove(0);
    let request = pb::GetEntityRequest { name, read, ..Default::default() };
    let got = server.query().get_entity(request).await.unwrap().into_inner();
    assert!(got.entity.unwrap().revision <= got.revision);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_reader_sees_half_a_commit_or_a_row_twice_or_too_late() {
    let home = Home::new();
    let server = Arc::new(home.start().await);
    for id in 0..3 {
        server.entity(&format!("e{id}"), entity("Name", pb::EntityType::Person)).await;
    }
    for id in 0..ARTICLES {
        server.store(round_of(id, id)).await;
    }
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..3)
        .map(|kind| {
            let (server, done) = (Arc::clone(&server), Arc::clone(&done));
            tokio::spawn(async move {
                let mut newest = 0;
                // Once more after the last write.
                let mut last = false;
                while !last {
                    last = done.load(Ordering::Acquire);
                    match kind {
                        0 => {
                            let revision = check_articles(&server).await;
                            assert!(revision >= newest, "{revision} after {newest}");
                            newest = revision;
                        }
                        1 => check_indexes(&server).await,
                        _ => check_entities(&server).await,
                    }
                }
            })
        })
        .collect();
    for round in ARTICLES..ARTICLES + ROUNDS {
        write(&server, round).await;
    }
    done.store(true, Ordering::Release);
    for reader in readers {
        reader.await.unwrap();
    }
    assert_eq!(check_articles(&server).await, server.revision().await);
    Arc::into_inner(server).unwrap().stop().await;
}
