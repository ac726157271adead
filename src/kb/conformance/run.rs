//! Runs of random steps, told to the knowledge base and to the model.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::SignedDuration;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use tokio::sync::mpsc;

use super::draw::Draw;
use super::kinds::{self, Act};
use super::model::{Model, REQUEST_TTL, Refusal};
use super::operation::Operation;
use super::reads::{Difference, OpenList, Reads, same};
use crate::clock::{Clock as _, ManualClock};
use crate::kb::command::IngestArticle;
use crate::kb::export::tests::items;
use crate::kb::{
    BulkItem, EraseRecord, EraseRecords, ExportItem, ExportRecords, ImportItem, Imported,
    KnowledgeBase, KnowledgeBaseConfig, RestoredRecord, Retention, export, import,
};
use crate::store::conformance::Fixture;
use crate::store::conformance::checking::finds_nothing;
use crate::store::conformance::fixtures::at;

const STEPS_VARIABLE: &str = "DICTA_MODEL_STEPS";
const SEED_VARIABLE: &str = "DICTA_MODEL_SEED";
const DEFAULT_STEPS: u64 = 300;
/// Every test run takes the same steps; one that is made longer takes others.
const DEFAULT_SEED: u64 = 1;
/// After so many steps a new knowledge base is begun: the model keeps every world.
const STEPS_OF_ONE_BASE: u64 = 300;
/// How often a run that makes a difference is run again with fewer steps.
const ATTEMPTS_TO_SHORTEN: usize = 200;

/// One step: what is done, how long after the one before, and what is read then.
#[derive(Clone, Debug)]
struct Step {
    kind: &'static str,
    act: Act,
    after: SignedDuration,
    reads: u64,
}

/// How often each kind of step was made, and each kind of read.
#[derive(Default)]
struct Tally {
    steps: BTreeMap<&'static str, usize>,
    reads: BTreeMap<&'static str, usize>,
    /// Steps that were carried out, and not refused.
    done: usize,
}

/// Holds knowledge bases over new stores against the model.
pub(super) async fn hold<F: Fixture + 'static>(fixture: impl AsyncFn() -> F) {
    let longer = number(STEPS_VARIABLE);
    let other = longer.map(|_| uuid::Uuid::new_v4().as_u64_pair().0);
    let steps = longer.unwrap_or(DEFAULT_STEPS);
    let seed = number(SEED_VARIABLE).or(other).unwrap_or(DEFAULT_SEED);
    println!("{SEED_VARIABLE}={seed} {STEPS_VARIABLE}={steps}");
    let mut random = StdRng::seed_from_u64(seed);
    let mut tally = Tally::default();
    let mut left = steps;
    while left > 0 {
        let count = left.min(STEPS_OF_ONE_BASE);
        left -= count;
        let mut base = Base::over(Box::new(fixture().await));
        let mut taken = Vec::new();
        for _ in 0..count {
            let step = base.draw(&mut random);
            taken.push(step.clone());
            if let Err(difference) = base.take(&step, &mut tally).await {
                base.fixture.store().close().await.unwrap();
                report(&fixture, taken, difference, seed).await;
            }
        }
        finds_nothing(&mut *base.fixture).await;
    }
    tally.print();
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect(variable))
}

/// Fails with the fewest steps that still make a difference, as far as some
/// attempts tell.
async fn report<F: Fixture + 'static>(
    fixture: &impl AsyncFn() -> F,
    mut steps: Vec<Step>,
    mut difference: Difference,
    seed: u64,
) -> ! {
    let mut attempts = 0;
    let mut length = steps.len() / 2;
    while length > 0 && attempts < ATTEMPTS_TO_SHORTEN {
        let mut from = 0;
        while from < steps.len() && attempts < ATTEMPTS_TO_SHORTEN {
            attempts += 1;
            let mut fewer = steps.clone();
            fewer.drain(from..(from + length).min(steps.len()));
            match again(Box::new(fixture().await), &fewer).await {
                Some((last, found)) => {
                    fewer.truncate(last + 1);
                    (steps, difference) = (fewer, found);
                }
                None => from += length,
            }
        }
        length /= 2;
    }
    let mut log = String::new();
    for (number, step) in steps.iter().enumerate() {
        let _ = writeln!(log, "{number}. {}: {:#?}", step.kind, step.act);
    }
    panic!("{log}\n{SEED_VARIABLE}={seed}: after {} steps, {difference}", steps.len());
}

/// Takes steps again over a new store: the first that makes a difference.
async fn again(fixture: Box<dyn Fixture>, steps: &[Step]) -> Option<(usize, Difference)> {
    let (mut base, mut tally) = (Base::over(fixture), Tally::default());
    for (number, step) in steps.iter().enumerate() {
        if let Err(difference) = base.take(step, &mut tally).await {
            return Some((number, difference));
        }
    }
    None
}

/// A knowledge base, and what it should be.
struct Base {
    fixture: Box<dyn Fixture>,
    clock: Arc<ManualClock>,
    kb: Arc<KnowledgeBase>,
    model: Model,
    /// The operations so far that had a request_id.
    requested: Vec<Operation>,
    open_list: Option<OpenList>,
}

impl Base {
    fn over(fixture: Box<dyn Fixture>) -> Self {
        let clock = Arc::new(ManualClock::new(at(0)));
        let kb = base(fixture.as_ref(), &clock, Retention::default());
        let (model, requested) = (Model::new(), Vec::new());
        Self { fixture, clock, kb, model, requested, open_list: None }
    }

    fn draw(&self, random: &mut StdRng) -> Step {
        let all: Vec<kinds::Kind> = kinds::all().collect();
        let (kind, draw) = *all.choose(random).expect("kinds");
        let act = draw(&mut Draw { random, model: &self.model, requested: &self.requested });
        let after = SignedDuration::from_secs(random.random_range(0..100));
        Step { kind, act, after, reads: random.next_u64() }
    }

    /// Takes a step, and reads what there is then.
    async fn take(&mut self, step: &Step, tally: &mut Tally) -> Result<(), Difference> {
        *tally.steps.entry(step.kind).or_default() += 1;
        self.clock.set(self.clock.now() + step.after);
        match &step.act {
            Act::Write(operation) => tally.done += usize::from(self.write(operation).await?),
            Act::Bulk(items) => self.bulk(items).await?,
            Act::Import(records) => self.import(records).await?,
            Act::Erase(records, allow_missing) => self.erase(records, *allow_missing).await?,
            Act::Travel => self.travel().await?,
            Act::Prune(keep) => self.prune(*keep).await,
            Act::Forget => self.clock.set(self.clock.now() + REQUEST_TTL),
            Act::Reopen => {
                self.fixture.reopen().await;
                self.kb = base(self.fixture.as_ref(), &self.clock, Retention::default());
            }
        }
        let mut reads = Reads::new(&self.kb, &self.model, step.reads, &mut tally.reads);
        reads.agree(&mut self.open_list).await
    }

    /// Lets go of history, as a knowledge base of that retention would.
    async fn prune(&mut self, keep: u64) {
        let retention = Retention { max_age: None, max_revisions: Some(keep) };
        let kb = base(self.fixture.as_ref(), &self.clock, retention);
        while kb.prune_step().await.unwrap() {}
        self.model.prune(keep, self.clock.now());
    }

    /// Makes one write; says whether it was not refused.
    async fn write(&mut self, operation: &Operation) -> Result<bool, Difference> {
        let expected = self.model.perform(operation, self.clock.now());
        let found = operation.ask(&self.kb).await;
        let found = found.map(|reply| reply.answer(expected.as_ref().ok()));
        let refused = found.as_ref().err();
        let expected = expected.map_err(|refusal| self.model.refused_as(refusal, refused));
        same("the answer", &found, &expected)?;
        if operation.context().request.is_some() && found.is_ok() {
            self.requested.push(operation.clone());
        }
        Ok(found.is_ok())
    }

    /// Ingests as one stream, which does what one ingest after another does.
    async fn bulk(&mut self, ingests: &[IngestArticle]) -> Result<(), Difference> {
        let (items, taken) = mpsc::channel(ingests.len() + 1);
        let (acks, mut acked) = mpsc::channel(ingests.len() + 1);
        for (sequence, ingest) in (1..).zip(ingests.iter().cloned()) {
            items.send(BulkItem { sequence, command: Ok(ingest) }).await.unwrap();
        }
        drop(items);
        Arc::clone(&self.kb).ingest_articles(taken, acks).await;
        let mut found = Vec::new();
        while let Some(acks) = acked.recv().await {
            found.extend(acks.into_iter().map(|ack| match ack.result {
                Ok(done) => Ok((done.outcome, done.article, done.receipt.revision)),
                Err(error) => Err(Refusal::of(&error)),
            }));
        }
        let now = self.clock.now();
        let expected: Vec<_> = ingests
            .iter()
            .map(|ingest| {
                let answer = self.model.perform(&Operation::Ingest(ingest.clone()), now)?;
                Ok((answer.outcome, answer.records[0].name.clone(), answer.revision))
            })
            .collect();
        same("the acknowledgements", &found, &expected)
    }

    /// Erases records one by one.
    async fn erase(
        &mut self,
        records: &[EraseRecord],
        allow_missing: bool,
    ) -> Result<(), Difference> {
        for record in records {
            let expected = self.model.erase(record, allow_missing, self.clock.now());
            let principal = "ann".to_owned();
            let command = EraseRecords { principal, records: vec![record.clone()], allow_missing };
            let found = match self.kb.erase(command).await {
                Ok(mut erased) => {
                    erased.names.sort();
                    Ok((erased.names, erased.receipt.revision))
                }
                Err(error) => Err(Refusal::of(&error)),
            };
            same("what was erased", &found, &expected)?;
        }
        Ok(())
    }

    /// Loads an export into an empty base, and holds what that exports against it.
    async fn travel(&self) -> Result<(), Difference> {
        let exported = items(&self.kb, &ExportRecords::everything()).await;
        let other = export::tests::base(2);
        let (items_in, taken) = mpsc::channel(exported.len() + 1);
        let (acks, mut acked) = mpsc::channel(exported.len() + 1);
        for (sequence, item) in (1..).zip(&exported) {
            let brought = Ok(import::tests::exported_item(item));
            items_in.send(ImportItem { sequence, brought }).await.unwrap();
        }
        drop(items_in);
        other.import_records("ann", taken, acks).await.unwrap();
        while let Some(acks) = acked.recv().await {
            for ack in acks {
                ack.result.map_err(|error| format!("an exported record is refused: {error}"))?;
            }
        }
        let again = items(&other, &ExportRecords::everything()).await;
        let portable = |items: &[ExportItem]| -> Vec<Imported> {
            items.iter().map(import::tests::exported_item).collect()
        };
        same("an export that was loaded elsewhere", &portable(&again), &portable(&exported))
    }

    /// Imports as one stream; which records share a commit is the base's affair.
    async fn import(&mut self, records: &[RestoredRecord]) -> Result<(), Difference> {
        let (items, taken) = mpsc::channel(records.len() + 1);
        let (acks, mut acked) = mpsc::channel(records.len() + 1);
        for (sequence, record) in (1..).zip(records.iter().cloned()) {
            items
                .send(ImportItem { sequence, brought: Ok(Imported::Record(record)) })
                .await
                .unwrap();
        }
        drop(items);
        self.kb.import_records("ann", taken, acks).await.unwrap();
        let mut found = Vec::new();
        while let Some(acks) = acked.recv().await {
            found.extend(acks.into_iter().map(|ack| match ack.result {
                Ok((outcome, _, receipt)) => Ok((outcome, receipt.revision)),
                Err(error) => Err(Refusal::of(&error)),
            }));
        }
        let expected = self.model.import(records, &found, self.clock.now());
        same("the acknowledgements", &found, &expected)
    }
}

fn base(
    fixture: &dyn Fixture,
    clock: &Arc<ManualClock>,
    retention: Retention,
) -> Arc<KnowledgeBase> {
    Arc::new(KnowledgeBase::new(KnowledgeBaseConfig {
        store: fixture.store(),
        clock: clock.clone(),
        request_ttl: REQUEST_TTL.unsigned_abs(),
        retention,
        recent: Arc::default(),
        search: None,
        quotations: None,
    }))
}

impl Tally {
    fn print(&self) {
        let (steps, reads) =
            (self.steps.values().sum::<usize>(), self.reads.values().sum::<usize>());
        let kinds = self.steps.len();
        println!("{steps} steps of {kinds} kinds, {} writes not refused, {reads} reads", self.done);
        for (kind, count) in self.steps.iter().chain(&self.reads) {
            println!("{count:>6} {kind}");
        }
    }
}
