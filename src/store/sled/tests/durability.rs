//! What is acknowledged stays.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use tempfile::TempDir;

use super::{open, raw};
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::revision::Revision;
use crate::domain::statement::Statement;
use crate::store::conformance::fixtures::*;
use crate::store::sled::keys;
use crate::store::{At, Error, LoadBody, Path as Way, Store, WriteBatch};

/// An article, its statements and an entity that all say the same number.
fn numbered(number: u32) -> WriteBatch {
    let text = number.to_string();
    let article_name = format!("articles/a{}", number % 7);
    let said = Statement { speaker: speaker("person"), ..statement(&text) };
    batch(i64::from(number))
        .put(&article_name, Article { body: body(&text.repeat(3_000)), ..article(&text) })
        .put(&format!("{article_name}/statements/one"), said.clone())
        .put(&format!("{article_name}/statements/two"), said)
        .put("entities/last", Entity { description: text, ..entity("Last") })
        .remember(request_key(u128::from(number)), remembered(1, at(10_000)))
}

/// Checks that each commit up to the head shows whole, and that no more does.
async fn check_whole(store: &dyn Store) {
    let head = store.head().revision;
    let changes = store.changes(Revision::ZERO, usize::MAX).await.unwrap();
    assert_eq!(changes.len() as u64, head.0);
    for change in &changes {
        let reader = store.reader(At::Revision(change.revision)).await.unwrap();
        let names: Vec<_> = change.records.iter().map(|(name, _)| name.clone()).collect();
        assert_eq!(names.len(), 4);
        for state in reader.states(&names, LoadBody::Yes).await.unwrap() {
            assert_eq!(state.live().unwrap().committed.revision, change.revision);
        }
        let key = request_key(u128::from(change.revision.0 - 1));
        let known = store.remembered(&key, at(9_000)).await.unwrap().unwrap();
        assert_eq!(known.revision, change.revision);
    }
    let reader = store.reader(At::Head).await.unwrap();
    let counted = store.head().counts;
    assert_eq!(names(&*reader, Way::ArticlesByName).await.len() as u64, counted.articles);
    assert_eq!(names(&*reader, Way::Articles).await.len() as u64, counted.articles);
    assert_eq!(names(&*reader, Way::Statements).await.len() as u64, counted.statements);
    let spoken = names(&*reader, Way::StatementsBySpeaker([entity_id("person")].into())).await;
    assert_eq!(spoken.len() as u64, counted.statements);
    assert_eq!(counted.speakers, u64::from(head > Revision::ZERO));
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn a_store_opens_as_it_was_closed() {
    let directory = TempDir::new().unwrap();
    let mut expected = None;
    for round in 0..5 {
        let store = open(directory.path());
        let found = (store.identity().clone(), store.head());
        if let Some(expected) = expected {
            assert_eq!(found, expected);
        }
        for number in round * 10..(round + 1) * 10 {
            store.apply(vec![numbered(number)]).await.remove(0).unwrap();
        }
        check_whole(&store).await;
        expected = Some((found.0, store.head()));
        store.close().await.unwrap();
    }
}

/// A copy of a running store's files is what a crash would leave.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_is_in_the_files_and_nothing_is_half() {
    let directory = TempDir::new().unwrap();
    let store = open(directory.path());
    for number in 0..12 {
        store.apply(vec![numbered(number)]).await.remove(0).unwrap();
        let crashed = TempDir::new().unwrap();
        copy(directory.path(), crashed.path());
        let found = open(crashed.path());
        assert_eq!(found.head(), store.head());
        check_whole(&found).await;
    }
}

#[tokio::test]
async fn a_failed_write_stops_writing_but_not_reading() {
    let directory = TempDir::new().unwrap();
    let store = open(directory.path());
    store.apply(vec![numbered(0)]).await.remove(0).unwrap();
    store.shared.fail(&Error::Unavailable("syncing the data: the disk is gone".into()));
    let error = store.apply(vec![numbered(1)]).await.remove(0).unwrap_err();
    assert!(matches!(&error, Error::Unavailable(why) if why.contains("the disk is gone")));
    assert_eq!(store.ready(), Err(error));
    assert_eq!(store.head().revision, Revision(1));
    check_whole(&store).await;
    store.close().await.unwrap();
    assert_eq!(open(directory.path()).ready(), Ok(()));
}

#[tokio::test]
async fn a_full_disk_stops_writing_until_there_is_room() {
    let directory = TempDir::new().unwrap();
    let store = open(directory.path());
    let full = Error::Full("the disk has 3 MiB left".into());
    store.shared.set_room(Err(full.clone()));
    assert_eq!(store.apply(vec![numbered(0)]).await, [Err(full.clone())]);
    assert_eq!(store.ready(), Err(full.clone()));
    store.shared.set_room(Ok(()));
    store.apply(vec![numbered(0)]).await.remove(0).unwrap();
    // Room does not mend what failed.
    store.shared.set_room(Err(full));
    store.shared.fail(&Error::Unavailable("the disk is gone".into()));
    store.shared.set_room(Ok(()));
    assert!(matches!(store.ready(), Err(Error::Unavailable(_))));
    check_whole(&store).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn long_sequences_take_several_groups_and_stay_in_order() {
    let directory = TempDir::new().unwrap();
    let store = open(directory.path());
    let batches: Vec<_> = (0..300).map(numbered).collect();
    let answers = store.apply(batches).await;
    let revisions: Vec<u64> =
        answers.iter().map(|answer| answer.as_ref().unwrap().revision.0).collect();
    assert_eq!(revisions, (1..=300).collect::<Vec<_>>());
    check_whole(&store).await;
}

#[tokio::test]
async fn what_waits_is_committed_before_the_store_closes() {
    let directory = TempDir::new().unwrap();
    let store = Arc::new(open(directory.path()));
    let writers: Vec<_> = (0..20)
        .map(|number| {
            let store = Arc::clone(&store);
            let put = batch(number).put(&format!("entities/e{number}"), entity("E"));
            tokio::spawn(async move { store.apply(vec![put]).await.remove(0) })
        })
        .collect();
    tokio::task::yield_now().await;
    store.close().await.unwrap();
    let mut applied = 0;
    for writer in writers {
        match writer.await.unwrap() {
            Ok(_) => applied += 1,
            Err(error) => assert!(matches!(error, Error::Unavailable(_)), "{error:?}"),
        }
    }
    assert_eq!(open(directory.path()).head().counts.entities, applied);
}

#[tokio::test]
async fn expired_requests_leave_nothing_behind() {
    let directory = TempDir::new().unwrap();
    let store = open(directory.path());
    let long = |number| {
        let names = (0..500).map(|at| name(&format!("articles/a/statements/s{at}-{number}")));
        let random = (0..500).map(|at| {
            name(&format!(
                "entities/e{}",
                blake3::hash(&[at as u8, number as u8]).to_hex().split_at(60).0
            ))
        });
        crate::store::Remembered { names: names.chain(random).collect(), ..remembered(1, at(10)) }
    };
    for number in 0..70 {
        let key = request_key(number);
        store.apply(vec![batch(0).remember(key, long(number))]).await.remove(0).unwrap();
    }
    let held = store.remembered(&request_key(3), at(9)).await.unwrap().unwrap();
    assert_eq!(held.names, long(3).names);
    for second in 10..14 {
        let put = batch(second).put("entities/e", entity("E"));
        store.apply(vec![put]).await.remove(0).unwrap();
    }
    store.close().await.unwrap();
    let db = raw(directory.path());
    for tag in [keys::EXPIRY, keys::CONTINUATION, b'Q'] {
        assert_eq!(db.scan_prefix([tag]).count(), 0, "{}", char::from(tag));
    }
}
