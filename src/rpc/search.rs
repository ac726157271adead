//! The answer to a search: as many hits as one message holds.

use super::room::{fits, framed};
use super::{pb, to_pb};
use crate::kb::error::Error;
use crate::kb::{Beside, SearchPage};

/// A page as it travels, of about `room` bytes at the most.
pub(super) fn answer(
    mut page: SearchPage,
    beside: Vec<Beside>,
    mut room: usize,
) -> Result<pb::SearchResponse, Error> {
    let facets = std::mem::take(&mut page.facets).into_iter().map(to_pb::facet_counts);
    let facets: Vec<pb::SearchFacetCounts> = facets.collect();
    room = room.saturating_sub(facets.iter().map(framed).sum());
    let mut hits = Vec::with_capacity(page.hits.len());
    for (hit, beside) in std::mem::take(&mut page.hits).into_iter().zip(beside) {
        let place = hit.place;
        let hit = to_pb::search_hit(hit, beside)?;
        if !fits(&mut room, framed(&hit)) && !hits.is_empty() {
            page.ends_before(place);
            break;
        }
        hits.push(hit);
    }
    Ok(pb::SearchResponse {
        hits,
        next_page_token: page.next_page_token(),
        facets,
        total: i32::try_from(page.total).unwrap_or(i32::MAX),
        total_inexact: page.inexact,
        revision: to_pb::revision(page.revision),
    })
}
