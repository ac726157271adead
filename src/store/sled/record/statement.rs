//! The stored form of a statement.

use super::common::{
    CoarseTimeMessage, Decoded, MomentMessage, Numbered as _, OriginMessage, SelectorMessage, all,
    entity_text, language_text, number, numbered, perhaps, perhaps_entity, perhaps_language,
    perhaps_numbered, statement_name, text_of,
};
use super::term::TripleMessage;
use crate::domain::id::{StatementId, StatementName};
use crate::domain::statement::{
    Anchoring, ArticleCopy, ContentSpan, Cue, Mention, Retraction, Speaker, Statement,
    StatementLink, Translation,
};

/// A statement.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct StatementMessage {
    #[prost(string, tag = "1")]
    article: String,
    #[prost(string, tag = "2")]
    id: String,
    #[prost(uint32, tag = "3")]
    kind: u32,
    #[prost(message, repeated, tag = "4")]
    content: Vec<SpanMessage>,
    #[prost(message, optional, tag = "5")]
    cue: Option<CueMessage>,
    #[prost(message, optional, tag = "6")]
    speaker: Option<SpeakerMessage>,
    #[prost(message, repeated, tag = "7")]
    addressees: Vec<MentionMessage>,
    #[prost(message, repeated, tag = "8")]
    mentions: Vec<MentionMessage>,
    #[prost(message, optional, tag = "9")]
    triple: Option<TripleMessage>,
    #[prost(message, optional, tag = "10")]
    uttered_at: Option<CoarseTimeMessage>,
    #[prost(message, optional, tag = "11")]
    reference_time: Option<CoarseTimeMessage>,
    #[prost(string, tag = "12")]
    language: String,
    #[prost(message, optional, tag = "13")]
    translation: Option<TranslationMessage>,
    #[prost(double, optional, tag = "14")]
    confidence: Option<f64>,
    #[prost(uint32, tag = "15")]
    rank: u32,
    #[prost(string, tag = "16")]
    rank_reason: String,
    #[prost(string, tag = "17")]
    parent: String,
    #[prost(string, repeated, tag = "18")]
    topics: Vec<String>,
    #[prost(message, repeated, tag = "19")]
    links: Vec<LinkMessage>,
    #[prost(message, optional, tag = "20")]
    origin: Option<OriginMessage>,
    #[prost(uint32, tag = "21")]
    status: u32,
    #[prost(message, optional, tag = "22")]
    retraction: Option<RetractionMessage>,
    #[prost(uint32, tag = "23")]
    article_version: u32,
    #[prost(string, tag = "24")]
    publisher: String,
    #[prost(string, tag = "25")]
    article_language: String,
    #[prost(message, optional, tag = "26")]
    published_at: Option<MomentMessage>,
    #[prost(message, optional, tag = "27")]
    anchoring: Option<AnchoringMessage>,
    #[prost(bool, tag = "28")]
    edited: bool,
}

impl StatementMessage {
    pub(super) fn of(name: &StatementName, statement: Statement) -> Self {
        Self {
            article: name.article.as_str().into(),
            id: name.statement.as_str().into(),
            kind: number(statement.kind),
            content: statement.content.into_iter().map(SpanMessage::of).collect(),
            cue: statement.cue.map(CueMessage::of),
            speaker: statement.speaker.map(SpeakerMessage::of),
            addressees: statement.addressees.into_iter().map(MentionMessage::of).collect(),
            mentions: statement.mentions.into_iter().map(MentionMessage::of).collect(),
            triple: statement.triple.map(TripleMessage::of),
            uttered_at: statement.uttered_at.map(CoarseTimeMessage::of),
            reference_time: statement.reference_time.map(CoarseTimeMessage::of),
            language: language_text(statement.language.as_ref()),
            translation: statement.translation.map(TranslationMessage::of),
            confidence: statement.confidence,
            rank: statement.rank.number(),
            rank_reason: statement.rank_reason,
            parent: text_of(statement.parent.as_ref(), StatementId::as_str),
            topics: statement.topics,
            links: statement.links.into_iter().map(LinkMessage::of).collect(),
            origin: OriginMessage::of(statement.origin),
            status: statement.status.number(),
            retraction: statement.retraction.map(RetractionMessage::of),
            article_version: statement.article.version,
            publisher: statement.article.publisher,
            article_language: language_text(statement.article.language.as_ref()),
            published_at: statement.article.published_at.map(MomentMessage::of),
            anchoring: statement.anchoring.map(AnchoringMessage::of),
            edited: statement.edited,
        }
    }

    pub(super) fn restore(self) -> Decoded<(StatementName, Statement)> {
        let name = statement_name(&self.article, &self.id)?;
        let statement = Statement {
            kind: perhaps_numbered(self.kind, "kind of statement")?,
            content: all(self.content, SpanMessage::restore)?,
            cue: self.cue.map(CueMessage::restore),
            speaker: self.speaker.map(SpeakerMessage::restore).transpose()?,
            addressees: all(self.addressees, MentionMessage::restore)?,
            mentions: all(self.mentions, MentionMessage::restore)?,
            triple: self.triple.map(TripleMessage::restore).transpose()?,
            uttered_at: self.uttered_at.map(CoarseTimeMessage::restore).transpose()?,
            reference_time: self.reference_time.map(CoarseTimeMessage::restore).transpose()?,
            language: perhaps_language(&self.language)?,
            translation: self.translation.map(TranslationMessage::restore).transpose()?,
            confidence: self.confidence,
            rank: numbered(self.rank, "rank")?,
            rank_reason: self.rank_reason,
            parent: perhaps(&self.parent, StatementId::new)?,
            topics: self.topics,
            links: all(self.links, LinkMessage::restore)?,
            origin: OriginMessage::restore(self.origin)?,
            status: numbered(self.status, "status")?,
            retraction: self.retraction.map(RetractionMessage::restore).transpose()?,
            article: ArticleCopy {
                version: self.article_version,
                publisher: self.publisher,
                language: perhaps_language(&self.article_language)?,
                published_at: self.published_at.map(MomentMessage::restore).transpose()?,
            },
            anchoring: self.anchoring.map(AnchoringMessage::restore).transpose()?,
            edited: self.edited,
        };
        Ok((name, statement))
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct SpanMessage {
    #[prost(message, optional, tag = "1")]
    selector: Option<SelectorMessage>,
    #[prost(bool, tag = "2")]
    quoted: bool,
}

impl SpanMessage {
    fn of(span: ContentSpan) -> Self {
        Self { selector: Some(SelectorMessage::of(span.selector)), quoted: span.quoted }
    }

    fn restore(self) -> Decoded<ContentSpan> {
        let selector = self.selector.unwrap_or_default().restore();
        Ok(ContentSpan { selector, quoted: self.quoted })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct CueMessage {
    #[prost(string, tag = "1")]
    text: String,
    #[prost(message, optional, tag = "2")]
    selector: Option<SelectorMessage>,
}

impl CueMessage {
    fn of(cue: Cue) -> Self {
        Self { text: cue.text, selector: cue.selector.map(SelectorMessage::of) }
    }

    fn restore(self) -> Cue {
        Cue { text: self.text, selector: self.selector.map(SelectorMessage::restore) }
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct MentionMessage {
    #[prost(string, tag = "1")]
    text: String,
    #[prost(message, optional, tag = "2")]
    selector: Option<SelectorMessage>,
    #[prost(string, tag = "3")]
    entity: String,
    #[prost(uint32, tag = "4")]
    kind: u32,
}

impl MentionMessage {
    fn of(mention: Mention) -> Self {
        Self {
            text: mention.text,
            selector: mention.selector.map(SelectorMessage::of),
            entity: entity_text(mention.entity.as_ref()),
            kind: number(mention.kind),
        }
    }

    fn restore(self) -> Decoded<Mention> {
        Ok(Mention {
            text: self.text,
            selector: self.selector.map(SelectorMessage::restore),
            entity: perhaps_entity(&self.entity)?,
            kind: perhaps_numbered(self.kind, "type of entity")?,
        })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct SpeakerMessage {
    #[prost(string, tag = "1")]
    entity: String,
    #[prost(message, optional, tag = "2")]
    mention: Option<MentionMessage>,
    #[prost(bool, tag = "3")]
    anonymous: bool,
    #[prost(string, tag = "4")]
    description: String,
}

impl SpeakerMessage {
    fn of(speaker: Speaker) -> Self {
        Self {
            entity: entity_text(speaker.entity.as_ref()),
            mention: speaker.mention.map(MentionMessage::of),
            anonymous: speaker.anonymous,
            description: speaker.description,
        }
    }

    fn restore(self) -> Decoded<Speaker> {
        Ok(Speaker {
            entity: perhaps_entity(&self.entity)?,
            mention: self.mention.map(MentionMessage::restore).transpose()?,
            anonymous: self.anonymous,
            description: self.description,
        })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct TranslationMessage {
    #[prost(string, tag = "1")]
    original_language: String,
    #[prost(string, tag = "2")]
    original_text: String,
}

impl TranslationMessage {
    fn of(translation: Translation) -> Self {
        Self {
            original_language: language_text(translation.original_language.as_ref()),
            original_text: translation.original_text,
        }
    }

    fn restore(self) -> Decoded<Translation> {
        Ok(Translation {
            original_language: perhaps_language(&self.original_language)?,
            original_text: self.original_text,
        })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct LinkMessage {
    #[prost(string, tag = "1")]
    target_article: String,
    #[prost(string, tag = "2")]
    target_statement: String,
    #[prost(uint32, tag = "3")]
    kind: u32,
    #[prost(string, tag = "4")]
    reason: String,
    #[prost(double, optional, tag = "5")]
    confidence: Option<f64>,
    #[prost(message, optional, tag = "6")]
    origin: Option<OriginMessage>,
}

impl LinkMessage {
    fn of(link: StatementLink) -> Self {
        Self {
            target_article: link.target.article.as_str().into(),
            target_statement: link.target.statement.as_str().into(),
            kind: link.kind.number(),
            reason: link.reason,
            confidence: link.confidence,
            origin: OriginMessage::of(link.origin),
        }
    }

    fn restore(self) -> Decoded<StatementLink> {
        Ok(StatementLink {
            target: statement_name(&self.target_article, &self.target_statement)?,
            kind: numbered(self.kind, "type of link")?,
            reason: self.reason,
            confidence: self.confidence,
            origin: OriginMessage::restore(self.origin)?,
        })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct RetractionMessage {
    #[prost(uint32, tag = "1")]
    kind: u32,
    #[prost(string, tag = "2")]
    reason: String,
    #[prost(string, tag = "3")]
    by: String,
    #[prost(message, optional, tag = "4")]
    time: Option<MomentMessage>,
}

impl RetractionMessage {
    fn of(retraction: Retraction) -> Self {
        Self {
            kind: retraction.kind.number(),
            reason: retraction.reason,
            by: retraction.by,
            time: Some(MomentMessage::of(retraction.time)),
        }
    }

    fn restore(self) -> Decoded<Retraction> {
        Ok(Retraction {
            kind: numbered(self.kind, "kind of retraction")?,
            reason: self.reason,
            by: self.by,
            time: self.time.unwrap_or_default().restore()?,
        })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct AnchoringMessage {
    #[prost(uint32, tag = "1")]
    kind: u32,
    #[prost(string, repeated, tag = "2")]
    previous_words: Vec<String>,
    #[prost(uint32, tag = "3")]
    from_version: u32,
}

impl AnchoringMessage {
    fn of(anchoring: Anchoring) -> Self {
        let Anchoring { kind, previous_words, from_version } = anchoring;
        Self { kind: kind.number(), previous_words, from_version }
    }

    fn restore(self) -> Decoded<Anchoring> {
        Ok(Anchoring {
            kind: numbered(self.kind, "kind of anchoring")?,
            previous_words: self.previous_words,
            from_version: self.from_version,
        })
    }
}
