//! The server as a whole: from a configuration to a running process.

use std::future::Future;

use crate::config::Config;

/// Why the server does not run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address can't be listened on.
    #[error("can't listen on {address}: {reason}")]
    Listen {
        /// The address.
        address: std::net::SocketAddr,
        /// What the system says.
        reason: String,
    },
}

/// Serves until `shutdown` is done.
pub async fn serve(
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let listener = tokio::net::TcpListener::bind(config.listen).await;
    let _listener = listener
        .map_err(|error| Error::Listen { address: config.listen, reason: error.to_string() })?;
    shutdown.await;
    Ok(())
}
