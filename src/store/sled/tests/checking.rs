//! A check finds what is wrong: each way of damaging the tree behind the store's
//! back is told, by its kind and in words.

use std::path::Path;
use std::sync::Arc;

use sled::{Db, IVec};
use tempfile::TempDir;

use super::super::keys::{self, IndexKey};
use super::super::record::envelope;
use super::super::record::log::Value as _;
use super::{open, raw};
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::revision::Revision;
use crate::domain::statement::Statement;
use crate::store::conformance::checking::check;
use crate::store::conformance::fixtures::*;
use crate::store::{Change, Counts, Erasure, Fault, Finding, Mutation, Store};

/// A store with something of everything.
async fn fill(path: &Path) {
    let store: Arc<dyn Store> = Arc::new(open(path));
    for step in 0..3 {
        let text = format!("Words of state {step}, 7fa9c4e1b2d3. ").repeat(2_000);
        let article = Article {
            publisher: outlet(&format!("Outlet {step}")),
            canonical_url: Some(url(&format!("https://example.org/{step}"))),
            published_at: Some(at(step)),
            body: body(&text),
            ..article(&format!("Title {step}"))
        };
        let said = Statement {
            speaker: speaker("e"),
            mentions: vec![mention("f")],
            reference_time: Some(civil("2026-03")),
            ..statement(&format!("Said {step}"))
        };
        let person = Entity {
            names: vec![alias(&format!("Alias {step}"))],
            external_ids: vec![external_id("register", &format!("x{step}"))],
            description: random_words(step),
            ..entity(&format!("Name {step}"))
        };
        let written = batch(step)
            .put("articles/a", article)
            .put("articles/a/statements/s", said)
            .put("entities/e", person)
            .remember(request_key(step as u128), remembered(1, at(100 + step)));
        commit(&store, written).await;
    }
    let gone = batch(5).put("articles/z", article("Z")).put("entities/y", entity("Y"));
    commit(&store, gone).await;
    let mut erase = batch(6);
    let erasure = Erasure { reason: "A court said so.".into(), by: "desk".into(), time: at(6) };
    erase.mutations.push(Mutation::Erase(name("articles/z"), erasure));
    commit(&store, erase).await;
    commit(&store, batch(7).delete("entities/y")).await;
    store.close().await.unwrap();
}

/// Words that cannot be compressed into one entry.
fn random_words(seed: i64) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_be_bytes());
    let mut bytes = [0; 9_000];
    hasher.finalize_xof().fill(&mut bytes);
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Damages a filled store and checks it.
async fn findings(damage: impl FnOnce(&Db)) -> Vec<Finding> {
    let directory = TempDir::new().unwrap();
    fill(directory.path()).await;
    let db = raw(directory.path());
    damage(&db);
    db.flush().unwrap();
    drop(db);
    let store: Arc<dyn Store> = Arc::new(open(directory.path()));
    check(&store).await.findings
}

/// The fault and the words are among what is found.
async fn found(fault: Fault, words: &str, damage: impl FnOnce(&Db)) {
    let findings = findings(damage).await;
    let told = |it: &Finding| {
        it.fault == fault && format!("{}: {}", it.subject, it.detail).contains(words)
    };
    assert!(findings.iter().any(told), "no {fault:?} with {words:?} in {findings:#?}");
}

/// The entries of a kind.
fn of_kind(db: &Db, tag: u8) -> Vec<(IVec, IVec)> {
    db.scan_prefix([tag]).map(Result::unwrap).collect()
}

/// Every kind of index entry.
const INDEXES: &[u8] = b"UPOKMTFDNX";

#[tokio::test]
async fn a_store_that_nobody_damaged_is_whole() {
    assert_eq!(findings(|_| {}).await, []);
}

#[tokio::test]
async fn an_index_entry_that_is_gone_is_missed() {
    for tag in INDEXES {
        // The newest entry of a record leads to its newest state; an older one to an
        // older.
        for newest in [true, false] {
            found(Fault::Index, "does not lead to its state of revision", |db| {
                let entries = of_kind(db, *tag);
                let entries = entries.iter().filter(|(_, value)| value.is_empty() == newest);
                match entries.clone().next().or(of_kind(db, *tag).first()) {
                    Some((key, _)) => drop(db.remove(key).unwrap()),
                    None => panic!("no entry of {}", char::from(*tag)),
                }
            })
            .await;
        }
    }
}

#[tokio::test]
async fn an_index_entry_too_many_is_noticed() {
    for tag in INDEXES {
        // To a record that there is, under a head that it does not have.
        found(Fault::Index, "which does not have it", |db| {
            let (key, _) = of_kind(db, *tag).into_iter().next_back().unwrap();
            let parts = IndexKey::of(&key).unwrap();
            let mut head = parts.head.to_vec();
            head[1] ^= 1;
            let stray = [&head, parts.place.untagged(), &parts.from.0.to_be_bytes()].concat();
            db.insert(stray, &[]).unwrap();
        })
        .await;
    }
    found(Fault::Index, "nothing", |db| {
        let stray = [b"P".as_slice(), &[1; 10], &[9; 6], &1_u64.to_be_bytes()].concat();
        db.insert(stray, &[]).unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_index_entry_with_a_wrong_end_is_noticed() {
    for tag in INDEXES {
        found(Fault::Index, "", |db| {
            let entries = of_kind(db, *tag);
            let open = entries.iter().find(|(_, value)| value.is_empty());
            let (key, _) = open.unwrap_or(&entries[0]);
            db.insert(key, keys::ended(Revision(5))).unwrap();
        })
        .await;
        let ended = |entries: &[(IVec, IVec)]| {
            entries.iter().find(|(_, value)| !value.is_empty()).map(|(key, _)| key.clone())
        };
        let directory = TempDir::new().unwrap();
        fill(directory.path()).await;
        if ended(&of_kind(&raw(directory.path()), *tag)).is_some() {
            found(Fault::Index, "", |db| {
                db.insert(ended(&of_kind(db, *tag)).unwrap(), &[]).unwrap();
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_value_with_a_wrong_checksum_is_named() {
    for tag in b"ABSECZgQL" {
        let directory = TempDir::new().unwrap();
        fill(directory.path()).await;
        let count = of_kind(&raw(directory.path()), *tag).len();
        assert!(count > 0, "no entry of {}", char::from(*tag));
        found(Fault::Unreadable, "its checksum does not fit", |db| {
            let (key, value) = of_kind(db, *tag).swap_remove(0);
            let mut bytes = value.to_vec();
            *bytes.last_mut().unwrap() ^= 1;
            db.insert(key, bytes).unwrap();
        })
        .await;
    }
}

#[tokio::test]
async fn a_value_that_is_gone_is_missed() {
    let cases: [(u8, Fault, &str); 9] = [
        (b'A', Fault::Missing, "of which it left no state"),
        (b'S', Fault::Missing, "of which it left no state"),
        (b'E', Fault::Missing, "of which it left no state"),
        (b'B', Fault::Unreadable, "a part of it is missing"),
        (b'L', Fault::Unreadable, "a part of it is missing"),
        (b'Z', Fault::Erasure, "no entry says that it was erased"),
        (b'C', Fault::Log, "came before it"),
        (b'I', Fault::Index, "its name does not lead to it"),
        (b'e', Fault::Missing, "nothing says when it may be forgotten"),
    ];
    for (tag, fault, words) in cases {
        found(fault, words, |db| {
            let entries = of_kind(db, tag);
            db.remove(&entries[entries.len() / 2].0).unwrap();
        })
        .await;
    }
    found(Fault::Stray, "the request that it speaks of is not there", |db| {
        db.remove(&of_kind(db, b'Q')[0].0).unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_log_that_is_broken_is_noticed() {
    let damaged = |edit: fn(&mut Change)| {
        move |db: &Db| {
            let key = keys::change(Revision(3));
            let value = db.get(&key).unwrap().unwrap();
            let mut change = Change::open(db, &key, &value).unwrap();
            edit(&mut change);
            change.seal(&key, |key, value| drop(db.insert(key, value).unwrap()));
        }
    };
    found(Fault::Log, "revision 1 came before it", damaged(|it| it.previous = Revision(1))).await;
    found(Fault::Log, "came before it", damaged(|it| it.time = at(-1))).await;
    found(Fault::Log, "it holds the commit", damaged(|it| it.revision = Revision(4))).await;
    found(Fault::Log, "nothing of it", damaged(|it| drop(it.records.pop()))).await;
    found(
        Fault::Missing,
        "of which it left no state",
        damaged(|it| it.records[0].0 = name("entities/y")),
    )
    .await;
    found(Fault::Log, "was another's", damaged(|it| it.request_id = None)).await;
}

#[tokio::test]
async fn a_number_that_is_wrong_is_noticed() {
    found(Fault::Count, "counts 7 entries, and there are 1", |db| {
        let (key, _) = of_kind(db, b'#').remove(0);
        db.insert(key, &7_u64.to_be_bytes()).unwrap();
    })
    .await;
    found(Fault::Count, "counts 0 entries, and there are 1", |db| {
        db.remove(&of_kind(db, b'#')[0].0).unwrap();
    })
    .await;
    found(Fault::Count, "nothing is there that it counts", |db| {
        db.insert(b"#Onobody\0", &1_u64.to_be_bytes()).unwrap();
    })
    .await;
    found(Fault::Count, "the counts of records", |db| {
        let counts = Counts { articles: 5, ..Counts::default() };
        counts.seal(keys::COUNTS, |key, value| drop(db.insert(key, value).unwrap()));
    })
    .await;
}

#[tokio::test]
async fn what_nothing_accounts_for_is_noticed() {
    let text_of = |article: &'static str, revision: u64| {
        move |db: &Db| {
            let iid = db.get(keys::name(keys::ARTICLE_ID, article)).unwrap().unwrap();
            let iid = keys::Iid::from_bytes(&iid).unwrap();
            let key = keys::body(iid, Revision(revision), 0);
            envelope::seal(&key, 0, b"text", |key, value| drop(db.insert(key, value).unwrap()));
        }
    };
    found(Fault::Erasure, "articles/z: a text of it is still there", text_of("z", 4)).await;
    found(Fault::Erasure, "articles/z: its text is still there", text_of("z", 4)).await;
    found(Fault::Stray, "no state of the article has it", text_of("a", 5)).await;
    found(Fault::Stray, "no entry begins so", |db| drop(db.insert(b"~?", b"").unwrap())).await;
    found(Fault::Stray, "nothing is kept under", |db| drop(db.insert(b"m|x", b"").unwrap())).await;
    found(Fault::Index, "its name leads to articles/a", |db| {
        let iid = db.get(b"Ia").unwrap().unwrap();
        db.insert(b"Ib", iid).unwrap();
    })
    .await;
}
