//! Pages of hits: whole, stable while the index moves on, and bound to their
//! arguments.

use dicta::rpc::pb;
use tonic::Code;

use super::{asking, text};
use crate::harness::{Dicta, Home, assert_invalid, assert_refused};

async fn many(count: usize) -> (Home, Dicta) {
    let home = Home::new();
    let dicta = home.start().await;
    for number in 0..count {
        let body = format!("page {}", "words ".repeat(number % 7));
        dicta.store(text(&format!("articles/n{number:02}"), "A page", &body, "en")).await;
    }
    (home, dicta)
}

async fn all_pages(dicta: &Dicta, mut request: pb::SearchRequest) -> Vec<String> {
    let mut names = Vec::new();
    loop {
        let response = dicta.search(request.clone()).await.unwrap();
        names.extend(response.hits.into_iter().map(|hit| hit.name));
        if response.next_page_token.is_empty() {
            return names;
        }
        request.page_token = response.next_page_token;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_every_hit_once() {
    let (_home, dicta) = many(23).await;
    let whole = all_pages(&dicta, asking("page")).await;
    assert_eq!(whole.len(), 23);
    for page_size in [1, 5, 23] {
        let request = pb::SearchRequest { page_size, ..asking("page") };
        assert_eq!(all_pages(&dicta, request).await, whole, "{page_size}");
    }
    // Left to the filter, which the index cannot tell.
    let filter = r#"title = "A*ge""#.to_owned();
    let request = pb::SearchRequest { page_size: 4, filter, ..asking("page") };
    assert_eq!(all_pages(&dicta, request).await, whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn later_writes_move_nothing() {
    let (_home, dicta) = many(12).await;
    let request = pb::SearchRequest { page_size: 4, ..asking("page") };
    let whole = all_pages(&dicta, request.clone()).await;
    let first = dicta.search(request.clone()).await.unwrap();
    for number in 20..30 {
        dicta.store(text(&format!("articles/n{number}"), "page page page", "page", "en")).await;
    }
    let gone = pb::DeleteArticleRequest { name: whole[11].clone(), ..Default::default() };
    dicta.ingest().delete_article(gone).await.unwrap();
    assert_eq!(dicta.search(asking("page")).await.unwrap().total, 21);
    let rest = pb::SearchRequest { page_token: first.next_page_token, ..request };
    let revision = dicta.search(rest.clone()).await.unwrap().revision;
    assert_eq!(revision, first.revision);
    assert_eq!(all_pages(&dicta, rest).await, whole[4..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_bound_to_its_search() {
    let (home, dicta) = many(3).await;
    let request = pb::SearchRequest { page_size: 1, ..asking("page") };
    let token = dicta.search(request.clone()).await.unwrap().next_page_token;
    let crossed = [
        pb::SearchRequest { query: "words".into(), ..request.clone() },
        pb::SearchRequest { filter: "version = 1".into(), ..request.clone() },
        pb::SearchRequest { kinds: vec![1], ..request.clone() },
        pb::SearchRequest { language: "en".into(), ..request.clone() },
        pb::SearchRequest { include_unused: true, ..request.clone() },
        pb::SearchRequest { order_by: "published_at".into(), ..request.clone() },
    ];
    for crossed in crossed {
        let crossed = pb::SearchRequest { page_token: token.clone(), ..crossed };
        let status = dicta.search(crossed).await.unwrap_err();
        assert_invalid(&status, "PAGE_TOKEN_MISMATCH", "page_token");
    }
    let list = pb::ListArticlesRequest { page_token: token.clone(), ..Default::default() };
    let status = dicta.query().list_articles(list).await.unwrap_err();
    assert_invalid(&status, "BAD_TOKEN", "page_token");
    let list = pb::ListArticlesRequest { page_size: 1, ..Default::default() };
    let listed = dicta.query().list_articles(list).await.unwrap().into_inner().next_page_token;
    let crossed = pb::SearchRequest { page_token: listed, ..request.clone() };
    assert_invalid(&dicta.search(crossed).await.unwrap_err(), "BAD_TOKEN", "page_token");
    dicta.stop().await;
    let dicta = home.start().await;
    let later = pb::SearchRequest { page_token: token, ..request };
    let status = dicta.search(later).await.unwrap_err();
    assert_refused(&status, Code::OutOfRange, "PAGE_TOKEN_EXPIRED");
}
