//! Checks a written filter against the fields of a kind of record.

use super::ast::{Argument, Call, Expression, Restriction};
use super::error::{FilterError, cut};
use super::filter::{Condition, Node, Test};
use super::moment::{Moment, SpanTest};
use super::operand::{self, Operand};
use super::schema::{Field, Kind, Type};

/// Checks an expression over records of `kind`.
pub(super) fn expression(expression: &Expression, kind: Kind) -> Result<Node, FilterError> {
    let all = |items: &[Expression]| -> Result<Vec<Node>, FilterError> {
        items.iter().map(|item| self::expression(item, kind)).collect()
    };
    Ok(match expression {
        Expression::And(items) => conjunction(all(items)?),
        Expression::Or(items) => Node::Any(all(items)?),
        Expression::Not(item) => Node::Not(Box::new(self::expression(item, kind)?)),
        Expression::Restriction(item) => Node::Test(restriction(item, kind)?),
        Expression::Call(call) => Node::Test(self::call(call, kind)?),
    })
}

/// A test by name: how a time lies to a span of time.
fn call(call: &Call, kind: Kind) -> Result<Test, FilterError> {
    let known = SpanTest::ALL.into_iter().find(|test| test.name() == call.name);
    let Some(test) = known else {
        let message = format!(
            "there is no function `{}`: there are `within(field, start, end)` and \
             `overlaps(field, start, end)`",
            cut(&call.name)
        );
        let error = FilterError::new(call.column, message);
        return Err(match nearest(&call.name, SpanTest::ALL.into_iter().map(SpanTest::name)) {
            Some(near) => error.suggesting(near),
            None => error,
        });
    };
    let [field, start, end] = call.arguments.as_slice() else {
        let (name, count) = (test.name(), call.arguments.len());
        let message = format!(
            "`{name}` takes a field, a start and an end, as in \
             `{name}(create_time, 2026-09, 2026-10)`, not {count} arguments"
        );
        return Err(FilterError::new(call.column, message));
    };
    let field = time_field(field, test, kind)?;
    let Type::Time(grain) = field.kind else {
        return Err(FilterError::new(call.column, format!("`{}` is no time", field.name)));
    };
    let moment = |argument: &Argument| match argument.literal.is_star() {
        true => Ok(None),
        false => operand::moment(field.name, grain, &argument.literal, argument.column).map(Some),
    };
    let span = Moment::spanning(moment(start)?, moment(end)?)
        .ok_or_else(|| FilterError::new(end.column, "the end lies before the start"))?;
    Ok(Test { field, key: None, condition: Condition::Span(test, span) })
}

/// The time that a named test is given.
fn time_field(
    argument: &Argument,
    test: SpanTest,
    kind: Kind,
) -> Result<&'static Field, FilterError> {
    let times = || kind.fields().iter().filter(|field| matches!(field.kind, Type::Time(_)));
    let written = argument.literal.text();
    if let Some(field) = times().find(|field| field.name == written) {
        return Ok(field);
    }
    let message = match kind.field(&written) {
        Some(field) => format!("`{}` is no time: `{}` compares one", field.name, test.name()),
        None => {
            let known: Vec<&str> = times().map(|field| field.name).collect();
            let known = known.join(", ");
            format!("`{}` is no time of {}: there are {known}", cut(&written), kind.plural())
        }
    };
    let error = FilterError::new(argument.column, message);
    Err(match nearest(&written, times().map(|field| field.name)) {
        Some(near) => error.suggesting(near),
        None => error,
    })
}

/// All of `nodes`; neighbours that test two parts of one list's elements are
/// made to speak of the same element.
fn conjunction(nodes: Vec<Node>) -> Node {
    let mut joined: Vec<Node> = Vec::with_capacity(nodes.len());
    for node in nodes {
        match (joined.pop(), node) {
            (Some(Node::Test(first)), Node::Test(second))
                if first.field.is_other_part_of(second.field) =>
            {
                joined.push(Node::SameElement(first, second));
            }
            (before, node) => {
                joined.extend(before);
                joined.push(node);
            }
        }
    }
    Node::All(joined)
}

fn restriction(restriction: &Restriction, kind: Kind) -> Result<Test, FilterError> {
    let Some(comparison) = &restriction.comparison else {
        return Err(words_alone(restriction, kind));
    };
    let (field, key) = find(restriction, kind)?;
    let operand = Operand { field, comparison, single: !field.many || key.is_some() };
    let condition = operand.condition()?;
    let field = operand.part(kind)?.unwrap_or(field);
    Ok(Test { field, key, condition })
}

/// What is wrong with a field, or with words, that nothing is compared with.
fn words_alone(restriction: &Restriction, kind: Kind) -> FilterError {
    let path = restriction.path.join(".");
    let message = format!(
        "`{}` stands alone: lists do not search for words; compare a field, \
         as in `field = \"value\"`, or write `field:*` for one that is set",
        cut(&path)
    );
    let error = FilterError::new(restriction.column, message);
    match path.as_str() {
        "and" | "And" | "&&" | "&" => error.suggesting("AND"),
        "or" | "Or" | "||" | "|" => error.suggesting("OR"),
        "not" | "Not" => error.suggesting("NOT"),
        path if kind.field(path).is_some() => error.suggesting(format!("{path}:*")),
        _ => error,
    }
}

/// The field that a restriction names; for an entry of a map, the key too.
fn find(
    restriction: &Restriction,
    kind: Kind,
) -> Result<(&'static Field, Option<String>), FilterError> {
    let path = restriction.path.join(".");
    if let Some(field) = kind.field(&path) {
        return Ok((field, None));
    }
    if let [map, keys @ ..] = restriction.path.as_slice()
        && let Some(field) = kind.field(map).filter(|field| field.kind == Type::Map)
    {
        return match keys {
            [key] => Ok((field, Some(key.clone()))),
            _ => {
                let key = keys.join(".");
                let message = format!("a key of `{map}` with dots in it stands in quotes");
                Err(FilterError::new(restriction.column, message)
                    .suggesting(format!("{map}.\"{}\"", cut(&key))))
            }
        };
    }
    let message = format!("`{}` is no field of {}", cut(&path), kind.plural());
    let first = restriction.path.first().map_or("", String::as_str);
    if let Some(elsewhere) = kind.asked_elsewhere(first) {
        let message = format!("{message}, since it has no past: ask {elsewhere}");
        return Err(FilterError::new(restriction.column, message));
    }
    match nearest(&path, kind.fields().iter().map(|field| field.name)) {
        Some(near) => Err(FilterError::new(restriction.column, message).suggesting(near)),
        None => {
            let known: Vec<&str> = kind.fields().iter().map(|field| field.name).collect();
            let message = format!("{message}: there are {}", known.join(", "));
            Err(FilterError::new(restriction.column, message))
        }
    }
}

/// The name that `written` is most likely a slip for.
pub(super) fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    if written.len() > LONGEST {
        return None;
    }
    let slips = |name: &'a str| (strsim::damerau_levenshtein(written, name), name);
    let (slips, name) = names.map(slips).min_by_key(|(slips, _)| *slips)?;
    (slips <= 1.max(written.chars().count() / 3)).then_some(name)
}
