//! IngestArticles: a stream of items in, a stream of acknowledgements out, with a
//! bounded amount unacknowledged.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use prost::Message as _;
use tokio::sync::{Semaphore, mpsc, watch};
use tonic::{Status, Streaming};

use super::call::ANONYMOUS;
use super::streaming::Answers;
use super::{from_pb, pb, status, to_pb};
use crate::kb::error::Error;
use crate::kb::{BulkAck, BulkItem, KnowledgeBase};

/// How many bulk streams there may be, and what each may have unacknowledged.
#[derive(Clone, Copy, Debug)]
pub struct BulkLimits {
    /// Streams open at once, those of imports among them.
    pub streams: usize,
    /// Items.
    pub items: usize,
    /// Bytes of items; a single larger item still passes, alone.
    pub bytes: usize,
}

/// How many batches of acknowledgements may wait.
const ACKS_WAITING: usize = 4;

/// How long a client of a server that stops has to see that its stream ended.
const FAREWELL: Duration = Duration::from_millis(500);

/// One bulk stream to serve.
pub(super) struct Stream {
    pub(super) kb: Arc<KnowledgeBase>,
    pub(super) incoming: Streaming<pb::IngestArticlesRequest>,
    pub(super) limits: BulkLimits,
    /// Becomes true when the server stops.
    pub(super) stopping: watch::Receiver<bool>,
}

impl Stream {
    /// Takes items and acknowledges them; ends with the status that the stream
    /// ends with, after all that was taken is acknowledged.
    pub(super) async fn serve(
        self,
        answers: Answers<pb::IngestArticlesResponse>,
    ) -> Result<(), Status> {
        let (items, planned) = mpsc::channel(self.limits.items);
        let (acked, acks) = mpsc::channel(ACKS_WAITING);
        let room = Room::new(self.limits);
        let work = self.kb.ingest_articles(planned, acked);
        let (taken, (), ()) = tokio::join!(
            take(self.incoming, items, &room, self.stopping),
            work,
            acknowledge(acks, &answers, &room),
        );
        taken
    }
}

/// Reads items until the stream ends, the server stops, or the stream breaks its
/// rules.
async fn take(
    mut incoming: Streaming<pb::IngestArticlesRequest>,
    items: mpsc::Sender<BulkItem>,
    room: &Room,
    mut stopping: watch::Receiver<bool>,
) -> Result<(), Status> {
    let mut last = 0;
    loop {
        let message = tokio::select! {
            message = incoming.message() => message.map_err(status::transport_explained)?,
            _ = stopping.wait_for(|stopping| *stopping) => {
                tokio::spawn(tokio::time::timeout(FAREWELL, discard(incoming)));
                return Err(status::of_write(Error::Stopping));
            }
        };
        let Some(message) = message else { return Ok(()) };
        for item in message.items {
            if item.sequence <= last {
                return Err(status::sequence_not_increasing(last, item.sequence));
            }
            last = item.sequence;
            let size = item.encoded_len();
            let command = match item.ingest {
                Some(ingest) => from_pb::ingest_article(ingest, ANONYMOUS),
                None => Err(Error::invalid("ingest", "REQUIRED", "the item has nothing to ingest")),
            };
            room.enter(size).await;
            if items.send(BulkItem { sequence: last, command }).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// Reads what a client still sends. A connection that is closed with something
/// unread is torn down, and with it the word that the stream has ended.
async fn discard(mut incoming: Streaming<pb::IngestArticlesRequest>) {
    while let Ok(Some(_)) = incoming.message().await {}
}

/// Passes acknowledgements on, and makes room for new items.
async fn acknowledge(
    mut acks: mpsc::Receiver<Vec<BulkAck>>,
    answers: &Answers<pb::IngestArticlesResponse>,
    room: &Room,
) {
    while let Some(acks) = acks.recv().await {
        let count = acks.len();
        let acks = acks.into_iter().map(to_pb::acknowledged).collect();
        if answers.send(Ok(pb::IngestArticlesResponse { acks })).await.is_err() {
            return;
        }
        room.leave(count);
    }
}

/// The room for unacknowledged items.
pub(super) struct Room {
    limits: BulkLimits,
    items: Semaphore,
    bytes: Semaphore,
    /// The sizes of the items inside, in order.
    sizes: std::sync::Mutex<VecDeque<u32>>,
}

impl Room {
    pub(super) fn new(limits: BulkLimits) -> Self {
        Self {
            items: Semaphore::new(limits.items),
            bytes: Semaphore::new(limits.bytes),
            sizes: std::sync::Mutex::default(),
            limits,
        }
    }

    pub(super) async fn enter(&self, size: usize) {
        // One that is larger than the room takes all of it.
        let size = u32::try_from(size.min(self.limits.bytes)).unwrap_or(u32::MAX);
        for (semaphore, count) in [(&self.items, 1), (&self.bytes, size)] {
            if let Ok(permit) = semaphore.acquire_many(count).await {
                permit.forget();
            }
        }
        self.sizes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push_back(size);
    }

    pub(super) fn leave(&self, count: usize) {
        let mut sizes = self.sizes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let count = count.min(sizes.len());
        let bytes: u32 = sizes.drain(..count).sum();
        self.items.add_permits(count);
        self.bytes.add_permits(bytes as usize);
    }
}
