//! Frames that cost a client little and a server much.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tonic::Code;

use super::raw::{Raw, ended, tcp};
use super::{assert_served, soon};
use crate::harness::Home;
use crate::samples::{article, ingest};

const GET: &str = "/dicta.v1.QueryService/GetArticle";
/// The preface, empty SETTINGS, and the HEADERS of stream 1 without their end.
const BEGUN: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\
    \0\0\x01\x01\0\0\0\0\x01\x83";
const PREFACE_AND_SETTINGS: usize = 24 + 9;

/// A stream that begins, without a message, and is taken back in the same breath.
fn begun_and_reset(stream: u32) -> Vec<u8> {
    let id = stream.to_be_bytes();
    // POST, http, "/", each from the static table; then CANCEL.
    let headers = [b"\0\0\x03\x01\x04", &id[..], b"\x83\x86\x84"].concat();
    let reset = [b"\0\0\x04\x03\0", &id[..], b"\0\0\0\x08"].concat();
    [headers, reset].concat()
}

#[tokio::test]
async fn streams_that_are_reset_as_soon_as_they_begin_end_the_connection() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest(article("articles/a"))).await;
    let (mut reading, mut writing) = tcp(&server).await.into_split();
    let mut flood = BEGUN[..PREFACE_AND_SETTINGS].to_vec();
    for stream in 0..2_000 {
        flood.extend(begun_and_reset(2 * stream + 1));
    }
    let mut said = Vec::new();
    // The server may close before it has read all.
    let _ = writing.write_all(&flood).await;
    let _ = soon(reading.read_to_end(&mut said)).await;
    // GOAWAY, with ENHANCE_YOUR_CALM behind the last stream's id.
    let calm =
        |frame: &[u8]| frame.starts_with(b"\x07\0\0\0\0\0") && frame[10..14] == *b"\0\0\0\x0b";
    assert!(said.windows(14).any(calm), "{said:?}");
    assert_served(&server, "articles/a").await;
    server.stop().await;
}

#[tokio::test]
async fn headers_over_the_limit_are_refused_and_the_connection_goes_on() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest(article("articles/a"))).await;
    let mut raw = Raw::connect(&server).await;
    let large = "x".repeat(32 << 10);
    let (answer, _) = raw.begin_with(GET, &[("large", &large)]).await;
    let answer = soon(answer).await.unwrap();
    // HTTP's word for it, since such headers never become a call.
    assert_eq!(answer.status(), 431);
    let (other, mut sending) = raw.begin(GET).await;
    sending.send_data(super::raw::framed(0, b""), true).unwrap();
    assert_eq!(ended(other).await.code(), Code::InvalidArgument);
    assert_served(&server, "articles/a").await;
    drop(raw);
    server.stop().await;
}

#[tokio::test]
async fn headers_without_an_end_end_the_connection() {
    let home = Home::new();
    let mut config = home.config();
    config.server.keepalive_interval = Duration::from_secs(600);
    let server = crate::harness::Dicta::start(config).await;
    server.store(ingest(article("articles/a"))).await;
    let (mut reading, mut writing) = tcp(&server).await.into_split();
    // CONTINUATION of 16 KiB, a literal that is never indexed: 64 MiB in all.
    let mut more = b"\0\x40\0\x09\0\0\0\0\x01\x10\x01a\x7f\x80\x7f".to_vec();
    more.resize(9 + (16 << 10), b'x');
    let flood = async {
        writing.write_all(BEGUN).await?;
        for _ in 0..4_096 {
            writing.write_all(&more).await?;
        }
        Ok::<(), std::io::Error>(())
    };
    let until_closed = async {
        let mut said = Vec::new();
        // Closed or reset: both end it.
        let _ = reading.read_to_end(&mut said).await;
    };
    let (flooded, ()) = soon(async { tokio::join!(flood, until_closed) }).await;
    assert!(flooded.is_err(), "all of it was taken");
    assert_served(&server, "articles/a").await;
    server.stop().await;
}
