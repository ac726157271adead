//! Laws that hold for any filters and any records.

use proptest::prelude::*;

use super::sample;
use crate::domain::record::Stored;
use crate::query::filter::Filter;
use crate::query::schema::Kind;

/// Tests of single fields, each with the law-abiding pair of `=` and `!=`.
const SINGLE: [(&str, &str); 12] = [
    ("language", "ckb"),
    ("language", "''"),
    ("kind", "DIRECT"),
    ("rank", "NORMAL"),
    ("speaker.entity", "entities/x"),
    ("speaker.anonymous", "true"),
    ("confidence", "0.5"),
    ("uttered_at", "2026-09"),
    ("uttered_at", "2026-09-16"),
    ("article.published_at", "2026-09-17T06:00:00Z"),
    ("article.publisher", "R*"),
    ("name", "'*full'"),
];

fn test() -> impl Strategy<Value = String> {
    let single = prop::sample::select(SINGLE.to_vec());
    let comparator = prop::sample::select(vec!["=", "!="]);
    prop_oneof![
        (single, comparator).prop_map(|((field, value), sign)| format!("{field} {sign} {value}")),
        prop::sample::select(vec!["topics:oil", "content:need", "mentions:*", "links:*"])
            .prop_map(str::to_owned),
    ]
}

pub(super) fn filter() -> impl Strategy<Value = String> {
    test().prop_recursive(4, 24, 3, |inner| {
        let several = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several.clone().prop_map(|items| format!("({})", items.join(" AND "))),
            several.prop_map(|items| format!("({})", items.join(" OR "))),
            inner.prop_map(|item| format!("(NOT {item})")),
        ]
    })
}

fn passed(records: &[Stored], filter: &str) -> Vec<bool> {
    let filter = Filter::parse(filter, Kind::Statement).unwrap().unwrap();
    records.iter().map(|record| filter.matches(record)).collect()
}

#[test]
fn unequal_is_set_but_not_equal() {
    let records = sample::statements();
    for (field, value) in SINGLE {
        let unequal = passed(&records, &format!("{field} != {value}"));
        let spelled = passed(&records, &format!("{field}:* AND NOT {field} = {value}"));
        assert_eq!(unequal, spelled, "{field} {value}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn negation_turns_and_into_or(a in filter(), b in filter()) {
        let records = sample::statements();
        let same = |one: String, other: String| {
            prop_assert_eq!(passed(&records, &one), passed(&records, &other), "{} {}", one, other);
            Ok(())
        };
        same(format!("NOT ({a} AND {b})"), format!("NOT {a} OR NOT {b}"))?;
        same(format!("NOT ({a} OR {b})"), format!("NOT {a} AND NOT {b}"))?;
        same(format!("NOT (NOT {a})"), a.clone())?;
        same(format!("{a} AND {b}"), format!("{b} {a}"))?;
        same(format!("{a} OR {b}"), format!("{b} OR {a}"))?;
        same(format!("{a} AND ({a} OR {b})"), a.clone())?;
        same(format!("{a} OR ({a} AND {b})"), a)?;
    }
}
