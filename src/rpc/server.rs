//! The services put together, and the bounds of the transport beneath them.

use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::Status;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::server::NamedService;
use tonic::service::Routes;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;
use tower::util::MapResponse;
use tower::{Layer as _, ServiceExt as _};

use super::admin::Admin;
use super::admission::{Admission, AdmissionLimits, Admitting};
use super::base::Base;
use super::bulk::BulkLimits;
use super::call::{CallPolicy, Calls};
use super::connections::Connections;
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
    /// How bulk streams are bounded.
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

/// The largest question to health, in bytes: it is asked without a place.
const HEALTH_REQUEST_BYTES: usize = 4 << 10;
/// The largest question to reflection, in bytes.
const REFLECTION_REQUEST_BYTES: usize = 64 << 10;

/// The bounds of the transport.
#[derive(Clone, Copy, Debug)]
pub struct Transport {
    /// Connections open at once.
    pub connections: usize,
    /// How long a new connection may take to begin to speak HTTP/2.
    pub preface_timeout: Duration,
    /// How long an answer may wait for its client to read before the connection is
    /// closed.
    pub slow_reader_timeout: Duration,
    /// Calls served at once.
    pub concurrency: usize,
    /// Calls served at once on one connection.
    pub concurrency_per_connection: usize,
    /// What the requests and answers of calls may fill, in bytes.
    pub in_flight_bytes: usize,
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

/// Every service, behind the bounds of the transport.
pub struct Served {
    service: Bounded,
    connections: Connections,
}

type Bounded = MapResponse<Admitting<Routes>, fn(http::Response<Body>) -> http::Response<Body>>;

impl Served {
    /// Serves the connections of `listener` until `stopping` is true, then until the
    /// calls under way have ended.
    pub async fn serve(self, listener: TcpListener, stopping: watch::Receiver<bool>) {
        self.connections.serve(listener, self.service, stopping).await;
    }
}

impl Services {
    /// Every service, and its health, which says NOT_SERVING.
    pub async fn served(self, transport: Transport) -> (Served, Health) {
        let (reporter, health_service) = tonic_health::server::health_reporter();
        let health = Health(reporter);
        health.not_serving().await;
        let admission = Admission::new(
            self.calls,
            AdmissionLimits {
                calls: transport.concurrency,
                bulk_streams: self.bulk.streams,
                watch_streams: self.watch.streams,
                in_flight_bytes: transport.in_flight_bytes,
            },
        );
        let health_service = health_service.max_decoding_message_size(HEALTH_REQUEST_BYTES);
        let routes = self.routes().add_service(health_service);
        let service =
            admission.layer(routes.prepare()).map_response(explain_transport as fn(_) -> _);
        (Served { service, connections: Connections::new(transport) }, health)
    }

    fn routes(self) -> Routes {
        let size = self.calls.message_bytes;
        let calls = Calls::new(self.calls);
        let ingest = Ingest {
            base: self.base.clone(),
            calls,
            bulk: self.bulk,
            stopping: self.stopping.clone(),
        };
        let query = Query {
            base: self.base.clone(),
            calls,
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
        with_reflection(Routes::new(ingest).add_service(query).add_service(admin))
    }
}

/// Adds to the transport's refusal of a message what to do about it. Such a message
/// never reaches a handler, so its answer is mended on the way out.
fn explain_transport(mut response: http::Response<Body>) -> http::Response<Body> {
    let bare = Status::from_header_map(response.headers());
    if let Some(bare) = bare.filter(|status| status.details().is_empty()) {
        let explained = status::transport_explained(bare);
        if !explained.details().is_empty() {
            // A status that cannot be written leaves the transport's own.
            let _ = explained.add_header(response.headers_mut());
        }
    }
    response
}

/// Adds reflection, of both versions: clients ask for either.
fn with_reflection(mut routes: Routes) -> Routes {
    if let Ok(v1) = reflection().build_v1() {
        routes = routes.add_service(v1.max_decoding_message_size(REFLECTION_REQUEST_BYTES));
    }
    if let Ok(v1alpha) = reflection().build_v1alpha() {
        routes = routes.add_service(v1alpha.max_decoding_message_size(REFLECTION_REQUEST_BYTES));
    }
    routes
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        // So that clients can show the details of errors.
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
}
