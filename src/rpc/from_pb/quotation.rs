//! Questions about quotations, from the wire.

use crate::domain::id::{ArticleId, EntityId};
use crate::domain::limits;
use crate::kb::command::{
    AskedSpeaker, DerivedIndex, DerivedRead, ListNearDuplicates, ListQuotations, VerifyQuote,
};
use crate::kb::error::Error;
use crate::quotations::{QuotationOrder, words};
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::list::page_size;
use crate::rpc::pb;

/// The matches where no limit is given.
const DEFAULT_MATCHES: usize = 5;
/// The most matches.
const MAX_MATCHES: usize = 50;

/// Asks for one quotation: its id, and how fresh it must be.
pub fn get_quotation(pb: pb::GetQuotationRequest) -> Result<(String, DerivedRead), Error> {
    check(|at| {
        let id = pb.name.strip_prefix("quotations/").filter(|id| !id.contains('/'));
        if id.is_none_or(str::is_empty) {
            let text = "it is no name of this kind: write it as `quotations/{quotation}`";
            at.at("name").refuse(reason::BAD_NAME, text);
        }
        let read = derived_read(&at.at("read"), pb.read);
        Some((id?.to_owned(), read))
    })
}

/// Asks for a page of quotations.
pub fn list_quotations(pb: pb::ListQuotationsRequest) -> Result<ListQuotations, Error> {
    check(|at| {
        let speaker =
            (!pb.speaker.is_empty()).then(|| at.at("speaker").name::<EntityId>(&pb.speaker));
        let (order, ascending) = order(&at.at("order_by"), &pb.order_by);
        Some(ListQuotations {
            speaker: speaker.flatten(),
            page_size: page_size(&at.at("page_size"), pb.page_size),
            page_token: pb.page_token,
            order,
            ascending,
            filter: pb.filter,
            read: derived_read(&at.at("read"), pb.read),
        })
    })
}

/// What comes first, and whether the smallest does.
fn order(at: &Field<'_>, order_by: &str) -> (QuotationOrder, bool) {
    let words: Vec<&str> = order_by.split_whitespace().collect();
    let (field, ascending) = match words.as_slice() {
        [] => ("origins", false),
        [field] | [field, "asc"] => (*field, true),
        [field, "desc"] => (*field, false),
        _ => ("", true),
    };
    let order = match field {
        "origins" => QuotationOrder::Origins,
        "articles" => QuotationOrder::Articles,
        "drift" => QuotationOrder::Drift,
        "last_seen" => QuotationOrder::LastSeen,
        _ => {
            let text = "quotations are ordered by one of `origins`, `articles`, `drift` and \
                        `last_seen`, with `desc` behind it where the largest come first";
            at.refuse("BAD_ORDER", text);
            QuotationOrder::Origins
        }
    };
    (order, ascending)
}

/// Asks for a page of pairs of near-duplicates.
pub fn list_near_duplicates(
    pb: pb::ListNearDuplicatesRequest,
) -> Result<ListNearDuplicates, Error> {
    check(|at| {
        let article = match pb.parent.as_str() {
            "articles/-" => Some(None),
            name => at.at("parent").name::<ArticleId>(name).map(Some),
        };
        Some(ListNearDuplicates {
            page_size: page_size(&at.at("page_size"), pb.page_size),
            page_token: pb.page_token,
            filter: pb.filter,
            read: derived_read(&at.at("read"), pb.read),
            article: article?,
        })
    })
}

/// Asks whether someone said some words.
pub fn verify_quote(pb: pb::VerifyQuoteRequest) -> Result<VerifyQuote, Error> {
    check(|at| {
        let text = at.at("text").text(pb.text, limits::QUOTE_CHARS);
        let words = words::read(&text);
        if words.len() < limits::QUOTE_WORDS {
            let description = format!(
                "at least {} words are needed: fewer say nothing of who said them",
                limits::QUOTE_WORDS
            );
            at.at("text").refuse("TOO_SHORT", description);
        }
        let speaker = at.at("speaker").line(pb.speaker, limits::NAME_CHARS);
        let speaker = match speaker.as_str() {
            "" => Some(AskedSpeaker::Anyone),
            name if name.starts_with("entities/") => {
                at.at("speaker").name(name).map(AskedSpeaker::Entity)
            }
            name => Some(AskedSpeaker::Named(name.to_owned())),
        };
        let limit = match usize::try_from(pb.limit) {
            Ok(0) => DEFAULT_MATCHES,
            Ok(limit) if limit <= MAX_MATCHES => limit,
            Ok(_) => {
                let description = format!("{} is over the limit of {MAX_MATCHES}", pb.limit);
                at.at("limit").refuse(reason::OVER_LIMIT, description);
                MAX_MATCHES
            }
            Err(_) => {
                let description = format!("{} is no count: 0 means {DEFAULT_MATCHES}", pb.limit);
                at.at("limit").refuse(reason::BAD_NUMBER, description);
                DEFAULT_MATCHES
            }
        };
        let read = derived_read(&at.at("read"), pb.read);
        Some(VerifyQuote { words, speaker: speaker?, limit, read })
    })
}

/// Asks that something derived be built afresh.
pub fn rebuild_index(pb: &pb::RebuildIndexRequest) -> Result<DerivedIndex, Error> {
    check(|at| {
        let index = at.at("index").choice(pb.index, pb::DerivedIndex::as_str_name)?;
        Some(match index {
            pb::DerivedIndex::Unspecified | pb::DerivedIndex::Search => DerivedIndex::Search,
            pb::DerivedIndex::Quotations => DerivedIndex::Quotations,
        })
    })
}

/// How fresh an answer from what is derived must be. It has no past.
pub(super) fn derived_read(at: &Field<'_>, pb: Option<pb::ReadOptions>) -> DerivedRead {
    let pb = pb.unwrap_or_default();
    let field = match pb.as_of {
        None => None,
        Some(pb::read_options::AsOf::Time(_)) => Some("time"),
        Some(pb::read_options::AsOf::Revision(_)) => Some("revision"),
    };
    if let Some(field) = field {
        let text = "this is derived from the newest records and has no past: leave it out";
        at.at(field).refuse("AS_OF_UNSUPPORTED", text);
    }
    DerivedRead { consistency_token: pb.consistency_token, fully_consistent: pb.fully_consistent }
}
