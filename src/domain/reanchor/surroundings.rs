//! What stands around a place, and how far that agrees with what stood around a
//! quote.

use std::ops::Range;

use super::Reanchor;
use super::text::{BORDER, Text, WordId};

/// How many words beside a place are looked at for them.
const CONTEXT_REACH: usize = 12;

impl Reanchor<'_> {
    /// How far the surroundings of a place agree with others.
    pub(super) fn agreement(
        &self,
        before: &[WordId],
        after: &[WordId],
        place: &Range<usize>,
    ) -> Agreement {
        let side = |known: &[WordId], at, side| {
            let here = beside(&self.new, at, side, CONTEXT_REACH);
            if known.is_empty() { 0.0 } else { self.shared(known, &here) }
        };
        Agreement {
            before: side(before, place.start, Side::Before),
            after: side(after, place.end, Side::After),
        }
    }

    /// The weight of the words that two sides have in the same order, as a part of
    /// the weight of the one that is known: near and rare words weigh most.
    fn shared(&self, known: &[WordId], here: &[WordId]) -> f64 {
        let weight = |(at, word): (usize, &WordId)| {
            self.vocabulary.rarity(*word, &self.new) / (1.0 + at as f64 / 2.0)
        };
        let total: f64 = known.iter().enumerate().map(weight).sum();
        let mut row = vec![0.0_f64; here.len() + 1];
        for (at, word) in known.iter().enumerate() {
            let (mut diagonal, mut left) = (0.0_f64, 0.0_f64);
            for (other, cell) in here.iter().zip(row.iter_mut().skip(1)) {
                let above = *cell;
                let met = if word == other { diagonal + weight((at, word)) } else { 0.0 };
                *cell = met.max(above).max(left);
                (diagonal, left) = (above, *cell);
            }
        }
        row.last().copied().unwrap_or_default() / total
    }
}

/// How far each side of a place agrees, from 0 to 1.
pub(super) struct Agreement {
    before: f64,
    after: f64,
}

impl Agreement {
    pub(super) fn best(&self) -> f64 {
        self.before.max(self.after)
    }

    pub(super) fn worst(&self) -> f64 {
        self.before.min(self.after)
    }

    pub(super) fn sum(&self) -> f64 {
        self.before + self.after
    }
}

#[derive(Clone, Copy)]
pub(super) enum Side {
    Before,
    After,
}

/// The words on one side of a border between words, the nearest first.
pub(super) fn beside(text: &Text<'_>, border: usize, side: Side, count: usize) -> Vec<WordId> {
    let mut words: Vec<WordId> = match side {
        Side::Before => {
            let words = text.words.get(border.saturating_sub(count)..border).unwrap_or_default();
            words.iter().rev().copied().collect()
        }
        Side::After => text.words.iter().skip(border).take(count).copied().collect(),
    };
    if words.len() < count {
        words.push(BORDER);
    }
    words
}
