//! How many origins the articles of a quotation have that do not depend on each
//! other: copies of one agency's text and near-duplicates count once.

use std::collections::HashMap;

use super::facts::{ArticleFacts, NearFacts, decode};
use super::keys::{self, ArticleKey};
use super::table::{Snapshot, TableError};
use super::writer;

/// The most near-duplicates of one article that are weighed.
const MOST_NEAR: usize = 1_000;

/// What is known of how articles depend on each other.
pub struct OriginEvidence {
    /// Of each article, where it is known.
    facts: Vec<Option<ArticleFacts>>,
    /// The others that it is near to, by their place, and whether that is sure.
    near: Vec<Vec<(usize, bool)>>,
}

impl OriginEvidence {
    pub(super) fn read(table: &dyn Snapshot, articles: &[ArticleKey]) -> Result<Self, TableError> {
        let places: HashMap<&ArticleKey, usize> = articles.iter().zip(0..).collect();
        let (mut facts, mut near) = (Vec::new(), Vec::new());
        for article in articles {
            facts.push(writer::articles::facts(table, article)?);
            let mut of_article = Vec::new();
            for (key, bytes) in table.prefix(&keys::nears(article), MOST_NEAR)? {
                let other = keys::last::<8>(&key).and_then(|other| places.get(&other).copied());
                let facts: NearFacts = decode(&bytes)?;
                of_article.extend(other.map(|other| (other, facts.sure)));
            }
            near.push(of_article);
        }
        Ok(Self { facts, near })
    }

    /// The fewest and the most origins that some of the articles, by their place,
    /// can have. One that nothing is known of is its own.
    #[must_use]
    pub fn count(&self, articles: &[usize]) -> (u32, u32) {
        let facts = |at: &usize| self.facts.get(*at).and_then(Option::as_ref);
        let known: Vec<usize> = articles.iter().copied().filter(|at| facts(at).is_some()).collect();
        let places: HashMap<usize, usize> = known.iter().copied().zip(0..).collect();
        let near = |at: &usize| self.near.get(*at).into_iter().flatten();
        let reports: Vec<Report<'_>> = known
            .iter()
            .filter_map(|at| {
                let near = near(at).filter_map(|(at, sure)| Some((*places.get(at)?, *sure)));
                Some(Report { facts: facts(at)?, near: near.collect() })
            })
            .collect();
        let unknown = (articles.len() - known.len()) as u32;
        let (fewest, most) = count(&reports);
        (fewest + unknown, most + unknown)
    }
}

/// One article among those of a quotation.
pub(super) struct Report<'a> {
    pub(super) facts: &'a ArticleFacts,
    /// The other ones that its body is near to, by their place, and whether it is
    /// sure that both have one origin.
    pub(super) near: Vec<(usize, bool)>,
}

/// The fewest and the most origins that there can be. They differ where it may be
/// that articles depend on each other, but it is not sure.
pub(super) fn count(reports: &[Report<'_>]) -> (u32, u32) {
    let mut sure = Sets::new(reports.len());
    let mut possible = Sets::new(reports.len());
    let mut sources: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut originals: HashMap<&str, usize> = HashMap::new();
    for (at, report) in reports.iter().enumerate() {
        if !report.facts.source.is_empty() {
            sources.entry(&report.facts.source).or_default().push(at);
        }
        originals.entry(&report.facts.id).or_insert(at);
    }
    for (at, report) in reports.iter().enumerate() {
        if let Some(original) = &report.facts.duplicate_of {
            // Two copies of an article that is not among these meet under its name.
            sure.unite(*originals.entry(original).or_insert(at), at);
        }
        for (other, is_sure) in &report.near {
            if *is_sure { &mut sure } else { &mut possible }.unite(at, *other);
        }
    }
    for all in sources.values() {
        // What an agency sent out is one origin. What one outlet published twice
        // may be two reports.
        let by_agency = all.iter().any(|at| reports.get(*at).is_some_and(|it| it.facts.agency));
        for pair in all.windows(2) {
            if let [one, other] = pair {
                if by_agency { &mut sure } else { &mut possible }.unite(*one, *other);
            }
        }
    }
    let most = sure.count();
    for at in 0..reports.len() {
        let with = sure.first(at);
        possible.unite(at, with);
    }
    (possible.count(), most)
}

/// Sets that are united (a forest of parents).
struct Sets(Vec<usize>);

impl Sets {
    fn new(count: usize) -> Self {
        Self((0..count).collect())
    }

    fn first(&mut self, mut at: usize) -> usize {
        while let Some(parent) = self.0.get(at).copied().filter(|parent| *parent != at) {
            let grandparent = self.0.get(parent).copied().unwrap_or(parent);
            if let Some(slot) = self.0.get_mut(at) {
                *slot = grandparent;
            }
            at = parent;
        }
        at
    }

    fn unite(&mut self, one: usize, other: usize) {
        let (one, other) = (self.first(one), self.first(other));
        if let Some(slot) = self.0.get_mut(one.max(other)) {
            *slot = one.min(other);
        }
    }

    fn count(&mut self) -> u32 {
        (0..self.0.len()).filter(|at| self.first(*at) == *at).count() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Articles as (agency or publisher, whether it is an agency, duplicate of).
    fn check(
        articles: &[(&str, bool, Option<&str>)],
        near: &[(usize, usize, bool)],
        expected: (u32, u32),
    ) {
        let facts: Vec<ArticleFacts> = articles
            .iter()
            .enumerate()
            .map(|(at, (source, agency, duplicate_of))| ArticleFacts {
                id: format!("a{at}"),
                usable: true,
                outlet: String::new(),
                source: (*source).to_owned(),
                agency: *agency,
                duplicate_of: duplicate_of.map(str::to_owned),
                published: None,
                body_hash: None,
            })
            .collect();
        let near_of = |at: usize| {
            let both = near.iter().flat_map(|(a, b, sure)| [(*a, *b, *sure), (*b, *a, *sure)]);
            both.filter(|(one, ..)| *one == at).map(|(_, other, sure)| (other, sure)).collect()
        };
        let reports: Vec<Report<'_>> = facts
            .iter()
            .enumerate()
            .map(|(at, facts)| Report { facts, near: near_of(at) })
            .collect();
        assert_eq!(count(&reports), expected);
    }

    #[test]
    fn what_depends_on_one_origin_counts_once() {
        let a = ("", false, None);
        check(&[a, a, a], &[], (3, 3));
        check(&[("ap", true, None), ("ap", true, None), a], &[], (2, 2));
        // An agency's own article, and a copy of it.
        check(&[("ap", false, None), ("ap", true, None)], &[], (1, 1));
        check(&[a, ("", false, Some("a0")), ("", false, Some("a0"))], &[], (1, 1));
        check(&[("", false, Some("x")), ("", false, Some("x"))], &[], (1, 1));
        check(&[a, a, a], &[(0, 1, true)], (2, 2));
        check(&[a, a, a, a], &[(0, 1, true), (1, 2, true)], (2, 2));
    }

    #[test]
    fn weak_evidence_gives_a_range() {
        let a = ("", false, None);
        check(&[a, a, a], &[(0, 1, false)], (2, 3));
        check(&[a, a, a], &[(0, 1, true), (1, 2, false)], (1, 2));
        check(&[("daily", false, None), ("daily", false, None)], &[], (1, 2));
    }
}
