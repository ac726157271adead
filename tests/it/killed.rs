//! Servers that are killed in the middle of a load or of a rebuild.

use dicta::rpc::pb;
use dicta::rpc::pb::admin_service_client::AdminServiceClient;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use tokio_stream::wrappers::ReceiverStream;

use crate::process::ServerProcess;

const MESSAGE_ITEMS: usize = 25;

/// How often a test kills its server: `DICTA_CRASH_CYCLES`, or so often without it.
pub(crate) fn cycles(without: u64) -> u64 {
    let set = std::env::var("DICTA_CRASH_CYCLES").ok().and_then(|it| it.parse().ok());
    set.unwrap_or(without)
}

/// Sends all, and kills the server once so many are acknowledged.
pub(crate) async fn load_and_kill(
    server: &ServerProcess,
    requests: Vec<pb::IngestArticleRequest>,
    kill_after: usize,
) {
    let mut client = IngestServiceClient::new(server.connect().await);
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        let mut sequence = 0;
        for chunk in requests.chunks(MESSAGE_ITEMS) {
            let items = chunk.iter().map(|request| {
                sequence += 1;
                pb::IngestArticlesItem { sequence, ingest: Some(request.clone()) }
            });
            let items = items.collect();
            if sender.send(pb::IngestArticlesRequest { items }).await.is_err() {
                return;
            }
        }
        // The stream stays open until the kill ends it.
        sender.closed().await;
    });
    let mut acks = client.ingest_articles(ReceiverStream::new(receiver)).await.unwrap();
    let mut acknowledged = 0;
    while let Ok(Some(message)) = acks.get_mut().message().await {
        acknowledged += message.acks.len();
        if acknowledged >= kill_after {
            server.kill();
            return;
        }
    }
    panic!("the stream ended after {acknowledged} acknowledgements");
}

/// Begins a rebuild, which goes on by itself when its answers are dropped.
pub(crate) async fn begin_rebuild(
    server: &ServerProcess,
    index: pb::DerivedIndex,
) -> tonic::Streaming<pb::RebuildIndexResponse> {
    let mut admin = AdminServiceClient::new(server.connect().await);
    let request = pb::RebuildIndexRequest { index: index.into() };
    admin.rebuild_index(request).await.unwrap().into_inner()
}

/// Begins a rebuild and waits until it is done; with `kill`, only until it has taken
/// in so many records, and kills the server then.
pub(crate) async fn rebuild(server: &ServerProcess, index: pb::DerivedIndex, kill: Option<i64>) {
    let mut answers = begin_rebuild(server, index).await;
    while let Some(answer) = answers.message().await.unwrap() {
        if kill.is_some_and(|after| answer.records >= after || answer.done) {
            server.kill();
            return;
        }
        if answer.done {
            return;
        }
    }
    panic!("the rebuild was never done");
}
