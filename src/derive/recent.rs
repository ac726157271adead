//! The newest commits with what they changed, read once for all that follow close
//! behind the head. One that is further behind reads for itself.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::Mutex;

use super::{Changed, may_be_used, reached};
use crate::domain::id::RecordName;
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::store::{At, Change, ChangeKind, Error, LoadBody, State, Store};

/// How many commits are looked at in one go.
const COMMITS: usize = 64;
/// About how many bytes of records are looked at in one go; a single larger
/// commit still is.
const STEP_BYTES: usize = 2 << 20;
/// About how many bytes of records are kept.
const KEPT_BYTES: usize = 16 << 20;
/// About what a record takes besides its longest texts.
const RECORD_BYTES: usize = 2 << 10;

/// A commit, and the records that it changed.
#[derive(Debug)]
pub struct Commit {
    /// The commit as the log keeps it.
    pub change: Change,
    /// In the order of the change's records.
    pub changed: Vec<Changed>,
    /// The statements that it did not change, of articles that it made usable or
    /// no longer usable.
    pub reached: Vec<Changed>,
    bytes: usize,
}

/// The newest commits.
#[derive(Default)]
pub struct Recent(Mutex<Kept>);

/// An unbroken row of commits.
#[derive(Default)]
struct Kept {
    commits: VecDeque<Arc<Commit>>,
    bytes: usize,
}

impl Recent {
    /// The commits after `position`, some at least where there are any.
    pub async fn after(
        &self,
        store: &dyn Store,
        position: Revision,
    ) -> Result<Vec<Arc<Commit>>, Error> {
        if position >= store.head().revision {
            return Ok(Vec::new());
        }
        // Held while reading: followers that wake together read once.
        let mut kept = self.0.lock().await;
        if let Some(commits) = kept.after(position) {
            return Ok(commits);
        }
        if kept.is_past(position) {
            drop(kept);
            return read(store, position).await;
        }
        let commits = read(store, position).await?;
        kept.keep(position, &commits);
        Ok(commits)
    }
}

impl Recent {
    /// Forgets what was read: something of it was erased.
    pub async fn forget(&self) {
        *self.0.lock().await = Kept::default();
    }
}

impl Kept {
    fn after(&self, position: Revision) -> Option<Vec<Arc<Commit>>> {
        let first = self.commits.partition_point(|commit| commit.change.revision <= position);
        let next = self.commits.get(first)?;
        (next.change.previous <= position)
            .then(|| self.commits.iter().skip(first).take(COMMITS).cloned().collect())
    }

    /// Whether what follows `position` was let go of.
    fn is_past(&self, position: Revision) -> bool {
        self.commits.front().is_some_and(|commit| position < commit.change.previous)
    }

    fn keep(&mut self, position: Revision, commits: &[Arc<Commit>]) {
        let last = self.commits.back().map(|commit| commit.change.revision);
        if last.is_some_and(|last| last != position) {
            *self = Self::default();
        }
        self.bytes += commits.iter().map(|commit| commit.bytes).sum::<usize>();
        self.commits.extend(commits.iter().cloned());
        while self.bytes > KEPT_BYTES {
            let Some(oldest) = self.commits.pop_front() else { break };
            self.bytes -= oldest.bytes;
        }
    }
}

async fn read(store: &dyn Store, position: Revision) -> Result<Vec<Arc<Commit>>, Error> {
    let changes = store.changes(position, COMMITS).await?;
    let mut commits = Vec::with_capacity(changes.len());
    let mut bytes = 0;
    for change in changes {
        let commit = Commit::read(store, change).await?;
        bytes += commit.bytes;
        commits.push(Arc::new(commit));
        if bytes > STEP_BYTES {
            break;
        }
    }
    Ok(commits)
}

impl Commit {
    async fn read(store: &dyn Store, change: Change) -> Result<Self, Error> {
        let unread = |(name, _): &(RecordName, _)| Changed {
            name: name.clone(),
            before: None,
            after: None,
            usable: true,
        };
        let mut changed: Vec<Changed> = change.records.iter().map(unread).collect();
        let existed = |kind| kind != ChangeKind::Created;
        let before = states_at(store, change.previous, &change, existed, LoadBody::No).await?;
        for (index, state) in before {
            if let Some(changed) = changed.get_mut(index) {
                changed.before = state;
            }
        }
        let exists = |kind| kind != ChangeKind::Deleted;
        let after = states_at(store, change.revision, &change, exists, LoadBody::Yes).await?;
        for (index, state) in after {
            if let Some(changed) = changed.get_mut(index) {
                changed.usable = state.as_ref().is_none_or(|stored| may_be_used(&stored.value));
                changed.after = state;
            }
        }
        reached::mark_statements(store, change.revision, &mut changed).await?;
        let reached = reached::statements(store, change.revision, &changed).await?;
        let all = changed.iter().chain(&reached);
        let live = all.flat_map(|changed| [&changed.before, &changed.after]).flatten();
        let bytes = RECORD_BYTES + live.map(about_bytes).sum::<usize>();
        Ok(Self { change, changed, reached, bytes })
    }
}

/// The records of a change, as of a revision, by their place in it: of those
/// kinds of change that had or have one.
async fn states_at(
    store: &dyn Store,
    revision: Revision,
    change: &Change,
    has_one: fn(ChangeKind) -> bool,
    body: LoadBody,
) -> Result<Vec<(usize, Option<Stored>)>, Error> {
    let with_one = change.records.iter().enumerate().filter(|(_, (_, kind))| has_one(*kind));
    let (indexes, names): (Vec<usize>, Vec<RecordName>) =
        with_one.map(|(index, (name, _))| (index, name.clone())).unzip();
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let reader = store.reader(At::Revision(revision)).await?;
    let states = reader.states(&names, body).await?;
    Ok(indexes.into_iter().zip(states.into_iter().map(State::live)).collect())
}

fn about_bytes(stored: &Stored) -> usize {
    let texts: usize = match &stored.value {
        Record::Article(article) => {
            let metadata = article.metadata.values();
            let body = article.body.text.as_ref().map_or(0, |text| text.len());
            body + article.title.len()
                + metadata.map(|value| value.to_string().len()).sum::<usize>()
        }
        Record::Statement(statement) => {
            statement.content.iter().map(|span| span.selector.exact.len()).sum()
        }
        Record::Entity(entity) => {
            entity.description.len() + 128 * (entity.names.len() + entity.occupancies.len())
        }
    };
    RECORD_BYTES + texts
}
