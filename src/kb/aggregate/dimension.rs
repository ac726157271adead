//! What statements are grouped by.

use crate::domain::statement::{Speaker, Statement};
use crate::domain::text::LanguageTag;
use crate::domain::time::{CoarseTime, Precision, Timestamp};

/// Something that statements share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Who speaks.
    Speaker,
    /// Each entity that is mentioned.
    Mention,
    /// The article's publisher.
    Publisher,
    /// The kind.
    Kind,
    /// The status.
    Status,
    /// Each topic.
    Topic,
    /// The language.
    Language,
    /// The month in which it was said.
    UtteredMonth,
    /// The day on which it was said.
    UtteredDay,
    /// The month in which it was published.
    PublishedMonth,
    /// The day on which it was published.
    PublishedDay,
}

impl Dimension {
    /// The values that a statement has, each once; an empty one where it has none.
    pub(super) fn values(self, statement: &Statement) -> Vec<String> {
        let mut values: Vec<String> = match self {
            Self::Mention => statement.entities_mentioned().map(ToString::to_string).collect(),
            Self::Topic => statement.topics.clone(),
            single => vec![single.value(statement).unwrap_or_default()],
        };
        values.sort_unstable();
        values.dedup();
        if values.is_empty() {
            values.push(String::new());
        }
        values
    }

    fn value(self, statement: &Statement) -> Option<String> {
        let article = &statement.article;
        let uttered =
            |unit| statement.uttered_at.as_ref().map(|time: &CoarseTime| time.in_units_of(unit));
        let published =
            |format| article.published_at.map(|time: Timestamp| time.strftime(format).to_string());
        match self {
            Self::Speaker => statement.speaker.as_ref().map(speaker),
            Self::Publisher => Some(article.publisher.clone()),
            Self::Kind => Some(statement.kind_or_told().name().to_owned()),
            Self::Status => Some(statement.status.name().to_owned()),
            Self::Language => {
                let language = statement.language.as_ref().or(article.language.as_ref());
                language.map(LanguageTag::to_string)
            }
            Self::UtteredMonth => uttered(Precision::Month),
            Self::UtteredDay => uttered(Precision::Day),
            Self::PublishedMonth => published("%Y-%m"),
            Self::PublishedDay => published("%Y-%m-%d"),
            Self::Mention | Self::Topic => None,
        }
    }
}

fn speaker(speaker: &Speaker) -> String {
    let entity = speaker.entity.as_ref().map(ToString::to_string);
    let mention = || speaker.mention.as_ref().map(|mention| mention.text.clone());
    let named = entity.or_else(mention).filter(|name| !name.is_empty());
    named.unwrap_or_else(|| speaker.description.clone())
}
