//! Any text at all: no panic, an error that points into it, time that grows with
//! the length alone.

use proptest::prelude::*;

use crate::query::filter::Filter;
use crate::query::parser;
use crate::query::schema::Kind;

/// Pieces of filters, so that random ones get far into the grammar.
fn piece() -> impl Strategy<Value = String> {
    let pieces = [
        "(",
        ")",
        " ",
        "AND ",
        "OR ",
        "NOT ",
        "-",
        ".",
        ",",
        ":",
        "=",
        "!=",
        "<",
        ">=",
        "*",
        "\"",
        "'",
        "\\",
        "title",
        "labels",
        "speaker.entity",
        "external_ids.id",
        "names.text",
        "kind",
        "DIRECT",
        "2026-09",
        "true",
        "0.5",
        "'x y'",
        "entities/x",
        "published_at",
        "uttered_at",
        "within(",
        "overlaps(reference_time,",
        "reference_time.duration<",
        "20s",
        ", ",
        "\n",
        "é",
        "ن",
        "\u{0}",
        "😀",
    ];
    prop_oneof![
        9 => prop::sample::select(pieces.map(str::to_owned).to_vec()),
        1 => "\\PC{0,5}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(34_000))]

    #[test]
    fn any_text_is_a_filter_or_an_error_that_points_into_it(
        pieces in prop::collection::vec(piece(), 0..24)
    ) {
        let text = pieces.concat();
        for kind in [Kind::Article, Kind::Statement, Kind::Entity] {
            if let Err(error) = Filter::parse(&text, kind) {
                prop_assert!((1..=text.chars().count() + 1).contains(&error.column), "{}", error);
                prop_assert!(!error.message.is_empty());
                prop_assert!(error.rendered(&text).contains(&error.message));
            }
        }
    }
}

#[test]
fn parsing_time_grows_with_the_length_alone() {
    // Far past what is taken, so that anything quadratic would run for hours. How time
    // grows within what is taken is measured by `cargo bench --bench load -- parsing`.
    const TIMES: usize = 200_000;
    for part in [
        "(",
        ")",
        "NOT ",
        "-",
        "a.",
        "a ",
        "a=b ",
        "a=b AND ",
        "a=b OR ",
        "(a=b)",
        "-(a=b) ",
        "'",
        "''",
        "\\",
        "a='\\*",
        "*",
        "a=*",
        "a=",
        "a:",
        "a=\"b\"",
        ",",
        "a(",
        "a=(",
        "!",
        "<",
        "\n",
        "a=b OR (",
        "é",
        "f(",
        "f(a,",
        "f(a) ",
        "f(a,b) OR ",
        ",a",
    ] {
        let _ = parser::parse_up_to(&part.repeat(TIMES), usize::MAX);
    }
}

#[test]
fn a_filter_as_long_as_may_be_is_checked() {
    for part in ["version=1 ", "version=1 OR ", "NOT version=1 AND ", "title='*", "authors:a "] {
        let text = part.repeat(parser::MAX_BYTES / part.len());
        let _ = Filter::parse(&text, Kind::Article);
    }
    let parts = "external_ids.id=a external_ids.authority=b ";
    let text = parts.repeat((parser::MAX_BYTES / parts.len()).min(parser::MAX_COMPARISONS / 2));
    assert!(Filter::parse(&text, Kind::Entity).is_ok());
}
