//! What is left on the disk once history was let go of.

use std::collections::BTreeMap;
use std::sync::Arc;

use tempfile::TempDir;

use super::super::keys;
use super::{open, raw};
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::statement::Statement;
use crate::store::conformance::fixtures::*;
use crate::store::{Store, WriteBatch};

/// Moves a record of each kind along every index it is on.
fn moved(step: i64) -> WriteBatch {
    let odd = step % 2;
    let article = Article {
        publisher: outlet(&format!("outlet {odd}")),
        published_at: Some(at(step)),
        canonical_url: Some(url(&format!("https://example.org/{odd}"))),
        body: body(&format!("Text {step}. ").repeat(3_000)),
        // Longer than an entry may be.
        metadata: (0..400).map(|key| (format!("{key}"), format!("{step} {key}").into())).collect(),
        ..article("A")
    };
    let said = Statement {
        speaker: speaker(&format!("person-{odd}")),
        mentions: vec![mention(&format!("person-{step}"))],
        links: vec![link(&format!("articles/b/statements/s{odd}"))],
        ..statement("S")
    };
    let person = Entity {
        names: vec![alias(&format!("Alias {odd}"))],
        external_ids: vec![external_id("wikidata", &format!("Q{step}"))],
        ..entity("E")
    };
    batch(step)
        .put("articles/a", article)
        .put("articles/a/statements/s", said)
        .put("entities/e", person)
}

/// How many entries of each kind there are.
async fn entries(directory: &TempDir, store: Arc<dyn Store>) -> BTreeMap<char, usize> {
    store.close().await.unwrap();
    drop(store);
    let db = raw(directory.path());
    let mut counts = BTreeMap::new();
    for entry in db.iter() {
        let (key, value) = entry.unwrap();
        assert!(!keys::is_index(&key) || value.is_empty(), "{} ended", key.escape_ascii());
        *counts.entry(char::from(key[0])).or_default() += 1;
    }
    counts.remove(&'m');
    counts
}

#[tokio::test]
async fn pruning_up_to_the_head_leaves_what_one_commit_would() {
    let (pruned, once) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let store: Arc<dyn Store> = Arc::new(open(pruned.path()));
    for step in 0..7 {
        commit(&store, moved(step)).await;
    }
    let head = store.head().revision;
    while store.floor().revision < head {
        store.prune(head, 10).await.unwrap();
    }
    let fresh: Arc<dyn Store> = Arc::new(open(once.path()));
    commit(&fresh, moved(6)).await;
    // The last commit left something behind; the fresh one could not.
    assert_eq!(entries(&pruned, store).await, entries(&once, fresh).await);
}
