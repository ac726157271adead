//! A server that is killed while it indexes: what it finds afterwards is what an
//! index finds that is built afresh.

use std::collections::BTreeSet;

use dicta::rpc::pb;
use dicta::rpc::pb::admin_service_client::AdminServiceClient;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio_stream::wrappers::ReceiverStream;

use super::{asking, text};
use crate::process::ServerProcess;
use crate::samples::{article, ingest_with, said_by};

const ARTICLES: i64 = 1_500;
const QUERIES: usize = 200;
const SEED: u64 = 41;
const MESSAGE_ITEMS: usize = 25;

/// Articles in each of which some of a hundred words stand; every tenth has a
/// statement, and every seventh is revised later on.
fn requests() -> Vec<pb::IngestArticleRequest> {
    let mut requests = Vec::new();
    for number in 0..ARTICLES {
        let name = format!("articles/n{}", number - number % 7);
        if number % 10 == 3 {
            requests.push(ingest_with(
                &format!("articles/s{number}"),
                vec![said_by("the budget was spent", &format!("Speaker{}", number % 100))],
            ));
            continue;
        }
        let words: Vec<String> = (1..6).map(|of| format!("word{}", number * of % 100)).collect();
        requests.push(text(&name, &format!("Title {number}"), &words.join(" "), "en"));
    }
    requests.push(ingest_with("articles/last", vec![]));
    let last = requests.last_mut().unwrap();
    last.article = Some(article("articles/last"));
    requests
}

/// Sends all, and kills the server once so many are acknowledged.
async fn load_and_kill(server: &ServerProcess, kill_after: usize) {
    let mut client = IngestServiceClient::new(server.connect().await);
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        let mut sequence = 0;
        for chunk in requests().chunks(MESSAGE_ITEMS) {
            let items = chunk.iter().map(|request| {
                sequence += 1;
                pb::IngestArticlesItem { sequence, ingest: Some(request.clone()) }
            });
            let items = items.collect();
            if sender.send(pb::IngestArticlesRequest { items }).await.is_err() {
                return;
            }
        }
        // The stream stays open until the kill ends it.
        sender.closed().await;
    });
    let mut acks = client.ingest_articles(ReceiverStream::new(receiver)).await.unwrap();
    let mut acknowledged = 0;
    while let Ok(Some(message)) = acks.get_mut().message().await {
        acknowledged += message.acks.len();
        if acknowledged >= kill_after {
            server.kill();
            return;
        }
    }
    panic!("the stream ended after {acknowledged} acknowledgements");
}

/// What each of many queries finds.
async fn found(server: &ServerProcess) -> Vec<BTreeSet<String>> {
    let channel = server.connect().await;
    let mut client = QueryServiceClient::new(channel);
    let mut found = Vec::new();
    for number in 0..QUERIES {
        let query = match number % 4 {
            0 => format!("word{}", number / 2),
            1 => format!("word{} word{}", number / 2, number % 100),
            2 => format!("speaker:speaker{} OR title:{number}", number % 100),
            _ => format!("word{} -word{}", number / 2, number % 31),
        };
        let request = pb::SearchRequest { page_size: 1_000, ..asking(&query) };
        let answer = client.search(request).await.unwrap().into_inner();
        found.push(answer.hits.into_iter().map(|hit| hit.name).collect());
    }
    found
}

/// Begins a rebuild and waits until it is done; with `kill`, only until it has taken
/// in so many records, and kills the server then.
async fn rebuild(server: &ServerProcess, kill: Option<i64>) {
    let mut admin = AdminServiceClient::new(server.connect().await);
    let request = pb::RebuildIndexRequest::default();
    let mut answers = admin.rebuild_index(request).await.unwrap().into_inner();
    while let Some(answer) = answers.message().await.unwrap() {
        if kill.is_some_and(|after| answer.records >= after || answer.done) {
            server.kill();
            return;
        }
        if answer.done {
            return;
        }
    }
    panic!("the rebuild was never done");
}

/// Begins a rebuild that goes on by itself.
async fn begin_rebuild(server: &ServerProcess) {
    let mut admin = AdminServiceClient::new(server.connect().await);
    let request = pb::RebuildIndexRequest::default();
    let mut answers = admin.rebuild_index(request).await.unwrap().into_inner();
    answers.message().await.unwrap();
}

/// Kills the server at moments of loads, of rebuilds and of both at once.
/// `DICTA_CRASH_CYCLES` sets how often.
#[tokio::test]
async fn what_is_found_outlives_a_kill() {
    let cycles = std::env::var("DICTA_CRASH_CYCLES").ok().and_then(|it| it.parse().ok());
    let mut random = StdRng::seed_from_u64(SEED);
    let data = tempfile::tempdir().unwrap();
    let mut server = ServerProcess::start(data.path());
    for cycle in 0..cycles.unwrap_or(2) {
        let kill_after = random.random_range(100..1_300);
        let told = format!("cycle {cycle}, killed after {kill_after} acknowledgements");
        if cycle % 2 == 1 {
            begin_rebuild(&server).await;
        }
        load_and_kill(&server, kill_after).await;
        server = ServerProcess::start(data.path());
        let followed = found(&server).await;
        assert!(followed.iter().filter(|names| !names.is_empty()).count() > QUERIES / 4);
        rebuild(&server, Some(random.random_range(0..500))).await;
        server = ServerProcess::start(data.path());
        let resumed = found(&server).await;
        rebuild(&server, None).await;
        let afresh = found(&server).await;
        assert_eq!(followed, afresh, "{told}");
        assert_eq!(resumed, afresh, "{told}");
    }
}
