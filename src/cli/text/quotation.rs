//! Quotations and verdicts written for reading.

use super::layout::{harmless, indented};
use super::{FAINT, NAME, STRONG, diff, dotted, styled, time, words};
use crate::rpc::pb;

/// A quotation in a list.
pub(in crate::cli) fn summary(quotation: &pb::Quotation) -> String {
    let mut out = styled(STRONG, &speaker(quotation.speaker.as_ref())) + "\n";
    out.push_str(&indented(&format!("“{}”", quotation.text), 2));
    out.push_str(&indented(&counts(quotation), 2));
    out.push_str(&format!("  {}\n", styled(NAME, &harmless(&quotation.name))));
    out
}

/// A quotation with its wordings and what tells each from the commonest.
pub(in crate::cli) fn full(quotation: &pb::Quotation) -> String {
    let mut out = summary(quotation);
    for wording in &quotation.wordings {
        out.push('\n');
        if wording.diff.is_empty() {
            out.push_str(&indented(&format!("“{}”", wording.text), 2));
        } else {
            out.push_str(&diff::changes(&wording.diff, 2));
        }
        for statement in &wording.statements {
            out.push_str(&format!("    {}\n", styled(FAINT, &harmless(statement))));
        }
        let told = i32::try_from(wording.statements.len()).unwrap_or(i32::MAX);
        let more = wording.statement_count.saturating_sub(told);
        if more > 0 {
            out.push_str(&format!("    and {more} more\n"));
        }
    }
    out
}

/// A verdict with its evidence.
pub(in crate::cli) fn verdict(answer: &pb::VerifyQuoteResponse) -> String {
    let said = match answer.verdict() {
        pb::QuoteVerdict::Exact => "said so, word for word",
        pb::QuoteVerdict::Near => "said so in other words, or reported so",
        pb::QuoteVerdict::Misattributed => "said by someone else",
        pb::QuoteVerdict::Unattributed => "written so, but nobody is known to have said it",
        pb::QuoteVerdict::NotFound => "nothing like it is known",
        pb::QuoteVerdict::Unspecified => "",
    };
    let name = answer.verdict().as_str_name();
    let name = name.strip_prefix("QUOTE_VERDICT_").unwrap_or(name).replace('_', " ");
    let mut out = format!("{}: {said}\n", styled(STRONG, &name));
    for found in &answer.matches {
        out.push('\n');
        out.push_str(&evidence(found));
    }
    if let Some(quotation) = &answer.quotation {
        out.push_str(&format!("\n{}", indented(&counts(quotation), 0)));
        out.push_str(&format!("{}\n", styled(NAME, &harmless(&quotation.name))));
    }
    out
}

fn evidence(found: &pb::QuoteMatch) -> String {
    let article = found.article.clone().unwrap_or_default();
    let (who, name) = match &found.statement {
        Some(statement) => (speaker(statement.speaker.as_ref()), statement.name.clone()),
        None => (harmless(&article.title), article.name.clone()),
    };
    let kind = match (found.quoted, &found.statement) {
        (true, _) => "quoted",
        (false, Some(_)) => "in the outlet's words",
        (false, None) => "in the text",
    };
    let similarity = match found.similarity {
        similarity if similarity < 1.0 => format!("{:.0}% alike", similarity * 100.0),
        _ => String::new(),
    };
    let differences: Vec<String> =
        found.differences().map(|it| words(it.as_str_name(), "QUOTE_DIFFERENCE_")).collect();
    let mut out = styled(STRONG, &who) + "\n";
    out.push_str(&diff::changes(&found.diff, 2));
    let publisher = article.publisher.map(|publisher| publisher.name).unwrap_or_default();
    let day = time::day(article.published_at.as_ref());
    let line = dotted([kind, &similarity, &differences.join(", "), &publisher, &day]);
    out.push_str(&indented(&line, 2));
    out.push_str(&format!("  {}\n", styled(NAME, &harmless(&name))));
    out
}

fn speaker(speaker: Option<&pb::Speaker>) -> String {
    let Some(speaker) = speaker else { return "The outlet".to_owned() };
    let mention = speaker.mention.as_ref().map_or("", |mention| mention.text.as_str());
    let named = match (mention, speaker.entity.as_str()) {
        ("", "") => "Somebody who is not named".to_owned(),
        (mention, "") => mention.to_owned(),
        ("", entity) => entity.to_owned(),
        (mention, entity) => format!("{mention} <{entity}>"),
    };
    harmless(&named)
}

fn counts(quotation: &pb::Quotation) -> String {
    let number = |count: i32, one: &str, many: &str| match count {
        0 => String::new(),
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    let origins = quotation.origins.unwrap_or_default();
    let origins = match (origins.min, origins.max) {
        (min, max) if min < max => format!("{min} to {max} independent origins"),
        (min, _) => number(min, "origin", "independent origins"),
    };
    let days = [quotation.first_seen.as_ref(), quotation.last_seen.as_ref()].map(time::day);
    let seen = match &days {
        [first, last] if first != last => format!("{first} to {last}"),
        [first, _] => first.clone(),
    };
    dotted([
        number(quotation.article_count, "article", "articles").as_str(),
        &number(quotation.outlet_count, "outlet", "outlets"),
        &origins,
        &number(quotation.wording_count, "wording", "wordings"),
        &number(quotation.drift, "word of drift", "words of drift"),
        &seen,
    ])
}
