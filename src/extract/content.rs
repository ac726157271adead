//! What is said: for each reporting word, the spans that may be its content, scored
//! by a linear model against each other and against there being none.

mod edges;
mod features;

use self::edges::{ends_after, ends_before, next_quotation, starts_after, starts_before};
use self::features::{
    after_end, after_start, before_end, before_start, joint_features, next_features, none_features,
    pair_features,
};
use super::cue::Cue;
use super::feature::Weights;
use super::lexicon::Classes;
use super::paragraph::Paragraph;
use super::token::Kind;

/// A span of tokens, the end exclusive.
pub(super) type Span = (usize, usize);

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
