//! Changing an article's metadata or an entity, by field mask (AIP-134).

use async_trait::async_trait;

use super::KnowledgeBase;
use super::command::{
    ArticleField, EntityField, IngestOutcome, UpdateArticle, UpdateEntity, WriteContext, Written,
};
use super::create::{require_record, require_references, written};
use super::error::{Error, Violation};
use super::ingest::stamp;
use super::plan::Plan;
use super::write::Command;
use crate::domain::article::{Article, Medium, PubStatus};
use crate::domain::entity::{Entity, EntityType};
use crate::domain::id::RecordName;
use crate::domain::limits;
use crate::domain::record::{Committed, Record, Stored};
use crate::domain::statement::ArticleCopy;
use crate::store::{LoadBody, Mutation, Path, Precondition, Reader, Scan, State};

impl KnowledgeBase {
    /// Changes an article's metadata.
    pub async fn update_article(&self, command: UpdateArticle) -> Result<Written, Error> {
        self.write(&command).await.and_then(written)
    }

    /// Changes an entity.
    pub async fn update_entity(&self, command: UpdateEntity) -> Result<Written, Error> {
        self.write(&command).await.and_then(written)
    }
}

#[async_trait]
impl Command for UpdateArticle {
    fn method(&self) -> &'static str {
        "UpdateArticle"
    }

    fn context(&self) -> &WriteContext {
        &self.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        plan_article(reader, self).await
    }
}

#[async_trait]
impl Command for UpdateEntity {
    fn method(&self) -> &'static str {
        "UpdateEntity"
    }

    fn context(&self) -> &WriteContext {
        &self.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        plan_entity(reader, self).await
    }
}

/// Fails where an etag was given that is not the record's.
pub(super) fn check_etag(
    name: &RecordName,
    given: Option<&String>,
    committed: &Committed,
) -> Result<(), Error> {
    match given {
        Some(given) if *given != committed.etag() => {
            Err(Error::EtagMismatch { name: name.clone(), current: committed.etag() })
        }
        _ => Ok(()),
    }
}

/// Fails where an etag was given for a record that is not there, or where it must
/// be there.
pub(super) fn missing(
    name: &RecordName,
    state: &State,
    allow_missing: bool,
    etag: Option<&String>,
) -> Result<(), Error> {
    if allow_missing && etag.is_none() {
        return Ok(());
    }
    Err(match state {
        State::Deleted(deleted) => Error::gone(name.clone(), deleted.clone()),
        State::Live(_) | State::Never => Error::NotFound { name: name.clone(), deleted: None },
    })
}

async fn plan_article(reader: &dyn Reader, command: &UpdateArticle) -> Result<Plan, Error> {
    let name = RecordName::Article(command.id.clone());
    let mut plan = Plan::new(name.clone());
    let state = reader.state(&name, LoadBody::No).await?;
    let version = match &state {
        State::Deleted(deleted) => deleted.article_version + 1,
        State::Live(_) | State::Never => 1,
    };
    let (before, committed) = match state {
        State::Live(Stored { value: Record::Article(article), committed, .. }) => {
            check_etag(&name, command.etag.as_ref(), &committed)?;
            (Some(*article), Some(committed))
        }
        gone => {
            missing(&name, &gone, command.allow_missing, command.etag.as_ref())?;
            (None, None)
        }
    };
    let mut article = before.clone().unwrap_or(Article { version, ..Article::default() });
    for field in &command.fields {
        set_article_field(&mut article, field, &command.values);
    }
    article.pub_status.get_or_insert(PubStatus::Usable);
    article.medium.get_or_insert(Medium::Text);
    check_article(reader, command, before.as_ref(), &article, &mut plan).await?;
    match (&before, committed) {
        (Some(before), _) if article == *before => return Ok(plan),
        (Some(before), Some(committed)) => {
            plan.outcome = IngestOutcome::Revised;
            plan.require(Precondition::AtRevision(name.clone(), committed.revision));
            copy_to_statements(reader, command, before, &article, &mut plan).await?;
        }
        _ => {
            plan.outcome = IngestOutcome::Created;
            plan.require(Precondition::Absent(name.clone()));
        }
    }
    article.origin = stamp(&article.origin, &command.context);
    plan.mutate(Mutation::Put(name, Record::Article(Box::new(article))));
    Ok(plan)
}

fn set_article_field(article: &mut Article, field: &ArticleField, values: &Article) {
    match field {
        ArticleField::Title => article.title.clone_from(&values.title),
        ArticleField::Language => article.language.clone_from(&values.language),
        ArticleField::Publisher => article.publisher.clone_from(&values.publisher),
        ArticleField::PublisherEntity => {
            article.publisher.entity.clone_from(&values.publisher.entity);
        }
        ArticleField::PublisherName => article.publisher.name.clone_from(&values.publisher.name),
        ArticleField::Authors => article.authors.clone_from(&values.authors),
        ArticleField::SourceAgency => article.source_agency.clone_from(&values.source_agency),
        ArticleField::PublishedAt => article.published_at = values.published_at,
        ArticleField::RetrievedAt => article.retrieved_at = values.retrieved_at,
        ArticleField::PubStatus => article.pub_status = values.pub_status,
        ArticleField::Medium => article.medium = values.medium,
        ArticleField::Labels => article.labels.clone_from(&values.labels),
        ArticleField::Label(key) => match values.labels.get(key) {
            Some(value) => drop(article.labels.insert(key.clone(), value.clone())),
            None => drop(article.labels.remove(key)),
        },
        ArticleField::Metadata => article.metadata.clone_from(&values.metadata),
        ArticleField::MetadataKey(key) => match values.metadata.get(key) {
            Some(value) => drop(article.metadata.insert(key.clone(), value.clone())),
            None => drop(article.metadata.remove(key)),
        },
        ArticleField::DuplicateOf => article.duplicate_of.clone_from(&values.duplicate_of),
        ArticleField::Origin => {
            let (principal, batch) = (&article.origin.principal, &article.origin.batch);
            article.origin = crate::domain::origin::Origin {
                principal: principal.clone(),
                batch: batch.clone(),
                ..values.origin.clone()
            };
        }
    }
}

/// Checks what the whole article must hold to after the change. What it named
/// before may have been deleted by force: only what is newly named must stand.
async fn check_article(
    reader: &dyn Reader,
    command: &UpdateArticle,
    before: Option<&Article>,
    article: &Article,
    plan: &mut Plan,
) -> Result<(), Error> {
    let mut violations = Vec::new();
    if article.labels.len() > limits::LABELS {
        let text = format!("an article has at most {} labels", limits::LABELS);
        violations.push(Violation::new("article.labels", "OVER_LIMIT", text));
    }
    let metadata = serde_json::to_vec(&article.metadata).unwrap_or_default().len();
    if metadata > limits::METADATA_BYTES {
        let text = format!("metadata is at most {} bytes as JSON", limits::METADATA_BYTES);
        violations.push(Violation::new("article.metadata", "OVER_LIMIT", text));
    }
    let named_before = |entity| before.is_some_and(|it| it.publisher.entity.as_ref() == entity);
    if let entity @ Some(id) = article.publisher.entity.as_ref()
        && !named_before(entity)
    {
        let (name, field) = (id.clone().into(), "article.publisher.entity".into());
        require_record(reader, name, field, plan, &mut violations).await?;
    }
    if let Some(original) = &article.duplicate_of
        && before.is_none_or(|it| it.duplicate_of.as_ref() != Some(original))
    {
        let field = "article.duplicate_of".to_owned();
        if *original == command.id {
            violations.push(Violation::new(field, "SELF", "an article is no duplicate of itself"));
        } else {
            require_record(reader, original.clone().into(), field, plan, &mut violations).await?;
        }
    }
    if violations.is_empty() { Ok(()) } else { Err(Error::Invalid(violations)) }
}

/// Plans to renew what the article's statements keep of it, where that changes.
async fn copy_to_statements(
    reader: &dyn Reader,
    command: &UpdateArticle,
    before: &Article,
    after: &Article,
    plan: &mut Plan,
) -> Result<(), Error> {
    let copied = |article: &Article| {
        (article.publisher.key(), article.language.clone(), article.published_at)
    };
    if copied(before) == copied(after) {
        return Ok(());
    }
    let path = Path::StatementsOf(command.id.clone());
    let page = reader.list(&Scan::all(path, limits::STATEMENTS_PER_ARTICLE)).await?;
    for stored in page.items.into_iter().map(|item| item.record) {
        let Record::Statement(mut statement) = stored.value else { continue };
        statement.article = ArticleCopy {
            version: statement.article.version,
            publisher: after.publisher.key().unwrap_or_default(),
            language: after.language.clone(),
            published_at: after.published_at,
        };
        let at = Precondition::AtRevision(stored.name.clone(), stored.committed.revision);
        plan.require(at);
        plan.mutate(Mutation::Put(stored.name, Record::Statement(statement)));
    }
    // A statement that is created meanwhile would keep the old copies.
    plan.require(Precondition::StatementsUnmoved(command.id.clone(), reader.revision()));
    Ok(())
}

async fn plan_entity(reader: &dyn Reader, command: &UpdateEntity) -> Result<Plan, Error> {
    let name = RecordName::Entity(command.id.clone());
    let mut plan = Plan::new(name.clone());
    let (before, committed) = match reader.state(&name, LoadBody::No).await? {
        State::Live(Stored { value: Record::Entity(entity), committed, .. }) => {
            check_etag(&name, command.etag.as_ref(), &committed)?;
            (Some(*entity), Some(committed))
        }
        ref gone => {
            missing(&name, gone, command.allow_missing, command.etag.as_ref())?;
            (None, None)
        }
    };
    let mut entity = before.clone().unwrap_or_default();
    for field in &command.fields {
        set_entity_field(&mut entity, *field, &command.values);
    }
    entity.kind.get_or_insert(EntityType::Other);
    if entity.display_name.is_empty() {
        let text = "an entity needs a display name";
        return Err(Error::invalid("entity.display_name", "REQUIRED", text));
    }
    if before.as_ref() == Some(&entity) {
        return Ok(plan);
    }
    require_references(reader, before.as_ref(), &entity, &mut plan).await?;
    match committed {
        Some(committed) => {
            plan.outcome = IngestOutcome::Revised;
            plan.require(Precondition::AtRevision(name.clone(), committed.revision));
        }
        None => {
            plan.outcome = IngestOutcome::Created;
            plan.require(Precondition::Absent(name.clone()));
        }
    }
    entity.origin = stamp(&entity.origin, &command.context);
    plan.mutate(Mutation::Put(name, Record::Entity(Box::new(entity))));
    Ok(plan)
}

fn set_entity_field(entity: &mut Entity, field: EntityField, values: &Entity) {
    match field {
        EntityField::Type => entity.kind = values.kind,
        EntityField::DisplayName => entity.display_name.clone_from(&values.display_name),
        EntityField::Names => entity.names.clone_from(&values.names),
        EntityField::Description => entity.description.clone_from(&values.description),
        EntityField::ExternalIds => entity.external_ids.clone_from(&values.external_ids),
        EntityField::Occupancies => entity.occupancies.clone_from(&values.occupancies),
        EntityField::Start => entity.start.clone_from(&values.start),
        EntityField::End => entity.end.clone_from(&values.end),
        EntityField::Place => entity.place.clone_from(&values.place),
        EntityField::Origin => {
            let (principal, batch) = (&entity.origin.principal, &entity.origin.batch);
            entity.origin = crate::domain::origin::Origin {
                principal: principal.clone(),
                batch: batch.clone(),
                ..values.origin.clone()
            };
        }
    }
}
