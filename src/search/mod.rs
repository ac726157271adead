//! Search: an index of words that is derived from the records.
//!
//! [`Indexer`] keeps the index up to date; [`Search`] asks it. The index holds the
//! words of records and the facts that filters ask for, and no text: what is shown
//! of a hit is read from the store, as of the revision that the index shows.

mod document;
mod error;
mod facets;
mod index;
mod language;
mod lower;
mod schema;
mod snippet;
mod text;
mod tokens;
mod view;
mod words;

use std::sync::Arc;

use tantivy::collector::TopDocs;
use tantivy::query::{EnableScoring, Query as IndexQuery, TermSetQuery};
use tantivy::schema::Value as _;
use tantivy::{DocAddress, DocSet as _, Order, TERMINATED, TantivyDocument, Term};
use uuid::Uuid;

use self::document::{IN_USE, kind_fact, language_fact};
pub use self::error::Error;
use self::facets::CountBy;
pub use self::facets::{FacetCounts, MAX_VALUES};
pub use self::index::{IndexConfig, Indexer, at_rest};
use self::language::{Stems, primary};
pub use self::lower::MAX_EXPANSIONS;
use self::lower::{Lowerer, restricted};
pub use self::schema::Facet;
use self::schema::{Fields, time_column};
pub use self::snippet::{Highlighter, Snippet};
pub use self::text::{MAX_BYTES, MAX_WORDS};
pub use self::view::View;
use self::view::Views;
use crate::clock::Clock;
use crate::query::lowering::{Lowered, TimeColumn};
use crate::query::schema::Kind;

/// Hits are counted exactly up to this many, and pages reach as far.
pub const MAX_HITS: usize = 10_000;

/// In which order hits come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ranking {
    /// The best first.
    Relevance,
    /// The newest published first.
    Newest,
    /// The oldest published first.
    Oldest,
}

/// What is looked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The words.
    pub text: String,
    /// The kinds of records, each with what else they must have.
    pub kinds: Vec<(Kind, Lowered)>,
    /// The language of the records and the words.
    pub language: Option<String>,
    /// Whether records that are not in use are found too.
    pub unused_too: bool,
    /// In which order hits come.
    pub ranking: Ranking,
}

/// One hit.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The name of the record.
    pub name: String,
    /// How well it fits; 0 in other orders.
    pub score: f32,
}

/// Asks the index.
pub struct Search {
    fields: Fields,
    views: Views,
}

impl Search {
    /// Asks an index that shows nothing yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { fields: Fields::new(), views: Views::new(clock) }
    }

    fn fields(&self) -> &Fields {
        &self.fields
    }

    fn show(&self, view: View) {
        self.views.show(view);
    }

    /// What the index shows now; `None` before it was first built.
    #[must_use]
    pub fn newest(&self) -> Option<Arc<View>> {
        self.views.newest()
    }

    /// The view that a page token names, where it is still at hand.
    #[must_use]
    pub fn view(&self, id: Uuid) -> Option<Arc<View>> {
        self.views.find(id)
    }

    /// Keeps a view at hand for the next page.
    pub fn hold(&self, view: &Arc<View>) {
        self.views.hold(view);
    }
}

/// A search of one view.
pub struct Found {
    view: Arc<View>,
    query: Box<dyn IndexQuery>,
    ranking: Ranking,
    /// Finds the words again in the records.
    pub highlighter: Highlighter,
}

impl Found {
    /// Reads what is wanted; it fails where that is not well written.
    pub fn of(view: Arc<View>, wanted: &Wanted) -> Result<Self, Error> {
        let text = text::parse(&wanted.text)?;
        let language = wanted.language.as_deref().map(primary);
        let one: Vec<Stems> = language.and_then(Stems::of).into_iter().collect();
        let stems = if language.is_some() { &one[..] } else { view.stems()? };
        let lowerer = Lowerer::new(&view, stems);
        let kinds = wanted.kinds.iter().map(|(kind, filter)| {
            Lowered::All(vec![Lowered::Fact(kind_fact(*kind)), filter.clone()])
        });
        let mut filters = vec![lowerer.filter(&Lowered::Any(kinds.collect()))];
        if !wanted.unused_too {
            filters.push(lowerer.fact(IN_USE));
        }
        filters.extend(language.map(|language| lowerer.fact(&language_fact(language))));
        let words = text.as_ref().map(|text| lowerer.query(text)).transpose()?;
        let query = restricted(words, filters);
        let highlighter = Highlighter::of(text.as_ref());
        Ok(Self { query, ranking: wanted.ranking, highlighter, view })
    }

    /// Whether the words of a query say anything to look for.
    pub fn says_something(text: &str) -> Result<bool, Error> {
        text::parse(text).map(|query| query.is_some())
    }

    /// Hits from a place on, at most `limit`.
    pub fn hits(&self, from: usize, limit: usize) -> Result<Vec<Hit>, Error> {
        self.top(self.query.as_ref(), from, limit)
    }

    /// The first hit among the records of these names.
    pub fn first_of(&self, names: &[String]) -> Result<Option<String>, Error> {
        let name = self.view.fields.name;
        let names = names.iter().map(|it| Term::from_field_text(name, it));
        let among: Box<dyn IndexQuery> = Box::new(TermSetQuery::new(names));
        let query = restricted(Some(self.query.box_clone()), vec![among]);
        Ok(self.top(query.as_ref(), 0, 1)?.pop().map(|hit| hit.name))
    }

    fn top(&self, query: &dyn IndexQuery, from: usize, limit: usize) -> Result<Vec<Hit>, Error> {
        let searcher = &self.view.searcher;
        let top = TopDocs::with_limit(limit).and_offset(from);
        let published = time_column(TimeColumn::Published);
        let found: Vec<(f32, DocAddress)> = match self.ranking {
            Ranking::Relevance => searcher.search(query, &top.order_by_score())?,
            ranking => {
                let order = if ranking == Ranking::Newest { Order::Desc } else { Order::Asc };
                let top = top.order_by_fast_field::<i64>(published, order);
                let found = searcher.search(query, &top)?;
                found.into_iter().map(|(_, address)| (0.0, address)).collect()
            }
        };
        let hit = |(score, address): (f32, DocAddress)| -> Result<Hit, Error> {
            let document: TantivyDocument = searcher.doc(address)?;
            let name = document.get_first(self.view.fields.name);
            let name = name.and_then(|name| name.as_str()).unwrap_or_default().to_owned();
            Ok(Hit { name, score })
        };
        found.into_iter().map(hit).collect()
    }

    /// How many there are, counted no further than one above [`MAX_HITS`].
    pub fn count(&self) -> Result<usize, Error> {
        let searcher = &self.view.searcher;
        let weight = self.query.weight(EnableScoring::disabled_from_searcher(searcher))?;
        let mut count = 0;
        for segment in searcher.segment_readers() {
            let mut hits = weight.scorer(segment, 1.0)?;
            let alive = segment.alive_bitset();
            while hits.doc() != TERMINATED {
                if alive.is_none_or(|alive| alive.is_alive(hits.doc())) {
                    count += 1;
                    if count > MAX_HITS {
                        return Ok(count);
                    }
                }
                hits.advance();
            }
        }
        Ok(count)
    }

    /// All hits counted by facets.
    pub fn facets(&self, facets: Vec<Facet>) -> Result<Vec<FacetCounts>, Error> {
        if facets.is_empty() {
            return Ok(Vec::new());
        }
        Ok(self.view.searcher.search(&self.query, &CountBy(facets))?)
    }
}
