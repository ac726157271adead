//! Hits to the wire.

use super::{count, entity, revision, seen_article, seen_statement};
use crate::derive::Follower;
use crate::domain::record::Record;
use crate::kb::error::Error;
use crate::kb::{Beside, SearchHit};
use crate::rpc::pb;
use crate::search::{Facet, FacetCounts, Snippet};
use crate::store::LoadBody;

/// A hit; an article without its text.
pub fn search_hit(hit: SearchHit, beside: Beside) -> Result<pb::SearchHit, Error> {
    let SearchHit { record: stored, score, snippet, place: _ } = hit;
    let name = stored.name.to_string();
    let record = match stored.value {
        Record::Article(_) => {
            pb::record::Record::Article(seen_article(stored, LoadBody::No, beside)?)
        }
        Record::Statement(_) => pb::record::Record::Statement(seen_statement(stored, beside)?),
        Record::Entity(_) => pb::record::Record::Entity(entity(stored)?),
    };
    Ok(pb::SearchHit {
        name,
        score: score.into(),
        snippet: snippet.map(search_snippet),
        record: Some(pb::Record { record: Some(record) }),
    })
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

/// How something derived stands; `None`: it is not kept.
#[must_use]
pub fn derived_index(follower: Option<&Follower>) -> pb::SearchIndexInfo {
    let Some(follower) = follower else { return pb::SearchIndexInfo::default() };
    let standing = follower.standing().borrow().clone();
    pb::SearchIndexInfo {
        served: true,
        revision: standing.visible.map(revision).unwrap_or_default(),
        building: standing.building.is_some(),
        failure: standing.failure.unwrap_or_default(),
    }
}
