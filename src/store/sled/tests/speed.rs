//! A measurement, for `cargo test --release -- --ignored --nocapture`.

use std::sync::Arc;
use std::time::Instant;

use tempfile::TempDir;
use tokio::sync::Semaphore;

use super::open;
use crate::domain::article::Article;
use crate::domain::statement::Statement;
use crate::store::conformance::fixtures::*;
use crate::store::{At, LoadBody, Path, Scan, Store, WriteBatch};

const ARTICLES: usize = 20_000;
const IN_FLIGHT: usize = 256;

/// Words by their number, the low ones more often, as in a language.
fn words(seed: usize, count: usize) -> String {
    let mut state = seed as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let mut text = String::new();
    for _ in 0..count {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let number = (state >> 40) % 4_096;
        let number = number * number / 4_096;
        text.push_str(&format!(
            "{:x}{} ",
            number * 2_654_435_761 % 65_521,
            ["", "ing", "ed", "s"][(number % 4) as usize]
        ));
    }
    text
}

fn written(number: usize, statements: usize) -> WriteBatch {
    let article_name = format!("articles/a-readable-name-of-the-article-{number}");
    let put = Article {
        body: body(&words(number, 130)),
        canonical_url: Some(url(&format!("https://example.com/news/{number}"))),
        publisher: outlet(&format!("outlet {}", number % 50)),
        published_at: Some(at((number * 7_919 % 100_000) as i64)),
        ..article(&words(number + 1, 8))
    };
    (0..statements).fold(batch(number as i64).put(&article_name, put), |write, at| {
        let said = Statement {
            speaker: speaker(&format!("person-{}", (number * 7 + at) % 2_000)),
            mentions: (0..3)
                .map(|one| mention(&format!("person-{}", (number + one * 31) % 3_000)))
                .collect(),
            ..statement(&words(number + at + 2, 20))
        };
        write.put(&format!("{article_name}/statements/s{at}"), said)
    })
}

async fn measure(statements: usize) {
    let directory = TempDir::new_in(".").unwrap();
    let store: Arc<dyn Store> = Arc::new(open(directory.path()));
    let room = Arc::new(Semaphore::new(IN_FLIGHT));
    let start = Instant::now();
    for number in 0..ARTICLES {
        let permit = Arc::clone(&room).acquire_owned().await.unwrap();
        let (store, write) = (Arc::clone(&store), written(number, statements));
        tokio::spawn(async move {
            store.apply(vec![write]).await.remove(0).unwrap();
            drop(permit);
        });
    }
    let _all = room.acquire_many(IN_FLIGHT as u32).await.unwrap();
    let seconds = start.elapsed().as_secs_f64();
    let megabytes = store.disk_bytes().await.unwrap() as f64 / 1e6;
    println!(
        "{statements} statements: {:.0} articles/s, {megabytes:.0} MB",
        ARTICLES as f64 / seconds
    );
    let reader = store.reader(At::Head).await.unwrap();
    for body in [LoadBody::No, LoadBody::Yes] {
        let start = Instant::now();
        for number in 0..ARTICLES {
            let asked = name(&format!(
                "articles/a-readable-name-of-the-article-{}",
                number * 7_919 % ARTICLES
            ));
            reader.state(&asked, body).await.unwrap().live().unwrap();
        }
        println!(
            "get, {body:?} body: {:.1} µs",
            start.elapsed().as_secs_f64() * 1e6 / ARTICLES as f64
        );
    }
    let start = Instant::now();
    for number in 0..200 {
        let path = Path::ArticlesByPublisher([format!("outlet {}", number % 50)].into());
        reader.list(&Scan::all(path, 50)).await.unwrap();
    }
    println!("list of 50: {:.2} ms", start.elapsed().as_secs_f64() * 1e3 / 200.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn how_fast_it_is() {
    measure(0).await;
    measure(4).await;
}
