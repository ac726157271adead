//! Small parsed texts: language tags, web addresses.

use std::fmt;

/// A BCP-47 language tag, normalised (`en`, `ckb-Arab`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag(Box<str>);

impl LanguageTag {
    /// Takes `text` if it is a well-formed tag.
    pub fn new(text: &str) -> Result<Self, TextError> {
        match oxilangtag::LanguageTag::parse_and_normalize(text) {
            Ok(tag) if text.len() <= 64 => Ok(Self(tag.as_str().into())),
            _ => Err(TextError::Language(text.chars().take(80).collect())),
        }
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An article's own address: parsed as the WHATWG URL standard says, http or
/// https, without a fragment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CanonicalUrl(Box<str>);

impl CanonicalUrl {
    /// Takes `text` if it is an absolute web address of at most 2,048 bytes.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let error = || TextError::Url(text.chars().take(80).collect());
        let mut url = url::Url::parse(text).map_err(|_| error())?;
        url.set_fragment(None);
        let web = matches!(url.scheme(), "http" | "https") && url.has_host();
        if !web || url.as_str().len() > super::limits::URL_BYTES {
            return Err(error());
        }
        Ok(Self(url.as_str().into()))
    }

    /// Takes back what `as_str` gave, without parsing it again.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        Self(text.into())
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CanonicalUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Not a language tag.
    #[error("`{0}` is no BCP-47 language tag: write it like `en`, `ckb` or `pt-BR`")]
    Language(String),
    /// Not a web address.
    #[error("`{0}` is no absolute http or https address of at most 2,048 bytes")]
    Url(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_normalised() {
        assert_eq!(LanguageTag::new("EN-us").unwrap().as_str(), "en-US");
        assert!(LanguageTag::new("english language").is_err());
        assert!(LanguageTag::new("").is_err());
    }

    #[test]
    fn an_address_is_canonical() {
        let url = CanonicalUrl::new("HTTP://Example.com:80/a/../b?q=1#part").unwrap();
        assert_eq!(url.as_str(), "http://example.com/b?q=1");
        for bad in ["", "example.com", "ftp://example.com/", "mailto:a@b", "http://"] {
            assert!(CanonicalUrl::new(bad).is_err(), "{bad}");
        }
    }
}
