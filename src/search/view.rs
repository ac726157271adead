//! What the index shows at one commit, and the views that pages still need.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use tantivy::collector::Count;
use tantivy::query::TermQuery;
use tantivy::schema::IndexRecordOption;
use tantivy::{Searcher, Term};
use uuid::Uuid;

use super::document::LANGUAGE_FACT;
use super::error::Error;
use super::language::Stems;
use super::schema::Fields;
use crate::clock::Clock;
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;

/// How many views are held for later pages. Each may keep files that the index
/// itself has done with.
const HELD: usize = 32;
/// How long a view is held after a page of it was last asked for.
const HELD_FOR: Duration = Duration::from_secs(600);

/// What the index shows at one commit.
pub struct View {
    pub(super) searcher: Searcher,
    pub(super) fields: Fields,
    /// Everything up to this revision is in it.
    pub revision: Revision,
    /// Names the view to page tokens.
    pub id: Uuid,
    stems: OnceLock<Vec<Stems>>,
}

impl View {
    pub(super) fn new(searcher: Searcher, fields: Fields, revision: Revision) -> Self {
        Self { searcher, fields, revision, id: Uuid::new_v4(), stems: OnceLock::new() }
    }

    /// How many records it holds.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.searcher.num_docs()
    }

    /// Whether it holds the record of a name, once.
    pub fn holds_once(&self, name: &str) -> Result<bool, Error> {
        let term = Term::from_field_text(self.fields.name, name);
        let query = TermQuery::new(term, IndexRecordOption::Basic);
        Ok(self.searcher.search(&query, &Count)? == 1)
    }

    /// The stemmers of the languages that records are in.
    pub(super) fn stems(&self) -> Result<&[Stems], Error> {
        if self.stems.get().is_none() {
            let mut languages = Vec::new();
            for segment in self.searcher.segment_readers() {
                let index = segment.inverted_index(self.fields.facts)?;
                let from = LANGUAGE_FACT.as_bytes();
                let mut terms = index.terms().range().ge(from).into_stream()?;
                while let Some((term, _)) = terms.next() {
                    let Some(language) = term.strip_prefix(from) else { break };
                    languages.push(String::from_utf8_lossy(language).into_owned());
                }
            }
            languages.sort_unstable();
            languages.dedup();
            let stems = languages.iter().filter_map(|language| Stems::of(language)).collect();
            // Another search may have been first, with the same.
            let _ = self.stems.set(stems);
        }
        Ok(self.stems.get().map_or(&[], Vec::as_slice))
    }
}

/// The newest view, and those that later pages may ask for.
pub(super) struct Views {
    clock: Arc<dyn Clock>,
    newest: Mutex<Option<Arc<View>>>,
    /// The one asked for last at the end, each with when that was.
    held: Mutex<VecDeque<(Timestamp, Arc<View>)>>,
}

impl Views {
    pub(super) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, newest: Mutex::default(), held: Mutex::default() }
    }

    pub(super) fn newest(&self) -> Option<Arc<View>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn show(&self, view: View) {
        *self.newest.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(view));
        self.let_go(self.clock.now());
    }

    /// The view of a page token, where it is still at hand.
    pub(super) fn find(&self, id: Uuid) -> Option<Arc<View>> {
        let newest = self.newest().filter(|view| view.id == id);
        newest.or_else(|| {
            let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            held.iter().find(|(_, view)| view.id == id).map(|(_, view)| Arc::clone(view))
        })
    }

    /// Holds a view for the next page.
    pub(super) fn hold(&self, view: &Arc<View>) {
        let now = self.clock.now();
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.retain(|(_, other)| other.id != view.id);
        held.push_back((now, Arc::clone(view)));
        if held.len() > HELD {
            held.pop_front();
        }
        drop(held);
        self.let_go(now);
    }

    fn let_go(&self, now: Timestamp) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        while held.front().is_some_and(|(since, _)| is_past(*since, now)) {
            held.pop_front();
        }
    }
}

fn is_past(since: Timestamp, now: Timestamp) -> bool {
    let seconds = now.as_second().saturating_sub(since.as_second());
    u64::try_from(seconds).is_ok_and(|seconds| seconds > HELD_FOR.as_secs())
}
