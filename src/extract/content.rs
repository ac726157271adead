//! What is said: for each reporting word, the spans that may be its content, scored
//! by a linear model against each other and against there being none.

use super::cue::Cue;
use super::feature::{Sink, Weights, step};
use super::lexicon::Classes;
use super::paragraph::Paragraph;
use super::token::Kind;

/// A span of tokens, the end exclusive.
pub(super) type Span = (usize, usize);

/// Tokens to either side of a reporting word among which content may begin.
const WINDOW: usize = 90;
const MOST_STARTS: usize = 16;
const MOST_ENDS: usize = 36;
/// How many pairs of a start and an end are looked at as pairs.
const PAIRS_AFTER: usize = 56;
const PAIRS_BEFORE: usize = 28;
/// How many of the best spans before and after are tried together.
const BEST_BEFORE: usize = 6;
const BEST_AFTER: usize = 8;
const MOST_PARTS: usize = 8;

/// A place where content may begin or end, and the part that scores it.
type Edge = (usize, usize);

/// What may be said with one reporting word.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Candidate {
    /// The content before the word.
    pub(super) before: Option<Span>,
    /// The content after it.
    pub(super) after: Option<Span>,
    /// The quotation in the next sentences that goes on with it.
    pub(super) next: Option<Span>,
    /// The score.
    pub(super) score: f32,
    parts: [u32; MOST_PARTS],
    part_count: usize,
}

impl Candidate {
    /// The spans, in order.
    pub(super) fn spans(&self) -> impl Iterator<Item = Span> {
        [self.before, self.after, self.next].into_iter().flatten()
    }

    /// Whether it says that there is no content.
    pub(super) fn is_none(&self) -> bool {
        self.before.is_none() && self.after.is_none()
    }

    /// The numbers of the parts whose scores make up its own.
    pub(super) fn parts(&self) -> impl Iterator<Item = usize> {
        self.parts.into_iter().take(self.part_count).map(|part| part as usize)
    }

    fn add(&mut self, part: usize, score: f32) {
        if let Some(slot) = self.parts.get_mut(self.part_count) {
            *slot = part as u32;
            self.part_count += 1;
        }
        self.score += score;
    }

    fn join(&mut self, other: &Self) {
        for part in other.parts() {
            self.add(part, 0.0);
        }
        self.score += other.score;
    }
}

/// The candidates of one reporting word, with buffers to be used again.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    /// The candidates; the first one is that there is no content.
    pub(super) all: Vec<Candidate>,
    features: Vec<u32>,
    /// For each part, the end of its features and its score.
    parts: Vec<(usize, f32)>,
    starts: Vec<Edge>,
    ends: Vec<Edge>,
}

/// What of a paragraph is counted up to each token.
#[derive(Debug, Default)]
pub(super) struct Counts(Vec<[u16; 4]>);

impl Counts {
    /// Counts commas, words that may be finite verbs, reporting words and brackets.
    pub(super) fn of(&mut self, paragraph: &Paragraph, cues: &[Cue]) {
        self.0.clear();
        let mut so_far = [0u16; 4];
        self.0.push(so_far);
        let mut cues = cues.iter().filter(|cue| cue.odds > 0.0).peekable();
        let finite = Classes::BE.or(Classes::HAVE).or(Classes::MODAL).or(Classes::DO);
        for (place, token) in paragraph.tokens().iter().enumerate() {
            let reports = cues.next_if(|cue| cue.place == place).is_some();
            let counted = [
                token.kind == Kind::Comma,
                token.is(finite) || token.tag() == 33 || token.tag() == 37,
                reports,
                matches!(token.kind, Kind::Semicolon | Kind::Dash | Kind::Colon),
            ];
            for (count, is) in so_far.iter_mut().zip(counted) {
                *count = count.wrapping_add(u16::from(is));
            }
            self.0.push(so_far);
        }
    }

    pub(super) fn between(&self, span: Span) -> [usize; 4] {
        let at = |place: usize| self.0.get(place).copied().unwrap_or_default();
        let (start, end) = (at(span.0), at(span.1));
        let mut counts = [0; 4];
        for (count, (start, end)) in counts.iter_mut().zip(start.into_iter().zip(end)) {
            *count = usize::from(end.wrapping_sub(start));
        }
        counts
    }
}

/// All that the features of one reporting word are made from.
pub(super) struct Scene<'a> {
    /// The paragraph.
    pub(super) paragraph: &'a Paragraph,
    /// What is counted in it.
    pub(super) counts: &'a Counts,
    /// The reporting word.
    pub(super) cue: Cue,
}

impl Candidates {
    /// Finds and scores the candidates of a reporting word. `also` are spans before
    /// and after that are to be tried together whatever their scores.
    pub(super) fn find(
        &mut self,
        scene: &Scene<'_>,
        weights: &impl Weights,
        also: &dyn Fn(Span) -> bool,
    ) {
        self.all.clear();
        self.features.clear();
        self.parts.clear();
        self.add_none(scene, weights);
        let sentence = scene.paragraph.sentence_of(scene.cue.place);
        self.add_after(scene, weights, sentence.end, also);
        let first_before = self.all.len();
        self.add_before(scene, weights, sentence.start, also);
        self.join_sides(scene, weights, first_before, also);
        self.add_next(scene, weights);
    }

    /// The features of a part.
    pub(super) fn features_of(&self, part: usize) -> &[u32] {
        let end = |part: usize| self.parts.get(part).map_or(0, |it| it.0);
        let start = part.checked_sub(1).map_or(0, end);
        self.features.get(start..end(part)).unwrap_or_default()
    }

    /// How many parts there are.
    pub(super) fn part_count(&self) -> usize {
        self.parts.len()
    }

    fn part(&mut self, weights: &impl Weights, gather: impl FnOnce(&mut Vec<u32>)) -> usize {
        let start = self.features.len();
        gather(&mut self.features);
        let score = weights.sum(self.features.get(start..).unwrap_or_default());
        self.parts.push((self.features.len(), score));
        self.parts.len() - 1
    }

    fn candidate(&self, parts: [usize; 3]) -> Candidate {
        let mut candidate = Candidate::default();
        for part in parts {
            candidate.add(part, self.parts.get(part).map_or(0.0, |it| it.1));
        }
        candidate
    }

    fn add_none(&mut self, scene: &Scene<'_>, weights: &impl Weights) {
        let part = self.part(weights, |features| none_features(scene, features));
        let mut candidate = Candidate::default();
        candidate.add(part, self.parts.get(part).map_or(0.0, |it| it.1));
        self.all.push(candidate);
    }

    fn add_after(
        &mut self,
        scene: &Scene<'_>,
        weights: &impl Weights,
        limit: usize,
        also: &dyn Fn(Span) -> bool,
    ) {
        let (mut starts, mut ends) = self.edges();
        for place in starts_after(scene, limit) {
            starts.push((place, self.part(weights, |it| after_start(scene, place, it))));
        }
        for place in ends_after(scene, limit) {
            ends.push((place, self.part(weights, |it| after_end(scene, place, limit, it))));
        }
        for (span, parts) in self.promising(&starts, &ends, PAIRS_AFTER, also) {
            let pair = self.part(weights, |features| pair_features(scene, span, 5, features));
            let candidate = self.candidate([parts.0, parts.1, pair]);
            self.all.push(Candidate { after: Some(span), ..candidate });
        }
        (self.starts, self.ends) = (starts, ends);
    }

    fn add_before(
        &mut self,
        scene: &Scene<'_>,
        weights: &impl Weights,
        limit: usize,
        also: &dyn Fn(Span) -> bool,
    ) {
        let (mut starts, mut ends) = self.edges();
        for place in ends_before(scene, limit) {
            ends.push((place, self.part(weights, |it| before_end(scene, place, it))));
        }
        for place in starts_before(scene, limit) {
            starts.push((place, self.part(weights, |it| before_start(scene, place, limit, it))));
        }
        for (span, parts) in self.promising(&starts, &ends, PAIRS_BEFORE, also) {
            let pair = self.part(weights, |features| pair_features(scene, span, 6, features));
            let candidate = self.candidate([parts.0, parts.1, pair]);
            self.all.push(Candidate { before: Some(span), ..candidate });
        }
        (self.starts, self.ends) = (starts, ends);
    }

    /// The buffers for the places where content may begin and end, empty.
    fn edges(&mut self) -> (Vec<Edge>, Vec<Edge>) {
        let (mut starts, mut ends) =
            (std::mem::take(&mut self.starts), std::mem::take(&mut self.ends));
        starts.clear();
        ends.clear();
        (starts, ends)
    }

    /// The pairs of a start and an end that are best before they are looked at as a
    /// pair, and those wanted in any case, each with the parts of both.
    fn promising(
        &self,
        starts: &[Edge],
        ends: &[Edge],
        count: usize,
        also: &dyn Fn(Span) -> bool,
    ) -> Vec<(Span, (usize, usize))> {
        let score = |part: usize| self.parts.get(part).map_or(0.0, |it| it.1);
        let pairs = starts.iter().flat_map(|(start, first)| {
            ends.iter().filter(move |(end, _)| end > start).map(move |(end, second)| {
                (score(*first) + score(*second), (*start, *end), (*first, *second))
            })
        });
        let mut pairs: Vec<(f32, Span, (usize, usize))> = pairs.collect();
        let better = |one: &(f32, Span, (usize, usize)), other: &(f32, Span, (usize, usize))| {
            other.0.total_cmp(&one.0).then(one.1.cmp(&other.1))
        };
        if pairs.len() > count {
            pairs.select_nth_unstable_by(count, better);
        }
        let (best, rest) = pairs.split_at(count.min(pairs.len()));
        let wanted = rest.iter().filter(|(_, span, _)| also(*span)).take(2);
        best.iter().chain(wanted).map(|(_, span, parts)| (*span, *parts)).collect()
    }

    fn join_sides(
        &mut self,
        scene: &Scene<'_>,
        weights: &impl Weights,
        first_before: usize,
        also: &dyn Fn(Span) -> bool,
    ) {
        let after = self.best(1..first_before, BEST_AFTER, also);
        let before = self.best(first_before..self.all.len(), BEST_BEFORE, also);
        for before in &before {
            for after in &after {
                let (Some(first), Some(second)) = (before.before, after.after) else { continue };
                let joint = self.part(weights, |it| joint_features(scene, first, second, it));
                let mut candidate = *before;
                candidate.after = after.after;
                candidate.join(after);
                candidate.add(joint, self.parts.get(joint).map_or(0.0, |it| it.1));
                self.all.push(candidate);
            }
        }
    }

    /// The best of some candidates, and those that are wanted in any case.
    fn best(
        &self,
        range: std::ops::Range<usize>,
        count: usize,
        also: &dyn Fn(Span) -> bool,
    ) -> Vec<Candidate> {
        let all = self.all.get(range).unwrap_or_default();
        let mut best: Vec<Candidate> = Vec::with_capacity(count + 1);
        for candidate in all {
            let at = best.partition_point(|other| other.score >= candidate.score);
            if at < count {
                best.truncate(count - 1);
                best.insert(at, *candidate);
            }
        }
        let wanted = |candidate: &&Candidate| candidate.spans().any(also);
        best.extend(all.iter().filter(wanted).take(2));
        best
    }

    /// Adds, for the best candidates that end with a quotation, the quotation that
    /// follows as a sentence of its own.
    fn add_next(&mut self, scene: &Scene<'_>, weights: &impl Weights) {
        let Some(next) = next_quotation(scene) else { return };
        let quoted = |span: Option<Span>| {
            span.is_some_and(|(_, end)| end > 0 && scene.paragraph.quotation_at(end - 1).is_some())
        };
        let mut extended = Vec::new();
        for candidate in &self.all {
            if quoted(candidate.after) || (candidate.after.is_none() && quoted(candidate.before)) {
                extended.push(*candidate);
            }
        }
        extended.sort_by(|one, other| other.score.total_cmp(&one.score));
        extended.truncate(8);
        for mut candidate in extended {
            let part = self.part(weights, |it| next_features(scene, &candidate, next, it));
            candidate.add(part, self.parts.get(part).map_or(0.0, |it| it.1));
            candidate.next = Some(next);
            self.all.push(candidate);
        }
    }
}

/// Where content after the word may begin.
fn starts_after(scene: &Scene<'_>, limit: usize) -> impl Iterator<Item = usize> {
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
fn ends_after(scene: &Scene<'_>, limit: usize) -> impl Iterator<Item = usize> {
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
fn ends_before(scene: &Scene<'_>, limit: usize) -> impl Iterator<Item = usize> {
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
fn starts_before(scene: &Scene<'_>, limit: usize) -> impl Iterator<Item = usize> {
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
fn next_quotation(scene: &Scene<'_>) -> Option<Span> {
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

fn none_features(scene: &Scene<'_>, features: &mut Vec<u32>) {
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

fn after_start(scene: &Scene<'_>, place: usize, features: &mut Vec<u32>) {
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

fn after_end(scene: &Scene<'_>, place: usize, limit: usize, features: &mut Vec<u32>) {
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
    sink.three(15, at(0).tag(), at(1).word(), u32::from(at(2).tag()));
    sink.two(16, at(1).word(), at(0).tag());
}

/// Features of a span as a whole; `room` tells content before from content after.
fn pair_features(scene: &Scene<'_>, span: Span, room: u32, features: &mut Vec<u32>) {
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

fn before_end(scene: &Scene<'_>, place: usize, features: &mut Vec<u32>) {
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

fn before_start(scene: &Scene<'_>, place: usize, limit: usize, features: &mut Vec<u32>) {
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

fn joint_features(scene: &Scene<'_>, before: Span, after: Span, features: &mut Vec<u32>) {
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

fn next_features(scene: &Scene<'_>, candidate: &Candidate, next: Span, features: &mut Vec<u32>) {
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
