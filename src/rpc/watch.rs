//! Watch: one task a stream. It waits for commits without asking for them, sends
//! what the subscriber wants, and gives up on a client that does not read.

use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::time::Duration;

use futures_util::{FutureExt as _, StreamExt as _};
use prost::Message as _;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;
use tokio_stream::Stream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::admission::Place;
use super::call::panicked;
use super::{pb, status, to_pb};
use crate::domain::revision::Revision;
use crate::kb::error::Error;
use crate::kb::{Watch, WatchEvent};
use crate::store::LoadBody;

/// How Watch streams are handled.
#[derive(Clone, Copy, Debug)]
pub struct WatchPolicy {
    /// How many may be open at once.
    pub streams: usize,
    /// After how long without a message a checkpoint is sent.
    pub checkpoint_interval: Duration,
    /// How long a message may wait for a client to read.
    pub slow_reader_timeout: Duration,
}

/// What a Watch answers with.
pub(super) type Responses =
    Pin<Box<dyn Stream<Item = Result<pb::WatchResponse, Status>> + Send + 'static>>;

/// How many messages may wait for a client to read.
const MESSAGES_WAITING: usize = 4;
/// About how large a message becomes: what waits for a slow client is memory.
const MESSAGE_BYTES: usize = 128 << 10;

/// One Watch stream to serve.
pub(super) struct Subscription {
    pub(super) watch: Watch,
    pub(super) body: LoadBody,
    pub(super) policy: WatchPolicy,
    /// The most bytes of one message.
    pub(super) max_bytes: usize,
    /// Becomes true when the server stops.
    pub(super) stopping: watch::Receiver<bool>,
    pub(super) deadline: Option<Instant>,
}

/// Why a stream ends.
enum End {
    /// The client is gone.
    Gone,
    SlowReader,
    Stopping,
    Deadline,
    Failed(Error),
}

impl From<Error> for End {
    fn from(error: Error) -> Self {
        match error {
            Error::Stopping => Self::Stopping,
            error => Self::Failed(error),
        }
    }
}

impl Subscription {
    /// Serves the stream; `place` is held until it ends.
    pub(super) fn run(self, place: Option<Place>) -> Responses {
        let (messages, stream) = mpsc::channel(MESSAGES_WAITING);
        // The word of the end has a way of its own: it must not wait for a client
        // that does not read.
        let (end, ended) = oneshot::channel();
        tokio::spawn(async move {
            let _place = place;
            let status = match AssertUnwindSafe(self.serve(messages)).catch_unwind().await {
                Ok(status) => status,
                Err(panic) => Some(panicked(panic.as_ref())),
            };
            if let Some(status) = status {
                // A client that is gone needs no word.
                let _ = end.send(status);
            }
        });
        let ended = futures_util::stream::once(ended).filter_map(async |end| end.ok().map(Err));
        Box::pin(ReceiverStream::new(stream).map(Ok).chain(ended))
    }

    async fn serve(mut self, messages: mpsc::Sender<pb::WatchResponse>) -> Option<Status> {
        let told = self.watch.position();
        let timeout = self.policy.slow_reader_timeout;
        let mut outbox = Outbox { messages, timeout, told, begun: false, sent: Instant::now() };
        let mut stopping = self.stopping.clone();
        let deadline = self.deadline;
        let until_deadline = async move {
            match deadline {
                Some(deadline) => tokio::time::sleep_until(deadline).await,
                None => std::future::pending().await,
            }
        };
        let end = tokio::select! {
            end = self.tell(&mut outbox) => end,
            _ = stopping.wait_for(|stopping| *stopping) => End::Stopping,
            () = until_deadline => End::Deadline,
        };
        let token = self.watch.token_at(outbox.told);
        match end {
            End::Gone => None,
            End::SlowReader => Some(status::watch_slow_reader(&token)),
            End::Stopping => Some(status::watch_stopping(&token)),
            End::Deadline => Some(status::watch_deadline(&token)),
            End::Failed(error) => Some(status::of_read(error)),
        }
    }

    /// Tells what is wanted until the stream ends.
    async fn tell(&mut self, outbox: &mut Outbox) -> End {
        loop {
            match self.tell_next(outbox).await {
                Ok(()) => {}
                Err(end) => return end,
            }
        }
    }

    /// Sends the next changes; where there are none, waits for some, or sends a
    /// checkpoint when it is due.
    async fn tell_next(&mut self, outbox: &mut Outbox) -> Result<(), End> {
        if self.is_checkpoint_due(outbox) {
            let message = self.message(Vec::new(), Some(self.watch.position()));
            outbox.send(message, Some(self.watch.position())).await?;
        }
        match self.watch.next().await? {
            Some(events) => self.send(events, outbox).await,
            None => {
                let due = outbox.sent + self.policy.checkpoint_interval;
                tokio::select! {
                    changed = self.watch.changed() => Ok(changed?),
                    () = tokio::time::sleep_until(due) => Ok(()),
                    () = outbox.messages.closed() => Err(End::Gone),
                }
            }
        }
    }

    fn is_checkpoint_due(&self, outbox: &Outbox) -> bool {
        !outbox.begun || outbox.sent.elapsed() >= self.policy.checkpoint_interval
    }

    /// Sends events in messages of bounded size. Each message that does not end
    /// within a revision carries a token.
    async fn send(&self, events: Vec<WatchEvent>, outbox: &mut Outbox) -> Result<(), End> {
        let (mut packed, mut bytes) = (Vec::new(), 0);
        let mut last = None;
        for event in events {
            let revision = event.revision;
            let event = to_pb::watch_event(event, self.body, self.max_bytes);
            let size = event.encoded_len() + 8;
            if bytes + size > MESSAGE_BYTES.min(self.max_bytes) && !packed.is_empty() {
                let whole = last.filter(|last| *last != revision);
                let message = self.message(std::mem::take(&mut packed), whole);
                outbox.send(message, whole).await?;
                bytes = 0;
            }
            packed.push(event);
            bytes += size;
            last = Some(revision);
        }
        if packed.is_empty() {
            return Ok(());
        }
        let position = Some(self.watch.position());
        outbox.send(self.message(packed, position), position).await
    }

    fn message(&self, events: Vec<pb::WatchEvent>, told: Option<Revision>) -> pb::WatchResponse {
        pb::WatchResponse {
            events,
            token: told.map(|told| self.watch.token_at(told)).unwrap_or_default(),
            revision: told.map(to_pb::revision).unwrap_or_default(),
        }
    }
}

/// The way to the client.
struct Outbox {
    messages: mpsc::Sender<pb::WatchResponse>,
    timeout: Duration,
    /// Up to where the messages on their way tell everything.
    told: Revision,
    /// Whether anything was sent.
    begun: bool,
    /// When something was sent last.
    sent: Instant,
}

impl Outbox {
    /// Sends a message that tells everything up to `told`, where it ends so.
    async fn send(
        &mut self,
        message: pb::WatchResponse,
        told: Option<Revision>,
    ) -> Result<(), End> {
        match self.messages.send_timeout(message, self.timeout).await {
            Ok(()) => {
                self.told = told.unwrap_or(self.told);
                self.begun = true;
                self.sent = Instant::now();
                Ok(())
            }
            Err(mpsc::error::SendTimeoutError::Timeout(_)) => Err(End::SlowReader),
            Err(mpsc::error::SendTimeoutError::Closed(_)) => Err(End::Gone),
        }
    }
}
