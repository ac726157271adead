//! Packed messages that unpack to more than may be.

use std::io::Write as _;

use dicta::rpc::pb;
use flate2::Compression;
use flate2::write::GzEncoder;
use prost::Message as _;
use prost::bytes::Bytes;
use tonic::Code;
use tonic::Status;

use super::raw::{Raw, ended, framed};
use super::{assert_overloaded, assert_served};
use crate::harness::{Dicta, Home, assert_refused, metadata};
use crate::samples::{article, ingest};

const INGEST: &str = "/dicta.v1.IngestService/IngestArticle";

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

async fn send(raw: &mut Raw, message: Bytes) -> Status {
    let (answer, mut sending) = raw.begin_with(INGEST, &[("grpc-encoding", "gzip")]).await;
    sending.send_data(message, true).unwrap();
    ended(answer).await
}

#[tokio::test]
async fn a_message_that_unpacks_past_the_limit_is_refused() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest(article("articles/a"))).await;
    let mut raw = Raw::connect(&server).await;
    let bomb = packed(&vec![0; 16 << 20]);
    assert!(bomb.len() < 32 << 10, "{}", bomb.len());
    for _ in 0..20 {
        let status = send(&mut raw, framed(1, &bomb)).await;
        assert_refused(&status, Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
        assert_eq!(metadata(&status, "limit"), "message_bytes");
    }
    assert_served(&server, "articles/a").await;
    drop(raw);
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_gzip_is_the_callers_mistake() {
    let home = Home::new();
    let server = home.start().await;
    let mut raw = Raw::connect(&server).await;
    let mut broken = packed(&ingest(article("articles/a")).encode_to_vec());
    broken.truncate(broken.len() / 2);
    for bytes in [broken, b"no gzip at all".to_vec()] {
        let status = send(&mut raw, framed(1, &bytes)).await;
        assert_refused(&status, Code::InvalidArgument, "UNDECODABLE");
    }
    drop(raw);
    server.stop().await;
}

#[tokio::test]
async fn a_packed_request_counts_as_what_it_unpacks_to() {
    let home = Home::new();
    let mut config = home.config();
    config.server.in_flight_bytes = 1 << 20;
    let server = Dicta::start(config).await;
    server.store(ingest(article("articles/a"))).await;
    let mut raw = Raw::connect(&server).await;
    let body = "x".repeat(2 << 20);
    let large = ingest(pb::Article { body, ..article("articles/large") });
    let message = packed(&large.encode_to_vec());
    assert!(message.len() < 64 << 10);
    let status = send(&mut raw, framed(1, &message)).await;
    assert_overloaded(&status, "server.in_flight_bytes");
    let fits = packed(&ingest(article("articles/b")).encode_to_vec());
    assert_eq!(send(&mut raw, framed(1, &fits)).await.code(), Code::Ok);
    assert_served(&server, "articles/b").await;
    drop(raw);
    server.stop().await;
}
