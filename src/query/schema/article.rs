//! The fields of articles.

use super::visit::{batch, create_time, each, exact, name, shown, text, update_time};
use super::{Field, Form, Type, Value, Visit};
use crate::domain::article::{Article, Medium, PubStatus};
use crate::domain::record::{Record, Stored};
use crate::query::moment::Grain;

const PUB_STATUS: Type =
    Type::Enum { prefix: "PUB_STATUS_", names: &["USABLE", "WITHHELD", "CANCELED"] };

const MEDIUM: Type = Type::Enum {
    prefix: "MEDIUM_",
    names: &["TEXT", "BROADCAST", "SOCIAL_POST", "PRESS_RELEASE", "TRANSCRIPT", "PODCAST", "OTHER"],
};

pub(super) static FIELDS: &[Field] = &[
    Field::one("name", Type::Text(Form::Article), name),
    Field::one("title", Type::Text(Form::Prose), |record, visit| {
        of(record, |article| text(&article.title, visit))
    }),
    Field::one("language", Type::Text(Form::Language), |record, visit| {
        of(record, |article| shown(article.language.as_ref(), visit))
    }),
    Field::one("canonical_url", Type::Text(Form::Url), |record, visit| {
        of(record, |article| shown(article.canonical_url.as_ref(), visit))
    }),
    Field::one("publisher", Type::Text(Form::Plain), |record, visit| {
        of(record, |article| shown(article.publisher.key().as_ref(), visit))
    }),
    Field::one("publisher.entity", Type::Text(Form::Entity), |record, visit| {
        of(record, |article| shown(article.publisher.entity.as_ref(), visit))
    }),
    Field::one("publisher.name", Type::Text(Form::Plain), |record, visit| {
        of(record, |article| text(&article.publisher.name, visit))
    }),
    Field::many("authors", Type::Text(Form::Plain), |record, visit| {
        of(record, |article| each(&article.authors, visit))
    }),
    Field::one("source_agency", Type::Text(Form::Plain), |record, visit| {
        of(record, |article| text(&article.source_agency, visit))
    }),
    Field::one("published_at", Type::Time(Grain::Exact), |record, visit| {
        of(record, |article| exact(article.published_at, visit))
    }),
    Field::one("pub_status", PUB_STATUS, |record, visit| {
        of(record, |article| visit(Value::Text(pub_status(article))))
    }),
    Field::one("medium", MEDIUM, |record, visit| {
        of(record, |article| visit(Value::Text(medium(article))))
    }),
    Field::many("labels", Type::Map, labels),
    Field::one("duplicate_of", Type::Text(Form::Article), |record, visit| {
        of(record, |article| shown(article.duplicate_of.as_ref(), visit))
    }),
    Field::one("origin.batch", Type::Text(Form::Plain), batch),
    Field::one("version", Type::Number, |record, visit| {
        of(record, |article| visit(Value::Number(article.version.into())))
    }),
    Field::one("create_time", Type::Time(Grain::Exact), create_time),
    Field::one("update_time", Type::Time(Grain::Exact), update_time),
];

fn of(record: &Stored, visit: impl FnOnce(&Article) -> bool) -> bool {
    match &record.value {
        Record::Article(article) => visit(article),
        Record::Statement(_) | Record::Entity(_) => false,
    }
}

fn labels(record: &Stored, visit: &mut Visit<'_>) -> bool {
    of(record, |article| article.labels.iter().any(|(key, text)| visit(Value::Entry(key, text))))
}

fn pub_status(article: &Article) -> &'static str {
    match article.pub_status.unwrap_or_default() {
        PubStatus::Usable => "USABLE",
        PubStatus::Withheld => "WITHHELD",
        PubStatus::Canceled => "CANCELED",
    }
}

fn medium(article: &Article) -> &'static str {
    match article.medium.unwrap_or_default() {
        Medium::Text => "TEXT",
        Medium::Broadcast => "BROADCAST",
        Medium::SocialPost => "SOCIAL_POST",
        Medium::PressRelease => "PRESS_RELEASE",
        Medium::Transcript => "TRANSCRIPT",
        Medium::Podcast => "PODCAST",
        Medium::Other => "OTHER",
    }
}
