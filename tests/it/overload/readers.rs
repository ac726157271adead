//! Clients that ask for much and do not read it.

use std::time::Duration;

use dicta::rpc::pb;
use tonic::Code;

use super::raw::{Raw, ended};
use super::{
    assert_healthy, assert_overloaded, assert_served, connect, get, soon, store_large, until_served,
};
use crate::harness::{Dicta, Home};
use crate::samples::{article, ingest};

const GET: &str = "/dicta.v1.QueryService/GetArticle";
const EXPORT: &str = "/dicta.v1.QueryService/Export";

fn get_large() -> pb::GetArticleRequest {
    let view = pb::ArticleView::Full.into();
    pb::GetArticleRequest { name: "articles/large".into(), view, ..Default::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_not_read_hold_their_places_until_the_connection_is_closed() {
    let home = Home::new();
    let mut config = home.config();
    config.server.concurrency = 3;
    config.server.slow_reader_timeout = Duration::from_millis(800);
    let server = Dicta::start(config).await;
    store_large(&server, "articles/large").await;
    server.store(ingest(article("articles/a"))).await;
    let mut raw = Raw::connect(&server).await;
    let mut unread = Vec::new();
    for _ in 0..3 {
        let answer = soon(raw.call(GET, &get_large()).await).await.unwrap();
        assert_eq!(answer.status(), 200);
        // The headers are there, and as much as the client has room for.
        unread.push(answer);
    }
    let other = connect(&server).await;
    let status = get(other.clone(), "articles/a").await.unwrap_err();
    assert_overloaded(&status, "server.concurrency");
    assert_healthy(other.clone()).await;
    raw.ended().await;
    until_served(&other, "articles/a").await;
    assert_served(&server, "articles/a").await;
    drop((unread, other));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_together_fill_no_more_than_they_may() {
    let home = Home::new();
    let mut config = home.config();
    config.server.in_flight_bytes = 2 << 20;
    config.server.slow_reader_timeout = Duration::from_secs(600);
    config.deadline.default = Duration::from_millis(500);
    let server = Dicta::start(config).await;
    store_large(&server, "articles/large").await;
    server.store(ingest(article("articles/a"))).await;
    let mut raw = Raw::connect(&server).await;
    let mut answers = Vec::new();
    for _ in 0..6 {
        answers.push(raw.call(GET, &get_large()).await);
    }
    // Two find room; the others wait for it as long as they may.
    let (mut unread, mut late) = (Vec::new(), 0);
    for answer in answers {
        let answer = soon(answer).await.unwrap();
        match tonic::Status::from_header_map(answer.headers()) {
            None => unread.push(answer),
            Some(status) => {
                assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
                late += 1;
            }
        }
    }
    assert_eq!((unread.len(), late), (2, 4));
    assert_served(&server, "articles/a").await;
    drop((unread, raw));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_not_read_is_ended_and_another_goes_on() {
    let home = Home::new();
    let mut config = home.config();
    config.server.concurrency = 2;
    config.server.slow_reader_timeout = Duration::from_millis(800);
    let server = Dicta::start(config).await;
    for number in 0..6 {
        store_large(&server, &format!("articles/a{number}")).await;
    }
    let mut raw = Raw::connect(&server).await;
    let request = pb::ExportRequest::default();
    let unread = soon(raw.call(EXPORT, &request).await).await.unwrap();
    let mut other = Raw::with_window(&server, 64 << 20).await;
    assert_eq!(ended(other.call(EXPORT, &request).await).await.code(), Code::Ok);
    raw.ended().await;
    // Whoever reads, however long ago it asked, is not closed with it.
    assert_eq!(ended(other.call(EXPORT, &request).await).await.code(), Code::Ok);
    drop((unread, other));
    server.stop().await;
}
