//! Hits to the wire.

use super::{count, record, revision};
use crate::domain::record::Record;
use crate::kb::{SearchHit, SearchIndex};
use crate::rpc::pb;
use crate::search::{Facet, FacetCounts, Snippet};

/// A hit; an article without its text.
#[must_use]
pub fn search_hit(hit: SearchHit) -> pb::SearchHit {
    let SearchHit { record: mut stored, score, snippet, place: _ } = hit;
    if let Record::Article(article) = &mut stored.value {
        article.body = article.body.without_text();
    }
    pb::SearchHit {
        name: stored.name.to_string(),
        score: score.into(),
        snippet: snippet.map(search_snippet),
        record: Some(record(stored)),
    }
}

fn search_snippet(snippet: Snippet) -> pb::SearchSnippet {
    let highlight = |(start, end)| pb::SearchHighlight { start: count(start), end: count(end) };
    pb::SearchSnippet {
        field: snippet.field,
        text: snippet.text,
        start: count(snippet.start),
        highlights: snippet.highlights.into_iter().map(highlight).collect(),
    }
}

/// The counts of one facet.
#[must_use]
pub fn facet_counts(counts: FacetCounts) -> pb::SearchFacetCounts {
    let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let counted =
        |(value, count): (String, u64)| pb::SearchFacetCount { value, count: number(count) };
    pb::SearchFacetCounts {
        facet: facet(counts.facet).into(),
        counts: counts.counts.into_iter().map(counted).collect(),
        other: number(counts.other),
    }
}

fn facet(facet: Facet) -> pb::SearchFacet {
    match facet {
        Facet::Kind => pb::SearchFacet::Kind,
        Facet::Publisher => pb::SearchFacet::Publisher,
        Facet::Speaker => pb::SearchFacet::Speaker,
        Facet::Language => pb::SearchFacet::Language,
        Facet::Topic => pb::SearchFacet::Topic,
        Facet::Month => pb::SearchFacet::Month,
        Facet::StatementKind => pb::SearchFacet::StatementKind,
    }
}

/// How the search index stands.
#[must_use]
pub fn search_index(index: Option<&SearchIndex>) -> pb::SearchIndexInfo {
    let Some(index) = index else { return pb::SearchIndexInfo::default() };
    let standing = index.follower.standing().borrow().clone();
    pb::SearchIndexInfo {
        served: true,
        revision: standing.visible.map(revision).unwrap_or_default(),
        building: standing.building.is_some(),
        failure: standing.failure.unwrap_or_default(),
    }
}
