//! The visits that several tables of fields share.

use super::{Value, Visit};
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
    texts.into_iter().any(|text| visit(Value::Text(text)))
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

pub(super) fn extractor(record: &Stored, visit: &mut Visit<'_>) -> bool {
    text(&origin(record).extractor, visit)
}

pub(super) fn create_time(record: &Stored, visit: &mut Visit<'_>) -> bool {
    exact(Some(record.committed.create_time), visit)
}

pub(super) fn update_time(record: &Stored, visit: &mut Visit<'_>) -> bool {
    exact(Some(record.committed.update_time), visit)
}
