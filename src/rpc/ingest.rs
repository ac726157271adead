//! IngestService.

use std::sync::Arc;

use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};

use super::bulk::{self, BulkLimits};
use super::call::{ANONYMOUS, Calls};
use super::pb::ingest_service_server::IngestService;
use super::{from_pb, pb, to_pb};
use crate::kb::KnowledgeBase;

/// Serves writes to one knowledge base.
pub(super) struct Ingest {
    pub(super) kb: Arc<KnowledgeBase>,
    pub(super) calls: Calls,
    pub(super) bulk: BulkLimits,
}

#[tonic::async_trait]
impl IngestService for Ingest {
    async fn ingest_article(
        &self,
        request: Request<pb::IngestArticleRequest>,
    ) -> Result<Response<pb::IngestArticleResponse>, Status> {
        let fits = self.calls.answer_bytes();
        let work = async |request| {
            let command = from_pb::ingest_article(request, ANONYMOUS)?;
            let answer = to_pb::ingested(self.kb.ingest_article(command).await?);
            Ok(to_pb::names_only_above(answer, fits))
        };
        self.calls.unary(request, work).await
    }

    type IngestArticlesStream = ReceiverStream<Result<pb::IngestArticlesResponse, Status>>;

    async fn ingest_articles(
        &self,
        request: Request<Streaming<pb::IngestArticlesRequest>>,
    ) -> Result<Response<Self::IngestArticlesStream>, Status> {
        let (permit, deadline) = self.calls.stream(request.metadata())?;
        let kb = Arc::clone(&self.kb);
        let stream = bulk::run(kb, request.into_inner(), self.bulk, deadline, permit);
        Ok(Response::new(stream))
    }

    async fn update_article(
        &self,
        request: Request<pb::UpdateArticleRequest>,
    ) -> Result<Response<pb::UpdateArticleResponse>, Status> {
        let work = async |request| {
            let command = from_pb::update_article(request, ANONYMOUS)?;
            Ok(to_pb::updated_article(self.kb.update_article(command).await?))
        };
        self.calls.unary(request, work).await
    }

    async fn delete_article(
        &self,
        request: Request<pb::DeleteArticleRequest>,
    ) -> Result<Response<pb::DeleteArticleResponse>, Status> {
        let work = async |request| {
            let command = from_pb::delete_article(request, ANONYMOUS)?;
            Ok(to_pb::deleted_article(self.kb.delete(command).await?))
        };
        self.calls.unary(request, work).await
    }

    async fn create_statement(
        &self,
        request: Request<pb::CreateStatementRequest>,
    ) -> Result<Response<pb::CreateStatementResponse>, Status> {
        let work = async |request| {
            let command = from_pb::create_statement(request, ANONYMOUS)?;
            Ok(to_pb::created_statement(self.kb.create_statement(command).await?))
        };
        self.calls.unary(request, work).await
    }

    async fn delete_statement(
        &self,
        request: Request<pb::DeleteStatementRequest>,
    ) -> Result<Response<pb::DeleteStatementResponse>, Status> {
        let work = async |request| {
            let command = from_pb::delete_statement(request, ANONYMOUS)?;
            Ok(to_pb::deleted_statement(self.kb.delete(command).await?))
        };
        self.calls.unary(request, work).await
    }

    async fn create_entity(
        &self,
        request: Request<pb::CreateEntityRequest>,
    ) -> Result<Response<pb::CreateEntityResponse>, Status> {
        let work = async |request| {
            let command = from_pb::create_entity(request, ANONYMOUS)?;
            Ok(to_pb::created_entity(self.kb.create_entity(command).await?))
        };
        self.calls.unary(request, work).await
    }

    async fn update_entity(
        &self,
        request: Request<pb::UpdateEntityRequest>,
    ) -> Result<Response<pb::UpdateEntityResponse>, Status> {
        let work = async |request| {
            let command = from_pb::update_entity(request, ANONYMOUS)?;
            Ok(to_pb::updated_entity(self.kb.update_entity(command).await?))
        };
        self.calls.unary(request, work).await
    }

    async fn delete_entity(
        &self,
        request: Request<pb::DeleteEntityRequest>,
    ) -> Result<Response<pb::DeleteEntityResponse>, Status> {
        let work = async |request| {
            let command = from_pb::delete_entity(request, ANONYMOUS)?;
            Ok(to_pb::deleted_entity(self.kb.delete(command).await?))
        };
        self.calls.unary(request, work).await
    }
}
