//! What the model sees of places where content may begin and end, and of what lies
//! between them.

use super::super::feature::{Sink, step};
use super::super::paragraph::Paragraph;
use super::super::token::Kind;
use super::{Candidate, Scene, Span};

pub(super) fn none_features(scene: &Scene<'_>, features: &mut Vec<u32>) {
    let cue = scene.cue.place;
    let at = |offset: isize| scene.paragraph.at(cue as isize + offset);
    let mut sink = Sink::new(features, 2);
    let odds = ((scene.cue.odds + 4.0) * 2.0).clamp(0.0, 20.0) as u32;
    sink.one(0, 0);
    sink.one(1, odds);
    sink.one(2, at(0).word());
    sink.two(3, at(0).tag(), odds);
    sink.two(4, at(-1).tag(), at(0).tag());
    sink.two(5, at(0).tag(), at(1).tag());
    sink.two(6, at(0).group(), odds);
    sink.one(7, at(1).word());
    sink.one(8, at(-1).word());
    sink.two(9, at(0).word(), at(1).tag());
    sink.two(10, u32::from(scene.paragraph.quotation_at(cue).is_some()), odds);
    sink.three(11, at(-1).tag(), at(0).tag(), at(1).tag());
}

/// What a place is to the quotations: 1 opens, 2 inside, 3 just after, 0 none.
fn quoting(paragraph: &Paragraph, place: usize) -> u32 {
    match paragraph.quotation_at(place) {
        Some(it) if it.open == place => 1,
        Some(_) => 2,
        None => match place.checked_sub(1).and_then(|it| paragraph.quotation_at(it)) {
            Some(_) => 3,
            None => 0,
        },
    }
}

pub(super) fn after_start(scene: &Scene<'_>, place: usize, features: &mut Vec<u32>) {
    let (paragraph, cue) = (scene.paragraph, scene.cue.place);
    let at = |offset: isize| paragraph.at(place as isize + offset);
    let head = paragraph.at(cue as isize);
    let gap = place - cue - 1;
    let distance = step(gap);
    let quote = quoting(paragraph, place);
    let mut sink = Sink::new(features, 3);
    sink.two(0, distance, quote);
    sink.two(1, distance, head.word());
    sink.two(2, distance, head.tag());
    sink.two(3, at(0).word(), head.tag());
    sink.two(4, at(-1).word(), at(0).tag());
    sink.two(5, at(-1).tag(), at(0).tag());
    sink.two(6, at(0).word(), head.word());
    sink.three(7, at(0).tag(), at(1).tag(), head.tag());
    sink.three(8, at(-1).group(), at(0).group(), distance.min(3));
    let first = paragraph.at(cue as isize + 1);
    sink.three(9, first.tag(), distance, at(0).tag());
    sink.three(10, first.word(), distance, quote);
    let [commas, verbs, reports, _] = scene.counts.between((cue + 1, place));
    sink.three(11, commas.min(3) as u32, verbs.min(3) as u32, reports.min(2) as u32);
    sink.three(12, quote, head.tag(), u32::from(at(-1).kind == Kind::Comma));
    sink.three(13, at(-2).tag(), at(-1).tag(), at(0).tag());
    sink.three(14, paragraph.at(cue as isize - 1).tag(), distance, quote);
    sink.two(15, head.group() * 16 + distance, at(0).group());
}

pub(super) fn after_end(scene: &Scene<'_>, place: usize, limit: usize, features: &mut Vec<u32>) {
    let (paragraph, cue) = (scene.paragraph, scene.cue.place);
    let at = |offset: isize| paragraph.at(place as isize + offset);
    let head = paragraph.at(cue as isize);
    let left = step(limit - place);
    let quote = quoting(paragraph, place);
    let whole = u32::from(place + 1 >= limit);
    let mut sink = Sink::new(features, 4);
    sink.two(0, left, quote);
    sink.two(1, whole, head.word());
    sink.two(2, at(0).word(), head.tag());
    sink.two(3, at(0).word(), at(1).word());
    sink.two(4, at(0).tag(), at(1).tag());
    sink.three(5, at(0).tag(), at(1).tag(), at(2).tag());
    sink.two(6, at(-1).tag(), at(0).tag());
    sink.three(7, at(-1).group(), at(0).group(), at(1).group());
    sink.two(8, at(0).word(), at(1).group());
    sink.two(9, at(0).word(), head.word());
    let [commas, verbs, reports, marks] = scene.counts.between((place, limit));
    sink.three(10, at(0).word(), verbs.min(3) as u32, commas.min(2) as u32);
    sink.three(11, reports.min(2) as u32, verbs.min(2) as u32, whole);
    sink.three(12, quote, at(0).tag(), at(-2).tag());
    sink.two(13, at(-1).word(), at(0).tag());
    sink.three(14, marks.min(2) as u32, left, at(0).tag());
    sink.three(15, at(0).tag(), at(1).word(), at(2).tag());
    sink.two(16, at(1).word(), at(0).tag());
}

/// Features of a span as a whole; `room` tells content before from content after.
pub(super) fn pair_features(scene: &Scene<'_>, span: Span, room: u32, features: &mut Vec<u32>) {
    let (paragraph, (start, end)) = (scene.paragraph, span);
    let head = paragraph.at(scene.cue.place as isize);
    let (first, last, next) =
        (paragraph.at(start as isize), paragraph.at(end as isize - 1), paragraph.at(end as isize));
    let length = step(end - start);
    let opening = paragraph.quotation_at(start);
    let closing = paragraph.quotation_at(end - 1);
    // Whole quotation, several, opened, closed, cut.
    let shape = match (opening, closing) {
        (None, None) => 0,
        (Some(one), Some(other)) if one == other && one.open == start && one.end == end => 1,
        (Some(one), Some(other)) if one.open == start && other.end == end => 2,
        (None, Some(other)) if other.end == end => 3,
        (Some(one), None) if one.open == start => 4,
        _ => 5,
    };
    let [commas, verbs, reports, marks] = scene.counts.between(span);
    let mut sink = Sink::new(features, room);
    sink.two(0, length, head.tag());
    sink.two(1, length, head.word());
    sink.two(2, shape, head.word());
    sink.three(3, shape, first.tag(), next.tag());
    sink.three(4, length, verbs.min(3) as u32, first.tag());
    sink.three(5, reports.min(2) as u32, commas.min(3) as u32, length);
    sink.three(6, first.word(), next.word(), 0);
    sink.three(7, first.tag(), last.tag(), next.tag());
    sink.three(8, verbs.min(2) as u32, next.tag(), head.tag());
    sink.three(9, first.word(), verbs.min(2) as u32, next.tag());
    sink.three(10, shape, length, marks.min(2) as u32);
    sink.three(11, head.group(), verbs.min(2) as u32, next.group());
    sink.three(12, first.group(), last.group(), shape);
}

pub(super) fn before_end(scene: &Scene<'_>, place: usize, features: &mut Vec<u32>) {
    let (paragraph, cue) = (scene.paragraph, scene.cue.place);
    let at = |offset: isize| paragraph.at(place as isize + offset);
    let head = paragraph.at(cue as isize);
    let after = paragraph.at(cue as isize + 1);
    let gap = step(cue - place);
    let quote = quoting(paragraph, place);
    let mut sink = Sink::new(features, 7);
    sink.two(0, gap, quote);
    sink.two(1, gap, head.word());
    sink.three(2, at(0).tag(), at(1).tag(), gap);
    sink.three(3, at(0).word(), at(1).tag(), head.tag());
    sink.two(4, at(-1).tag(), at(0).tag());
    sink.three(5, head.tag(), after.tag(), gap);
    sink.three(6, at(0).tag(), paragraph.at(cue as isize - 1).tag(), after.tag());
    sink.three(7, quote, head.word(), gap.min(3));
    sink.two(8, head.word(), at(0).word());
    let [commas, verbs, reports, marks] = scene.counts.between((place, cue));
    sink.three(9, commas.min(3) as u32, verbs.min(3) as u32, reports.min(2) as u32);
    sink.three(10, at(0).group(), at(1).group(), head.group());
    sink.three(11, marks.min(2) as u32, at(0).tag(), gap);
    sink.three(12, head.word(), after.tag(), quote);
}

pub(super) fn before_start(scene: &Scene<'_>, place: usize, limit: usize, features: &mut Vec<u32>) {
    let paragraph = scene.paragraph;
    let at = |offset: isize| paragraph.at(place as isize + offset);
    let head = paragraph.at(scene.cue.place as isize);
    let lead = step(place - limit);
    let quote = quoting(paragraph, place);
    let mut sink = Sink::new(features, 8);
    sink.two(0, lead, quote);
    sink.two(1, at(-1).word(), at(0).tag());
    sink.two(2, at(-1).tag(), at(0).word());
    sink.three(3, at(-2).tag(), at(-1).tag(), at(0).tag());
    sink.three(4, at(-1).tag(), head.tag(), quote);
    let [commas, verbs, reports, _] = scene.counts.between((limit, place));
    sink.three(5, commas.min(3) as u32, verbs.min(2) as u32, reports.min(2) as u32);
    sink.three(6, at(-1).word(), verbs.min(2) as u32, lead);
    sink.two(7, head.word(), lead.min(2));
    sink.three(8, at(-1).group(), at(0).group(), head.group());
}

pub(super) fn joint_features(
    scene: &Scene<'_>,
    before: Span,
    after: Span,
    features: &mut Vec<u32>,
) {
    let (paragraph, cue) = (scene.paragraph, scene.cue.place);
    let head = paragraph.at(cue as isize);
    let sentence = paragraph.sentence_of(cue);
    let (first, second) = (quoting(paragraph, before.0), quoting(paragraph, after.0));
    let (closes, ends) = (quoting(paragraph, before.1), quoting(paragraph, after.1));
    let mut sink = Sink::new(features, 9);
    sink.one(0, 0);
    sink.three(1, first * 4 + second, closes * 4 + ends, 0);
    sink.two(2, head.word(), first * 4 + second);
    sink.three(3, step(cue - before.1), step(after.0 - cue), first * 4 + second);
    let whole = u32::from(before.0 == sentence.start) * 2 + u32::from(after.1 + 1 >= sentence.end);
    sink.three(4, whole, first * 4 + second, head.tag());
    sink.three(
        5,
        paragraph.at(before.1 as isize).tag(),
        paragraph.at(after.0 as isize - 1).tag(),
        paragraph.at(after.0 as isize).tag(),
    );
    sink.three(6, step(before.1 - before.0), step(after.1 - after.0), head.tag());
    sink.three(
        7,
        paragraph.at(cue as isize - 1).tag(),
        head.word(),
        paragraph.at(cue as isize + 1).tag(),
    );
}

pub(super) fn next_features(
    scene: &Scene<'_>,
    candidate: &Candidate,
    next: Span,
    features: &mut Vec<u32>,
) {
    let paragraph = scene.paragraph;
    let head = paragraph.at(scene.cue.place as isize);
    let sides = u32::from(candidate.before.is_some()) + u32::from(candidate.after.is_some()) * 2;
    let first = candidate.spans().next().unwrap_or_default();
    let quoted = quoting(paragraph, first.0);
    let mut sink = Sink::new(features, 10);
    sink.two(0, sides, quoted);
    sink.two(1, head.word(), sides);
    sink.two(2, step(next.1 - next.0), sides);
    sink.two(3, paragraph.at(next.0 as isize - 2).tag(), sides);
    sink.two(4, step(first.1 - first.0), quoted);
}
