//! Ids that stand for one thing in a filter.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::sample;
use crate::domain::id::EntityId;
use crate::domain::record::{Record, Stored};
use crate::domain::statement::Statement;
use crate::query::filter::Filter;
use crate::query::plan::{Access, Collection, plan};
use crate::query::schema::Kind;
use crate::query::widen::{SameEntities, perhaps_united};

fn id(text: &str) -> EntityId {
    EntityId::new(text).unwrap()
}

/// That `x` and `z` are one.
fn same() -> SameEntities {
    let both = || BTreeSet::from([id("x"), id("z")]);
    [(id("x"), both()), (id("z"), both())].into()
}

fn parsed(filter: &str, kind: Kind) -> Filter {
    Filter::parse(filter, kind).unwrap().unwrap()
}

/// The record as it would be had `x` always been called `z`.
fn renamed(record: &Stored) -> Stored {
    let mut record = record.clone();
    let Record::Statement(statement) = &mut record.value else { return record };
    let Statement { speaker, addressees, mentions, triple, .. } = &mut **statement;
    let speaker = speaker.iter_mut().map(|speaker| &mut speaker.entity);
    let mentions = addressees.iter_mut().chain(mentions).map(|mention| &mut mention.entity);
    for entity in speaker.chain(mentions).flatten() {
        if *entity == id("x") {
            *entity = id("z");
        }
    }
    assert!(triple.as_ref().is_none_or(|triple| !format!("{triple:?}").contains("\"x\"")));
    record
}

fn filter() -> impl Strategy<Value = String> {
    let tests = [
        "speaker.entity = entities/x",
        "speaker.entity != entities/z",
        "speaker.entity != entities/y",
        "mentions.entity = entities/z",
        "mentions.entity:entities/x",
        "addressees.entity = entities/x",
        "speaker.entity:*",
        "kind = MIXED",
    ];
    prop::sample::select(tests.to_vec()).prop_map(str::to_owned).prop_recursive(3, 16, 3, |inner| {
        let several = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several.clone().prop_map(|items| format!("({})", items.join(" AND "))),
            several.prop_map(|items| format!("({})", items.join(" OR "))),
            inner.prop_map(|item| format!("(NOT {item})")),
        ]
    })
}

proptest! {
    #[test]
    fn a_widened_filter_sees_one_entity(filter in filter()) {
        let widened = parsed(&filter, Kind::Statement).widened(&same());
        let plain = parsed(&filter.replace("entities/x", "entities/z"), Kind::Statement);
        for record in sample::statements() {
            let found = (widened.matches(&record), plain.matches(&renamed(&record)));
            prop_assert_eq!(found.0, found.1, "{} {}", &filter, &record.name);
        }
    }
}

#[test]
fn the_entities_that_a_filter_names_are_told() {
    let check = |filter: &str, kind: Kind, expected: &[&str]| {
        let expected: BTreeSet<EntityId> = expected.iter().map(|text| id(text)).collect();
        assert_eq!(parsed(filter, kind).entities_named(), expected, "{filter}");
    };
    check(
        "speaker.entity = entities/x OR NOT mentions.entity:entities/y",
        Kind::Statement,
        &["x", "y"],
    );
    check("article.publisher != entities/x", Kind::Statement, &["x"]);
    check("triple.subject = entities/x", Kind::Statement, &["x"]);
    check("speaker.entity = 'entities/x*' content:entities/y", Kind::Statement, &[]);
    check("publisher = entities/x publisher.name = entities/y", Kind::Article, &["x"]);
    check("publisher = Reuters", Kind::Article, &[]);
    check("name = entities/x place = entities/y", Kind::Entity, &["x", "y"]);
}

#[test]
fn a_widened_filter_is_planned_along_all_that_are_one() {
    let filter = parsed("speaker.entity = entities/x", Kind::Statement).widened(&same());
    let plan = plan(&Collection::Statements(None), Some(filter), "uttered_at desc").unwrap();
    assert_eq!(plan.access, Access::StatementsBySpeaker([id("x"), id("z")].into()));
}

#[test]
fn what_may_be_united_is_let_pass() {
    let merged = |into: Option<&str>, referents: &[&str]| {
        let mut record = sample::entities().remove(0);
        if let Record::Entity(entity) = &mut record.value {
            entity.merged_into = into.map(id);
            entity.referents = referents.iter().map(|text| id(text)).collect();
        }
        record
    };
    let never = parsed("name = entities/nobody", Kind::Entity);
    for (filter, record, expected) in [
        (None, merged(None, &[]), true),
        (None, merged(Some("x"), &[]), false),
        (None, merged(Some("x"), &["y"]), false),
        (Some(&never), merged(None, &[]), false),
        (Some(&never), merged(None, &["y"]), true),
        (Some(&never), merged(Some("x"), &["y"]), false),
    ] {
        assert_eq!(perhaps_united(filter).matches(&record), expected, "{filter:?} {record:?}");
    }
}
