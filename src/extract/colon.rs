//! Quotations after a colon that no reporting word stands before: Smith: "It rains."

use super::decode::Rule;
use super::lexicon::Classes;
use super::paragraph::Paragraph;
use super::phrase::{self, Phrase};
use super::quotes::Quotation;
use super::rules::{Match, Source};
use super::token::{Ending, Kind, Token};

/// Words of such a quotation at the least.
const FEWEST_WORDS: usize = 3;

/// Smith: "It rains." A name, and nothing more of its sentence before the colon. The
/// colon alone reports.
pub(super) fn after_name(paragraph: &Paragraph, quotation: Quotation) -> Option<Match> {
    const LONGEST: usize = 14;
    let at = |place: usize| paragraph.at(place as isize);
    let colon = quotation.open.checked_sub(1).filter(|place| at(*place).kind == Kind::Colon)?;
    let sentence = paragraph.outer_sentence(colon);
    let words = sentence.start..colon;
    let fits = !words.is_empty()
        && words.len() <= LONGEST
        && quotation.inside().len() >= FEWEST_WORDS
        && words.clone().all(|place| paragraph.quotation_at(place).is_none());
    if !fits {
        return None;
    }
    let name = Phrase { start: words.start, end: name_end(paragraph, words.clone())? };
    let described = (name.end..colon).all(|place| describes(&at(place)));
    let set_off = name.end == colon || matches!(at(name.end).kind, Kind::Comma | Kind::Open);
    (described && set_off).then_some(Match {
        rule: Rule::NameBeforeColon,
        start: quotation.open,
        cue: colon,
        cue_end: colon + 1,
        content: quotation.open,
        end: sentence_end(paragraph, quotation),
        source: Source::Known(name),
    })
}

/// Where the quotation ends, or its sentence where that goes on with words: a heading
/// such as Smith: "We will" build the bridge.
fn sentence_end(paragraph: &Paragraph, quotation: Quotation) -> usize {
    let at = |place: usize| paragraph.at(place as isize);
    if !at(quotation.end).is_word() {
        return quotation.end;
    }
    let end = paragraph.outer_sentence(quotation.open).end;
    if at(end - 1).kind == Kind::Stop { end - 1 } else { end }
}

/// Where the name ends that the words begin with.
fn name_end(paragraph: &Paragraph, words: std::ops::Range<usize>) -> Option<usize> {
    let at = |place: usize| paragraph.at(place as isize);
    let joins = Classes::PREPOSITION.or(Classes::DETERMINER).or(Classes::COORDINATOR);
    let part = |place: &usize| {
        let token = at(*place);
        named(&token) || phrase::is_genitive(&token) || token.is(joins) && token.small
    };
    let end = words.clone().take_while(part).last()? + 1;
    let names = (words.start..end).filter(|place| named(&at(*place)));
    let label = names.clone().all(|place| at(place).is(Classes::LABEL));
    (!label && named(&at(words.start)) && named(&at(end - 1))).then_some(end)
}

fn named(token: &Token) -> bool {
    token.is_name() && !token.is(Classes::WEEKDAY.or(Classes::MONTH).or(Classes::TIME))
}

/// Whether a token may be part of what is said of a name: ", the mayor of Erbil".
fn describes(token: &Token) -> bool {
    const VERBS: Classes = Classes::BE
        .or(Classes::HAVE)
        .or(Classes::DO)
        .or(Classes::MODAL)
        .or(Classes::REPORTING)
        .or(Classes::SUBJECT)
        .or(Classes::RELATIVE);
    let marks = matches!(token.kind, Kind::Comma | Kind::Open | Kind::Close);
    marks || phrase::is_genitive(token) || token.is_word() && !token.is(VERBS)
}

/// One topic raised at the meeting: the "rain". What is spoken of is listed after a
/// colon, and who speaks is not told.
pub(super) fn after_topic(paragraph: &Paragraph, quotation: Quotation) -> Option<Match> {
    const REACH: usize = 40;
    const FEWEST_WORDS: usize = 2;
    const MOST_BETWEEN: usize = 8;
    let at = |place: usize| paragraph.at(place as isize);
    let sentence = paragraph.outer_sentence(quotation.open);
    let first = sentence.start.max(quotation.open.saturating_sub(REACH));
    let plain = |place: &usize| paragraph.quotation_at(*place).is_none();
    let colon = (first..quotation.open)
        .rev()
        .take_while(plain)
        .find(|place| at(*place).kind == Kind::Colon)?;
    let cue = (sentence.start..colon)
        .rev()
        .take(MOST_BETWEEN)
        .take_while(|place| at(*place).is_word())
        .find(|place| is_participle(paragraph, *place))?;
    let fits = quotation.closed && quotation.inside().len() >= FEWEST_WORDS;
    fits.then_some(Match {
        rule: Rule::TopicBeforeColon,
        start: colon + 1,
        cue,
        cue_end: cue + 1,
        content: colon + 1,
        end: quotation.end,
        source: Source::Untold,
    })
}

/// Whether a word says what was done with the topic before it: "the topic raised in".
fn is_participle(paragraph: &Paragraph, cue: usize) -> bool {
    let at = |place: usize| paragraph.at(place as isize);
    let follows = at(cue + 1).is(Classes::PREPOSITION) || at(cue + 1).kind == Kind::Colon;
    let Some(noun) = cue.checked_sub(1).map(at) else { return false };
    follows && at(cue).ending == Ending::Ed && noun.is(Classes::TOPIC)
}
