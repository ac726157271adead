//! The statement: one occurrence of someone saying something in one article.

use super::entity::EntityType;
use super::id::{ArticleId, EntityId, IdError, StatementId, StatementName};
use super::origin::Origin;
use super::selector::Selector;
use super::text::LanguageTag;
use super::time::{CoarseTime, Timestamp};
pub use super::triple::{Qualifier, Term, Triple};

/// How the words reach the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatementKind {
    /// In quotation marks.
    Direct,
    /// Partly in quotation marks.
    Mixed,
    /// In the outlet's words.
    Indirect,
    /// The outlet itself asserts it.
    Narrated,
}

/// How much a statement is to be relied on (Wikibase's ranks).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Rank {
    /// The best of several.
    Preferred,
    /// As good as any.
    #[default]
    Normal,
    /// Known to be wrong or superseded, with a reason.
    Deprecated,
}

/// Whether a statement stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum StatementStatus {
    /// Its words stand in the newest version of its article.
    #[default]
    Active,
    /// Its words are gone from a newer version.
    Orphaned,
    /// It was retracted.
    Retracted,
}

/// Why a statement was retracted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RetractionKind {
    /// The publisher withdrew it.
    WithdrawnByPublisher,
    /// It was recorded wrongly.
    RecordingError,
    /// A newer statement takes its place.
    Superseded,
}

/// Why, by whom and when a statement was retracted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retraction {
    /// The kind.
    pub kind: RetractionKind,
    /// The reason in words.
    pub reason: String,
    /// Who retracted it.
    pub by: String,
    /// When.
    pub time: Timestamp,
}

/// How one statement bears on another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkType {
    /// It gives the other weight.
    Supports,
    /// Both can't be true.
    Contradicts,
    /// The same speaker says it again.
    Reaffirms,
    /// The same speaker says it more weakly.
    Softens,
    /// The same speaker now says the opposite.
    Reverses,
    /// Someone says that the other is not so.
    Denies,
    /// It puts the other right.
    Corrects,
}

impl StatementKind {
    /// Its name, such as `DIRECT`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Direct => "DIRECT",
            Self::Mixed => "MIXED",
            Self::Indirect => "INDIRECT",
            Self::Narrated => "NARRATED",
        }
    }
}

impl StatementStatus {
    /// Its name, such as `ACTIVE`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Orphaned => "ORPHANED",
            Self::Retracted => "RETRACTED",
        }
    }
}

impl LinkType {
    /// Its name, such as `DENIES`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Supports => "SUPPORTS",
            Self::Contradicts => "CONTRADICTS",
            Self::Reaffirms => "REAFFIRMS",
            Self::Softens => "SOFTENS",
            Self::Reverses => "REVERSES",
            Self::Denies => "DENIES",
            Self::Corrects => "CORRECTS",
        }
    }
}

/// How this statement bears on another one.
#[derive(Clone, Debug, PartialEq)]
pub struct StatementLink {
    /// The other statement.
    pub target: StatementName,
    /// How it bears on it.
    pub kind: LinkType,
    /// Why the link was made.
    pub reason: String,
    /// How sure the link is, 0 to 1.
    pub confidence: Option<f64>,
    /// What made the link.
    pub origin: Origin,
}

/// A link as the statement that it points to shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomingLink {
    /// The statement that has the link.
    pub source: StatementName,
    /// How it bears on this one.
    pub kind: LinkType,
    /// Why the link was made.
    pub reason: String,
    /// How sure the link is, 0 to 1.
    pub confidence: Option<f64>,
    /// What made the link.
    pub origin: Origin,
}

/// How a statement came into the version of its article that it is anchored in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnchoringKind {
    /// The same words in the same place.
    Unchanged,
    /// The same words elsewhere.
    Moved,
    /// Other words.
    Reworded,
}

/// How a statement was carried over from an older version of its article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchoring {
    /// How.
    pub kind: AnchoringKind,
    /// The words that it had before, span by span, where they changed.
    pub previous_words: Vec<String>,
    /// The version in which it was anchored before.
    pub from_version: u32,
}

impl Anchoring {
    /// How a statement that was anchored in `from_version` with the spans `before`
    /// came to have the spans `after`.
    #[must_use]
    pub fn between(before: &[ContentSpan], after: &[ContentSpan], from_version: u32) -> Self {
        let words = |spans: &[ContentSpan]| -> Vec<String> {
            spans.iter().map(|span| span.selector.exact.clone()).collect()
        };
        let places = |spans: &[ContentSpan]| -> Vec<_> {
            spans.iter().map(|span| (span.selector.start, span.selector.end)).collect()
        };
        let previous_words = words(before);
        let kind = if previous_words != words(after) {
            AnchoringKind::Reworded
        } else if places(before) != places(after) {
            AnchoringKind::Moved
        } else {
            AnchoringKind::Unchanged
        };
        let kept = kind == AnchoringKind::Reworded;
        let previous_words = if kept { previous_words } else { Vec::new() };
        Self { kind, previous_words, from_version }
    }
}

/// A span of what is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentSpan {
    /// Where it stands.
    pub selector: Selector,
    /// Whether it stands in quotation marks.
    pub quoted: bool,
}

/// The reporting word or words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cue {
    /// The words.
    pub text: String,
    /// Where they stand, where anchored.
    pub selector: Option<Selector>,
}

/// A span of text that names an entity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mention {
    /// The wording.
    pub text: String,
    /// Where it stands, where anchored.
    pub selector: Option<Selector>,
    /// The entity it names, where linked.
    pub entity: Option<EntityId>,
    /// What kind of thing is named, as the caller sees it.
    pub kind: Option<EntityType>,
}

/// Who says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Speaker {
    /// The entity, where linked.
    pub entity: Option<EntityId>,
    /// How the article names the speaker.
    pub mention: Option<Mention>,
    /// Whether the outlet withholds who it is.
    pub anonymous: bool,
    /// Who it is in words.
    pub description: String,
}

/// Where translated words came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Translation {
    /// The language in which they were said.
    pub original_language: Option<LanguageTag>,
    /// The words in that language.
    pub original_text: String,
}

/// What a statement keeps of its article, so that a list needs no join.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ArticleCopy {
    /// The version that the selectors hold for.
    pub version: u32,
    /// The publisher's entity name, else its plain name.
    pub publisher: String,
    /// The language.
    pub language: Option<LanguageTag>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
}

/// One occurrence of someone saying something in one article. Its name stands
/// beside it, not in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statement {
    /// How the words reach the reader; `None` in a draft that does not say.
    pub kind: Option<StatementKind>,
    /// What is said.
    pub content: Vec<ContentSpan>,
    /// The reporting words.
    pub cue: Option<Cue>,
    /// Who says it.
    pub speaker: Option<Speaker>,
    /// To whom.
    pub addressees: Vec<Mention>,
    /// The names in the words.
    pub mentions: Vec<Mention>,
    /// What is claimed.
    pub triple: Option<Triple>,
    /// When it was said.
    pub uttered_at: Option<CoarseTime>,
    /// The time that the words speak of.
    pub reference_time: Option<CoarseTime>,
    /// The language of the words, where it is not the article's.
    pub language: Option<LanguageTag>,
    /// Where translated words came from.
    pub translation: Option<Translation>,
    /// How sure it is, 0 to 1.
    pub confidence: Option<f64>,
    /// How much it is to be relied on.
    pub rank: Rank,
    /// Why it has that rank.
    pub rank_reason: String,
    /// The statement inside which this one is reported, of the same article.
    pub parent: Option<StatementId>,
    /// What it is about.
    pub topics: Vec<String>,
    /// How it bears on other statements.
    pub links: Vec<StatementLink>,
    /// What made the record.
    pub origin: Origin,
    /// Whether it stands.
    pub status: StatementStatus,
    /// Why it was retracted.
    pub retraction: Option<Retraction>,
    /// What it keeps of its article.
    pub article: ArticleCopy,
    /// How it was carried over from an older version of its article; `None` where
    /// it stands as it was first anchored.
    pub anchoring: Option<Anchoring>,
    /// Whether it was changed by hand since it was recorded: what an extractor finds
    /// does not take its place.
    pub edited: bool,
}

impl Statement {
    /// The kind told from which spans are quoted.
    #[must_use]
    pub fn kind_of_spans(&self) -> StatementKind {
        let quoted = self.content.iter().filter(|span| span.quoted).count();
        match quoted {
            0 => StatementKind::Indirect,
            all if all == self.content.len() => StatementKind::Direct,
            _ => StatementKind::Mixed,
        }
    }

    /// The kind, told from its spans where it is not given.
    #[must_use]
    pub fn kind_or_told(&self) -> StatementKind {
        self.kind.unwrap_or_else(|| self.kind_of_spans())
    }

    /// The time by which statements are ordered, in microseconds since 1970: when
    /// it was said, else when it was published.
    #[must_use]
    pub fn sort_micros(&self) -> Option<i64> {
        self.sort_span().map(|(start, _)| start)
    }

    /// The same from its first moment to the one behind its last: of times that
    /// begin together the narrower comes first.
    #[must_use]
    pub fn sort_span(&self) -> Option<(i64, i64)> {
        match &self.uttered_at {
            Some(uttered) => Some((uttered.start_micros(), uttered.end_micros())),
            None => {
                let published = self.article.published_at.map(Timestamp::as_microsecond);
                published.map(|moment| (moment, moment))
            }
        }
    }

    /// The speaker's entity.
    #[must_use]
    pub fn speaker_entity(&self) -> Option<&EntityId> {
        self.speaker.as_ref().and_then(|speaker| speaker.entity.as_ref())
    }

    /// Every entity that the words are about or addressed to, some perhaps twice:
    /// mentions, addressees and the triple's ends.
    pub fn entities_mentioned(&self) -> impl Iterator<Item = &EntityId> {
        let mentions = self.mentions.iter().chain(&self.addressees);
        let named = mentions.filter_map(|mention| mention.entity.as_ref());
        named.chain(self.triple.iter().flat_map(Triple::entities_named))
    }

    /// The id that the server gives a statement that names none: from the words,
    /// the speaker's mention, and how many alike came before it in the ingest.
    pub fn mint_id(&self, article: &ArticleId, ordinal: usize) -> Result<StatementId, IdError> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.mint_key(article).as_bytes());
        hasher.update(&(ordinal as u64).to_be_bytes());
        let hash = hasher.finalize().to_hex();
        StatementId::new(&format!("s{}", hash.get(..12).unwrap_or_default()))
    }

    /// What statements that are minted alike share, apart from their order.
    #[must_use]
    pub fn mint_key(&self, article: &ArticleId) -> blake3::Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(article.as_str().as_bytes());
        for span in &self.content {
            hasher.update(b"\0").update(span.selector.exact.as_bytes());
        }
        let mention = self.speaker.as_ref().and_then(|speaker| speaker.mention.as_ref());
        hasher.update(b"\0\0").update(mention.map_or("", |mention| &mention.text).as_bytes());
        hasher.finalize()
    }

    /// Every selector in it, the content's first.
    pub fn selectors_mut(&mut self) -> impl Iterator<Item = &mut Selector> {
        let content = self.content.iter_mut().map(|span| &mut span.selector);
        let cue = self.cue.iter_mut().filter_map(|cue| cue.selector.as_mut());
        let speaker = self.speaker.iter_mut().filter_map(|speaker| speaker.mention.as_mut());
        let mentions = speaker.chain(&mut self.addressees).chain(&mut self.mentions);
        content.chain(cue).chain(mentions.filter_map(|mention| mention.selector.as_mut()))
    }

    /// Whether `other` says the same in all that a caller can set.
    #[must_use]
    pub fn says_the_same(&self, other: &Self) -> bool {
        let comparable = |statement: &Self| {
            let mut statement = Self {
                origin: Origin::default(),
                anchoring: None,
                edited: false,
                ..statement.clone()
            };
            for link in &mut statement.links {
                link.origin.principal.clear();
                link.origin.batch = None;
            }
            statement
        };
        self.origin.says_the_same(&other.origin) && comparable(self) == comparable(other)
    }
}
