//! A subscriber that notes what it hears.

use dicta::rpc::pb;
use dicta::rpc::pb::watch_request::Start;
use tonic::Streaming;

use super::heard::Heard;
use crate::harness::Dicta;

/// Everything, from the beginning.
pub(crate) fn all() -> pb::WatchRequest {
    pb::WatchRequest { start: Some(Start::Revision(0)), ..Default::default() }
}

/// The same, from where another had come to.
pub(crate) fn resumed(request: pb::WatchRequest, token: String) -> pb::WatchRequest {
    pb::WatchRequest { start: Some(Start::Token(token)), ..request }
}

pub(crate) async fn subscribe(
    dicta: &Dicta,
    request: pb::WatchRequest,
) -> Streaming<pb::WatchResponse> {
    dicta.query().watch(request).await.unwrap().into_inner()
}

/// The next message, which must be a checkpoint.
pub(crate) async fn until_checkpoint(
    stream: &mut Streaming<pb::WatchResponse>,
) -> pb::WatchResponse {
    let message = stream.message().await.unwrap().unwrap();
    assert!(message.events.is_empty() && !message.token.is_empty(), "{message:?}");
    message
}

/// What comes up to the newest revision, `head`.
pub(crate) async fn hear(dicta: &Dicta, request: pb::WatchRequest, head: i64) -> Heard {
    until(subscribe(dicta, request).await, head).await
}

/// What comes on a stream up to a revision.
pub(crate) async fn until(mut stream: Streaming<pb::WatchResponse>, head: i64) -> Heard {
    let mut heard = Heard::default();
    while heard.revision < head || heard.token.is_empty() {
        heard.take(stream.message().await.unwrap().unwrap());
    }
    heard
}
