//! Linking statements: the link is stored with the one that bears on the other,
//! which is not written.

use async_trait::async_trait;

use super::KnowledgeBase;
use super::command::{IngestOutcome, LinkStatements, UnlinkStatements, WriteContext, Written};
use super::create::{require_record, written};
use super::error::Error;
use super::ingest::stamp;
use super::plan::Plan;
use super::update_statement::stored_statement;
use super::write::Command;
use crate::domain::limits;
use crate::domain::record::{Committed, Record};
use crate::domain::statement::{LinkType, Statement, StatementLink};
use crate::store::{Mutation, Precondition, Reader};

impl KnowledgeBase {
    /// Says how one statement bears on another.
    pub async fn link_statements(&self, command: LinkStatements) -> Result<Written, Error> {
        self.write(&command).await.and_then(written)
    }

    /// Removes a link.
    pub async fn unlink_statements(&self, command: UnlinkStatements) -> Result<Written, Error> {
        self.write(&command).await.and_then(written)
    }
}

#[async_trait]
impl Command for LinkStatements {
    fn method(&self) -> &'static str {
        "LinkStatements"
    }

    fn context(&self) -> &WriteContext {
        &self.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        plan_link(reader, self).await
    }
}

#[async_trait]
impl Command for UnlinkStatements {
    fn method(&self) -> &'static str {
        "UnlinkStatements"
    }

    fn context(&self) -> &WriteContext {
        &self.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        let (mut statement, committed) =
            stored_statement(reader, &self.name, self.etag.as_ref()).await?;
        let count = statement.links.len();
        statement.links.retain(|link| !is(link, self.kind, &self.target));
        let mut plan = Plan::new(self.name.clone().into());
        if statement.links.len() < count {
            put(&mut plan, statement, &committed);
        } else if !self.allow_missing {
            return Err(Error::NoSuchLink {
                source_name: self.name.clone(),
                target: self.target.clone(),
                kind: self.kind,
            });
        }
        Ok(plan)
    }
}

async fn plan_link(reader: &dyn Reader, command: &LinkStatements) -> Result<Plan, Error> {
    let LinkStatements { context, name, etag, link } = command;
    let (mut statement, committed) = stored_statement(reader, name, etag.as_ref()).await?;
    if link.target == *name {
        let text = "a statement does not bear on itself";
        return Err(Error::invalid("link.target", "SELF", text));
    }
    let mut plan = Plan::new(name.clone().into());
    let mut violations = Vec::new();
    let (target, field) = (link.target.clone().into(), "link.target".to_owned());
    require_record(reader, target, field, &mut plan, &mut violations).await?;
    if !violations.is_empty() {
        return Err(Error::Invalid(violations));
    }
    if statement.links.iter().any(|known| is(known, link.kind, &link.target)) {
        let (source_name, target, kind) = (name.clone(), link.target.clone(), link.kind);
        return Err(Error::LinkExists { source_name, target, kind });
    }
    if statement.links.len() >= limits::LINKS {
        let text = format!(
            "{name} has {} links, the most it may: remove some, or link from the other statement",
            limits::LINKS
        );
        return Err(Error::invalid("link", "OVER_LIMIT", text));
    }
    let origin = stamp(&link.origin, context);
    statement.links.push(StatementLink { origin, ..link.clone() });
    put(&mut plan, statement, &committed);
    Ok(plan)
}

fn is(link: &StatementLink, kind: LinkType, target: &crate::domain::id::StatementName) -> bool {
    link.kind == kind && link.target == *target
}

fn put(plan: &mut Plan, statement: Statement, committed: &Committed) {
    plan.outcome = IngestOutcome::Revised;
    plan.require(Precondition::AtRevision(plan.subject.clone(), committed.revision));
    plan.mutate(Mutation::Put(plan.subject.clone(), Record::Statement(Box::new(statement))));
}
