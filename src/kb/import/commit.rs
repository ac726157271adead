//! Records of an import as one commit.

use super::erasures::without_erased;
use super::{Done, Import, ImportOutcome, RestoredRecord};
use crate::domain::entity::EntityType;
use crate::domain::id::{RecordName, StatementName};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::kb::error::Error;
use crate::store::{
    self, ArticleState, At, LoadBody, Mutation, Precondition, Reader, State, WriteBatch,
};

/// How many earlier states a state of a history is looked for among.
const STATES_LOOKED_AT: usize = 1_000;

/// What is to become of a record.
enum Step {
    /// It is to be written.
    Write(ImportOutcome),
    /// Nothing is, and this is the answer.
    Answer(Done),
}

impl Import<'_> {
    /// Stores records of different names in one commit; one answer a record.
    pub(super) async fn commit(
        &self,
        records: &[RestoredRecord],
    ) -> Result<Vec<Done>, store::Error> {
        let reader = self.kb.store.reader(At::Head).await?;
        let mut batch = WriteBatch {
            time: self.kb.clock.now(),
            principal: self.principal.to_owned(),
            batch: None,
            require: Vec::new(),
            mutations: Vec::new(),
            remember: None,
        };
        let mut steps = Vec::with_capacity(records.len());
        for record in records {
            steps.push(plan(&*reader, record, &mut batch).await?);
        }
        let revision = match batch.mutations.is_empty() {
            true => reader.revision(),
            false => apply(self, batch).await?,
        };
        let answer = |step| match step {
            Step::Write(outcome) => Ok((outcome, revision)),
            Step::Answer(done) => done,
        };
        Ok(steps.into_iter().map(answer).collect())
    }
}

async fn apply(import: &Import<'_>, batch: WriteBatch) -> Result<Revision, store::Error> {
    let answers = import.kb.store.apply(vec![batch]).await;
    let lost = || store::Error::Internal("the store gave no answer to a write".into());
    answers.into_iter().next().unwrap_or_else(|| Err(lost())).map(|applied| applied.revision)
}

/// Works out what is to become of a record, and adds it to the batch.
async fn plan(
    reader: &dyn Reader,
    record: &RestoredRecord,
    batch: &mut WriteBatch,
) -> Result<Step, store::Error> {
    let changed = without_erased(reader, record).await?;
    let record = changed.as_ref().unwrap_or(record);
    let name = &record.name;
    if let RecordName::Statement(statement) = name
        && let Some(error) = article_missing(reader, statement, batch).await?
    {
        return Ok(Step::Answer(Err(error)));
    }
    let (required, outcome) = match reader.state(name, LoadBody::No).await? {
        State::Live(stored) if is_same(&stored, record) => {
            let done = (ImportOutcome::Unchanged, stored.committed.revision);
            return Ok(Step::Answer(Ok(done)));
        }
        State::Live(stored) => {
            if let Some(revision) = stored_before(reader, record).await? {
                return Ok(Step::Answer(Ok((ImportOutcome::Unchanged, revision))));
            }
            if !record.replace {
                return Ok(Step::Answer(Err(Error::AlreadyExists(name.clone()))));
            }
            let at = stored.committed.revision;
            (Precondition::AtRevision(name.clone(), at), ImportOutcome::Replaced)
        }
        State::Deleted(deleted) if deleted.erasure.is_some() => {
            return Ok(Step::Answer(Err(Error::gone(name.clone(), deleted))));
        }
        State::Never | State::Deleted(_) => {
            (Precondition::Absent(name.clone()), ImportOutcome::Created)
        }
    };
    batch.require.push(required);
    let value = record.value.clone();
    batch.mutations.push(match record.times {
        Some(times) => Mutation::Restore(name.clone(), value, times),
        None => Mutation::Put(name.clone(), value),
    });
    Ok(Step::Write(outcome))
}

/// A statement needs its article, stored or before it in the batch.
async fn article_missing(
    reader: &dyn Reader,
    statement: &StatementName,
    batch: &mut WriteBatch,
) -> Result<Option<Error>, store::Error> {
    let article = RecordName::Article(statement.article.clone());
    if batch.mutations.iter().rev().any(|mutation| mutation.name() == article) {
        return Ok(None);
    }
    match reader.state(&article, LoadBody::No).await? {
        State::Live(_) => {
            let present = Precondition::Present(article);
            if !batch.require.contains(&present) {
                batch.require.push(present);
            }
            Ok(None)
        }
        State::Deleted(deleted) if deleted.erasure.is_some() => {
            Ok(Some(Error::gone(article, deleted)))
        }
        State::Never | State::Deleted(_) => {
            Ok(Some(Error::ArticleMissing(statement.article.clone())))
        }
    }
}

/// The revision of the earlier state that a state of a history is stored as: a
/// history that is sent again changes nothing.
async fn stored_before(
    reader: &dyn Reader,
    record: &RestoredRecord,
) -> Result<Option<Revision>, store::Error> {
    if record.state_of.is_none() {
        return Ok(None);
    }
    let states = reader.states_of(&record.name, None, STATES_LOOKED_AT, LoadBody::No).await?;
    let same = states.into_iter().find_map(|state| match state {
        ArticleState::Article(stored) if is_same(&stored, record) => {
            Some(stored.committed.revision)
        }
        ArticleState::Article(_) | ArticleState::Deleted(_) => None,
    });
    Ok(same)
}

fn is_same(stored: &Stored, record: &RestoredRecord) -> bool {
    record.times.is_none_or(|times| times == stored.committed.times())
        && comparable(&stored.value) == comparable(&record.value)
}

/// The record without a text, whose hash says enough, and with what it leaves to
/// be understood.
fn comparable(record: &Record) -> Record {
    let mut record = record.clone();
    match &mut record {
        Record::Article(article) => {
            article.body.text = None;
            article.pub_status.get_or_insert_default();
            article.medium.get_or_insert_default();
        }
        Record::Statement(statement) => {
            let told = statement.kind_of_spans();
            statement.kind.get_or_insert(told);
        }
        Record::Entity(entity) => {
            entity.kind.get_or_insert(EntityType::Other);
        }
    }
    record
}
