//! A bare stream that acknowledges what it is sent, as bulk ingest does, and keeps
//! nothing of it.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use dicta::rpc::pb;
use futures_util::{Stream, StreamExt as _};
use tonic::body::Body;
use tonic::server::{NamedService, StreamingService};
use tonic::{Request, Response, Status, Streaming};
use tonic_prost::ProstCodec;

type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Answers = Pin<Box<dyn Stream<Item = Result<pb::IngestArticlesResponse, Status>> + Send>>;

/// Acknowledges items.
#[derive(Clone, Copy, Debug)]
pub(super) struct Acks;

impl StreamingService<pb::IngestArticlesRequest> for Acks {
    type Response = pb::IngestArticlesResponse;
    type ResponseStream = Answers;
    type Future = Answer<Result<Response<Answers>, Status>>;

    fn call(&mut self, request: Request<Streaming<pb::IngestArticlesRequest>>) -> Self::Future {
        let answers = request.into_inner().map(|message| message.map(acknowledged));
        Box::pin(async move { Ok(Response::new(answers.boxed())) })
    }
}

fn acknowledged(message: pb::IngestArticlesRequest) -> pb::IngestArticlesResponse {
    let ack = |item: pb::IngestArticlesItem| pb::IngestArticlesAck {
        sequence: item.sequence,
        outcome: pb::IngestOutcome::Created.into(),
        ..Default::default()
    };
    pb::IngestArticlesResponse { acks: message.items.into_iter().map(ack).collect() }
}

impl tower::Service<http::Request<Body>> for Acks {
    type Response = http::Response<Body>;
    type Error = Infallible;
    type Future = Answer<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(async move {
            let codec =
                ProstCodec::<pb::IngestArticlesResponse, pb::IngestArticlesRequest>::default();
            Ok(tonic::server::Grpc::new(codec).streaming(Acks, request).await)
        })
    }
}

impl NamedService for Acks {
    const NAME: &'static str = "dicta.v1.IngestService";
}
