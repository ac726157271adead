//! Checks what one field is compared with, by the type of the field.

use super::ast::{Comparator, Comparison, Literal};
use super::check::nearest;
use super::error::{FilterError, cut};
use super::filter::{Condition, Pattern};
use super::moment::{Grain, Moment};
use super::schema::{Field, Form, Kind, Type};
use crate::domain::id::{ArticleId, EntityId, StatementName};
use crate::domain::text::{CanonicalUrl, LanguageTag};

/// A comparison of a known field.
pub(super) struct Operand<'a> {
    pub(super) field: &'static Field,
    pub(super) comparison: &'a Comparison,
    /// Whether there is at most one value.
    pub(super) single: bool,
}

impl Operand<'_> {
    /// What the field's value must be.
    pub(super) fn condition(&self) -> Result<Condition, FilterError> {
        if self.comparison.comparator == Comparator::Has && self.literal().is_star() {
            return Ok(Condition::Present);
        }
        self.check_comparator()?;
        match self.field.kind {
            Type::Text(form) => self.text(form),
            Type::Map if self.single => self.text(Form::Plain),
            Type::Map => Ok(Condition::Key(self.literal().text())),
            Type::Message => Ok(Condition::Present),
            Type::Enum { prefix, names } => self.name(prefix, names),
            Type::Truth => self.truth(),
            Type::Number => self.number(),
            Type::Time(grain) => self.time(grain),
            Type::Duration => self.duration(),
        }
    }

    /// The part that must be set where the filter says `message:part`.
    pub(super) fn part(&self, kind: Kind) -> Result<Option<&'static Field>, FilterError> {
        if self.field.kind != Type::Message || self.literal().is_star() {
            return Ok(None);
        }
        let (name, part) = (self.field.name, self.literal().text());
        kind.field(&format!("{name}.{part}")).map(Some).ok_or_else(|| {
            let message = format!("`{name}` has no part `{}`: write `{name}:*`", cut(&part));
            self.wrong_literal(message)
        })
    }

    fn wrong_literal(&self, message: impl Into<String>) -> FilterError {
        FilterError::new(self.comparison.literal_column, message)
    }

    fn literal(&self) -> &Literal {
        &self.comparison.literal
    }

    /// Whether the comparator asks for one value, and not for a range of them.
    fn is_equality(&self) -> bool {
        matches!(
            self.comparison.comparator,
            Comparator::Equal | Comparator::NotEqual | Comparator::Has
        )
    }

    /// `:` on a single value means `=`.
    fn plain_comparator(&self) -> Comparator {
        match self.comparison.comparator {
            Comparator::Has => Comparator::Equal,
            other => other,
        }
    }

    fn check_comparator(&self) -> Result<(), FilterError> {
        let name = self.field.name;
        let comparator = self.comparison.comparator;
        let served = match self.field.kind {
            Type::Map if !self.single => comparator == Comparator::Has,
            Type::Message => comparator == Comparator::Has,
            Type::Enum { .. } | Type::Truth => self.is_equality(),
            _ => self.single || matches!(comparator, Comparator::Equal | Comparator::Has),
        };
        if served {
            return Ok(());
        }
        let how = match self.field.kind {
            Type::Map if !self.single => {
                format!("is a map: write `{name}.KEY = \"value\"`, or `{name}:KEY`")
            }
            Type::Message => format!("has parts: name one, or write `{name}:*`"),
            Type::Enum { .. } | Type::Truth => "has no order: use `=` or `!=`".into(),
            _ => format!("is a list: use `=` or `:`, and `NOT {name}:…` for the contrary"),
        };
        let symbol = comparator.symbol();
        let message = format!("`{symbol}` does not go with `{name}`, which {how}");
        Err(FilterError::new(self.comparison.comparator_column, message))
    }

    fn text(&self, form: Form) -> Result<Condition, FilterError> {
        let comparator = self.comparison.comparator;
        let pattern = self.pattern();
        let empty = matches!(&pattern, Pattern::Whole(text) if text.is_empty());
        match comparator {
            Comparator::Equal if empty && self.single => return Ok(Condition::Empty),
            Comparator::NotEqual if empty => return Ok(Condition::Text(comparator, pattern)),
            _ if empty => {
                let name = self.field.name;
                let message = format!("an empty text says nothing here: write `{name}:*`");
                return Err(self.wrong_literal(message));
            }
            _ => {}
        }
        let pattern = match pattern {
            Pattern::Whole(text) if comparator == Comparator::Has && form == Form::Prose => {
                Pattern::containing(text)
            }
            Pattern::Whole(text) if self.is_equality() => {
                Pattern::Whole(normal(form, text).map_err(|message| self.wrong_literal(message))?)
            }
            Pattern::Wild(_) if !self.is_equality() => {
                let message =
                    "`*` goes with `=`, `!=` and `:`; in quotes, `\\*` is the sign itself";
                return Err(self.wrong_literal(message));
            }
            other => other,
        };
        Ok(Condition::Text(self.plain_comparator(), pattern))
    }

    fn pattern(&self) -> Pattern {
        match self.literal().0.as_slice() {
            [whole] => Pattern::Whole(whole.clone()),
            pieces => Pattern::Wild(pieces.to_vec()),
        }
    }

    fn name(&self, prefix: &str, names: &'static [&'static str]) -> Result<Condition, FilterError> {
        let written = self.literal().text();
        let short = written.strip_prefix(prefix).unwrap_or(&written);
        if names.contains(&short) {
            return Ok(Condition::Text(self.plain_comparator(), Pattern::Whole(short.into())));
        }
        let (name, known) = (self.field.name, names.join(", "));
        let message = format!("`{}` is no value of `{name}`: there are {known}", cut(&written));
        let error = self.wrong_literal(message);
        Err(match nearest(&short.to_ascii_uppercase(), names.iter().copied()) {
            Some(near) => error.suggesting(near),
            None => error,
        })
    }

    fn truth(&self) -> Result<Condition, FilterError> {
        let equal = self.comparison.comparator != Comparator::NotEqual;
        match self.literal().text().as_str() {
            "true" => Ok(Condition::Truth(equal)),
            "false" => Ok(Condition::Truth(!equal)),
            other => {
                let (name, found) = (self.field.name, cut(other));
                let message = format!("`{name}` is true or false, not `{found}`");
                let error = self.wrong_literal(message);
                Err(match other.to_ascii_lowercase().as_str() {
                    near @ ("true" | "false") => error.suggesting(near),
                    _ => error,
                })
            }
        }
    }

    fn number(&self) -> Result<Condition, FilterError> {
        let text = self.literal().text();
        match text.parse::<f64>() {
            Ok(number) if number.is_finite() => {
                Ok(Condition::Number(self.plain_comparator(), number))
            }
            _ => {
                let message = format!("`{}` is a number, not `{}`", self.field.name, cut(&text));
                Err(self.wrong_literal(message))
            }
        }
    }

    fn time(&self, grain: Grain) -> Result<Condition, FilterError> {
        let comparison = self.comparison;
        let moment =
            moment(self.field.name, grain, &comparison.literal, comparison.literal_column)?;
        Ok(Condition::Time(self.plain_comparator(), moment))
    }

    fn duration(&self) -> Result<Condition, FilterError> {
        let text = self.literal().text();
        let seconds = text.strip_suffix('s').and_then(|number| number.parse::<f64>().ok());
        match seconds.filter(|seconds| seconds.is_finite()) {
            Some(seconds) => Ok(Condition::Number(self.plain_comparator(), seconds)),
            None => {
                let (name, found) = (self.field.name, cut(&text));
                let message = format!("`{name}` is a duration, not `{found}`: write it like 3600s");
                Err(self.wrong_literal(message))
            }
        }
    }
}

/// The time that is written at `column` for the field `name`.
pub(super) fn moment(
    name: &str,
    grain: Grain,
    literal: &Literal,
    column: usize,
) -> Result<Moment, FilterError> {
    let text = literal.text();
    Moment::parse(&text, grain).ok_or_else(|| {
        let found = cut(&text);
        let message = format!(
            "`{name}` is a time, not `{found}`: write it like 2026, 2026-09, 2026-09-16 \
             or 2026-09-16T10:30:00Z"
        );
        FilterError::new(column, message)
    })
}

/// The text in the form in which records hold it; else what is wrong with it.
fn normal(form: Form, text: String) -> Result<String, String> {
    fn parsed<T: ToString, E: ToString>(parsed: Result<T, E>) -> Result<String, String> {
        parsed.map(|value| value.to_string()).map_err(|error| error.to_string())
    }
    match form {
        Form::Plain | Form::Prose => Ok(text),
        Form::Language => parsed(LanguageTag::new(&text)),
        Form::Url => parsed(CanonicalUrl::new(&text)),
        Form::Article => parsed(text.parse::<ArticleId>()),
        Form::Statement => parsed(text.parse::<StatementName>()),
        Form::Entity => parsed(text.parse::<EntityId>()),
    }
}
