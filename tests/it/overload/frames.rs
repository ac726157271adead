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

#[tokio::test]
async fn streams_that_are_reset_as_soon_as_they_begin_end_the_connection() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest(article("articles/a"))).await;
    let mut raw = Raw::connect(&server).await;
    let ended = soon(async {
        loop {
            // Many at once: the server finds them reset before it can serve them.
            for _ in 0..100 {
                raw.reset_one(GET)?;
            }
            raw.ready().await?;
            tokio::task::yield_now().await;
        }
    });
    let error: Result<(), h2::Error> = ended.await;
    assert!(error.is_err());
    let ended = raw.ended().await.expect("it ended without a word");
    assert_eq!(ended.reason(), Some(h2::Reason::ENHANCE_YOUR_CALM), "{ended:?}");
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
