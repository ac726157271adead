//! A bare tonic server with the transport settings of Dicta's, which answers
//! with as many bytes as it is asked for: what no server can beat.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::process::Command;
use std::task::{Context, Poll};

use bytes::Bytes;
use dicta::config::{self, Environment, Flags};
use tonic::body::Body;
use tonic::server::{NamedService, UnaryService};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Request, Response, Status};
use tonic_prost::ProstCodec;

use super::acks::Acks;
use super::peer::{Peer, settings};
use super::process::Process;
use super::unary;
use crate::Failure;

/// The most bytes that it answers with.
const LARGEST: usize = 4 << 20;

/// The question, as large as Dicta's, and the answer.
#[derive(Clone, PartialEq, prost::Message)]
pub(crate) struct Payload {
    /// How many bytes to answer with.
    #[prost(uint32, tag = "1")]
    size: u32,
    /// What fills the message up.
    #[prost(bytes = "bytes", tag = "2")]
    filling: Bytes,
}

type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;

#[derive(Clone, Debug)]
struct Echo {
    zeros: Bytes,
}

impl UnaryService<Payload> for Echo {
    type Response = Payload;
    type Future = Answer<Result<Response<Payload>, Status>>;

    fn call(&mut self, request: Request<Payload>) -> Self::Future {
        let size = (request.into_inner().size as usize).min(self.zeros.len());
        let filling = self.zeros.slice(..size);
        Box::pin(async move { Ok(Response::new(Payload { size: 0, filling })) })
    }
}

impl tower::Service<http::Request<Body>> for Echo {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answer<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            let codec = ProstCodec::<Payload, Payload>::default();
            Ok(tonic::server::Grpc::new(codec).unary(service, request).await)
        })
    }
}

impl NamedService for Echo {
    const NAME: &'static str = "bench.Echo";
}

/// Serves until the process is ended.
pub(crate) async fn serve() -> Result<(), Failure> {
    let limits = config::load(None, &Environment::of([]), &Flags::default())?.config.server;
    let incoming = TcpIncoming::bind("127.0.0.1:0".parse()?)?.with_nodelay(Some(true));
    let address = incoming.local_addr()?;
    eprintln!("{}", serde_json::json!({"message": "serving", "address": address.to_string()}));
    Server::builder()
        .concurrency_limit_per_connection(limits.concurrency_per_connection)
        .load_shed(true)
        .max_concurrent_streams(limits.max_concurrent_streams)
        .http2_max_header_list_size(limits.max_header_list_bytes)
        .http2_max_local_error_reset_streams(Some(limits.max_local_error_reset_streams))
        .http2_max_pending_accept_reset_streams(Some(limits.max_pending_accept_reset_streams))
        .initial_stream_window_size(limits.stream_window_bytes)
        .initial_connection_window_size(limits.connection_window_bytes)
        .http2_keepalive_interval(Some(limits.keepalive_interval))
        .http2_keepalive_timeout(Some(limits.keepalive_timeout))
        .add_service(Acks)
        .add_service(Echo { zeros: Bytes::from(vec![0; LARGEST]) })
        .serve_with_incoming(incoming)
        .await?;
    Ok(())
}

/// Sends `question` bytes and is answered `size` bytes.
pub(crate) async fn call(channel: &Channel, question: Bytes, size: usize) -> Result<(), Failure> {
    let payload = Payload { size: u32::try_from(size)?, filling: question };
    unary::call::<Payload, Payload>(channel, "/bench.Echo/Call", payload).await?;
    Ok(())
}

/// Starts one as a process of its own.
pub(crate) fn start() -> Result<Process, Failure> {
    Process::start(Command::new(std::env::current_exe()?).arg("echo"))
}

/// As it is told beside its figures.
pub(crate) fn peer() -> Peer {
    Peer {
        name: "echo".to_owned(),
        version: "tonic, as Dicta is built with it".to_owned(),
        durability: "keeps nothing".to_owned(),
        settings: settings(&[("layers and transport", "those of Dicta's defaults")]),
    }
}
