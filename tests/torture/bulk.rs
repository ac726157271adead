//! A client that ingests in bulk, with much in flight.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dicta::rpc::pb;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

use crate::death::Trigger;
use crate::operation::{Acknowledged, Operation, Request};
use crate::world::World;

/// How many items are ready to be sent when a stream begins.
const ITEMS: usize = 600;
const MESSAGE_ITEMS: usize = 8;
/// How many messages wait for acknowledgements at most.
const MESSAGES: usize = 6;

/// What one stream has written, and what it does not know of.
pub(crate) struct Bulk {
    world: World,
    /// Not acknowledged, in order; the first of them may have been sent.
    items: VecDeque<Operation>,
    /// How many of them were handed over to be sent.
    open: usize,
}

impl Bulk {
    pub(crate) fn new(world: World) -> Self {
        Self { world, items: VecDeque::new(), open: 0 }
    }

    /// Streams until the server is gone; gives what was acknowledged.
    pub(crate) async fn write(&mut self, channel: Channel, trigger: &Trigger) -> Vec<Acknowledged> {
        while self.items.len() < ITEMS {
            self.items.push_back(self.world.ingest());
        }
        self.stream(channel, ITEMS, true, Some(trigger)).await
    }

    /// Sends again what was not acknowledged.
    pub(crate) async fn finish(&mut self, channel: Channel) -> Vec<Acknowledged> {
        let open = self.open;
        let all = self.stream(channel, open, false, None).await;
        assert_eq!((all.len(), self.open), (open, 0), "acknowledgements of a stream that ended");
        all
    }

    /// Sends the first items, and takes acknowledgements until there are no more.
    async fn stream(
        &mut self,
        channel: Channel,
        count: usize,
        stays_open: bool,
        trigger: Option<&Trigger>,
    ) -> Vec<Acknowledged> {
        let (sender, receiver) = mpsc::channel(1);
        let (sent, window) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(MESSAGES)));
        let messages = messages(self.items.iter().take(count));
        let sending = Sending { sender, sent: Arc::clone(&sent), window: Arc::clone(&window) };
        tokio::spawn(sending.run(messages, stays_open));
        let mut all = Vec::new();
        let mut client = IngestServiceClient::new(channel);
        if let Ok(answers) = client.ingest_articles(ReceiverStream::new(receiver)).await {
            let mut answers = answers.into_inner();
            while let Ok(Some(message)) = answers.message().await {
                trigger.inspect(|trigger| trigger.acknowledged(message.acks.len()));
                let messages = all.len() / MESSAGE_ITEMS;
                all.extend(message.acks.into_iter().map(|ack| self.take(ack)));
                window.add_permits(all.len() / MESSAGE_ITEMS - messages);
            }
        }
        self.open = sent.load(Ordering::SeqCst).saturating_sub(all.len());
        all
    }

    /// The acknowledgement of the first item.
    fn take(&mut self, ack: pb::IngestArticlesAck) -> Acknowledged {
        let operation = self.items.pop_front().expect("an item for each acknowledgement");
        assert_eq!(ack.status, None, "{operation:?}");
        Acknowledged {
            operation,
            revision: ack.revision,
            token: ack.consistency_token,
            records: Vec::new(),
        }
    }
}

/// The side of a stream that sends.
struct Sending {
    sender: mpsc::Sender<pb::IngestArticlesRequest>,
    /// How many items were handed over, or are about to be.
    sent: Arc<AtomicUsize>,
    window: Arc<Semaphore>,
}

impl Sending {
    async fn run(self, messages: Vec<pb::IngestArticlesRequest>, stays_open: bool) {
        for message in messages {
            let room = tokio::select! {
                room = self.window.acquire() => room.ok(),
                () = self.sender.closed() => None,
            };
            let Some(room) = room else { return };
            room.forget();
            self.sent.fetch_add(message.items.len(), Ordering::SeqCst);
            if self.sender.send(message).await.is_err() {
                return;
            }
        }
        if stays_open {
            self.sender.closed().await;
        }
    }
}

fn messages<'a>(items: impl Iterator<Item = &'a Operation>) -> Vec<pb::IngestArticlesRequest> {
    let items = (1..).zip(items).filter_map(|(sequence, operation)| match &operation.request {
        Request::Ingest(ingest) => {
            let ingest = Some((**ingest).clone());
            Some(pb::IngestArticlesItem { sequence, ingest })
        }
        _ => None,
    });
    let items: Vec<_> = items.collect();
    let chunks = items.chunks(MESSAGE_ITEMS);
    chunks.map(|items| pb::IngestArticlesRequest { items: items.to_vec() }).collect()
}
