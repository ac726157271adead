//! A subscriber that goes on from its token wherever it was cut off.

use dicta::rpc::pb;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use dicta::rpc::pb::watch_request::Start;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use crate::heard::Heard;

/// What it wants, and what it heard.
pub(crate) struct Subscriber {
    request: pb::WatchRequest,
    heard: Heard,
}

impl Subscriber {
    /// One that wants records of these kinds, from the beginning on; all where
    /// there are none.
    pub(crate) fn new(kinds: &[pb::RecordKind]) -> Self {
        let request = pb::WatchRequest {
            start: Some(Start::Revision(0)),
            kinds: kinds.iter().map(|kind| i32::from(*kind)).collect(),
            view: pb::ArticleView::Full.into(),
            ..Default::default()
        };
        Self { request, heard: Heard::default() }
    }

    /// Holds what it heard since the last time against the log.
    pub(crate) fn hold(&mut self, log: &[pb::WatchEvent]) {
        let mut heard = std::mem::take(&mut self.heard.events).into_iter();
        for event in log.iter().filter(|event| self.wants(event)) {
            assert_eq!(heard.next().as_ref(), Some(event), "what a subscriber heard");
        }
        assert_eq!(heard.next(), None, "what a subscriber heard");
    }

    /// Whether it wants such a record.
    fn wants(&self, event: &pb::WatchEvent) -> bool {
        let kind = match event.name.split('/').collect::<Vec<_>>().as_slice() {
            ["entities", _] => pb::RecordKind::Entity,
            ["articles", _] => pb::RecordKind::Article,
            _ => pb::RecordKind::Statement,
        };
        self.request.kinds.is_empty() || self.request.kinds.contains(&kind.into())
    }

    async fn subscribe(&self, channel: Channel) -> Result<Streaming<pb::WatchResponse>, Status> {
        let mut request = self.request.clone();
        if !self.heard.token.is_empty() {
            request.start = Some(Start::Token(self.heard.token.clone()));
        }
        let mut client = QueryServiceClient::new(channel).max_decoding_message_size(64 << 20);
        Ok(client.watch(request).await?.into_inner())
    }

    /// Listens until the server is gone; cuts itself off after so many messages each
    /// time.
    pub(crate) async fn listen(&mut self, channel: Channel, messages: usize) {
        'streams: while let Ok(mut stream) = self.subscribe(channel.clone()).await {
            for _ in 0..messages {
                match stream.message().await {
                    Ok(Some(message)) => self.heard.take(message),
                    _ => break 'streams,
                }
            }
            self.heard.cut();
        }
        self.heard.cut();
    }

    /// Listens until it was told everything up to a revision.
    pub(crate) async fn hear(&mut self, channel: Channel, head: i64) {
        let mut stream = self.subscribe(channel).await.expect("a stream from the last token");
        while self.heard.revision < head || self.heard.token.is_empty() {
            let message = stream.message().await.expect("a stream that goes on");
            self.heard.take(message.expect("a stream that goes on"));
        }
    }
}
