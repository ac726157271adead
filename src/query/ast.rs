//! A filter as it is written: the syntax of AIP-160, before any field is known.
//!
//! Printed, it parses to the same again.

use std::fmt;

/// An expression that is true or false of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// All of two or more; also where they just follow one another.
    And(Vec<Expression>),
    /// Any of two or more.
    Or(Vec<Expression>),
    /// The contrary.
    Not(Box<Expression>),
    /// A test of one field.
    Restriction(Restriction),
    /// A test that has a name, as `within(field, start, end)`.
    Call(Call),
}

/// A test that has a name, and what it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The test's name.
    pub name: String,
    /// Where the name stands, in code points from 1.
    pub column: usize,
    /// What it is given.
    pub arguments: Vec<Argument>,
}

/// Something that a test is given: the path of a field, or a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// As written.
    pub literal: Literal,
    /// Where it stands, in code points from 1.
    pub column: usize,
}

/// A test of one field; without a comparison, words to be looked for anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// The field's name and its parts.
    pub path: Vec<String>,
    /// Where it stands, in code points from 1.
    pub column: usize,
    /// What it is compared with.
    pub comparison: Option<Comparison>,
}

/// What a field is compared with, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How.
    pub comparator: Comparator,
    /// With what.
    pub literal: Literal,
    /// Where the comparator stands, in code points from 1.
    pub comparator_column: usize,
    /// Where the literal stands.
    pub literal_column: usize,
}

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `:`, has.
    Has,
}

impl Comparator {
    /// How it is written.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Has => ":",
        }
    }
}

/// A value as written, its escapes resolved: the texts between its wildcards,
/// one more than there are of those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal(pub Vec<String>);

impl Literal {
    /// The text, wildcards shown as `*`.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.join("*")
    }

    /// Whether it is `*` alone.
    #[must_use]
    pub fn is_star(&self) -> bool {
        matches!(self.0.as_slice(), [before, after] if before.is_empty() && after.is_empty())
    }
}

/// Words that join expressions, and so are no names unless quoted.
pub(super) const KEYWORDS: [&str; 3] = ["AND", "OR", "NOT"];

/// Whether a character may stand in a name or a value without quotes.
pub(super) fn is_bare(char: char, in_value: bool) -> bool {
    let joins = matches!(char, '.' | ':') && !in_value;
    !joins && !char.is_whitespace() && !"()\"',<>=!".contains(char)
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(items) => joined(f, items, " AND "),
            Self::Or(items) => joined(f, items, " OR "),
            Self::Not(item) => {
                f.write_str("NOT ")?;
                operand(f, item)
            }
            Self::Restriction(restriction) => restriction.fmt(f),
            Self::Call(call) => call.fmt(f),
        }
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.name)?;
        for (index, argument) in self.arguments.iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{}", argument.literal)?;
        }
        f.write_str(")")
    }
}

fn joined(f: &mut fmt::Formatter<'_>, items: &[Expression], joiner: &str) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(joiner)?;
        }
        match item {
            Expression::Not(_) => write!(f, "{item}")?,
            _ => operand(f, item)?,
        }
    }
    Ok(())
}

fn operand(f: &mut fmt::Formatter<'_>, item: &Expression) -> fmt::Result {
    match item {
        Expression::Restriction(_) | Expression::Call(_) => write!(f, "{item}"),
        _ => write!(f, "({item})"),
    }
}

impl fmt::Display for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, member) in self.path.iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            write_name(f, member, index == 0)?;
        }
        match &self.comparison {
            Some(comparison) => {
                write!(f, " {} {}", comparison.comparator.symbol(), comparison.literal)
            }
            None => Ok(()),
        }
    }
}

fn write_name(f: &mut fmt::Formatter<'_>, name: &str, first: bool) -> fmt::Result {
    let taken = (first && KEYWORDS.contains(&name)) || name.starts_with('-');
    let bare = !taken && !name.is_empty() && name.chars().all(|char| is_bare(char, false));
    if bare { f.write_str(name) } else { write!(f, "\"{}\"", name.escape()) }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text();
        let stars = text.matches('*').count();
        let bare = !text.is_empty()
            && !KEYWORDS.contains(&text.as_str())
            && stars + 1 == self.0.len()
            && text.chars().all(|char| is_bare(char, true));
        if bare {
            return f.write_str(&text);
        }
        let pieces: Vec<String> = self.0.iter().map(|piece| piece.escape()).collect();
        write!(f, "\"{}\"", pieces.join("*"))
    }
}

trait Escape {
    /// The text as it stands between double quotes.
    fn escape(&self) -> String;
}

impl Escape for str {
    fn escape(&self) -> String {
        self.replace('\\', "\\\\").replace('"', "\\\"").replace('*', "\\*")
    }
}
