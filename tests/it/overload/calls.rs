//! More calls, streams and bytes at once than may be.

use dicta::rpc::pb;
use prost::Message as _;
use tonic::Code;

use super::raw::{Raw, ended, framed};
use super::{assert_healthy, assert_overloaded, assert_served, connect, get, until_served};
use crate::harness::{Dicta, Home};
use crate::samples::{article, ingest};

const GET: &str = "/dicta.v1.QueryService/GetArticle";
const BULK: &str = "/dicta.v1.IngestService/IngestArticles";

fn get_a() -> pb::GetArticleRequest {
    pb::GetArticleRequest { name: "articles/a".into(), ..Default::default() }
}

#[tokio::test]
async fn more_calls_than_may_run_are_refused_at_once_and_health_answers() {
    let home = Home::new();
    let mut config = home.config();
    config.server.concurrency = 2;
    let server = Dicta::start(config).await;
    server.store(ingest(article("articles/a"))).await;
    let mut raw = Raw::connect(&server).await;
    // Calls take their place before anything of them is read.
    let (first, mut sending) = raw.begin(GET).await;
    let (_second, _held) = raw.begin(GET).await;
    assert_overloaded(&ended(raw.call(GET, &get_a()).await).await, "server.concurrency");
    let other = connect(&server).await;
    let status = get(other.clone(), "articles/a").await.unwrap_err();
    assert_overloaded(&status, "server.concurrency");
    assert_healthy(other.clone()).await;
    // A refusal costs the calls under way nothing.
    sending.send_data(framed(0, &get_a().encode_to_vec()), true).unwrap();
    assert_eq!(ended(first).await.code(), Code::Ok);
    until_served(&other, "articles/a").await;
    drop((raw, other));
    server.stop().await;
}

#[tokio::test]
async fn one_connection_cannot_take_all_places() {
    let home = Home::new();
    let mut config = home.config();
    config.server.concurrency_per_connection = 1;
    let server = Dicta::start(config).await;
    server.store(ingest(article("articles/a"))).await;
    let mut raw = Raw::connect(&server).await;
    let (_held, _sending) = raw.begin(GET).await;
    let status = ended(raw.call(GET, &get_a()).await).await;
    assert_overloaded(&status, "server.concurrency_per_connection");
    let (refused, _) = raw.begin(BULK).await;
    assert_overloaded(&ended(refused).await, "server.concurrency_per_connection");
    assert_served(&server, "articles/a").await;
    drop(raw);
    server.stop().await;
}

#[tokio::test]
async fn bulk_streams_have_places_of_their_own() {
    let home = Home::new();
    let mut config = home.config();
    config.bulk.streams = 2;
    config.server.concurrency = 1;
    let server = Dicta::start(config).await;
    server.store(ingest(article("articles/a"))).await;
    let mut raw = Raw::connect(&server).await;
    let (_ingest, _items) = raw.begin(BULK).await;
    let (_import, _records) = raw.begin("/dicta.v1.AdminService/ImportRecords").await;
    let (third, _) = raw.begin(BULK).await;
    assert_overloaded(&ended(third).await, "bulk.streams");
    assert_served(&server, "articles/a").await;
    drop(raw);
    server.stop().await;
}

#[tokio::test]
async fn the_bytes_of_all_requests_are_bounded_together() {
    let home = Home::new();
    let mut config = home.config();
    config.server.in_flight_bytes = 1 << 20;
    let server = Dicta::start(config).await;
    server.store(ingest(article("articles/a"))).await;
    let message = vec![0; 900 << 10];
    let part = framed(0, &message).slice(..700 << 10);
    let (mut first, mut second) = (Raw::connect(&server).await, Raw::connect(&server).await);
    let (one, mut sending_one) = first.begin(GET).await;
    let (other, mut sending_other) = second.begin(GET).await;
    // Either fits, but not both; neither is sent to its end.
    sending_one.send_data(part.clone(), false).unwrap();
    sending_other.send_data(part, false).unwrap();
    let refused = tokio::select! {
        refused = ended(one) => refused,
        refused = ended(other) => refused,
    };
    assert_overloaded(&refused, "server.in_flight_bytes");
    assert_served(&server, "articles/a").await;
    drop((first, second));
    server.stop().await;
}
