//! Searches that are refused, and what is said of them.

use dicta::rpc::pb;
use dicta::rpc::pb::read_options::AsOf;
use proptest::test_runner::{Config, TestRunner};
use tonic::Code;

use super::{asking, text};
use crate::harness::{Home, assert_invalid, assert_refused};

#[tokio::test(flavor = "multi_thread")]
async fn bad_searches_are_refused_with_their_field() {
    let home = Home::new();
    let dicta = home.start().await;
    dicta.store(text("articles/a", "A title", "A body", "en")).await;
    let filtered = |filter: &str| pb::SearchRequest { filter: filter.into(), ..asking("title") };
    let deep = format!("{}a{}", "(".repeat(20), ")".repeat(20));
    let cases = [
        (asking(""), "REQUIRED", "query"),
        (asking("*"), "REQUIRED", "query"),
        (asking("!?"), "REQUIRED", "query"),
        (asking("a (b"), "BAD_QUERY", "query"),
        (asking("\"open"), "BAD_QUERY", "query"),
        (asking("ti*"), "BAD_QUERY", "query"),
        (asking("titel:a"), "BAD_QUERY", "query"),
        (asking(&"word ".repeat(60)), "BAD_QUERY", "query"),
        (asking(&"x".repeat(3_000)), "BAD_QUERY", "query"),
        (asking(&deep), "BAD_QUERY", "query"),
        (filtered("titel = x"), "BAD_FILTER", "filter"),
        (filtered("title = ("), "BAD_FILTER", "filter"),
        (
            pb::SearchRequest { kinds: vec![1, 3], ..filtered("publisher = x") },
            "BAD_FILTER",
            "filter",
        ),
        (pb::SearchRequest { order_by: "score".into(), ..asking("a") }, "BAD_ORDER", "order_by"),
        (pb::SearchRequest { language: "?".into(), ..asking("a") }, "BAD_LANGUAGE", "language"),
        (pb::SearchRequest { kinds: vec![9], ..asking("a") }, "UNKNOWN_ENUM_VALUE", "kinds[0]"),
        (pb::SearchRequest { facets: vec![0], ..asking("a") }, "REQUIRED", "facets[0]"),
        (pb::SearchRequest { page_token: "x".into(), ..asking("a") }, "BAD_TOKEN", "page_token"),
    ];
    for (request, reason, field) in cases {
        let status = dicta.search(request.clone()).await.unwrap_err();
        assert_invalid(&status, reason, field);
    }
    let read = pb::ReadOptions { as_of: Some(AsOf::Revision(1)), ..Default::default() };
    let past = pb::SearchRequest { read: Some(read), ..asking("title") };
    assert_invalid(&dicta.search(past).await.unwrap_err(), "AS_OF_UNSUPPORTED", "read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_beginning_of_too_many_words_is_refused() {
    let home = Home::new();
    let dicta = home.start().await;
    let body: String = (0..1_100).map(|number| format!("pre{number} ")).collect();
    dicta.store(text("articles/a", "A title", &body, "")).await;
    let status = dicta.search(asking("pre*")).await.unwrap_err();
    assert_invalid(&status, "BAD_QUERY", "query");
    assert_eq!(dicta.search(asking("pre10*")).await.unwrap().total, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_written_is_answered_or_refused() {
    let home = Home::new();
    let dicta = home.start().await;
    dicta
        .store(text("articles/a", "A title", "\"Words\", he said: (and) more - or less", "en"))
        .await;
    let mut runner = TestRunner::new(Config { cases: 300, ..Config::default() });
    let query = proptest::string::string_regex("[a-zé\"():*\\- ]{0,60}( OR | NOT | AND )?.{0,20}");
    let query = query.unwrap();
    for _ in 0..300 {
        let query = proptest::strategy::Strategy::new_tree(&query, &mut runner).unwrap();
        let query = proptest::strategy::ValueTree::current(&query);
        match dicta.search(asking(&query)).await {
            Ok(response) => assert!(response.total <= 1, "{query}"),
            Err(status) => assert_eq!(status.code(), Code::InvalidArgument, "{query}: {status}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_an_index_says_so() {
    let home = Home::new();
    let mut config = home.config();
    config.search.enabled = false;
    let dicta = crate::harness::Dicta::start(config).await;
    let status = dicta.search(asking("a")).await.unwrap_err();
    assert_refused(&status, Code::Unimplemented, "SEARCH_NOT_SERVED");
    let status = dicta.admin().rebuild_index(pb::RebuildIndexRequest::default()).await.unwrap_err();
    assert_refused(&status, Code::Unimplemented, "SEARCH_NOT_SERVED");
    assert!(!dicta.info().await.search_index.unwrap().served);
}
