//! Quotations that the models leave unclaimed, found by their shape.

use super::colon;
use super::decode::Rule;
use super::lexicon::Classes;
use super::nouns;
use super::paragraph::Paragraph;
use super::phrase::{self, Phrase};
use super::quotes::Quotation;
use super::token::{Ending, Kind, Token};

/// What a rule finds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    /// The rule.
    pub(super) rule: Rule,
    /// The first token that the rule lays claim to.
    pub(super) start: usize,
    /// The first of the reporting words.
    pub(super) cue: usize,
    /// The token after them.
    pub(super) cue_end: usize,
    /// Where the content begins.
    pub(super) content: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// Who says it, as far as the rule knows.
    pub(super) source: Source,
}

/// Who says something, as far as a rule knows.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    /// The phrase for the speaker.
    Known(Phrase),
    /// The text does not tell.
    Untold,
    /// The rule does not know: the model is asked.
    Open,
}

/// What the first of the rules finds that fits the quotation.
pub(super) fn find(paragraph: &Paragraph, quotation: Quotation) -> Option<Match> {
    const RULES: [fn(&Paragraph, Quotation) -> Option<Match>; 5] = [
        cue_in_quote,
        colon::after_name,
        colon::after_topic,
        nouns::noun_of_saying,
        quote_in_that_clause,
    ];
    RULES.iter().find_map(|rule| rule(paragraph, quotation))
}

/// She "said that it rains": the quotation begins with the reporting words, and the
/// speaker stands right before it.
fn cue_in_quote(paragraph: &Paragraph, quotation: Quotation) -> Option<Match> {
    const FEWEST_WORDS: usize = 4;
    let inside = quotation.inside();
    let at = |place: usize| paragraph.at(place as isize);
    let cue = inside.start;
    let reports = at(cue).is(Classes::REPORTING) && is_past(&at(cue)) && !at(cue).capital;
    if !reports || inside.len() < FEWEST_WORDS || !quotation.closed {
        return None;
    }
    let sentence = paragraph.outer_sentence(quotation.open);
    let before = (sentence.start..quotation.open)
        .rev()
        .find(|place| !at(*place).is(Classes::ADVERB) && at(*place).ending != Ending::Ly)?;
    let mut phrases = Vec::new();
    phrase::find(
        paragraph,
        &[],
        sentence.start.max(before.saturating_sub(20))..before + 1,
        &mut phrases,
    );
    let speaker = phrases.last().filter(|it| it.end == before + 1)?;
    let content = content_after(paragraph, cue, inside.end);
    Some(Match {
        rule: Rule::CueInQuote,
        start: quotation.open,
        cue,
        cue_end: content,
        content,
        end: quotation.end,
        source: Source::Known(*speaker),
    })
}

fn is_past(token: &Token) -> bool {
    // "Said", "told", "wrote": short ones, and none is a noun.
    token.ending == Ending::Ed
        || (token.ending == Ending::Plain
            && token.end - token.start <= 5
            && token.is(Classes::IRREGULAR))
}

/// The token after the reporting words: after "that", or after "and praised him for".
fn content_after(paragraph: &Paragraph, cue: usize, end: usize) -> usize {
    let at = |place: usize| paragraph.at(place as isize);
    let mut place = cue + 1;
    if at(place).is(Classes::COORDINATOR) && is_past(&at(place + 1)) {
        let joined = (place + 2..end.min(place + 6))
            .find(|it| at(*it).is(Classes::PREPOSITION.or(Classes::THAT)));
        place = joined.map_or(place + 2, |it| it + 1);
    }
    if at(place).is(Classes::THAT) {
        place += 1;
    }
    if place < end { place } else { cue + 1 }
}

/// There was agreement that it "rains": a clause with "that" ends in the quotation.
fn quote_in_that_clause(paragraph: &Paragraph, quotation: Quotation) -> Option<Match> {
    const FEWEST_WORDS: usize = 5;
    const LONGEST: usize = 40;
    if quotation.inside().len() < FEWEST_WORDS || !quotation.closed {
        return None;
    }
    let at = |place: usize| paragraph.at(place as isize);
    let sentence = paragraph.outer_sentence(quotation.open);
    let first = sentence.start.max(quotation.open.saturating_sub(LONGEST));
    let that = (first..quotation.open).rev().find(|place| at(*place).is(Classes::THAT))?;
    let cue = that.checked_sub(1).filter(|cue| *cue >= sentence.start)?;
    let reports =
        at(cue).is(Classes::REPORTING) || matches!(at(cue).ending, Ending::Noun | Ending::Ed);
    let open = (that..quotation.open)
        .all(|place| paragraph.quotation_at(place).is_none() && at(place).kind != Kind::Stop);
    (reports && open).then_some(Match {
        rule: Rule::QuoteInThatClause,
        start: that,
        cue,
        cue_end: cue + 1,
        content: that,
        end: nouns::content_end(paragraph, that, quotation),
        source: Source::Open,
    })
}
