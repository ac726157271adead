//! Bulk ingest: a stream of items, applied and acknowledged in its order.
//!
//! Items are planned while the window before them is being committed. An item
//! that depends on one that is planned or in flight waits for it, so that the
//! result is that of one ingest after another.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use futures_util::stream::StreamExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;

use super::KnowledgeBase;
use super::command::{IngestArticle, IngestOutcome, Receipt};
use super::error::Error;
use super::extract::Prepared;
use super::ingest::{self, METHOD};
use super::plan::{Plan, Touched};
use super::write::{MAX_ATTEMPTS, outcome_of};
use crate::domain::id::RecordName;
use crate::domain::revision::Revision;
use crate::store::{self, Applied, At, LoadBody, WriteBatch};

/// One item of a bulk ingest.
pub struct BulkItem {
    /// The caller's number.
    pub sequence: i64,
    /// What to store, or why the item is no such thing.
    pub command: Result<IngestArticle, Error>,
}

/// The acknowledgement of one item.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkAck {
    /// The caller's number.
    pub sequence: i64,
    /// What it did to which article, and where the commit stands.
    pub result: Result<BulkIngested, Error>,
}

/// What an item did.
#[derive(Clone, Debug, PartialEq)]
pub struct BulkIngested {
    /// What it did to the article.
    pub outcome: IngestOutcome,
    /// The article.
    pub article: RecordName,
    /// Whether more statements were found than an article may have.
    pub truncated: bool,
    /// Where the commit stands.
    pub receipt: Receipt,
}

/// How many items are committed together at the most.
const WINDOW: usize = 64;

/// How many items' texts are read ahead of the planning.
const READ_AHEAD: usize = 8;

/// What a planned item does to its article.
struct Done {
    outcome: IngestOutcome,
    article: RecordName,
    truncated: bool,
}

impl Done {
    fn of(plan: &Plan) -> Self {
        let (outcome, article) = (plan.outcome, plan.subject.clone());
        Self { outcome, article, truncated: plan.truncated }
    }
}

/// An item with what reads its text.
struct ReadItem {
    sequence: i64,
    prepared: Result<Prepared, Error>,
}

impl KnowledgeBase {
    /// Takes items until the stream of them ends, and acknowledges each once its
    /// commit is durable, in order. Ends early where nobody takes the
    /// acknowledgements any more; what was not acknowledged may be stored or not.
    pub async fn ingest_articles(
        self: Arc<Self>,
        items: mpsc::Receiver<BulkItem>,
        acks: mpsc::Sender<Vec<BulkAck>>,
    ) {
        let mut items = self.read_ahead(items);
        let mut pipeline = Pipeline { kb: self, acks, open: Window::default(), flight: None };
        loop {
            let item = if pipeline.open.entries.is_empty() && pipeline.flight.is_none() {
                items.recv().await
            } else {
                match items.try_recv() {
                    Ok(item) => Some(item),
                    // Nothing more to plan for now: commit what there is.
                    Err(mpsc::error::TryRecvError::Empty) if pipeline.flight.is_none() => {
                        pipeline.launch();
                        continue;
                    }
                    Err(_) => tokio::select! {
                        item = items.recv() => item,
                        () = pipeline.flight_ready() => {
                            if pipeline.land().await.is_err() { return }
                            continue;
                        }
                    },
                }
            };
            let Some(item) = item else { break };
            if pipeline.take(item).await.is_err() {
                return;
            }
        }
        // The receiver is gone or told of the end: either way there is no more.
        let _ = pipeline.drain().await;
    }
}

/// Nobody takes the acknowledgements any more.
struct Gone;

struct Pipeline {
    kb: Arc<KnowledgeBase>,
    acks: mpsc::Sender<Vec<BulkAck>>,
    /// What is being planned.
    open: Window,
    /// What is being committed.
    flight: Option<Flight>,
}

#[derive(Default)]
struct Window {
    entries: Vec<Entry>,
    writes: BTreeSet<Touched>,
}

struct Flight {
    window: Window,
    commit: JoinHandle<Vec<Result<Applied, store::Error>>>,
    /// The store's answers, once they are there.
    answers: Option<VecDeque<Result<Applied, store::Error>>>,
}

impl Flight {
    async fn arrive(&mut self) {
        if self.answers.is_none() {
            let answers = (&mut self.commit).await;
            self.answers = Some(answers.unwrap_or_default().into());
        }
    }
}

enum Entry {
    /// Nothing to commit: acknowledged in its turn.
    Done(BulkAck),
    /// To be committed.
    Write(Box<Write>),
}

struct Write {
    sequence: i64,
    prepared: Prepared,
    done: Done,
    batch: Option<WriteBatch>,
}

impl Pipeline {
    /// Plans one item, after what it depends on.
    async fn take(&mut self, item: ReadItem) -> Result<(), Gone> {
        let prepared = match item.prepared {
            Ok(prepared) => prepared,
            Err(error) => {
                return self
                    .push_done(BulkAck { sequence: item.sequence, result: Err(error) })
                    .await;
            }
        };
        let mut planned = self.kb.plan_item(&prepared).await;
        let depends = match &planned {
            Ok(Planned::Plan(plan)) => self.touches(&plan.reads),
            // A dry run tells what would be done after the items before it.
            Ok(Planned::Before(_)) => prepared.command.context.validate_only && self.is_busy(),
            // What it lacks may be on its way.
            Err(_) => self.is_busy(),
        };
        if depends {
            self.drain().await?;
            planned = self.kb.plan_item(&prepared).await;
        }
        match planned {
            Err(error) => {
                self.push_done(BulkAck { sequence: item.sequence, result: Err(error) }).await
            }
            Ok(Planned::Before(result)) => {
                self.push_done(BulkAck { sequence: item.sequence, result: Ok(result) }).await
            }
            Ok(Planned::Plan(plan)) => self.push_plan(item.sequence, prepared, *plan).await,
        }
    }

    fn is_busy(&self) -> bool {
        self.flight.is_some() || !self.open.writes.is_empty()
    }

    fn touches(&self, reads: &BTreeSet<Touched>) -> bool {
        let flying = self.flight.as_ref().map(|flight| &flight.window.writes);
        let written = flying.into_iter().chain([&self.open.writes]);
        written.into_iter().any(|writes| !writes.is_disjoint(reads))
    }

    async fn push_plan(
        &mut self,
        sequence: i64,
        prepared: Prepared,
        plan: Plan,
    ) -> Result<(), Gone> {
        let done = Done::of(&plan);
        self.open.writes.extend(plan.writes.iter().cloned());
        let Some(batch) = self.kb.batch(METHOD, &prepared.command.context, plan) else {
            let result = self.kb.settled(done, At::Head).await;
            return self.push_done(BulkAck { sequence, result }).await;
        };
        let batch = Some(batch);
        let write = Write { sequence, prepared, done, batch };
        self.open.entries.push(Entry::Write(Box::new(write)));
        self.make_room().await
    }

    async fn push_done(&mut self, ack: BulkAck) -> Result<(), Gone> {
        self.open.entries.push(Entry::Done(ack));
        self.make_room().await
    }

    /// Commits the open window once it is full.
    async fn make_room(&mut self) -> Result<(), Gone> {
        if self.open.entries.len() < WINDOW {
            return Ok(());
        }
        self.land().await?;
        self.launch();
        Ok(())
    }

    /// Begins to commit the open window; none may be in flight.
    fn launch(&mut self) {
        let mut window = std::mem::take(&mut self.open);
        let writes = window.entries.iter_mut().filter_map(|entry| match entry {
            Entry::Write(write) => write.batch.take(),
            Entry::Done(_) => None,
        });
        let batches: Vec<WriteBatch> = writes.collect();
        let store = Arc::clone(self.kb.store());
        let commit = tokio::spawn(async move { store.apply(batches).await });
        self.flight = Some(Flight { window, commit, answers: None });
    }

    /// Waits until the window in flight can land. May be dropped and asked again.
    async fn flight_ready(&mut self) {
        match &mut self.flight {
            Some(flight) => flight.arrive().await,
            None => std::future::pending().await,
        }
    }

    /// Waits for the window in flight and acknowledges it. What others' writes
    /// got in the way of is worked out afresh, in order.
    async fn land(&mut self) -> Result<(), Gone> {
        let Some(mut flight) = self.flight.take() else { return Ok(()) };
        flight.arrive().await;
        let lost = || store::Error::Internal("a commit was cut short".into());
        let mut answers = flight.answers.unwrap_or_default();
        let mut acks = Vec::with_capacity(flight.window.entries.len());
        for entry in flight.window.entries {
            acks.push(match entry {
                Entry::Done(ack) => ack,
                Entry::Write(write) => match answers.pop_front().unwrap_or_else(|| Err(lost())) {
                    Ok(applied) => {
                        let at = At::Revision(applied.revision);
                        let result = self.kb.settled(write.done, at).await;
                        BulkAck { sequence: write.sequence, result }
                    }
                    Err(store::Error::Conflict(_) | store::Error::Skipped) => {
                        self.kb.again(*write).await
                    }
                    Err(error) => {
                        BulkAck { sequence: write.sequence, result: Err(Error::Store(error)) }
                    }
                },
            });
        }
        self.acks.send(acks).await.map_err(|_| Gone)
    }

    /// Commits and acknowledges all that was taken.
    async fn drain(&mut self) -> Result<(), Gone> {
        self.land().await?;
        if !self.open.entries.is_empty() {
            self.launch();
            self.land().await?;
        }
        Ok(())
    }
}

enum Planned {
    /// What the item would do.
    Plan(Box<Plan>),
    /// The same request was answered before.
    Before(BulkIngested),
}

impl KnowledgeBase {
    /// Reads the texts of items ahead of the planning, several at a time, and gives
    /// the items on in their order.
    fn read_ahead(self: &Arc<Self>, items: mpsc::Receiver<BulkItem>) -> mpsc::Receiver<ReadItem> {
        let (sender, receiver) = mpsc::channel(READ_AHEAD);
        let kb = Arc::clone(self);
        let read = ReceiverStream::new(items).map(move |item| {
            let kb = Arc::clone(&kb);
            async move {
                let prepared = match item.command {
                    Ok(command) => kb.prepare(command).await,
                    Err(error) => Err(error),
                };
                ReadItem { sequence: item.sequence, prepared }
            }
        });
        tokio::spawn(async move {
            let mut read = std::pin::pin!(read.buffered(READ_AHEAD));
            while let Some(item) = read.next().await {
                if sender.send(item).await.is_err() {
                    return;
                }
            }
        });
        receiver
    }

    async fn plan_item(&self, prepared: &Prepared) -> Result<Planned, Error> {
        let command = &prepared.command;
        if let Some(remembered) = self.remembered(METHOD, &command.context).await? {
            let outcome = outcome_of(remembered.outcome);
            let lost = || store::Error::Corrupt("a remembered request names no record".into());
            let subject = remembered.names.into_iter().next().ok_or_else(lost)?;
            let at = At::Revision(remembered.revision);
            let done = Done { outcome, article: subject, truncated: false };
            return self.settled(done, at).await.map(Planned::Before);
        }
        let reader = self.store.reader(At::Head).await?;
        let mut plan = ingest::plan(reader.as_ref(), prepared).await?;
        if command.context.validate_only {
            return Ok(Planned::Before(BulkIngested {
                outcome: plan.outcome,
                article: plan.subject,
                truncated: plan.truncated,
                receipt: Receipt::default(),
            }));
        }
        if let Some(request) = &command.context.request {
            plan.reads.insert(Touched::Request(request.id));
            plan.writes.insert(Touched::Request(request.id));
        }
        Ok(Planned::Plan(Box::new(plan)))
    }

    /// The acknowledgement of an item that was committed, or found unchanged, at a
    /// revision. Where it changed nothing, the article's last change is what a reader
    /// must see.
    async fn settled(&self, done: Done, at: At) -> Result<BulkIngested, Error> {
        let Done { outcome, article, truncated } = done;
        let revision = match (outcome, at) {
            (IngestOutcome::Created | IngestOutcome::Revised, At::Revision(commit)) => commit,
            _ => {
                let reader = self.store.reader(at).await?;
                let stored = reader.state(&article, LoadBody::No).await?.live();
                stored.map_or(Revision::ZERO, |stored| stored.committed.revision)
            }
        };
        Ok(BulkIngested { outcome, article, truncated, receipt: self.receipt(revision) })
    }

    /// Carries out an item that others' writes got in the way of.
    async fn again(&self, write: Write) -> BulkAck {
        let sequence = write.sequence;
        for _ in 0..MAX_ATTEMPTS {
            let result = match self.plan_item(&write.prepared).await {
                Ok(Planned::Plan(plan)) => self.commit_alone(&write.prepared, *plan).await,
                Ok(Planned::Before(result)) => Ok(result),
                Err(error) => Err(error),
            };
            if !matches!(result, Err(Error::Store(store::Error::Conflict(_)))) {
                return BulkAck { sequence, result };
            }
        }
        BulkAck { sequence, result: Err(Error::Contended) }
    }

    async fn commit_alone(&self, prepared: &Prepared, plan: Plan) -> Result<BulkIngested, Error> {
        let done = Done::of(&plan);
        match self.batch(METHOD, &prepared.command.context, plan) {
            None => self.settled(done, At::Head).await,
            Some(batch) => {
                let applied = self.apply_one(batch).await?;
                self.settled(done, At::Revision(applied.revision)).await
            }
        }
    }
}
