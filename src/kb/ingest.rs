//! Ingest: an article with what was said in it and by whom, in one commit.

mod found;
mod places;
mod recorded;
mod statements;

use std::collections::HashSet;

use async_trait::async_trait;

pub(super) use self::statements::{complete, copy_of};
use super::KnowledgeBase;
use super::command::{IngestArticle, IngestOutcome, Ingested, WriteContext};
use super::entities::Directory;
use super::error::{Error, Violation};
use super::extract::{Prepared, TextReader};
use super::plan::{Plan, Touched};
use super::write::Command;
use crate::domain::article::{Article, Medium, PubStatus};
use crate::domain::body::BodyExtent;
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::origin::Origin;
use crate::domain::record::{Record, Stored};
use crate::store::{self, LoadBody, Mutation, Precondition, Reader, State};

/// The method's name, under which its request ids are remembered.
pub(super) const METHOD: &str = "IngestArticle";

impl KnowledgeBase {
    /// Stores an article with its statements and entities, or nothing.
    pub async fn ingest_article(&self, command: IngestArticle) -> Result<Ingested, Error> {
        let prepared = self.prepare(command).await?;
        let written = self.write(&prepared).await?;
        let mut article = None;
        let (mut statements, mut entities) = (Vec::new(), Vec::new());
        for record in written.records {
            match &record.value {
                Record::Article(_) => article = Some(record),
                Record::Statement(_) => statements.push(record),
                Record::Entity(_) => entities.push(record),
            }
        }
        let article = article.ok_or_else(|| {
            Error::Store(store::Error::Internal("an ingested article cannot be read back".into()))
        })?;
        Ok(Ingested {
            outcome: written.outcome,
            article,
            body_normalized: prepared.command.article.body_normalized,
            statements,
            entities,
            truncated: written.truncated,
            receipt: written.receipt,
        })
    }
}

#[async_trait]
impl Command for Prepared {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn context(&self) -> &WriteContext {
        &self.command.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        plan(reader, self).await
    }
}

/// Works out what an ingest would do to the state that `reader` sees.
pub(super) async fn plan(reader: &dyn Reader, prepared: &Prepared) -> Result<Plan, Error> {
    let command = &prepared.command;
    let id = identify(reader, command).await?;
    let name = RecordName::Article(id.clone());
    let state = reader.state(&name, LoadBody::No).await?;
    let mut planner = Planner {
        reader,
        command,
        text_reader: prepared.reader.as_ref(),
        plan: Plan::new(name),
        directory: Directory::new(reader),
        violations: Vec::new(),
        id,
    };
    let article = planner.article(&state)?;
    planner.entities().await?;
    planner.article_references(&article, &state).await?;
    planner.statements(&article, &state).await?;
    planner.put_article(article, state);
    planner.finish()
}

/// Which article is meant: by name, else by address, else by what it says.
async fn identify(reader: &dyn Reader, command: &IngestArticle) -> Result<ArticleId, Error> {
    let draft = &command.article;
    let addressed = match &draft.article.canonical_url {
        Some(url) => reader.article_by_url(url).await?,
        None => None,
    };
    match (&draft.id, addressed) {
        (Some(named), Some(addressed)) if *named != addressed => {
            // The address of a deleted article may be taken over.
            let name = RecordName::Article(addressed.clone());
            match reader.state(&name, LoadBody::No).await? {
                State::Live(_) => Err(Error::UrlOfAnother { named: named.clone(), addressed }),
                State::Never | State::Deleted(_) => Ok(named.clone()),
            }
        }
        (Some(named), _) => Ok(named.clone()),
        (None, Some(addressed)) => Ok(addressed),
        (None, None) => draft
            .article
            .mint_id()
            .map_err(|error| Error::invalid("article.name", "BAD_ID", error.to_string())),
    }
}

struct Planner<'a> {
    reader: &'a dyn Reader,
    command: &'a IngestArticle,
    /// What finds statements in the text, where that is asked for.
    text_reader: Option<&'a TextReader>,
    id: ArticleId,
    plan: Plan,
    directory: Directory<'a>,
    violations: Vec<Violation>,
}

impl Planner<'_> {
    /// The article as it is to stand.
    fn article(&self, state: &State) -> Result<Article, Error> {
        let draft = &self.command.article;
        let sent = Article {
            origin: stamp(&draft.article.origin, &self.command.context),
            ..draft.article.clone()
        };
        if draft.id.is_none() && is_blank(&sent) {
            let text = "give the article a name, a title, a body or a canonical_url";
            return Err(Error::invalid("article", "REQUIRED", text));
        }
        Ok(match state {
            State::Live(Stored { value: Record::Article(stored), .. }) => {
                let mut article = stored.revised_by(sent, draft.body_dropped);
                if article.says_the_same(stored) {
                    article.origin = stored.origin.clone();
                }
                article
            }
            State::Deleted(deleted) => first(sent, deleted.article_version + 1),
            State::Live(_) | State::Never => first(sent, 1),
        })
    }

    async fn entities(&mut self) -> Result<(), Error> {
        let Self { command, directory, plan, violations, .. } = self;
        let drafts = &command.entities;
        let origin = |sent: &Origin| stamp(sent, &command.context);
        let listed =
            directory.list(drafts, command.create_entities, origin, plan, violations).await?;
        directory.check_listed(drafts, plan, violations).await?;
        let mut seen = HashSet::new();
        let names = listed.into_iter().filter(|id| seen.insert(id.clone()));
        plan.answer.extend(names.map(RecordName::Entity));
        Ok(())
    }

    /// Checks what the article names. What it named before may have been deleted by
    /// force: only what is newly named must stand.
    async fn article_references(&mut self, article: &Article, state: &State) -> Result<(), Error> {
        let before = match state {
            State::Live(Stored { value: Record::Article(before), .. }) => Some(before),
            State::Live(_) | State::Never | State::Deleted(_) => None,
        };
        let publisher = article.publisher.entity.as_ref();
        if let Some(entity) = publisher
            && before.is_none_or(|before| before.publisher.entity.as_ref() != publisher)
        {
            let field = || "article.publisher.entity".into();
            self.directory.check(entity, field, &mut self.plan, &mut self.violations).await?;
        }
        if let Some(original) = &article.duplicate_of
            && before.is_none_or(|before| before.duplicate_of.as_ref() != Some(original))
        {
            if *original == self.id {
                let text = "an article is no duplicate of itself";
                self.violations.push(Violation::new("article.duplicate_of", "SELF", text));
            } else {
                self.must_exist(original.clone().into(), "article.duplicate_of").await?;
            }
        }
        Ok(())
    }

    /// Checks that a record that is named stands.
    async fn must_exist(&mut self, name: RecordName, field: &str) -> Result<(), Error> {
        self.plan.reads.insert(Touched::Name(name.clone()));
        match self.reader.state(&name, LoadBody::No).await? {
            State::Live(_) => self.plan.require(Precondition::Present(name)),
            State::Never | State::Deleted(_) => {
                let text = format!("{name} does not exist");
                self.violations.push(Violation::new(field, "UNKNOWN_RECORD", text));
            }
        }
        Ok(())
    }

    fn put_article(&mut self, article: Article, state: State) {
        let name = RecordName::Article(self.id.clone());
        let urls = article.canonical_url.iter().cloned().map(Touched::Url);
        self.plan.reads.extend(urls.clone());
        match state {
            State::Live(stored) => {
                self.plan
                    .require(Precondition::AtRevision(name.clone(), stored.committed.revision));
                let Record::Article(old) = stored.value else { return };
                if !article.says_the_same(&old) {
                    self.plan.writes.extend(urls);
                    self.plan.mutate(Mutation::Put(name, Record::Article(Box::new(article))));
                }
                if !self.plan.mutations.is_empty() {
                    self.plan.outcome = IngestOutcome::Revised;
                }
            }
            State::Never | State::Deleted(_) => {
                self.plan.require(Precondition::Absent(name.clone()));
                self.plan.writes.extend(urls);
                self.plan.mutate(Mutation::Put(name, Record::Article(Box::new(article))));
                self.plan.outcome = IngestOutcome::Created;
            }
        }
    }

    fn finish(self) -> Result<Plan, Error> {
        if self.violations.is_empty() {
            Ok(self.plan)
        } else {
            Err(Error::Invalid(self.violations))
        }
    }
}

/// A new article, what it does not say set to what that means.
fn first(sent: Article, version: u32) -> Article {
    Article {
        pub_status: Some(sent.pub_status.unwrap_or(PubStatus::Usable)),
        medium: Some(sent.medium.unwrap_or(Medium::Text)),
        version,
        ..sent
    }
}

/// Whether an article says nothing that an id could be made from.
fn is_blank(article: &Article) -> bool {
    article.title.is_empty()
        && article.canonical_url.is_none()
        && article.body.extent == BodyExtent::None
}

/// An origin as sent, with who sent it and in which batch.
pub(super) fn stamp(sent: &Origin, context: &WriteContext) -> Origin {
    Origin { principal: context.principal.clone(), batch: context.batch.clone(), ..sent.clone() }
}
