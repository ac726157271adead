//! Readers beside a writer that moves records along every index.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tempfile::TempDir;

use super::open;
use crate::domain::article::Article;
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::statement::Statement;
use crate::store::conformance::fixtures::*;
use crate::store::{At, LoadBody, Path, Reader, Scan, State, Store, WriteBatch};

const ARTICLES: u32 = 40;
const OUTLETS: u32 = 5;
const COMMITS: u32 = 400;

/// Commits touch the articles in turn, several each, and leave their number in
/// what they touch. Each article has one statement.
fn touch(commit: u32) -> WriteBatch {
    (0..5).fold(batch(i64::from(commit)), |write, step| {
        let number = (commit * 5 + step * 3) % ARTICLES;
        let title = format!("{number} at {commit}");
        let moved = (commit + number) % OUTLETS;
        let put = Article {
            publisher: outlet(&format!("outlet {moved}")),
            published_at: Some(at(i64::from((commit * 7 + number) % 100))),
            ..article(&title)
        };
        let said = Statement {
            speaker: speaker(&format!("person-{moved}")),
            mentions: vec![mention(&format!("person-{}", (moved + 1) % OUTLETS))],
            ..statement(&title)
        };
        write
            .put(&format!("articles/a{number}"), put)
            .put(&format!("articles/a{number}/statements/s"), said)
    })
}

/// The newest commit before or at one that touched each article.
fn expected(commit: u32) -> BTreeMap<u32, u32> {
    let all = (0..=commit)
        .flat_map(|commit| (0..5).map(move |step| ((commit * 5 + step * 3) % ARTICLES, commit)));
    all.collect()
}

fn said_by(stored: &Stored) -> (u32, u32) {
    let text = match &stored.value {
        Record::Article(article) => &article.title,
        Record::Statement(statement) => &statement.content[0].selector.exact,
        Record::Entity(_) => panic!(),
    };
    let (number, commit) = text.split_once(" at ").unwrap();
    (number.parse().unwrap(), commit.parse().unwrap())
}

async fn listed(reader: &dyn Reader, paths: impl IntoIterator<Item = Path>) -> Vec<(u32, u32)> {
    let mut all = Vec::new();
    for path in paths {
        for page in pages(reader, Scan::all(path, 7)).await {
            for item in page.items {
                assert!(item.record.committed.revision <= reader.revision());
                all.push(said_by(&item.record));
            }
        }
    }
    all.sort();
    all
}

/// Checks that every way of reading shows the same whole commits.
async fn check(store: &dyn Store) {
    let published = store.head().revision;
    let reader = store.reader(At::Head).await.unwrap();
    assert!(reader.revision() >= published);
    assert!(reader.revision() <= store.head().revision);
    let commit = u32::try_from(reader.revision().0 - 1).unwrap();
    let expected: Vec<_> = expected(commit).into_iter().collect();
    let reader = &*reader;
    let outlets = (0..OUTLETS).map(|at| Path::ArticlesByPublisher([format!("outlet {at}")].into()));
    let persons = || (0..OUTLETS).map(|at| entity_id(&format!("person-{at}")));
    assert_eq!(listed(reader, outlets).await, expected);
    assert_eq!(listed(reader, [Path::Articles]).await, expected);
    assert_eq!(listed(reader, [Path::ArticlesByName]).await, expected);
    assert_eq!(listed(reader, [Path::Statements]).await, expected);
    assert_eq!(
        listed(reader, persons().map(|id| Path::StatementsBySpeaker([id].into()))).await,
        expected
    );
    assert_eq!(
        listed(reader, persons().map(|id| Path::StatementsByMention([id].into()))).await,
        expected
    );
    for (number, commit) in expected {
        let name = name(&format!("articles/a{number}"));
        let State::Live(stored) = reader.state(&name, LoadBody::No).await.unwrap() else {
            panic!("{name} is lost");
        };
        assert_eq!(said_by(&stored), (number, commit));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_beside_a_writer_lose_nothing_and_see_nothing_twice() {
    beside_readers(async |_| ()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn readers_beside_a_writer_and_pruning_lose_nothing() {
    beside_readers(async |store| {
        store.prune(store.head().revision, 100).await.unwrap();
    })
    .await;
}

/// Commits beside readers that check what they see, and does something else after
/// each group of commits.
async fn beside_readers(then: impl AsyncFn(&dyn Store)) {
    let directory = TempDir::new().unwrap();
    let store: Arc<dyn Store> = Arc::new(open(directory.path()));
    commit(&store, touch(0)).await;
    let done = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (store, done) = (Arc::clone(&store), Arc::clone(&done));
            tokio::spawn(async move {
                let mut rounds = 0;
                while !done.load(Ordering::Relaxed) || rounds == 0 {
                    check(&*store).await;
                    rounds += 1;
                }
                rounds
            })
        })
        .collect();
    for start in (1..COMMITS).step_by(20) {
        let group = (start..(start + 20).min(COMMITS)).map(touch).collect();
        for answer in store.apply(group).await {
            answer.unwrap();
        }
        then(&*store).await;
    }
    done.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.await.unwrap() > 0);
    }
    assert_eq!(store.head().revision, Revision(u64::from(COMMITS)));
    check(&*store).await;
}

#[tokio::test]
async fn a_page_over_entries_that_ended_is_bounded() {
    let directory = TempDir::new().unwrap();
    let store: Arc<dyn Store> = Arc::new(open(directory.path()));
    for step in 0..40 {
        let moved = Article { published_at: Some(at(1_000 - step)), ..article("A") };
        commit(&store, batch(step).put("articles/a", moved)).await;
    }
    let reader = store.reader(At::Head).await.unwrap();
    let mut scan = Scan { max_scanned: 10, ..Scan::all(Path::Articles, 5) };
    let mut found = Vec::new();
    while found.len() < 10 {
        let page = reader.list(&scan).await.unwrap();
        found.push(page.items.len());
        scan.after = page.next;
        if scan.after.is_none() {
            break;
        }
    }
    assert_eq!(found, [0, 0, 0, 1]);
}
