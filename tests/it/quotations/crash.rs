//! A server that is killed while it follows a load or builds quotations anew: what
//! it tells afterwards is what is told of quotations that are built from scratch.

use dicta::rpc::pb;
use dicta::rpc::pb::admin_service_client::AdminServiceClient;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio_stream::wrappers::ReceiverStream;

use super::fresh;
use crate::process::ServerProcess;
use crate::samples::{article, ingest, said_by, words};

const ARTICLES: usize = 600;
const MESSAGE_ITEMS: usize = 25;
const SEED: u64 = 57;

/// An article that quotes one of a few speakers in one of a few wordings, with a
/// body like those of some others; every fifth revises one that came before.
fn request(number: usize) -> pb::IngestArticleRequest {
    let id = if number % 5 == 4 { number / 2 } else { number };
    // What more than 64 articles share leads nowhere, and depends on their order.
    let quote = format!("we will open the bridge number {} in the month of May", number % 30);
    let prose: String = (0..60).map(|at| format!("word{at}of{} ", number % 200)).collect();
    let speaker = format!("Jane Speaker{}", number % 4);
    let body = format!("{prose}. \u{201c}{quote}\u{201d}, {speaker} said.");
    let content = vec![pb::ContentSpan { selector: Some(words(&quote)), quoted: true }];
    let statement = pb::Statement { content, ..said_by("", &speaker) };
    let sent = pb::Article { body, ..article(&format!("articles/n{id}")) };
    pb::IngestArticleRequest {
        statements: vec![statement],
        replace_statements: true,
        ..ingest(sent)
    }
}

/// Sends all, and kills the server once so many are acknowledged.
async fn load_and_kill(server: &ServerProcess, kill_after: usize) {
    let mut client = IngestServiceClient::new(server.connect().await);
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        for first in (0..ARTICLES).step_by(MESSAGE_ITEMS) {
            let item = |number: usize| pb::IngestArticlesItem {
                sequence: number as i64 + 1,
                ingest: Some(request(number)),
            };
            let items = (first..first + MESSAGE_ITEMS).map(item).collect();
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

/// Every quotation with its wordings, and every pair of near-duplicates.
async fn told(server: &ServerProcess) -> (Vec<pb::Quotation>, Vec<pb::NearDuplicatePair>) {
    let mut client = QueryServiceClient::new(server.connect().await);
    let request =
        pb::ListQuotationsRequest { page_size: 1_000, read: fresh(), ..Default::default() };
    let listed = client.list_quotations(request).await.unwrap().into_inner();
    let mut quotations = Vec::new();
    for quotation in listed.quotations {
        let request = pb::GetQuotationRequest { name: quotation.name, read: None };
        let found = client.get_quotation(request).await.unwrap().into_inner();
        quotations.extend(found.quotation);
    }
    let mut pairs = Vec::new();
    let mut request = pb::ListNearDuplicatesRequest {
        parent: "articles/-".into(),
        page_size: 1_000,
        ..Default::default()
    };
    loop {
        let page = client.list_near_duplicates(request.clone()).await.unwrap().into_inner();
        pairs.extend(page.near_duplicate_pairs);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            return (quotations, pairs);
        }
    }
}

/// Begins a rebuild and waits until it is done; with `kill`, only until it has taken
/// in so many records, and kills the server then.
async fn rebuild(server: &ServerProcess, kill: Option<i64>) {
    let mut admin = AdminServiceClient::new(server.connect().await);
    let request = pb::RebuildIndexRequest { index: pb::DerivedIndex::Quotations.into() };
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

/// `DICTA_CRASH_CYCLES` sets how often it is killed in both.
#[tokio::test]
async fn quotations_outlive_a_kill() {
    let cycles = std::env::var("DICTA_CRASH_CYCLES").ok().and_then(|it| it.parse().ok());
    let mut random = StdRng::seed_from_u64(SEED);
    let data = tempfile::tempdir().unwrap();
    let mut server = ServerProcess::start(data.path());
    for cycle in 0..cycles.unwrap_or(2) {
        let kill_after = random.random_range(50..500);
        let place = format!("cycle {cycle}, killed after {kill_after} acknowledgements");
        load_and_kill(&server, kill_after).await;
        server = ServerProcess::start(data.path());
        let followed = told(&server).await;
        assert!(followed.0.len() > 3 && !followed.1.is_empty(), "{place}");
        rebuild(&server, Some(random.random_range(0..400))).await;
        server = ServerProcess::start(data.path());
        let resumed = told(&server).await;
        rebuild(&server, None).await;
        let afresh = told(&server).await;
        assert!(followed == afresh, "{place}");
        assert!(resumed == afresh, "{place}");
    }
}
