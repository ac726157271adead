//! What a written filter parses to.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use crate::query::ast::{Argument, Call, Comparator, Comparison, Expression, Literal, Restriction};
use crate::query::parser;

fn shape(expression: &Expression) -> String {
    let all = |items: &[Expression]| items.iter().map(shape).collect::<Vec<_>>().join(" ");
    match expression {
        Expression::And(items) => format!("(and {})", all(items)),
        Expression::Or(items) => format!("(or {})", all(items)),
        Expression::Not(item) => format!("(not {})", shape(item)),
        Expression::Restriction(Restriction { path, comparison, .. }) => match comparison {
            Some(Comparison { comparator, literal, .. }) => {
                format!("({} {path:?} {:?})", comparator.symbol(), literal.0)
            }
            None => format!("{path:?}"),
        },
        Expression::Call(Call { name, arguments, .. }) => {
            let pieces: Vec<_> = arguments.iter().map(|argument| &argument.literal.0).collect();
            format!("({name} {pieces:?})")
        }
    }
}

fn check(filter: &str, expected: Expect) {
    let parsed = match parser::parse(filter) {
        Ok(Some(expression)) => shape(&expression),
        Ok(None) => "nothing".into(),
        Err(error) => error.rendered(filter),
    };
    expected.assert_eq(&parsed);
}

#[test]
fn or_binds_more_tightly_than_and() {
    check("", expect!["nothing"]);
    check(" \n\t", expect!["nothing"]);
    check("a = 1", expect![[r#"(= ["a"] ["1"])"#]]);
    check(
        "a=1 AND b=2 OR c=3",
        expect![[r#"(and (= ["a"] ["1"]) (or (= ["b"] ["2"]) (= ["c"] ["3"])))"#]],
    );
    check(
        "a=1 OR b=2 AND c=3 OR d=4",
        expect![[
            r#"(and (or (= ["a"] ["1"]) (= ["b"] ["2"])) (or (= ["c"] ["3"]) (= ["d"] ["4"])))"#
        ]],
    );
    check(
        "a=1 b=2 OR c=3 d=4",
        expect![[r#"(and (= ["a"] ["1"]) (or (= ["b"] ["2"]) (= ["c"] ["3"])) (= ["d"] ["4"]))"#]],
    );
    check(
        "(a=1 AND b=2) OR c=3",
        expect![[r#"(or (and (= ["a"] ["1"]) (= ["b"] ["2"])) (= ["c"] ["3"]))"#]],
    );
    check(
        "a=1 AND (b=2 AND c=3)",
        expect![[r#"(and (= ["a"] ["1"]) (and (= ["b"] ["2"]) (= ["c"] ["3"])))"#]],
    );
    check("((a=1))", expect![[r#"(= ["a"] ["1"])"#]]);
}

#[test]
fn not_and_minus_negate_what_follows() {
    check("NOT a = 1", expect![[r#"(not (= ["a"] ["1"]))"#]]);
    check(
        "-a=1 -(b=2 OR c=3)",
        expect![[r#"(and (not (= ["a"] ["1"])) (not (or (= ["b"] ["2"]) (= ["c"] ["3"]))))"#]],
    );
    check("NOT(a=1)AND(b=2)", expect![[r#"(and (not (= ["a"] ["1"])) (= ["b"] ["2"]))"#]]);
    check("NOT a=1 OR -b=-2", expect![[r#"(or (not (= ["a"] ["1"])) (not (= ["b"] ["-2"])))"#]]);
}

#[test]
fn comparators_and_values() {
    check(
        "a!=1 a<1 a<=1 a>1 a>=1 a:1",
        expect![[
            r#"(and (!= ["a"] ["1"]) (< ["a"] ["1"]) (<= ["a"] ["1"]) (> ["a"] ["1"]) (>= ["a"] ["1"]) (: ["a"] ["1"]))"#
        ]],
    );
    check(
        "published_at >= 2026-09-16T10:30:00+03:00",
        expect![[r#"(>= ["published_at"] ["2026-09-16T10:30:00+03:00"])"#]],
    );
    check("a = 20s AND b < -1.5e3", expect![[r#"(and (= ["a"] ["20s"]) (< ["b"] ["-1.5e3"]))"#]]);
    check("speaker.entity=entities/x", expect![[r#"(= ["speaker", "entity"] ["entities/x"])"#]]);
    check(
        "a:* b=*x* c='*' d=\"\\*\"",
        expect![[
            r#"(and (: ["a"] ["", ""]) (= ["b"] ["", "x", ""]) (= ["c"] ["", ""]) (= ["d"] ["*"]))"#
        ]],
    );
    check("a-b = c-d", expect![[r#"(= ["a-b"] ["c-d"])"#]]);
}

#[test]
fn names_and_strings() {
    check(r#"labels."a.b" = "x y""#, expect![[r#"(= ["labels", "a.b"] ["x y"])"#]]);
    check(
        r"labels.'a b'.AND : 'it''s'",
        expect![[r#"(and (: ["labels", "a b", "AND"] ["it"]) ["s"])"#]],
    );
    check(
        r#"a = 'it\'s' b = "\"\\\n\u00e7""#,
        expect![[r#"(and (= ["a"] ["it's"]) (= ["b"] ["\"\\\nç"]))"#]],
    );
    check(r#""AND" = "AND""#, expect![[r#"(= ["AND"] ["AND"])"#]]);
    check(
        "title = \"نێچیرڤان\" نام=بارزانی",
        expect![[r#"(and (= ["title"] ["نێچیرڤان"]) (= ["نام"] ["بارزانی"]))"#]],
    );
    check("words \"more words\"", expect![[r#"(and ["words"] ["more words"])"#]]);
}

#[test]
fn named_tests_take_fields_and_values() {
    check(
        "within(reference_time.start, 2026-09, '2026-10-01T00:00:00Z') AND -a:*",
        expect![[
            r#"(and (within [["reference_time.start"], ["2026-09"], ["2026-10-01T00:00:00Z"]]) (not (: ["a"] ["", ""])))"#
        ]],
    );
    check("f( a ,-1,* )OR g()", expect![[r#"(or (f [["a"], ["-1"], ["", ""]]) (g []))"#]]);
    check(
        "NOT f(2026-09-16T10:30:00+03:00)",
        expect![[r#"(not (f [["2026-09-16T10:30:00+03:00"]]))"#]],
    );
    check("f(a,)", expect![[r#"(f [["a"]])"#]]);
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_]{1,8}",
        "\\PC{0,6}",
        "[-.*\\\\\"' :=()]{0,4}",
        Just("AND".to_owned()),
        Just("NOT".to_owned()),
    ]
}

fn expression() -> impl Strategy<Value = Expression> {
    let comparator = prop::sample::select(vec![
        Comparator::Equal,
        Comparator::NotEqual,
        Comparator::Less,
        Comparator::LessOrEqual,
        Comparator::Greater,
        Comparator::GreaterOrEqual,
        Comparator::Has,
    ]);
    let literal = prop::collection::vec(name(), 1..4).prop_map(Literal);
    let comparison = (comparator, literal).prop_map(|(comparator, literal)| Comparison {
        comparator,
        literal,
        comparator_column: 0,
        literal_column: 0,
    });
    let path = prop::collection::vec(name(), 1..4);
    let restriction =
        (path, prop::option::weighted(0.9, comparison)).prop_map(|(path, comparison)| {
            Expression::Restriction(Restriction { path, column: 0, comparison })
        });
    let argument = prop::collection::vec(name(), 1..3).prop_map(Literal);
    let call =
        ("[a-z_]{1,8}", prop::collection::vec(argument, 0..4)).prop_map(|(name, literals)| {
            let argument = |literal| Argument { literal, column: 0 };
            let arguments = literals.into_iter().map(argument).collect();
            Expression::Call(Call { name, column: 0, arguments })
        });
    prop_oneof![4 => restriction, 1 => call].prop_recursive(5, 40, 4, |inner| {
        let several = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            several.clone().prop_map(Expression::And),
            several.prop_map(Expression::Or),
            inner.prop_map(|item| Expression::Not(Box::new(item))),
        ]
    })
}

/// The same with no places, which printing does not keep.
fn anywhere(expression: Expression) -> Expression {
    let all = |items: Vec<Expression>| items.into_iter().map(anywhere).collect();
    match expression {
        Expression::And(items) => Expression::And(all(items)),
        Expression::Or(items) => Expression::Or(all(items)),
        Expression::Not(item) => Expression::Not(Box::new(anywhere(*item))),
        Expression::Call(call) => {
            let anywhere = |argument: Argument| Argument { column: 0, ..argument };
            let arguments = call.arguments.into_iter().map(anywhere).collect();
            Expression::Call(Call { column: 0, arguments, ..call })
        }
        Expression::Restriction(restriction) => Expression::Restriction(Restriction {
            column: 0,
            comparison: restriction.comparison.map(|comparison| Comparison {
                comparator_column: 0,
                literal_column: 0,
                ..comparison
            }),
            ..restriction
        }),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn what_is_printed_parses_to_the_same(written in expression()) {
        let printed = written.to_string();
        prop_assume!(printed.len() <= parser::MAX_BYTES);
        let parsed = parser::parse(&printed).map_err(|error| {
            TestCaseError::fail(error.rendered(&printed))
        })?;
        prop_assert_eq!(parsed.map(anywhere), Some(written));
    }
}
