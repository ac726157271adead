//! Checking a message field by field: every fault is kept with the path of its
//! field, and paths are built only where there is a fault.

use std::cell::RefCell;
use std::fmt::{Display, Write as _};
use std::str::FromStr;

use crate::domain::body::normalize;
use crate::kb::error::{Error, Violation};

/// The kinds of faults, as BadRequest and ErrorInfo name them.
pub mod reason {
    /// A field that is needed is empty.
    pub const REQUIRED: &str = "REQUIRED";
    /// A text or list is longer than its limit.
    pub const OVER_LIMIT: &str = "OVER_LIMIT";
    /// A text is no id.
    pub const BAD_ID: &str = "BAD_ID";
    /// A text is no resource name of the kind needed here.
    pub const BAD_NAME: &str = "BAD_NAME";
    /// A number is none of the enum's.
    pub const UNKNOWN_ENUM_VALUE: &str = "UNKNOWN_ENUM_VALUE";
    /// A value is no time, or times are out of order.
    pub const BAD_TIME: &str = "BAD_TIME";
    /// A time does not fit the precision that is claimed for it.
    pub const BAD_PRECISION: &str = "BAD_PRECISION";
    /// A text is no language tag.
    pub const BAD_LANGUAGE: &str = "BAD_LANGUAGE";
    /// A text is no web address.
    pub const BAD_URL: &str = "BAD_URL";
    /// A text holds characters that it may not.
    pub const BAD_TEXT: &str = "BAD_TEXT";
    /// A label's key, a predicate or an authority breaks its pattern.
    pub const BAD_KEY: &str = "BAD_KEY";
    /// A number is out of its range.
    pub const BAD_NUMBER: &str = "BAD_NUMBER";
    /// A request_id is no UUID4.
    pub const BAD_REQUEST_ID: &str = "BAD_REQUEST_ID";
    /// Two fields contradict each other.
    pub const CONTRADICTION: &str = "CONTRADICTION";
    /// A text is no order that is served.
    pub const BAD_ORDER: &str = "BAD_ORDER";
    /// A name is listed twice.
    pub const DUPLICATE: &str = "DUPLICATE";
    /// An update mask names what cannot be updated.
    pub const BAD_MASK: &str = "BAD_MASK";
}

/// The most faults that are told of one request.
pub const MAX_VIOLATIONS: usize = 100;

/// Checks a request: `parse` tells its faults to the [`Field`] that it is given,
/// and returns `None` only where it told one.
pub(super) fn check<T>(parse: impl FnOnce(&Field<'_>) -> Option<T>) -> Result<T, Error> {
    let violations = RefCell::new(Vec::new());
    let root = Field { violations: &violations, parent: None, step: Step::Root };
    let value = parse(&root);
    let violations = violations.into_inner();
    match value {
        Some(value) if violations.is_empty() => Ok(value),
        None if violations.is_empty() => {
            Err(Error::invalid("", reason::REQUIRED, "the request is empty"))
        }
        _ => Err(Error::Invalid(violations)),
    }
}

/// Where in the request a value stands, and where its faults go.
pub(super) struct Field<'a> {
    violations: &'a RefCell<Vec<Violation>>,
    parent: Option<&'a Self>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Field(&'static str),
    Item(usize),
    Key(&'a str),
}

impl Field<'_> {
    /// A field of this message.
    pub(super) fn at(&self, name: &'static str) -> Field<'_> {
        self.step(Step::Field(name))
    }

    /// An item of this list.
    pub(super) fn item(&self, index: usize) -> Field<'_> {
        self.step(Step::Item(index))
    }

    /// An entry of this map.
    pub(super) fn key<'b>(&'b self, key: &'b str) -> Field<'b> {
        self.step(Step::Key(key))
    }

    fn step<'b>(&'b self, step: Step<'b>) -> Field<'b> {
        Field { violations: self.violations, parent: Some(self), step }
    }

    /// Tells a fault of this field.
    pub(super) fn refuse(&self, reason: &'static str, description: impl Into<String>) {
        let mut violations = self.violations.borrow_mut();
        if violations.len() < MAX_VIOLATIONS {
            violations.push(Violation::new(self.path(), reason, description));
        }
    }

    /// Tells that this field is needed, and why.
    pub(super) fn needed(&self, description: impl Into<String>) {
        self.refuse(reason::REQUIRED, description);
    }

    fn path(&self) -> String {
        let mut path = self.parent.map(Self::path).unwrap_or_default();
        let dot = if path.is_empty() { "" } else { "." };
        // Writing to a String cannot fail.
        let _ = match self.step {
            Step::Root => Ok(()),
            Step::Field(name) => write!(path, "{dot}{name}"),
            Step::Item(index) => write!(path, "[{index}]"),
            Step::Key(key) => write!(path, "{dot}{}", cut(key)),
        };
        path
    }

    /// The value of a message that is needed.
    pub(super) fn required<T>(&self, value: Option<T>, what: &str) -> Option<T> {
        if value.is_none() {
            self.needed(format!("{what} is needed"));
        }
        value
    }

    /// A resource name or another parsed text that is needed.
    pub(super) fn name<T: FromStr<Err: Display>>(&self, text: &str) -> Option<T> {
        if text.is_empty() {
            self.needed("a resource name is needed");
            return None;
        }
        self.optional_name(text)
    }

    /// A resource name that may be empty.
    pub(super) fn optional_name<T: FromStr<Err: Display>>(&self, text: &str) -> Option<T> {
        if text.is_empty() {
            return None;
        }
        self.parsed(text.parse(), reason::BAD_NAME)
    }

    /// What was parsed, or its fault.
    pub(super) fn parsed<T, E: Display>(
        &self,
        parsed: Result<T, E>,
        reason: &'static str,
    ) -> Option<T> {
        parsed.map_err(|error| self.refuse(reason, error.to_string())).ok()
    }

    /// One of an enum's values, zero included; `name` gives their names.
    pub(super) fn choice<E: TryFrom<i32>>(
        &self,
        value: i32,
        name: fn(&E) -> &'static str,
    ) -> Option<E> {
        let choice = E::try_from(value).ok();
        if choice.is_none() {
            let known: Vec<&str> =
                (1..64).filter_map(|value| E::try_from(value).ok()).map(|e| name(&e)).collect();
            let description = format!("{value} is none of {}", known.join(", "));
            self.refuse(reason::UNKNOWN_ENUM_VALUE, description);
        }
        choice
    }

    /// Running text: normalised as bodies are, at most `limit` code points.
    pub(super) fn text(&self, text: String, limit: usize) -> String {
        let text = normalized(text);
        // A text has at most as many code points as bytes.
        if text.len() > limit {
            let length = text.chars().count();
            if length > limit {
                self.refuse(
                    reason::OVER_LIMIT,
                    format!("{length} code points are more than the limit of {limit}: shorten it"),
                );
            }
        }
        text
    }

    /// A short text, such as a name: as [`Field::text`], without control
    /// characters but line feeds and tabs.
    pub(super) fn line(&self, text: String, limit: usize) -> String {
        let text = self.text(text, limit);
        let control = text.chars().find(|char| char.is_control() && !matches!(char, '\n' | '\t'));
        if let Some(control) = control {
            self.refuse(
                reason::BAD_TEXT,
                format!("it holds the control character U+{:04X}: leave it out", control as u32),
            );
        }
        text
    }

    /// A short text that is needed.
    pub(super) fn required_line(&self, text: String, limit: usize, what: &str) -> String {
        if text.trim().is_empty() {
            self.needed(format!("{what} is needed"));
            return text;
        }
        self.line(text, limit)
    }

    /// The items of this list, of at most `limit`; those that `parse` refuses are
    /// left out. A list over the limit is not looked at.
    pub(super) fn items<T, U>(
        &self,
        items: Vec<T>,
        limit: usize,
        mut parse: impl FnMut(&Field<'_>, T) -> Option<U>,
    ) -> Vec<U> {
        if items.len() > limit {
            self.too_many(items.len(), limit);
            return Vec::new();
        }
        let items = items.into_iter().enumerate();
        items.filter_map(|(index, item)| parse(&self.item(index), item)).collect()
    }

    /// Tells that the list is longer than its limit.
    pub(super) fn too_many(&self, count: usize, limit: usize) {
        self.refuse(
            reason::OVER_LIMIT,
            format!("{count} are more than the limit of {limit}: send fewer at a time"),
        );
    }

    /// A number from 0 to 1.
    pub(super) fn fraction(&self, value: Option<f64>) -> Option<f64> {
        let value = value?;
        if !(0.0..=1.0).contains(&value) {
            self.refuse(reason::BAD_NUMBER, format!("{value} does not lie between 0 and 1"));
        }
        Some(value)
    }
}

/// NFC with CR LF made LF; most texts are so already.
fn normalized(text: String) -> String {
    if text.is_ascii() && !text.contains('\r') { text } else { normalize(text).0 }
}

/// The beginning of a text, short enough for a message.
pub(super) fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

/// Whether `text` has 1 to `max` bytes of which `inner` lets each pass, the first
/// and last lower-case letters or digits.
pub(super) fn is_key(text: &str, max: usize, inner: &[u8]) -> bool {
    let edge = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    bytes.len() <= max
        && bytes.first().is_some_and(edge)
        && bytes.last().is_some_and(edge)
        && bytes.iter().all(|byte| edge(byte) || inner.contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_every_step() {
        let error = check(|at| -> Option<()> {
            let statement = at.at("statements");
            let statement = statement.item(3);
            statement.at("content").item(0).at("selector").at("exact").needed("words are needed");
            at.at("labels").key("a.b").needed("a value is needed");
            None
        });
        let Err(Error::Invalid(violations)) = error else { panic!("{error:?}") };
        let paths: Vec<&str> = violations.iter().map(|fault| fault.field.as_str()).collect();
        assert_eq!(paths, ["statements[3].content[0].selector.exact", "labels.a.b"]);
    }

    #[test]
    fn faults_are_told_up_to_a_hundred() {
        let error = check(|at| {
            (0..500).for_each(|index| at.at("names").item(index).needed("it is needed"));
            Some(())
        });
        let Err(Error::Invalid(violations)) = error else { panic!("{error:?}") };
        assert_eq!(violations.len(), MAX_VIOLATIONS);
    }

    #[test]
    fn texts_are_normalised_as_bodies_are() {
        let text = check(|at| Some(at.line("Cafe\u{301}\r\nnoir".into(), 9)));
        assert_eq!(text, Ok("Café\nnoir".to_owned()));
    }
}
