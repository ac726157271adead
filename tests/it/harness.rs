//! A server in this process, over a directory of its own, and clients to it.

use std::path::PathBuf;

use dicta::app::{self, Server};
use dicta::config::{self, Config, Environment, Flags};
use dicta::rpc::pb;
use dicta::rpc::pb::admin_service_client::AdminServiceClient;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt as _;

/// A data directory that outlives the servers started on it.
pub(crate) struct Home {
    directory: TempDir,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// What a server on this directory runs with: the defaults, on a free port.
    pub(crate) fn config(&self) -> Config {
        let flags = Flags {
            data_dir: Some(self.data()),
            listen: Some("127.0.0.1:0".into()),
            cache_mib: Some("8".into()),
            ..Flags::default()
        };
        config::load(None, &Environment::of([]), &flags).unwrap().config
    }

    pub(crate) async fn start(&self) -> Dicta {
        Dicta::start(self.config()).await
    }
}

/// Why a server does not start on this configuration.
pub(crate) async fn fails_to_start(config: Config) -> String {
    let (_stop, stopped) = oneshot::channel::<()>();
    let run = Server::bind(config).unwrap().run(async {
        let _ = stopped.await;
    });
    let error = tokio::time::timeout(std::time::Duration::from_secs(30), run)
        .await
        .expect("it started")
        .expect_err("it started");
    error.to_string()
}

/// A server that serves.
pub(crate) struct Dicta {
    pub(crate) channel: Channel,
    pub(crate) url: String,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<(), app::Error>>,
}

impl Dicta {
    /// Starts a server and waits until health says SERVING.
    pub(crate) async fn start(config: Config) -> Self {
        let server = Server::bind(config).unwrap();
        let url = format!("http://{}", server.address());
        let (stop, stopped) = oneshot::channel::<()>();
        let mut ended = tokio::spawn(server.run(async {
            let _ = stopped.await;
        }));
        let channel = Endpoint::from_shared(url.clone()).unwrap().connect_lazy();
        tokio::select! {
            () = until_serving(channel.clone()) => {}
            ended = &mut ended => panic!("the server ended: {ended:?}"),
        }
        Self { channel, url, stop, ended }
    }

    pub(crate) fn ingest(&self) -> IngestServiceClient<Channel> {
        IngestServiceClient::new(self.channel.clone()).max_decoding_message_size(8 << 20)
    }

    pub(crate) fn query(&self) -> QueryServiceClient<Channel> {
        // The default of 4 MiB: what every client takes.
        QueryServiceClient::new(self.channel.clone())
    }

    pub(crate) fn admin(&self) -> AdminServiceClient<Channel> {
        AdminServiceClient::new(self.channel.clone())
    }

    pub(crate) async fn info(&self) -> pb::GetServerInfoResponse {
        let request = pb::GetServerInfoRequest {};
        self.admin().get_server_info(request).await.unwrap().into_inner()
    }

    pub(crate) async fn revision(&self) -> i64 {
        self.info().await.revision
    }

    /// Ingests, which must work.
    pub(crate) async fn store(
        &self,
        request: pb::IngestArticleRequest,
    ) -> pb::IngestArticleResponse {
        self.ingest().ingest_article(request).await.unwrap().into_inner()
    }

    /// Creates an entity, which must work.
    pub(crate) async fn entity(&self, id: &str, entity: pb::Entity) -> pb::Entity {
        let request = pb::CreateEntityRequest {
            entity_id: id.into(),
            entity: Some(entity),
            ..Default::default()
        };
        self.ingest().create_entity(request).await.unwrap().into_inner().entity.unwrap()
    }

    /// An article as it stands, with its body.
    pub(crate) async fn article(&self, name: &str) -> Result<pb::Article, Status> {
        let request = pb::GetArticleRequest { name: name.into(), ..Default::default() };
        Ok(self.query().get_article(request).await?.into_inner().article.unwrap())
    }

    pub(crate) async fn statement(&self, name: &str) -> Result<pb::Statement, Status> {
        let request = pb::GetStatementRequest { name: name.into(), ..Default::default() };
        Ok(self.query().get_statement(request).await?.into_inner().statement.unwrap())
    }

    pub(crate) async fn get_entity(&self, name: &str) -> Result<pb::Entity, Status> {
        let request = pb::GetEntityRequest { name: name.into(), ..Default::default() };
        Ok(self.query().get_entity(request).await?.into_inner().entity.unwrap())
    }

    /// The statements of an article, in order of their names.
    pub(crate) async fn statements(&self, article: &str) -> Vec<pb::Statement> {
        let request = pb::ListStatementsRequest { parent: article.into(), ..Default::default() };
        self.query().list_statements(request).await.unwrap().into_inner().statements
    }

    /// Stops in good order, so that another one may start on the same directory.
    pub(crate) async fn stop(self) {
        let Self { stop, ended, channel, url: _ } = self;
        drop(channel);
        stop.send(()).unwrap();
        ended.await.unwrap().unwrap();
    }

    /// Stops without dropping the clients first; answers what the server says.
    pub(crate) fn begin_to_stop(self) -> JoinHandle<Result<(), app::Error>> {
        self.stop.send(()).unwrap();
        self.ended
    }
}

async fn until_serving(channel: Channel) {
    let request = HealthCheckRequest { service: String::new() };
    let mut health = HealthClient::new(channel).watch(request).await.unwrap().into_inner();
    while let Some(status) = health.message().await.unwrap() {
        if status.status() == ServingStatus::Serving {
            return;
        }
    }
    panic!("the server never served");
}

/// What a refusal says to a program.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) code: Code,
    pub(crate) reason: String,
    /// The fields of the violations.
    pub(crate) fields: Vec<String>,
}

/// Reads a refusal; every one names its reason in the domain `dicta`.
pub(crate) fn refusal(status: &Status) -> Refusal {
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("no ErrorInfo: {status:?}"));
    assert_eq!(info.domain, "dicta");
    assert!(!status.message().is_empty());
    let violations = details.bad_request().map(|it| it.field_violations.clone());
    Refusal {
        code: status.code(),
        reason: info.reason.clone(),
        fields: violations.unwrap_or_default().into_iter().map(|it| it.field).collect(),
    }
}

/// Holds a refusal against its code and reason.
pub(crate) fn assert_refused(status: &Status, code: Code, reason: &str) {
    let found = refusal(status);
    assert_eq!((found.code, found.reason.as_str()), (code, reason), "{status:?}");
}

/// Holds a refusal for bad input against its reason and the field it blames.
pub(crate) fn assert_invalid(status: &Status, reason: &str, field: &str) {
    assert_refused(status, Code::InvalidArgument, reason);
    let fields = refusal(status).fields;
    assert_eq!(fields.first().map(String::as_str), Some(field), "{status:?}");
}

/// A piece of the metadata of a refusal.
pub(crate) fn metadata(status: &Status, key: &str) -> String {
    let details = status.get_error_details();
    let info = details.error_info().expect("no ErrorInfo");
    info.metadata.get(key).cloned().unwrap_or_else(|| panic!("no {key}: {info:?}"))
}
