//! One write: what is sent, what it must do to which records, and what the server
//! said of it.

use dicta::rpc::pb;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use dicta::rpc::pb::record::Record;
use tonic::Status;
use tonic::transport::Channel;

/// A write, with the request_id that makes it safe to send again.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    pub(crate) request: Request,
    /// Everything that its commit does, and nothing else.
    pub(crate) effects: Vec<Effect>,
}

/// What a commit does to one record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Effect {
    pub(crate) name: String,
    pub(crate) change: pb::ChangeKind,
    /// A word that stands in the record afterwards, and in no record before.
    pub(crate) shows: Option<String>,
}

/// The writes that there are.
#[derive(Clone, Debug)]
pub(crate) enum Request {
    Ingest(Box<pb::IngestArticleRequest>),
    UpdateArticle(pb::UpdateArticleRequest),
    DeleteArticle(pb::DeleteArticleRequest),
    CreateStatement(pb::CreateStatementRequest),
    UpdateStatement(pb::UpdateStatementRequest),
    Retract(pb::RetractStatementRequest),
    Link(pb::LinkStatementsRequest),
    Unlink(pb::UnlinkStatementsRequest),
    DeleteStatement(pb::DeleteStatementRequest),
    CreateEntity(pb::CreateEntityRequest),
    UpdateEntity(pb::UpdateEntityRequest),
    DeleteEntity(pb::DeleteEntityRequest),
    Merge(pb::MergeEntitiesRequest),
    Unmerge(pb::UnmergeEntitiesRequest),
}

/// An acknowledgement.
#[derive(Clone, Debug)]
pub(crate) struct Acknowledged {
    pub(crate) operation: Operation,
    pub(crate) revision: i64,
    pub(crate) token: String,
    /// The records that it showed.
    pub(crate) records: Vec<Record>,
}

impl Operation {
    /// Sends it, and waits for the answer.
    pub(crate) async fn send(
        &self,
        client: &mut IngestServiceClient<Channel>,
    ) -> Result<Acknowledged, Status> {
        let (revision, token, records) = self.request.send(client).await?;
        Ok(Acknowledged { operation: self.clone(), revision, token, records })
    }
}

/// The parts of an answer: its revision, its token, and the records that it shows.
type Answer = (i64, String, Vec<Record>);

macro_rules! answer {
    ($client:ident . $method:ident($request:expr), $answer:ident => $records:expr) => {{
        let $answer = $client.$method($request.clone()).await?.into_inner();
        ($answer.revision, $answer.consistency_token.clone(), $records)
    }};
}

impl Request {
    async fn send(&self, client: &mut IngestServiceClient<Channel>) -> Result<Answer, Status> {
        Ok(match self {
            Self::Ingest(it) => {
                answer!(client.ingest_article((**it)), answer => ingested(answer))
            }
            Self::UpdateArticle(it) => {
                answer!(client.update_article(it), it => it.article.map(Record::Article).into_iter().collect())
            }
            Self::DeleteArticle(it) => answer!(client.delete_article(it), it => Vec::new()),
            Self::CreateStatement(it) => {
                answer!(client.create_statement(it), it => statement(it.statement))
            }
            Self::UpdateStatement(it) => {
                answer!(client.update_statement(it), it => statement(it.statement))
            }
            Self::Retract(it) => {
                answer!(client.retract_statement(it), it => statement(it.statement))
            }
            Self::Link(it) => answer!(client.link_statements(it), it => statement(it.statement)),
            Self::Unlink(it) => {
                answer!(client.unlink_statements(it), it => statement(it.statement))
            }
            Self::DeleteStatement(it) => answer!(client.delete_statement(it), it => Vec::new()),
            Self::CreateEntity(it) => answer!(client.create_entity(it), it => entity(it.entity)),
            Self::UpdateEntity(it) => answer!(client.update_entity(it), it => entity(it.entity)),
            Self::DeleteEntity(it) => answer!(client.delete_entity(it), it => Vec::new()),
            Self::Merge(it) => answer!(client.merge_entities(it), it => entity(it.entity)),
            Self::Unmerge(it) => answer!(client.unmerge_entities(it), it => {
                [entity(it.entity), entity(it.survivor)].concat()
            }),
        })
    }
}

fn ingested(answer: pb::IngestArticleResponse) -> Vec<Record> {
    let statements = answer.statements.into_iter().map(Record::Statement);
    let entities = answer.entities.into_iter().map(Record::Entity);
    answer.article.map(Record::Article).into_iter().chain(statements).chain(entities).collect()
}

fn statement(statement: Option<pb::Statement>) -> Vec<Record> {
    statement.map(Record::Statement).into_iter().collect()
}

fn entity(entity: Option<pb::Entity>) -> Vec<Record> {
    entity.map(Record::Entity).into_iter().collect()
}
