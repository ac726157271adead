//! The bulk stream: sends what is read, takes the acknowledgements, and begins
//! anew where the connection is lost. Ingest changes nothing the second time,
//! so what is not acknowledged is simply sent again.

use std::error::Error as _;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Code, Status, Streaming};
use tonic_types::StatusExt as _;

use super::bulk::{Ack, Bulk};
use super::input::Read;
use super::tally::Tally;
use super::window::Window;
use crate::cli::failure::{Failure, server_error};
use crate::rpc::record_file::Item;

/// How often in a row a stream may break without an acknowledgement.
const RECONNECTS: u32 = 10;
/// How often an item is sent again that the server asks for again.
const ATTEMPTS: u32 = 5;
/// Messages that wait to be written.
const MESSAGES_AHEAD: usize = 2;
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Sends items of one kind.
#[derive(Debug)]
pub(super) struct Session<B> {
    /// It connects anew by itself.
    channel: Channel,
    bulk: B,
    window_items: usize,
}

/// One run of items, from the first to where something else comes.
struct Run<'a, B: Bulk> {
    bulk: &'a B,
    window: Window<B::Payload>,
    /// Whether no more is to be read.
    ended: bool,
    /// What came after the run.
    next: Option<Item>,
    /// Why reading ended early.
    unreadable: Option<String>,
    /// Whether anything was acknowledged since the stream began.
    progressed: bool,
}

impl<B: Bulk> Session<B> {
    pub(super) fn new(channel: Channel, bulk: B, window_items: usize) -> Self {
        Self { channel, bulk, window_items }
    }

    /// Sends `first` and the items of its kind after it, until all are acknowledged.
    /// Gives what came after them.
    pub(super) async fn load_run(
        &mut self,
        first: Item,
        items: &mut mpsc::Receiver<Read>,
        tally: &mut Tally,
    ) -> Result<Option<Item>, Failure> {
        let mut run = Run {
            bulk: &self.bulk,
            window: Window::new(self.window_items),
            ended: false,
            next: None,
            unreadable: None,
            progressed: false,
        };
        run.take(Some(Ok(first)), tally)?;
        let mut failures = 0;
        while let Err(failure) = self.stream(&mut run, items, tally).await {
            let status = match failure {
                Failure::Server(status) if is_transient(&status) => status,
                other => return Err(other),
            };
            failures = if std::mem::take(&mut run.progressed) { 1 } else { failures + 1 };
            if failures > RECONNECTS {
                return Err(Failure::Server(status));
            }
            tally.note(&format!("{}; trying again", server_error(&status)));
            tokio::time::sleep(pause(failures)).await;
            run.window.rewind();
        }
        match run.unreadable {
            Some(reason) => Err(Failure::Error(reason)),
            None => Ok(run.next),
        }
    }

    /// Sends the run on one stream. Done when all of it is acknowledged.
    async fn stream(
        &self,
        run: &mut Run<'_, B>,
        items: &mut mpsc::Receiver<Read>,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        let (sender, receiver) = mpsc::channel(MESSAGES_AHEAD);
        let mut sender = Some(sender);
        let call = self.bulk.begin(self.channel.clone(), ReceiverStream::new(receiver));
        tokio::pin!(call);
        let mut acks = None;
        loop {
            if run.ended && !run.window.has_unsent() {
                // The server learns that no more comes.
                sender = None;
            }
            let event: Event<B> = tokio::select! {
                answer = &mut call, if acks.is_none() => Event::Begun(answer?),
                message = next_message(&mut acks), if acks.is_some() => Event::Acked(message?),
                room = reserve(sender.clone()), if run.window.has_unsent() => Event::Room(room),
                read = items.recv(), if !run.ended && run.window.has_room() => Event::Read(read),
            };
            match event {
                Event::Begun(stream) => acks = Some(stream),
                Event::Acked(Some(message)) => {
                    run.acknowledge(self.bulk.acks(message, tally), tally)?;
                }
                // The server ends the stream when it has told everything.
                Event::Acked(None) if run.ended && run.window.is_empty() => return Ok(()),
                Event::Acked(None) => return Err(Status::unavailable("the stream ended").into()),
                Event::Room(Some(room)) => {
                    room.send(self.bulk.request(run.window.next_message()));
                }
                // The call is over; why, its answer or the next message tells.
                Event::Room(None) => sender = None,
                Event::Read(read) => {
                    run.take(read, tally)?;
                    run.take_what_is_there(items, tally)?;
                }
            }
        }
    }
}

/// What a stream waits for.
enum Event<B: Bulk> {
    Begun(Streaming<B::Response>),
    Acked(Option<B::Response>),
    Room(Option<mpsc::OwnedPermit<B::Request>>),
    Read(Option<Read>),
}

impl<B: Bulk> Run<'_, B> {
    /// Takes in what was read; `None` is the end of all files.
    fn take(&mut self, read: Option<Read>, tally: &mut Tally) -> Result<(), Failure> {
        match read {
            None => self.ended = true,
            Some(Err(reason)) => {
                self.ended = true;
                self.unreadable = Some(reason);
            }
            Some(Ok(Item { line, source, work: Err(reason) })) => {
                tally.fail(line, &source, &reason)?;
            }
            Some(Ok(Item { line, source, work: Ok(work) })) => match self.bulk.payload(work) {
                Ok(payload) => self.window.push(line, source, payload),
                Err(work) => {
                    self.ended = true;
                    self.next = Some(Item { line, source, work: Ok(work) });
                }
            },
        }
        Ok(())
    }

    /// Takes in what waits already: several items a message cost less.
    fn take_what_is_there(
        &mut self,
        items: &mut mpsc::Receiver<Read>,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        while !self.ended && self.window.has_room() {
            match items.try_recv() {
                Ok(read) => self.take(Some(read), tally)?,
                Err(_) => break,
            }
        }
        Ok(())
    }

    fn acknowledge(&mut self, acks: Vec<Ack>, tally: &mut Tally) -> Result<(), Failure> {
        for ack in acks {
            let Some(pending) = self.window.acknowledge(ack.sequence) else {
                let text = format!("the server acknowledged {} out of order", ack.sequence);
                return Err(Failure::Error(text));
            };
            self.progressed = true;
            match ack.result {
                Ok(outcome) => tally.count(outcome),
                Err(status) => {
                    let status = as_status(&status);
                    let again = matches!(status.code(), Code::Unavailable | Code::Aborted);
                    // Where the stream was closed from here, the next one takes it.
                    if again && pending.attempts < ATTEMPTS {
                        self.window.push_again(pending);
                    } else {
                        tally.fail(pending.line, &pending.source, &server_error(&status))?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The status with its details, as a call would have brought it.
fn as_status(status: &tonic_types::Status) -> Status {
    let details = tonic_types::RpcStatusExt::get_error_details(status);
    Status::with_error_details(Code::from_i32(status.code), status.message.clone(), details)
}

async fn next_message<R>(acks: &mut Option<Streaming<R>>) -> Result<Option<R>, Status> {
    match acks {
        Some(acks) => acks.message().await,
        None => std::future::pending().await,
    }
}

/// Room for one more message; none where nobody takes messages any more.
async fn reserve<M>(sender: Option<mpsc::Sender<M>>) -> Option<mpsc::OwnedPermit<M>> {
    match sender {
        Some(sender) => sender.reserve_owned().await.ok(),
        None => std::future::pending().await,
    }
}

/// Whether the same may work on another connection: the server says so, or the
/// connection broke.
pub(in crate::cli) fn is_transient(status: &Status) -> bool {
    status.code() == Code::Unavailable || status.source().is_some()
}

/// How long to wait after that many failures in a row.
pub(in crate::cli) fn pause(failures: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(5)).min(LONGEST_PAUSE)
}
