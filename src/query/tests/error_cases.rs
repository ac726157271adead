//! What is said of filters that are wrong, and where the mark stands.

use std::time::{Duration, Instant};

use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::query::filter::Filter;
use crate::query::parser;
use crate::query::schema::Kind;

fn check(kind: Kind, filter: &str, expected: Expect) {
    let error = Filter::parse(filter, kind).unwrap_err();
    expected.assert_eq(&format!("{}\n", error.rendered(filter)));
}

fn article(filter: &str, expected: Expect) {
    check(Kind::Article, filter, expected);
}

fn statement(filter: &str, expected: Expect) {
    check(Kind::Statement, filter, expected);
}

fn entity(filter: &str, expected: Expect) {
    check(Kind::Entity, filter, expected);
}

#[test]
fn syntax() {
    article("title = \"x\" AND", expect![]);
    article("AND title = x", expect![]);
    article("title = ", expect![]);
    article("title = AND version = 1", expect![]);
    article("title = \"Iraq", expect![]);
    article(r"title = 'a\q'", expect![]);
    article(r"title = '\ud800'", expect![]);
    article("(title = x", expect![]);
    article("title = x)", expect![]);
    article("NOT NOT title = x", expect![]);
    article("title == x", expect![]);
    article("title ! x", expect![]);
    article("title = a=b", expect![]);
    article("labels. = x", expect![]);
    article("title = (a OR b)", expect![]);
    article("title, version", expect![]);
    article("نێچیرڤان = 'x", expect![]);
    article("title =\n\"日本\" AND AND version = 1", expect![]);
}

#[test]
fn words_and_functions_are_not_served() {
    article("Barzani", expect![]);
    article("title", expect![]);
    article("title = x and version = 2", expect![]);
    article("title = x && version = 2", expect![]);
    article("\"two words\"", expect![]);
    article("published_at > timestamp(\"2026\")", expect![]);
    article("regex(title, 'x')", expect![]);
}

#[test]
fn fields() {
    article("titel = x", expect![]);
    article("publisher.nam = x", expect![]);
    article("body = x", expect![]);
    article("labels.a.b = x", expect![]);
    statement("speeker.entity = 'entities/x'", expect![]);
    statement("article_publisher = x", expect![]);
    statement("title = x", expect![]);
    entity("name = 'entities/x' AND external_id.id = Q1", expect![]);
}

#[test]
fn types() {
    statement("kind = FOO", expect![]);
    statement("kind = direct", expect![]);
    statement("rank > NORMAL", expect![]);
    statement("kind = STATEMENT_KIND_UNSPECIFIED", expect![]);
    statement("speaker.anonymous = yes", expect![]);
    statement("speaker.anonymous = TRUE", expect![]);
    statement("confidence > high", expect![]);
    statement("confidence > nan", expect![]);
    statement("uttered_at = yesterday", expect![]);
    statement("uttered_at > 2026-02-30", expect![]);
    statement("uttered_at = ''", expect![]);
    statement("speaker.entity = x", expect![]);
    statement("speaker.entity = 'articles/x'", expect![]);
    statement("parent = 'articles/x'", expect![]);
    statement("speaker = x", expect![]);
    statement("speaker:x", expect![]);
    statement("topics != x", expect![]);
    statement("topics = ''", expect![]);
    article("language = 'not a language'", expect![]);
    article("canonical_url = example.com", expect![]);
    article("title = 'a*b'", expect![]);
    article("title < 'a*'", expect![]);
    article("title:''", expect![]);
    article("labels = x", expect![]);
}

#[test]
fn limits() {
    let deep = |depth| format!("{}version=1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&deep(32), Kind::Article).is_ok());
    let error = Filter::parse(&deep(33), Kind::Article).unwrap_err();
    assert_eq!(error.to_string(), "column 33: parentheses may stand at most 32 deep");

    let long = |bytes: usize| format!("title='{}'", "é".repeat((bytes - 8) / 2));
    assert!(Filter::parse(&long(4096), Kind::Article).is_ok());
    let error = Filter::parse(&long(4098), Kind::Article).unwrap_err();
    assert_eq!(error.column, 2053);
    assert_eq!(error.message, "the filter has 4098 bytes; at most 4096 are taken");
}

/// Pieces of filters, so that random ones get far into the grammar.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "(", ")", " ", "AND ", "OR ", "NOT ", "-", ".", ",", ":", "=", "!=", "<", ">=", "*", "\"",
        "'", "\\", "title", "labels", "speaker.entity", "external_ids.id", "names.text", "kind",
        "DIRECT", "2026-09", "true", "0.5", "'x y'", "entities/x", "published_at", "uttered_at",
        "\n", "é", "ن", "\u{0}", "😀",
    ];
    prop_oneof![
        9 => prop::sample::select(pieces.map(str::to_owned).to_vec()),
        1 => "\\PC{0,5}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12_000))]

    #[test]
    fn any_text_is_a_filter_or_an_error_that_points_into_it(
        pieces in prop::collection::vec(piece(), 0..40)
    ) {
        let text = pieces.concat();
        for kind in [Kind::Article, Kind::Statement, Kind::Entity] {
            if let Err(error) = Filter::parse(&text, kind) {
                prop_assert!((1..=text.chars().count() + 1).contains(&error.column), "{}", error);
                prop_assert!(!error.message.is_empty());
                error.rendered(&text);
            }
        }
    }
}

#[test]
fn parsing_time_grows_with_the_length_alone() {
    // Far past what is taken, so that anything quadratic would run for hours.
    const TIMES: usize = 200_000;
    let begun = Instant::now();
    for part in [
        "(", ")", "NOT ", "-", "a.", "a ", "a=b ", "a=b AND ", "a=b OR ", "(a=b)", "-(a=b) ", "'",
        "''", "\\", "a='\\*", "*", "a=*", "a=", "a:", "a=\"b\"", ",", "a(", "a=(", "!", "<", "\n",
        "a=b OR (", "é",
    ] {
        let _ = parser::parse_unbounded(&part.repeat(TIMES));
    }
    assert!(begun.elapsed() < Duration::from_secs(60), "{:?}", begun.elapsed());
}

#[test]
fn a_filter_as_long_as_may_be_is_checked() {
    for part in ["version=1 ", "version=1 OR ", "NOT version=1 AND ", "title='*", "authors:a "] {
        let text = part.repeat(parser::MAX_BYTES / part.len());
        let _ = Filter::parse(&text, Kind::Article);
    }
    let parts = "external_ids.id=a external_ids.authority=b ";
    let text = parts.repeat(parser::MAX_BYTES / parts.len());
    assert!(Filter::parse(&text, Kind::Entity).is_ok());
}
