//! In which order a list is asked for (AIP-132), and sorting by it where no index
//! has it.

use std::cmp::Ordering;

use super::check::nearest;
use super::error::cut;
use super::schema::{Field, Kind, Type, Value};
use crate::domain::id::RecordName;
use crate::domain::record::{Record, Stored};

/// The most fields of an order.
const MAX_TERMS: usize = 8;

/// An order: by one field, then by others.
#[derive(Clone, Debug, PartialEq)]
pub struct Order(Vec<Term>);

/// A field, and which way it orders.
#[derive(Clone, Debug, PartialEq)]
struct Term {
    field: &'static Field,
    descending: bool,
}

/// Why an order is not understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OrderError {
    /// It is not written as orders are.
    #[error("`{0}` is no order: write it like `published_at desc, name`")]
    Syntax(String),
    /// No field has the name.
    #[error(
        "`{found}` is no field of {}{}", .kind.plural(),
        .near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
    )]
    Unknown {
        /// The name as written.
        found: String,
        /// What is listed.
        kind: Kind,
        /// What was probably meant.
        near: Option<&'static str>,
    },
    /// The field may have several values, or none that has an order.
    #[error("`{0}` has no order: it has parts, or may have several values")]
    Orderless(&'static str),
    /// The order names too many fields.
    #[error("an order names at most {MAX_TERMS} fields")]
    TooLong,
}

/// What records are sorted by: the values of the order's fields, then the name.
#[derive(Clone, Debug)]
pub struct SortKey {
    values: Vec<Key>,
    name: RecordName,
}

/// A value that is sorted by; what is not set comes before what is.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Key {
    Unset,
    Truth(bool),
    Number(f64),
    Text(String),
    /// When it begins, then how long it is.
    Time(i128, i128),
}

impl Order {
    /// Parses an order of records of a kind; `None` where it is empty.
    pub fn parse(text: &str, kind: Kind) -> Result<Option<Self>, OrderError> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let terms: Vec<&str> = text.split(',').take(MAX_TERMS + 1).collect();
        if terms.len() > MAX_TERMS {
            return Err(OrderError::TooLong);
        }
        let terms = terms.into_iter().map(|term| Term::parse(term, kind));
        Ok(Some(Self(terms.collect::<Result<_, _>>()?)))
    }

    /// The only field of the order and whether it descends; `None` where there are
    /// more.
    pub(super) fn only(&self) -> Option<(&'static str, bool)> {
        match self.0.as_slice() {
            [Term { field, descending }] => Some((field.name, *descending)),
            _ => None,
        }
    }

    /// What a record is sorted by.
    #[must_use]
    pub fn key(&self, record: &Stored) -> SortKey {
        let values = self.0.iter().map(|term| key(term.field, record)).collect();
        SortKey { values, name: record.name.clone() }
    }

    /// Which of two comes first.
    #[must_use]
    pub fn compare(&self, one: &SortKey, other: &SortKey) -> Ordering {
        let values = self.0.iter().zip(one.values.iter().zip(&other.values));
        for (term, (one, other)) in values {
            let ascending = one.partial_cmp(other).unwrap_or(Ordering::Equal);
            let order = if term.descending { ascending.reverse() } else { ascending };
            if order != Ordering::Equal {
                return order;
            }
        }
        one.name.cmp(&other.name)
    }
}

impl SortKey {
    /// The record's name.
    #[must_use]
    pub fn into_name(self) -> RecordName {
        self.name
    }
}

impl Term {
    fn parse(text: &str, kind: Kind) -> Result<Self, OrderError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let (name, descending) = match words.as_slice() {
            [name] | [name, "asc"] => (*name, false),
            [name, "desc"] => (*name, true),
            _ => return Err(OrderError::Syntax(cut(text.trim()))),
        };
        let Some(field) = kind.field(name) else {
            let near = nearest(name, kind.fields().iter().map(|field| field.name));
            return Err(OrderError::Unknown { found: cut(name), kind, near });
        };
        if field.many || matches!(field.kind, Type::Message | Type::Map) {
            return Err(OrderError::Orderless(field.name));
        }
        Ok(Self { field, descending })
    }
}

fn key(field: &Field, record: &Stored) -> Key {
    // What was said at an unknown time is ordered by when it was published.
    if let ("uttered_at" | "uttered_at.start", Record::Statement(statement)) =
        (field.name, &record.value)
    {
        return statement.sort_span().map_or(Key::Unset, |(start, end)| {
            let width = if field.name == "uttered_at" { end - start } else { 0 };
            Key::Time(i128::from(start) * 1_000, i128::from(width) * 1_000)
        });
    }
    let mut found = Key::Unset;
    field.any(record, &mut |value| {
        found = match value {
            Value::Text(text) => Key::Text(text.to_owned()),
            Value::Truth(truth) => Key::Truth(truth),
            Value::Number(number) => Key::Number(number),
            Value::Moment(moment) => Key::Time(moment.start(), moment.end() - moment.start()),
            Value::Entry(..) | Value::Message => Key::Unset,
        };
        true
    });
    found
}
