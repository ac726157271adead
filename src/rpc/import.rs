//! ImportRecords: a stream of records in, a stream of acknowledgements out, with a
//! bounded amount unacknowledged.

use std::sync::Arc;

use prost::Message as _;
use tokio::sync::{mpsc, watch};
use tonic::{Status, Streaming};

use super::bulk::{BulkLimits, Room};
use super::call::ANONYMOUS;
use super::streaming::Answers;
use super::{from_pb, pb, status, to_pb};
use crate::kb::error::Error;
use crate::kb::{Dangling, ImportAck, ImportItem, KnowledgeBase};

/// How many batches of acknowledgements may wait.
const ACKS_WAITING: usize = 4;
/// How many dangling references a message tells of.
const REFERENCES_A_MESSAGE: usize = 250;

/// An import to serve.
pub(super) struct Import {
    pub(super) kb: Arc<KnowledgeBase>,
    pub(super) incoming: Streaming<pb::ImportRecordsRequest>,
    pub(super) limits: BulkLimits,
    /// Becomes true when the server stops.
    pub(super) stopping: watch::Receiver<bool>,
}

impl Import {
    /// Takes records and acknowledges them, then tells which references lead
    /// nowhere; ends with the status that the stream ends with, after all that was
    /// taken is acknowledged.
    pub(super) async fn serve(
        self,
        answers: Answers<pb::ImportRecordsResponse>,
    ) -> Result<(), Status> {
        let (items, taken) = mpsc::channel(self.limits.items);
        let (acked, acks) = mpsc::channel(ACKS_WAITING);
        let room = Room::new(self.limits);
        let (ended, dangling, ()) = tokio::join!(
            take(self.incoming, items, &room, self.stopping),
            self.kb.import_records(ANONYMOUS, taken, acked),
            acknowledge(acks, &answers, &room),
        );
        ended?;
        tell(dangling.map_err(status::of_write)?, &answers).await;
        Ok(())
    }
}

/// Reads items until the stream ends, the server stops, or the stream breaks its
/// rules.
async fn take(
    mut incoming: Streaming<pb::ImportRecordsRequest>,
    items: mpsc::Sender<ImportItem>,
    room: &Room,
    mut stopping: watch::Receiver<bool>,
) -> Result<(), Status> {
    let mut last = 0;
    loop {
        let message = tokio::select! {
            message = incoming.message() => message.map_err(status::transport_explained)?,
            _ = stopping.wait_for(|stopping| *stopping) => {
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
            let brought = from_pb::imported(item.record, item.replace, ANONYMOUS);
            room.enter(size).await;
            if items.send(ImportItem { sequence: last, brought }).await.is_err() {
                return Ok(());
            }
        }
    }
}

/// Passes acknowledgements on, and makes room for new items.
async fn acknowledge(
    mut acks: mpsc::Receiver<Vec<ImportAck>>,
    answers: &Answers<pb::ImportRecordsResponse>,
    room: &Room,
) {
    while let Some(acks) = acks.recv().await {
        let count = acks.len();
        let acks = acks.into_iter().map(to_pb::import_ack).collect();
        let message = pb::ImportRecordsResponse { acks, ..Default::default() };
        if answers.send(Ok(message)).await.is_err() {
            return;
        }
        room.leave(count);
    }
}

/// Tells which references lead nowhere; a client that is gone needs no word.
async fn tell(dangling: Dangling, answers: &Answers<pb::ImportRecordsResponse>) {
    for references in dangling.references.chunks(REFERENCES_A_MESSAGE) {
        let dangling = references.iter().map(to_pb::dangling_reference).collect();
        let message = pb::ImportRecordsResponse { dangling, ..Default::default() };
        if answers.send(Ok(message)).await.is_err() {
            return;
        }
    }
    if dangling.more {
        let message = pb::ImportRecordsResponse { dangling_more: true, ..Default::default() };
        let _ = answers.send(Ok(message)).await;
    }
}
