//! What is derived, against the records that it follows from: each record is there,
//! and nothing else is.

use std::sync::Arc;

use super::CheckedIndex;
use crate::domain::id::RecordName;
use crate::domain::revision::Revision;
use crate::kb::command::DerivedIndex;
use crate::kb::error::Error;
use crate::kb::{FollowedQuotations, KnowledgeBase, SearchIndex};
use crate::quotations::QuotationsReader;
use crate::search::View;
use crate::store::{At, Checked, Cursor, Fault, Finding, Path, Reader, Scan, Store};

/// How many records are looked up in one step.
const TOGETHER: usize = 500;

/// What is left to be checked.
pub(super) struct DerivedChecks {
    store: Arc<dyn Store>,
    search: Option<SearchIndex>,
    quotations: Option<FollowedQuotations>,
    /// What nothing follows, the next last.
    at_rest: Vec<AtRest>,
    under_way: Option<Walk>,
    checked: Vec<CheckedIndex>,
}

/// Something derived that nothing follows: its state, or why that cannot be read.
pub struct AtRest {
    index: DerivedIndex,
    state: Result<Option<State>, String>,
}

impl AtRest {
    /// A search index.
    #[must_use]
    pub fn search(view: Result<Option<View>, String>) -> Self {
        let state = view.map(|view| view.map(Arc::new).map(State::Search));
        Self { index: DerivedIndex::Search, state }
    }

    /// Quotations.
    #[must_use]
    pub fn quotations(reader: Result<Option<QuotationsReader>, String>) -> Self {
        let state = reader.map(|reader| reader.map(Arc::new).map(State::Quotations));
        Self { index: DerivedIndex::Quotations, state }
    }
}

/// One state of something derived.
#[derive(Clone)]
enum State {
    Search(Arc<View>),
    Quotations(Arc<QuotationsReader>),
}

/// How far the records of a state have been looked up.
struct Walk {
    state: State,
    reader: Box<dyn Reader>,
    /// The paths that are left, the next last.
    paths: Vec<Path>,
    after: Option<Cursor>,
    /// How many records there are, so far.
    records: u64,
    /// How many the state has, so far.
    held: u64,
    /// Where counting what the state has goes on.
    counted: Vec<u8>,
}

impl DerivedChecks {
    pub(super) fn of(kb: &KnowledgeBase) -> Self {
        Self {
            store: Arc::clone(&kb.store),
            search: kb.search.clone(),
            quotations: kb.quotations.clone(),
            at_rest: Vec::new(),
            under_way: None,
            checked: Vec::new(),
        }
    }

    /// Of a base without anything that follows it.
    pub(super) fn at_rest(kb: &KnowledgeBase, mut kept: Vec<AtRest>) -> Self {
        kept.reverse();
        Self { search: None, quotations: None, at_rest: kept, ..Self::of(kb) }
    }

    pub(super) fn checked(&self) -> &[CheckedIndex] {
        &self.checked
    }

    /// Looks at the next part; `None` at the end.
    pub(super) async fn step(&mut self) -> Result<Option<Checked>, Error> {
        if let Some(walk) = self.under_way.take() {
            let (checked, walk) = walk.step().await?;
            self.under_way = walk;
            return Ok(Some(checked));
        }
        if let Some(SearchIndex { search, follower }) = self.search.take() {
            let failure = follower.standing().borrow().failure.clone();
            let state = search.newest().map(State::Search);
            let failure = failure.map(not_following);
            return self.begin(DerivedIndex::Search, failure, state).await.map(Some);
        }
        if let Some(FollowedQuotations { quotations, follower }) = self.quotations.take() {
            let failure = follower.standing().borrow().failure.clone();
            let reader = tokio::task::spawn_blocking(move || quotations.reader()).await;
            let (failure, state) = match reader.map_err(|error| error.to_string()) {
                Ok(Ok(reader)) => {
                    (failure.map(not_following), reader.map(Arc::new).map(State::Quotations))
                }
                Ok(Err(error)) => (Some(unreadable(&error.to_string())), None),
                Err(error) => (Some(unreadable(&error)), None),
            };
            return self.begin(DerivedIndex::Quotations, failure, state).await.map(Some);
        }
        if let Some(AtRest { index, state }) = self.at_rest.pop() {
            let (failure, state) = match state {
                Ok(state) => (None, state),
                Err(error) => (Some(unreadable(&error)), None),
            };
            // What goes by other commits than these is built afresh, as is what is older
            // than what is held.
            let held = self.store.earliest()..=self.store.head().revision;
            let state = state.filter(|state| held.contains(&state.revision()));
            return self.begin(index, failure, state).await.map(Some);
        }
        Ok(None)
    }

    /// Begins with a state, where there is one; what is being built shows none.
    async fn begin(
        &mut self,
        index: DerivedIndex,
        failure: Option<String>,
        state: Option<State>,
    ) -> Result<Checked, Error> {
        let findings = failure.map(|failure| finding(subject(index), failure));
        let findings = findings.into_iter().collect();
        let revision = state.as_ref().map(State::revision);
        self.checked.push(CheckedIndex { index, revision });
        if let Some(state) = state {
            let reader = self.store.reader(At::Revision(state.revision())).await?;
            let paths = match state {
                State::Search(_) => vec![Path::Statements, Path::ArticlesByName, Path::Entities],
                State::Quotations(_) => vec![Path::Statements],
            };
            let (after, counted) = (None, Vec::new());
            self.under_way =
                Some(Walk { state, reader, paths, after, records: 0, held: 0, counted });
        }
        Ok(Checked { findings, ..Checked::default() })
    }
}

fn subject(index: DerivedIndex) -> &'static str {
    match index {
        DerivedIndex::Search => "the search index",
        DerivedIndex::Quotations => "the quotations",
    }
}

fn not_following(failure: String) -> String {
    format!("it does not follow the records: {failure}")
}

fn unreadable(error: &str) -> String {
    format!("it cannot be read: {error}")
}

fn finding(subject: &str, detail: String) -> Finding {
    Finding { fault: Fault::Derived, subject: subject.to_owned(), detail }
}

impl State {
    fn revision(&self) -> Revision {
        match self {
            Self::Search(view) => view.revision,
            Self::Quotations(reader) => reader.revision(),
        }
    }

    fn subject(&self) -> &'static str {
        subject(match self {
            Self::Search(_) => DerivedIndex::Search,
            Self::Quotations(_) => DerivedIndex::Quotations,
        })
    }

    /// Those of the records that are not there as they should be.
    fn missing(&self, names: &[RecordName]) -> Result<Vec<RecordName>, String> {
        let mut missing = Vec::new();
        for name in names {
            let is_there = match (self, name) {
                (Self::Search(view), _) => {
                    view.holds_once(&name.to_string()).map_err(|error| error.to_string())?
                }
                (Self::Quotations(reader), RecordName::Statement(name)) => {
                    reader.knows(name).map_err(|error| error.to_string())?
                }
                (Self::Quotations(_), _) => true,
            };
            if !is_there {
                missing.push(name.clone());
            }
        }
        Ok(missing)
    }

    /// How many records it has, from `counted` on; `true` where those were all.
    fn count(&self, counted: &mut Vec<u8>) -> Result<(u64, bool), String> {
        match self {
            Self::Search(view) => Ok((view.records(), true)),
            Self::Quotations(reader) => {
                let count = reader.statements_from(counted, TOGETHER);
                let count = count.map_err(|error| error.to_string())?;
                Ok((count as u64, count < TOGETHER))
            }
        }
    }
}

impl Walk {
    /// Takes a step; gives the walk back unless it is at its end.
    async fn step(mut self) -> Result<(Checked, Option<Self>), Error> {
        let Some(path) = self.paths.last().cloned() else { return self.count().await };
        let mut scan = Scan::all(path, TOGETHER);
        scan.after = self.after.take();
        let page = self.reader.list(&scan).await?;
        self.after = page.next;
        if self.after.is_none() {
            self.paths.pop();
        }
        let names: Vec<RecordName> = page.items.into_iter().map(|item| item.record.name).collect();
        self.records += names.len() as u64;
        let (state, subject) = (self.state.clone(), self.state.subject());
        let missing = blocking(move || state.missing(&names)).await;
        Ok(self.goes_on(missing.map(|missing| {
            let told = |name| finding(subject, format!("{name} is not in it, or not once"));
            missing.into_iter().map(told).collect()
        })))
    }

    /// Counts what the state has, once all records were looked up.
    async fn count(mut self) -> Result<(Checked, Option<Self>), Error> {
        let (state, mut counted) = (self.state.clone(), std::mem::take(&mut self.counted));
        let found = blocking(move || {
            let (count, all) = state.count(&mut counted)?;
            Ok((count, all, counted))
        });
        let (count, all, counted) = match found.await {
            Ok(found) => found,
            Err(error) => return Ok(self.goes_on(Err(error))),
        };
        self.held += count;
        self.counted = counted;
        if !all {
            return Ok((Checked::default(), Some(self)));
        }
        let mut checked = Checked::default();
        if self.held != self.records {
            let detail = format!(
                "it has {} records, and there are {} at its revision {}",
                self.held,
                self.records,
                self.state.revision()
            );
            checked.findings.push(finding(self.state.subject(), detail));
        }
        Ok((checked, None))
    }

    fn goes_on(self, found: Result<Vec<Finding>, String>) -> (Checked, Option<Self>) {
        match found {
            Ok(findings) => (Checked { findings, ..Checked::default() }, Some(self)),
            Err(error) => {
                let findings = vec![finding(self.state.subject(), unreadable(&error))];
                (Checked { findings, ..Checked::default() }, None)
            }
        }
    }
}

/// Looks where it holds up nobody.
async fn blocking<T: Send + 'static>(
    look: impl FnOnce() -> Result<T, String> + Send + 'static,
) -> Result<T, String> {
    match tokio::task::spawn_blocking(look).await {
        Ok(looked) => looked,
        Err(error) => Err(error.to_string()),
    }
}
