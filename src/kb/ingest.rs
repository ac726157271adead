//! Ingest: an article with what was said in it and by whom, in one commit.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;

use super::KnowledgeBase;
use super::anchor::Anchor;
use super::carry::{self, Carrier};
use super::command::{CreateEntities, IngestArticle, IngestOutcome, Ingested, WriteContext};
use super::entities::Directory;
use super::error::{Error, Violation};
use super::matching;
use super::plan::{Plan, Touched};
use super::references;
use super::write::Command;
use crate::domain::article::{Article, Medium, PubStatus};
use crate::domain::body::BodyExtent;
use crate::domain::id::{ArticleId, RecordName, StatementId, StatementName};
use crate::domain::limits;
use crate::domain::origin::Origin;
use crate::domain::record::{Record, Stored};
use crate::domain::statement::{ArticleCopy, Rank, Statement, StatementStatus};
use crate::store::{self, LoadBody, Mutation, Path, Precondition, Reader, Scan, State};

/// The method's name, under which its request ids are remembered.
pub(super) const METHOD: &str = "IngestArticle";

impl KnowledgeBase {
    /// Stores an article with its statements and entities, or nothing.
    pub async fn ingest_article(&self, command: IngestArticle) -> Result<Ingested, Error> {
        let written = self.write(&command).await?;
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
            body_normalized: command.article.body_normalized,
            statements,
            entities,
            receipt: written.receipt,
        })
    }
}

#[async_trait]
impl Command for IngestArticle {
    fn method(&self) -> &'static str {
        METHOD
    }

    fn context(&self) -> &WriteContext {
        &self.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        plan(reader, self).await
    }
}

/// Works out what an ingest would do to the state that `reader` sees.
pub(super) async fn plan(reader: &dyn Reader, command: &IngestArticle) -> Result<Plan, Error> {
    let id = identify(reader, command).await?;
    let name = RecordName::Article(id.clone());
    let state = reader.state(&name, LoadBody::No).await?;
    let mut planner = Planner {
        reader,
        command,
        plan: Plan::new(name),
        directory: Directory::new(reader),
        violations: Vec::new(),
        id,
    };
    let article = planner.article(&state)?;
    planner.entities().await?;
    planner.article_references(&article).await?;
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

    async fn article_references(&mut self, article: &Article) -> Result<(), Error> {
        if let Some(entity) = &article.publisher.entity {
            let field = || "article.publisher.entity".into();
            self.directory.check(entity, field, &mut self.plan, &mut self.violations).await?;
        }
        if let Some(original) = &article.duplicate_of {
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

    async fn statements(&mut self, article: &Article, state: &State) -> Result<(), Error> {
        let stored = match state {
            State::Live(_) => self.stored_statements().await?,
            State::Never | State::Deleted(_) => Vec::new(),
        };
        let copy = ArticleCopy {
            version: article.version,
            publisher: article.publisher.key().unwrap_or_default(),
            language: article.language.clone(),
            published_at: article.published_at,
        };
        let moved = matches!(state, State::Live(Stored { value: Record::Article(old), .. })
            if old.version != article.version);
        if stored.is_empty() && self.command.statements.is_empty() {
            return self.check_evidence(&HashSet::new()).await;
        }
        let body = self.body(article).await?;
        let anchor = Anchor::new(body.as_deref());
        let before = if moved { self.stored_body().await? } else { None };
        let standing = standing(&stored, &copy, moved, before.as_deref(), body.as_deref());
        let sent = self.sent(&anchor, &copy).await?;
        let ids = matching::ids(&self.id, &self.command.statements, &sent, &standing)
            .map_err(|error| Error::invalid("statements", "BAD_ID", error.to_string()))?;
        self.check_places(&ids, &sent, &standing).await?;
        let listed: HashSet<StatementId> = ids.iter().cloned().collect();
        self.put_sent(&ids, sent, &stored, &standing);
        self.keep_or_retire(stored, standing, &listed).await?;
        if moved {
            let since = self.reader.revision();
            self.plan.require(Precondition::StatementsUnmoved(self.id.clone(), since));
        }
        Ok(())
    }

    /// The stored statements with the revisions of their newest states.
    async fn stored_statements(&self) -> Result<Vec<StoredStatement>, Error> {
        let path = Path::StatementsOf(self.id.clone());
        let page = self.reader.list(&Scan::all(path, limits::STATEMENTS_PER_ARTICLE)).await?;
        let records = page.items.into_iter().map(|item| item.record);
        Ok(records
            .filter_map(|stored| match (stored.name, stored.value) {
                (RecordName::Statement(name), Record::Statement(statement)) => {
                    Some((name.statement, stored.committed.revision, *statement))
                }
                _ => None,
            })
            .collect())
    }

    /// The text that selectors are held against; `None` where none verifies them.
    async fn body(&self, article: &Article) -> Result<Option<Arc<str>>, Error> {
        if !article.body.verifies() {
            return Ok(None);
        }
        if article.body.text.is_some() {
            return Ok(article.body.text.clone());
        }
        self.stored_body().await
    }

    /// The text that is stored, where it is held in full.
    async fn stored_body(&self) -> Result<Option<Arc<str>>, Error> {
        let name = RecordName::Article(self.id.clone());
        Ok(match self.reader.state(&name, LoadBody::Yes).await? {
            State::Live(Stored { value: Record::Article(stored), .. })
                if stored.body.verifies() =>
            {
                stored.body.text
            }
            _ => None,
        })
    }

    /// The statements as sent, completed: selectors, kinds, links to entities.
    async fn sent(
        &mut self,
        anchor: &Anchor<'_>,
        copy: &ArticleCopy,
    ) -> Result<Vec<Statement>, Error> {
        let command = self.command;
        let mut sent = Vec::with_capacity(command.statements.len());
        let create = (command.create_entities == CreateEntities::Mentioned)
            .then(|| stamp(&command.article.article.origin, &command.context));
        for (at, draft) in command.statements.iter().enumerate() {
            let mut statement = draft.statement.clone();
            let path = format!("statements[{at}]");
            complete(&mut statement, &path, anchor, copy, &command.context, &mut self.violations);
            let Self { directory, plan, violations, .. } = self;
            directory.link(&mut statement, &path, create.as_ref(), plan, violations).await?;
            sent.push(statement);
        }
        Ok(sent)
    }

    /// Checks parents and link targets: they stand or are sent along, and parents
    /// lead to no circle.
    async fn check_places(
        &mut self,
        ids: &[StatementId],
        sent: &[Statement],
        stored: &[(StatementId, Statement)],
    ) -> Result<(), Error> {
        let here: HashSet<&StatementId> =
            ids.iter().chain(stored.iter().map(|(id, _)| id)).collect();
        let parent_of = |id: &StatementId| {
            let sent = ids.iter().position(|it| it == id).and_then(|at| sent.get(at));
            let stored = || stored.iter().find(|(it, _)| it == id).map(|(_, it)| it);
            sent.or_else(stored).and_then(|statement| statement.parent.clone())
        };
        self.check_evidence(&here).await?;
        for (at, (id, statement)) in ids.iter().zip(sent).enumerate() {
            if let Some(parent) = &statement.parent {
                let field = format!("statements[{at}].parent");
                if !here.contains(parent) {
                    let text = "names no statement of this article: list it in the same ingest";
                    self.violations.push(Violation::new(field, "UNKNOWN_RECORD", text));
                } else if leads_back(id, parent, parent_of) {
                    let text = "leads back to the statement itself";
                    self.violations.push(Violation::new(field, "CIRCLE", text));
                }
            }
            for (link_at, link) in statement.links.iter().enumerate() {
                let field = format!("statements[{at}].links[{link_at}].target");
                if link.target.article != self.id {
                    self.must_exist(link.target.clone().into(), &field).await?;
                } else if link.target.statement == *id {
                    let text = "a statement does not bear on itself";
                    self.violations.push(Violation::new(field, "SELF", text));
                } else if !here.contains(&link.target.statement) {
                    let text = "names no statement of this article: list it in the same ingest";
                    self.violations.push(Violation::new(field, "UNKNOWN_RECORD", text));
                }
            }
        }
        Ok(())
    }

    /// Checks the statements that the listed entities' posts are evidenced by.
    async fn check_evidence(&mut self, here: &HashSet<&StatementId>) -> Result<(), Error> {
        let command = self.command;
        for (at, draft) in command.entities.iter().enumerate() {
            for (post_at, occupancy) in draft.entity.occupancies.iter().enumerate() {
                let Some(evidence) = &occupancy.evidence else { continue };
                let known = evidence.article == self.id && here.contains(&evidence.statement);
                if !known {
                    let field = format!("entities[{at}].occupancies[{post_at}].evidence");
                    self.must_exist(evidence.clone().into(), &field).await?;
                }
            }
        }
        Ok(())
    }

    fn put_sent(
        &mut self,
        ids: &[StatementId],
        sent: Vec<Statement>,
        stored: &[StoredStatement],
        standing: &[(StatementId, Statement)],
    ) {
        for (at, (id, mut statement)) in ids.iter().zip(sent).enumerate() {
            let name = self.statement_name(id);
            self.plan.answer.insert(1 + at, name.clone());
            let old = stored.iter().zip(standing).find(|((stored, ..), _)| stored == id);
            match old {
                Some(((_, revision, before), (_, standing))) => {
                    statement.anchoring = carry::anchoring(before, &statement);
                    keep_what_is_not_sent(&mut statement, standing);
                    if statement != *before {
                        self.plan.require(Precondition::AtRevision(name.clone(), *revision));
                        self.put_statement(name, statement);
                    }
                }
                None => {
                    self.plan.require(Precondition::Absent(name.clone()));
                    self.put_statement(name, statement);
                }
            }
        }
    }

    /// What becomes of the stored statements that were not sent.
    async fn keep_or_retire(
        &mut self,
        stored: Vec<StoredStatement>,
        standing: Vec<(StatementId, Statement)>,
        listed: &HashSet<StatementId>,
    ) -> Result<(), Error> {
        let mut retired = Vec::new();
        for ((id, revision, before), (_, after)) in stored.into_iter().zip(standing) {
            if listed.contains(&id) {
                continue;
            }
            let name = self.statement_name(&id);
            let changes = self.command.replace_statements || after != before;
            if changes {
                self.plan.require(Precondition::AtRevision(name.clone(), revision));
            }
            if self.command.replace_statements {
                retired.push(StatementName { article: self.id.clone(), statement: id });
            } else if changes {
                self.put_statement(name, after);
            }
        }
        if !retired.is_empty() {
            let planned: HashSet<RecordName> =
                self.plan.mutations.iter().map(Mutation::name).collect();
            let mut detached = Plan::new(self.plan.subject.clone());
            references::detach(self.reader, &retired, &mut detached).await?;
            // What was sent was sent without them: its own values stand.
            for mutation in detached.mutations {
                let name = mutation.name();
                let sent = matches!(&name, RecordName::Statement(it) if listed.contains(&it.statement) && it.article == self.id);
                if !planned.contains(&name) && !sent {
                    self.plan.mutate(mutation);
                }
            }
            for precondition in detached.require {
                self.plan.require(precondition);
            }
            for name in retired {
                self.plan.mutate(Mutation::Delete(name.into()));
            }
        }
        Ok(())
    }

    fn statement_name(&self, id: &StatementId) -> RecordName {
        RecordName::Statement(StatementName { article: self.id.clone(), statement: id.clone() })
    }

    fn put_statement(&mut self, name: RecordName, statement: Statement) {
        self.plan.mutate(Mutation::Put(name, Record::Statement(Box::new(statement))));
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

/// A stored statement: its id, the revision of its newest state, and its value.
type StoredStatement = (StatementId, crate::domain::revision::Revision, Statement);

/// The stored statements as they stand with the article as it is to be: the copied
/// fields new and, where the body changed, anchored again or orphaned.
fn standing(
    stored: &[StoredStatement],
    copy: &ArticleCopy,
    moved: bool,
    before: Option<&str>,
    after: Option<&str>,
) -> Vec<(StatementId, Statement)> {
    let mut carrier = moved.then(|| Carrier::new(before, after));
    let stand = |(id, _, statement): &StoredStatement| {
        let version = statement.article.version;
        let mut statement =
            Statement { article: ArticleCopy { version, ..copy.clone() }, ..statement.clone() };
        if let Some(carrier) = &mut carrier {
            carrier.carry(&mut statement, copy.version);
        }
        (id.clone(), statement)
    };
    stored.iter().map(stand).collect()
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

/// Completes a statement as sent: selectors, kind, origins, what it keeps of its
/// article.
pub(super) fn complete(
    statement: &mut Statement,
    path: &str,
    anchor: &Anchor<'_>,
    copy: &ArticleCopy,
    context: &WriteContext,
    violations: &mut Vec<Violation>,
) {
    anchor.fill(statement, path, None, violations);
    statement.kind = Some(statement.kind.unwrap_or_else(|| statement.kind_of_spans()));
    statement.origin = stamp(&statement.origin, context);
    for link in &mut statement.links {
        link.origin = stamp(&link.origin, context);
    }
    statement.article = copy.clone();
    statement.status = StatementStatus::Active;
}

/// A sent statement takes over what only the server or an editor sets, and who
/// sent it first where it says nothing new.
pub(super) fn keep_what_is_not_sent(sent: &mut Statement, stored: &Statement) {
    if stored.status == StatementStatus::Retracted {
        sent.status = StatementStatus::Retracted;
        sent.retraction.clone_from(&stored.retraction);
    }
    if sent.rank == Rank::Normal && sent.rank_reason.is_empty() {
        sent.rank = stored.rank;
        sent.rank_reason.clone_from(&stored.rank_reason);
    }
    if sent.says_the_same(stored) {
        sent.clone_from(stored);
    }
}

/// Whether the chain of parents from `parent` comes back to `id`.
fn leads_back(
    id: &StatementId,
    parent: &StatementId,
    parent_of: impl Fn(&StatementId) -> Option<StatementId>,
) -> bool {
    let mut seen = HashSet::from([id.clone()]);
    let mut next = Some(parent.clone());
    while let Some(current) = next {
        if !seen.insert(current.clone()) {
            return true;
        }
        next = parent_of(&current);
    }
    false
}
