//! QueryService.

use prost::Message;
use tokio::sync::watch;
use tonic::{Request, Response, Status};

use super::base::Base;
use super::call::Calls;
use super::export::Export;
use super::pb::query_service_server::QueryService;
use super::room::{absent, fits, framed};
use super::search;
use super::streaming::{self, AnswerStream};
use super::watch::{Responses, Subscription, WatchPolicy};
use super::{from_pb, near_duplicates, pb, status, to_pb};
use crate::domain::record::Stored;
use crate::kb::command::{GetRecords, ListRecords};
use crate::kb::error::Error;
use crate::kb::{Beside, Records};
use crate::store::At;

/// Answers questions about one knowledge base.
pub(super) struct Query {
    pub(super) base: Base,
    pub(super) calls: Calls,
    pub(super) watch: WatchPolicy,
    /// Becomes true when the server stops: streams then end in good order.
    pub(super) stopping: watch::Receiver<bool>,
}

/// Records as they travel, as many as one message holds.
struct Packed<T> {
    records: Vec<T>,
    missing: Vec<String>,
    gone: Vec<pb::GoneRecord>,
    deferred: Vec<String>,
    revision: i64,
}

/// A page as it travels.
struct PackedPage<T> {
    records: Vec<T>,
    next_page_token: String,
    revision: i64,
}

impl Query {
    async fn get<T>(
        &self,
        query: GetRecords,
        to_pb: impl FnOnce(Stored, Beside) -> Result<T, Error>,
    ) -> Result<(Option<T>, i64), Error> {
        let name = query.names.first().cloned();
        let required = || Error::invalid("name", "REQUIRED", "give the record's name");
        let (stored, revision) = self.base.get()?.get(name.ok_or_else(required)?, &query).await?;
        let beside = self.base.get()?.beside(&[&stored], revision).await?.pop().unwrap_or_default();
        Ok((Some(to_pb(stored, beside)?), to_pb::revision(revision)))
    }

    async fn fill_near_duplicates(
        &self,
        articles: Vec<&mut pb::Article>,
        newest: bool,
    ) -> Result<(), Error> {
        if newest {
            near_duplicates::fill(self.base.get()?.as_ref(), articles, self.calls.answer_bytes())
                .await?;
        }
        Ok(())
    }

    async fn batch_get<T: Message>(
        &self,
        query: GetRecords,
        to_pb: impl Fn(Stored, Beside) -> Result<T, Error> + Sync,
    ) -> Result<Packed<T>, Error> {
        let mut room = self.calls.answer_bytes();
        let Records { found, missing, mut deferred, revision } = self
            .base
            .get()?
            .batch_get(&query, |stored| !fits(&mut room, stored_bytes(stored)))
            .await?;
        let mut room = self.calls.answer_bytes();
        let mut records = Vec::with_capacity(found.len());
        let mut late = Vec::new();
        let beside = self.base.get()?.beside(&found.iter().collect::<Vec<_>>(), revision).await?;
        for (stored, beside) in found.into_iter().zip(beside) {
            let name = stored.name.clone();
            let record = to_pb(stored, beside)?;
            if late.is_empty() && fits(&mut room, framed(&record)) {
                records.push(record);
            } else {
                late.push(name);
            }
        }
        late.append(&mut deferred);
        let (missing, gone) = absent(missing, &mut room, &mut late);
        Ok(Packed {
            records,
            missing,
            gone,
            deferred: late.iter().map(ToString::to_string).collect(),
            revision: to_pb::revision(revision),
        })
    }

    async fn list<T: Message>(
        &self,
        query: ListRecords,
        to_pb: impl Fn(Stored, Beside) -> Result<T, Error> + Sync,
    ) -> Result<PackedPage<T>, Error> {
        let mut room = self.calls.answer_bytes();
        let mut page = self.base.get()?.list(&query, room).await?;
        let mut records = Vec::with_capacity(page.items.len());
        let items = std::mem::take(&mut page.items);
        let listed: Vec<&Stored> = items.iter().map(|item| &item.record).collect();
        let beside = self.base.get()?.beside(&listed, page.revision).await?;
        for (item, beside) in items.into_iter().zip(beside) {
            let record = to_pb(item.record, beside)?;
            if !fits(&mut room, framed(&record)) && !records.is_empty() {
                page.ends_after_last();
                break;
            }
            records.push(record);
            page.took(item.cursor);
        }
        Ok(PackedPage {
            records,
            next_page_token: page.next_page_token(),
            revision: to_pb::revision(page.revision),
        })
    }
}

/// About what a record will fill: its text, which is nearly all that makes one
/// large. What travels is measured again.
fn stored_bytes(stored: &Stored) -> usize {
    match &stored.value {
        crate::domain::record::Record::Article(article) => {
            article.body.text.as_ref().map_or(0, |text| text.len())
        }
        _ => 0,
    }
}

#[tonic::async_trait]
impl QueryService for Query {
    async fn get_article(
        &self,
        request: Request<pb::GetArticleRequest>,
    ) -> Result<Response<pb::GetArticleResponse>, Status> {
        let work = async |request| {
            let query = from_pb::get_article(request)?;
            let (body, newest) = (query.body, query.read.at == At::Head);
            let (mut article, revision) =
                self.get(query, |stored, beside| to_pb::seen_article(stored, body, beside)).await?;
            self.fill_near_duplicates(article.iter_mut().collect(), newest).await?;
            Ok(pb::GetArticleResponse { article, revision })
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn batch_get_articles(
        &self,
        request: Request<pb::BatchGetArticlesRequest>,
    ) -> Result<Response<pb::BatchGetArticlesResponse>, Status> {
        let work = async |request| {
            let query = from_pb::batch_get_articles(request)?;
            let (body, newest) = (query.body, query.read.at == At::Head);
            let mut packed = self
                .batch_get(query, |stored, beside| to_pb::seen_article(stored, body, beside))
                .await?;
            self.fill_near_duplicates(packed.records.iter_mut().collect(), newest).await?;
            Ok(pb::BatchGetArticlesResponse {
                articles: packed.records,
                missing: packed.missing,
                gone: packed.gone,
                deferred: packed.deferred,
                revision: packed.revision,
            })
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn list_articles(
        &self,
        request: Request<pb::ListArticlesRequest>,
    ) -> Result<Response<pb::ListArticlesResponse>, Status> {
        let work = async |request| {
            let query = from_pb::list_articles(request)?;
            let (body, newest) = (query.body, query.read.at == At::Head);
            let mut page = self
                .list(query, |stored, beside| to_pb::seen_article(stored, body, beside))
                .await?;
            self.fill_near_duplicates(page.records.iter_mut().collect(), newest).await?;
            Ok(pb::ListArticlesResponse {
                articles: page.records,
                next_page_token: page.next_page_token,
                revision: page.revision,
            })
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn list_article_versions(
        &self,
        request: Request<pb::ListArticleVersionsRequest>,
    ) -> Result<Response<pb::ListArticleVersionsResponse>, Status> {
        let mut room = self.calls.answer_bytes();
        let work = async |request| {
            let query = from_pb::list_article_versions(request)?;
            let name = query.article.clone().into();
            let mut page = self.base.get()?.list_article_versions(&query).await?;
            let mut versions = Vec::with_capacity(page.states.len());
            for state in std::mem::take(&mut page.states) {
                let revision = state.revision();
                let version = to_pb::article_version(&name, state, query.body)?;
                if !fits(&mut room, framed(&version)) && !versions.is_empty() {
                    page.ends_after_last();
                    break;
                }
                page.took(revision);
                versions.push(version);
            }
            Ok(pb::ListArticleVersionsResponse {
                versions,
                next_page_token: page.next_page_token(),
                revision: to_pb::revision(page.revision),
            })
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn get_statement(
        &self,
        request: Request<pb::GetStatementRequest>,
    ) -> Result<Response<pb::GetStatementResponse>, Status> {
        let work = async |request| {
            let (statement, revision) =
                self.get(from_pb::get_statement(request)?, to_pb::seen_statement).await?;
            Ok(pb::GetStatementResponse { statement, revision })
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn batch_get_statements(
        &self,
        request: Request<pb::BatchGetStatementsRequest>,
    ) -> Result<Response<pb::BatchGetStatementsResponse>, Status> {
        let work = async |request| {
            let query = from_pb::batch_get_statements(request)?;
            let packed = self.batch_get(query, to_pb::seen_statement).await?;
            Ok(pb::BatchGetStatementsResponse {
                statements: packed.records,
                missing: packed.missing,
                gone: packed.gone,
                deferred: packed.deferred,
                revision: packed.revision,
            })
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn list_statements(
        &self,
        request: Request<pb::ListStatementsRequest>,
    ) -> Result<Response<pb::ListStatementsResponse>, Status> {
        let work = async |request| {
            let page = self.list(from_pb::list_statements(request)?, to_pb::seen_statement).await?;
            Ok(pb::ListStatementsResponse {
                statements: page.records,
                next_page_token: page.next_page_token,
                revision: page.revision,
            })
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn get_entity(
        &self,
        request: Request<pb::GetEntityRequest>,
    ) -> Result<Response<pb::GetEntityResponse>, Status> {
        self.calls.unary(request, status::of_read, async |request| self.entity(request).await).await
    }

    async fn batch_get_entities(
        &self,
        request: Request<pb::BatchGetEntitiesRequest>,
    ) -> Result<Response<pb::BatchGetEntitiesResponse>, Status> {
        let work = async |request| self.entities(request).await;
        self.calls.unary(request, status::of_read, work).await
    }

    async fn list_entities(
        &self,
        request: Request<pb::ListEntitiesRequest>,
    ) -> Result<Response<pb::ListEntitiesResponse>, Status> {
        let work = async |request| self.entity_page(request).await;
        self.calls.unary(request, status::of_read, work).await
    }

    async fn resolve_entities(
        &self,
        request: Request<pb::ResolveEntitiesRequest>,
    ) -> Result<Response<pb::ResolveEntitiesResponse>, Status> {
        let work = async |request| {
            let query = from_pb::resolve_entities(request)?;
            let (results, revision) = self.base.get()?.resolve_entities(&query).await?;
            Ok(to_pb::resolved(results, revision))
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn search(
        &self,
        request: Request<pb::SearchRequest>,
    ) -> Result<Response<pb::SearchResponse>, Status> {
        let room = self.calls.answer_bytes();
        let work = async |request| {
            let query = from_pb::search_records(request)?;
            let page = self.base.get()?.search(&query).await?;
            let records: Vec<&Stored> = page.hits.iter().map(|hit| &hit.record).collect();
            let beside = self.base.get()?.beside(&records, page.revision).await?;
            search::answer(page, beside, room)
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn get_quotation(
        &self,
        request: Request<pb::GetQuotationRequest>,
    ) -> Result<Response<pb::GetQuotationResponse>, Status> {
        let work = async |request| {
            let (id, read) = from_pb::get_quotation(request)?;
            let (found, revision) = self.base.get()?.get_quotation(id, &read).await?;
            Ok(to_pb::found_quotation(found, revision))
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn aggregate_statements(
        &self,
        request: Request<pb::AggregateStatementsRequest>,
    ) -> Result<Response<pb::AggregateStatementsResponse>, Status> {
        let work = async |request| {
            let query = from_pb::aggregate_statements(request)?;
            Ok(to_pb::aggregates(self.base.get()?.aggregate_statements(&query).await?))
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn list_quotations(
        &self,
        request: Request<pb::ListQuotationsRequest>,
    ) -> Result<Response<pb::ListQuotationsResponse>, Status> {
        let work = async |request| {
            let query = from_pb::list_quotations(request)?;
            Ok(to_pb::listed_quotations(self.base.get()?.list_quotations(&query).await?))
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn list_near_duplicates(
        &self,
        request: Request<pb::ListNearDuplicatesRequest>,
    ) -> Result<Response<pb::ListNearDuplicatesResponse>, Status> {
        let work = async |request| {
            let query = from_pb::list_near_duplicates(request)?;
            let page = self.base.get()?.list_near_duplicates(&query).await?;
            Ok(to_pb::listed_near_duplicates(page))
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn list_neighbors(
        &self,
        request: Request<pb::ListNeighborsRequest>,
    ) -> Result<Response<pb::ListNeighborsResponse>, Status> {
        let work = async |request| {
            let query = from_pb::list_neighbors(request)?;
            Ok(to_pb::neighbors(self.base.get()?.list_neighbors(&query).await?))
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn find_paths(
        &self,
        request: Request<pb::FindPathsRequest>,
    ) -> Result<Response<pb::FindPathsResponse>, Status> {
        let work = async |request| {
            let query = from_pb::find_paths(request)?;
            Ok(to_pb::paths(self.base.get()?.find_paths(&query).await?))
        };
        self.calls.unary(request, status::of_read, work).await
    }

    async fn verify_quote(
        &self,
        request: Request<pb::VerifyQuoteRequest>,
    ) -> Result<Response<pb::VerifyQuoteResponse>, Status> {
        let work = async |request| {
            let query = from_pb::verify_quote(request)?;
            to_pb::verified_quote(self.base.get()?.verify_quote(&query).await?)
        };
        self.calls.unary(request, status::of_read, work).await
    }

    type ExportStream = AnswerStream<pb::ExportResponse>;

    async fn export(
        &self,
        request: Request<pb::ExportRequest>,
    ) -> Result<Response<Self::ExportStream>, Status> {
        let (place, deadline) = self.calls.stream(&request)?;
        let query = from_pb::export_records(request.into_inner()).map_err(status::of_read)?;
        let kb = self.base.get().map_err(status::of_read)?;
        let export = Export {
            history: query.history,
            exporter: kb.export(&query).await.map_err(status::of_read)?,
            stopping: self.stopping.clone(),
        };
        let answers = streaming::answers(deadline, place, |answers| export.serve(answers));
        Ok(Response::new(answers))
    }

    type WatchStream = Responses;

    async fn watch(
        &self,
        request: Request<pb::WatchRequest>,
    ) -> Result<Response<Responses>, Status> {
        let (place, deadline) = self.calls.stream(&request)?;
        let wanted = from_pb::watch(request.into_inner()).map_err(status::of_read)?;
        let body = wanted.body;
        let kb = self.base.get().map_err(status::of_read)?;
        let watch = kb.watch(wanted).await.map_err(status::of_read)?;
        let subscription = Subscription {
            watch,
            body,
            policy: self.watch,
            max_bytes: self.calls.answer_bytes(),
            stopping: self.stopping.clone(),
            deadline,
        };
        Ok(Response::new(subscription.run(place)))
    }
}
