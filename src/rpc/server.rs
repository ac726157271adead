//! The services put together, and the bounds of the transport beneath them.

use std::time::Duration;

use tokio::sync::watch;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::server::NamedService;
use tonic::service::InterceptorLayer;
use tonic::transport::Server;
use tonic::transport::server::Router;
use tonic::{Request, Status};
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tower::layer::util::{Identity, Stack};
use tower::util::MapResponseLayer;

use super::admin::Admin;
use super::base::Base;
use super::bulk::BulkLimits;
use super::call::{CallPolicy, Calls, note_arrival};
use super::ingest::Ingest;
use super::pb::FILE_DESCRIPTOR_SET;
use super::pb::admin_service_server::AdminServiceServer;
use super::pb::ingest_service_server::IngestServiceServer;
use super::pb::query_service_server::QueryServiceServer;
use super::query::Query;
use super::status;
use super::watch::WatchPolicy;
use crate::domain::time::Timestamp;
use crate::store;

/// What the services are made of.
pub struct Services {
    /// What they serve.
    pub base: Base,
    /// How calls are handled.
    pub calls: CallPolicy,
    /// What a bulk stream may have unacknowledged.
    pub bulk: BulkLimits,
    /// How Watch streams are handled.
    pub watch: WatchPolicy,
    /// How long a request_id is remembered.
    pub request_id_ttl: Duration,
    /// Whether only this machine reaches the listener: others may not administer.
    pub on_loopback: bool,
    /// When the server started.
    pub start_time: Timestamp,
    /// Becomes true when the server stops.
    pub stopping: watch::Receiver<bool>,
}

/// The bounds of the transport; none is left to a default, since the default
/// server has none.
#[derive(Clone, Copy, Debug)]
pub struct Transport {
    /// The largest message either way, in bytes.
    pub message_bytes: usize,
    /// Calls served at once on one connection.
    pub concurrency_per_connection: usize,
    /// Streams that one connection may have open.
    pub max_concurrent_streams: u32,
    /// The largest headers of a call, in bytes.
    pub max_header_list_bytes: u32,
    /// Faulty streams after which a connection is closed.
    pub max_local_error_reset_streams: usize,
    /// Streams reset before they were served after which a connection is closed.
    pub max_pending_accept_reset_streams: usize,
    /// What a client may send ahead on one stream, in bytes.
    pub stream_window_bytes: u32,
    /// What a client may send ahead on one connection, in bytes.
    pub connection_window_bytes: u32,
    /// How often a quiet connection is asked whether it lives.
    pub keepalive_interval: Duration,
    /// How long the answer may take.
    pub keepalive_timeout: Duration,
}

/// Says in grpc.health.v1 whether the server serves: as a whole (the empty name)
/// and each service by name.
#[derive(Clone)]
pub struct Health(HealthReporter);

impl Health {
    /// Everything is served.
    pub async fn serving(&self) {
        self.set(ServingStatus::Serving).await;
    }

    /// Nothing is served.
    pub async fn not_serving(&self) {
        self.set(ServingStatus::NotServing).await;
    }

    /// The service that writes follows the store from here on: it is not served
    /// while the store takes no writes, whereas reads go on.
    pub async fn follow(self, mut ready: watch::Receiver<Result<(), store::Error>>) {
        loop {
            let answer = ready.borrow_and_update().clone();
            let status = match answer {
                Ok(()) => ServingStatus::Serving,
                Err(error) => {
                    tracing::error!(%error, "writes are not served");
                    ServingStatus::NotServing
                }
            };
            let service = <IngestServiceServer<Ingest> as NamedService>::NAME;
            self.0.set_service_status(service, status).await;
            if ready.changed().await.is_err() {
                return;
            }
        }
    }

    async fn set(&self, status: ServingStatus) {
        let services = [
            "",
            <IngestServiceServer<Ingest> as NamedService>::NAME,
            <QueryServiceServer<Query> as NamedService>::NAME,
            <AdminServiceServer<Admin> as NamedService>::NAME,
        ];
        for service in services {
            self.0.set_service_status(service, status).await;
        }
    }
}

impl Services {
    /// The router with every service, and its health, which says NOT_SERVING.
    pub async fn router(self, transport: &Transport) -> (Router<Stamped>, Health) {
        let (reporter, health_service) = tonic_health::server::health_reporter();
        let health = Health(reporter);
        health.not_serving().await;
        let size = transport.message_bytes;
        let calls = Calls::new(self.calls, self.watch.streams);
        let ingest = Ingest {
            base: self.base.clone(),
            calls: calls.clone(),
            bulk: self.bulk,
            stopping: self.stopping.clone(),
        };
        let query = Query {
            base: self.base.clone(),
            calls: calls.clone(),
            watch: self.watch,
            stopping: self.stopping.clone(),
        };
        let admin = Admin {
            base: self.base,
            calls,
            message_bytes: size,
            bulk: self.bulk,
            watch_streams: self.watch.streams,
            request_id_ttl: self.request_id_ttl,
            start_time: self.start_time,
            on_loopback: self.on_loopback,
            stopping: self.stopping,
        };
        let ingest = IngestServiceServer::new(ingest)
            .max_decoding_message_size(size)
            .max_encoding_message_size(size)
            .accept_compressed(CompressionEncoding::Gzip);
        let query = QueryServiceServer::new(query)
            .max_decoding_message_size(size)
            .max_encoding_message_size(size)
            .accept_compressed(CompressionEncoding::Gzip);
        let admin = AdminServiceServer::new(admin)
            .max_decoding_message_size(size)
            .max_encoding_message_size(size);
        let router = bounded(transport)
            .add_service(health_service)
            .add_optional_service(reflection().build_v1().ok())
            .add_optional_service(reflection().build_v1alpha().ok())
            .add_service(ingest)
            .add_service(query)
            .add_service(admin);
        (router, health)
    }
}

type NoteArrival = InterceptorLayer<fn(Request<()>) -> Result<Request<()>, Status>>;
type ExplainOversize = MapResponseLayer<fn(http::Response<Body>) -> http::Response<Body>>;
/// What calls pass before they reach a service, and answers after.
type Stamped = Stack<ExplainOversize, Stack<NoteArrival, Identity>>;

/// Adds to the transport's refusal of a large message what to do about it. Such a
/// message never reaches a handler, so its answer is mended on the way out.
fn explain_oversize(mut response: http::Response<Body>) -> http::Response<Body> {
    let bare = Status::from_header_map(response.headers());
    if let Some(bare) = bare.filter(|status| status.details().is_empty()) {
        let explained = status::oversize_explained(bare);
        if !explained.details().is_empty() {
            // A status that cannot be written leaves the transport's own.
            let _ = explained.add_header(response.headers_mut());
        }
    }
    response
}

fn bounded(transport: &Transport) -> Server<Stamped> {
    Server::builder()
        .concurrency_limit_per_connection(transport.concurrency_per_connection)
        .load_shed(true)
        .max_concurrent_streams(transport.max_concurrent_streams)
        .http2_max_header_list_size(transport.max_header_list_bytes)
        .http2_max_local_error_reset_streams(Some(transport.max_local_error_reset_streams))
        .http2_max_pending_accept_reset_streams(Some(transport.max_pending_accept_reset_streams))
        .initial_stream_window_size(transport.stream_window_bytes)
        .initial_connection_window_size(transport.connection_window_bytes)
        .http2_keepalive_interval(Some(transport.keepalive_interval))
        .http2_keepalive_timeout(Some(transport.keepalive_timeout))
        .layer(InterceptorLayer::new(note_arrival as fn(_) -> _))
        .layer(MapResponseLayer::new(explain_oversize as fn(_) -> _))
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        // So that clients can show the details of errors.
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
}
