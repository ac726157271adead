//! A filter as an index can answer it: facts that a record has or lacks, and
//! ranges of times. What an index holds of a record is told by the same fields
//! that the evaluator looks at, so that both agree.
//!
//! Whatever an index cannot tell is widened: a lowered filter lets everything
//! pass that the filter does, and says whether it lets more.

use super::ast::Comparator;
use super::filter::{Condition, Filter, Node, Pattern, Test};
use super::moment::{Grain, Moment, SpanTest};
use super::schema::{Field, Kind, Type, Value};
use crate::domain::record::{Record, Stored};

/// Longer values are told by their hash.
const LONGEST_VALUE: usize = 256;

/// The fields whose values an index holds as facts.
const FACTS: &[&str] = &[
    "addressees",
    "addressees.entity",
    "article.language",
    "article.published_at",
    "article.publisher",
    "authors",
    "create_time",
    "duplicate_of",
    "end",
    "external_ids",
    "external_ids.authority",
    "external_ids.id",
    "kind",
    "labels",
    "language",
    "links",
    "medium",
    "mentions",
    "mentions.entity",
    "names",
    "names.language",
    "origin.batch",
    "origin.extractor",
    "parent",
    "place",
    "pub_status",
    "published_at",
    "publisher",
    "publisher.entity",
    "publisher.name",
    "rank",
    "reference_time",
    "source_agency",
    "speaker",
    "speaker.anonymous",
    "speaker.entity",
    "start",
    "status",
    "topics",
    "type",
    "update_time",
    "uttered_at",
];

/// A column of times that an index holds, in nanoseconds since 1970; times beyond
/// what those can say stand at the ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimeColumn {
    /// When the article was published; a statement's article likewise.
    Published,
    /// When the words were said.
    Uttered,
    /// What the words speak of.
    Referenced,
    /// When the record was first committed.
    Created,
    /// When it was last committed.
    Updated,
}

impl TimeColumn {
    /// The columns.
    pub const ALL: [Self; 5] =
        [Self::Published, Self::Uttered, Self::Referenced, Self::Created, Self::Updated];

    fn of(field: &str) -> Option<Self> {
        match field {
            "published_at" | "article.published_at" => Some(Self::Published),
            "uttered_at" => Some(Self::Uttered),
            "reference_time" => Some(Self::Referenced),
            "create_time" => Some(Self::Created),
            "update_time" => Some(Self::Updated),
            _ => None,
        }
    }
}

/// What an index is asked in place of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lowered {
    /// Every record.
    Everything,
    /// Those that all of these let pass.
    All(Vec<Lowered>),
    /// Those that any of these lets pass.
    Any(Vec<Lowered>),
    /// Those that this does not let pass.
    Not(Box<Lowered>),
    /// Those of which this was told.
    Fact(String),
    /// Those whose time lies at or after the first and before the second.
    Within(TimeColumn, Option<i64>, Option<i64>),
}

/// A lowered filter, and whether it lets exactly the same pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lowering {
    /// What the index is asked.
    pub lowered: Lowered,
    /// Whether nothing more passes than passes the filter.
    pub exact: bool,
}

impl Lowering {
    fn exactly(lowered: Lowered) -> Self {
        Self { lowered, exact: true }
    }

    fn at_least(lowered: Lowered) -> Self {
        Self { lowered, exact: false }
    }
}

impl Filter {
    /// What an index is asked in place of the filter.
    #[must_use]
    pub fn lowering(&self) -> Lowering {
        node(&self.0)
    }
}

fn node(node: &Node) -> Lowering {
    match node {
        Node::All(nodes) => joined(nodes, Lowered::All),
        Node::Any(nodes) => joined(nodes, Lowered::Any),
        Node::Not(inner) => match self::node(inner) {
            Lowering { lowered, exact: true } => Lowering::exactly(Lowered::Not(lowered.into())),
            Lowering { exact: false, .. } => Lowering::at_least(Lowered::Everything),
        },
        Node::Test(test) => self::test(test),
        Node::SameElement(first, second) => {
            let both = vec![test(first).lowered, test(second).lowered];
            Lowering::at_least(Lowered::All(both))
        }
    }
}

fn joined(nodes: &[Node], join: fn(Vec<Lowered>) -> Lowered) -> Lowering {
    let lowered: Vec<Lowering> = nodes.iter().map(node).collect();
    let exact = lowered.iter().all(|it| it.exact);
    Lowering { lowered: join(lowered.into_iter().map(|it| it.lowered).collect()), exact }
}

fn test(test: &Test) -> Lowering {
    let field = test.field;
    if !FACTS.contains(&field.name) {
        return Lowering::at_least(Lowered::Everything);
    }
    let name = match &test.key {
        Some(key) => keyed(field.name, key),
        None => field.name.to_owned(),
    };
    let set = || Lowered::Fact(name.clone());
    match &test.condition {
        Condition::Present => Lowering::exactly(set()),
        Condition::Empty if !field.many => Lowering::exactly(Lowered::Not(set().into())),
        Condition::Empty => Lowering::at_least(Lowered::Everything),
        Condition::Text(Comparator::Equal, Pattern::Whole(text)) => {
            Lowering::exactly(Lowered::Fact(fact(&name, text)))
        }
        Condition::Text(Comparator::NotEqual, Pattern::Whole(text)) if !field.many => {
            let other = Lowered::Not(Lowered::Fact(fact(&name, text)).into());
            Lowering::exactly(Lowered::All(vec![set(), other]))
        }
        Condition::Text(
            comparator @ (Comparator::Equal | Comparator::NotEqual),
            Pattern::Among(texts),
        ) if *comparator == Comparator::Equal || !field.many => {
            let any = texts.iter().map(|text| Lowered::Fact(fact(&name, text)));
            let any = Lowered::Any(any.collect());
            Lowering::exactly(match comparator {
                Comparator::Equal => any,
                _ => Lowered::All(vec![set(), Lowered::Not(any.into())]),
            })
        }
        Condition::Text(..) | Condition::Number(..) => Lowering::at_least(set()),
        Condition::Truth(truth) => {
            Lowering::exactly(Lowered::Fact(fact(&name, truth_name(*truth))))
        }
        Condition::Time(comparator, moment) => time(field, *comparator, *moment),
        Condition::Span(test, moment) => span(field, *test, *moment),
        Condition::Key(key) => Lowering::exactly(Lowered::Fact(keyed(field.name, key))),
    }
}

fn time(field: &Field, comparator: Comparator, wanted: Moment) -> Lowering {
    let set = || Lowered::Fact(field.name.to_owned());
    let (Some(column), Some((start, end))) = (TimeColumn::of(field.name), told(wanted)) else {
        return Lowering::at_least(set());
    };
    let within = |from, until| Lowered::Within(column, from, until);
    let instant = field.kind == Type::Time(Grain::Exact);
    match comparator {
        Comparator::Less => Lowering::exactly(within(None, Some(start))),
        Comparator::LessOrEqual => Lowering::exactly(within(None, Some(end))),
        Comparator::Greater => Lowering::exactly(within(Some(end), None)),
        Comparator::GreaterOrEqual => Lowering::exactly(within(Some(start), None)),
        Comparator::Equal | Comparator::Has => {
            // A coarse time may begin within and end beyond.
            Lowering { lowered: within(Some(start), Some(end)), exact: instant }
        }
        Comparator::NotEqual if instant => {
            let other = Lowered::Not(within(Some(start), Some(end)).into());
            Lowering::exactly(Lowered::All(vec![set(), other]))
        }
        Comparator::NotEqual => Lowering::at_least(set()),
    }
}

fn span(field: &Field, test: SpanTest, wanted: Moment) -> Lowering {
    let (Some(column), Some((start, end))) = (TimeColumn::of(field.name), told(wanted)) else {
        return Lowering::at_least(Lowered::Fact(field.name.to_owned()));
    };
    let exact = field.kind == Type::Time(Grain::Exact);
    // A coarse time may begin before a span that it overlaps.
    let from = (exact || test == SpanTest::Within).then_some(start);
    Lowering { lowered: Lowered::Within(column, from, Some(end)), exact }
}

/// The bounds of a moment, where a column can tell them.
fn told(moment: Moment) -> Option<(i64, i64)> {
    let (start, end) = moment.bounds();
    let bounds = (nanoseconds(start), nanoseconds(end));
    let inside = |bound: i64| bound != i64::MIN && bound != i64::MAX;
    (inside(bounds.0) && inside(bounds.1)).then_some(bounds)
}

fn nanoseconds(nanoseconds: i128) -> i64 {
    let ends = if nanoseconds < 0 { i64::MIN } else { i64::MAX };
    i64::try_from(nanoseconds).unwrap_or(ends)
}

fn truth_name(truth: bool) -> &'static str {
    if truth { "true" } else { "false" }
}

fn keyed(field: &str, key: &str) -> String {
    format!("{field}.{}", short(key))
}

fn fact(name: &str, value: &str) -> String {
    format!("{name}={}", short(value))
}

fn short(value: &str) -> String {
    match value.len() {
        0..=LONGEST_VALUE => value.to_owned(),
        _ => blake3::hash(value.as_bytes()).to_hex().to_string(),
    }
}

fn kind_of(record: &Record) -> Kind {
    match record {
        Record::Article(_) => Kind::Article,
        Record::Statement(_) => Kind::Statement,
        Record::Entity(_) => Kind::Entity,
    }
}

/// The facts of a record that an index is to hold.
#[must_use]
pub fn facts(record: &Stored) -> Vec<String> {
    let mut facts = Vec::new();
    for field in kind_of(&record.value).fields() {
        if FACTS.contains(&field.name) {
            // No value passes, so that all are seen.
            field.any(record, &mut |value| {
                tell(field, value, &mut facts);
                false
            });
        }
    }
    facts.sort_unstable();
    facts.dedup();
    facts
}

fn tell(field: &Field, value: Value<'_>, facts: &mut Vec<String>) {
    let name = field.name;
    facts.push(name.to_owned());
    match value {
        Value::Text(text) => facts.push(fact(name, text)),
        Value::Truth(truth) => facts.push(fact(name, truth_name(truth))),
        Value::Entry(key, text) => {
            let key = keyed(name, key);
            facts.push(fact(&key, text));
            facts.push(key);
        }
        Value::Number(_) | Value::Moment(_) | Value::Message => {}
    }
}

/// The times of a record that an index is to hold.
#[must_use]
pub fn times(record: &Stored) -> Vec<(TimeColumn, i64)> {
    let mut times = Vec::new();
    for field in kind_of(&record.value).fields() {
        let Some(column) = TimeColumn::of(field.name) else { continue };
        field.any(record, &mut |value| {
            if let Value::Moment(moment) = value {
                times.push((column, nanoseconds(moment.bounds().0)));
            }
            false
        });
    }
    times
}
