//! Exports over the reference backend.

use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::*;
use crate::clock::SystemClock;
use crate::domain::article::Article;
use crate::domain::statement::Statement;
use crate::kb::{EraseRecord, EraseRecords, KnowledgeBaseConfig, Retention};
use crate::store::conformance::fixtures::{
    article, at, batch, body, commit, entity, link, name, outlet, speaker, statement,
};
use crate::store::memory::{MemoryConfig, MemoryStore};
use crate::store::{At, Store};

/// An empty base.
pub(in crate::kb) fn base(id: u128) -> KnowledgeBase {
    let config = MemoryConfig { store_id: Uuid::from_u128(id), token_key: [1; 32] };
    KnowledgeBase::new(KnowledgeBaseConfig {
        store: Arc::new(MemoryStore::new(config)),
        clock: Arc::new(SystemClock),
        request_ttl: Duration::from_secs(60),
        recent: Arc::default(),
        search: None,
        quotations: None,
        retention: Retention::default(),
    })
}

/// A base in which records came, changed and went in another order than that of
/// their names.
pub(in crate::kb) async fn lived_in(id: u128) -> KnowledgeBase {
    let kb = base(id);
    let store: &Arc<dyn Store> = kb.store();
    let told = |title: &str, text: &str| Article {
        body: body(text),
        publisher: outlet(if title == "B" { "Herald" } else { "Times" }),
        ..article(title)
    };
    let linked = Statement { links: vec![link("articles/b/statements/s")], ..statement("linked") };
    let spoken = Statement { speaker: speaker("y"), ..statement("spoken") };
    let first = batch(0)
        .put("articles/b", told("B", "One."))
        .put("articles/b/statements/s", spoken)
        .put("entities/y", entity("Y"));
    commit(store, first).await;
    let second = batch(1)
        .put("articles/a", told("A", "Two."))
        .put("articles/a/statements/t", statement("t"))
        .put("articles/a/statements/s", linked)
        .put("entities/x", entity("X"))
        .put("entities/gone", entity("Gone"));
    commit(store, second).await;
    commit(store, batch(2).put("articles/b", told("B", "One, corrected."))).await;
    commit(store, batch(3).delete("entities/gone").delete("articles/a/statements/t")).await;
    commit(store, batch(4).put("articles/a/statements/t", statement("t again"))).await;
    kb
}

pub(in crate::kb) fn everything() -> ExportRecords {
    ExportRecords::everything()
}

/// All that is left of an export.
pub(in crate::kb) async fn items(kb: &KnowledgeBase, query: &ExportRecords) -> Vec<ExportItem> {
    let mut exporter = kb.export(query).await.unwrap();
    let mut items = Vec::new();
    while let Some(item) = exporter.next().await.unwrap() {
        items.push(item);
    }
    items
}

/// The records that are left of an export.
pub(in crate::kb) async fn export(kb: &KnowledgeBase, query: &ExportRecords) -> Vec<Stored> {
    let items = items(kb, query).await.into_iter();
    let record = |item| match item {
        ExportItem::Record(stored) => Some(stored),
        ExportItem::Erased(_) => None,
    };
    items.filter_map(record).collect()
}

/// Erases records.
pub(in crate::kb) async fn erase(kb: &KnowledgeBase, names: &[&str]) {
    let records = names.iter().map(|text| EraseRecord {
        name: name(text),
        reason: "A court said so.".into(),
        by: "legal desk".into(),
        time: Some(at(7)),
    });
    let command = EraseRecords {
        principal: "tester".into(),
        records: records.collect(),
        allow_missing: true,
    };
    kb.erase(command).await.unwrap();
}

#[tokio::test]
async fn erasures_come_last_and_also_those_of_later() {
    let kb = lived_in(1).await;
    erase(&kb, &["entities/y", "articles/z"]).await;
    let mut exporter = kb.export(&everything()).await.unwrap();
    erase(&kb, &["articles/b", "articles/a"]).await;
    let mut told = Vec::new();
    while let Some(item) = exporter.next().await.unwrap() {
        told.push(match item {
            ExportItem::Record(stored) => stored.name.to_string(),
            ExportItem::Erased(erased) => format!("- {}", erased.name),
        });
        let query = ExportRecords { resume_token: exporter.resume_token(), ..everything() };
        exporter = kb.export(&query).await.unwrap();
    }
    let erased = [ALL[2], ALL[3], ALL[4], ALL[5], ALL[6], "articles/z", ALL[1]];
    let erased = erased.map(|name| format!("- {name}"));
    assert_eq!(told, [&[ALL[0].to_owned()], &erased[..]].concat());
    let alone = ExportRecords { kinds: Vec::new(), ..everything() };
    assert_eq!(items(&kb, &alone).await.len(), erased.len());
    let none = ExportRecords { erasures: false, ..everything() };
    assert_eq!(items(&kb, &none).await.len(), 1);
}

async fn names(query: ExportRecords) -> Vec<String> {
    let records = export(&lived_in(1).await, &query).await;
    records.iter().map(|stored| stored.name.to_string()).collect()
}

const ALL: [&str; 7] = [
    "entities/x",
    "entities/y",
    "articles/a",
    "articles/a/statements/s",
    "articles/a/statements/t",
    "articles/b",
    "articles/b/statements/s",
];

#[tokio::test]
async fn the_order_is_that_of_names() {
    assert_eq!(names(everything()).await, ALL);
}

#[tokio::test]
async fn kinds_and_filters_choose() {
    let statements = ExportRecords { kinds: vec![Kind::Statement], ..everything() };
    assert_eq!(names(statements).await, [ALL[3], ALL[4], ALL[6]]);
    let entities = ExportRecords { kinds: vec![Kind::Entity], ..everything() };
    assert_eq!(names(entities).await, [ALL[0], ALL[1]]);
    let articles =
        ExportRecords { article_filter: "publisher = \"Herald\"".into(), ..everything() };
    assert_eq!(names(articles).await, [ALL[0], ALL[1], ALL[3], ALL[4], ALL[5], ALL[6]]);
    let spoken = ExportRecords {
        kinds: vec![Kind::Statement, Kind::Article],
        statement_filter: "speaker.entity = \"entities/y\"".into(),
        ..everything()
    };
    assert_eq!(names(spoken).await, [ALL[2], ALL[5], ALL[6]]);
}

#[tokio::test]
async fn articles_come_with_their_text() {
    let records = export(&lived_in(1).await, &everything()).await;
    let Record::Article(article) = &records[5].value else { panic!("{:?}", records[5]) };
    assert_eq!(article.body.text.as_deref(), Some("One, corrected."));
}

#[tokio::test]
async fn an_export_goes_on_after_any_record() {
    let kb = lived_in(1).await;
    for history in [false, true] {
        let query = ExportRecords { history, ..everything() };
        let all = export(&kb, &query).await;
        let mut exporter = kb.export(&query).await.unwrap();
        for taken in 0..=all.len() {
            let resumed = ExportRecords { resume_token: exporter.resume_token(), ..query.clone() };
            // What is written meanwhile is not seen.
            commit(kb.store(), batch(9).put(&format!("entities/a{taken}"), entity("New"))).await;
            assert_eq!(export(&kb, &resumed).await, all[taken..], "{history} {taken}");
            exporter.next().await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_history_has_every_state_that_is_no_deletion() {
    let query = ExportRecords { history: true, ..everything() };
    let expected = [ALL[0], ALL[1], ALL[2], ALL[3], ALL[4], ALL[4], ALL[5], ALL[5], ALL[6]];
    assert_eq!(names(query.clone()).await, expected);
    let records = export(&lived_in(1).await, &query).await;
    let texts: Vec<_> = records
        .iter()
        .filter_map(|stored| match &stored.value {
            Record::Article(article) => article.body.text.as_deref(),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["Two.", "One.", "One, corrected."]);
}

#[tokio::test]
async fn an_export_as_of_a_revision_is_the_one_made_then() {
    let kb = lived_in(1).await;
    let then = export(&kb, &everything()).await;
    let at = At::Revision(kb.store().head().revision);
    commit(kb.store(), batch(9).delete("articles/b/statements/s").delete("entities/x")).await;
    let read = ReadOptions { at, ..ReadOptions::newest() };
    assert_eq!(export(&kb, &ExportRecords { read, ..everything() }).await, then);
    assert_eq!(export(&kb, &everything()).await.len(), then.len() - 2);
}

#[tokio::test]
async fn tokens_and_filters_that_do_not_fit_are_refused() {
    let kb = lived_in(1).await;
    let token = kb.export(&everything()).await.unwrap().resume_token();
    let refused = async |kb: &KnowledgeBase, query: ExportRecords| match kb.export(&query).await {
        Ok(_) => panic!("it was let pass"),
        Err(Error::Invalid(violations)) => {
            format!("{} {}", violations[0].field, violations[0].reason)
        }
        Err(error) => error.to_string(),
    };
    let resumed = ExportRecords { resume_token: token, ..everything() };
    assert_eq!(
        refused(&base(2), resumed.clone()).await,
        "the token was given out by another store"
    );
    let other = ExportRecords { history: true, ..resumed };
    assert_eq!(refused(&kb, other).await, "resume_token RESUME_TOKEN_MISMATCH");
    let rubbish = ExportRecords { resume_token: "x".into(), ..everything() };
    assert_eq!(refused(&kb, rubbish).await, "resume_token BAD_TOKEN");
    let unreadable = ExportRecords { entity_filter: "type =".into(), ..everything() };
    assert_eq!(refused(&kb, unreadable).await, "entity_filter BAD_FILTER");
}
