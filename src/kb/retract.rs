//! Retracting a statement: it is kept, and says why it does not stand.

use async_trait::async_trait;

use super::KnowledgeBase;
use super::command::{IngestOutcome, RetractStatement, WriteContext, Written};
use super::create::written;
use super::error::Error;
use super::plan::Plan;
use super::update_statement::stored_statement;
use super::write::Command;
use crate::domain::record::Record;
use crate::domain::statement::{Retraction, StatementStatus};
use crate::domain::time::Timestamp;
use crate::store::{Mutation, Precondition, Reader};

impl KnowledgeBase {
    /// Retracts a statement.
    pub async fn retract_statement(&self, command: RetractStatement) -> Result<Written, Error> {
        let retracting = Retracting { command, now: self.clock.now() };
        self.write(&retracting).await.and_then(written)
    }
}

/// A retraction with its time.
struct Retracting {
    command: RetractStatement,
    now: Timestamp,
}

#[async_trait]
impl Command for Retracting {
    fn method(&self) -> &'static str {
        "RetractStatement"
    }

    fn context(&self) -> &WriteContext {
        &self.command.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        let RetractStatement { name, etag, kind, reason, by, .. } = &self.command;
        let (mut statement, committed) = stored_statement(reader, name, etag.as_ref()).await?;
        let mut plan = Plan::new(name.clone().into());
        let retraction =
            Retraction { kind: *kind, reason: reason.clone(), by: by.clone(), time: self.now };
        let told = statement.retraction.as_ref();
        let same =
            told.is_some_and(|told| (told.kind, &told.reason, &told.by) == (*kind, reason, by));
        if same && statement.status == StatementStatus::Retracted {
            return Ok(plan);
        }
        statement.status = StatementStatus::Retracted;
        statement.retraction = Some(retraction);
        plan.outcome = IngestOutcome::Revised;
        plan.require(Precondition::AtRevision(plan.subject.clone(), committed.revision));
        plan.mutate(Mutation::Put(plan.subject.clone(), Record::Statement(Box::new(statement))));
        Ok(plan)
    }
}
