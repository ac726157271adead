//! More than the server can bear: each is refused or ended in words, health answers
//! all along, and another client is served.

mod bombs;
mod calls;
mod connections;
mod frames;
mod raw;
mod readers;
mod writers;

use std::time::Duration;

use dicta::rpc::pb;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;

use crate::harness::{Dicta, assert_refused, metadata};
use crate::samples::{article, ingest};

/// Longer than anything here takes; what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// What must come about, in the end.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it hangs")
}

/// A connection of its own.
async fn connect(server: &Dicta) -> Channel {
    Endpoint::from_shared(server.url.clone()).unwrap().connect().await.unwrap()
}

/// Holds that health answers on this connection.
async fn assert_healthy(channel: Channel) {
    let request = HealthCheckRequest { service: String::new() };
    let answer = soon(HealthClient::new(channel).check(request)).await.unwrap().into_inner();
    assert_eq!(answer.status(), ServingStatus::Serving);
}

async fn get(channel: Channel, name: &str) -> Result<pb::GetArticleResponse, Status> {
    let request = pb::GetArticleRequest { name: name.into(), ..Default::default() };
    Ok(soon(QueryServiceClient::new(channel).get_article(request)).await?.into_inner())
}

/// Holds that another client is served, with a connection of its own.
async fn assert_served(server: &Dicta, name: &str) {
    let channel = connect(server).await;
    assert_healthy(channel.clone()).await;
    get(channel, name).await.unwrap();
}

/// Asks until there is room for it: a place is given back in a moment.
async fn until_served(channel: &Channel, name: &str) {
    soon(async {
        while let Err(status) = get(channel.clone(), name).await {
            assert_refused(&status, Code::ResourceExhausted, "OVERLOADED");
            tokio::task::yield_now().await;
        }
    })
    .await;
}

/// Holds a refusal against the limit that it names; it says when to try again.
fn assert_overloaded(status: &Status, limit: &str) {
    assert_refused(status, Code::ResourceExhausted, "OVERLOADED");
    assert_eq!(metadata(status, "limit"), limit);
    let retry = status.get_details_retry_info().and_then(|it| it.retry_delay);
    assert!(retry.is_some_and(|delay| !delay.is_zero()), "{status:?}");
}

/// Stores an article with a long body.
async fn store_large(server: &Dicta, name: &str) {
    let body = "The bridge will open in May. ".repeat(30_000);
    server.store(ingest(pb::Article { body, ..article(name) })).await;
}
