//! What is kept of articles, statements and wordings, in an encoding of its own.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::fingerprint::QUOTATION_WORDS;
use super::keys::{ArticleKey, GroupKey, SpeakerKey, short_hash};
use super::table::TableError;
use super::words::Word;
use crate::domain::article::{Article, PubStatus};
use crate::domain::id::{ArticleId, EntityId};
use crate::domain::name::{self, Name};
use crate::domain::statement::{Rank, Statement, StatementStatus};
use crate::domain::time::Timestamp;

/// The number of this layout: another one is built anew.
pub(super) const LAYOUT: u32 = 2;

/// How far the log was followed.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    pub(super) layout: u32,
    pub(super) store_id: [u8; 16],
    pub(super) revision: u64,
}

impl Meta {
    /// Whether it tells of what this code makes of the records of a store.
    pub(super) fn is_of(&self, store_id: Uuid) -> bool {
        self.layout == LAYOUT && self.store_id == *store_id.as_bytes()
    }
}

/// An article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ArticleFacts {
    pub(super) id: String,
    pub(super) usable: bool,
    /// The publisher's key; empty where none is known.
    pub(super) outlet: String,
    /// Where its text comes from, folded: the agency, else its own publisher.
    pub(super) source: String,
    /// Whether that is an agency.
    pub(super) agency: bool,
    pub(super) duplicate_of: Option<String>,
    /// In microseconds since 1970.
    pub(super) published: Option<i64>,
    pub(super) body_hash: Option<[u8; 32]>,
}

impl ArticleFacts {
    pub(super) fn of(id: &ArticleId, article: &Article) -> Self {
        let agency = name::fold(&article.source_agency);
        let by_agency = !agency.is_empty();
        let source = if agency.is_empty() { name::fold(&article.publisher.name) } else { agency };
        Self {
            id: id.as_str().to_owned(),
            usable: article.pub_status.unwrap_or_default() == PubStatus::Usable,
            outlet: article.publisher.key().unwrap_or_default(),
            source,
            agency: by_agency,
            duplicate_of: article.duplicate_of.as_ref().map(|other| other.as_str().to_owned()),
            published: article.published_at.map(Timestamp::as_microsecond),
            body_hash: article.body.hash,
        }
    }
}

/// How near two bodies are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct NearFacts {
    /// The share of all runs of words that both have.
    pub(super) resemblance: f64,
    /// The share of the shorter one's that the other has.
    pub(super) containment: f64,
    /// How many quoted spans both have.
    pub(super) quotes: u32,
    /// Whether it is beyond reasonable doubt that they have one origin.
    pub(super) sure: bool,
}

/// Who speaks, as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum SpeakerFacts {
    /// An entity, by its id.
    Entity(String),
    /// A name that is linked to no entity, folded.
    Named(String),
    /// Nobody who is named.
    Unknown,
}

impl SpeakerFacts {
    fn of(statement: &Statement) -> Self {
        let Some(speaker) = &statement.speaker else { return Self::Unknown };
        if let Some(entity) = &speaker.entity {
            return Self::Entity(entity.as_str().to_owned());
        }
        let mention = speaker.mention.as_ref().filter(|_| !speaker.anonymous);
        match mention.map(|mention| Self::named(&mention.text)) {
            Some(named) => named,
            None => Self::Unknown,
        }
    }

    /// The speaker that a name without an entity stands for: nobody, where it is a
    /// bare title or a pronoun.
    pub(super) fn named(text: &str) -> Self {
        let folded = name::fold(text);
        if folded.is_empty() || Name::parse(text).is_bare() {
            return Self::Unknown;
        }
        Self::Named(folded)
    }

    /// The number of one who is known; `None`: nobody is named.
    pub(super) fn key(&self) -> Option<SpeakerKey> {
        match self {
            Self::Entity(id) => Some(entity_key(id)),
            Self::Named(name) => Some(short_hash(format!("n{name}").as_bytes())),
            Self::Unknown => None,
        }
    }

    pub(super) fn entity(&self) -> Option<EntityId> {
        match self {
            Self::Entity(id) => EntityId::new(id).ok(),
            _ => None,
        }
    }
}

pub(super) fn entity_key(entity: &str) -> SpeakerKey {
    short_hash(format!("e{entity}").as_bytes())
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct StatementFacts {
    pub(super) speaker: SpeakerFacts,
    /// How the article names the speaker.
    pub(super) mention: String,
    /// Whether it is active and not deprecated.
    pub(super) stands: bool,
    pub(super) passages: Vec<PassageFacts>,
}

/// Words that stand together in a statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PassageFacts {
    pub(super) text: String,
    pub(super) quoted: bool,
    /// The wording that it was put under; `None`: under none.
    pub(super) group: Option<GroupKey>,
}

impl StatementFacts {
    pub(super) fn of(statement: &Statement) -> Self {
        let mention = statement.speaker.as_ref().and_then(|speaker| speaker.mention.as_ref());
        Self {
            speaker: SpeakerFacts::of(statement),
            mention: mention.map(|mention| mention.text.clone()).unwrap_or_default(),
            stands: statement.status == StatementStatus::Active
                && statement.rank != Rank::Deprecated,
            passages: passages(statement),
        }
    }
}

/// The passages of a statement: quoted spans that follow each other are one, since
/// only the reporting clause parts them; where not all is quoted, the whole is one
/// more, in the outlet's words.
fn passages(statement: &Statement) -> Vec<PassageFacts> {
    let mut passages: Vec<PassageFacts> = Vec::new();
    let passage = |text: String, quoted| PassageFacts { text, quoted, group: None };
    let spans: Vec<(&str, bool)> =
        statement.content.iter().map(|span| (span.selector.exact.as_str(), span.quoted)).collect();
    let words = |spans: &[(&str, bool)]| -> String {
        spans.iter().map(|(words, _)| *words).collect::<Vec<_>>().join(" ")
    };
    for run in spans.chunk_by(|one, other| one.1 == other.1) {
        if run.first().is_some_and(|(_, quoted)| *quoted) {
            passages.push(passage(words(run), true));
        }
    }
    if spans.iter().any(|(_, quoted)| !quoted) {
        passages.push(passage(words(&spans), false));
    }
    passages
}

/// A wording: the same words, folded, by the same speaker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GroupFacts {
    /// Who speaks, mergers of entities followed.
    pub(super) speaker: SpeakerFacts,
    /// The article, where nobody is named: such words are held to be the same only
    /// within near-duplicates.
    pub(super) article: Option<ArticleKey>,
    /// As one of the statements has them.
    pub(super) text: String,
    pub(super) quoted: bool,
}

impl GroupFacts {
    /// The number of the speaker; all who are not named share one.
    pub(super) fn speaker_key(&self) -> SpeakerKey {
        self.speaker.key().unwrap_or_else(|| short_hash(b"u"))
    }

    /// The number of the wording.
    pub(super) fn key(&self, words: &[Word]) -> GroupKey {
        let mut bytes = self.speaker_key().to_vec();
        bytes.extend(self.article.iter().flatten());
        bytes.push(u8::from(self.quoted));
        for word in words {
            bytes.extend([u8::from(word.bracketed), u8::from(word.after_gap)]);
            bytes.extend_from_slice(word.fold.as_bytes());
            bytes.push(0);
        }
        short_hash(&bytes)
    }

    /// Whether it belongs to a quotation.
    pub(super) fn is_quotation(&self, words: &[Word]) -> bool {
        self.quoted && words.len() >= QUOTATION_WORDS
    }
}

/// What lists tell of a quotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SummaryFacts {
    pub(super) id: u64,
    pub(super) speaker: SpeakerFacts,
    /// How the earliest article names the speaker.
    pub(super) mention: String,
    /// The commonest wording.
    pub(super) text: String,
    pub(super) wordings: u32,
    pub(super) statements: u32,
    pub(super) articles: u32,
    pub(super) outlets: u32,
    /// The first of their keys.
    pub(super) publishers: Vec<String>,
    pub(super) origins: (u32, u32),
    pub(super) first_seen: Option<i64>,
    pub(super) last_seen: Option<i64>,
    /// How many words the farthest wording is from the commonest.
    pub(super) drift: u32,
}

/// What has, or had, an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum IdFacts {
    /// A passage of a statement: it is that of the quotation to which this belongs.
    Passage(ArticleKey, String, u32),
    /// A passage that is gone, and gave its quotation the id: the wording that it had.
    Gone(GroupKey),
}

/// The id that a passage gives the quotation whose earliest one it is.
pub(super) fn id_of(article: &ArticleKey, statement: &str, ordinal: u32) -> u64 {
    let mut bytes = article.to_vec();
    bytes.extend_from_slice(statement.as_bytes());
    bytes.extend_from_slice(&ordinal.to_be_bytes());
    u64::from_be_bytes(short_hash(&bytes))
}

pub(super) fn encode<T: Serialize>(value: &T) -> Result<Vec<u8>, TableError> {
    postcard::to_stdvec(value).map_err(|error| TableError::Failed(error.to_string()))
}

pub(super) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, TableError> {
    postcard::from_bytes(bytes).map_err(|error| TableError::Damaged(error.to_string()))
}
