//! What an index is asked in place of a filter lets the same pass.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::{laws, sample};
use crate::domain::record::Stored;
use crate::query::filter::Filter;
use crate::query::lowering::{Lowered, TimeColumn, facts, times};
use crate::query::schema::Kind;

/// What an index would let pass, given what it holds of a record.
fn lets_pass(lowered: &Lowered, facts: &[String], times: &[(TimeColumn, i64)]) -> bool {
    match lowered {
        Lowered::Everything => true,
        Lowered::All(all) => all.iter().all(|it| lets_pass(it, facts, times)),
        Lowered::Any(any) => any.iter().any(|it| lets_pass(it, facts, times)),
        Lowered::Not(inner) => !lets_pass(inner, facts, times),
        Lowered::Fact(fact) => facts.contains(fact),
        Lowered::Within(column, from, until) => times.iter().any(|(of, time)| {
            of == column
                && from.is_none_or(|from| *time >= from)
                && until.is_none_or(|until| *time < until)
        }),
    }
}

fn holds(filter: &str, kind: Kind, records: &[Stored]) {
    let filter_of = Filter::parse(filter, kind).unwrap().unwrap();
    let lowering = filter_of.lowering();
    for record in records {
        let passes = filter_of.matches(record);
        let lowered = lets_pass(&lowering.lowered, &facts(record), &times(record));
        let name = &record.name;
        assert!(lowered || !passes, "{filter} loses {name}: {lowering:?}");
        assert!(lowered == passes || !lowering.exact, "{filter} adds {name}: {lowering:?}");
    }
}

#[test]
fn filters_of_every_kind_are_lowered() {
    let articles = [
        "publisher = \"Reuters\"",
        "publisher != \"Reuters\"",
        "publisher = \"Reu*\"",
        "publisher.entity = \"entities/rudaw\" OR medium = SOCIAL_POST",
        "authors:\"Bo Ek\"",
        "NOT authors:*",
        "labels.desk = world",
        "labels.desk != world",
        "labels:desk",
        "labels.empty = \"\"",
        "language = \"\"",
        "pub_status = WITHHELD AND NOT title:\"3\"",
        "NOT (pub_status = WITHHELD OR title:\"3\")",
        "published_at = \"2026-09\"",
        "published_at != \"2026-09\"",
        "published_at < \"2026-09-16T10:30:00Z\"",
        "published_at <= \"2026-09-16T10:30:00Z\"",
        "published_at > \"2026-09-16T10:30:00Z\"",
        "published_at >= \"2026-09-16T10:30:00Z\"",
        "published_at > \"0900\"",
        "update_time = \"2026-10-02T08:00:00.5Z\"",
        "create_time < \"2026-10-01T08:00:00Z\"",
        "within(published_at, \"2026-09-01\", \"2026-09-30\")",
        "version > 1",
    ];
    let entities = [
        "type = PERSON",
        "NOT type = PERSON",
        "names.language = ku",
        "external_ids.authority = wikidata AND external_ids.id = Q1",
        "external_ids:*",
        "start >= \"2026\"",
        "place:*",
    ];
    let statements = [
        "kind = DIRECT",
        "uttered_at >= \"2026-09-16\"",
        "uttered_at <= \"2026-09\"",
        "overlaps(reference_time, \"2026-09-01\", \"2026-10-01\")",
        "within(reference_time, \"2026-01-01\", \"2027-01-01\")",
        "NOT uttered_at = \"2026-09\"",
        "mentions.entity = \"entities/x\" AND NOT speaker:*",
    ];
    for (kind, records, filters) in [
        (Kind::Article, sample::articles(), &articles[..]),
        (Kind::Entity, sample::entities(), &entities),
        (Kind::Statement, sample::statements(), &statements),
    ] {
        filters.iter().for_each(|filter| holds(filter, kind, &records));
    }
}

fn check(filter: &str, expected: Expect) {
    let lowering = Filter::parse(filter, Kind::Statement).unwrap().unwrap().lowering();
    expected.assert_eq(&format!("{lowering:?}"));
}

#[test]
fn what_an_index_can_tell_is_exact() {
    check("kind = DIRECT", expect!["Lowering { lowered: Fact(\"kind=DIRECT\"), exact: true }"]);
    check("NOT content:\"x\"", expect!["Lowering { lowered: Everything, exact: false }"]);
    check(
        "uttered_at < \"2026\"",
        expect![
            "Lowering { lowered: Within(Uttered, None, Some(1767225600000000000)), exact: true }"
        ],
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_filter_is_lowered(filter in laws::filter()) {
        holds(&filter, Kind::Statement, &sample::statements());
    }
}
