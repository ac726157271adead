//! One write, and what the knowledge base answers to it.

use super::model::{Answer, Refusal, without_text};
use crate::domain::id::RecordName;
use crate::kb::KnowledgeBase;
use crate::kb::command::{
    CreateEntity, CreateStatement, Delete, DeletedAnswer, IngestArticle, IngestOutcome, Ingested,
    LinkStatements, MergeEntities, Receipt, RetractStatement, UnlinkStatements, UnmergeEntities,
    UpdateArticle, UpdateEntity, UpdateStatement, WriteContext, Written,
};
use crate::kb::error::Error;

/// A write.
#[derive(Clone, Debug)]
pub(super) enum Operation {
    Ingest(IngestArticle),
    UpdateArticle(UpdateArticle),
    Delete(Delete),
    CreateStatement(CreateStatement),
    UpdateStatement(UpdateStatement),
    Retract(RetractStatement),
    Link(LinkStatements),
    Unlink(UnlinkStatements),
    CreateEntity(CreateEntity),
    UpdateEntity(UpdateEntity),
    Merge(MergeEntities),
    Unmerge(UnmergeEntities),
}

impl Operation {
    /// The scope of its request_id.
    pub(super) fn method(&self) -> &'static str {
        match self {
            Self::Ingest(_) => "IngestArticle",
            Self::UpdateArticle(_) => "UpdateArticle",
            Self::Delete(delete) => match delete.name {
                RecordName::Article(_) => "DeleteArticle",
                RecordName::Statement(_) => "DeleteStatement",
                RecordName::Entity(_) => "DeleteEntity",
            },
            Self::CreateStatement(_) => "CreateStatement",
            Self::UpdateStatement(_) => "UpdateStatement",
            Self::Retract(_) => "RetractStatement",
            Self::Link(_) => "LinkStatements",
            Self::Unlink(_) => "UnlinkStatements",
            Self::CreateEntity(_) => "CreateEntity",
            Self::UpdateEntity(_) => "UpdateEntity",
            Self::Merge(_) => "MergeEntities",
            Self::Unmerge(_) => "UnmergeEntities",
        }
    }

    pub(super) fn context(&self) -> &WriteContext {
        match self {
            Self::Ingest(it) => &it.context,
            Self::UpdateArticle(it) => &it.context,
            Self::Delete(it) => &it.context,
            Self::CreateStatement(it) => &it.context,
            Self::UpdateStatement(it) => &it.context,
            Self::Retract(it) => &it.context,
            Self::Link(it) => &it.context,
            Self::Unlink(it) => &it.context,
            Self::CreateEntity(it) => &it.context,
            Self::UpdateEntity(it) => &it.context,
            Self::Merge(it) => &it.context,
            Self::Unmerge(it) => &it.context,
        }
    }

    pub(super) fn context_mut(&mut self) -> &mut WriteContext {
        match self {
            Self::Ingest(it) => &mut it.context,
            Self::UpdateArticle(it) => &mut it.context,
            Self::Delete(it) => &mut it.context,
            Self::CreateStatement(it) => &mut it.context,
            Self::UpdateStatement(it) => &mut it.context,
            Self::Retract(it) => &mut it.context,
            Self::Link(it) => &mut it.context,
            Self::Unlink(it) => &mut it.context,
            Self::CreateEntity(it) => &mut it.context,
            Self::UpdateEntity(it) => &mut it.context,
            Self::Merge(it) => &mut it.context,
            Self::Unmerge(it) => &mut it.context,
        }
    }

    /// Asks the knowledge base for it.
    pub(super) async fn ask(&self, kb: &KnowledgeBase) -> Result<Reply, Refusal> {
        let reply = match self.clone() {
            Self::Ingest(it) => kb.ingest_article(it).await.map(Reply::from),
            Self::UpdateArticle(it) => kb.update_article(it).await.map(Reply::from),
            Self::Delete(it) => kb.delete(it).await.map(Reply::from),
            Self::CreateStatement(it) => kb.create_statement(it).await.map(Reply::from),
            Self::UpdateStatement(it) => kb.update_statement(it).await.map(Reply::from),
            Self::Retract(it) => kb.retract_statement(it).await.map(Reply::from),
            Self::Link(it) => kb.link_statements(it).await.map(Reply::from),
            Self::Unlink(it) => kb.unlink_statements(it).await.map(Reply::from),
            Self::CreateEntity(it) => kb.create_entity(it).await.map(Reply::from),
            Self::UpdateEntity(it) => kb.update_entity(it).await.map(Reply::from),
            Self::Merge(it) => kb.merge_entities(it).await.map(|it| it.receipt.into()),
            Self::Unmerge(it) => kb.unmerge_entities(it).await.map(|it| it.receipt.into()),
        };
        reply.map_err(|error: Error| Refusal::of(&error))
    }
}

/// What the knowledge base answers.
#[derive(Debug)]
pub(super) struct Reply {
    outcome: Option<IngestOutcome>,
    records: Option<Vec<crate::domain::record::Stored>>,
    statements: Option<usize>,
    receipt: Receipt,
}

impl Reply {
    /// The answer that it is; what it does not tell is taken from the expected one.
    pub(super) fn answer(self, expected: Option<&Answer>) -> Answer {
        let like = expected.cloned().unwrap_or_default();
        Answer {
            outcome: self.outcome.unwrap_or(like.outcome),
            records: self.records.unwrap_or(like.records),
            names: self.statements.map_or(like.names, |statements| statements + 1),
            revision: self.receipt.revision,
            dry: self.receipt.consistency_token.is_empty(),
        }
    }
}

impl From<Ingested> for Reply {
    fn from(ingested: Ingested) -> Self {
        let Ingested { outcome, article, statements, entities, receipt, .. } = ingested;
        let records = std::iter::once(article).chain(statements).chain(entities);
        let records = Some(records.map(without_text).collect());
        Self { outcome: Some(outcome), records, statements: None, receipt }
    }
}

impl From<Receipt> for Reply {
    fn from(receipt: Receipt) -> Self {
        Self { outcome: None, records: None, statements: None, receipt }
    }
}

impl From<Written> for Reply {
    fn from(Written { record, receipt }: Written) -> Self {
        let records = Some(vec![without_text(record)]);
        Self { outcome: None, records, statements: None, receipt }
    }
}

impl From<DeletedAnswer> for Reply {
    fn from(DeletedAnswer { statements, receipt }: DeletedAnswer) -> Self {
        Self { outcome: None, records: None, statements: Some(statements), receipt }
    }
}
