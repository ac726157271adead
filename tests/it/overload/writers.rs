//! Clients that begin a request and do not come to its end.

use std::time::Duration;

use dicta::rpc::pb;
use prost::Message as _;
use prost::bytes::Bytes;
use tonic::Code;

use super::raw::{Raw, ended, framed};
use super::{assert_served, soon};
use crate::harness::{Dicta, Home, assert_refused};
use crate::samples::{article, ingest};

const INGEST: &str = "/dicta.v1.IngestService/IngestArticle";
const BULK: &str = "/dicta.v1.IngestService/IngestArticles";

#[tokio::test]
async fn a_request_that_dribbles_is_ended_at_its_deadline() {
    let home = Home::new();
    let mut config = home.config();
    config.deadline.default = Duration::from_millis(400);
    let server = Dicta::start(config).await;
    server.store(ingest(article("articles/a"))).await;
    let mut raw = Raw::connect(&server).await;
    let message = framed(0, &ingest(article("articles/b")).encode_to_vec());
    let (silent, mut first) = raw.begin(INGEST).await;
    first.send_data(message.slice(..4), false).unwrap();
    let (answer, mut sending) = raw.begin_with(INGEST, &[("grpc-timeout", "300m")]).await;
    let dribble = async {
        let mut byte = 0;
        // A byte now and then keeps any wait for the next one short.
        loop {
            let part: Bytes = message.slice(byte..=byte);
            if sending.send_data(part, false).is_err() {
                std::future::pending::<()>().await;
            }
            byte = (byte + 1).min(message.len() - 2);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let dribbled = tokio::select! {
        status = ended(answer) => status,
        () = dribble => unreachable!(),
    };
    for status in [dribbled, ended(silent).await] {
        assert_refused(&status, Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
    }
    server.article("articles/b").await.unwrap_err();
    assert_served(&server, "articles/a").await;
    drop(raw);
    server.stop().await;
}

#[tokio::test]
async fn a_bulk_stream_that_dribbles_keeps_nobody_else_waiting() {
    let home = Home::new();
    let server = home.start().await;
    let mut raw = Raw::connect(&server).await;
    let item = |sequence, name: &str| pb::IngestArticlesRequest {
        items: vec![pb::IngestArticlesItem { sequence, ingest: Some(ingest(article(name))) }],
    };
    let (answer, mut sending) = raw.begin(BULK).await;
    let slow = framed(0, &item(1, "articles/slow").encode_to_vec());
    sending.send_data(slow.slice(..slow.len() / 2), false).unwrap();
    let items = tokio_stream::iter((1..=50).map(move |at| item(at, &format!("articles/a{at}"))));
    let mut acks = server.ingest().ingest_articles(items).await.unwrap().into_inner();
    let mut acknowledged = 0;
    while let Some(message) = soon(acks.message()).await.unwrap() {
        acknowledged += message.acks.len();
    }
    assert_eq!(acknowledged, 50);
    assert_served(&server, "articles/a50").await;
    // What comes late counts all the same.
    sending.send_data(slow.slice(slow.len() / 2..), true).unwrap();
    assert_eq!(ended(answer).await.code(), Code::Ok);
    assert_served(&server, "articles/slow").await;
    drop(raw);
    server.stop().await;
}
