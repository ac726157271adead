//! Checks a written filter against the fields of a kind of record.

use super::ast::{Comparator, Comparison, Expression, Literal, Restriction};
use super::error::{FilterError, cut};
use super::filter::{Condition, Node, Pattern, Test};
use super::moment::{Grain, Moment};
use super::schema::{Field, Form, Kind, Type};
use crate::domain::id::{ArticleId, EntityId, StatementName};
use crate::domain::text::{CanonicalUrl, LanguageTag};

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
    let test = |condition| Test { field, key: key.clone(), condition };
    if comparison.comparator == Comparator::Has && comparison.literal.is_star() {
        return Ok(test(Condition::Present));
    }
    let checked = Checked { field, comparison, single: !field.many || key.is_some() };
    checked.comparator()?;
    Ok(match field.kind {
        Type::Text(form) => test(checked.text(form)?),
        Type::Map if key.is_some() => test(checked.text(Form::Plain)?),
        Type::Map => test(Condition::Key(comparison.literal.text())),
        Type::Message => {
            Test { field: checked.part(kind)?, key: None, condition: Condition::Present }
        }
        Type::Enum { prefix, names } => test(checked.name(prefix, names)?),
        Type::Truth => test(checked.truth()?),
        Type::Number => test(checked.number()?),
        Type::Time(grain) => test(checked.time(grain)?),
    })
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
fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    if written.len() > LONGEST {
        return None;
    }
    let slips = |name: &'a str| (strsim::damerau_levenshtein(written, name), name);
    let (slips, name) = names.map(slips).min_by_key(|(slips, _)| *slips)?;
    (slips <= 2.max(name.chars().count() / 3)).then_some(name)
}

/// A comparison of a known field.
struct Checked<'a> {
    field: &'static Field,
    comparison: &'a Comparison,
    /// Whether there is at most one value.
    single: bool,
}

impl Checked<'_> {
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

    fn comparator(&self) -> Result<(), FilterError> {
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
        let pattern = self.pattern()?;
        let empty = matches!(&pattern, Pattern::Whole(text) if text.is_empty());
        match comparator {
            Comparator::Equal if empty && self.single => return Ok(Condition::Empty),
            Comparator::NotEqual if empty => return Ok(Condition::Present),
            _ if empty => {
                let name = self.field.name;
                let message = format!("an empty text says nothing here: write `{name}:*`");
                return Err(self.wrong_literal(message));
            }
            _ => {}
        }
        let pattern = match pattern {
            Pattern::Whole(text) if comparator == Comparator::Has && form == Form::Prose => {
                Pattern::Within(text)
            }
            Pattern::Whole(text) if self.is_equality() => {
                Pattern::Whole(normal(form, text).map_err(|message| self.wrong_literal(message))?)
            }
            Pattern::Start(_) | Pattern::End(_) | Pattern::Within(_) if !self.is_equality() => {
                let message =
                    "`*` goes with `=`, `!=` and `:`; in quotes, `\\*` is the sign itself";
                return Err(self.wrong_literal(message));
            }
            other => other,
        };
        Ok(Condition::Text(self.plain_comparator(), pattern))
    }

    fn pattern(&self) -> Result<Pattern, FilterError> {
        match self.literal().0.as_slice() {
            [whole] => Ok(Pattern::Whole(whole.clone())),
            [start, end] if end.is_empty() && !start.is_empty() => {
                Ok(Pattern::Start(start.clone()))
            }
            [start, end] if start.is_empty() && !end.is_empty() => Ok(Pattern::End(end.clone())),
            [start, end] if start.is_empty() && end.is_empty() => {
                Ok(Pattern::Within(String::new()))
            }
            [start, part, end] if start.is_empty() && end.is_empty() => {
                Ok(Pattern::Within(part.clone()))
            }
            _ => {
                let message = "`*` stands for any text only at the beginning and at the end; \
                               in quotes, `\\*` is the sign itself";
                Err(self.wrong_literal(message))
            }
        }
    }

    /// The part of a message that `message:part` names.
    fn part(&self, kind: Kind) -> Result<&'static Field, FilterError> {
        let name = self.field.name;
        let part = self.literal().text();
        kind.field(&format!("{name}.{part}")).ok_or_else(|| {
            let message = format!("`{name}` has no part `{}`: write `{name}:*`", cut(&part));
            self.wrong_literal(message)
        })
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
        let text = self.literal().text();
        match Moment::parse(&text, grain) {
            Some(moment) => Ok(Condition::Time(self.plain_comparator(), moment)),
            None => {
                let (name, found) = (self.field.name, cut(&text));
                let message = format!(
                    "`{name}` is a time, not `{found}`: write it like 2026, 2026-09, 2026-09-16 \
                     or 2026-09-16T10:30:00Z"
                );
                Err(self.wrong_literal(message))
            }
        }
    }
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
