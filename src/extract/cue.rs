//! Which words report that something is said: a linear model of each word and its
//! neighbours.

use super::feature::{Sink, Weights, step};
use super::lexicon::Classes;
use super::paragraph::Paragraph;
use super::token::{Kind, Token};

/// A word that may report something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cue {
    /// The token.
    pub(super) place: usize,
    /// The log-odds that it does.
    pub(super) odds: f32,
}

/// Log-odds below which a word is not looked at further.
pub(super) const FLOOR: f32 = -2.6;

/// Finds the words of a paragraph that may report something.
pub(super) fn find(
    paragraph: &Paragraph,
    weights: &impl Weights,
    features: &mut Vec<u32>,
    found: &mut Vec<Cue>,
) {
    found.clear();
    for (place, token) in paragraph.tokens().iter().enumerate() {
        if !may_report(token) {
            continue;
        }
        features.clear();
        gather(paragraph, place, features);
        let odds = weights.sum(features);
        if odds > FLOOR {
            found.push(Cue { place, odds });
        }
    }
}

/// Whether the word is of a class that may report at all.
pub(super) fn may_report(token: &Token) -> bool {
    const CLOSED: Classes = Classes::DETERMINER
        .or(Classes::SUBJECT)
        .or(Classes::OBJECT)
        .or(Classes::POSSESSIVE)
        .or(Classes::COORDINATOR)
        .or(Classes::SUBORDINATOR)
        .or(Classes::RELATIVE)
        .or(Classes::PREPOSITION)
        .or(Classes::TO)
        .or(Classes::BE)
        .or(Classes::HAVE)
        .or(Classes::DO)
        .or(Classes::MODAL)
        .or(Classes::NEGATION)
        .or(Classes::ADVERB)
        .or(Classes::WEEKDAY)
        .or(Classes::MONTH);
    if token.kind != Kind::Word || token.end - token.start < 3 {
        return false;
    }
    if token.is(Classes::REPORTING) {
        return true;
    }
    // "So-called" holds words up, and reports nobody's.
    !token.is(Classes::RESERVE) && !token.is(CLOSED) && (!token.capital || token.entry.number != 0)
}

/// The features of one word.
pub(super) fn gather(paragraph: &Paragraph, place: usize, features: &mut Vec<u32>) {
    let mut sink = Sink::new(features, 1);
    let at = |offset: isize| paragraph.at(place as isize + offset);
    let (word, tag, group) = (at(0).word(), at(0).tag(), at(0).group());
    let form = at(0).ending as u32 * 4
        + u32::from(at(0).capital) * 2
        + u32::from(at(0).is(Classes::REPORTING));
    sink.one(0, 0);
    sink.one(1, word);
    sink.two(2, tag, form);
    sink.one(3, group);
    for (template, offset) in (4..).zip([-3isize, -2, -1, 1, 2, 3]) {
        let other = at(offset);
        sink.one(template, other.word());
        sink.two(template + 6, other.tag(), form);
        sink.two(template + 12, word, other.tag());
        sink.two(template + 18, group, other.group());
    }
    sink.three(28, at(-1).tag(), tag, at(1).tag());
    sink.three(29, at(-2).tag(), at(-1).tag(), form);
    sink.three(30, at(1).tag(), at(2).tag(), form);
    sink.three(31, at(-1).group(), group, at(1).group());
    sink.two(32, at(-1).word(), word);
    sink.two(33, word, at(1).word());
    sink.three(34, at(1).group(), at(2).group(), form);
    sink.three(35, at(-2).group(), at(-1).group(), form);
    let quotes = quotes_around(paragraph, place);
    sink.one(36, quotes);
    sink.two(37, quotes, word);
    sink.two(38, quotes, form);
    let subject = subject_before(paragraph, place);
    sink.two(39, subject, form);
    sink.two(40, subject, word);
    sink.two(41, subject, group);
    let sentence = paragraph.sentence_of(place);
    sink.two(42, step(place - sentence.start.min(place)), form);
    sink.two(43, step(sentence.end.saturating_sub(place)), form);
}

/// Where the nearest quotation is: how far before, how far after, or around.
fn quotes_around(paragraph: &Paragraph, place: usize) -> u32 {
    if paragraph.quotation_at(place).is_some() {
        return 1;
    }
    let sentence = paragraph.outer_sentence(place);
    let near = |offset: usize, forward: bool| {
        let other = if forward { place + offset } else { place.wrapping_sub(offset) };
        sentence.contains(&other) && paragraph.quotation_at(other).is_some()
    };
    let before = (1..10).find(|offset| near(*offset, false)).unwrap_or(0) as u32;
    let after = (1..10).find(|offset| near(*offset, true)).unwrap_or(0) as u32;
    2 + before * 16 + after
}

/// What may be the subject: the nearest word before, auxiliaries and adverbs left out.
fn subject_before(paragraph: &Paragraph, place: usize) -> u32 {
    let skipped = Classes::HAVE
        .or(Classes::BE)
        .or(Classes::MODAL)
        .or(Classes::ADVERB)
        .or(Classes::NEGATION)
        .or(Classes::DO);
    let mut helpers = 0;
    for offset in 1..6 {
        let token = paragraph.at(place as isize - offset);
        if !token.is(skipped) {
            return token.tag() * 8 + helpers;
        }
        helpers |= u32::from(token.is(Classes::BE))
            | u32::from(token.is(Classes::HAVE)) << 1
            | u32::from(token.is(Classes::MODAL.or(Classes::NEGATION))) << 2;
    }
    helpers
}
