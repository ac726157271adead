//! Where content may begin and end: at marks, clauses and quotations.

use super::super::lexicon::Classes;
use super::super::paragraph::Paragraph;
use super::super::token::Kind;
use super::{Scene, Span};

/// Tokens to either side of a reporting word among which content may begin.
const WINDOW: usize = 90;
const MOST_STARTS: usize = 16;
const MOST_ENDS: usize = 36;

/// Where content after the word may begin.
pub(super) fn starts_after(scene: &Scene<'_>, limit: usize) -> impl Iterator<Item = usize> {
    let (paragraph, cue) = (scene.paragraph, scene.cue.place);
    let opening = Classes::THAT.or(Classes::TO).or(Classes::QUESTION).or(Classes::SUBJECT);
    (cue + 1..limit.min(cue + WINDOW))
        .filter(move |place| {
            let (token, before) =
                (paragraph.at(*place as isize), paragraph.at(*place as isize - 1));
            if matches!(
                token.kind,
                Kind::Comma | Kind::Stop | Kind::Colon | Kind::Semicolon | Kind::Close
            ) {
                return false;
            }
            let opens = paragraph.quotation_at(*place).is_some_and(|it| it.open == *place);
            place - cue <= 6
                || opens
                || matches!(before.kind, Kind::Comma | Kind::Colon | Kind::Dash)
                || (token.is(opening) && place - cue < 30)
        })
        .take(MOST_STARTS)
}

/// Where content after the word may end.
pub(super) fn ends_after(scene: &Scene<'_>, limit: usize) -> impl Iterator<Item = usize> {
    let (paragraph, cue) = (scene.paragraph, scene.cue.place);
    let last = content_end(paragraph, limit);
    let inner = move |place: &usize| *place < last && may_end(paragraph, *place, cue);
    let window = cue + 2..last.min(cue + WINDOW);
    std::iter::once(last)
        .filter(move |last| *last > cue + 1)
        .chain(window.filter(inner).take(MOST_ENDS))
}

/// Whether content may end before the token at `place`.
fn may_end(paragraph: &Paragraph, place: usize, cue: usize) -> bool {
    let (token, before) = (paragraph.at(place as isize), paragraph.at(place as isize - 1));
    let closing = Classes::COORDINATOR
        .or(Classes::SUBORDINATOR)
        .or(Classes::RELATIVE)
        .or(Classes::PREPOSITION)
        .or(Classes::TO)
        .or(Classes::WEEKDAY)
        .or(Classes::ADVERB)
        .or(Classes::TIME)
        .or(Classes::QUESTION)
        .or(Classes::BE)
        .or(Classes::MODAL)
        .or(Classes::HAVE);
    let closed = paragraph.quotation_at(place - 1).is_some_and(|it| it.end == place);
    let marks = matches!(
        token.kind,
        Kind::Comma
            | Kind::Semicolon
            | Kind::Colon
            | Kind::Dash
            | Kind::Open
            | Kind::Close
            | Kind::Stop
    );
    let quoted = paragraph.quotation_at(place).is_some_and(|it| it.open < place)
        && paragraph.quotation_at(cue).is_none();
    if quoted && !closed {
        return false;
    }
    if matches!(before.kind, Kind::Comma | Kind::Semicolon | Kind::Colon) {
        return false;
    }
    closed || marks || token.is(closing) || token.tag() == 33 || token.tag() == 38
}

/// The end of a sentence without its last stop, unless a quotation ends there.
fn content_end(paragraph: &Paragraph, limit: usize) -> usize {
    let last = paragraph.at(limit as isize - 1);
    // A quotation that goes on in the next paragraph keeps its stop.
    let quoted = limit.checked_sub(1).and_then(|it| paragraph.quotation_at(it));
    if quoted.is_some_and(|it| !it.closed && it.end == limit) {
        return limit;
    }
    if last.kind == Kind::Stop && last.mark != '?' { limit - 1 } else { limit }
}

/// Where content before the word may end.
pub(super) fn ends_before(scene: &Scene<'_>, limit: usize) -> impl Iterator<Item = usize> {
    let (paragraph, cue) = (scene.paragraph, scene.cue.place);
    let first = limit.max(cue.saturating_sub(WINDOW / 2)) + 1;
    (first..=cue)
        .rev()
        .filter(move |place| {
            let (token, before) =
                (paragraph.at(*place as isize), paragraph.at(*place as isize - 1));
            let quoted = paragraph.quotation_at(*place).is_some_and(|it| it.open < *place)
                && paragraph.quotation_at(cue).is_none();
            if quoted || before.kind == Kind::Comma {
                return false;
            }
            let closed = paragraph.quotation_at(place - 1).is_some_and(|it| it.end == *place);
            let marks = matches!(token.kind, Kind::Comma | Kind::Dash | Kind::Open);
            let begins = Classes::SUBJECT
                .or(Classes::DETERMINER)
                .or(Classes::TITLE)
                .or(Classes::BE)
                .or(Classes::HAVE)
                .or(Classes::RELATIVE)
                .or(Classes::MODAL);
            closed
                || marks
                || cue - place <= 2
                || (cue - place < 8 && (token.is(begins) || token.is_name()))
        })
        .take(MOST_STARTS / 2 + 2)
}

/// Where content before the word may begin.
pub(super) fn starts_before(scene: &Scene<'_>, limit: usize) -> impl Iterator<Item = usize> {
    let (paragraph, cue) = (scene.paragraph, scene.cue.place);
    let first = limit.max(cue.saturating_sub(WINDOW));
    let opening = Classes::THAT
        .or(Classes::COORDINATOR)
        .or(Classes::RELATIVE)
        .or(Classes::SUBORDINATOR)
        .or(Classes::QUESTION);
    std::iter::once(limit).filter(move |limit| *limit < cue).chain(
        (first.max(limit + 1)..cue)
            .rev()
            .filter(move |place| {
                let (token, before) =
                    (paragraph.at(*place as isize), paragraph.at(*place as isize - 1));
                if !token.is_word() && token.kind != Kind::Quote {
                    return false;
                }
                let opens = paragraph.quotation_at(*place).is_some_and(|it| it.open == *place);
                let quoted = paragraph.quotation_at(*place).is_some_and(|it| it.open < *place)
                    && paragraph.quotation_at(cue).is_none();
                let near = cue - place < 10
                    && (token.is(Classes::SUBJECT.or(Classes::DETERMINER).or(Classes::POSSESSIVE))
                        || (token.is_name() && !before.is_name())
                        || before.is(Classes::PREPOSITION));
                opens
                    || (!quoted
                        && (matches!(
                            before.kind,
                            Kind::Comma | Kind::Dash | Kind::Colon | Kind::Semicolon
                        ) || token.is(opening)
                            || before.is(opening)
                            || near))
            })
            .take(MOST_STARTS),
    )
}

/// The quotation that the next sentence consists of.
pub(super) fn next_quotation(scene: &Scene<'_>) -> Option<Span> {
    let paragraph = scene.paragraph;
    if paragraph.quotation_at(scene.cue.place).is_some() {
        return None;
    }
    let mut end = paragraph.outer_sentence(scene.cue.place).end;
    let start = end;
    // A quotation of several sentences, or several quotations in a row.
    while let Some(quotation) = paragraph.quotation_at(end).filter(|it| it.open == end) {
        let sentence = paragraph.outer_sentence(quotation.end - 1);
        if sentence.end > quotation.end + 1 {
            break;
        }
        end = quotation.end;
    }
    (end > start).then_some((start, end))
}
