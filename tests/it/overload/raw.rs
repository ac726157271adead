//! A client below gRPC: it holds back what a well-behaved one sends, and reads no
//! more than it is told to.

use h2::client::{ResponseFuture, SendRequest};
use h2::{RecvStream, SendStream};
use http::{Method, Request, Response};
use prost::Message;
use prost::bytes::{BufMut as _, Bytes, BytesMut};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tonic::Status;

use super::soon;
use crate::harness::Dicta;

/// One connection.
pub(super) struct Raw {
    requests: SendRequest<Bytes>,
    url: String,
    connection: JoinHandle<Result<(), h2::Error>>,
}

impl Raw {
    pub(super) async fn connect(server: &Dicta) -> Self {
        Self::with_window(server, 65_535).await
    }

    /// A connection whose streams may bring so many bytes before they are read.
    pub(super) async fn with_window(server: &Dicta, bytes: u32) -> Self {
        let stream = tcp(server).await;
        let mut builder = h2::client::Builder::new();
        builder.initial_window_size(bytes).initial_max_send_streams(1_000);
        let (requests, connection) = builder.handshake(stream).await.unwrap();
        Self { requests, url: server.url.clone(), connection: tokio::spawn(connection) }
    }

    /// Begins a call; nothing of its message is sent.
    pub(super) async fn begin(&mut self, method: &str) -> (ResponseFuture, SendStream<Bytes>) {
        let request = self.request(method).body(()).unwrap();
        self.send(request).await
    }

    /// Begins a call with these headers besides.
    pub(super) async fn begin_with(
        &mut self,
        method: &str,
        headers: &[(&str, &str)],
    ) -> (ResponseFuture, SendStream<Bytes>) {
        let request = self.request(method);
        let request =
            headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.send(request.body(()).unwrap()).await
    }

    /// Calls with one message, and leaves the answer to be read.
    pub(super) async fn call(&mut self, method: &str, message: &impl Message) -> ResponseFuture {
        let (answer, mut sending) = self.begin(method).await;
        sending.send_data(framed(0, &message.encode_to_vec()), true).unwrap();
        answer
    }

    /// Waits until the server ends the connection, in whatever way.
    pub(super) async fn ended(self) {
        let _ = soon(self.connection).await.unwrap();
    }

    async fn send(&mut self, request: Request<()>) -> (ResponseFuture, SendStream<Bytes>) {
        self.requests = soon(self.requests.clone().ready()).await.unwrap();
        self.requests.send_request(request, false).unwrap()
    }

    fn request(&self, method: &str) -> http::request::Builder {
        Request::builder()
            .method(Method::POST)
            .uri(format!("{}{method}", self.url))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
    }
}

/// A connection without a word said on it.
pub(super) async fn tcp(server: &Dicta) -> TcpStream {
    TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap()
}

/// A message as gRPC frames it; `flag` 1 says that it is packed.
pub(super) fn framed(flag: u8, message: &[u8]) -> Bytes {
    let mut bytes = BytesMut::with_capacity(message.len() + 5);
    bytes.put_u8(flag);
    bytes.put_u32(u32::try_from(message.len()).unwrap());
    bytes.put_slice(message);
    bytes.freeze()
}

/// How a call ended, all of its answer read.
pub(super) async fn ended(answer: ResponseFuture) -> Status {
    soon(async {
        let answer: Response<RecvStream> = answer.await.unwrap();
        if let Some(status) = Status::from_header_map(answer.headers()) {
            return status;
        }
        let mut body = answer.into_body();
        while let Some(part) = body.data().await {
            let part = part.unwrap();
            body.flow_control().release_capacity(part.len()).unwrap();
        }
        let trailers = body.trailers().await.unwrap().expect("no trailers");
        Status::from_header_map(&trailers).expect("no status")
    })
    .await
}
