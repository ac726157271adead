//! Quotations to the wire.

use crate::domain::revision::Revision;
use crate::kb::error::Error;
use crate::kb::{NearDuplicatePage, QuotationPage, QuoteMatch, Verdict, Verified};
use crate::quotations::align::{ChangeKind, Difference, WordChange};
use crate::quotations::{
    NearDuplicate, NearPair, Quotation, QuotationSpeaker, SpeakerFit, Wording,
};
use crate::rpc::pb;
use crate::rpc::to_pb::{article, count, revision, seen_statement, timestamp};
use crate::store::LoadBody;

/// One quotation.
pub fn found_quotation(found: Quotation, at: Revision) -> pb::GetQuotationResponse {
    pb::GetQuotationResponse { quotation: Some(quotation(found)), revision: revision(at) }
}

/// A page of quotations.
pub fn listed_quotations(page: QuotationPage) -> pb::ListQuotationsResponse {
    pb::ListQuotationsResponse {
        quotations: page.quotations.into_iter().map(quotation).collect(),
        next_page_token: page.next_page_token,
        revision: revision(page.revision),
    }
}

/// A page of pairs of near-duplicates.
pub fn listed_near_duplicates(page: NearDuplicatePage) -> pb::ListNearDuplicatesResponse {
    let pair = |pair: NearPair| pb::NearDuplicatePair {
        article: pair.article.to_string(),
        near_duplicate: Some(near_duplicate(pair.near)),
    };
    pb::ListNearDuplicatesResponse {
        near_duplicate_pairs: page.pairs.into_iter().map(pair).collect(),
        next_page_token: page.next_page_token,
        revision: revision(page.revision),
    }
}

/// A verdict with its evidence.
pub fn verified_quote(verified: Verified) -> Result<pb::VerifyQuoteResponse, Error> {
    let matches = verified.matches.into_iter().map(quote_match).collect::<Result<_, _>>()?;
    Ok(pb::VerifyQuoteResponse {
        verdict: verdict(verified.verdict).into(),
        matches,
        quotation: verified.quotation.map(quotation),
        revision: revision(verified.revision),
    })
}

/// An article that another one is near to.
pub fn near_duplicate(near: NearDuplicate) -> pb::NearDuplicate {
    let percent = |share: f64| (share * 100.0).round();
    let mut reason =
        format!("{}% of the shorter body stands in the other one", percent(near.containment));
    match near.shared_quotes {
        0 => {}
        1 => reason.push_str(", with one quoted span"),
        quotes => reason.push_str(&format!(", with {quotes} quoted spans")),
    }
    pb::NearDuplicate {
        article: near.article.to_string(),
        similarity: near.containment,
        reason,
        resemblance: near.resemblance,
        shared_quotes: count(near.shared_quotes),
        sure: near.sure,
    }
}

fn quotation(quotation: Quotation) -> pb::Quotation {
    pb::Quotation {
        name: format!("quotations/{}", quotation.id),
        text: quotation.text,
        speaker: Some(speaker(&quotation.speaker, quotation.mention)),
        wording_count: count(quotation.wording_count),
        statement_count: count(quotation.statements),
        article_count: count(quotation.articles),
        outlet_count: count(quotation.outlets),
        origins: Some(origin_count(quotation.origins)),
        first_seen: quotation.first_seen.map(timestamp),
        last_seen: quotation.last_seen.map(timestamp),
        drift: count(quotation.drift),
        wordings: quotation.wordings.into_iter().map(wording).collect(),
    }
}

/// The fewest and the most origins.
pub fn origin_count((min, max): (u32, u32)) -> pb::OriginCount {
    pb::OriginCount { min: count(min), max: count(max) }
}

fn speaker(speaker: &QuotationSpeaker, mention: String) -> pb::Speaker {
    let mention =
        (!mention.is_empty()).then(|| pb::Mention { text: mention, ..pb::Mention::default() });
    match speaker {
        QuotationSpeaker::Entity(entity) => {
            pb::Speaker { entity: entity.to_string(), mention, ..pb::Speaker::default() }
        }
        QuotationSpeaker::Named => pb::Speaker { mention, ..pb::Speaker::default() },
        QuotationSpeaker::Unknown => {
            pb::Speaker { mention, anonymous: true, ..pb::Speaker::default() }
        }
    }
}

fn wording(wording: Wording) -> pb::QuotationWording {
    pb::QuotationWording {
        text: wording.text,
        statement_count: count(wording.statements),
        statements: wording.told.iter().map(ToString::to_string).collect(),
        diff: wording.changes.into_iter().map(change).collect(),
    }
}

fn quote_match(found: QuoteMatch) -> Result<pb::QuoteMatch, Error> {
    let seen = |(stored, beside)| seen_statement(stored, beside);
    let differences = found.alignment.differences.into_iter();
    Ok(pb::QuoteMatch {
        statement: found.statement.map(seen).transpose()?,
        article: Some(article(found.article, LoadBody::No)?),
        similarity: found.alignment.similarity,
        diff: found.alignment.changes.into_iter().map(change).collect(),
        differences: differences.map(|it| difference(it).into()).collect(),
        quoted: found.quoted,
        speaker_matches: found.fit == SpeakerFit::Same,
    })
}

fn change(change: WordChange) -> pb::WordChange {
    let kind = match change.kind {
        ChangeKind::Same => pb::WordChangeKind::Same,
        ChangeKind::Dropped => pb::WordChangeKind::Dropped,
        ChangeKind::Added => pb::WordChangeKind::Added,
        ChangeKind::Changed => pb::WordChangeKind::Changed,
        ChangeKind::Omitted => pb::WordChangeKind::Omitted,
        ChangeKind::Bracketed => pb::WordChangeKind::Bracketed,
    };
    pb::WordChange { kind: kind.into(), said: change.said, given: change.given }
}

fn difference(difference: Difference) -> pb::QuoteDifference {
    match difference {
        Difference::NegationDropped => pb::QuoteDifference::NegationDropped,
        Difference::NegationAdded => pb::QuoteDifference::NegationAdded,
        Difference::FigureChanged => pb::QuoteDifference::FigureChanged,
        Difference::Reordered => pb::QuoteDifference::Reordered,
        Difference::WordsDropped => pb::QuoteDifference::WordsDropped,
        Difference::WordsAdded => pb::QuoteDifference::WordsAdded,
        Difference::WordsChanged => pb::QuoteDifference::WordsChanged,
        Difference::Elided => pb::QuoteDifference::Elided,
        Difference::Bracketed => pb::QuoteDifference::Bracketed,
    }
}

fn verdict(verdict: Verdict) -> pb::QuoteVerdict {
    match verdict {
        Verdict::Exact => pb::QuoteVerdict::Exact,
        Verdict::Near => pb::QuoteVerdict::Near,
        Verdict::Misattributed => pb::QuoteVerdict::Misattributed,
        Verdict::Unattributed => pb::QuoteVerdict::Unattributed,
        Verdict::NotFound => pb::QuoteVerdict::NotFound,
    }
}
