//! Within which times of a path all lies that passes a filter.

use super::Access;
use crate::query::ast::Comparator;
use crate::query::filter::{Condition, Filter, Node};
use crate::query::moment::{Moment, SpanTest};
use crate::query::window::Window;

/// Nanoseconds in the microsecond that paths count in.
const NANOS: i128 = 1_000;

/// The window of a path outside of which nothing passes the filter.
pub(super) fn window(filter: &Filter, access: &Access) -> Window {
    let mut window = Window::default();
    for conjunct in filter.conjuncts() {
        let Node::Test(test) = conjunct else { continue };
        let (from, before) = match (role(access, test.field.name), &test.condition) {
            (Role::Start, Condition::Time(comparator, wanted)) => start(*comparator, *wanted),
            (Role::Start, Condition::Span(SpanTest::Within, span)) => {
                (Some(span.start()), Some(span.end()))
            }
            (Role::Start, Condition::Span(SpanTest::Overlaps, span)) => (None, Some(span.end())),
            (Role::End, Condition::Time(comparator, wanted)) => (end(*comparator, *wanted), None),
            (Role::End, Condition::Span(_, span)) => (Some(span.start()), None),
            _ => continue,
        };
        // A microsecond more on either side, for what was rounded.
        let from = from.and_then(|from| micros(from.div_euclid(NANOS) - 1));
        let before = before.and_then(|before| micros(before.div_euclid(NANOS) + 2));
        window.from = window.from.max(from);
        window.before = match (window.before, before) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }
    window
}

/// What a field has to do with the time that a path is ordered by.
enum Role {
    /// Nothing.
    None,
    /// The time is where the field begins.
    Start,
    /// The time is where the field ends, or it ends no earlier than where it begins.
    End,
}

fn role(access: &Access, field: &str) -> Role {
    match access {
        Access::Articles | Access::ArticlesByPublisher(_) if field == "published_at" => Role::Start,
        Access::StatementsBySpeaker(_)
        | Access::StatementsByMention(_)
        | Access::StatementsByTime
            if matches!(field, "uttered_at" | "uttered_at.start") =>
        {
            Role::Start
        }
        Access::StatementsByReference
            if matches!(field, "reference_time" | "reference_time.start") =>
        {
            Role::Start
        }
        Access::StatementsByDue => match field {
            "reference_time.end" => Role::Start,
            "reference_time" | "reference_time.start" => Role::End,
            _ => Role::None,
        },
        _ => Role::None,
    }
}

/// Between which times a field begins that compares so.
fn start(comparator: Comparator, wanted: Moment) -> (Option<i128>, Option<i128>) {
    match comparator {
        Comparator::Equal | Comparator::Has => (Some(wanted.start()), Some(wanted.end())),
        Comparator::NotEqual => (None, None),
        Comparator::Less => (None, Some(wanted.start())),
        Comparator::LessOrEqual => (None, Some(wanted.end())),
        Comparator::Greater => (Some(wanted.end()), None),
        Comparator::GreaterOrEqual => (Some(wanted.start()), None),
    }
}

/// From when on a field ends that compares so.
fn end(comparator: Comparator, wanted: Moment) -> Option<i128> {
    start(comparator, wanted).0
}

/// `None` where it is so far off that it bounds nothing.
fn micros(time: i128) -> Option<i64> {
    i64::try_from(time).ok()
}
