//! A single gRPC call of messages that were not generated.

use http::uri::PathAndQuery;
use prost::Message;
use tonic::Request;
use tonic::transport::Channel;
use tonic_prost::ProstCodec;

use crate::Failure;

/// Calls the method at `path`.
pub(crate) async fn call<Q, A>(
    channel: &Channel,
    path: &'static str,
    question: Q,
) -> Result<A, Failure>
where
    Q: Message + Send + Sync + 'static,
    A: Message + Default + Send + Sync + 'static,
{
    let mut client = tonic::client::Grpc::new(channel.clone());
    client.ready().await?;
    let codec = ProstCodec::<Q, A>::default();
    let path = PathAndQuery::from_static(path);
    Ok(client.unary(Request::new(question), path, codec).await?.into_inner())
}
