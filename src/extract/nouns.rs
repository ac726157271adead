//! Nouns of saying: the minister's remarks about "the talks", the claim that it
//! "rains". What is said stands after the noun; who says it, before or after "by".

use std::ops::Range;

use super::decode::Rule;
use super::lexicon::Classes;
use super::paragraph::Paragraph;
use super::phrase::{self, Phrase};
use super::quotes::Quotation;
use super::rules::{Match, Source};
use super::token::{Ending, Kind, Token, is_apostrophe};

/// How far before the quotation the noun is looked for.
const REACH: usize = 30;
/// How many words may stand between the noun and the one that it belongs to.
const MOST_MODIFIERS: usize = 4;
/// Words of what is said at the least; where nobody says it, all of them quoted.
const FEWEST_WORDS: usize = 4;

/// Finite verbs of the closed classes.
const FINITE: Classes = Classes::BE.or(Classes::HAVE).or(Classes::DO).or(Classes::MODAL);

/// Whose words the noun stands for.
enum Owner {
    /// Someone's, who is named before it: "the mayor's", "her".
    Someone(Phrase),
    /// Nobody's who is named before it.
    Nobody,
}

/// The quotation is part of what a noun of saying before it introduces.
pub(super) fn noun_of_saying(paragraph: &Paragraph, quotation: Quotation) -> Option<Match> {
    if !quotation.closed {
        return None;
    }
    let sentence = paragraph.outer_sentence(quotation.open);
    let first = sentence.start.max(quotation.open.saturating_sub(REACH));
    let nouns = (first..quotation.open).rev().take_while(|place| {
        paragraph.quotation_at(*place).is_none()
            && !matches!(paragraph.at(*place as isize).kind, Kind::Stop | Kind::Semicolon)
    });
    let mut nouns = nouns.filter(|place| {
        let token = paragraph.at(*place as isize);
        token.is(Classes::SAYING) && token.small
    });
    nouns.find_map(|noun| introduces(paragraph, quotation, &sentence, noun))
}

/// What the noun introduces, where that goes up to the quotation.
fn introduces(
    paragraph: &Paragraph,
    quotation: Quotation,
    sentence: &Range<usize>,
    noun: usize,
) -> Option<Match> {
    let owner = owner(paragraph, sentence, noun)?;
    let (by, after) = author(paragraph, noun + 1, quotation.open);
    let speaker = match owner {
        Owner::Someone(phrase) => Some(phrase),
        Owner::Nobody => by,
    };
    let content = content(paragraph, after, quotation.open, speaker.is_some())?;
    let end = content_end(paragraph, content, quotation);
    let counted = if speaker.is_some() { content..end } else { quotation.inside() };
    let words = counted.filter(|place| paragraph.at(*place as isize).is_word()).count();
    (words >= FEWEST_WORDS).then_some(Match {
        rule: Rule::NounOfSaying,
        start: content,
        cue: noun,
        cue_end: noun + 1,
        content,
        end,
        source: speaker.map_or(Source::Untold, Source::Known),
    })
}

/// Whose the noun is; none where it is no noun, but a verb.
fn owner(paragraph: &Paragraph, sentence: &Range<usize>, noun: usize) -> Option<Owner> {
    let at = |place: usize| paragraph.at(place as isize);
    let first = sentence.start.max(noun.saturating_sub(MOST_MODIFIERS + 1));
    let before = (first..noun).rev().find(|place| !modifies(&at(*place)))?;
    let token = at(before);
    if ends_genitive(&token) {
        let from = sentence.start.max(before.saturating_sub(REACH));
        let mut phrases = Vec::new();
        phrase::find(paragraph, &[], from..before, &mut phrases);
        let whose = phrases.last().filter(|it| it.end == before)?;
        let dated = at(before - 1).is(Classes::TIME.or(Classes::WEEKDAY).or(Classes::MONTH));
        return Some(if dated { Owner::Nobody } else { Owner::Someone(*whose) });
    }
    if token.is(Classes::POSSESSIVE) && !token.is(Classes::RELATIVE) {
        return Some(Owner::Someone(Phrase { start: before, end: before + 1 }));
    }
    // "A mention of" some words is not what was said.
    let definite = token.is(Classes::DETERMINER) && token.end - token.start >= 3;
    let names_clause = at(noun + 1).is(Classes::THAT.or(Classes::AUTHOR));
    let determined = token.is(Classes::DETERMINER.or(Classes::PREPOSITION));
    (definite || determined && names_clause).then_some(Owner::Nobody)
}

/// Who is named before a noun of saying as the one whose words it stands for.
pub(super) fn speaker(paragraph: &Paragraph, noun: usize) -> Option<Phrase> {
    let token = paragraph.at(noun as isize);
    if !token.is(Classes::SAYING) || !token.small {
        return None;
    }
    match owner(paragraph, &paragraph.sentence_of(noun), noun)? {
        Owner::Someone(phrase) => Some(phrase),
        Owner::Nobody => None,
    }
}

/// Whether a word may stand between a noun and its article.
fn modifies(token: &Token) -> bool {
    const CLOSED: Classes = FINITE
        .or(Classes::DETERMINER)
        .or(Classes::POSSESSIVE)
        .or(Classes::SUBJECT)
        .or(Classes::OBJECT)
        .or(Classes::PREPOSITION)
        .or(Classes::TO)
        .or(Classes::COORDINATOR)
        .or(Classes::RELATIVE)
        .or(Classes::THAT)
        .or(Classes::NEGATION);
    token.is_word() && !token.is(CLOSED)
}

fn ends_genitive(token: &Token) -> bool {
    phrase::is_genitive(token) || !token.spaced && is_apostrophe(token.mark)
}

/// Who is named with "by" or "from" after the noun, and where what is said may begin.
fn author(paragraph: &Paragraph, place: usize, limit: usize) -> (Option<Phrase>, usize) {
    let at = |place: usize| paragraph.at(place as isize);
    let by = at(place);
    if !by.is(Classes::AUTHOR) {
        return (None, place);
    }
    let mut phrases = Vec::new();
    phrase::find(paragraph, &[], place + 1..limit, &mut phrases);
    let first = phrases.first().filter(|it| it.start == place + 1);
    first.map_or((None, place), |it| (Some(*it), it.end))
}

/// Where what is said begins.
fn content(paragraph: &Paragraph, place: usize, open: usize, someones: bool) -> Option<usize> {
    let at = |place: usize| paragraph.at(place as isize);
    let clean = |from: usize| {
        (from..open).all(|it| {
            let token = at(it);
            let verbal = token.is(FINITE.or(Classes::SUBJECT).or(Classes::THAT));
            ends_genitive(&token) || token.is_word() && !verbal
        })
    };
    if place == open {
        return someones.then_some(open);
    }
    let link = at(place);
    if link.is(Classes::THAT) {
        return Some(place);
    }
    if matches!(link.kind, Kind::Colon | Kind::Comma) || link.is(Classes::BE) {
        let next = if at(place + 1).kind == Kind::Colon { place + 2 } else { place + 1 };
        return (someones && next == open || at(next).is(Classes::THAT)).then_some(next);
    }
    if !link.is(Classes::PREPOSITION.or(Classes::TO)) {
        return None;
    }
    // "The comments before a committee that …".
    let that = (place + 1..open).find(|it| at(*it).is(Classes::THAT));
    match that {
        Some(that) => clean_between(paragraph, place + 1..that).then_some(that),
        None => (link.is(Classes::ABOUT) && clean(place + 1)).then_some(place + 1),
    }
}

fn clean_between(paragraph: &Paragraph, range: Range<usize>) -> bool {
    range.len() <= 12
        && range.into_iter().all(|it| {
            let token = paragraph.at(it as isize);
            token.is_word() && !token.is(FINITE.or(Classes::SUBJECT))
        })
}

/// Where what is said ends that begins at `start` and has the quotation in it: with
/// the quotation, or with the words that go on with it.
pub(super) fn content_end(paragraph: &Paragraph, start: usize, quotation: Quotation) -> usize {
    let at = |place: usize| paragraph.at(place as isize);
    let clause = at(start).is(Classes::THAT);
    let next = at(quotation.end);
    let joins = clause && next.is_word() || next.is(Classes::PREPOSITION.or(Classes::TO));
    if !joins || !at(quotation.inside().end - 1).is_word() {
        return quotation.end;
    }
    let sentence = paragraph.outer_sentence(quotation.open);
    let has_verb = |mut range: Range<usize>| range.any(|it| is_verb(&at(it)));
    let is_object = has_verb(sentence.start..start);
    let needs_verb = clause && !has_verb(start..quotation.end);
    // Where the noun is the subject, the verb that follows is that of its sentence.
    if !is_object && !needs_verb {
        return quotation.end;
    }
    let mut verbs = if clause && is_object { REACH } else { usize::from(needs_verb) };
    let goes_on = |place: &usize| {
        let token = at(*place);
        let verb = is_verb(&token);
        let room = !verb || verbs > 0;
        verbs = verbs.saturating_sub(usize::from(verb));
        let joined = token.is_word() || token.kind == Kind::Other || is_apostrophe(token.mark);
        joined
            && room
            && !token.is(Classes::COORDINATOR)
            && paragraph.quotation_at(*place).is_none()
    };
    (quotation.end..sentence.end).take_while(goes_on).last().map_or(quotation.end, |it| it + 1)
}

fn is_verb(token: &Token) -> bool {
    token.small && (token.is(FINITE.or(Classes::REPORTING)) || token.ending == Ending::Ed)
}

/// Whether the word is no question, but what one is about: "the question of the debt".
pub(super) fn is_topic(paragraph: &Paragraph, place: usize) -> bool {
    let at = |offset: isize| paragraph.at(place as isize + offset);
    let of = at(1).is(Classes::PREPOSITION) && at(1).is(Classes::ABOUT);
    at(0).is(Classes::TOPIC) && of && !at(2).is(Classes::QUESTION.or(Classes::RELATIVE))
}
