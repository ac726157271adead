//! Connections: too many, half open, silent.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::transport::Endpoint;

use super::raw::tcp;
use super::{assert_healthy, assert_overloaded, assert_served, connect, get, soon};
use crate::harness::{Dicta, Home};
use crate::samples::{article, ingest};

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const EMPTY_SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";

/// What the server says until it closes; a connection that it resets is closed, too.
async fn until_closed(stream: &mut TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    let _ = soon(stream.read_to_end(&mut said)).await;
    said
}

#[tokio::test]
async fn a_connection_that_does_not_begin_is_closed_in_time() {
    let home = Home::new();
    let mut config = home.config();
    config.server.preface_timeout = Duration::from_millis(200);
    // All but the place of the client that looks on.
    config.server.connections = 4;
    let server = Dicta::start(config).await;
    server.store(ingest(article("articles/a"))).await;
    let mut streams = Vec::new();
    for begun in [&PREFACE[..0], &PREFACE[..1], &PREFACE[..23]] {
        let mut stream = tcp(&server).await;
        stream.write_all(begun).await.unwrap();
        streams.push(stream);
    }
    get(server.channel.clone(), "articles/a").await.unwrap();
    for mut stream in streams {
        assert!(until_closed(&mut stream).await.is_empty());
    }
    assert_served(&server, "articles/a").await;
    server.stop().await;
}

#[tokio::test]
async fn a_connection_that_speaks_something_else_is_closed_at_once() {
    let home = Home::new();
    let mut config = home.config();
    config.server.preface_timeout = Duration::from_secs(600);
    let server = Dicta::start(config).await;
    let mut stream = tcp(&server).await;
    stream.write_all(b"GET /index.html HTTP/1.1\r\nhost: dicta\r\n\r\n").await.unwrap();
    until_closed(&mut stream).await;
    server.stop().await;
}

#[tokio::test]
async fn a_connection_that_falls_silent_after_its_preface_is_closed() {
    let home = Home::new();
    let mut config = home.config();
    config.server.keepalive_interval = Duration::from_millis(100);
    config.server.keepalive_timeout = Duration::from_millis(100);
    let server = Dicta::start(config).await;
    let mut stream = tcp(&server).await;
    stream.write_all(PREFACE).await.unwrap();
    stream.write_all(EMPTY_SETTINGS).await.unwrap();
    // It says something, asks whether anybody is there, and is not answered.
    assert!(!until_closed(&mut stream).await.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn half_open_connections_do_not_hold_up_a_stop() {
    let home = Home::new();
    let mut config = home.config();
    config.server.preface_timeout = Duration::from_secs(600);
    config.shutdown_grace = Duration::from_secs(600);
    let server = Dicta::start(config).await;
    let mut silent = tcp(&server).await;
    let mut begun = tcp(&server).await;
    begun.write_all(&PREFACE[..10]).await.unwrap();
    // Later than these two, so they were accepted.
    assert_healthy(connect(&server).await).await;
    soon(server.stop()).await;
    until_closed(&mut silent).await;
    until_closed(&mut begun).await;
}

#[tokio::test]
async fn one_connection_too_many_is_told_so_and_the_others_are_served() {
    let home = Home::new();
    let mut config = home.config();
    config.server.connections = 2;
    let server = Dicta::start(config).await;
    server.store(ingest(article("articles/a"))).await;
    let second = connect(&server).await;
    assert_healthy(second.clone()).await;
    let third = Endpoint::from_shared(server.url.clone()).unwrap().connect_lazy();
    let status = get(third.clone(), "articles/a").await.unwrap_err();
    assert_overloaded(&status, "server.connections");
    // So that whoever looks after the server is not misled.
    assert_healthy(connect(&server).await).await;
    for served in [server.channel.clone(), second.clone()] {
        assert_healthy(served.clone()).await;
        get(served, "articles/a").await.unwrap();
    }
    drop(second);
    // Its place is free in a moment.
    soon(async { while get(third.clone(), "articles/a").await.is_err() {} }).await;
    drop(third);
    server.stop().await;
}

#[tokio::test]
async fn a_crowd_of_connections_is_turned_away_and_the_others_are_served() {
    let home = Home::new();
    let mut config = home.config();
    config.server.connections = 1;
    let server = Dicta::start(config).await;
    server.store(ingest(article("articles/a"))).await;
    let mut crowd = Vec::new();
    for _ in 0..64 {
        crowd.push(tcp(&server).await);
    }
    get(server.channel.clone(), "articles/a").await.unwrap();
    let mut told = 0;
    for mut stream in crowd {
        let said = until_closed(&mut stream).await;
        if !said.is_empty() {
            assert!(said.starts_with(EMPTY_SETTINGS), "{said:?}");
            assert!(said.ends_with(b"too many connections"), "{said:?}");
            told += 1;
        }
    }
    assert!(told > 0);
    get(server.channel.clone(), "articles/a").await.unwrap();
    server.stop().await;
}
