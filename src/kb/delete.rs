//! Deleting a record. Older revisions still show it.

use async_trait::async_trait;

use super::KnowledgeBase;
use super::command::{Delete, DeletedAnswer, IngestOutcome, WriteContext};
use super::error::Error;
use super::plan::Plan;
use super::references;
use super::update::check_etag;
use super::write::Command;
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::limits;
use crate::domain::record::Record;
use crate::store::{LoadBody, Mutation, Path, Precondition, Reader, Scan, State};

impl KnowledgeBase {
    /// Deletes a record.
    pub async fn delete(&self, command: Delete) -> Result<DeletedAnswer, Error> {
        let done = self.write(&command).await?;
        Ok(DeletedAnswer { statements: done.names.saturating_sub(1), receipt: done.receipt })
    }
}

#[async_trait]
impl Command for Delete {
    fn method(&self) -> &'static str {
        match self.name {
            RecordName::Article(_) => "DeleteArticle",
            RecordName::Statement(_) => "DeleteStatement",
            RecordName::Entity(_) => "DeleteEntity",
        }
    }

    fn context(&self) -> &WriteContext {
        &self.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        plan(reader, self).await
    }
}

async fn plan(reader: &dyn Reader, command: &Delete) -> Result<Plan, Error> {
    let name = &command.name;
    let mut plan = Plan::new(name.clone());
    let (committed, value) = match reader.state(name, LoadBody::No).await? {
        State::Live(stored) => (stored.committed, stored.value),
        State::Never | State::Deleted(_) if command.allow_missing => return Ok(plan),
        State::Never => return Err(Error::NotFound { name: name.clone(), deleted: None }),
        State::Deleted(deleted) => return Err(Error::gone(name.clone(), deleted)),
    };
    check_etag(name, command.etag.as_ref(), &committed)?;
    refuse_if_merged(name, &value)?;
    if command.force {
        take_along(reader, name, &mut plan).await?;
    } else {
        references::refuse_if_referenced(reader, name).await?;
        plan.require(Precondition::Unreferenced(name.clone()));
        if let RecordName::Article(article) = name {
            let since = reader.revision();
            plan.require(Precondition::StatementsUnmoved(article.clone(), since));
        }
    }
    plan.outcome = IngestOutcome::Revised;
    plan.require(Precondition::AtRevision(name.clone(), committed.revision));
    plan.mutate(Mutation::Delete(name.clone()));
    Ok(plan)
}

/// Fails for an entity that was merged, or that others were merged into: what was
/// merged is taken apart first, by force too.
fn refuse_if_merged(name: &RecordName, value: &Record) -> Result<(), Error> {
    let (RecordName::Entity(id), Record::Entity(entity)) = (name, value) else { return Ok(()) };
    let into = entity.merged_into.clone();
    match into.as_ref().map(|_| id).or(entity.referents.first()) {
        Some(first) => Err(Error::PartOfMerge { name: name.clone(), into, first: first.clone() }),
        None => Ok(()),
    }
}

/// Plans what a forced deletion takes along: an article's statements, and the
/// references to what goes. An entity leaves its id behind.
async fn take_along(reader: &dyn Reader, name: &RecordName, plan: &mut Plan) -> Result<(), Error> {
    let mut going = match name {
        RecordName::Article(article) => statements_of(reader, article).await?,
        RecordName::Statement(_) => Vec::new(),
        RecordName::Entity(_) => return Ok(()),
    };
    for statement in &going {
        plan.answer.push(statement.clone());
        plan.mutate(Mutation::Delete(statement.clone()));
    }
    going.push(name.clone());
    references::detach(reader, &going, plan).await?;
    if let RecordName::Article(article) = name {
        let since = reader.revision();
        plan.require(Precondition::StatementsUnmoved(article.clone(), since));
    }
    Ok(())
}

async fn statements_of(reader: &dyn Reader, article: &ArticleId) -> Result<Vec<RecordName>, Error> {
    let path = Path::StatementsOf(article.clone());
    let page = reader.list(&Scan::all(path, limits::STATEMENTS_PER_ARTICLE)).await?;
    Ok(page.items.into_iter().map(|item| item.record.name).collect())
}
