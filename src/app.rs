//! The server: a configuration becomes a running one.

mod check;
mod compact;
mod derived;
mod extractor;
mod opening;
mod restore;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinHandle};

pub use self::check::check;
pub use self::compact::compact;
use self::derived::Derived;
pub use self::extractor::ExtractorError;
pub use self::restore::{PRINCIPAL as RESTORER, RestoreError, Restored, restore};
use crate::clock::{Clock, SystemClock};
use crate::config::{BulkWindow, Config, History};
use crate::derive::Recent;
use crate::kb::{self, KnowledgeBase, KnowledgeBaseConfig, Retention};
use crate::rpc::seed_file::{self, SeedError};
use crate::rpc::{Base, BulkLimits, CallPolicy, Services, Transport, WatchPolicy};
use crate::store::sled::{SledConfig, SledStore};
use crate::store::{self, Store};

/// Why a server does not start or ends badly.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// The data cannot be opened.
    #[error("cannot open the data in {}: {source}", .path.display())]
    Open {
        /// The data directory.
        path: PathBuf,
        /// Why not.
        source: store::Error,
    },
    /// The seeds cannot be read.
    #[error(transparent)]
    SeedFile(#[from] SeedError),
    /// The seeds cannot be loaded.
    #[error("cannot load the seeds: {0}")]
    Seed(kb::error::Error),
    /// A seed is refused.
    #[error("cannot load the seed {article}: {source}{}", violations(.source))]
    SeedRefused {
        /// The article's name, or its address.
        article: String,
        /// Why.
        source: kb::error::Error,
    },
    /// The extractor that is configured cannot be called.
    #[error(transparent)]
    Extractor(#[from] ExtractorError),
    /// No thread can be started.
    #[error("cannot start a thread: {0}")]
    Thread(io::Error),
    /// The data cannot be checked.
    #[error("cannot check the data: {0}")]
    Check(kb::error::Error),
    /// The data could not be closed in good order.
    #[error("cannot close the data: {0}")]
    Close(store::Error),
}

/// A server that has its port and does not serve yet.
pub struct Server {
    config: Config,
    address: SocketAddr,
    listener: TcpListener,
}

impl Server {
    /// Takes the port, so that the address is known before anything is opened.
    pub fn bind(config: Config) -> Result<Self, Error> {
        let listen = |source| Error::Listen { address: config.listen, source };
        let listener = std::net::TcpListener::bind(config.listen).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let listener = TcpListener::from_std(listener).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        if !address.ip().is_loopback() {
            tracing::warn!(
                %address,
                "listening beyond this machine without authentication: \
                 whoever reaches the port may read and write"
            );
        }
        Ok(Self { config, address, listener })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `shutdown` is ready, then lets calls finish within the grace
    /// period and closes the data. Until the data is open, health says
    /// NOT_SERVING and calls are UNAVAILABLE.
    pub async fn run(
        self,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), Error> {
        let Self { config, address, listener } = self;
        let remote = extractor::client(&config.extractor)?;
        let (stop, stopping) = watch::channel(false);
        let base = Base::default();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let services = Services {
            base: base.clone(),
            calls: call_policy(&config),
            bulk: bulk_limits(&config),
            watch: watch_policy(&config),
            request_id_ttl: config.request_id_ttl,
            on_loopback: address.ip().is_loopback(),
            start_time: clock.now(),
            stopping: stopping.clone(),
        };
        let (served, health) = services.served(transport(&config)).await;
        let mut serving = tokio::spawn(served.serve(listener, stopping));
        tracing::info!(%address, data_dir = %config.data_dir.display(), "opening the data");
        let store = open(&config).await?;
        let recent = Arc::new(Recent::default());
        let derived = Derived::start(&config, &store, &recent, &clock).await?;
        let kb = KnowledgeBase::new(KnowledgeBaseConfig {
            store: Arc::clone(&store),
            clock,
            request_ttl: config.request_id_ttl,
            recent,
            search: derived.search(),
            quotations: derived.quotations(),
            retention: retention(&config),
        });
        let kb = Arc::new(match remote {
            Some(remote) => kb.with_remote_extractor(Arc::new(remote)),
            None => kb,
        });
        if let Some(seeds) = &config.seeds {
            seed(&kb, seeds).await?;
        }
        base.open(Arc::clone(&kb));
        let pruning = tokio::spawn(async move { kb.prune_continually().await });
        health.serving().await;
        let following = tokio::spawn(health.clone().follow(store.watch_ready()));
        tracing::info!(%address, revision = store.head().revision.0, "serving");
        tokio::select! {
            () = shutdown => {}
            ended = &mut serving => {
                tell_cut_short(ended);
                return Ok(());
            }
        }
        tracing::info!("stopping");
        following.abort();
        health.not_serving().await;
        // Nobody listening means that nothing is left to stop.
        let _ = stop.send(true);
        finish(serving, config.shutdown_grace).await;
        pruning.abort();
        derived.close().await;
        store.close().await.map_err(Error::Close)?;
        tracing::info!("stopped");
        Ok(())
    }
}

/// Runs a server until `shutdown` is ready.
pub async fn serve(
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    Server::bind(config)?.run(shutdown).await
}

/// Waits for the calls under way, no longer than the grace period.
async fn finish(mut serving: JoinHandle<()>, grace: Duration) {
    match tokio::time::timeout(grace, &mut serving).await {
        Ok(ended) => tell_cut_short(ended),
        Err(_) => {
            tracing::warn!(?grace, "calls were still under way after the grace period");
            serving.abort();
        }
    }
}

/// Only a panic or our own abort ends the transport so; calls catch their panics.
fn tell_cut_short(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "the transport was cut short");
    }
}

/// Opens the data off the async threads: recovery reads the disk.
async fn open(config: &Config) -> Result<Arc<dyn Store>, Error> {
    let path = config.data_dir.clone();
    let failed = |source| Error::Open { path: config.data_dir.clone(), source };
    let sled = SledConfig { path, cache_mib: config.cache_mib, min_free_mib: config.min_free_mib };
    let opening = async {
        let opened = tokio::task::spawn_blocking(move || SledStore::open(sled)).await;
        let cut_short = |_| store::Error::Internal("opening was cut short".into());
        opened.map_err(cut_short).and_then(|opened| opened).map_err(failed)
    };
    Ok(Arc::new(opening::told("records", &config.data_dir.join("db"), opening).await?))
}

/// Loads the seeds, once, into a base that was empty when it began.
async fn seed(kb: &KnowledgeBase, directory: &std::path::Path) -> Result<(), Error> {
    if !kb.wants_seeds().await.map_err(Error::Seed)? {
        tracing::info!("seeds are not loaded: the base is not empty");
        return Ok(());
    }
    let requests = seed_file::read_requests(directory)?;
    let count = requests.len();
    for request in requests {
        let article = crate::rpc::seed_name(&request);
        let refused = |source| Error::SeedRefused { article: article.clone(), source };
        let command = crate::rpc::seed_command(request).map_err(refused)?;
        kb.ingest_article(command).await.map_err(refused)?;
    }
    kb.seeds_loaded().await.map_err(Error::Seed)?;
    tracing::info!(count, directory = %directory.display(), "loaded the seeds");
    Ok(())
}

/// What is wrong with a request, field by field.
pub(crate) fn violations(error: &kb::error::Error) -> String {
    let kb::error::Error::Invalid(violations) = error else { return String::new() };
    violations.iter().map(|it| format!("; {}: {}", it.field, it.description)).collect()
}

fn call_policy(config: &Config) -> CallPolicy {
    CallPolicy {
        default_deadline: config.deadline.default,
        max_deadline: config.deadline.max,
        message_bytes: config.server.message_bytes,
    }
}

fn bulk_limits(config: &Config) -> BulkLimits {
    let BulkWindow { streams, items, bytes } = config.bulk;
    BulkLimits { streams, items, bytes }
}

fn retention(config: &Config) -> Retention {
    let History { max_age, max_revisions } = config.history;
    Retention { max_age, max_revisions }
}

fn watch_policy(config: &Config) -> WatchPolicy {
    WatchPolicy {
        streams: config.watch.streams,
        checkpoint_interval: config.watch.checkpoint_interval,
        slow_reader_timeout: config.watch.slow_reader_timeout,
    }
}

fn transport(config: &Config) -> Transport {
    let server = &config.server;
    Transport {
        connections: server.connections,
        preface_timeout: server.preface_timeout,
        slow_reader_timeout: server.slow_reader_timeout,
        concurrency: server.concurrency,
        in_flight_bytes: server.in_flight_bytes,
        concurrency_per_connection: server.concurrency_per_connection,
        max_concurrent_streams: server.max_concurrent_streams,
        max_header_list_bytes: server.max_header_list_bytes,
        max_local_error_reset_streams: server.max_local_error_reset_streams,
        max_pending_accept_reset_streams: server.max_pending_accept_reset_streams,
        stream_window_bytes: server.stream_window_bytes,
        connection_window_bytes: server.connection_window_bytes,
        keepalive_interval: server.keepalive_interval,
        keepalive_timeout: server.keepalive_timeout,
    }
}
