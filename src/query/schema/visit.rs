//! The visits that several tables of fields share.

use super::{Type, Value, Visit};
use crate::domain::origin::Origin;
use crate::domain::record::{Record, Stored};
use crate::domain::time::{CoarseTime, Timestamp};
use crate::query::moment::Moment;

/// A text; an empty one is unset.
pub(super) fn text(text: &str, visit: &mut Visit<'_>) -> bool {
    !text.is_empty() && visit(Value::Text(text))
}

/// A value that is written as its name.
pub(super) fn shown(value: Option<&impl ToString>, visit: &mut Visit<'_>) -> bool {
    value.is_some_and(|value| visit(Value::Text(&value.to_string())))
}

/// Values that are written as their names.
pub(super) fn each_shown<'a, T: ToString + 'a>(
    values: impl IntoIterator<Item = &'a T>,
    visit: &mut Visit<'_>,
) -> bool {
    values.into_iter().any(|value| visit(Value::Text(&value.to_string())))
}

/// Texts.
pub(super) fn each<'a>(texts: impl IntoIterator<Item = &'a String>, visit: &mut Visit<'_>) -> bool {
    texts.into_iter().any(|words| text(words, visit))
}

/// As many messages as are there.
pub(super) fn messages<T>(values: impl IntoIterator<Item = T>, visit: &mut Visit<'_>) -> bool {
    values.into_iter().any(|_| visit(Value::Message))
}

/// A time.
pub(super) fn exact(time: Option<Timestamp>, visit: &mut Visit<'_>) -> bool {
    time.is_some_and(|time| visit(Value::Moment(Moment::exact(time))))
}

/// A coarse time.
pub(super) fn coarse(time: Option<&CoarseTime>, visit: &mut Visit<'_>) -> bool {
    time.is_some_and(|time| visit(Value::Moment(Moment::coarse(time))))
}

/// The first moment of a coarse time.
pub(super) fn start(time: Option<&CoarseTime>, visit: &mut Visit<'_>) -> bool {
    time.is_some_and(|time| visit(Value::Moment(Moment::at_micros(time.start_micros()))))
}

/// The moment after its last.
pub(super) fn end(time: Option<&CoarseTime>, visit: &mut Visit<'_>) -> bool {
    time.is_some_and(|time| visit(Value::Moment(Moment::at_micros(time.end_micros()))))
}

/// How finely it is known.
pub(super) fn precision(time: Option<&CoarseTime>, visit: &mut Visit<'_>) -> bool {
    time.is_some_and(|time| visit(Value::Text(time.precision.name())))
}

/// How long it is, in seconds.
pub(super) fn duration(time: Option<&CoarseTime>, visit: &mut Visit<'_>) -> bool {
    time.is_some_and(|time| {
        let micros = time.end_micros().saturating_sub(time.start_micros());
        visit(Value::Number(micros as f64 / 1e6))
    })
}

/// The precisions of coarse times.
pub(super) const PRECISION: Type = Type::Enum {
    prefix: "TIME_PRECISION_",
    names: &[
        "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "SEASON", "YEAR", "DECADE",
        "CENTURY",
    ],
};

fn origin(record: &Stored) -> &Origin {
    match &record.value {
        Record::Article(article) => &article.origin,
        Record::Statement(statement) => &statement.origin,
        Record::Entity(entity) => &entity.origin,
    }
}

pub(super) fn name(record: &Stored, visit: &mut Visit<'_>) -> bool {
    shown(Some(&record.name), visit)
}

pub(super) fn batch(record: &Stored, visit: &mut Visit<'_>) -> bool {
    origin(record).batch.as_ref().is_some_and(|batch| visit(Value::Text(batch.as_str())))
}

pub(super) fn principal(record: &Stored, visit: &mut Visit<'_>) -> bool {
    text(&origin(record).principal, visit)
}

pub(super) fn extractor(record: &Stored, visit: &mut Visit<'_>) -> bool {
    text(&origin(record).extractor, visit)
}

pub(super) fn create_time(record: &Stored, visit: &mut Visit<'_>) -> bool {
    exact(Some(record.committed.create_time), visit)
}

pub(super) fn update_time(record: &Stored, visit: &mut Visit<'_>) -> bool {
    exact(Some(record.committed.update_time), visit)
}
