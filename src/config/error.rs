//! What can be wrong with a configuration.

use std::fmt;
use std::path::PathBuf;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// Nothing set it.
    Default,
    /// A line of the file.
    File { path: PathBuf, line: usize },
    /// A variable of the environment.
    Variable(String),
    /// A flag of the command line.
    Flag(&'static str),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File { path, line } => write!(f, "{} line {line}", path.display()),
            Self::Variable(name) => write!(f, "variable {name}"),
            Self::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// Why there is no configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("the configuration file {} can't be read: {reason}", .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The file is no TOML.
    #[error("{} line {line} is no TOML: {reason}", .path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// The file has a key that means nothing.
    #[error("{} line {line}: there is no key `{key}`{}", .path.display(), meant(.similar))]
    UnknownKey {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The key.
        key: String,
        /// A key that may have been meant.
        similar: Option<&'static str>,
    },
    /// A variable is no UTF-8.
    #[error("the variable {0} is no UTF-8")]
    NotText(String),
    /// A value is not allowed.
    #[error("`{key}` is `{value}` ({source_text}), but must be {allowed}")]
    Value {
        /// The key.
        key: &'static str,
        /// The value as given.
        value: String,
        /// Where it came from.
        source_text: String,
        /// What is allowed.
        allowed: String,
    },
}

fn meant(similar: &Option<&'static str>) -> String {
    similar.map(|key| format!("; did you mean `{key}`?")).unwrap_or_default()
}
