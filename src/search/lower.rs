//! Queries and filters as the index answers them.

use std::ops::Bound;

use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EmptyQuery, Occur,
    PhraseQuery, Query as IndexQuery, RangeQuery, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

use super::error::Error;
use super::language::Stems;
use super::schema::Text;
use super::text::{Query, Sought};
use super::view::View;
use crate::query::lowering::Lowered;

/// A query of the index.
type Lower = Box<dyn IndexQuery>;

/// The most words that one beginning may stand for.
pub const MAX_EXPANSIONS: usize = 1_000;
/// How much a word counts that is found by its stem alone.
const STEM_WEIGHT: f32 = 0.8;
/// How much the places count, besides the best, where a word is found.
const TIE_BREAKER: f32 = 0.1;

/// Lowers one query for one view.
pub(super) struct Lowerer<'a> {
    view: &'a View,
    stems: &'a [Stems],
}

impl<'a> Lowerer<'a> {
    /// Words are stemmed as in `language`; without it, as in each language that
    /// records are in.
    pub(super) fn new(view: &'a View, stems: &'a [Stems]) -> Self {
        Self { view, stems }
    }

    pub(super) fn query(&self, query: &Query) -> Result<Lower, Error> {
        match query {
            Query::All(queries) => {
                let lowered: Result<Vec<(Occur, Lower)>, Error> =
                    queries.iter().map(|query| self.required(query)).collect();
                Ok(all_of(lowered?))
            }
            Query::Any(queries) => {
                let lowered: Result<Vec<Lower>, Error> =
                    queries.iter().map(|query| self.query(query)).collect();
                Ok(Box::new(BooleanQuery::union(lowered?)))
            }
            Query::Not(inner) => Ok(all_of(vec![(Occur::MustNot, self.query(inner)?)])),
            Query::Words(sought) => self.sought(sought),
        }
    }

    fn required(&self, query: &Query) -> Result<(Occur, Lower), Error> {
        match query {
            Query::Not(inner) => Ok((Occur::MustNot, self.query(inner)?)),
            other => Ok((Occur::Must, self.query(other)?)),
        }
    }

    fn sought(&self, sought: &Sought) -> Result<Lower, Error> {
        let fields = if sought.fields.is_empty() { &Text::ALL[..] } else { sought.fields };
        let mut places: Vec<Lower> = Vec::new();
        let mut expansions = 0;
        for text in fields {
            let Some((field, stem_field)) = self.view.fields.text(*text) else { continue };
            let weighed = |query: Lower, weight: f32| -> Lower {
                Box::new(BoostQuery::new(query, text.weight() * weight))
            };
            match sought.words.as_slice() {
                [(prefix, _)] if sought.prefix => {
                    let terms = self.beginning_with(field, prefix, &mut expansions, sought)?;
                    let any = terms.into_iter().map(term_query).collect();
                    let any: Lower = Box::new(BooleanQuery::union(any));
                    places.push(weighed(Box::new(ConstScoreQuery::new(any, 1.0)), 1.0));
                }
                [(word, surface)] => {
                    places.push(weighed(term_query(Term::from_field_text(field, word)), 1.0));
                    if let Some(stem_field) = stem_field.filter(|_| !sought.exact) {
                        let stems = self.stems.iter().map(|stems| stems.stem(surface));
                        let stems = stems.map(|stem| Term::from_field_text(stem_field, &stem));
                        places.extend(stems.map(|stem| weighed(term_query(stem), STEM_WEIGHT)));
                    }
                }
                words => {
                    let terms = words.iter().map(|(word, _)| Term::from_field_text(field, word));
                    places.push(weighed(Box::new(PhraseQuery::new(terms.collect())), 1.0));
                }
            }
        }
        Ok(Box::new(DisjunctionMaxQuery::with_tie_breaker(places, TIE_BREAKER)))
    }

    /// The words of a field that begin so; an error where there are too many.
    fn beginning_with(
        &self,
        field: Field,
        prefix: &str,
        expansions: &mut usize,
        sought: &Sought,
    ) -> Result<Vec<Term>, Error> {
        let mut found = std::collections::BTreeSet::new();
        for segment in self.view.searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut terms = index.terms().range().ge(prefix.as_bytes()).into_stream()?;
            while let Some((term, _)) = terms.next() {
                let Some(word) = std::str::from_utf8(term).ok().filter(|it| it.starts_with(prefix))
                else {
                    break;
                };
                if found.insert(word.to_owned()) {
                    *expansions += 1;
                }
                if *expansions > MAX_EXPANSIONS {
                    let message = format!(
                        "`{prefix}*` stands for more than {MAX_EXPANSIONS} words: write more of it"
                    );
                    return Err(Error::Query { column: sought.column, message });
                }
            }
        }
        Ok(found.iter().map(|word| Term::from_field_text(field, word)).collect())
    }

    /// What a filter lets pass, which adds nothing to the score.
    pub(super) fn filter(&self, lowered: &Lowered) -> Lower {
        match lowered {
            Lowered::Everything => Box::new(AllQuery),
            Lowered::All(all) => {
                all_of(all.iter().map(|it| (Occur::Must, self.filter(it))).collect())
            }
            Lowered::Any(any) if any.is_empty() => Box::new(EmptyQuery),
            Lowered::Any(any) => {
                Box::new(BooleanQuery::union(any.iter().map(|it| self.filter(it)).collect()))
            }
            Lowered::Not(inner) => all_of(vec![(Occur::MustNot, self.filter(inner))]),
            Lowered::Fact(fact) => self.fact(fact),
            Lowered::Within(column, from, until) => match self.view.fields.time(*column) {
                Some(field) => within(field, *from, *until),
                None => Box::new(EmptyQuery),
            },
        }
    }

    /// Whether this was told of a record.
    pub(super) fn fact(&self, fact: &str) -> Lower {
        let term = Term::from_field_text(self.view.fields.facts, fact);
        Box::new(TermQuery::new(term, IndexRecordOption::Basic))
    }
}

fn within(field: Field, from: Option<i64>, until: Option<i64>) -> Lower {
    let term = |time| Term::from_field_i64(field, time);
    let lower = from.map_or(Bound::Unbounded, |time| Bound::Included(term(time)));
    // A range needs a bound to know its field.
    let upper = match until {
        Some(time) => Bound::Excluded(term(time)),
        None => Bound::Included(term(i64::MAX)),
    };
    Box::new(RangeQuery::new(lower, upper))
}

fn term_query(term: Term) -> Lower {
    Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs))
}

/// All that must and must not be. Where nothing must be, that is all there is.
fn all_of(mut parts: Vec<(Occur, Lower)>) -> Lower {
    if parts.iter().all(|(occur, _)| *occur == Occur::MustNot) {
        let all: Lower = Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0));
        parts.push((Occur::Must, all));
    }
    Box::new(BooleanQuery::new(parts))
}

/// A query within what filters let pass; filters add nothing to the score.
pub(super) fn restricted(query: Option<Lower>, filters: Vec<Lower>) -> Lower {
    let scored = query.map(|query| (Occur::Must, query));
    let filters = filters.into_iter().map(|filter| {
        let filter: Lower = Box::new(ConstScoreQuery::new(filter, 0.0));
        (Occur::Must, filter)
    });
    all_of(scored.into_iter().chain(filters).collect())
}
