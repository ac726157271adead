//! An article's metadata, changed by name of field.

use super::statements::copy_of;
use super::{Effect, Faults, Refusal, origin_with, stamp};
use crate::domain::article::{Article, Medium, PubStatus};
use crate::domain::id::RecordName;
use crate::domain::record::Record;
use crate::domain::statement::ArticleCopy;
use crate::kb::command::{ArticleField, UpdateArticle};
use crate::store::conformance::model::World;
use crate::store::{Mutation, State};

/// A record must stand, with the etag where one is given. One that is not there may
/// be missing where that is allowed and no etag is given.
pub(super) fn check_etag(
    world: &World,
    name: &RecordName,
    etag: Option<&String>,
    allow_missing: bool,
) -> Result<(), Refusal> {
    match (world.live(name), etag) {
        (Some(stored), Some(etag)) if stored.committed.etag() != *etag => {
            Err(Refusal::EtagMismatch)
        }
        (None, Some(_)) => Err(Refusal::NotFound),
        (None, None) if !allow_missing => Err(Refusal::NotFound),
        _ => Ok(()),
    }
}

pub(super) fn update_article(world: &World, command: &UpdateArticle) -> Result<Effect, Refusal> {
    let name = RecordName::Article(command.id.clone());
    check_etag(world, &name, command.etag.as_ref(), command.allow_missing)?;
    let before = world.article(&command.id);
    let mut after = before.clone().unwrap_or_else(|| {
        let version = match world.state(&name) {
            State::Deleted(deleted) => deleted.article_version + 1,
            State::Never | State::Live(_) => 1,
        };
        Article { version, ..Article::default() }
    });
    for field in &command.fields {
        set(&mut after, field, &command.values);
    }
    after.pub_status.get_or_insert(PubStatus::Usable);
    after.medium.get_or_insert(Medium::Text);
    check(world, command, before.as_ref(), &after)?;
    if before.as_ref() != Some(&after) {
        after.origin = stamp(&after.origin, &command.context);
    }
    let copy = copy_of(&after);
    let copied = before.as_ref().is_none_or(|before| copy_of(before) == copy);
    let record = |article| Record::Article(Box::new(article));
    let mut effect = Effect::of_one(name, before.map(record).as_ref(), record(after));
    let statements = if copied { Vec::new() } else { world.statements_of(&command.id) };
    for (name, mut statement) in statements {
        let version = statement.article.version;
        statement.article = ArticleCopy { version, ..copy.clone() };
        let changed = Record::Statement(Box::new(statement));
        effect.changes.push(Mutation::Put(name.into(), changed));
    }
    Ok(effect)
}

fn set(article: &mut Article, field: &ArticleField, values: &Article) {
    let values = values.clone();
    match field {
        ArticleField::Title => article.title = values.title,
        ArticleField::Language => article.language = values.language,
        ArticleField::Publisher => article.publisher = values.publisher,
        ArticleField::PublisherEntity => article.publisher.entity = values.publisher.entity,
        ArticleField::PublisherName => article.publisher.name = values.publisher.name,
        ArticleField::Authors => article.authors = values.authors,
        ArticleField::SourceAgency => article.source_agency = values.source_agency,
        ArticleField::PublishedAt => article.published_at = values.published_at,
        ArticleField::RetrievedAt => article.retrieved_at = values.retrieved_at,
        ArticleField::PubStatus => article.pub_status = values.pub_status,
        ArticleField::Medium => article.medium = values.medium,
        ArticleField::Labels => article.labels = values.labels,
        ArticleField::Label(key) => {
            article.labels.remove(key);
            article
                .labels
                .extend(values.labels.get_key_value(key).map(|(k, v)| (k.clone(), v.clone())));
        }
        ArticleField::Metadata => article.metadata = values.metadata,
        ArticleField::MetadataKey(key) => {
            article.metadata.remove(key);
            article
                .metadata
                .extend(values.metadata.get_key_value(key).map(|(k, v)| (k.clone(), v.clone())));
        }
        ArticleField::DuplicateOf => article.duplicate_of = values.duplicate_of,
        ArticleField::Origin => article.origin = origin_with(&article.origin, &values.origin),
    }
}

/// What the article newly names must stand.
fn check(
    world: &World,
    command: &UpdateArticle,
    before: Option<&Article>,
    after: &Article,
) -> Result<(), Refusal> {
    let mut faults = Faults::default();
    let publisher = after.publisher.entity.as_ref();
    if let Some(id) = publisher
        && before.is_none_or(|before| before.publisher.entity.as_ref() != publisher)
    {
        faults.unless(world.entity(id).is_some(), "UNKNOWN_ENTITY");
    }
    if let Some(original) = &after.duplicate_of
        && before.is_none_or(|before| before.duplicate_of.as_ref() != Some(original))
    {
        faults.unless(*original != command.id, "SELF");
        let stands = *original == command.id || world.article(original).is_some();
        faults.unless(stands, "UNKNOWN_RECORD");
    }
    faults.none()
}
