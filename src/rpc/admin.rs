//! AdminService.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tonic::{Request, Response, Status, Streaming};

use super::backup::Backup;
use super::base::Base;
use super::bulk::BulkLimits;
use super::call::{ANONYMOUS, Calls};
use super::check::Check;
use super::import::Import;
use super::pb::admin_service_server::AdminService;
use super::rebuild::Rebuild;
use super::streaming::{self, AnswerStream};
use super::{from_pb, pb, status, to_pb};
use crate::derive::Follower;
use crate::domain::limits;
use crate::domain::time::Timestamp;
use crate::kb::command::DerivedIndex;
use crate::kb::{self, KnowledgeBase, error::Error};
use crate::query::parser;

/// Tells about one server.
pub(super) struct Admin {
    pub(super) base: Base,
    pub(super) calls: Calls,
    pub(super) message_bytes: usize,
    pub(super) bulk: BulkLimits,
    pub(super) watch_streams: usize,
    pub(super) request_id_ttl: Duration,
    pub(super) start_time: Timestamp,
    /// Whether only this machine reaches the listener.
    pub(super) on_loopback: bool,
    /// Becomes true when the server stops: streams then end in good order.
    pub(super) stopping: watch::Receiver<bool>,
}

#[tonic::async_trait]
impl AdminService for Admin {
    async fn get_server_info(
        &self,
        request: Request<pb::GetServerInfoRequest>,
    ) -> Result<Response<pb::GetServerInfoResponse>, Status> {
        let work = async |_| {
            let kb = self.base.get()?;
            let store = kb.store();
            let (identity, head, floor) = (store.identity(), store.head(), store.floor());
            Ok(pb::GetServerInfoResponse {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                store_id: identity.store_id.to_string(),
                revision: to_pb::revision(head.revision),
                revision_time: head.time.map(to_pb::timestamp),
                earliest_revision: to_pb::revision(floor.revision),
                counts: Some(to_pb::counts(head.counts)),
                limits: Some(self.limits()),
                start_time: Some(to_pb::timestamp(self.start_time)),
                disk_bytes: i64::try_from(store.disk_bytes().await?).unwrap_or(i64::MAX),
                format_version: i32::try_from(identity.format_version).unwrap_or(i32::MAX),
                earliest_time: floor.time.map(to_pb::timestamp),
                retention: Some(to_pb::retention(kb.retention())),
                search_index: Some(to_pb::derived_index(follower(kb, DerivedIndex::Search).ok())),
                remote_extractor: Some(to_pb::remote_extractor(kb.remote_extractor())),
                quotations: Some(to_pb::derived_index(follower(kb, DerivedIndex::Quotations).ok())),
            })
        };
        self.calls.unary(request, status::of_read, work).await
    }

    type CreateBackupStream = AnswerStream<pb::CreateBackupResponse>;

    async fn create_backup(
        &self,
        request: Request<pb::CreateBackupRequest>,
    ) -> Result<Response<Self::CreateBackupStream>, Status> {
        self.may_administer()?;
        let (place, deadline) = self.calls.stream(&request)?;
        let kb = self.base.get().map_err(status::of_read)?;
        let history = request.into_inner().history;
        let backup = Backup::begin(kb, history, self.stopping.clone()).await;
        let backup = backup.map_err(status::of_read)?;
        let answers = streaming::answers(deadline, place, |answers| backup.serve(answers));
        Ok(Response::new(answers))
    }

    type ImportRecordsStream = AnswerStream<pb::ImportRecordsResponse>;

    async fn import_records(
        &self,
        request: Request<Streaming<pb::ImportRecordsRequest>>,
    ) -> Result<Response<Self::ImportRecordsStream>, Status> {
        self.may_administer()?;
        let (place, deadline) = self.calls.stream(&request)?;
        let import = Import {
            kb: Arc::clone(self.base.get().map_err(status::of_write)?),
            incoming: request.into_inner(),
            limits: self.bulk,
            stopping: self.stopping.clone(),
        };
        let answers = streaming::answers(deadline, place, |answers| import.serve(answers));
        Ok(Response::new(answers))
    }

    async fn erase(
        &self,
        request: Request<pb::EraseRequest>,
    ) -> Result<Response<pb::EraseResponse>, Status> {
        self.may_administer()?;
        let work = async |request| self.erase_records(request).await;
        self.calls.unary(request, status::of_write, work).await
    }

    type CheckIntegrityStream = AnswerStream<pb::CheckIntegrityResponse>;

    async fn check_integrity(
        &self,
        request: Request<pb::CheckIntegrityRequest>,
    ) -> Result<Response<Self::CheckIntegrityStream>, Status> {
        self.may_administer()?;
        let (place, deadline) = self.calls.stream(&request)?;
        let most = from_pb::most_findings(request.get_ref()).map_err(status::of_read)?;
        let kb = self.base.get().map_err(status::of_read)?;
        let check = Check::begin(kb, most).await.map_err(status::of_read)?;
        let stopping = self.stopping.clone();
        let answers = streaming::answers(deadline, place, |answers| check.serve(answers, stopping));
        Ok(Response::new(answers))
    }

    type RebuildIndexStream = AnswerStream<pb::RebuildIndexResponse>;

    async fn rebuild_index(
        &self,
        request: Request<pb::RebuildIndexRequest>,
    ) -> Result<Response<Self::RebuildIndexStream>, Status> {
        self.may_administer()?;
        let (place, deadline) = self.calls.stream(&request)?;
        let which = from_pb::rebuild_index(&request.into_inner()).map_err(status::of_read)?;
        let follower = self.base.get().and_then(|kb| follower(kb, which));
        let follower = follower.map_err(status::of_read)?;
        let rebuild = Rebuild::begin(follower, self.stopping.clone());
        let answers = streaming::answers(deadline, place, |answers| rebuild.serve(answers));
        Ok(Response::new(answers))
    }
}

/// What keeps something derived up to date.
fn follower(kb: &KnowledgeBase, index: DerivedIndex) -> Result<&Follower, Error> {
    Ok(match index {
        DerivedIndex::Search => &kb.search_index()?.follower,
        DerivedIndex::Quotations => &kb.followed_quotations()?.follower,
    })
}

impl Admin {
    async fn erase_records(&self, request: pb::EraseRequest) -> Result<pb::EraseResponse, Error> {
        let command = from_pb::erase_records(request, ANONYMOUS)?;
        Ok(to_pb::erased(self.base.get()?.erase(command).await?))
    }

    /// Refuses who may not: whoever is not on this machine, since nobody can tell
    /// callers apart.
    fn may_administer(&self) -> Result<(), Status> {
        if self.on_loopback { Ok(()) } else { Err(status::loopback_only()) }
    }

    fn limits(&self) -> pb::Limits {
        let int = |value: usize| i32::try_from(value).unwrap_or(i32::MAX);
        let long = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
        pb::Limits {
            message_bytes: long(self.message_bytes),
            body_bytes: long(limits::BODY_BYTES),
            statements_per_article: int(limits::STATEMENTS_PER_ARTICLE),
            entities_per_article: int(limits::ENTITIES_PER_ARTICLE),
            batch_get_names: int(limits::BATCH_GET_NAMES),
            page_size: int(limits::PAGE_SIZE),
            default_page_size: int(limits::DEFAULT_PAGE_SIZE),
            filter_bytes: int(parser::MAX_BYTES),
            filter_depth: int(parser::MAX_DEPTH),
            labels: int(limits::LABELS),
            metadata_bytes: int(limits::METADATA_BYTES),
            bulk_items: int(self.bulk.items),
            bulk_bytes: long(self.bulk.bytes),
            page_scan: int(kb::PAGE_SCAN),
            resolve_names: int(limits::RESOLVE_NAMES),
            request_id_ttl: Some(to_pb::duration(self.request_id_ttl)),
            token_ttl: Some(to_pb::duration(self.request_id_ttl)),
            watch_streams: int(self.watch_streams),
            watch_entities: int(limits::WATCH_ENTITIES),
            referents: int(limits::REFERENTS),
        }
    }
}
