//! A Dicta that has loaded the articles and caught up with them.

use std::time::{Duration, Instant};

use dicta::rpc::pb;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use tonic::Request;
use tonic::transport::Channel;

use crate::Failure;
use crate::drive::stream;
use crate::target::dicta::Server;
use crate::target::process::connect;
use crate::work::articles;
use crate::work::generate::{Generator, Source};

/// How long a call may take: the longest that a server allows.
const PATIENCE: Duration = Duration::from_secs(600);
/// Connections to each side.
pub(super) const CONNECTIONS: usize = 4;
/// Items that a bulk stream may have unacknowledged.
pub(super) const WINDOW: usize = 256;

/// What was loaded, and where.
pub(super) struct Base {
    pub(super) server: Server,
    pub(super) channels: Vec<Channel>,
    /// The names of the articles.
    pub(super) articles: Vec<String>,
    /// What they were loaded with.
    pub(super) requests: Vec<pb::IngestArticleRequest>,
    /// How many of them a second, searchable at the end.
    pub(super) rate: f64,
}

impl Base {
    /// Loads a new server.
    pub(super) async fn load(source: &Source) -> Result<Self, Failure> {
        Self::load_into(source, Server::start(None)?).await
    }

    /// Loads a server.
    pub(super) async fn load_into(source: &Source, server: Server) -> Result<Self, Failure> {
        let requests = requests(source)?;
        let channels = connect(&server.address, CONNECTIONS).await?;
        let first = channels.first().cloned().ok_or("no connection")?;
        let messages = stream::messages(requests.clone());
        let begun = Instant::now();
        let outcome = stream::run(first.clone(), messages, WINDOW).await?;
        if let Some(failure) = outcome.failure {
            return Err(failure.into());
        }
        searchable(first.clone()).await?;
        let rate = requests.len() as f64 / begun.elapsed().as_secs_f64();
        caught_up(first).await?;
        Ok(Self { server, channels, articles: outcome.names, requests, rate })
    }

    /// The id of the server's process.
    pub(super) fn process(&self) -> Result<u32, Failure> {
        Ok(self.server.id().ok_or("the server was not started here")?)
    }
}

/// The requests that load the articles of a source.
pub(super) fn requests(source: &Source) -> Result<Vec<pb::IngestArticleRequest>, Failure> {
    let pool = source.pool();
    let mut generator = Generator::new(source, &pool);
    let read = articles::read(&source.articles, source.limit)?;
    Ok(read.articles.into_iter().map(|article| generator.request(article)).collect())
}

/// Waits until search and quotations show all that was stored: what they still have
/// to do would be measured too.
pub(super) async fn caught_up(channel: Channel) -> Result<(), Failure> {
    let mut client = QueryServiceClient::new(channel.clone());
    let read = Some(pb::ReadOptions { fully_consistent: true, ..Default::default() });
    let mut all = Request::new(pb::ListQuotationsRequest { read, ..Default::default() });
    all.set_timeout(PATIENCE);
    client.list_quotations(all).await?;
    searchable(channel).await
}

/// Waits until search shows all that was stored.
pub(super) async fn searchable(channel: Channel) -> Result<(), Failure> {
    let read = Some(pb::ReadOptions { fully_consistent: true, ..Default::default() });
    let query = "percent".to_owned();
    let mut search =
        Request::new(pb::SearchRequest { query, page_size: 1, read, ..Default::default() });
    search.set_timeout(PATIENCE);
    QueryServiceClient::new(channel).search(search).await?;
    Ok(())
}
