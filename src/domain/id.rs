//! Ids and resource names (AIP-122).

use std::fmt;
use std::str::FromStr;

/// The longest id, in bytes.
pub const MAX_ID_BYTES: usize = 63;

/// Why a text is no id or no resource name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The id breaks the pattern.
    #[error(
        "`{0}` is no id: use 1 to 63 lower-case letters, digits and hyphens, \
         beginning and ending with a letter or digit"
    )]
    Pattern(String),
    /// The resource name has another form.
    #[error("`{found}` is no name of this kind: write it as `{pattern}`")]
    Form {
        /// What was given, cut to a length fit for a message.
        found: String,
        /// The pattern that it should follow.
        pattern: &'static str,
    },
}

/// Whether `text` matches `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`.
fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    bytes.len() <= MAX_ID_BYTES
        && bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric)
        && bytes.iter().all(|byte| alphanumeric(byte) || *byte == b'-')
}

/// The beginning of `text`, short enough for an error message.
fn cut(text: &str) -> String {
    text.chars().take(80).collect()
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes `text` if it matches `[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?`.
            pub fn new(text: &str) -> Result<Self, IdError> {
                if is_id(text) { Ok(Self(text.into())) } else { Err(IdError::Pattern(cut(text))) }
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

id! {
    /// The id of an article; its name is `articles/{id}`.
    ArticleId
}
id! {
    /// The id of a statement within its article.
    StatementId
}
id! {
    /// The id of an entity; its name is `entities/{id}`.
    EntityId
}
id! {
    /// The id of a batch of work, such as one import.
    BatchId
}

impl fmt::Display for ArticleId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "articles/{}", self.0)
    }
}

impl FromStr for ArticleId {
    type Err = IdError;

    fn from_str(name: &str) -> Result<Self, IdError> {
        match name.split_once('/') {
            Some(("articles", id)) if !id.contains('/') => Self::new(id),
            _ => Err(IdError::Form { found: cut(name), pattern: "articles/{article}" }),
        }
    }
}

impl fmt::Display for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entities/{}", self.0)
    }
}

impl FromStr for EntityId {
    type Err = IdError;

    fn from_str(name: &str) -> Result<Self, IdError> {
        match name.split_once('/') {
            Some(("entities", id)) if !id.contains('/') => Self::new(id),
            _ => Err(IdError::Form { found: cut(name), pattern: "entities/{entity}" }),
        }
    }
}

/// The full name of a statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StatementName {
    /// The article it stands in.
    pub article: ArticleId,
    /// Its id there.
    pub statement: StatementId,
}

impl fmt::Display for StatementName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/statements/{}", self.article, self.statement.as_str())
    }
}

impl FromStr for StatementName {
    type Err = IdError;

    fn from_str(name: &str) -> Result<Self, IdError> {
        let parts: Vec<&str> = name.splitn(5, '/').collect();
        match parts.as_slice() {
            ["articles", article, "statements", statement] => Ok(Self {
                article: ArticleId::new(article)?,
                statement: StatementId::new(statement)?,
            }),
            _ => Err(IdError::Form {
                found: cut(name),
                pattern: "articles/{article}/statements/{statement}",
            }),
        }
    }
}

/// The name of a record of any kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordName {
    /// An article's.
    Article(ArticleId),
    /// A statement's.
    Statement(StatementName),
    /// An entity's.
    Entity(EntityId),
}

impl fmt::Display for RecordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Article(id) => id.fmt(f),
            Self::Statement(name) => name.fmt(f),
            Self::Entity(id) => id.fmt(f),
        }
    }
}

impl FromStr for RecordName {
    type Err = IdError;

    fn from_str(name: &str) -> Result<Self, IdError> {
        match name.split('/').collect::<Vec<_>>().as_slice() {
            ["articles", _] => name.parse().map(Self::Article),
            ["entities", _] => name.parse().map(Self::Entity),
            ["articles", _, "statements", _] => name.parse().map(Self::Statement),
            _ => Err(IdError::Form {
                found: cut(name),
                pattern: "articles/{article}, articles/{article}/statements/{statement} \
                          or entities/{entity}",
            }),
        }
    }
}

impl From<ArticleId> for RecordName {
    fn from(id: ArticleId) -> Self {
        Self::Article(id)
    }
}

impl From<StatementName> for RecordName {
    fn from(name: StatementName) -> Self {
        Self::Statement(name)
    }
}

impl From<EntityId> for RecordName {
    fn from(id: EntityId) -> Self {
        Self::Entity(id)
    }
}

/// Turns words into the readable part of an id: Latin letters and digits of
/// their transliteration, lower case, joined by hyphens, at most `max` bytes cut
/// at a hyphen where there is one. Empty where nothing is left.
#[must_use]
pub fn slug(words: &str, max: usize) -> String {
    let mut slug = String::new();
    for char in any_ascii::any_ascii(words).chars() {
        if char.is_ascii_alphanumeric() {
            slug.push(char.to_ascii_lowercase());
        } else if !matches!(char, '\'' | '`') && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
        if slug.len() > max {
            break;
        }
    }
    if slug.len() > max {
        let cut = slug.rfind('-').filter(|cut| *cut > max / 2).unwrap_or(max);
        slug.truncate(cut);
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_the_pattern() {
        for good in ["a", "0", "nechirvan-barzani", &"a".repeat(63)] {
            assert!(EntityId::new(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a_b", "ä", "a/b", &"a".repeat(64)] {
            assert!(EntityId::new(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_print_as_they_parse() {
        for name in ["articles/a", "articles/a/statements/b", "entities/c"] {
            assert_eq!(name.parse::<RecordName>().unwrap().to_string(), name);
        }
        for bad in ["", "articles", "articles/", "articles/a/b", "entities/a/b", "quotations/a"] {
            assert!(bad.parse::<RecordName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_slug_is_readable() {
        assert_eq!(slug("Nêçîrvan Barzanî", 40), "necirvan-barzani");
        assert_eq!(slug("  To Confront Terrorism, We Need… ", 20), "to-confront");
        assert_eq!(slug("«»", 20), "");
    }
}
