//! IngestArticles: a stream of items in, a stream of acknowledgements out, with a
//! bounded amount unacknowledged.

use std::collections::VecDeque;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use prost::Message as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming};

use super::call::{ANONYMOUS, panicked};
use super::{from_pb, pb, status, to_pb};
use crate::kb::error::Error;
use crate::kb::{BulkAck, BulkItem, KnowledgeBase};

/// What a bulk stream may have unacknowledged.
#[derive(Clone, Copy, Debug)]
pub struct BulkLimits {
    /// Items.
    pub items: usize,
    /// Bytes of items; a single larger item still passes, alone.
    pub bytes: usize,
}

type Answers = mpsc::Sender<Result<pb::IngestArticlesResponse, Status>>;

/// How many messages of acknowledgements may wait for a slow reader before the
/// stream stops taking items.
const ANSWERS_WAITING: usize = 4;

/// Serves one stream; `permit` is held until it ends.
pub(super) fn run(
    kb: Arc<KnowledgeBase>,
    incoming: Streaming<pb::IngestArticlesRequest>,
    limits: BulkLimits,
    deadline: Option<Instant>,
    permit: OwnedSemaphorePermit,
) -> ReceiverStream<Result<pb::IngestArticlesResponse, Status>> {
    let (answers, stream) = mpsc::channel(ANSWERS_WAITING);
    let last = answers.clone();
    tokio::spawn(async move {
        let _permit = permit;
        let served = AssertUnwindSafe(serve(kb, incoming, limits, answers)).catch_unwind();
        let ended = match deadline {
            Some(deadline) => tokio::time::timeout_at(deadline, served).await,
            None => Ok(served.await),
        };
        let status = match ended {
            Err(_) => Some(status::deadline_exceeded()),
            Ok(Err(panic)) => Some(panicked(panic.as_ref())),
            Ok(Ok(end)) => end.err(),
        };
        if let Some(status) = status {
            // A client that is gone needs no word.
            let _ = last.send(Err(status)).await;
        }
    });
    ReceiverStream::new(stream)
}

/// Takes items and acknowledges them; ends with the status that the stream ends
/// with.
async fn serve(
    kb: Arc<KnowledgeBase>,
    incoming: Streaming<pb::IngestArticlesRequest>,
    limits: BulkLimits,
    answers: Answers,
) -> Result<(), Status> {
    let (items, planned) = mpsc::channel(limits.items);
    let (acked, acks) = mpsc::channel(ANSWERS_WAITING);
    let room = Room::new(limits);
    let (taken, ()) = tokio::join!(
        async {
            let work = kb.ingest_articles(planned, acked);
            tokio::join!(take(incoming, items, &room), work).0
        },
        acknowledge(acks, &answers, &room),
    );
    taken
}

/// Reads items until the stream ends, or until it breaks its rules.
async fn take(
    mut incoming: Streaming<pb::IngestArticlesRequest>,
    items: mpsc::Sender<BulkItem>,
    room: &Room,
) -> Result<(), Status> {
    let mut last = 0;
    while let Some(message) = incoming.message().await? {
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
    Ok(())
}

/// Passes acknowledgements on, and makes room for new items.
async fn acknowledge(mut acks: mpsc::Receiver<Vec<BulkAck>>, answers: &Answers, room: &Room) {
    while let Some(acks) = acks.recv().await {
        let count = acks.len();
        let acks = acks.into_iter().map(to_pb::bulk_ack).collect();
        if answers.send(Ok(pb::IngestArticlesResponse { acks })).await.is_err() {
            return;
        }
        room.leave(count);
    }
}

/// The room for unacknowledged items.
struct Room {
    limits: BulkLimits,
    items: Semaphore,
    bytes: Semaphore,
    /// The sizes of the items inside, in order.
    sizes: std::sync::Mutex<VecDeque<u32>>,
}

impl Room {
    fn new(limits: BulkLimits) -> Self {
        Self {
            items: Semaphore::new(limits.items),
            bytes: Semaphore::new(limits.bytes),
            sizes: std::sync::Mutex::default(),
            limits,
        }
    }

    async fn enter(&self, size: usize) {
        // One that is larger than the room takes all of it.
        let size = u32::try_from(size.min(self.limits.bytes)).unwrap_or(u32::MAX);
        for (semaphore, count) in [(&self.items, 1), (&self.bytes, size)] {
            if let Ok(permit) = semaphore.acquire_many(count).await {
                permit.forget();
            }
        }
        self.sizes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push_back(size);
    }

    fn leave(&self, count: usize) {
        let mut sizes = self.sizes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let count = count.min(sizes.len());
        let bytes: u32 = sizes.drain(..count).sum();
        self.items.add_permits(count);
        self.bytes.add_permits(bytes as usize);
    }
}
