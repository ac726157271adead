//! A server that is killed while it indexes: what it finds afterwards is what an
//! index finds that is built afresh.

use std::collections::BTreeSet;

use dicta::rpc::pb;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::{asking, text};
use crate::killed::{begin_rebuild, cycles, load_and_kill, rebuild};
use crate::process::ServerProcess;
use crate::samples::{article, ingest_with, said_by};

const ARTICLES: i64 = 1_500;
const QUERIES: usize = 200;
const SEED: u64 = 41;

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

/// Kills the server at moments of loads, of rebuilds and of both at once.
/// `DICTA_CRASH_CYCLES` sets how often.
#[tokio::test]
async fn what_is_found_outlives_a_kill() {
    let mut random = StdRng::seed_from_u64(SEED);
    let data = tempfile::tempdir().unwrap();
    let mut server = ServerProcess::start(data.path());
    for cycle in 0..cycles(2) {
        let kill_after = random.random_range(100..1_300);
        let told = format!("cycle {cycle}, killed after {kill_after} acknowledgements");
        if cycle % 2 == 1 {
            let mut answers = begin_rebuild(&server, pb::DerivedIndex::Search).await;
            answers.message().await.unwrap();
        }
        load_and_kill(&server, requests(), kill_after).await;
        server = ServerProcess::start(data.path());
        let followed = found(&server).await;
        assert!(followed.iter().filter(|names| !names.is_empty()).count() > QUERIES / 4);
        rebuild(&server, pb::DerivedIndex::Search, Some(random.random_range(0..500))).await;
        server = ServerProcess::start(data.path());
        let resumed = found(&server).await;
        rebuild(&server, pb::DerivedIndex::Search, None).await;
        let afresh = found(&server).await;
        assert_eq!(followed, afresh, "{told}");
        assert_eq!(resumed, afresh, "{told}");
    }
}
