//! What does not even arrive as a message, or not in time.

use std::time::Duration;

use dicta::rpc::pb;
use http::uri::PathAndQuery;
use prost::bytes::{Buf as _, BufMut as _, Bytes};
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::{Code, Request, Status};

use crate::harness::{Dicta, Home, assert_refused};
use crate::samples::{article, ingest};

/// Sends and takes bytes as they are.
#[derive(Clone, Copy, Debug, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, bytes: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(bytes);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

async fn send_raw(server: &Dicta, method: &'static str, bytes: Vec<u8>) -> Result<Bytes, Status> {
    let mut client = Grpc::new(server.channel.clone());
    client.ready().await.unwrap();
    let path = PathAndQuery::from_static(method);
    let answer = client.unary(Request::new(Bytes::from(bytes)), path, Raw).await?;
    Ok(answer.into_inner())
}

#[tokio::test]
async fn text_that_is_no_utf_8_and_bytes_that_are_no_message_are_refused() {
    let home = Home::new();
    let server = home.start().await;
    let ingest = "/dicta.v1.IngestService/IngestArticle";
    let get = "/dicta.v1.QueryService/GetArticle";
    // Field 2 (article) with field 2 (title) of two bytes that are no UTF-8.
    let bad_title = vec![0x12, 0x04, 0x12, 0x02, 0xff, 0xfe];
    // Field 1 (name), whose length lies beyond the end.
    let cut_short = vec![0x0a, 0x7f, b'a'];
    for (method, bytes) in [(ingest, bad_title), (get, cut_short), (get, vec![0xff; 7])] {
        let status = send_raw(&server, method, bytes).await.unwrap_err();
        assert_refused(&status, Code::InvalidArgument, "UNDECODABLE");
    }
    assert_eq!(server.revision().await, 0);
    server.stop().await;
}

#[tokio::test]
async fn a_message_over_the_limit_is_refused_and_the_server_goes_on() {
    let home = Home::new();
    let server = home.start().await;
    let mut large = ingest(article("articles/bridge"));
    large.article.as_mut().unwrap().body = "x".repeat(5 << 20);
    let status = server.ingest().ingest_article(large).await.unwrap_err();
    assert_refused(&status, Code::OutOfRange, "MESSAGE_TOO_LARGE");
    assert!(status.message().contains("send less at once"), "{status:?}");
    assert_eq!(server.revision().await, 0);
    server.store(ingest(article("articles/bridge"))).await;
    server.stop().await;
}

#[tokio::test]
async fn another_base_than_default_is_not_found() {
    let home = Home::new();
    let server = home.start().await;
    let asking = |base: &'static str| {
        let mut request = Request::new(ingest(article("articles/bridge")));
        request.metadata_mut().insert("dicta-base", base.parse().unwrap());
        request
    };
    let status = server.ingest().ingest_article(asking("other")).await.unwrap_err();
    assert_refused(&status, Code::NotFound, "UNKNOWN_BASE");
    assert_eq!(server.revision().await, 0);
    server.ingest().ingest_article(asking("default")).await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_stream_whose_deadline_passes_ends_as_such() {
    let home = Home::new();
    let server = home.start().await;
    let (items, stream) = tokio::sync::mpsc::channel(1);
    let stream = tokio_stream::wrappers::ReceiverStream::new(stream);
    let mut request = Request::new(stream);
    request.metadata_mut().insert("grpc-timeout", "300m".parse().unwrap());
    let item =
        pb::IngestArticlesItem { sequence: 1, ingest: Some(ingest(article("articles/bridge"))) };
    items.send(pb::IngestArticlesRequest { items: vec![item] }).await.unwrap();
    let mut acks = server.ingest().ingest_articles(request).await.unwrap().into_inner();
    let first = acks.message().await.unwrap().unwrap();
    assert_eq!(first.acks[0].status, None);
    // The client keeps its side open and sends nothing more.
    let ended = tokio::time::timeout(Duration::from_secs(20), acks.message()).await.unwrap();
    let status = ended.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status:?}");
    drop(items);
    // What was acknowledged stands.
    server.article("articles/bridge").await.unwrap();
    server.stop().await;
}
