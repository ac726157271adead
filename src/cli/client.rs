//! The way to a server.

use std::error::Error as _;
use std::time::Duration;

use clap::Args;
use tonic::Request;
use tonic::transport::{Channel, Endpoint};

use super::failure::Failure;
use super::output::Format;
use crate::config::{self, Environment};

/// How long a call of a client command may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);
/// How long reaching the server may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How often a quiet connection with a call under way is asked whether it lives.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Which server to ask, and how to write its answer.
#[derive(Debug, Args)]
pub(super) struct Connection {
    /// The server, such as http://127.0.0.1:50051, which is the default.
    /// DICTA_ADDRESS sets it too.
    #[arg(long, value_name = "URL")]
    address: Option<String>,

    /// How to write the answer.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) output: Format,
}

impl Connection {
    /// The server's address.
    pub(super) fn address(&self) -> Result<String, Failure> {
        Ok(config::client_address(self.address.clone(), &Environment::of_process())?)
    }

    /// Connects to the server.
    pub(super) async fn connect(&self) -> Result<Channel, Failure> {
        connect(&self.address()?).await
    }
}

/// Connects to the server at `address`.
pub(super) async fn connect(address: &str) -> Result<Channel, Failure> {
    let endpoint = endpoint(address)?;
    endpoint.connect().await.map_err(|error| unreachable(address, &error))
}

/// The endpoint that `address` names; `http://` may be left out.
fn endpoint(address: &str) -> Result<Endpoint, Failure> {
    let url = match address.split_once("://") {
        Some(("http", _)) => address.to_owned(),
        Some((scheme, _)) => {
            let text = format!("`{address}`: the scheme {scheme} is not supported; use http://");
            return Err(Failure::Usage(text));
        }
        None => format!("http://{address}"),
    };
    let endpoint = Endpoint::from_shared(url)
        .map_err(|error| Failure::Usage(format!("`{address}` is no address: {error}")))?;
    Ok(endpoint
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true)
        // A stream may be quiet for long; a server that vanished must be noticed.
        .http2_keep_alive_interval(KEEPALIVE)
        .initial_connection_window_size(8 << 20)
        .initial_stream_window_size(4 << 20)
        .user_agent(concat!("dicta-cli/", env!("CARGO_PKG_VERSION")))
        .unwrap_or_else(|_| Endpoint::from_static("http://127.0.0.1:50051")))
}

fn unreachable(address: &str, error: &tonic::transport::Error) -> Failure {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        reason = cause.to_string();
        source = cause.source();
    }
    Failure::Error(format!(
        "no server answers at {address}: {reason}\n  start one with `dicta serve`, or name another with --address"
    ))
}

/// A request with the deadline of client commands.
pub(super) fn request<M>(message: M) -> Request<M> {
    let mut request = Request::new(message);
    request.set_timeout(CALL_TIMEOUT);
    request
}
