//! The statements of an ingest: those sent, completed and matched with those
//! stored, and what becomes of the others.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::{Planner, found, recorded, stamp};
use crate::domain::article::Article;
use crate::domain::id::{RecordName, StatementId, StatementName};
use crate::domain::limits;
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::statement::{ArticleCopy, Rank, Statement, StatementStatus};
use crate::kb::anchor::Anchor;
use crate::kb::carry::{self, Carrier};
use crate::kb::command::{CreateEntities, WriteContext};
use crate::kb::create::is_nearly_full;
use crate::kb::error::{Error, Violation};
use crate::kb::plan::Plan;
use crate::kb::{matching, references};
use crate::store::{LoadBody, Mutation, Path, Precondition, Scan, State};

/// A stored statement: its id, the revision of its newest state, and its value.
pub(super) type StoredStatement = (StatementId, Revision, Statement);

impl Planner<'_> {
    /// Plans what becomes of the statements, sent and stored.
    pub(super) async fn statements(
        &mut self,
        article: &Article,
        state: &State,
    ) -> Result<(), Error> {
        let stored = match state {
            State::Live(_) => self.stored_statements().await?,
            State::Never | State::Deleted(_) => Vec::new(),
        };
        let copy = copy_of(article);
        let moved = matches!(state, State::Live(Stored { value: Record::Article(old), .. })
            if old.version != article.version);
        if let State::Live(Stored { value: Record::Article(old), .. }) = state
            && (moved || copy_of(old) != copy)
        {
            // A statement that is created meanwhile would keep the old copies, and
            // its place in the old text.
            let since = self.reader.revision();
            self.plan.require(Precondition::StatementsUnmoved(self.id.clone(), since));
        }
        let nothing = stored.is_empty() && self.command.statements.is_empty();
        if nothing && self.text_reader.is_none() {
            return self.check_evidence(&HashSet::new()).await;
        }
        let body = self.body(article).await?;
        let anchor = Anchor::new(body.as_deref());
        let before = if moved { self.stored_body().await? } else { None };
        let carrier = moved.then(|| Carrier::new(before.as_deref(), body.as_deref()));
        let standing = standing(&stored, &copy, carrier);
        let mut sent = self.sent(&anchor, &copy).await?;
        let found = self.found(article, body.as_ref(), &anchor, &copy, &sent, &standing).await?;
        let listed_count = sent.len();
        sent.extend(found.statements);
        let mut chosen: Vec<Option<StatementId>> =
            self.command.statements.iter().map(|draft| draft.id.clone()).collect();
        chosen.resize(sent.len(), None);
        let mut ids = matching::ids(&self.id, &chosen, &sent, &standing)
            .map_err(|error| Error::invalid("statements", "BAD_ID", error.to_string()))?;
        for (statement, parent) in sent.iter_mut().skip(listed_count).zip(found.parents) {
            statement.parent = parent.and_then(|parent| ids.get(listed_count + parent).cloned());
        }
        self.leave_out(listed_count, &mut ids, &mut sent, &stored);
        self.check_places(&ids, &sent, &standing).await?;
        let listed: HashSet<StatementId> = ids.iter().cloned().collect();
        self.check_count(&listed, &stored);
        let found = ids.iter().zip(&mut sent).skip(listed_count);
        found::keep_edits(found, &stored, &standing);
        self.put_sent(&ids, &listed, sent, &stored, &standing).await?;
        self.keep_or_retire(stored, standing, &listed).await?;
        Ok(())
    }

    /// Leaves out the last of the statements found, so that the article keeps within
    /// its most statements. The first `listed` were sent and stay.
    fn leave_out(
        &mut self,
        listed: usize,
        ids: &mut Vec<StatementId>,
        sent: &mut Vec<Statement>,
        stored: &[StoredStatement],
    ) {
        let stored: HashSet<&StatementId> = stored.iter().map(|(id, ..)| id).collect();
        let all: HashSet<&StatementId> = ids.iter().collect();
        let kept = stored.iter().filter(|id| !all.contains(**id)).count();
        let kept = if self.command.replace_statements { 0 } else { kept };
        let mut over = (ids.len() + kept).saturating_sub(limits::STATEMENTS_PER_ARTICLE);
        if over == 0 {
            return;
        }
        for at in (listed..ids.len()).rev() {
            let new = ids.get(at).is_some_and(|id| !stored.contains(id));
            if over > 0 && new {
                ids.remove(at);
                sent.remove(at);
                over -= 1;
                self.plan.truncated = true;
            }
        }
        let ids: HashSet<&StatementId> = ids.iter().collect();
        for statement in sent.iter_mut().skip(listed) {
            statement.parent = statement.parent.take().filter(|parent| ids.contains(parent));
        }
    }

    /// Checks that the article keeps within its most statements, those that stay
    /// without being sent included.
    fn check_count(&mut self, listed: &HashSet<StatementId>, stored: &[StoredStatement]) {
        let kept = stored.iter().filter(|(id, ..)| !listed.contains(id)).count();
        let kept = if self.command.replace_statements { 0 } else { kept };
        let most = limits::STATEMENTS_PER_ARTICLE;
        if !listed.is_empty() && is_nearly_full(listed.len() + kept) {
            let since = self.reader.revision();
            self.plan.require(Precondition::StatementsUnmoved(self.id.clone(), since));
        }
        if listed.len() + kept > most {
            let text = format!(
                "an article has at most {most} statements, and {kept} stay that are not listed: \
                 set `replace_statements`, or delete some"
            );
            self.violations.push(Violation::new("statements", "OVER_LIMIT", text));
        }
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

    async fn put_sent(
        &mut self,
        ids: &[StatementId],
        listed: &HashSet<StatementId>,
        sent: Vec<Statement>,
        stored: &[StoredStatement],
        standing: &[(StatementId, Statement)],
    ) -> Result<(), Error> {
        let command = self.command;
        let known: HashMap<&StatementId, usize> =
            stored.iter().enumerate().map(|(at, (id, ..))| (id, at)).collect();
        let mut answer = Vec::with_capacity(ids.len());
        for (at, (id, mut statement)) in ids.iter().zip(sent).enumerate() {
            let name = self.statement_name(id);
            answer.push(name.clone());
            let old = known.get(id).and_then(|at| stored.get(*at).zip(standing.get(*at)));
            match old {
                Some(((_, revision, before), (_, standing))) => {
                    // What was found was linked by name alone.
                    let draft = match command.statements.get(at) {
                        Some(draft) => Cow::Borrowed(&draft.statement),
                        None => Cow::Owned(found::unlinked(&statement)),
                    };
                    recorded::keep_recorded(self.reader, &mut statement, &draft, before).await?;
                    statement.anchoring = carry::anchoring(before, &statement);
                    keep_what_is_not_sent(&mut statement, standing);
                    statement.links.retain(|link| !self.retires(&link.target, listed));
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
        self.plan.answer.splice(1..1, answer);
        Ok(())
    }

    /// Whether a statement is deleted since it is not among the listed ones.
    fn retires(&self, name: &StatementName, listed: &HashSet<StatementId>) -> bool {
        let here = name.article == self.id;
        self.command.replace_statements && here && !listed.contains(&name.statement)
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
                retired.push(name);
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
                self.plan.mutate(Mutation::Delete(name));
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
}

/// What statements keep of an article.
pub(in crate::kb) fn copy_of(article: &Article) -> ArticleCopy {
    ArticleCopy {
        version: article.version,
        publisher: article.publisher.key().unwrap_or_default(),
        language: article.language.clone(),
        published_at: article.published_at,
    }
}

/// Completes a statement as sent: selectors, kind, origins, what it keeps of its
/// article.
pub(in crate::kb) fn complete(
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

/// The stored statements as they stand with the article as it is to be: the copied
/// fields new and, where the body changed, anchored again or orphaned.
fn standing(
    stored: &[StoredStatement],
    copy: &ArticleCopy,
    mut carrier: Option<Carrier<'_>>,
) -> Vec<(StatementId, Statement)> {
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

/// A sent statement takes over what only the server or an editor sets, and who
/// sent it first where it says nothing new.
fn keep_what_is_not_sent(sent: &mut Statement, stored: &Statement) {
    if stored.status == StatementStatus::Retracted {
        sent.status = StatementStatus::Retracted;
        sent.retraction.clone_from(&stored.retraction);
    }
    if sent.rank == Rank::Normal && sent.rank_reason.is_empty() {
        sent.rank = stored.rank;
        sent.rank_reason.clone_from(&stored.rank_reason);
    }
    if sent.links.is_empty() {
        sent.links.clone_from(&stored.links);
    }
    if sent.says_the_same(stored) {
        sent.clone_from(stored);
    }
}
