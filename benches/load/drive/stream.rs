//! Drives bulk streams and times their acknowledgements.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use dicta::rpc::pb;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use prost::Message as _;
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

use crate::Failure;
use crate::told::latency::Latencies;

/// Items of a message, and the bytes that it is filled up to.
const MESSAGE_ITEMS: usize = 64;
const MESSAGE_BYTES: usize = 1 << 20;

/// What became of the items of a stream.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// From sending to the acknowledgement.
    pub(crate) latencies: Latencies,
    pub(crate) created: u64,
    pub(crate) unchanged: u64,
    pub(crate) revised: u64,
    pub(crate) failed: u64,
    /// Why the first that failed did.
    pub(crate) failure: Option<String>,
    /// The names of the articles.
    pub(crate) names: Vec<String>,
}

impl Outcome {
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self {
            latencies: Latencies::new()?,
            created: 0,
            unchanged: 0,
            revised: 0,
            failed: 0,
            failure: None,
            names: Vec::new(),
        })
    }

    /// Takes in what another stream did.
    pub(crate) fn add(&mut self, other: Self) -> Result<(), Failure> {
        self.latencies.add(&other.latencies)?;
        self.created += other.created;
        self.unchanged += other.unchanged;
        self.revised += other.revised;
        self.failed += other.failed;
        self.failure = self.failure.take().or(other.failure);
        self.names.extend(other.names);
        Ok(())
    }

    fn count(&mut self, ack: pb::IngestArticlesAck) {
        match ack.outcome() {
            pb::IngestOutcome::Created => self.created += 1,
            pb::IngestOutcome::Unchanged => self.unchanged += 1,
            pb::IngestOutcome::Revised => self.revised += 1,
            pb::IngestOutcome::Unspecified => self.failed += 1,
        }
        if let Some(status) = ack.status {
            self.failure.get_or_insert(status.message);
        } else {
            self.names.push(ack.name);
        }
    }
}

/// The messages that carry the requests, made before anything is timed.
pub(crate) fn messages(requests: Vec<pb::IngestArticleRequest>) -> Vec<pb::IngestArticlesRequest> {
    let mut messages = Vec::new();
    let (mut items, mut bytes) = (Vec::new(), 0);
    for (sequence, request) in (1..).zip(requests) {
        let size = request.encoded_len();
        if items.len() == MESSAGE_ITEMS || (bytes + size > MESSAGE_BYTES && !items.is_empty()) {
            messages.push(pb::IngestArticlesRequest { items: std::mem::take(&mut items) });
            bytes = 0;
        }
        bytes += size;
        items.push(pb::IngestArticlesItem { sequence, ingest: Some(request) });
    }
    messages.push(pb::IngestArticlesRequest { items });
    messages
}

/// Sends the messages on one stream, with at most `window` items unacknowledged.
pub(crate) async fn run(
    channel: Channel,
    messages: Vec<pb::IngestArticlesRequest>,
    window: usize,
) -> Result<Outcome, Failure> {
    let (sender, receiver) = mpsc::channel(1);
    let room = Arc::new(Semaphore::new(window.max(MESSAGE_ITEMS)));
    let sent: Arc<Mutex<VecDeque<(usize, Instant)>>> = Arc::default();
    let sending = {
        let (room, sent) = (Arc::clone(&room), Arc::clone(&sent));
        tokio::spawn(async move {
            for message in messages {
                let count = message.items.len();
                let Ok(permit) = room.acquire_many(count as u32).await else { return };
                permit.forget();
                sent.lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push_back((count, Instant::now()));
                // The call is over; its answer tells why.
                if sender.send(message).await.is_err() {
                    return;
                }
            }
        })
    };
    let mut client = IngestServiceClient::new(channel);
    let mut acks = client.ingest_articles(ReceiverStream::new(receiver)).await?.into_inner();
    let mut outcome = Outcome::new()?;
    while let Some(message) = acks.message().await? {
        let now = Instant::now();
        room.add_permits(message.acks.len());
        let mut waiting = sent.lock().unwrap_or_else(PoisonError::into_inner);
        for ack in message.acks {
            if let Some((count, since)) = waiting.front_mut() {
                outcome.latencies.record(now - *since);
                *count -= 1;
                if *count == 0 {
                    waiting.pop_front();
                }
            }
            outcome.count(ack);
        }
    }
    sending.await?;
    Ok(outcome)
}
