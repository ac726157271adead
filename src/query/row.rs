//! What filters judge besides records: rows of what was derived from them.

use super::moment::Moment;
use super::schema::Value;
use crate::domain::time::Timestamp;

/// A row: its fields with their values, those that are set; a field may have
/// several.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row(Vec<(&'static str, Cell)>);

#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Text(String),
    Number(f64),
    Truth(bool),
    Time(Timestamp),
}

impl Row {
    /// With a text, unless it is empty.
    #[must_use]
    pub fn text(mut self, field: &'static str, text: impl Into<String>) -> Self {
        let text = text.into();
        if !text.is_empty() {
            self.0.push((field, Cell::Text(text)));
        }
        self
    }

    /// With a number.
    #[must_use]
    pub fn number(mut self, field: &'static str, number: impl Into<f64>) -> Self {
        self.0.push((field, Cell::Number(number.into())));
        self
    }

    /// With a truth value.
    #[must_use]
    pub fn truth(mut self, field: &'static str, truth: bool) -> Self {
        self.0.push((field, Cell::Truth(truth)));
        self
    }

    /// With a time, where it is known.
    #[must_use]
    pub fn time(mut self, field: &'static str, time: Option<Timestamp>) -> Self {
        self.0.extend(time.map(|time| (field, Cell::Time(time))));
        self
    }

    /// Whether any value of a field passes.
    pub(super) fn any(&self, field: &str, passes: &mut dyn FnMut(Value<'_>) -> bool) -> bool {
        let values = self.0.iter().filter(|(name, _)| *name == field);
        values.map(|(_, cell)| cell).any(|cell| match cell {
            Cell::Text(text) => passes(Value::Text(text)),
            Cell::Number(number) => passes(Value::Number(*number)),
            Cell::Truth(truth) => passes(Value::Truth(*truth)),
            Cell::Time(time) => passes(Value::Moment(Moment::exact(*time))),
        })
    }
}
