//! Records written for reading, in 80 columns.

pub(super) mod article;
pub(super) mod diff;
pub(super) mod entity;
pub(super) mod erasure;
pub(super) mod event;
pub(super) mod hit;
pub(super) mod layout;
pub(super) mod relation;
pub(super) mod quotation;
pub(super) mod statement;
pub(super) mod time;

use anstyle::{AnsiColor, Style};

/// The columns that text is laid out for.
pub(super) const WIDTH: usize = 80;
/// Names and titles.
pub(super) const STRONG: Style = Style::new().bold();
/// What is there for looking up rather than for reading.
pub(super) const FAINT: Style = Style::new().dimmed();
/// Resource names, which other commands take.
pub(super) const NAME: Style = AnsiColor::Cyan.on_default();

/// Text in a style.
pub(super) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// The words of an enum value, such as `direct` for `STATEMENT_KIND_DIRECT`.
pub(super) fn words(value: &str, prefix: &str) -> String {
    value.strip_prefix(prefix).unwrap_or(value).to_lowercase().replace('_', " ")
}

/// The parts that say something, joined by middle dots.
pub(super) fn dotted<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}
