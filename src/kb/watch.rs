//! Watch: a subscriber reads the change log, at its own pace. What it is told is
//! read from the log and never handed over by writers, so that a subscriber holds
//! up nobody and misses nothing.

mod selection;

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::watch;

use self::selection::Selection;
use super::KnowledgeBase;
use super::error::Error;
use super::merged;
use super::token::{self, TokenKind};
use crate::derive::{Changed, Commit, Recent};
use crate::domain::id::{EntityId, RecordName};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::query::schema::Kind;
use crate::store::{self, At, ChangeKind, Head, LoadBody, Reader, State, Store};

/// What a subscriber wants to be told.
#[derive(Clone, Debug)]
pub struct WatchRecords {
    /// From where on.
    pub start: WatchStart,
    /// Of which kinds of records; empty: all.
    pub kinds: Vec<Kind>,
    /// Of records that have to do with one of these; empty: all.
    pub entities: HashSet<EntityId>,
    /// Of articles that pass this filter.
    pub article_filter: String,
    /// Of statements that pass this filter.
    pub statement_filter: String,
    /// Of entities that pass this filter.
    pub entity_filter: String,
    /// Whether articles come with their text.
    pub body: LoadBody,
}

/// Where a subscriber begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WatchStart {
    /// After the newest commit.
    Now,
    /// After the commit of this revision.
    After(Revision),
    /// Where another stream had come to.
    Token(String),
}

/// What one commit did to one record.
#[derive(Clone, Debug, PartialEq)]
pub struct WatchEvent {
    /// The record's name.
    pub name: RecordName,
    /// What was done.
    pub kind: ChangeKind,
    /// The record before.
    pub before: Option<Stored>,
    /// The record after.
    pub after: Option<Stored>,
    /// Whether the record before is one that the subscriber wants.
    pub before_matches: bool,
    /// Whether the record after is.
    pub after_matches: bool,
    /// The commit.
    pub revision: Revision,
    /// Its time.
    pub time: Timestamp,
}

/// A subscriber's place in the change log.
pub struct Watch {
    store: Arc<dyn Store>,
    recent: Arc<Recent>,
    heads: watch::Receiver<Head>,
    /// What is wanted, as it was asked for.
    selection: Selection,
    /// The same with the merges as of the position; `None` until it is needed.
    merged: Option<Arc<Selection>>,
    body: LoadBody,
    position: Revision,
}

impl KnowledgeBase {
    /// Subscribes to changes.
    pub async fn watch(&self, wanted: WatchRecords) -> Result<Watch, Error> {
        let selection = Selection::of(&wanted)?;
        let watch = Watch {
            store: Arc::clone(&self.store),
            recent: Arc::clone(&self.recent),
            heads: self.store.watch_head(),
            selection,
            merged: None,
            body: wanted.body,
            position: self.watch_start(&wanted.start)?,
        };
        watch.hold().await?;
        Ok(watch)
    }

    fn watch_start(&self, start: &WatchStart) -> Result<Revision, Error> {
        let head = self.store.head();
        let asked = match start {
            WatchStart::Now => head.revision,
            WatchStart::After(revision) => *revision,
            WatchStart::Token(token) => {
                token::open(self.store.identity(), TokenKind::Watch, token)?.0
            }
        };
        if asked > head.revision {
            let floor = self.store.floor();
            let asked = At::Revision(asked);
            return Err(Error::Store(store::Error::out_of_range(&asked, floor, head)));
        }
        Ok(asked)
    }
}

impl Watch {
    /// Up to which revision everything was told.
    #[must_use]
    pub fn position(&self) -> Revision {
        self.position
    }

    /// A token that resumes after a revision.
    #[must_use]
    pub fn token_at(&self, revision: Revision) -> String {
        token::seal(self.store.identity(), TokenKind::Watch, revision, b"")
    }

    /// Waits until there are commits that were not looked at yet.
    pub async fn changed(&mut self) -> Result<(), Error> {
        let position = self.position;
        let newer = self.heads.wait_for(|head| head.revision > position).await;
        newer.map(drop).map_err(|_| Error::Stopping)
    }

    /// Looks at the next commits, whole ones, as many as are soon looked at, and
    /// tells what the subscriber wants of them; `None` where there are no newer
    /// ones.
    pub async fn next(&mut self) -> Result<Option<Vec<WatchEvent>>, Error> {
        let held = self.hold().await?;
        let commits = self.recent.after(self.store.as_ref(), self.position).await?;
        let Some(last) = commits.last().map(|commit| commit.change.revision) else {
            return Ok(None);
        };
        let mut events = Vec::new();
        let mut before = match &self.merged {
            Some(merged) => Arc::clone(merged),
            None => self.selection_at(held.as_ref()).await?,
        };
        for commit in &commits {
            let first = events.len();
            let after = self.selection_after(commit, &before).await?;
            events.extend(self.wanted(commit, &before, &after));
            before = after;
            if self.body == LoadBody::Yes {
                for event in events.iter_mut().skip(first) {
                    self.load_text(event, commit.change.previous).await?;
                }
            }
        }
        self.position = last;
        self.merged = Some(before);
        Ok(Some(events))
    }

    /// What is wanted, with the merges that a reader sees.
    async fn selection_at(&self, reader: &dyn Reader) -> Result<Arc<Selection>, Error> {
        let same = merged::same(reader, self.selection.named()).await?;
        Ok(Arc::new(self.selection.widened(&same)))
    }

    /// The same after a commit.
    async fn selection_after(
        &self,
        commit: &Commit,
        before: &Arc<Selection>,
    ) -> Result<Arc<Selection>, Error> {
        if !commit.changed.iter().any(moves_merges) || self.selection.named().is_empty() {
            return Ok(Arc::clone(before));
        }
        let reader = self.store.reader(At::Revision(commit.change.revision)).await?;
        self.selection_at(reader.as_ref()).await
    }

    /// The changes of a commit that the subscriber wants.
    fn wanted<'a>(
        &'a self,
        commit: &'a Commit,
        before: &'a Selection,
        after: &'a Selection,
    ) -> impl Iterator<Item = WatchEvent> + 'a {
        let change = &commit.change;
        change.records.iter().zip(&commit.changed).filter_map(|((name, kind), changed)| {
            let wants = |selection: &Selection, state: &Option<Stored>| {
                state.as_ref().is_some_and(|stored| selection.wants(stored))
            };
            let before_matches = wants(before, &changed.before);
            let after_matches = wants(after, &changed.after);
            // Nothing is left of it to tell, nor to filter by.
            let erased = changed.before.is_none() && changed.after.is_none();
            let wanted = before_matches || after_matches;
            (wanted || erased && self.selection.wants_kind_of(name)).then(|| WatchEvent {
                name: name.clone(),
                kind: if erased { ChangeKind::Erased } else { *kind },
                before: changed.before.clone(),
                after: self.after(changed),
                before_matches,
                after_matches,
                revision: change.revision,
                time: change.time,
            })
        })
    }

    /// The record after a change, its text left out where it is not asked for.
    fn after(&self, changed: &Changed) -> Option<Stored> {
        let mut after = changed.after.clone();
        if let (LoadBody::No, Some(Record::Article(article))) =
            (self.body, after.as_mut().map(|stored| &mut stored.value))
        {
            article.body = article.body.without_text();
        }
        after
    }

    /// Fills in the text that an article had before, which is not kept with the
    /// recent commits.
    async fn load_text(&self, event: &mut WatchEvent, previous: Revision) -> Result<(), Error> {
        if matches!(event.name, RecordName::Article(_)) && event.before.is_some() {
            let reader = self.store.reader(At::Revision(previous)).await?;
            event.before = reader.state(&event.name, LoadBody::Yes).await.map(State::live)?;
        }
        Ok(())
    }

    /// Keeps what comes after the position from being pruned while it is read.
    async fn hold(&self) -> Result<Box<dyn Reader>, Error> {
        match self.store.reader(At::Revision(self.position)).await {
            Err(store::Error::OutOfRange { earliest, .. }) => Err(Error::WatchStartNotHeld {
                asked: self.position,
                earliest,
                earliest_token: self.token_at(earliest),
            }),
            held => Ok(held?),
        }
    }
}

/// Whether a change merges entities or takes that back.
fn moves_merges(changed: &Changed) -> bool {
    let marks = |state: &Option<Stored>| match state.as_ref().map(|stored| &stored.value) {
        Some(Record::Entity(entity)) => (entity.merged_into.clone(), entity.referents.clone()),
        _ => (None, Vec::new()),
    };
    marks(&changed.before) != marks(&changed.after)
}
