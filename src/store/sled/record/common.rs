//! Messages and numbers that records of several kinds share.

use jiff::civil::{Date, DateTime, Time};

use crate::domain::article::{Medium, PubStatus};
use crate::domain::body::BodyExtent;
use crate::domain::entity::{EntityType, NameKind};
use crate::domain::id::{ArticleId, BatchId, EntityId, IdError, StatementId, StatementName};
use crate::domain::origin::Origin;
use crate::domain::selector::Selector;
use crate::domain::statement::{
    AnchoringKind, LinkType, Rank, RetractionKind, StatementKind, StatementStatus,
};
use crate::domain::text::LanguageTag;
use crate::domain::time::{CoarseTime, Precision, Timestamp};
use crate::store::ChangeKind;

/// A decoded value, or why it is none.
pub(super) type Decoded<T> = Result<T, String>;

/// A closed set of values that are stored by number. Numbers are for ever; 0
/// stands for none.
pub(super) trait Numbered: Copy + Sized {
    fn number(self) -> u32;
    fn numbered(number: u32) -> Option<Self>;
}

macro_rules! numbered {
    ($($type:ident { $($variant:ident = $number:literal),+ $(,)? })+) => {$(
        impl Numbered for $type {
            fn number(self) -> u32 {
                match self { $(Self::$variant => $number),+ }
            }

            fn numbered(number: u32) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }
        }
    )+};
}

numbered! {
    PubStatus { Usable = 1, Withheld = 2, Canceled = 3 }
    Medium {
        Text = 1, Broadcast = 2, SocialPost = 3, PressRelease = 4, Transcript = 5, Podcast = 6,
        Other = 7,
    }
    BodyExtent { Full = 1, Excerpt = 2, None = 3 }
    EntityType {
        Person = 1, Organization = 2, Place = 3, Event = 4, Facility = 5, Post = 6, Group = 7,
        Work = 8, Other = 9,
    }
    NameKind { Label = 1, Alias = 2, Transliteration = 3, Abbreviation = 4 }
    StatementKind { Direct = 1, Mixed = 2, Indirect = 3, Narrated = 4 }
    Rank { Preferred = 1, Normal = 2, Deprecated = 3 }
    StatementStatus { Active = 1, Orphaned = 2, Retracted = 3 }
    AnchoringKind { Unchanged = 1, Moved = 2, Reworded = 3 }
    RetractionKind { WithdrawnByPublisher = 1, RecordingError = 2, Superseded = 3 }
    LinkType {
        Supports = 1, Contradicts = 2, Reaffirms = 3, Softens = 4, Reverses = 5, Denies = 6,
        Corrects = 7,
    }
    Precision {
        Second = 1, Minute = 2, Hour = 3, Day = 4, Week = 5, Month = 6, Quarter = 7, Season = 8,
        Year = 9, Decade = 10, Century = 11,
    }
    ChangeKind { Created = 1, Updated = 2, Deleted = 3, Erased = 4 }
}

/// The number of a value, 0 for none.
pub(super) fn number<T: Numbered>(value: Option<T>) -> u32 {
    value.map_or(0, T::number)
}

/// The value that has the number.
pub(super) fn numbered<T: Numbered>(number: u32, what: &str) -> Decoded<T> {
    T::numbered(number).ok_or_else(|| format!("{number} is no {what}"))
}

/// The value that has the number, none for 0.
pub(super) fn perhaps_numbered<T: Numbered>(number: u32, what: &str) -> Decoded<Option<T>> {
    (number != 0).then(|| numbered(number, what)).transpose()
}

/// A value from its text, none where that is empty.
pub(super) fn perhaps<T, E: ToString>(
    text: &str,
    parse: impl FnOnce(&str) -> Result<T, E>,
) -> Decoded<Option<T>> {
    (!text.is_empty()).then(|| parse(text).map_err(|error| error.to_string())).transpose()
}

pub(super) fn article_id(text: &str) -> Decoded<ArticleId> {
    ArticleId::new(text).map_err(|error: IdError| error.to_string())
}

pub(super) fn perhaps_entity(text: &str) -> Decoded<Option<EntityId>> {
    perhaps(text, EntityId::new)
}

pub(super) fn perhaps_language(text: &str) -> Decoded<Option<LanguageTag>> {
    perhaps(text, LanguageTag::new)
}

pub(super) fn statement_name(article: &str, statement: &str) -> Decoded<StatementName> {
    Ok(StatementName {
        article: article_id(article)?,
        statement: StatementId::new(statement).map_err(|error| error.to_string())?,
    })
}

/// The text of an id or the like, empty for none.
pub(super) fn text_of<T>(value: Option<&T>, text: impl Fn(&T) -> &str) -> String {
    value.map_or_else(String::new, |value| text(value).to_owned())
}

pub(super) fn language_text(language: Option<&LanguageTag>) -> String {
    text_of(language, LanguageTag::as_str)
}

pub(super) fn entity_text(entity: Option<&EntityId>) -> String {
    text_of(entity, EntityId::as_str)
}

/// Takes out a list's messages.
pub(super) fn all<M, T>(messages: Vec<M>, restore: impl Fn(M) -> Decoded<T>) -> Decoded<Vec<T>> {
    messages.into_iter().map(restore).collect()
}

/// An exact moment.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub(super) struct MomentMessage {
    #[prost(sint64, tag = "1")]
    seconds: i64,
    #[prost(uint32, tag = "2")]
    nanos: u32,
}

impl MomentMessage {
    pub(super) fn of(time: Timestamp) -> Self {
        let nanos = time.as_nanosecond();
        Self {
            seconds: nanos.div_euclid(1_000_000_000) as i64,
            nanos: nanos.rem_euclid(1_000_000_000) as u32,
        }
    }

    pub(super) fn restore(self) -> Decoded<Timestamp> {
        let nanos = i128::from(self.seconds) * 1_000_000_000 + i128::from(self.nanos);
        Timestamp::from_nanosecond(nanos).map_err(|error| error.to_string())
    }
}

/// A coarse time.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct CoarseTimeMessage {
    #[prost(uint64, tag = "1")]
    start: u64,
    #[prost(uint64, tag = "2")]
    end: u64,
    #[prost(uint32, tag = "3")]
    precision: u32,
    #[prost(sint32, optional, tag = "4")]
    utc_offset: Option<i32>,
    #[prost(string, tag = "5")]
    text: String,
}

impl CoarseTimeMessage {
    pub(super) fn of(time: CoarseTime) -> Self {
        Self {
            start: pack(time.start),
            end: pack(time.end),
            precision: time.precision.number(),
            utc_offset: time.utc_offset,
            text: time.text,
        }
    }

    pub(super) fn restore(self) -> Decoded<CoarseTime> {
        Ok(CoarseTime {
            start: unpack(self.start)?,
            end: unpack(self.end)?,
            precision: numbered(self.precision, "precision")?,
            utc_offset: self.utc_offset,
            text: self.text,
        })
    }
}

/// A civil time as one number: its parts as the digits of a mixed base, so that
/// no calendar is needed to write or read it. Coarse times end at the second.
fn pack(moment: DateTime) -> u64 {
    let digits = [
        (moment.month() - 1, 12),
        (moment.day() - 1, 31),
        (moment.hour(), 24),
        (moment.minute(), 60),
        (moment.second(), 60),
    ];
    let year = u64::from(moment.year().unsigned_abs());
    digits
        .iter()
        .fold(year, |number, (digit, base)| number * base + u64::from(digit.unsigned_abs()))
}

fn unpack(mut number: u64) -> Decoded<DateTime> {
    let mut digit = |base: u64| {
        let digit = (number % base) as i8;
        number /= base;
        digit
    };
    let (second, minute, hour) = (digit(60), digit(60), digit(24));
    let (day, month) = (digit(31) + 1, digit(12) + 1);
    let year = i16::try_from(number).map_err(|_| format!("no year {number}"))?;
    let date = Date::new(year, month, day).map_err(|error| error.to_string())?;
    let time = Time::new(hour, minute, second, 0).map_err(|error| error.to_string())?;
    Ok(date.to_datetime(time))
}

/// What made a record.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct OriginMessage {
    #[prost(string, tag = "1")]
    extractor: String,
    #[prost(string, tag = "2")]
    extractor_version: String,
    #[prost(string, tag = "3")]
    rule: String,
    #[prost(string, tag = "4")]
    principal: String,
    #[prost(string, tag = "5")]
    batch: String,
    #[prost(string, tag = "6")]
    note: String,
}

impl OriginMessage {
    /// Nothing at all for the origin that says nothing.
    pub(super) fn of(origin: Origin) -> Option<Self> {
        (origin != Origin::default()).then(|| Self {
            extractor: origin.extractor,
            extractor_version: origin.extractor_version,
            rule: origin.rule,
            principal: origin.principal,
            batch: text_of(origin.batch.as_ref(), BatchId::as_str),
            note: origin.note,
        })
    }

    pub(super) fn restore(message: Option<Self>) -> Decoded<Origin> {
        let message = message.unwrap_or_default();
        Ok(Origin {
            extractor: message.extractor,
            extractor_version: message.extractor_version,
            rule: message.rule,
            principal: message.principal,
            batch: perhaps(&message.batch, BatchId::new)?,
            note: message.note,
        })
    }
}

/// Where a span of words stands.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct SelectorMessage {
    #[prost(string, tag = "1")]
    exact: String,
    #[prost(string, tag = "2")]
    prefix: String,
    #[prost(string, tag = "3")]
    suffix: String,
    #[prost(uint32, optional, tag = "4")]
    start: Option<u32>,
    #[prost(uint32, optional, tag = "5")]
    end: Option<u32>,
    #[prost(bool, tag = "6")]
    verified: bool,
}

impl SelectorMessage {
    pub(super) fn of(selector: Selector) -> Self {
        let Selector { exact, prefix, suffix, start, end, verified } = selector;
        Self { exact, prefix, suffix, start, end, verified }
    }

    pub(super) fn restore(self) -> Selector {
        let Self { exact, prefix, suffix, start, end, verified } = self;
        Selector { exact, prefix, suffix, start, end, verified }
    }
}
