//! A checked filter over one kind of record, and what it lets pass.

use std::collections::BTreeSet;

use super::ast::Comparator;
use super::check;
use super::error::FilterError;
use super::moment::{Moment, SpanTest};
use super::parser;
use super::row::Row;
use super::schema::{Field, Kind, Subject, Value};
use crate::domain::id::EntityId;
use crate::domain::record::Stored;

/// A checked filter.
///
/// A field that is not set has no value: it passes no test but `= ""`, which
/// means that there is none. A field with several values passes where any does.
/// `:` asks whether a title, content, name or description contains a text, and
/// is `=` elsewhere; `:*` asks whether anything is set. A time equals a coarser
/// one where it lies within it, and is otherwise ordered by where it begins;
/// `within` and `overlaps` compare it with a span.
/// Two conjuncts that follow one another and name different parts of the same
/// list, such as `external_ids.authority` and `external_ids.id`, speak of one
/// element.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(pub(super) Node);

impl Filter {
    /// Parses and checks a filter over records of kind `schema`; `None` where it
    /// is empty.
    pub fn parse(text: &str, schema: Kind) -> Result<Option<Self>, FilterError> {
        let Some(expression) = parser::parse(text)? else { return Ok(None) };
        Ok(Some(Self(check::expression(&expression, schema)?)))
    }

    /// Whether the filter lets `record` pass.
    #[must_use]
    pub fn matches(&self, record: &Stored) -> bool {
        self.0.matches(Subject::Record(record))
    }

    /// Whether the filter lets a row of what was derived pass.
    #[must_use]
    pub fn matches_row(&self, row: &Row) -> bool {
        self.0.matches(Subject::Row(row))
    }

    /// One of the entities that the field must name for anything to pass, where only
    /// entities do that are one.
    #[must_use]
    pub fn only_entity(&self, field: &str) -> Option<EntityId> {
        let tests = self.conjuncts().into_iter().filter_map(|node| match node {
            Node::Test(test) if test.field.name == field => Some(test),
            _ => None,
        });
        let mut texts = tests.map(Test::equal_texts);
        texts.find_map(|texts| texts.first()?.parse().ok())
    }

    /// The tests that must all hold, whatever else must.
    pub(super) fn conjuncts(&self) -> Vec<&Node> {
        let mut conjuncts = Vec::new();
        let mut open = vec![&self.0];
        while let Some(node) = open.pop() {
            match node {
                Node::All(nodes) => open.extend(nodes.iter().rev()),
                other => conjuncts.push(other),
            }
        }
        conjuncts
    }
}

/// A checked expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// All hold.
    All(Vec<Node>),
    /// Any holds.
    Any(Vec<Node>),
    /// It does not hold.
    Not(Box<Node>),
    /// The test holds.
    Test(Test),
    /// Both hold of one element of the list whose parts they test.
    SameElement(Test, Test),
}

impl Node {
    fn matches(&self, subject: Subject<'_>) -> bool {
        match self {
            Self::All(nodes) => nodes.iter().all(|node| node.matches(subject)),
            Self::Any(nodes) => nodes.iter().any(|node| node.matches(subject)),
            Self::Not(node) => !node.matches(subject),
            Self::Test(test) => test.matches(subject),
            Self::SameElement(first, second) => {
                let passes = |test: &Test, value: Value<'_>| test.condition.passes(value);
                first.field.any_with(
                    second.field,
                    subject,
                    &|value| passes(first, value),
                    &|value| passes(second, value),
                )
            }
        }
    }
}

/// A test of one field.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Test {
    /// The field.
    pub(super) field: &'static Field,
    /// The key of the map, where one entry of it is tested.
    pub(super) key: Option<String>,
    /// What its value must be.
    pub(super) condition: Condition,
}

impl Test {
    /// The whole texts, one of which a value of the field must be; empty where the
    /// test says no such thing.
    pub(super) fn equal_texts(&self) -> BTreeSet<String> {
        match &self.condition {
            Condition::Text(Comparator::Equal, Pattern::Whole(text)) => [text.clone()].into(),
            Condition::Text(Comparator::Equal, Pattern::Among(texts)) => texts.clone(),
            _ => BTreeSet::new(),
        }
    }

    fn matches(&self, subject: Subject<'_>) -> bool {
        let any = self.field.any_of(subject, &mut |value| match (&self.key, value) {
            (Some(key), Value::Entry(found, text)) => {
                key == found && self.condition.passes(Value::Text(text))
            }
            _ => self.condition.passes(value),
        });
        any != (self.condition == Condition::Empty)
    }
}

/// What a value must be.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Condition {
    /// Anything.
    Present,
    /// There is none, or an empty text.
    Empty,
    /// A text, compared so.
    Text(Comparator, Pattern),
    /// This truth value.
    Truth(bool),
    /// A number, compared so.
    Number(Comparator, f64),
    /// A time, compared so.
    Time(Comparator, Moment),
    /// A time that lies so to a span.
    Span(SpanTest, Moment),
    /// An entry of a map with this key.
    Key(String),
}

impl Condition {
    /// Whether a value passes; for `Empty`, whether it stands against it.
    fn passes(&self, value: Value<'_>) -> bool {
        match (self, value) {
            (Self::Present, _) => true,
            (Self::Empty, Value::Text(text)) => !text.is_empty(),
            (Self::Text(comparator, pattern), Value::Text(text)) => {
                pattern.compares(*comparator, text)
            }
            (Self::Truth(wanted), Value::Truth(truth)) => truth == *wanted,
            (Self::Number(comparator, wanted), Value::Number(number)) => {
                compares(*comparator, &number, wanted)
            }
            (Self::Time(comparator, wanted), Value::Moment(moment)) => {
                moment.compares(*comparator, *wanted)
            }
            (Self::Span(test, span), Value::Moment(moment)) => moment.lies(*test, *span),
            (Self::Key(wanted), Value::Entry(key, _)) => key == wanted,
            _ => false,
        }
    }
}

/// What a text is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pattern {
    /// This text.
    Whole(String),
    /// Any of several texts that stand for one thing.
    Among(BTreeSet<String>),
    /// These texts in their order with anything between them, the first at the
    /// beginning and the last at the end: what stands around the wildcards.
    Wild(Vec<String>),
}

impl Pattern {
    /// A text with these words somewhere in it.
    pub(super) fn containing(words: String) -> Self {
        Self::Wild(vec![String::new(), words, String::new()])
    }

    fn compares(&self, comparator: Comparator, text: &str) -> bool {
        match self {
            Self::Whole(wanted) => compares(comparator, text, wanted),
            Self::Among(texts) => texts.contains(text) == (comparator != Comparator::NotEqual),
            Self::Wild(pieces) => fits(pieces, text) == (comparator != Comparator::NotEqual),
        }
    }
}

/// Whether `text` is made of `pieces` with anything between them. Taking each
/// piece where it first occurs never hides a fit, so nothing is tried twice.
fn fits(pieces: &[String], text: &str) -> bool {
    let [first, middle @ .., last] = pieces else { return false };
    let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
    for piece in middle {
        let Some((_, behind)) = rest.split_once(piece.as_str()) else { return false };
        rest = behind;
    }
    rest.ends_with(last.as_str())
}

fn compares<T: PartialOrd + ?Sized>(comparator: Comparator, value: &T, wanted: &T) -> bool {
    match comparator {
        Comparator::Equal | Comparator::Has => value == wanted,
        Comparator::NotEqual => value != wanted,
        Comparator::Less => value < wanted,
        Comparator::LessOrEqual => value <= wanted,
        Comparator::Greater => value > wanted,
        Comparator::GreaterOrEqual => value >= wanted,
    }
}
