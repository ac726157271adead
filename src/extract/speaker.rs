//! Who says it: the noun phrases around a reporting word, scored by a linear model
//! against each other and against there being none.

use super::content::{Counts, Span};
use super::cue::Cue;
use super::feature::{Sink, Weights, step};
use super::lexicon::Classes;
use super::paragraph::Paragraph;
use super::phrase::{self, Phrase};
use super::token::Kind;

/// Tokens to either side of a reporting word among which its speaker is looked for.
const BEFORE: usize = 60;
const AFTER: usize = 24;
/// At most so many phrases are looked at, the nearest ones.
const MOST: usize = 24;

/// The phrases that may be the speaker, with buffers to be used again.
#[derive(Debug, Default)]
pub(super) struct Speakers {
    /// The phrases; the first is none.
    pub(super) all: Vec<(Option<Phrase>, f32)>,
    phrases: Vec<Phrase>,
    features: Vec<u32>,
    ends: Vec<usize>,
}

impl Speakers {
    /// Finds and scores the phrases that may be the speaker of `content`.
    pub(super) fn find(
        &mut self,
        paragraph: &Paragraph,
        cues: &[Cue],
        counts: &Counts,
        cue: usize,
        content: &[Span],
        weights: &impl Weights,
    ) {
        let sentence = match paragraph.quotation_at(cue) {
            Some(_) => paragraph.sentence_of(cue),
            None => paragraph.outer_sentence(cue),
        };
        let range = sentence.start.max(cue.saturating_sub(BEFORE))..sentence.end.min(cue + AFTER);
        let mut phrases = std::mem::take(&mut self.phrases);
        phrase::find(paragraph, cues, range, &mut phrases);
        phrases.retain(|it| it.end <= cue || it.start > cue);
        phrases
            .retain(|it| !content.iter().any(|(start, end)| *start <= it.start && it.end <= *end));
        let before = phrases.partition_point(|it| it.end <= cue);
        let drop = before.saturating_sub(MOST);
        phrases.drain(..drop);
        let before = before - drop;
        phrases.truncate(before + MOST / 2);
        self.all.clear();
        self.features.clear();
        self.ends.clear();
        none_features(paragraph, cue, content, &phrases, &mut self.features);
        self.close(None, weights);
        for (number, phrase) in phrases.iter().enumerate() {
            let rank = if number < before { before - number } else { number - before + 1 };
            let scene = Scene { paragraph, counts, cue, content, rank };
            phrase_features(&scene, phrase, &mut self.features);
            self.close(Some(*phrase), weights);
        }
        self.phrases = phrases;
    }

    fn close(&mut self, phrase: Option<Phrase>, weights: &impl Weights) {
        let start = self.ends.last().copied().unwrap_or_default();
        let score = weights.sum(self.features.get(start..).unwrap_or_default());
        self.ends.push(self.features.len());
        self.all.push((phrase, score));
    }

    /// The features of a candidate.
    pub(super) fn features_of(&self, number: usize) -> &[u32] {
        let end = |at: usize| self.ends.get(at).copied().unwrap_or_default();
        let start = number.checked_sub(1).map_or(0, end);
        self.features.get(start..end(number)).unwrap_or_default()
    }
}

struct Scene<'a> {
    paragraph: &'a Paragraph,
    counts: &'a Counts,
    cue: usize,
    content: &'a [Span],
    rank: usize,
}

/// On which sides of the reporting word the content is.
fn sides(cue: usize, content: &[Span]) -> u32 {
    let before = content.iter().any(|(start, _)| *start < cue);
    let after = content.iter().any(|(start, _)| *start > cue);
    u32::from(before) + 2 * u32::from(after)
}

fn none_features(
    paragraph: &Paragraph,
    cue: usize,
    content: &[Span],
    phrases: &[Phrase],
    features: &mut Vec<u32>,
) {
    let at = |offset: isize| paragraph.at(cue as isize + offset);
    let mut sink = Sink::new(features, 11);
    let side = sides(cue, content);
    sink.one(0, side);
    sink.two(1, at(0).word(), side);
    sink.two(2, at(-1).tag(), at(0).tag());
    sink.two(3, at(0).tag(), at(1).tag());
    sink.one(4, step(phrases.len()));
    sink.three(5, at(-2).tag(), at(-1).tag(), at(0).tag());
}

fn phrase_features(scene: &Scene<'_>, phrase: &Phrase, features: &mut Vec<u32>) {
    let (paragraph, cue) = (scene.paragraph, scene.cue);
    let at = |place: usize, offset: isize| paragraph.at(place as isize + offset);
    let side = sides(cue, scene.content);
    let is_after = phrase.start > cue;
    let gap = if is_after { (cue + 1, phrase.start) } else { (phrase.end, cue) };
    let distance = step(gap.1.saturating_sub(gap.0));
    let where_to = side * 2 + u32::from(is_after);
    let nearest = scene.content.iter().map(|(start, end)| {
        if phrase.end <= *start { start - phrase.end } else { phrase.start.saturating_sub(*end) }
    });
    let to_content = step(nearest.min().unwrap_or(20));
    let head = at(cue, 0);
    let kind = kind_of(paragraph, phrase);
    let [commas, verbs, reports, marks] = scene.counts.between(gap);
    let (before, next) = (at(phrase.start, -1), at(phrase.end, 0));
    let rank = scene.rank.min(15) as u32;
    let mut sink = Sink::new(features, 12);
    sink.three(0, where_to, distance, kind);
    sink.three(1, where_to, rank, kind);
    sink.three(2, where_to, distance, head.tag());
    sink.three(3, where_to, before.tag(), next.tag());
    sink.three(4, where_to, distance, next.tag());
    sink.three(5, where_to, before.word(), kind);
    sink.three(6, where_to, commas.min(4) as u32 * 4 + verbs.min(3) as u32, reports.min(3) as u32);
    sink.two(7, where_to, head.word());
    sink.three(8, head.word(), rank.min(2), where_to);
    sink.three(9, where_to, rank, marks.min(2) as u32);
    sink.three(10, where_to, to_content, rank);
    sink.two(11, kind, head.word());
    sink.three(12, where_to, before.tag() * 64 + at(cue, -1).tag(), rank);
    sink.three(13, at(gap.0, 0).tag(), at(gap.0, 1).tag(), where_to * 16 + distance);
    sink.three(14, at(cue, -1).tag(), at(cue, 1).tag(), where_to * 16 + rank);
    sink.two(15, at(phrase.end, -1).word(), where_to);
    sink.two(16, at(phrase.start, 0).word(), where_to);
    sink.three(17, before.group(), where_to, rank);
    sink.three(18, next.word(), where_to, rank);
    sink.three(19, at(phrase.end, -1).group(), head.tag(), where_to);
    sink.three(20, reports.min(3) as u32, verbs.min(4) as u32, where_to * 16 + rank);
    let first = paragraph.outer_sentence(cue).start == phrase.start;
    sink.three(21, u32::from(first), where_to, rank);
    sink.three(22, u32::from(first), commas.min(4) as u32, where_to * 16 + verbs.min(4) as u32);
}

/// What a phrase is: a pronoun, a name, a role and so on.
fn kind_of(paragraph: &Paragraph, phrase: &Phrase) -> u32 {
    let tokens = || (phrase.start..phrase.end).map(|place| paragraph.at(place as isize));
    let first = paragraph.at(phrase.start as isize);
    let pronoun = phrase::is_pronoun(&first) && phrase.end == phrase.start + 1;
    let name = tokens().any(|token| token.is_name() && !token.is(Classes::MONTH));
    let role = tokens().any(|token| token.is(Classes::ROLE));
    let mark = tokens().any(|token| token.kind == Kind::Number);
    let object = first.is(Classes::OBJECT) && !first.is(Classes::SUBJECT);
    if pronoun {
        return 1 + u32::from(object);
    }
    3 + u32::from(name)
        + 2 * u32::from(role)
        + 4 * u32::from(mark)
        + 8 * u32::from(first.is(Classes::DETERMINER.or(Classes::POSSESSIVE)))
}
