//! Exported records that come back.

use super::faults;
use crate::domain::entity::Entity;
use crate::domain::record::{Committed, Record, Stored, Times};
use crate::domain::revision::Revision;
use crate::domain::statement::{Speaker, Statement};
use crate::kb::error::Error;
use crate::kb::{ExportItem, Imported, RestoredRecord};
use crate::rpc::from_pb::imported;
use crate::rpc::{json, pb, to_pb};
use crate::store::conformance::{complete, fixtures};

fn exported(name: &str, value: Record) -> pb::Record {
    let committed = Committed {
        revision: Revision(7),
        create_revision: Revision(3),
        create_time: fixtures::at(1),
        update_time: fixtures::at(2),
    };
    let stored = Stored { name: fixtures::name(name), value, committed };
    to_pb::exported(ExportItem::Record(stored), false)
}

fn restored_record(pb: Option<pb::Record>, replace: bool) -> Result<RestoredRecord, Error> {
    match imported(pb, replace, "tester")? {
        Imported::Record(record) => Ok(record),
        Imported::Erasure(erasure) => panic!("{erasure:?}"),
    }
}

/// A statement in which every field says something and none contradicts another.
fn statement() -> Statement {
    let mut statement = complete::statement();
    let speaker = statement.speaker.take().unwrap();
    statement.speaker = Some(Speaker { anonymous: false, ..speaker });
    statement.triple.as_mut().unwrap().predicate = "fell_in".into();
    statement.addressees[0].selector.as_mut().unwrap().verified = false;
    statement
}

/// An entity likewise; by which entity an occupancy came is told by reads alone.
fn entity() -> Entity {
    let mut entity = complete::entity();
    entity.occupancies.iter_mut().for_each(|held| held.source_entity = None);
    entity
}

#[test]
fn every_field_of_every_kind_of_record_comes_back_from_its_line() {
    let records = [
        ("articles/a", Record::Article(Box::new(complete::article()))),
        ("articles/a/statements/s", Record::Statement(Box::new(statement()))),
        ("entities/e", Record::Entity(Box::new(entity()))),
    ];
    for (name, value) in records {
        let line = json::to_json(&exported(name, value.clone())).unwrap();
        let record = json::from_json::<pb::Record>(&line).unwrap();
        let restored = restored_record(Some(record), false).unwrap();
        assert_eq!(restored.value, value);
        assert_eq!(restored.name, fixtures::name(name));
        let times = Times { create_time: fixtures::at(1), update_time: fixtures::at(2) };
        assert_eq!((restored.times, restored.state_of), (Some(times), None));
    }
}

fn article() -> pb::Article {
    match exported("articles/a", Record::Article(Box::new(complete::article()))).record {
        Some(pb::record::Record::Article(article)) => article,
        other => panic!("{other:?}"),
    }
}

fn check_article(spoil: impl FnOnce(&mut pb::Article), expected: &[&str]) {
    let mut article = article();
    spoil(&mut article);
    let record = pb::Record { record: Some(pb::record::Record::Article(article)) };
    assert_eq!(faults(restored_record(Some(record), false)), expected);
}

#[test]
fn what_is_no_whole_record_is_refused() {
    check_article(|_| {}, &[]);
    check_article(|it| it.name.clear(), &["record.article.name REQUIRED"]);
    check_article(|it| it.version = -1, &["record.article.version BAD_NUMBER"]);
    check_article(|it| it.body.push('x'), &["record.article.content_hash CONTRADICTION"]);
    check_article(|it| it.update_time = it.create_time.take(), &[]);
    check_article(
        |it| std::mem::swap(&mut it.update_time, &mut it.create_time),
        &["record.update_time BAD_TIME"],
    );
    assert_eq!(faults(restored_record(None, false)), ["record REQUIRED"]);
    let mut retracted =
        exported("articles/a/statements/s", Record::Statement(Box::new(statement())));
    if let Some(pb::record::Record::Statement(statement)) = &mut retracted.record {
        statement.retraction = None;
    }
    let expected = ["record.statement.retraction REQUIRED"];
    assert_eq!(faults(restored_record(Some(retracted), false)), expected);
}
