//! From scored candidates to statements that do not contradict each other.

use super::content::{Candidate, Candidates, Counts, Scene, Span};
use super::cue::{self, Cue};
use super::feature::Weights;
use super::floating;
use super::lexicon::Classes;
use super::model::Models;
use super::nouns;
use super::paragraph::Paragraph;
use super::phrase::Phrase;
use super::quotes::Quotation;
use super::rules::{self, Source};
use super::speaker::Speakers;

/// A statement as tokens of its paragraph.
#[derive(Clone, Debug)]
pub(super) struct Decoded {
    /// The reporting word.
    pub(super) cue: usize,
    /// The token after the reporting words.
    pub(super) cue_end: usize,
    /// What is said, in order.
    pub(super) content: Vec<Span>,
    /// Who says it.
    pub(super) speaker: Option<Phrase>,
    /// Its probability.
    pub(super) probability: f32,
    /// The rule that found it.
    pub(super) rule: Rule,
    /// The one that it is part of, among those decoded.
    pub(super) parent: Option<usize>,
}

/// The shape of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rule {
    /// "…," she said.
    QuoteBefore,
    /// She said, "…"
    QuoteAfter,
    /// "…," she said. "…"
    QuoteAround,
    /// It rains, she said.
    ClauseBefore,
    /// She said it rains.
    ClauseAfter,
    /// It, she said, rains.
    ClauseAround,
    /// She "said that it rains".
    CueInQuote,
    /// There was agreement that it "rains".
    QuoteInThatClause,
    /// The minister's remarks about "the rain".
    NounOfSaying,
    /// Smith: "It rains."
    NameBeforeColon,
    /// One topic raised at the meeting: the "rain".
    TopicBeforeColon,
}

impl Rule {
    /// Its name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::QuoteBefore => "quote-before-cue",
            Self::QuoteAfter => "quote-after-cue",
            Self::QuoteAround => "quote-around-cue",
            Self::ClauseBefore => "clause-before-cue",
            Self::ClauseAfter => "clause-after-cue",
            Self::ClauseAround => "clause-around-cue",
            Self::CueInQuote => "cue-in-quote",
            Self::QuoteInThatClause => "quote-in-that-clause",
            Self::NounOfSaying => "noun-of-saying",
            Self::NameBeforeColon => "name-before-colon",
            Self::TopicBeforeColon => "topic-before-colon",
        }
    }

    fn of(paragraph: &Paragraph, cue: usize, content: &[Span]) -> Self {
        let before = content.iter().any(|span| span.0 < cue);
        let after = content.iter().any(|span| span.0 > cue);
        let marked = |span: &Span| {
            paragraph.quotation_at(span.0).is_some_and(|it| it.open == span.0)
                && paragraph.quotation_at(cue).is_none()
        };
        match (content.iter().any(marked), before, after) {
            (true, true, false) => Self::QuoteBefore,
            (true, false, _) => Self::QuoteAfter,
            (true, true, true) => Self::QuoteAround,
            (false, true, false) => Self::ClauseBefore,
            (false, false, _) => Self::ClauseAfter,
            (false, true, true) => Self::ClauseAround,
        }
    }
}

/// Finds the statements of paragraphs, with buffers to be used again.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    features: Vec<u32>,
    cues: Vec<Cue>,
    counts: Counts,
    candidates: Candidates,
    speakers: Speakers,
    owners: Vec<u32>,
    leading: Vec<Quotation>,
}

impl Decoder {
    /// Finds the statements of a paragraph whose probability is at least `least`,
    /// in the order of their reporting words.
    pub(super) fn decode<W: Weights>(
        &mut self,
        paragraph: &Paragraph,
        models: &Models<W>,
        least: f32,
    ) -> Vec<Decoded> {
        cue::find(paragraph, &models.cue, &mut self.features, &mut self.cues);
        self.counts.of(paragraph, &self.cues);
        let mut found: Vec<(f32, usize, Candidate)> = Vec::new();
        for cue in &self.cues {
            if nouns::is_topic(paragraph, cue.place) {
                continue;
            }
            let scene = Scene { paragraph, counts: &self.counts, cue: *cue };
            self.candidates.find(&scene, &models.content, &|_| false);
            let best = likeliest(&self.candidates.all);
            let sure = best.filter(|(probability, candidate)| {
                *probability >= least && candidate.spans().any(|span| has_word(paragraph, span))
            });
            found.extend(sure.map(|(probability, candidate)| (probability, cue.place, candidate)));
        }
        found.sort_by(|one, other| other.0.total_cmp(&one.0));
        let mut kept: Vec<Decoded> = Vec::new();
        self.owners.clear();
        self.owners.resize(paragraph.tokens().len(), 0);
        for (probability, cue, candidate) in found {
            let content: Vec<Span> = candidate.spans().collect();
            if !self.clashes(&kept, cue, &content) {
                self.own(&kept, kept.len() + 1, &content);
                kept.push(self.decoded(paragraph, models, probability, cue, content));
            }
        }
        self.add_unclaimed(paragraph, models, &mut kept);
        self.join_floating(paragraph, &mut kept);
        kept.sort_by_key(|decoded| decoded.cue);
        set_parents(&mut kept);
        kept
    }

    /// The quotations that the paragraph last read begins with and that none of its
    /// statements claims, each a sentence of its own.
    pub(super) fn leading(&self) -> &[Quotation] {
        &self.leading
    }

    /// Gives the quotations that stand for themselves to the statements that they go
    /// on with.
    fn join_floating(&mut self, paragraph: &Paragraph, kept: &mut [Decoded]) {
        let mut by_cue: Vec<(usize, usize)> =
            kept.iter().enumerate().map(|(number, decoded)| (decoded.cue, number)).collect();
        by_cue.sort_unstable();
        self.leading.clear();
        let mut last: Option<(usize, usize)> = None;
        for quotation in &paragraph.quotations {
            if !floating::stands_alone(paragraph, *quotation) || self.is_claimed(kept, *quotation) {
                continue;
            }
            let goes_on = last.filter(|(end, _)| *end == quotation.open);
            let before = by_cue.partition_point(|(cue, _)| *cue < quotation.open);
            let before = by_cue.get(..before).unwrap_or_default();
            let number = goes_on.map(|(_, number)| number).or_else(|| {
                let near = before.iter().rev().take(floating::REACH);
                let mut near = near.filter_map(|(_, number)| Some((*number, kept.get(*number)?)));
                let holds = near.find(|(_, it)| floating::holds(paragraph, it, quotation.open));
                holds.map(|(number, _)| number)
            });
            let led = self.leading.last().map_or(0, |it| it.end);
            if let Some(number) = number
                && let Some(decoded) = kept.get_mut(number)
            {
                decoded.content.push((quotation.open, quotation.end));
                self.own(kept, number + 1, &[(quotation.open, quotation.end)]);
                last = Some((quotation.end, number));
            } else if led == quotation.open {
                self.leading.push(*quotation);
            }
        }
    }

    /// Whether a statement whose reporting word stands outside of the quotation has
    /// a part of it.
    fn is_claimed(&self, kept: &[Decoded], quotation: Quotation) -> bool {
        let owners = self.owners.get(quotation.open..quotation.end).unwrap_or_default();
        let owner = |number: &u32| kept.get((*number as usize).checked_sub(1)?);
        let outside = |it: &Decoded| !(quotation.open..quotation.end).contains(&it.cue);
        owners.iter().filter_map(owner).any(outside)
    }

    fn decoded<W: Weights>(
        &mut self,
        paragraph: &Paragraph,
        models: &Models<W>,
        probability: f32,
        cue: usize,
        content: Vec<Span>,
    ) -> Decoded {
        let (speakers, weights) = (&mut self.speakers, &models.speaker);
        speakers.find(paragraph, &self.cues, &self.counts, cue, &content, weights);
        let speaker = speakers.all.iter().max_by(|one, other| one.1.total_cmp(&other.1));
        let speaker = nouns::speaker(paragraph, cue).or(speaker.and_then(|(phrase, _)| *phrase));
        let rule = Rule::of(paragraph, cue, &content);
        let to = paragraph.at(cue as isize + 1).is(Classes::TO);
        let according = to
            && content.iter().all(|span| !(span.0..span.1).contains(&(cue + 1)))
            && speaker.is_some_and(|it| it.start == cue + 2);
        let cue_end = cue + 1 + usize::from(according);
        Decoded { cue, cue_end, content, speaker, probability, rule, parent: None }
    }

    /// Adds what rules find in quotations that no statement has claimed.
    fn add_unclaimed<W: Weights>(
        &mut self,
        paragraph: &Paragraph,
        models: &Models<W>,
        kept: &mut Vec<Decoded>,
    ) {
        for quotation in &paragraph.quotations {
            let claimed = |span: Span| {
                let owners = self.owners.get(span.0..span.1).unwrap_or_default();
                owners.iter().any(|owner| *owner != 0)
            };
            if claimed((quotation.open, quotation.end)) {
                continue;
            }
            let found = rules::find(paragraph, *quotation);
            let Some(found) = found.filter(|it| !claimed((it.start, it.end))) else {
                continue;
            };
            let content = vec![(found.content, found.end)];
            let mut decoded = self.decoded(paragraph, models, 1.0, found.cue, content);
            decoded.rule = found.rule;
            decoded.cue_end = found.cue_end;
            decoded.speaker = match found.source {
                Source::Known(phrase) => Some(phrase),
                Source::Untold => None,
                Source::Open => decoded.speaker,
            };
            self.own(kept, kept.len() + 1, &decoded.content);
            kept.push(decoded);
        }
    }

    /// Whether the content overlaps with that of a kept statement without one being
    /// part of the other.
    fn clashes(&self, kept: &[Decoded], cue: usize, content: &[Span]) -> bool {
        let mut last = 0;
        for (start, end) in content {
            for owner in self.owners.get(*start..*end).unwrap_or_default() {
                if *owner == 0 || *owner == last {
                    continue;
                }
                last = *owner;
                let Some(other) = kept.get(last as usize - 1) else { continue };
                let nested = is_within(cue, content, &other.content)
                    || is_within(other.cue, &other.content, content);
                if !nested {
                    return true;
                }
            }
        }
        false
    }

    /// Marks the tokens of a kept statement. The innermost statement owns a token,
    /// as that is the one that others are held against.
    fn own(&mut self, kept: &[Decoded], number: usize, content: &[Span]) {
        let is_inner = |owner: u32| {
            let inner = (owner as usize).checked_sub(1).and_then(|it| kept.get(it));
            inner.is_some_and(|it| is_within(it.cue, &it.content, content))
        };
        let mut last = (0, false);
        for (start, end) in content {
            for owner in self.owners.get_mut(*start..*end).unwrap_or_default() {
                if *owner != last.0 {
                    last = (*owner, is_inner(*owner));
                }
                if !last.1 {
                    *owner = number as u32;
                }
            }
        }
    }
}

fn has_word(paragraph: &Paragraph, span: Span) -> bool {
    (span.0..span.1).any(|place| paragraph.at(place as isize).is_word())
}

/// Whether a statement, with its reporting word, lies within one span of another.
fn is_within(cue: usize, content: &[Span], other: &[Span]) -> bool {
    other.iter().any(|(start, end)| {
        (*start..*end).contains(&cue)
            && content.iter().all(|span| *start <= span.0 && span.1 <= *end)
    })
}

/// Sets the innermost statement around each one.
fn set_parents(kept: &mut [Decoded]) {
    // A statement around another one begins at most so many statements before or
    // after it: its reporting word may stand on either side.
    const REACH: usize = 24;
    let mut parents = Vec::with_capacity(kept.len());
    for (number, decoded) in kept.iter().enumerate() {
        let near = number.saturating_sub(REACH)..(number + REACH).min(kept.len());
        let around = near.filter(|other| *other != number).filter_map(|other| {
            let around = kept.get(other)?;
            is_within(decoded.cue, &decoded.content, &around.content).then(|| {
                (around.content.iter().map(|(start, end)| end - start).sum::<usize>(), other)
            })
        });
        parents.push(around.min().map(|(_, other)| other));
    }
    for (decoded, parent) in kept.iter_mut().zip(parents) {
        decoded.parent = parent;
    }
}

/// The best candidate, with the probability that it or one nearly the same is right.
fn likeliest(all: &[Candidate]) -> Option<(f32, Candidate)> {
    let top = all.iter().map(|candidate| candidate.score).fold(f32::MIN, f32::max);
    let sum: f32 = all.iter().map(|candidate| (candidate.score - top).exp()).sum();
    let some = all.iter().filter(|candidate| !candidate.is_none());
    let best = some.max_by(|one, other| one.score.total_cmp(&other.score))?;
    if best.score - top < -4.0 {
        return None;
    }
    let mut probability = 0.0;
    for candidate in all {
        let share = (candidate.score - top).exp() / sum;
        if share > 1e-3 && is_nearly(candidate, best) {
            probability += share;
        }
    }
    Some((probability, *best))
}

/// Whether two candidates have four fifths of their tokens in common.
fn is_nearly(one: &Candidate, other: &Candidate) -> bool {
    let length = |candidate: &Candidate| -> usize {
        candidate.spans().map(|(start, end)| end - start).sum()
    };
    let common: usize = one
        .spans()
        .flat_map(|a| other.spans().map(move |b| a.1.min(b.1).saturating_sub(a.0.max(b.0))))
        .sum();
    common * 5 >= (length(one) + length(other) - common) * 4
}
