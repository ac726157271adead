//! The article: one published text, with its versions.

use std::collections::BTreeMap;

use super::body::Body;
use super::id::{ArticleId, EntityId, IdError, slug};
use super::origin::Origin;
use super::text::{CanonicalUrl, LanguageTag};
use super::time::Timestamp;

/// Whether an article may be used (ninjs `pubstatus`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PubStatus {
    /// May be used.
    #[default]
    Usable,
    /// Held back for now.
    Withheld,
    /// Withdrawn for good.
    Canceled,
}

/// The kind of publication.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Medium {
    /// A written article.
    #[default]
    Text,
    /// A radio or television item.
    Broadcast,
    /// A post on a social network.
    SocialPost,
    /// A press release or an official readout.
    PressRelease,
    /// A transcript of a speech, a hearing or an interview.
    Transcript,
    /// A podcast.
    Podcast,
    /// Anything else.
    Other,
}

/// Who published an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publisher {
    /// The entity, where known.
    pub entity: Option<EntityId>,
    /// The plain name.
    pub name: String,
}

impl Publisher {
    /// What articles are grouped by: the entity's name, else the plain one;
    /// `None` where neither is known.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        match &self.entity {
            Some(entity) => Some(entity.to_string()),
            None if self.name.is_empty() => None,
            None => Some(self.name.clone()),
        }
    }
}

/// One published text. Its id stands beside it, not in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Article {
    /// The headline.
    pub title: String,
    /// The text, or what is known of it.
    pub body: Body,
    /// The language.
    pub language: Option<LanguageTag>,
    /// The article's own address.
    pub canonical_url: Option<CanonicalUrl>,
    /// Who published it.
    pub publisher: Publisher,
    /// The byline's names.
    pub authors: Vec<String>,
    /// The news agency whose copy it is.
    pub source_agency: String,
    /// When it was published.
    pub published_at: Option<Timestamp>,
    /// When the caller fetched it.
    pub retrieved_at: Option<Timestamp>,
    /// Whether it may be used; `None` in a draft that does not say.
    pub pub_status: Option<PubStatus>,
    /// The kind of publication; `None` in a draft that does not say.
    pub medium: Option<Medium>,
    /// Labels of the caller's own.
    pub labels: BTreeMap<String, String>,
    /// Anything else the caller wants kept.
    pub metadata: serde_json::Map<String, serde_json::Value>,
    /// The article that this one repeats.
    pub duplicate_of: Option<ArticleId>,
    /// What made the record.
    pub origin: Origin,
    /// The number of this version of the body, from 1.
    pub version: u32,
}

impl Article {
    /// The id that the server gives a new article that names none: readable, and
    /// the same for the same address, else for the same title and text.
    pub fn mint_id(&self) -> Result<ArticleId, IdError> {
        let mut hasher = blake3::Hasher::new();
        match &self.canonical_url {
            Some(url) => {
                hasher.update(b"url\0").update(url.as_str().as_bytes());
            }
            None => {
                let text = self.body.hash.unwrap_or_default();
                hasher.update(b"text\0").update(self.title.as_bytes()).update(b"\0").update(&text);
            }
        }
        let hash = hasher.finalize().to_hex();
        let hash = hash.get(..12).unwrap_or_default();
        let words = slug(&self.title, 44);
        let words = if words.is_empty() { "article" } else { &words };
        ArticleId::new(&format!("{words}-{hash}"))
    }

    /// Takes a newer sending of the same article: what it says replaces, what it
    /// leaves empty stays. The version goes up where the body changed.
    #[must_use]
    pub fn revised_by(&self, sent: Self, body_dropped: bool) -> Self {
        let body = match (&sent.body.hash, body_dropped) {
            (None, false) => self.body.clone(),
            (Some(hash), _) if Some(*hash) == self.body.hash => {
                Body { extent: sent.body.extent, ..self.body.clone() }
            }
            _ => sent.body,
        };
        let version = if body.hash == self.body.hash { self.version } else { self.version + 1 };
        Self {
            title: or_stored(sent.title, &self.title),
            body,
            language: sent.language.or_else(|| self.language.clone()),
            canonical_url: sent.canonical_url.or_else(|| self.canonical_url.clone()),
            publisher: if sent.publisher == Publisher::default() {
                self.publisher.clone()
            } else {
                sent.publisher
            },
            authors: or_stored(sent.authors, &self.authors),
            source_agency: or_stored(sent.source_agency, &self.source_agency),
            published_at: sent.published_at.or(self.published_at),
            retrieved_at: sent.retrieved_at.or(self.retrieved_at),
            pub_status: sent.pub_status.or(self.pub_status),
            medium: sent.medium.or(self.medium),
            labels: or_stored(sent.labels, &self.labels),
            metadata: if sent.metadata.is_empty() { self.metadata.clone() } else { sent.metadata },
            duplicate_of: sent.duplicate_of.or_else(|| self.duplicate_of.clone()),
            origin: if sent.origin.says_the_same(&Origin::default()) {
                self.origin.clone()
            } else {
                sent.origin
            },
            version,
        }
    }

    /// Whether `other` says the same in all that a caller can set, the time of
    /// retrieval aside.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let comparable = |article: &Self| Self {
            body: article.body.without_text(),
            retrieved_at: None,
            origin: Origin::default(),
            ..article.clone()
        };
        self.origin.says_the_same(&other.origin) && comparable(self) == comparable(other)
    }
}

/// `sent`, or what is stored where nothing was sent.
fn or_stored<T: Default + PartialEq + Clone>(sent: T, stored: &T) -> T {
    if sent == T::default() { stored.clone() } else { sent }
}
