//! IngestService.

use std::sync::Arc;

use tokio::sync::watch;
use tonic::{Request, Response, Status, Streaming};

use super::base::Base;
use super::bulk::{self, BulkLimits};
use super::call::{ANONYMOUS, Calls};
use super::pb::ingest_service_server::IngestService;
use super::streaming::{self, AnswerStream};
use super::{from_pb, pb, status, to_pb};

/// Serves writes to one knowledge base.
pub(super) struct Ingest {
    pub(super) base: Base,
    pub(super) calls: Calls,
    pub(super) bulk: BulkLimits,
    /// Becomes true when the server stops: streams then end in good order.
    pub(super) stopping: watch::Receiver<bool>,
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
            let answer = to_pb::ingested(self.base.get()?.ingest_article(command).await?)?;
            Ok(to_pb::names_only_above(answer, fits))
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn extract_article(
        &self,
        request: Request<pb::ExtractArticleRequest>,
    ) -> Result<Response<pb::ExtractArticleResponse>, Status> {
        let work = async |request| {
            let command = from_pb::extract_article(request, ANONYMOUS)?;
            to_pb::extracted(self.base.get()?.ingest_article(command).await?)
        };
        self.calls.unary(request, status::of_read, work).await
    }

    type IngestArticlesStream = AnswerStream<pb::IngestArticlesResponse>;

    async fn ingest_articles(
        &self,
        request: Request<Streaming<pb::IngestArticlesRequest>>,
    ) -> Result<Response<Self::IngestArticlesStream>, Status> {
        let (place, deadline) = self.calls.stream(&request)?;
        let kb = Arc::clone(self.base.get().map_err(status::of_write)?);
        let stream = bulk::Stream {
            kb,
            incoming: request.into_inner(),
            limits: self.bulk,
            stopping: self.stopping.clone(),
        };
        let answers = streaming::answers(deadline, place, |answers| stream.serve(answers));
        Ok(Response::new(answers))
    }

    async fn update_article(
        &self,
        request: Request<pb::UpdateArticleRequest>,
    ) -> Result<Response<pb::UpdateArticleResponse>, Status> {
        let work = async |request| {
            let command = from_pb::update_article(request, ANONYMOUS)?;
            to_pb::updated_article(self.base.get()?.update_article(command).await?)
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn delete_article(
        &self,
        request: Request<pb::DeleteArticleRequest>,
    ) -> Result<Response<pb::DeleteArticleResponse>, Status> {
        let work = async |request| {
            let command = from_pb::delete_article(request, ANONYMOUS)?;
            Ok(to_pb::deleted_article(self.base.get()?.delete(command).await?))
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn create_statement(
        &self,
        request: Request<pb::CreateStatementRequest>,
    ) -> Result<Response<pb::CreateStatementResponse>, Status> {
        let work = async |request| {
            let command = from_pb::create_statement(request, ANONYMOUS)?;
            to_pb::created_statement(self.base.get()?.create_statement(command).await?)
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn update_statement(
        &self,
        request: Request<pb::UpdateStatementRequest>,
    ) -> Result<Response<pb::UpdateStatementResponse>, Status> {
        let work = async |request| {
            let command = from_pb::update_statement(request, ANONYMOUS)?;
            to_pb::updated_statement(self.base.get()?.update_statement(command).await?)
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn retract_statement(
        &self,
        request: Request<pb::RetractStatementRequest>,
    ) -> Result<Response<pb::RetractStatementResponse>, Status> {
        let work = async |request| {
            let command = from_pb::retract_statement(request, ANONYMOUS)?;
            to_pb::retracted_statement(self.base.get()?.retract_statement(command).await?)
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn link_statements(
        &self,
        request: Request<pb::LinkStatementsRequest>,
    ) -> Result<Response<pb::LinkStatementsResponse>, Status> {
        let work = async |request| {
            let command = from_pb::link_statements(request, ANONYMOUS)?;
            to_pb::linked_statements(self.base.get()?.link_statements(command).await?)
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn unlink_statements(
        &self,
        request: Request<pb::UnlinkStatementsRequest>,
    ) -> Result<Response<pb::UnlinkStatementsResponse>, Status> {
        let work = async |request| {
            let command = from_pb::unlink_statements(request, ANONYMOUS)?;
            to_pb::unlinked_statements(self.base.get()?.unlink_statements(command).await?)
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn delete_statement(
        &self,
        request: Request<pb::DeleteStatementRequest>,
    ) -> Result<Response<pb::DeleteStatementResponse>, Status> {
        let work = async |request| {
            let command = from_pb::delete_statement(request, ANONYMOUS)?;
            Ok(to_pb::deleted_statement(self.base.get()?.delete(command).await?))
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn create_entity(
        &self,
        request: Request<pb::CreateEntityRequest>,
    ) -> Result<Response<pb::CreateEntityResponse>, Status> {
        let work = async |request| {
            let command = from_pb::create_entity(request, ANONYMOUS)?;
            to_pb::created_entity(self.base.get()?.create_entity(command).await?)
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn update_entity(
        &self,
        request: Request<pb::UpdateEntityRequest>,
    ) -> Result<Response<pb::UpdateEntityResponse>, Status> {
        let work = async |request| {
            let command = from_pb::update_entity(request, ANONYMOUS)?;
            to_pb::updated_entity(self.base.get()?.update_entity(command).await?)
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn delete_entity(
        &self,
        request: Request<pb::DeleteEntityRequest>,
    ) -> Result<Response<pb::DeleteEntityResponse>, Status> {
        let work = async |request| {
            let command = from_pb::delete_entity(request, ANONYMOUS)?;
            Ok(to_pb::deleted_entity(self.base.get()?.delete(command).await?))
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn merge_entities(
        &self,
        request: Request<pb::MergeEntitiesRequest>,
    ) -> Result<Response<pb::MergeEntitiesResponse>, Status> {
        let work = async |request| {
            let command = from_pb::merge_entities(request, ANONYMOUS)?;
            Ok(to_pb::merged_entities(self.base.get()?.merge_entities(command).await?))
        };
        self.calls.unary(request, status::of_write, work).await
    }

    async fn unmerge_entities(
        &self,
        request: Request<pb::UnmergeEntitiesRequest>,
    ) -> Result<Response<pb::UnmergeEntitiesResponse>, Status> {
        let work = async |request| {
            let command = from_pb::unmerge_entities(request, ANONYMOUS)?;
            Ok(to_pb::unmerged_entities(self.base.get()?.unmerge_entities(command).await?))
        };
        self.calls.unary(request, status::of_write, work).await
    }
}
