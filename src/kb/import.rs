//! Importing records as they were exported: nothing is worked out afresh.
//!
//! Records are taken in the order of the stream, some at a time into one commit.
//! Where something stands against such a commit they are stored one by one, so
//! that one bad record fails alone.

mod commit;
mod erasures;
mod references;

use std::collections::BTreeSet;

use tokio::sync::mpsc;

pub use self::references::Dangling;
use self::references::OpenReferences;
use super::KnowledgeBase;
use super::command::Receipt;
use super::erase::EraseRecord;
use super::error::Error;
use super::write::MAX_ATTEMPTS;
use crate::domain::id::RecordName;
use crate::domain::record::{Record, Times};
use crate::domain::revision::Revision;
use crate::store::{self, Conflict};

/// A record to store as it is.
#[derive(Clone, Debug, PartialEq)]
pub struct RestoredRecord {
    /// Its name.
    pub name: RecordName,
    /// The record.
    pub value: Record,
    /// The times that it had; `None`: those of its commit.
    pub times: Option<Times>,
    /// Where it is one state of a history: the revision that it had.
    pub state_of: Option<Revision>,
    /// Whether it replaces a record that has its name and differs.
    pub replace: bool,
}

/// What an item brings.
#[derive(Clone, Debug, PartialEq)]
pub enum Imported {
    /// A record.
    Record(RestoredRecord),
    /// That a record was erased.
    Erasure(EraseRecord),
}

/// One item of an import.
#[derive(Clone, Debug)]
pub struct ImportItem {
    /// The caller's number.
    pub sequence: i64,
    /// What it brings, or why it is no such thing.
    pub brought: Result<Imported, Error>,
}

/// What an item did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportOutcome {
    /// Its name was free.
    Created,
    /// It took another record's place.
    Replaced,
    /// It was there already.
    Unchanged,
    /// Its name is erased now.
    Erased,
}

/// The acknowledgement of one item.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportAck {
    /// The caller's number.
    pub sequence: i64,
    /// What it did to which record, and where the commit stands.
    pub result: Result<(ImportOutcome, RecordName, Receipt), Error>,
}

/// How many records share a commit at the most: larger ones hold up reads.
const TOGETHER: usize = 32;

/// What one record did, and the revision that has it.
type Done = Result<(ImportOutcome, Revision), Error>;

impl KnowledgeBase {
    /// Takes records until the stream of them ends, and acknowledges each once it
    /// is durable, in order; then tells which references of theirs lead nowhere.
    /// Ends early where nobody takes the acknowledgements any more.
    pub async fn import_records(
        &self,
        principal: &str,
        mut items: mpsc::Receiver<ImportItem>,
        acks: mpsc::Sender<Vec<ImportAck>>,
    ) -> Result<Dangling, Error> {
        let mut import =
            Import { kb: self, principal, last: None, references: OpenReferences::default() };
        while let Some(first) = items.recv().await {
            let mut window = vec![first];
            while window.len() < TOGETHER
                && let Ok(item) = items.try_recv()
            {
                window.push(item);
            }
            if acks.send(import.window(window).await).await.is_err() {
                return Ok(Dangling::default());
            }
        }
        import.references.dangling(self).await
    }
}

/// An import under way.
struct Import<'a> {
    kb: &'a KnowledgeBase,
    principal: &'a str,
    /// The last record, where it is a state of a history and stands.
    last: Option<(RecordName, Revision)>,
    references: OpenReferences,
}

impl Import<'_> {
    /// Stores a window of items, each name once a commit.
    async fn window(&mut self, items: Vec<ImportItem>) -> Vec<ImportAck> {
        let mut acks = Vec::with_capacity(items.len());
        let mut run = Vec::new();
        let mut erasures = Vec::new();
        let mut names = BTreeSet::new();
        for ImportItem { sequence, brought } in items {
            let erases = matches!(brought, Ok(Imported::Erasure(_)));
            let again = matches!(&brought, Ok(Imported::Record(record)) if !names.insert(record.name.clone()));
            if erases || again || brought.is_err() {
                self.run(std::mem::take(&mut run), &mut acks).await;
                names.clear();
            }
            if !erases {
                self.erase(std::mem::take(&mut erasures), &mut acks).await;
            }
            match brought {
                Ok(Imported::Record(record)) => {
                    names.insert(record.name.clone());
                    run.push((sequence, record));
                }
                Ok(Imported::Erasure(erasure)) => erasures.push((sequence, erasure)),
                Err(error) => acks.push(ImportAck { sequence, result: Err(error) }),
            }
        }
        self.run(run, &mut acks).await;
        self.erase(erasures, &mut acks).await;
        acks
    }

    /// Stores records of different names, together if nothing stands against it.
    async fn run(&mut self, run: Vec<(i64, RestoredRecord)>, acks: &mut Vec<ImportAck>) {
        if run.is_empty() {
            return;
        }
        let (sequences, mut records): (Vec<i64>, Vec<RestoredRecord>) = run.into_iter().unzip();
        self.continue_history(&mut records);
        let done = match self.commit(&records).await {
            Ok(done) => done,
            Err(store::Error::Conflict(_)) => self.one_by_one(&records).await,
            Err(error) => records.iter().map(|_| Err(error.clone().into())).collect(),
        };
        if let Err(error) = self.references.note(self.kb, &records, &done).await {
            // The records stand all the same; what they refer to is told at best.
            tracing::warn!(%error, "references of imported records were not checked");
        }
        self.remember_last(&records, &done);
        for ((sequence, record), done) in sequences.into_iter().zip(records).zip(done) {
            let stands = |(outcome, revision)| (outcome, record.name, self.kb.receipt(revision));
            acks.push(ImportAck { sequence, result: done.map(stands) });
        }
    }

    /// A state of a history takes the place of the state of the same record just
    /// before it, which this import brought.
    fn continue_history(&self, records: &mut [RestoredRecord]) {
        if let (Some(first), Some((name, revision))) = (records.first_mut(), &self.last) {
            let continues = first.state_of.is_some_and(|state| state > *revision);
            first.replace |= continues && first.name == *name;
        }
    }

    fn remember_last(&mut self, records: &[RestoredRecord], done: &[Done]) {
        if let Some((record, done)) = records.last().zip(done.last()) {
            let state = record.state_of.filter(|_| done.is_ok());
            self.last = state.map(|revision| (record.name.clone(), revision));
        }
    }

    async fn one_by_one(&self, records: &[RestoredRecord]) -> Vec<Done> {
        let mut done = Vec::with_capacity(records.len());
        for record in records {
            done.push(self.alone(record).await);
        }
        done
    }

    /// Stores one record, again as long as others change what stands there.
    async fn alone(&self, record: &RestoredRecord) -> Done {
        for _ in 0..MAX_ATTEMPTS {
            match self.commit(std::slice::from_ref(record)).await {
                Ok(done) => {
                    let lost = || Error::from(store::Error::Internal("no answer came".into()));
                    return done.into_iter().next().unwrap_or_else(|| Err(lost()));
                }
                Err(store::Error::Conflict(Conflict::UrlTaken { article, .. })) => {
                    return Err(url_taken(&record.name, article));
                }
                Err(store::Error::Conflict(Conflict::Erased(name))) => {
                    return Err(Error::Erased { name, erasure: None });
                }
                Err(store::Error::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::Contended)
    }
}

fn url_taken(name: &RecordName, addressed: crate::domain::id::ArticleId) -> Error {
    match name {
        RecordName::Article(named) => Error::UrlOfAnother { named: named.clone(), addressed },
        RecordName::Statement(_) | RecordName::Entity(_) => Error::AlreadyExists(addressed.into()),
    }
}

#[cfg(test)]
pub(in crate::kb) mod tests;
