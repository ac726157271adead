//! Pages: one list at one revision, whatever is written meanwhile.

use std::collections::HashSet;

use dicta::rpc::pb;
use tonic::{Code, Status};

use crate::harness::{Dicta, Home, assert_invalid, assert_refused};
use crate::samples::{article, at, entity, ingest, mask, person};

const AFP: &str = "publisher = AFP";

fn of_publisher(id: usize, publisher: &str) -> pb::Article {
    let published_at = i64::try_from(id).ok().map(at);
    let publisher = Some(pb::Publisher { name: publisher.into(), ..Default::default() });
    pb::Article { publisher, published_at, ..article(&format!("articles/a{id}")) }
}

async fn page(
    server: &Dicta,
    request: &pb::ListArticlesRequest,
) -> Result<pb::ListArticlesResponse, Status> {
    Ok(server.query().list_articles(request.clone()).await?.into_inner())
}

/// A store with eight articles of AFP.
async fn eight(server: &Dicta) -> Vec<String> {
    for id in 0..8 {
        server.store(ingest(of_publisher(id, "AFP"))).await;
    }
    (0..8).rev().map(|id| format!("articles/a{id}")).collect()
}

/// A write that would change the list if it were seen: creates, deletes, and
/// moves to another publisher or another time.
async fn disturb(server: &Dicta, round: usize) {
    let id = round % 8;
    let moved = pb::Article { published_at: Some(at(100)), ..of_publisher(id, "AFP") };
    match round % 4 {
        0 => drop(server.store(ingest(of_publisher(10 + round, "AFP"))).await),
        1 => drop(server.store(ingest(of_publisher(id, "Reuters"))).await),
        2 => drop(server.store(ingest(moved)).await),
        _ => {
            let name = format!("articles/a{id}");
            let request = pb::DeleteArticleRequest { name, ..Default::default() };
            server.ingest().delete_article(request).await.unwrap();
        }
    }
}

#[tokio::test]
async fn later_writes_move_nothing_on_the_pages() {
    for (page_size, filter, order_by) in [
        (1, "", ""),
        (1, AFP, ""),
        (1, "", "name"),
        (2, AFP, ""),
        (2, "", "name"),
        (1_000, "", ""),
        (-1, "", ""),
    ] {
        let home = Home::new();
        let server = home.start().await;
        let mut expected = eight(&server).await;
        if order_by == "name" {
            expected.sort();
        }
        let (filter, order_by) = (filter.to_owned(), order_by.to_owned());
        let mut request =
            pb::ListArticlesRequest { page_size, filter, order_by, ..Default::default() };
        if page_size < 0 {
            assert_invalid(&page(&server, &request).await.unwrap_err(), "BAD_NUMBER", "page_size");
            server.stop().await;
            continue;
        }
        let mut found = Vec::new();
        for round in 0.. {
            let page = page(&server, &request).await.unwrap();
            assert_eq!(page.revision, 8);
            assert!(page.articles.iter().all(|article| article.revision <= 8));
            found.extend(page.articles.into_iter().map(|article| article.name));
            request.page_token = page.next_page_token;
            if request.page_token.is_empty() {
                break;
            }
            disturb(&server, round).await;
        }
        assert_eq!(found, expected, "{request:?}");
        server.stop().await;
    }
}

#[tokio::test]
async fn a_token_serves_its_own_list_alone() {
    let home = Home::new();
    let server = home.start().await;
    eight(&server).await;
    let first = pb::ListArticlesRequest { page_size: 2, filter: AFP.into(), ..Default::default() };
    let page_token = page(&server, &first).await.unwrap().next_page_token;
    let next = pb::ListArticlesRequest { page_token: page_token.clone(), ..first.clone() };
    for other in [
        pb::ListArticlesRequest { filter: String::new(), ..next.clone() },
        pb::ListArticlesRequest { order_by: "name".into(), ..next.clone() },
        pb::ListArticlesRequest { view: pb::ArticleView::Full.into(), ..next.clone() },
    ] {
        let status = page(&server, &other).await.unwrap_err();
        assert_invalid(&status, "PAGE_TOKEN_MISMATCH", "page_token");
    }
    let request = pb::ListEntitiesRequest { page_token: page_token.clone(), ..Default::default() };
    let status = server.query().list_entities(request).await.unwrap_err();
    assert_invalid(&status, "PAGE_TOKEN_MISMATCH", "page_token");
    // Only the size of the page may change.
    let rest = page(&server, &pb::ListArticlesRequest { page_size: 100, ..next.clone() }).await;
    let rest = rest.unwrap();
    assert_eq!((rest.articles.len(), rest.next_page_token.as_str()), (6, ""));
    server.stop().await;
}

#[tokio::test]
async fn a_token_holds_across_a_restart_and_not_in_another_store_or_when_changed() {
    let (home, other) = (Home::new(), Home::new());
    let server = home.start().await;
    let names = eight(&server).await;
    let first = pb::ListArticlesRequest { page_size: 3, ..Default::default() };
    let page_token = page(&server, &first).await.unwrap().next_page_token;
    let next = pb::ListArticlesRequest { page_token: page_token.clone(), ..first };
    server.stop().await;
    let server = home.start().await;
    assert_eq!(page(&server, &next).await.unwrap().articles[0].name, names[3]);
    let changed = format!("{}{page_token}", if page_token.starts_with('A') { 'B' } else { 'A' });
    let cut = page_token[..page_token.len() - 4].to_owned();
    let mut swapped = page_token.clone().into_bytes();
    let last = swapped.len() / 2;
    swapped[last] = if swapped[last] == b'A' { b'B' } else { b'A' };
    for page_token in [changed, cut, String::from_utf8(swapped).unwrap(), "no token".into()] {
        let request = pb::ListArticlesRequest { page_token, ..next.clone() };
        let status = page(&server, &request).await.unwrap_err();
        assert_invalid(&status, "BAD_TOKEN", "page_token");
    }
    let elsewhere = other.start().await;
    eight(&elsewhere).await;
    let status = page(&elsewhere, &next).await.unwrap_err();
    assert_refused(&status, Code::FailedPrecondition, "TOKEN_FROM_OTHER_STORE");
    elsewhere.stop().await;
    server.stop().await;
}

#[tokio::test]
async fn a_page_ends_where_a_message_is_full_and_the_next_goes_on() {
    let home = Home::new();
    let server = home.start().await;
    for id in 0..9 {
        let body = "x".repeat((1 << 20) - id);
        server.store(ingest(pb::Article { body, ..of_publisher(id, "AFP") })).await;
    }
    let mut request =
        pb::ListArticlesRequest { view: pb::ArticleView::Full.into(), ..Default::default() };
    let (mut names, mut pages) = (Vec::new(), Vec::new());
    loop {
        let page = page(&server, &request).await.unwrap();
        assert!(page.articles.iter().all(|article| article.body.len() > 1_000_000));
        pages.push(page.articles.len());
        names.extend(page.articles.into_iter().map(|article| article.name));
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    assert_eq!(names, (0..9).rev().map(|id| format!("articles/a{id}")).collect::<Vec<_>>());
    assert!(pages.len() > 2 && pages.iter().all(|size| (1..=3).contains(size)), "{pages:?}");
    server.stop().await;
}

#[tokio::test]
async fn a_filter_that_lets_little_pass_answers_an_empty_page_that_goes_on() {
    let home = Home::new();
    let server = home.start().await;
    for round in 0..11 {
        let entities = (0..1_000)
            .map(|at| pb::Entity {
                name: format!("entities/e{round:02}-{at:03}"),
                ..entity(&format!("Thing {round} {at}"), pb::EntityType::Work)
            })
            .collect();
        let listing = ingest(article(&format!("articles/a{round}")));
        server.store(pb::IngestArticleRequest { entities, ..listing }).await;
    }
    server.entity("z", person("The Only One")).await;
    let filter = "type = PERSON".to_owned();
    let mut request = pb::ListEntitiesRequest { filter, ..Default::default() };
    let first = server.query().list_entities(request.clone()).await.unwrap().into_inner();
    assert_eq!(first.entities, []);
    assert_ne!(first.next_page_token, "");
    request.page_token = first.next_page_token;
    let second = server.query().list_entities(request).await.unwrap().into_inner();
    assert_eq!(second.entities[0].name, "entities/z");
    assert_eq!(second.next_page_token, "");
    server.stop().await;
}

#[tokio::test]
async fn entities_that_change_type_or_name_stay_once_on_every_page() {
    let home = Home::new();
    let server = home.start().await;
    for id in 0..6 {
        server.entity(&format!("e{id}"), person("Jane Roe")).await;
    }
    let filter = "type = PERSON".to_owned();
    let mut request = pb::ListEntitiesRequest { page_size: 1, filter, ..Default::default() };
    let mut found = HashSet::new();
    for round in 0.. {
        let page = server.query().list_entities(request.clone()).await.unwrap().into_inner();
        for entity in page.entities {
            assert_eq!(entity.display_name, "Jane Roe");
            assert!(found.insert(entity.name.clone()), "{} came twice", entity.name);
        }
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
        let name = format!("entities/e{}", (round + 3) % 6);
        let moved = pb::Entity { name, ..entity("Moved", pb::EntityType::Place) };
        let update_mask = mask(&["type", "display_name"]);
        let update =
            pb::UpdateEntityRequest { entity: Some(moved), update_mask, ..Default::default() };
        server.ingest().update_entity(update).await.unwrap();
    }
    assert_eq!(found.len(), 6);
    server.stop().await;
}
