//! Words of a newer text that a quote was reworded to.

use std::ops::Range;

use super::align::{Aligned, align};
use super::text::WordId;
use super::{AGREES, MOST_PLACES, Quote, Reanchor};
use crate::domain::selector::Selector;
use crate::domain::words::is_quotation_mark;

/// Of how much, of both sides together, for a rewording.
const AGREES_REWORDED: f64 = 0.8;
/// The most words that a rewording may change.
const MOST_EDITS: usize = 48;
/// Words that stand more often lead to no place.
const COMMON: usize = 32;
/// The most words of a quote and of its surroundings that lead to places.
const LEADS: usize = 32;
/// The most places at which a rewording is looked for.
const CANDIDATES: usize = 8;

impl Reanchor<'_> {
    /// The place of words that differ in few places and claim the same, where the
    /// surroundings agree and no other place is like it.
    pub(super) fn reworded(&mut self, quote: &Quote<'_>) -> Option<Selector> {
        let most = edits_allowed(quote.words.len());
        if most == 0 {
            return None;
        }
        let claims = self.vocabulary.claims(&quote.words).join(" ");
        let mut found: Vec<Range<usize>> = Vec::new();
        for (from, to) in self.candidates(quote, most) {
            let aligned = align(&quote.words, &self.new.words, (from, to), most, &mut self.work);
            let Some(best) = self.best_aligned(quote, &aligned) else { continue };
            let Some(place) = self.bounded(quote, best, most) else { continue };
            let words = self.new.words.get(place.clone()).unwrap_or_default();
            let claims_the_same = self.vocabulary.claims(words).join(" ") == claims;
            let agreement = self.agreement(&quote.before, &quote.after, &place);
            // Where the older text does not show what stood elsewhere in it, both
            // sides must agree.
            let side = if quote.own.is_some() { agreement.best() } else { agreement.worst() };
            let agrees = side >= AGREES && agreement.sum() >= AGREES_REWORDED;
            let overlaps =
                found.iter().any(|other| other.start < place.end && place.start < other.end);
            if claims_the_same && agrees && !overlaps && !self.stood_elsewhere(quote, &place) {
                found.push(place);
            }
        }
        match found.as_slice() {
            [place] => Some(self.selector(quote.exact, place)),
            _ => None,
        }
    }

    /// Where a rewording may begin: where rare words of the quote or of its
    /// surroundings lead to, the places that most of them lead to first.
    fn candidates(&self, quote: &Quote<'_>, most: usize) -> Vec<(isize, isize)> {
        let length = quote.words.len() as isize;
        let inside = quote.words.iter().enumerate().map(|(at, word)| (*word, at as isize));
        let before = quote.before.iter().enumerate().map(|(at, word)| (*word, -1 - at as isize));
        let after = quote.after.iter().enumerate().map(|(at, word)| (*word, length + at as isize));
        let mut leads: Vec<(usize, WordId, isize)> = inside
            .chain(before)
            .chain(after)
            .map(|(word, offset)| (self.new.places(word).len(), word, offset))
            .filter(|(count, ..)| (1..=COMMON).contains(count))
            .collect();
        leads.sort_unstable();
        leads.truncate(LEADS);
        let mut starts: Vec<isize> = leads
            .iter()
            .flat_map(|(_, word, offset)| {
                self.new.places(*word).iter().map(move |place| *place as isize - offset)
            })
            .collect();
        starts.sort_unstable();
        let mut clusters: Vec<(usize, isize, isize)> = Vec::new();
        for start in starts {
            match clusters.last_mut() {
                Some((votes, from, to)) if start - *from <= most as isize => {
                    *votes += 1;
                    *to = start;
                }
                _ => clusters.push((1, start, start)),
            }
        }
        clusters.sort_by_key(|(votes, ..)| std::cmp::Reverse(*votes));
        clusters.into_iter().take(CANDIDATES).map(|(_, from, to)| (from, to)).collect()
    }

    /// Of parts that differ in as few words, the one whose surroundings agree best.
    fn best_aligned(&self, quote: &Quote<'_>, aligned: &[Aligned]) -> Option<Aligned> {
        let rated = aligned.iter().map(|it| {
            let agreement = self.agreement(&quote.before, &quote.after, &(it.start..it.end));
            let off = (it.end - it.start).abs_diff(quote.words.len()) as f64;
            (agreement.sum() - off / 1_000.0, *it)
        });
        rated.max_by(|(one, _), (other, _)| one.total_cmp(other)).map(|(_, best)| best)
    }

    /// The part with its ends moved to the quotation marks or to where strange
    /// words begin; `None` where that makes too many edits.
    fn bounded(&self, quote: &Quote<'_>, aligned: Aligned, most: usize) -> Option<Range<usize>> {
        let Aligned { mut edits, mut start, mut end } = aligned;
        for _ in 0..2 {
            let sum =
                |place: Range<usize>| self.agreement(&quote.before, &quote.after, &place).sum();
            let strange =
                |at: usize| self.new.words.get(at).is_some_and(|word| !quote.words.contains(word));
            if end - start > 1 && strange(end - 1) && sum(start..end - 1) > sum(start..end) {
                end -= 1;
            }
            if end - start > 1 && strange(start) && sum(start + 1..end) > sum(start..end) {
                start += 1;
            }
        }
        let marked = |gap: &str| gap.chars().any(is_quotation_mark);
        if quote.closed && !marked(self.new.gap_after(end - 1)) {
            let shorter = |by: &usize| end - by > start && marked(self.new.gap_after(end - 1 - by));
            let longer = |by: &usize| marked(self.new.gap_after(end - 1 + by));
            if let Some(by) = (1..=3).find(shorter) {
                end -= by;
            } else if let Some(by) = (1..=3).find(longer) {
                (end, edits) = ((end + by).min(self.new.words.len()), edits + by);
            }
        }
        if quote.opened && !marked(self.new.gap_before(start)) {
            let shorter = |by: &usize| start + by < end && marked(self.new.gap_before(start + by));
            let longer = |by: &usize| {
                start.checked_sub(*by).is_some_and(|at| marked(self.new.gap_before(at)))
            };
            if let Some(by) = (1..=3).find(shorter) {
                start += by;
            } else if let Some(by) = (1..=3).find(longer) {
                (start, edits) = (start - by, edits + by);
            }
        }
        (edits <= most && start < end).then_some(start..end)
    }

    /// Whether the words of a place stood in the older text already, and not as a
    /// part of the quote: then it is another passage, however alike.
    fn stood_elsewhere(&mut self, quote: &Quote<'_>, place: &Range<usize>) -> bool {
        let Some((old, _)) = &self.old else { return false };
        let words = self.new.words.get(place.clone()).unwrap_or_default();
        let Some(places) = old.occurrences(words, MOST_PLACES, &mut self.work) else {
            return true;
        };
        places.into_iter().any(|at| match &quote.own {
            Some(own) => at >= own.end || own.start >= at + words.len(),
            None => true,
        })
    }
}

/// How many words of a quote may change for it to be the same: two fifths.
fn edits_allowed(words: usize) -> usize {
    match words {
        0..=2 => 0,
        3..=4 => 1,
        _ => (words * 2 / 5).min(MOST_EDITS),
    }
}
