//! A server that is killed while it follows a load or builds quotations anew: what
//! it tells afterwards is what is told of quotations that are built from scratch.

use dicta::rpc::pb;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::fresh;
use crate::killed::{cycles, load_and_kill, rebuild};
use crate::process::ServerProcess;
use crate::samples::{article, ingest, said_by, words};

const ARTICLES: usize = 600;
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

/// `DICTA_CRASH_CYCLES` sets how often it is killed in both.
#[tokio::test]
async fn quotations_outlive_a_kill() {
    let mut random = StdRng::seed_from_u64(SEED);
    let data = tempfile::tempdir().unwrap();
    let mut server = ServerProcess::start(data.path());
    for cycle in 0..cycles(2) {
        let kill_after = random.random_range(50..500);
        let place = format!("cycle {cycle}, killed after {kill_after} acknowledgements");
        load_and_kill(&server, (0..ARTICLES).map(request).collect(), kill_after).await;
        server = ServerProcess::start(data.path());
        let followed = told(&server).await;
        assert!(followed.0.len() > 3 && !followed.1.is_empty(), "{place}");
        rebuild(&server, pb::DerivedIndex::Quotations, Some(random.random_range(0..400))).await;
        server = ServerProcess::start(data.path());
        let resumed = told(&server).await;
        rebuild(&server, pb::DerivedIndex::Quotations, None).await;
        let afresh = told(&server).await;
        assert!(followed == afresh, "{place}");
        assert!(resumed == afresh, "{place}");
    }
}
