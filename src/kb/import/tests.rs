//! Imports over the reference backend.

use super::*;
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::record::Stored;
use crate::kb::command::{MergeEntities, WriteContext};
use crate::kb::export::tests::{base, erase, everything, export, items, lived_in};
use crate::kb::{ExportItem, ExportRecords};
use crate::store::conformance::fixtures::{
    IntoRecord, article, at, entity, entity_id, name, speaker, statement, url,
};
use crate::store::{Erased, Erasure};

fn record(record_name: &str, value: impl IntoRecord) -> RestoredRecord {
    let times = Some(Times { create_time: at(1), update_time: at(2) });
    let (name, value) = (name(record_name), value.into_record());
    RestoredRecord { name, value, times, state_of: None, replace: false }
}

fn exported(stored: &Stored) -> RestoredRecord {
    RestoredRecord {
        name: stored.name.clone(),
        value: stored.value.clone(),
        times: Some(stored.committed.times()),
        state_of: None,
        replace: false,
    }
}

/// Imports records: what became of each, and which references lead nowhere.
async fn import(kb: &KnowledgeBase, records: Vec<RestoredRecord>) -> (Vec<String>, Dangling) {
    import_all(kb, records.into_iter().map(Imported::Record).collect()).await
}

async fn import_all(kb: &KnowledgeBase, brought: Vec<Imported>) -> (Vec<String>, Dangling) {
    let (items, taken) = mpsc::channel(1_000);
    let (acked, mut acks) = mpsc::channel(1_000);
    for (index, brought) in brought.into_iter().enumerate() {
        items.send(ImportItem { sequence: index as i64 + 1, brought: Ok(brought) }).await.unwrap();
    }
    drop(items);
    let dangling = kb.import_records("tester", taken, acked).await.unwrap();
    let mut told = Vec::new();
    while let Some(some) = acks.recv().await {
        for ack in some {
            assert_eq!(ack.sequence, told.len() as i64 + 1);
            told.push(match ack.result {
                Ok((outcome, _, _)) => format!("{outcome:?}"),
                Err(error) => error.to_string(),
            });
        }
    }
    (told, dangling)
}

/// What of records does not depend on the base that they are in.
fn portable(records: &[Stored]) -> Vec<(RecordName, Record, Times)> {
    let record = |it: &Stored| (it.name.clone(), it.value.clone(), it.committed.times());
    records.iter().map(record).collect()
}

#[tokio::test]
async fn an_export_in_an_empty_base_is_exported_again() {
    let first = export(&lived_in(1).await, &everything()).await;
    let kb = base(2);
    let (told, dangling) = import(&kb, first.iter().map(exported).collect()).await;
    assert_eq!(told, ["Created"; 7]);
    assert_eq!(dangling, Dangling::default());
    assert_eq!(portable(&export(&kb, &everything()).await), portable(&first));
    let revision = kb.store().head().revision;
    let (told, _) = import(&kb, first.iter().map(exported).collect()).await;
    assert_eq!(told, ["Unchanged"; 7]);
    assert_eq!(kb.store().head().revision, revision);
}

pub(in crate::kb) fn exported_item(item: &ExportItem) -> Imported {
    match item {
        ExportItem::Record(stored) => Imported::Record(exported(stored)),
        ExportItem::Erased(Erased { name, erasure, .. }) => {
            let Erasure { reason, by, time } = erasure.clone();
            Imported::Erasure(EraseRecord { name: name.clone(), reason, by, time: Some(time) })
        }
    }
}

fn erasures(items: &[ExportItem]) -> Vec<(RecordName, Erasure)> {
    let erasure = |item: &ExportItem| match item {
        ExportItem::Erased(erased) => Some((erased.name.clone(), erased.erasure.clone())),
        ExportItem::Record(_) => None,
    };
    items.iter().filter_map(erasure).collect()
}

#[tokio::test]
async fn what_was_erased_is_erased_wherever_it_comes_to() {
    let kb = lived_in(1).await;
    let before = items(&kb, &everything()).await;
    erase(&kb, &["articles/a", "entities/y"]).await;
    let after = items(&kb, &everything()).await;
    let everywhere: Vec<Imported> = after.iter().map(exported_item).collect();

    // Into a base that holds it.
    let other = base(2);
    let whole: Vec<Imported> = before.iter().map(exported_item).collect();
    import_all(&other, whole.clone()).await;
    let (told, _) = import_all(&other, everywhere.clone()).await;
    let unchanged = "Unchanged";
    // The article takes its statements along.
    let expected = [unchanged, unchanged, unchanged, "Erased", unchanged, unchanged, "Erased"];
    assert_eq!(told, expected);
    let found = items(&other, &everything()).await;
    assert_eq!(erasures(&found), erasures(&after));
    assert_eq!(found.len(), after.len());
    assert_eq!(import_all(&other, everywhere.clone()).await.0, [unchanged; 7]);

    // Into one that does not, where what comes later is refused.
    let third = base(3);
    let (told, _) = import_all(&third, [everywhere, whole].concat()).await;
    let expected = [
        "Created",
        "Created",
        "Created",
        "Erased",
        "Erased",
        "Erased",
        "Erased",
        unchanged,
        "entities/y was erased",
        "articles/a was erased",
        "articles/a was erased",
        "articles/a was erased",
        unchanged,
        unchanged,
    ];
    assert_eq!(told, expected);
    assert_eq!(erasures(&items(&third, &everything()).await), erasures(&after));
}

#[tokio::test]
async fn a_merge_with_what_is_erased_is_taken_apart() {
    let kb = base(1);
    let merge = |names: [&str; 2]| MergeEntities {
        context: WriteContext {
            principal: "tester".into(),
            batch: None,
            request: None,
            validate_only: false,
        },
        survivor: entity_id(names[0]),
        absorbed: entity_id(names[1]),
        survivor_etag: None,
        absorbed_etag: None,
    };
    import(&kb, ["a", "b", "c"].map(|it| record(&format!("entities/{it}"), entity("E"))).into())
        .await;
    for names in [["b", "a"], ["c", "b"]] {
        kb.merge_entities(merge(names)).await.unwrap();
    }
    let merged: Vec<Imported> = items(&kb, &everything()).await.iter().map(exported_item).collect();
    let erasure = Imported::Erasure(EraseRecord {
        name: name("entities/b"),
        reason: "A court said so.".into(),
        by: "legal desk".into(),
        time: None,
    });
    assert_eq!(import_all(&kb, vec![erasure.clone()]).await.0, ["Erased"]);
    let marks = async |kb: &KnowledgeBase| {
        let records = export(kb, &everything()).await;
        let marks = |stored: &Stored| match &stored.value {
            Record::Entity(entity) => (entity.merged_into.clone(), entity.referents.len()),
            _ => (None, 0),
        };
        records.iter().map(marks).collect::<Vec<_>>()
    };
    assert_eq!(marks(&kb).await, [(None, 0), (None, 0)]);
    let other = base(2);
    let (told, _) = import_all(&other, [vec![erasure], merged].concat()).await;
    assert_eq!(told, ["Erased", "Created", "entities/b was erased", "Created"]);
    // The survivor still says that it stands for the other.
    assert_eq!(marks(&other).await, [(None, 0), (None, 1)]);
}

#[tokio::test]
async fn a_history_is_taken_state_by_state_and_once() {
    let query = ExportRecords { history: true, ..everything() };
    let first = export(&lived_in(1).await, &query).await;
    let states = || {
        let state = |stored: &Stored| RestoredRecord {
            state_of: Some(stored.committed.revision),
            ..exported(stored)
        };
        first.iter().map(state).collect::<Vec<_>>()
    };
    let kb = base(2);
    let (told, _) = import(&kb, states()).await;
    let (new, next) = ("Created", "Replaced");
    assert_eq!(told, [new, new, new, new, new, next, new, next, new]);
    assert_eq!(portable(&export(&kb, &query).await), portable(&first));
    assert_eq!(import(&kb, states()).await.0, ["Unchanged"; 9]);
}

#[tokio::test]
async fn another_record_of_the_name_is_replaced_only_where_asked() {
    let kb = base(1);
    import(&kb, vec![record("entities/e", entity("E"))]).await;
    let other = record("entities/e", entity("F"));
    assert_eq!(import(&kb, vec![other.clone()]).await.0, ["entities/e exists already"]);
    let replacing = RestoredRecord { replace: true, ..other };
    assert_eq!(import(&kb, vec![replacing]).await.0, ["Replaced"]);
    let later = Some(Times { create_time: at(1), update_time: at(3) });
    let later = RestoredRecord { times: later, ..record("entities/e", entity("F")) };
    assert_eq!(import(&kb, vec![later]).await.0, ["entities/e exists already"]);
}

#[tokio::test]
async fn what_can_not_be_stored_fails_alone() {
    let kb = base(1);
    let addressed =
        || Article { canonical_url: Some(url("https://example.com/a")), ..article("A") };
    let records = vec![
        record("articles/a", addressed()),
        record("articles/b", addressed()),
        record("articles/b/statements/s", statement("s")),
        record("articles/a/statements/s", statement("s")),
        record("entities/e", entity("E")),
    ];
    let (told, _) = import(&kb, records).await;
    let expected = [
        "Created",
        "articles/b was named, but the canonical_url belongs to articles/a",
        "articles/b is not there yet: an article comes before its statements",
        "Created",
        "Created",
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn references_may_point_forward_and_those_that_lead_nowhere_are_told() {
    let kb = base(1);
    let merged = Entity { merged_into: Some(entity_id("later")), ..entity("E") };
    let said = crate::domain::statement::Statement { speaker: speaker("nobody"), ..statement("s") };
    let records = vec![
        record("entities/e", merged),
        record("entities/later", entity("L")),
        record("articles/a", article("A")),
        record("articles/a/statements/s", said),
    ];
    let (told, dangling) = import(&kb, records).await;
    assert_eq!(told, ["Created"; 4]);
    let expected = (name("articles/a/statements/s"), name("entities/nobody"));
    assert_eq!(dangling, Dangling { references: vec![expected], more: false });
}
