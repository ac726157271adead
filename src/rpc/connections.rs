//! Connections: how many there may be, how long one may take to begin, and when one
//! is given up whose client does not read.

use std::convert::Infallible;
use std::io;
use std::io::Cursor;
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tonic::body::Body;
use tower::{Service, ServiceExt as _};

use super::peer::Peer;
use super::server::Transport;

/// What every HTTP/2 connection begins with.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Connections beyond the limit, each for a short time: on them health answers, and
/// calls are told in gRPC's words why they are refused.
const RESERVE: usize = 16;
const RESERVE_TIME: Duration = Duration::from_secs(1);

/// What is said to all others before they are closed: empty SETTINGS, then GOAWAY with
/// ENHANCE_YOUR_CALM.
const TOO_MANY: &[u8] = b"\0\0\0\x04\0\0\0\0\0\
    \0\0\x1c\x07\0\0\0\0\0\0\0\0\0\0\0\0\x0btoo many connections";

/// How long to wait before accepting again where the system has no room for another
/// connection: it would say so again at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// How often so many connections too many are told in the log, one of so many.
const TELL_EVERY: u64 = 1_000;

/// What one stream may have written that the network has not taken, in bytes.
pub(super) const SEND_BUFFER_BYTES: usize = 32 << 10;

/// Accepts connections and serves them within the bounds of the transport.
pub(super) struct Connections {
    transport: Transport,
    places: Arc<Semaphore>,
    reserve: Arc<Semaphore>,
    /// How many found no place.
    refused: u64,
}

impl Connections {
    pub(super) fn new(transport: Transport) -> Self {
        let places = Arc::new(Semaphore::new(transport.connections));
        Self { transport, places, reserve: Arc::new(Semaphore::new(RESERVE)), refused: 0 }
    }

    /// Serves until `stopping` is true, then until all connections have ended, each
    /// after the calls that it has under way.
    pub(super) async fn serve<S>(
        mut self,
        listener: TcpListener,
        service: S,
        mut stopping: watch::Receiver<bool>,
    ) where
        S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
    {
        let graceful = GracefulShutdown::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                // The sender gone means the same.
                _ = stopping.wait_for(|stopping| *stopping) => break,
            };
            match accepted {
                Ok((stream, _)) => {
                    if let Some(place) = self.place(&stream) {
                        let connection = Connection {
                            transport: self.transport,
                            place,
                            watcher: graceful.watcher(),
                            stopping: stopping.clone(),
                        };
                        tokio::spawn(connection.serve(stream, service.clone()));
                    }
                }
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "no connection can be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        drop(listener);
        graceful.shutdown().await;
    }

    /// A place for a new connection; without one it is told so, and closed with
    /// this value.
    fn place(&mut self, stream: &TcpStream) -> Option<Place> {
        if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(Place { _permit: permit, reserve: false });
        }
        if self.refused.is_multiple_of(TELL_EVERY) {
            let limit = self.transport.connections;
            tracing::warn!(limit, refused = self.refused + 1, "too many connections");
        }
        self.refused += 1;
        match Arc::clone(&self.reserve).try_acquire_owned() {
            Ok(permit) => Some(Place { _permit: permit, reserve: true }),
            Err(_) => {
                // A client that takes nothing is closed all the same.
                let _ = stream.try_write(TOO_MANY);
                None
            }
        }
    }
}

/// The place of a connection.
struct Place {
    _permit: OwnedSemaphorePermit,
    /// Whether it is one of those beyond the limit.
    reserve: bool,
}

/// Whether only the connection that was to be accepted has failed.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionReset, Interrupted, TimedOut};
    matches!(error.kind(), ConnectionAborted | ConnectionReset | Interrupted | TimedOut)
}

/// One connection to serve.
struct Connection {
    transport: Transport,
    place: Place,
    watcher: Watcher,
    /// Becomes true when the server stops.
    stopping: watch::Receiver<bool>,
}

impl Connection {
    /// Serves until the connection ends, or has to.
    async fn serve<S>(self, stream: TcpStream, service: S)
    where
        S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
    {
        let reserve = self.place.reserve;
        let peer = match reserve {
            true => Peer::refused("server.connections"),
            false => Peer::new(self.transport.concurrency_per_connection),
        };
        let patience = self.transport.slow_reader_timeout;
        tokio::select! {
            () = self.serve_to_end(stream, service, peer.clone()) => {}
            () = peer.until_stalled(patience) => {
                tracing::info!("a connection is closed: its client does not read its answers");
            }
            () = tokio::time::sleep(RESERVE_TIME), if reserve => {}
        }
    }

    async fn serve_to_end<S>(mut self, stream: TcpStream, service: S, peer: Peer)
    where
        S: Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
            + Clone
            + Send
            + 'static,
        S::Future: Send,
    {
        let begun = tokio::select! {
            begun = tokio::time::timeout(self.transport.preface_timeout, begin(stream)) => begun,
            _ = self.stopping.wait_for(|stopping| *stopping) => return,
        };
        let Ok(Ok(stream)) = begun else {
            tracing::debug!("a connection did not begin as HTTP/2 does in time");
            return;
        };
        let service = service.map_request(move |mut request: http::Request<_>| {
            request.extensions_mut().insert(peer.clone());
            request.map(Body::new)
        });
        let builder = builder(&self.transport);
        let connection =
            builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        if let Err(error) = self.watcher.watch(connection).await {
            tracing::debug!(%error, "a connection ended badly");
        }
    }
}

/// Waits for the preface; the stream then begins with it as if it had not been read.
async fn begin(mut stream: TcpStream) -> io::Result<impl AsyncRead + AsyncWrite + Unpin> {
    stream.set_nodelay(true)?;
    let mut preface = [0; PREFACE.len()];
    stream.read_exact(&mut preface).await?;
    if &preface != PREFACE {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not the preface of HTTP/2"));
    }
    let (reader, writer) = stream.into_split();
    Ok(tokio::io::join(Cursor::new(PREFACE).chain(reader), writer))
}

/// None of the bounds is left to a default, since some of those are no bounds.
fn builder(transport: &Transport) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new()).http2_only();
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(transport.max_concurrent_streams)
        .max_header_list_size(transport.max_header_list_bytes)
        .max_local_error_reset_streams(transport.max_local_error_reset_streams)
        .max_pending_accept_reset_streams(transport.max_pending_accept_reset_streams)
        .max_send_buf_size(SEND_BUFFER_BYTES)
        .initial_stream_window_size(transport.stream_window_bytes)
        .initial_connection_window_size(transport.connection_window_bytes)
        .keep_alive_interval(transport.keepalive_interval)
        .keep_alive_timeout(transport.keepalive_timeout);
    builder
}
