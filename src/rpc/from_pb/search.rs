//! Searches from the wire. Words, filters and tokens are read where they are
//! carried out.

use crate::domain::text::LanguageTag;
use crate::kb::SearchRecords;
use crate::kb::error::Error;
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::export::kind;
use crate::rpc::from_pb::list::page_size;
use crate::rpc::from_pb::read::read_options;
use crate::rpc::pb;
use crate::search::Facet;

/// Asks for a page of hits.
pub fn search_records(pb: pb::SearchRequest) -> Result<SearchRecords, Error> {
    check(|at| {
        let most = pb::RecordKind::Entity as usize;
        let mut kinds = at.at("kinds").items(pb.kinds, most, kind);
        let most = pb::SearchFacet::StatementKind as usize;
        let mut facets = at.at("facets").items(pb.facets, most, facet);
        dedup(&mut kinds);
        dedup(&mut facets);
        let language = match pb.language.as_str() {
            "" => Some(String::new()),
            text => {
                let tag = at.at("language").parsed(LanguageTag::new(text), reason::BAD_LANGUAGE);
                tag.map(|tag| tag.as_str().to_owned())
            }
        };
        let page_size = page_size(&at.at("page_size"), pb.page_size);
        let fully_consistent = pb.read.as_ref().is_some_and(|read| read.fully_consistent);
        let read = read_options(&at.at("read"), pb.read);
        Some(SearchRecords {
            query: pb.query,
            kinds,
            filter: pb.filter,
            language: language?,
            page_size,
            page_token: pb.page_token,
            facets,
            unused_too: pb.include_unused,
            order_by: pb.order_by,
            read: read?,
            fully_consistent,
        })
    })
}

fn dedup<T: PartialEq + Copy>(values: &mut Vec<T>) {
    let mut seen = Vec::with_capacity(values.len());
    values.retain(|value| {
        !seen.contains(value) && {
            seen.push(*value);
            true
        }
    });
}

fn facet(at: &Field<'_>, value: i32) -> Option<Facet> {
    match at.choice(value, pb::SearchFacet::as_str_name)? {
        pb::SearchFacet::Unspecified => {
            at.needed("a facet is needed; leave the list empty for none");
            None
        }
        pb::SearchFacet::Kind => Some(Facet::Kind),
        pb::SearchFacet::Publisher => Some(Facet::Publisher),
        pb::SearchFacet::Speaker => Some(Facet::Speaker),
        pb::SearchFacet::Language => Some(Facet::Language),
        pb::SearchFacet::Topic => Some(Facet::Topic),
        pb::SearchFacet::Month => Some(Facet::Month),
        pb::SearchFacet::StatementKind => Some(Facet::StatementKind),
    }
}
