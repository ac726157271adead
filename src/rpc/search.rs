//! The answer to a search: as many hits as one message holds.

use super::query::{fits, framed};
use super::{pb, to_pb};
use crate::kb::SearchPage;

/// A page as it travels, of about `room` bytes at the most.
pub(super) fn answer(mut page: SearchPage, mut room: usize) -> pb::SearchResponse {
    let facets = std::mem::take(&mut page.facets).into_iter().map(to_pb::facet_counts);
    let facets: Vec<pb::SearchFacetCounts> = facets.collect();
    room = room.saturating_sub(facets.iter().map(framed).sum());
    let mut hits = Vec::with_capacity(page.hits.len());
    for hit in std::mem::take(&mut page.hits) {
        let place = hit.place;
        let hit = to_pb::search_hit(hit);
        if !fits(&mut room, framed(&hit)) && !hits.is_empty() {
            page.ends_before(place);
            break;
        }
        hits.push(hit);
    }
    pb::SearchResponse {
        hits,
        next_page_token: page.next_page_token(),
        facets,
        total: i32::try_from(page.total).unwrap_or(i32::MAX),
        total_inexact: page.inexact,
        revision: to_pb::revision(page.revision),
    }
}
