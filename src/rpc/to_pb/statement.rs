//! Statements to the wire.

use std::collections::BTreeMap;

use crate::domain::entity::EntityType;
use crate::domain::id::{RecordName, StatementId, StatementName};
use crate::domain::record::Committed;
use crate::domain::statement::{
    Anchoring, AnchoringKind, ContentSpan, Cue, IncomingLink, LinkType, Mention, Qualifier, Rank,
    Retraction, RetractionKind, Speaker, Statement, StatementKind, StatementLink, StatementStatus,
    Term, Translation, Triple,
};
use crate::rpc::pb;
use crate::rpc::to_pb::entity::entity_type;
use crate::rpc::to_pb::origin::origin;
use crate::rpc::to_pb::selector::selector;
use crate::rpc::to_pb::time::{coarse, timestamp};
use crate::rpc::to_pb::{Marks, count, text};

/// A statement.
pub(super) fn statement(
    name: &RecordName,
    statement: Statement,
    committed: &Committed,
) -> pb::Statement {
    let marks = Marks::of(committed);
    let kind = statement.kind.unwrap_or_else(|| statement.kind_of_spans());
    pb::Statement {
        name: name.to_string(),
        kind: self::kind(kind).into(),
        content: statement.content.into_iter().map(content).collect(),
        cue: statement.cue.map(cue),
        speaker: statement.speaker.map(speaker),
        addressees: statement.addressees.into_iter().map(mention).collect(),
        mentions: statement.mentions.into_iter().map(mention).collect(),
        triple: statement.triple.map(triple),
        uttered_at: statement.uttered_at.map(coarse),
        reference_time: statement.reference_time.map(coarse),
        language: text(statement.language),
        translation: statement.translation.map(translation),
        confidence: statement.confidence,
        rank: rank(statement.rank).into(),
        rank_reason: statement.rank_reason,
        parent: statement.parent.map(|parent| sibling(name, parent)).unwrap_or_default(),
        topics: statement.topics,
        links: statement.links.into_iter().map(link).collect(),
        origin: origin(statement.origin),
        status: status(statement.status).into(),
        retraction: statement.retraction.map(retraction),
        article_version: count(statement.article.version),
        article_publisher: statement.article.publisher,
        article_language: text(statement.article.language),
        article_published_at: statement.article.published_at.map(timestamp),
        create_time: marks.create_time,
        update_time: marks.update_time,
        etag: marks.etag,
        revision: marks.revision,
        anchoring: statement.anchoring.map(anchoring),
        incoming_links: Vec::new(),
        survivors: BTreeMap::new(),
        edited: statement.edited,
    }
}

/// The name of another statement of the same article.
fn sibling(name: &RecordName, statement: StatementId) -> String {
    match name {
        RecordName::Statement(name) => {
            StatementName { article: name.article.clone(), statement }.to_string()
        }
        RecordName::Article(_) | RecordName::Entity(_) => statement.as_str().to_owned(),
    }
}

fn content(span: ContentSpan) -> pb::ContentSpan {
    pb::ContentSpan { selector: Some(selector(span.selector)), quoted: span.quoted }
}

fn cue(cue: Cue) -> pb::Cue {
    pb::Cue { text: cue.text, selector: cue.selector.map(selector) }
}

fn mention(mention: Mention) -> pb::Mention {
    pb::Mention {
        text: mention.text,
        selector: mention.selector.map(selector),
        entity: text(mention.entity),
        r#type: mention_type(mention.kind).into(),
    }
}

fn mention_type(kind: Option<EntityType>) -> pb::EntityType {
    kind.map_or(pb::EntityType::Unspecified, entity_type)
}

fn speaker(speaker: Speaker) -> pb::Speaker {
    pb::Speaker {
        entity: text(speaker.entity),
        mention: speaker.mention.map(mention),
        anonymous: speaker.anonymous,
        description: speaker.description,
    }
}

fn triple(triple: Triple) -> pb::Triple {
    pb::Triple {
        subject: Some(term(triple.subject)),
        predicate: triple.predicate,
        object: triple.object.map(term),
        qualifiers: triple.qualifiers.into_iter().map(qualifier).collect(),
    }
}

fn qualifier(qualifier: Qualifier) -> pb::Qualifier {
    pb::Qualifier { predicate: qualifier.predicate, value: Some(term(qualifier.value)) }
}

fn term(term: Term) -> pb::Term {
    use pb::term::Value;
    let value = match term {
        Term::Entity(entity) => Value::Entity(entity.to_string()),
        Term::Text(text) => Value::Text(text),
        Term::Number(number) => Value::Number(number),
        Term::Time(time) => Value::Time(coarse(time)),
        Term::Boolean(value) => Value::Boolean(value),
    };
    pb::Term { value: Some(value) }
}

fn translation(translation: Translation) -> pb::Translation {
    pb::Translation {
        original_language: text(translation.original_language),
        original_text: translation.original_text,
    }
}

fn link(link: StatementLink) -> pb::StatementLink {
    pb::StatementLink {
        target: link.target.to_string(),
        r#type: link_type(link.kind).into(),
        reason: link.reason,
        confidence: link.confidence,
        origin: origin(link.origin),
    }
}

/// A link as the statement that it points to shows it.
pub(super) fn incoming_link(link: IncomingLink) -> pb::IncomingLink {
    pb::IncomingLink {
        source: link.source.to_string(),
        r#type: link_type(link.kind).into(),
        reason: link.reason,
        confidence: link.confidence,
        origin: origin(link.origin),
    }
}

fn anchoring(anchoring: Anchoring) -> pb::Anchoring {
    let kind = match anchoring.kind {
        AnchoringKind::Unchanged => pb::AnchoringKind::Unchanged,
        AnchoringKind::Moved => pb::AnchoringKind::Moved,
        AnchoringKind::Reworded => pb::AnchoringKind::Reworded,
    };
    pb::Anchoring {
        kind: kind.into(),
        previous_words: anchoring.previous_words,
        from_version: count(anchoring.from_version),
    }
}

fn retraction(retraction: Retraction) -> pb::Retraction {
    pb::Retraction {
        kind: retraction_kind(retraction.kind).into(),
        reason: retraction.reason,
        by: retraction.by,
        time: Some(timestamp(retraction.time)),
    }
}

fn kind(kind: StatementKind) -> pb::StatementKind {
    match kind {
        StatementKind::Direct => pb::StatementKind::Direct,
        StatementKind::Mixed => pb::StatementKind::Mixed,
        StatementKind::Indirect => pb::StatementKind::Indirect,
        StatementKind::Narrated => pb::StatementKind::Narrated,
    }
}

fn rank(rank: Rank) -> pb::Rank {
    match rank {
        Rank::Preferred => pb::Rank::Preferred,
        Rank::Normal => pb::Rank::Normal,
        Rank::Deprecated => pb::Rank::Deprecated,
    }
}

fn status(status: StatementStatus) -> pb::StatementStatus {
    match status {
        StatementStatus::Active => pb::StatementStatus::Active,
        StatementStatus::Orphaned => pb::StatementStatus::Orphaned,
        StatementStatus::Retracted => pb::StatementStatus::Retracted,
    }
}

fn retraction_kind(kind: RetractionKind) -> pb::RetractionKind {
    match kind {
        RetractionKind::WithdrawnByPublisher => pb::RetractionKind::WithdrawnByPublisher,
        RetractionKind::RecordingError => pb::RetractionKind::RecordingError,
        RetractionKind::Superseded => pb::RetractionKind::Superseded,
    }
}

fn link_type(kind: LinkType) -> pb::LinkType {
    match kind {
        LinkType::Supports => pb::LinkType::Supports,
        LinkType::Contradicts => pb::LinkType::Contradicts,
        LinkType::Reaffirms => pb::LinkType::Reaffirms,
        LinkType::Softens => pb::LinkType::Softens,
        LinkType::Reverses => pb::LinkType::Reverses,
        LinkType::Denies => pb::LinkType::Denies,
        LinkType::Corrects => pb::LinkType::Corrects,
    }
}
