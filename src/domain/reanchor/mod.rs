//! Re-anchoring: finding the words of a quote again in a newer version of the
//! text that they stood in.
//!
//! A quote is its words and its surroundings. The same words are looked for first,
//! typography aside; then words that differ in few places. What is found counts
//! only where the surroundings agree better than those of any passage that read
//! so before, so that a quote is never moved to a lookalike: whoever says the same
//! elsewhere keeps it. Words that stood once and stand once need no surroundings.

mod align;
mod reworded;
mod same;
mod span;
mod surroundings;
mod text;

#[cfg(test)]
mod tests;

use std::ops::Range;

use self::surroundings::{Side, beside};
use self::text::{BORDER, Text, Vocabulary, WordId, Work};
use super::body::TextIndex;
use super::limits;
use super::selector::Selector;
use super::words::is_quotation_mark;

/// How many words before and after a quote are its surroundings.
const CONTEXT_WORDS: usize = 8;
/// Of how much weight the words met on one side must be for it to agree.
const AGREES: f64 = 0.6;
/// The most places with the same words that are weighed.
const MOST_PLACES: usize = 64;
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
        // The outermost words may be cut, unless the text begins or ends there.
        before.reverse();
        for (side, told) in [(&mut before, &quote.prefix), (&mut after, &quote.suffix)] {
            if told.chars().count() < limits::STORED_CONTEXT_CHARS {
                side.push(BORDER);
            } else {
                side.pop();
            }
        }
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
}
