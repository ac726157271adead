//! Re-anchoring: finding the words of a quote again in a newer version of the
//! text that they stood in.
//!
//! A quote is its words and its surroundings. The same words are looked for first,
//! typography aside; then words that differ in few places. What is found counts
//! only where the surroundings agree better than those of any passage that read
//! so before, so that a quote is never moved to a lookalike: whoever says the same
//! elsewhere keeps it. Words that stood once and stand once need no surroundings.

mod align;
mod text;

#[cfg(test)]
mod tests;

use std::ops::Range;

use self::align::{Aligned, align};
use self::text::{Text, Vocabulary, WordId, Work, fold_marks, is_quotation_mark};
use super::body::TextIndex;
use super::selector::Selector;

/// How many words before and after a quote are its surroundings.
const CONTEXT_WORDS: usize = 8;
/// How many words beside a place are looked at for them.
const CONTEXT_REACH: usize = 12;
/// Of how much weight the words met on one side must be for it to agree.
const AGREES: f64 = 0.6;
/// Of how much, of both sides together, for a rewording.
const AGREES_REWORDED: f64 = 0.8;
/// By how much the best of several places must lead.
const LEAD: f64 = 0.3;
/// The fewest words that may move without their surroundings.
const ALONE_WORDS: usize = 3;
/// The most places with the same words that are weighed.
const MOST_PLACES: usize = 64;
/// The most words that a rewording may change.
const MOST_EDITS: usize = 48;
/// Words that stand more often lead to no place.
const COMMON: usize = 32;
/// The most words of a quote and of its surroundings that lead to places.
const LEADS: usize = 32;
/// The most places at which a rewording is looked for.
const CANDIDATES: usize = 8;
/// How far beside its statement a cue or a name is looked for, in code points.
const NEAR: usize = 1_500;
/// How much searching one text may take, in comparisons of words: about a second.
/// Quotes behind that count as gone unless they stand where they stood.
const WORK: u64 = 300_000_000;

/// A newer text in which quotes of an older one are found again.
pub struct Reanchor<'a> {
    new: Text<'a>,
    index: TextIndex<'a>,
    old: Option<(Text<'a>, TextIndex<'a>)>,
    vocabulary: Vocabulary,
    work: Work,
}

/// What is known of a quote.
struct Quote<'q> {
    exact: &'q str,
    words: Vec<WordId>,
    /// The words before it, the nearest first.
    before: Vec<WordId>,
    /// The words after it, the nearest first.
    after: Vec<WordId>,
    /// Which words of the older text it is, where it stands there.
    own: Option<Range<usize>>,
    /// Whether quotation marks stand around it.
    opened: bool,
    closed: bool,
}

impl<'a> Reanchor<'a> {
    /// Reads the newer text, and the one just before it where it is held: quotes
    /// of either are found, those of the latter with more certainty.
    #[must_use]
    pub fn new(old: Option<&'a str>, new: &'a str) -> Self {
        let mut vocabulary = Vocabulary::default();
        Self {
            old: old.map(|old| (Text::new(old, &mut vocabulary), TextIndex::new(old))),
            new: Text::new(new, &mut vocabulary),
            index: TextIndex::new(new),
            vocabulary,
            work: Work(WORK),
        }
    }

    /// Finds a quote of an older text; `None` where its words are gone, or where
    /// nothing settles which place is meant.
    pub fn quote(&mut self, quote: &Selector) -> Option<Selector> {
        if let Some(found) = self.in_place(quote) {
            return Some(found);
        }
        let quote = self.read(quote);
        self.same_words(&quote).or_else(|| self.reworded(&quote))
    }

    /// Finds a cue or a name that stood beside a quote that moved from one place
    /// to another: where it moves along, else the nearest one.
    pub fn companion(
        &mut self,
        beside: &Selector,
        from: &Selector,
        to: &Selector,
    ) -> Option<Selector> {
        let (to_start, to_end) = (to.start? as usize, to.end? as usize);
        let shifted = beside
            .start
            .zip(from.start)
            .and_then(|(start, from)| (start as usize + to_start).checked_sub(from as usize));
        let length = beside.exact.chars().count();
        if let Some(start) = shifted
            && self.index.slice(start, start + length) == Some(&beside.exact)
        {
            let byte = self.index.byte_of(start)?;
            return Some(Selector::of(&self.index, byte, byte + beside.exact.len()));
        }
        let expected = self.index.byte_of(shifted.unwrap_or(to_start)).unwrap_or(0);
        self.nearest(&beside.exact, to_start.saturating_sub(NEAR)..to_end + NEAR, expected).or_else(
            || {
                let quote = self.read(beside);
                self.same_words(&quote)
            },
        )
    }

    /// The quote where it stood, with the same surroundings.
    fn in_place(&self, quote: &Selector) -> Option<Selector> {
        let (start, end) = (quote.start? as usize, quote.end? as usize);
        if self.index.slice(start, end)? != quote.exact {
            return None;
        }
        let (start, end) = (self.index.byte_of(start)?, self.index.byte_of(end)?);
        let (before, after) = (self.new.text.get(..start)?, self.new.text.get(end..)?);
        let bare = quote.prefix.is_empty() && quote.suffix.is_empty();
        let alone = before.is_empty() && after.is_empty();
        let same = before.ends_with(&quote.prefix) && after.starts_with(&quote.suffix);
        (same && (alone || !bare)).then(|| Selector::of(&self.index, start, end))
    }

    /// The occurrence of `words` within `range` that is nearest to a byte.
    fn nearest(&mut self, words: &str, range: Range<usize>, expected: usize) -> Option<Selector> {
        let start = self.index.byte_of(range.start)?;
        let end = self.index.byte_of(range.end.min(self.index.length()))?;
        let window = self.new.text.get(start..end)?;
        if words.is_empty() || !self.work.spend(window.len() / 8) {
            return None;
        }
        let places = window.match_indices(words).map(|(at, _)| start + at);
        let place = places.min_by_key(|at| at.abs_diff(expected))?;
        Some(Selector::of(&self.index, place, place + words.len()))
    }

    fn read<'q>(&mut self, quote: &'q Selector) -> Quote<'q> {
        let mut ids = |text: &str| -> Vec<WordId> {
            self.vocabulary.read(text).into_iter().map(|(id, _)| id).collect()
        };
        let words = ids(&quote.exact);
        let (mut before, mut after) = (ids(&quote.prefix), ids(&quote.suffix));
        // The outermost words may be cut.
        before.reverse();
        before.pop();
        after.pop();
        let at_edge = |marks: Option<char>| marks.is_some_and(is_quotation_mark);
        let inner = |char: &char| !char.is_alphanumeric() && !char.is_whitespace();
        let mut read = Quote {
            exact: &quote.exact,
            words,
            before,
            after,
            own: None,
            opened: at_edge(
                quote.prefix.chars().rev().take_while(inner).find(|it| is_quotation_mark(*it)),
            ),
            closed: at_edge(
                quote.suffix.chars().take_while(inner).find(|it| is_quotation_mark(*it)),
            ),
        };
        self.place_in_old(quote, &mut read);
        read
    }

    /// Takes the surroundings from the older text, where the quote stands there.
    fn place_in_old(&self, quote: &Selector, read: &mut Quote<'_>) {
        let Some((old, index)) = &self.old else { return };
        let (Some(start), Some(end)) = (quote.start, quote.end) else { return };
        if index.slice(start as usize, end as usize) != Some(&quote.exact) {
            return;
        }
        let (Some(start), Some(end)) = (index.byte_of(start as usize), index.byte_of(end as usize))
        else {
            return;
        };
        let first = old.at.partition_point(|word| word.end <= start);
        let last = old.at.partition_point(|word| word.start < end);
        read.own = Some(first..last);
        read.before = beside(old, first, Side::Before, CONTEXT_WORDS);
        read.after = beside(old, last, Side::After, CONTEXT_WORDS);
    }

    /// The place of the same words, their typography aside.
    fn same_words(&mut self, quote: &Quote<'_>) -> Option<Selector> {
        if quote.words.is_empty() {
            return None;
        }
        let length = quote.words.len();
        let places = self.new.occurrences(&quote.words, MOST_PLACES, &mut self.work)?;
        let rivals = self.rivals(quote)?;
        let mut agreeing: Vec<(f64, usize)> = Vec::new();
        for place in &places {
            let here = *place..*place + length;
            let own = self.agreement(&quote.before, &quote.after, &here);
            let best_rival = rivals
                .iter()
                .map(|(before, after)| self.agreement(before, after, &here).sum())
                .fold(0.0, f64::max);
            if own.best() >= AGREES && own.sum() > best_rival + 0.05 {
                agreeing.push((own.sum(), *place));
            }
        }
        agreeing.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let place = match agreeing.as_slice() {
            [(_, place)] => *place,
            [(best, place), (next, _), ..] if best - next >= LEAD => *place,
            [_, ..] => return None,
            // Words that stood once and stand once are the same ones.
            [] => match places.as_slice() {
                [place] if rivals.is_empty() && length >= ALONE_WORDS => *place,
                _ => self.same_ordinal(quote, &places, rivals.len())?,
            },
        };
        Some(self.selector(quote.exact, &(place..place + length)))
    }

    /// Of words that stand as often as before, surroundings and all, the one that
    /// stands as far from the first.
    fn same_ordinal(
        &mut self,
        quote: &Quote<'_>,
        places: &[usize],
        rivals: usize,
    ) -> Option<usize> {
        let (own, (old, _)) = (quote.own.as_ref()?, self.old.as_ref()?);
        if rivals == 0 || places.len() != rivals + 1 {
            return None;
        }
        let before = old.occurrences(&quote.words, MOST_PLACES, &mut self.work)?;
        let ordinal = before.iter().position(|place| *place == own.start)?;
        let place = *places.get(ordinal)?;
        let here = place..place + quote.words.len();
        let agreement = self.agreement(&quote.before, &quote.after, &here);
        (agreement.best() >= AGREES && agreement.sum() >= 1.0).then_some(place)
    }

    /// The surroundings of the other places in the older text that have the words.
    fn rivals(&mut self, quote: &Quote<'_>) -> Option<Vec<(Vec<WordId>, Vec<WordId>)>> {
        let Some((old, _)) = &self.old else { return Some(Vec::new()) };
        let places = old.occurrences(&quote.words, MOST_PLACES, &mut self.work)?;
        let own = quote.own.as_ref().map(|own| own.start);
        let others = places.into_iter().filter(|place| Some(*place) != own);
        let around = |place: usize| {
            let end = place + quote.words.len();
            let before = beside(old, place, Side::Before, CONTEXT_WORDS);
            (before, beside(old, end, Side::After, CONTEXT_WORDS))
        };
        Some(others.map(around).collect())
    }

    /// The place of words that differ in few places and claim the same, where the
    /// surroundings agree and no other place is like it.
    fn reworded(&mut self, quote: &Quote<'_>) -> Option<Selector> {
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

    /// How far the surroundings of a place agree with others.
    fn agreement(&self, before: &[WordId], after: &[WordId], place: &Range<usize>) -> Agreement {
        let side = |known: &[WordId], at, side| {
            let here = beside(&self.new, at, side, CONTEXT_REACH);
            if known.is_empty() {
                return if here.is_empty() { 1.0 } else { 0.0 };
            }
            self.shared(known, &here)
        };
        Agreement {
            before: side(before, place.start, Side::Before),
            after: side(after, place.end, Side::After),
        }
    }

    /// The weight of the words that two sides have in the same order, as a part of
    /// the weight of the one that is known: near and rare words weigh most.
    fn shared(&self, known: &[WordId], here: &[WordId]) -> f64 {
        let weight =
            |(at, word): (usize, &WordId)| self.new.rarity(*word) / (1.0 + at as f64 / 2.0);
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

    /// The selector of words of the newer text, with the marks at its ends that the
    /// quote had at its own.
    fn selector(&self, exact: &str, place: &Range<usize>) -> Selector {
        let start = self.new.at.get(place.start).map_or(0, |word| word.start);
        let end = place.end.checked_sub(1).and_then(|last| self.new.at.get(last));
        let end = end.map_or(start, |word| word.end);
        let first = exact.find(char::is_alphanumeric).unwrap_or(0);
        let lead = fold_marks(exact.get(..first).unwrap_or_default());
        let last = exact.rfind(char::is_alphanumeric);
        let trail = last.and_then(|at| exact.get(at..)).map_or("", |rest| {
            rest.char_indices().nth(1).and_then(|(at, _)| rest.get(at..)).unwrap_or_default()
        });
        let trail = fold_marks(trail);
        let after = self.new.gap_after(place.end.saturating_sub(1));
        let more =
            grown(after.char_indices().map(|(at, char)| (at + char.len_utf8(), at)), |cut| {
                let marks = fold_marks(after.get(..cut).unwrap_or_default());
                trail.starts_with(&marks)
            });
        let before = self.new.gap_before(place.start);
        let less =
            grown(before.char_indices().rev().map(|(at, _)| (before.len() - at, at)), |cut| {
                let marks = fold_marks(before.get(before.len() - cut..).unwrap_or_default());
                lead.ends_with(&marks)
            });
        Selector::of(&self.index, start - less.min(start), end + more)
    }
}

/// The farthest of the lengths that fit, up to the first that does not.
fn grown(lengths: impl Iterator<Item = (usize, usize)>, fits: impl Fn(usize) -> bool) -> usize {
    lengths.map(|(length, _)| length).take_while(|length| fits(*length)).last().unwrap_or(0)
}

/// How far each side of a place agrees, from 0 to 1.
struct Agreement {
    before: f64,
    after: f64,
}

impl Agreement {
    fn best(&self) -> f64 {
        self.before.max(self.after)
    }

    fn worst(&self) -> f64 {
        self.before.min(self.after)
    }

    fn sum(&self) -> f64 {
        self.before + self.after
    }
}

#[derive(Clone, Copy)]
enum Side {
    Before,
    After,
}

/// The words on one side of a border between words, the nearest first.
fn beside(text: &Text<'_>, border: usize, side: Side, count: usize) -> Vec<WordId> {
    match side {
        Side::Before => {
            let words = text.words.get(border.saturating_sub(count)..border).unwrap_or_default();
            words.iter().rev().copied().collect()
        }
        Side::After => text.words.iter().skip(border).take(count).copied().collect(),
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
