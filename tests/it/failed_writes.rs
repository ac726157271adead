//! A disk that takes no more: nothing more is acknowledged, health says so, reads
//! go on, and a fresh start finds all that was acknowledged.

use std::collections::BTreeSet;
use std::time::Duration;

use dicta::config::Config;
use dicta::rpc::pb;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tonic::Code;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::harness::{Dicta, Home, assert_refused};
use crate::process::ServerProcess;
use crate::samples::{article, ingest};

/// Two of the pieces by which the database's file grows.
const FILE_BYTES: u64 = 8 << 20;
const BODY_BYTES: usize = 3_000;
/// More articles than the file can hold.
const ARTICLES: usize = 6_000;
const MESSAGE_ITEMS: usize = 64;
const PATIENCE: Duration = Duration::from_secs(60);

/// An article that cannot be compressed to less than half of its text.
fn incompressible(number: usize, random: &mut StdRng) -> pb::Article {
    let body = (0..BODY_BYTES / 8).map(|_| format!("{:08x}", random.random::<u32>())).collect();
    pb::Article { body, ..article(&format!("articles/a{number}")) }
}

/// Ingests until the disk takes no more; answers what was acknowledged, and why
/// the next was not.
async fn fill(channel: &Channel) -> (Vec<pb::Article>, tonic_types::Status) {
    let mut random = StdRng::seed_from_u64(7);
    let articles: Vec<_> = (0..ARTICLES).map(|it| incompressible(it, &mut random)).collect();
    let items = articles.iter().zip(1..).map(|(article, sequence)| pb::IngestArticlesItem {
        sequence,
        ingest: Some(ingest(article.clone())),
    });
    let items: Vec<_> = items.collect();
    let messages = items.chunks(MESSAGE_ITEMS);
    let messages = messages.map(|items| pb::IngestArticlesRequest { items: items.to_vec() });
    let messages = tokio_stream::iter(messages.collect::<Vec<_>>());
    let mut client = IngestServiceClient::new(channel.clone());
    let mut answers = client.ingest_articles(messages).await.unwrap().into_inner();
    let mut acknowledged = Vec::new();
    while let Some(answer) = answers.message().await.unwrap() {
        for (ack, article) in answer.acks.into_iter().zip(articles[acknowledged.len()..].to_vec()) {
            match ack.status.filter(|status| status.code != 0) {
                None => {
                    assert_eq!(ack.name, article.name);
                    acknowledged.push(article);
                }
                Some(refusal) => return (acknowledged, refusal),
            }
        }
    }
    panic!("{ARTICLES} articles fit into {FILE_BYTES} bytes");
}

/// Every acknowledged article is there as it was sent, and is listed.
async fn check_all(channel: &Channel, articles: &[pb::Article]) {
    let mut client = QueryServiceClient::new(channel.clone());
    let mut listed = BTreeSet::new();
    let mut page_token = String::new();
    loop {
        let request =
            pb::ListArticlesRequest { page_size: 1_000, page_token, ..Default::default() };
        let page = client.list_articles(request).await.unwrap().into_inner();
        listed.extend(page.articles.into_iter().map(|article| article.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert!(articles.iter().all(|article| listed.contains(&article.name)));
    for article in articles {
        let request = pb::GetArticleRequest { name: article.name.clone(), ..Default::default() };
        let found = client.get_article(request).await.unwrap().into_inner().article.unwrap();
        assert_eq!(found.body, article.body, "{}", article.name);
    }
}

/// Waits until a service has this status.
async fn until(channel: &Channel, service: &str, wanted: ServingStatus) {
    let request = HealthCheckRequest { service: service.into() };
    let mut watch = HealthClient::new(channel.clone()).watch(request).await.unwrap().into_inner();
    let reached = async { while watch.message().await.unwrap().unwrap().status() != wanted {} };
    tokio::time::timeout(PATIENCE, reached).await.expect("health says so");
}

#[tokio::test]
async fn a_disk_that_fails_ends_writing_only_and_loses_nothing() {
    let home = Home::new();
    let server = ServerProcess::start_with_file_limit(&home.data(), FILE_BYTES);
    let channel = server.connect().await;
    until(&channel, "dicta.v1.IngestService", ServingStatus::Serving).await;
    let (acknowledged, first) = fill(&channel).await;
    assert!(acknowledged.len() > 200, "{} acknowledged: {first:?}", acknowledged.len());
    // Whether this one is on the disk, nobody can tell.
    assert_eq!(first.code, Code::Unknown as i32, "{first:?}");

    until(&channel, "dicta.v1.IngestService", ServingStatus::NotServing).await;
    until(&channel, "dicta.v1.QueryService", ServingStatus::Serving).await;
    until(&channel, "", ServingStatus::Serving).await;
    let later = ingest(article("articles/later"));
    let refused = IngestServiceClient::new(channel.clone()).ingest_article(later).await;
    let refused = refused.unwrap_err();
    assert!(refused.message().contains("start again"), "{refused:?}");
    check_all(&channel, &acknowledged).await;

    server.kill();
    let server = ServerProcess::start(&home.data());
    let channel = server.connect().await;
    check_all(&channel, &acknowledged).await;
    until(&channel, "dicta.v1.IngestService", ServingStatus::Serving).await;
    let again = ingest(article("articles/later"));
    IngestServiceClient::new(channel).ingest_article(again).await.unwrap();
}

#[tokio::test]
async fn a_disk_with_too_little_room_is_read_only() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest(article("articles/before"))).await;
    server.stop().await;

    let server = Dicta::start(Config { min_free_mib: u64::MAX >> 20, ..home.config() }).await;
    until(&server.channel, "dicta.v1.IngestService", ServingStatus::NotServing).await;
    until(&server.channel, "", ServingStatus::Serving).await;
    let refused = server.ingest().ingest_article(ingest(article("articles/after"))).await;
    let refused = refused.unwrap_err();
    assert_refused(&refused, Code::ResourceExhausted, "STORE_FULL");
    assert!(refused.message().contains("min_free_mib"), "{refused:?}");
    server.article("articles/before").await.unwrap();
    server.stop().await;
}
