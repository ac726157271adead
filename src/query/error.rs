//! What is wrong with a filter, and where.

use std::fmt;

/// What is wrong with a filter, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// The code point at which it goes wrong, counted from 1; one past the last
    /// where something is missing at the end.
    pub column: usize,
    /// What is wrong and what to do, for a person.
    pub message: String,
    /// What was probably meant in its place, where that can be guessed.
    pub suggestion: Option<String>,
}

impl FilterError {
    pub(super) fn new(column: usize, message: impl Into<String>) -> Self {
        Self { column, message: message.into(), suggestion: None }
    }

    pub(super) fn suggesting(self, suggestion: impl Into<String>) -> Self {
        Self { suggestion: Some(suggestion.into()), ..self }
    }

    /// The filter with a mark under the place, and what is wrong there: for
    /// terminals.
    #[must_use]
    pub fn rendered(&self, filter: &str) -> String {
        let line: String =
            filter.chars().map(|char| if char.is_control() { ' ' } else { char }).collect();
        let before: String = line.chars().take(self.column.saturating_sub(1)).collect();
        let indent = unicode_width::UnicodeWidthStr::width(before.as_str());
        let mut rendered = format!("{line}\n{:indent$}^ {}", "", self.message);
        if let Some(suggestion) = &self.suggestion {
            rendered.push_str(&format!("; did you mean `{suggestion}`?"));
        }
        rendered
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.message)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; did you mean `{suggestion}`?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for FilterError {}

/// The beginning of what a caller wrote, short enough for a message.
pub(super) fn cut(text: &str) -> String {
    const LONGEST: usize = 60;
    let mut cut: String = text.chars().take(LONGEST).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
