//! The fields of statements.

use super::visit::{
    PRECISION, batch, coarse, create_time, duration, each, each_shown, end, exact, extractor,
    messages, name, precision, principal, shown, start, text, update_time,
};
use super::{Field, Form, Type, Value, Visit};
use crate::domain::id::{EntityId, RecordName, StatementName};
use crate::domain::record::{Record, Stored};
use crate::domain::statement::{Mention, Rank, Speaker, Statement, Term, Triple};
use crate::query::moment::Grain;

const KIND: Type =
    Type::Enum { prefix: "STATEMENT_KIND_", names: &["DIRECT", "MIXED", "INDIRECT", "NARRATED"] };

const RANK: Type = Type::Enum { prefix: "RANK_", names: &["PREFERRED", "NORMAL", "DEPRECATED"] };

const STATUS: Type =
    Type::Enum { prefix: "STATEMENT_STATUS_", names: &["ACTIVE", "ORPHANED", "RETRACTED"] };

const LINK: Type = Type::Enum {
    prefix: "LINK_TYPE_",
    names: &["SUPPORTS", "CONTRADICTS", "REAFFIRMS", "SOFTENS", "REVERSES", "DENIES", "CORRECTS"],
};

pub(super) static FIELDS: &[Field] = &[
    Field::one("name", Type::Text(Form::Statement), name),
    Field::one("kind", KIND, |record, visit| {
        of(record, |statement| visit(Value::Text(statement.kind_or_told().name())))
    }),
    Field::one("speaker", Type::Message, |record, visit| {
        of(record, |statement| messages(&statement.speaker, visit))
    }),
    Field::one("speaker.entity", Type::Text(Form::Entity), |record, visit| {
        of(record, |statement| shown(statement.speaker_entity(), visit))
    }),
    Field::one("speaker.mention.text", Type::Text(Form::Prose), |record, visit| {
        of_speaker(record, |speaker| {
            speaker.mention.as_ref().is_some_and(|mention| text(&mention.text, visit))
        })
    }),
    Field::one("speaker.description", Type::Text(Form::Prose), |record, visit| {
        of_speaker(record, |speaker| text(&speaker.description, visit))
    }),
    Field::one("speaker.anonymous", Type::Truth, |record, visit| {
        of_speaker(record, |speaker| visit(Value::Truth(speaker.anonymous)))
    }),
    Field::many("mentions", Type::Message, |record, visit| {
        of(record, |statement| messages(&statement.mentions, visit))
    }),
    Field::many("mentions.text", Type::Text(Form::Prose), |record, visit| {
        of(record, |statement| each(statement.mentions.iter().map(|mention| &mention.text), visit))
    }),
    Field::many("mentions.entity", Type::Text(Form::Entity), |record, visit| {
        of(record, |statement| each_shown(statement.entities_mentioned(), visit))
    }),
    Field::many("addressees", Type::Message, |record, visit| {
        of(record, |statement| messages(&statement.addressees, visit))
    }),
    Field::many("addressees.text", Type::Text(Form::Prose), |record, visit| {
        of(record, |statement| {
            each(statement.addressees.iter().map(|mention| &mention.text), visit)
        })
    }),
    Field::many("addressees.entity", Type::Text(Form::Entity), |record, visit| {
        of(record, |statement| each_shown(entities(&statement.addressees), visit))
    }),
    Field::many("content", Type::Text(Form::Prose), |record, visit| {
        of(record, |statement| {
            each(statement.content.iter().map(|span| &span.selector.exact), visit)
        })
    }),
    Field::one("cue.text", Type::Text(Form::Prose), |record, visit| {
        of(record, |statement| statement.cue.as_ref().is_some_and(|cue| text(&cue.text, visit)))
    }),
    Field::one("triple", Type::Message, |record, visit| {
        of(record, |statement| messages(&statement.triple, visit))
    }),
    Field::one("triple.subject", Type::Text(Form::Plain), |record, visit| {
        of_triple(record, |triple| term(&triple.subject, visit))
    }),
    Field::one("triple.predicate", Type::Text(Form::Plain), |record, visit| {
        of_triple(record, |triple| text(&triple.predicate, visit))
    }),
    Field::one("triple.object", Type::Text(Form::Plain), |record, visit| {
        of_triple(record, |triple| triple.object.as_ref().is_some_and(|object| term(object, visit)))
    }),
    Field::coarse("uttered_at", |record, visit| {
        of(record, |statement| coarse(statement.uttered_at.as_ref(), visit))
    }),
    Field::coarse("uttered_at.start", |record, visit| {
        of(record, |statement| start(statement.uttered_at.as_ref(), visit))
    }),
    Field::coarse("uttered_at.end", |record, visit| {
        of(record, |statement| end(statement.uttered_at.as_ref(), visit))
    }),
    Field::one("uttered_at.precision", PRECISION, |record, visit| {
        of(record, |statement| precision(statement.uttered_at.as_ref(), visit))
    }),
    Field::one("uttered_at.duration", Type::Duration, |record, visit| {
        of(record, |statement| duration(statement.uttered_at.as_ref(), visit))
    }),
    Field::coarse("reference_time", |record, visit| {
        of(record, |statement| coarse(statement.reference_time.as_ref(), visit))
    }),
    Field::coarse("reference_time.start", |record, visit| {
        of(record, |statement| start(statement.reference_time.as_ref(), visit))
    }),
    Field::coarse("reference_time.end", |record, visit| {
        of(record, |statement| end(statement.reference_time.as_ref(), visit))
    }),
    Field::one("reference_time.precision", PRECISION, |record, visit| {
        of(record, |statement| precision(statement.reference_time.as_ref(), visit))
    }),
    Field::one("reference_time.duration", Type::Duration, |record, visit| {
        of(record, |statement| duration(statement.reference_time.as_ref(), visit))
    }),
    Field::one("language", Type::Text(Form::Language), |record, visit| {
        of(record, |statement| shown(statement.language.as_ref(), visit))
    }),
    Field::one("confidence", Type::Number, |record, visit| {
        of(record, |statement| {
            statement.confidence.is_some_and(|confidence| visit(Value::Number(confidence)))
        })
    }),
    Field::one("rank", RANK, |record, visit| {
        of(record, |statement| visit(Value::Text(rank(statement.rank))))
    }),
    Field::one("status", STATUS, |record, visit| {
        of(record, |statement| visit(Value::Text(statement.status.name())))
    }),
    Field::many("topics", Type::Text(Form::Plain), |record, visit| {
        of(record, |statement| each(&statement.topics, visit))
    }),
    Field::one("parent", Type::Text(Form::Statement), parent),
    Field::many("links", Type::Message, |record, visit| {
        of(record, |statement| messages(&statement.links, visit))
    }),
    Field::many("links.target", Type::Text(Form::Statement), |record, visit| {
        of(record, |statement| each_shown(statement.links.iter().map(|link| &link.target), visit))
    }),
    Field::many("links.type", LINK, |record, visit| {
        of(record, |statement| {
            statement.links.iter().any(|link| visit(Value::Text(link.kind.name())))
        })
    }),
    Field::one("article.publisher", Type::Text(Form::Plain), |record, visit| {
        of(record, |statement| text(&statement.article.publisher, visit))
    }),
    Field::one("article.language", Type::Text(Form::Language), |record, visit| {
        of(record, |statement| shown(statement.article.language.as_ref(), visit))
    }),
    Field::one("article.published_at", Type::Time(Grain::Exact), |record, visit| {
        of(record, |statement| exact(statement.article.published_at, visit))
    }),
    Field::one("origin.batch", Type::Text(Form::Plain), batch),
    Field::one("origin.extractor", Type::Text(Form::Plain), extractor),
    Field::one("origin.principal", Type::Text(Form::Plain), principal),
    Field::one("create_time", Type::Time(Grain::Exact), create_time),
    Field::one("update_time", Type::Time(Grain::Exact), update_time),
];

fn of(record: &Stored, visit: impl FnOnce(&Statement) -> bool) -> bool {
    match &record.value {
        Record::Statement(statement) => visit(statement),
        Record::Article(_) | Record::Entity(_) => false,
    }
}

fn of_speaker(record: &Stored, visit: impl FnOnce(&Speaker) -> bool) -> bool {
    of(record, |statement| statement.speaker.as_ref().is_some_and(visit))
}

fn of_triple(record: &Stored, visit: impl FnOnce(&Triple) -> bool) -> bool {
    of(record, |statement| statement.triple.as_ref().is_some_and(visit))
}

/// A term that is an entity or words.
fn term(term: &Term, visit: &mut Visit<'_>) -> bool {
    match term {
        Term::Entity(entity) => shown(Some(entity), visit),
        Term::Text(words) => text(words, visit),
        Term::Number(_) | Term::Time(_) | Term::Boolean(_) => false,
    }
}

fn entities(mentions: &[Mention]) -> impl Iterator<Item = &EntityId> {
    mentions.iter().filter_map(|mention| mention.entity.as_ref())
}

fn parent(record: &Stored, visit: &mut Visit<'_>) -> bool {
    let RecordName::Statement(StatementName { article, .. }) = &record.name else { return false };
    of(record, |statement| {
        let parent = statement.parent.clone();
        let parent = parent.map(|statement| StatementName { article: article.clone(), statement });
        shown(parent.as_ref(), visit)
    })
}

fn rank(rank: Rank) -> &'static str {
    match rank {
        Rank::Preferred => "PREFERRED",
        Rank::Normal => "NORMAL",
        Rank::Deprecated => "DEPRECATED",
    }
}
