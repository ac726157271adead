//! Noun phrases: who or what may have said something.

use super::cue::Cue;
use super::lexicon::Classes;
use super::paragraph::Paragraph;
use super::token::{Kind, Token};

/// A noun phrase: its tokens, the end exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Phrase {
    /// The first token.
    pub(super) start: usize,
    /// The token after the last.
    pub(super) end: usize,
}

/// Finds the noun phrases among the tokens of `range`. Reporting words are none.
pub(super) fn find(
    paragraph: &Paragraph,
    cues: &[Cue],
    range: std::ops::Range<usize>,
    found: &mut Vec<Phrase>,
) {
    found.clear();
    let mut place = range.start;
    while place < range.end {
        let mut end = place;
        while end < range.end && goes_on(paragraph, cues, place, end) {
            end += 1;
        }
        // A phrase does not end with what only joins.
        while end > place && !may_end(&paragraph.at(end as isize - 1)) {
            end -= 1;
        }
        if end > place {
            found.push(Phrase { start: place, end });
            place = end;
        } else {
            place += 1;
        }
    }
}

fn is_cue(cues: &[Cue], place: usize) -> bool {
    cues.binary_search_by_key(&place, |cue| cue.place)
        .ok()
        .and_then(|at| cues.get(at))
        .is_some_and(|cue| cue.odds > -0.5)
}

/// Whether the token at `end` belongs to the phrase that begins at `start`.
fn goes_on(paragraph: &Paragraph, cues: &[Cue], start: usize, end: usize) -> bool {
    const OUTSIDE: Classes = Classes::BE
        .or(Classes::HAVE)
        .or(Classes::DO)
        .or(Classes::MODAL)
        .or(Classes::NEGATION)
        .or(Classes::SUBORDINATOR)
        .or(Classes::QUESTION)
        .or(Classes::THAT)
        .or(Classes::TO)
        .or(Classes::WEEKDAY)
        .or(Classes::ADVERB);
    let (token, before) = (paragraph.at(end as isize), paragraph.at(end as isize - 1));
    let next = paragraph.at(end as isize + 1);
    let first = start == end;
    if token.kind == Kind::Other {
        return matches!(token.mark, '$' | '#' | '@' | '%');
    }
    if !token.is_word() || is_cue(cues, end) {
        return false;
    }
    if is_pronoun(&token) {
        return first;
    }
    if !first
        && paragraph.at(start as isize).is(Classes::SUBJECT)
        && is_pronoun(&paragraph.at(start as isize))
    {
        return false;
    }
    if token.entry.classes == Classes::default() || is_genitive(&token) {
        return true;
    }
    if token.is(Classes::DETERMINER) {
        return first || joins(paragraph, start, &before);
    }
    if token.is(Classes::RELATIVE) || (token.is(OUTSIDE) && !token.is(Classes::MONTH)) {
        return false;
    }
    if token.is(Classes::POSSESSIVE) {
        return first || joins(paragraph, start, &before);
    }
    if token.is(Classes::COORDINATOR) {
        return !first && before.is_name() && next.is_name();
    }
    if token.is(Classes::PREPOSITION) {
        return !first && !joins(paragraph, start, &before) && joining(paragraph, start, &token);
    }
    true
}

/// The mark of the genitive, or a verb that looks the same: 's.
pub(super) fn is_genitive(token: &Token) -> bool {
    token.kind == Kind::Word
        && token.is(Classes::BE)
        && !token.spaced
        && token.end - token.start <= 4
}

/// A pronoun that stands alone.
pub(super) fn is_pronoun(token: &Token) -> bool {
    token.is(Classes::SUBJECT.or(Classes::OBJECT))
        && !token.is(Classes::POSSESSIVE.or(Classes::DETERMINER))
        || token.is(Classes::OBJECT.or(Classes::SUBJECT)) && !token.is(Classes::POSSESSIVE)
}

/// Whether the word before goes on to another noun phrase within this one.
fn joins(paragraph: &Paragraph, start: usize, before: &Token) -> bool {
    before.is(Classes::PREPOSITION) && joining(paragraph, start, before)
}

/// Whether a preposition may stand within the phrase: "of", and others after roles.
fn joining(paragraph: &Paragraph, start: usize, preposition: &Token) -> bool {
    if preposition.end - preposition.start == 2
        && preposition.entry.number != 0
        && preposition.tag() == 27
    {
        let head = paragraph.at(start as isize);
        if !head.is(Classes::SUBJECT) {
            return true;
        }
    }
    (start..start + 6).any(|place| paragraph.at(place as isize).is(Classes::ROLE))
}

fn may_end(token: &Token) -> bool {
    const JOINERS: Classes = Classes::DETERMINER
        .or(Classes::POSSESSIVE)
        .or(Classes::COORDINATOR)
        .or(Classes::PREPOSITION);
    token.is_word() && (!token.is(JOINERS) || is_pronoun(token) || token.is(Classes::DETERMINER))
}
