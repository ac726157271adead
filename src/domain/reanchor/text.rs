//! A text as words: folded so that typography makes no difference, and found by
//! word without going over the text again.

use std::collections::HashMap;
use std::ops::Range;

use crate::domain::words::{claim, is_apostrophe, is_ignorable, is_quotation_mark, words};

/// A word's number; the same for words that fold alike.
pub(super) type WordId = u32;

/// How much searching may still be done, in comparisons of words.
pub(super) struct Work(pub(super) u64);

impl Work {
    /// Spends some; `false` where not enough is left.
    pub(super) fn spend(&mut self, steps: usize) -> bool {
        match self.0.checked_sub(steps as u64) {
            Some(left) => {
                self.0 = left;
                true
            }
            None => false,
        }
    }
}

/// Numbers words, and knows which of them turn a claim into another one.
#[derive(Default)]
pub(super) struct Vocabulary {
    ids: HashMap<String, WordId>,
    claims: Vec<Option<String>>,
    weak: Vec<bool>,
}

/// Stands for the beginning or the end of a text among words.
pub(super) const BORDER: WordId = WordId::MAX;

impl Vocabulary {
    /// The words of a text with the bytes at which each stands.
    pub(super) fn read(&mut self, text: &str) -> Vec<(WordId, Range<usize>)> {
        words(text).map(|(word, range)| (self.id(word), range)).collect()
    }

    fn id(&mut self, word: String) -> WordId {
        if let Some(id) = self.ids.get(&word) {
            return *id;
        }
        let id = self.ids.len() as WordId;
        self.claims.push(claim(&word));
        self.weak.push(WEAK.contains(&word.as_str()));
        self.ids.insert(word, id);
        id
    }

    /// The negations and figures among words, in any order: what must be the same
    /// for a rewording to claim the same.
    pub(super) fn claims(&self, words: &[WordId]) -> Vec<&str> {
        let claim = |word: &WordId| self.claims.get(*word as usize)?.as_deref();
        let mut claims: Vec<&str> = words.iter().filter_map(claim).collect();
        claims.sort_unstable();
        claims
    }

    /// How much it says that a word is met beside a place of a text: less the more
    /// often it stands in it.
    pub(super) fn rarity(&self, word: WordId, text: &Text<'_>) -> f64 {
        let weak = self.weak.get(word as usize).copied().unwrap_or_default();
        let count = text.places(word).len().max(1) as f64;
        if weak { 0.2 / count } else { 1.0 / count.sqrt() }
    }
}

/// Words that stand beside any quote, and say nothing of which one it is.
const WEAK: &[&str] = &[
    "a",
    "according",
    "added",
    "also",
    "an",
    "and",
    "as",
    "at",
    "by",
    "for",
    "from",
    "had",
    "has",
    "he",
    "her",
    "his",
    "in",
    "is",
    "it",
    "of",
    "on",
    "said",
    "say",
    "says",
    "she",
    "that",
    "the",
    "their",
    "they",
    "to",
    "told",
    "was",
    "were",
    "who",
    "with",
];

/// A text with its words and where each stands.
pub(super) struct Text<'a> {
    pub(super) text: &'a str,
    pub(super) words: Vec<WordId>,
    /// The bytes at which each word stands.
    pub(super) at: Vec<Range<usize>>,
    places: HashMap<WordId, Vec<u32>>,
}

impl<'a> Text<'a> {
    pub(super) fn new(text: &'a str, vocabulary: &mut Vocabulary) -> Self {
        let (words, at): (Vec<WordId>, Vec<Range<usize>>) =
            vocabulary.read(text).into_iter().unzip();
        let mut places: HashMap<WordId, Vec<u32>> = HashMap::new();
        for (place, word) in words.iter().enumerate() {
            places.entry(*word).or_default().push(place as u32);
        }
        Self { text, words, at, places }
    }

    /// Where a word stands.
    pub(super) fn places(&self, word: WordId) -> &[u32] {
        self.places.get(&word).map_or(&[], Vec::as_slice)
    }

    /// The places at which words stand in a row; `None` where that is more work
    /// than is left, or more places than `most`.
    pub(super) fn occurrences(
        &self,
        words: &[WordId],
        most: usize,
        work: &mut Work,
    ) -> Option<Vec<usize>> {
        let rarest = words.iter().enumerate().min_by_key(|(_, word)| self.places(**word).len())?;
        let (offset, word) = rarest;
        let places = self.places(*word);
        if !work.spend(places.len()) {
            return None;
        }
        let mut found = Vec::new();
        for place in places {
            let Some(start) = (*place as usize).checked_sub(offset) else { continue };
            let here = self.words.get(start..start + words.len()).unwrap_or_default();
            // Most places differ in a neighbour; a text that repeats itself does not.
            let alike = here.iter().zip(words).take_while(|(one, other)| one == other).count();
            if !work.spend(alike) {
                return None;
            }
            if alike == words.len() {
                found.push(start);
                if found.len() > most {
                    return None;
                }
            }
        }
        Some(found)
    }

    /// What stands between a word and the one after it.
    pub(super) fn gap_after(&self, place: usize) -> &'a str {
        let start = self.at.get(place).map_or(0, |word| word.end);
        let end = self.at.get(place + 1).map_or(self.text.len(), |word| word.start);
        self.text.get(start..end).unwrap_or_default()
    }

    /// What stands between a word and the one before it.
    pub(super) fn gap_before(&self, place: usize) -> &'a str {
        match place.checked_sub(1) {
            Some(before) => self.gap_after(before),
            None => {
                let end = self.at.first().map_or(self.text.len(), |word| word.start);
                self.text.get(..end).unwrap_or_default()
            }
        }
    }
}

/// What stands outside of words, without its typography: one kind of quotation
/// mark, of dash and of space, and full stops for an ellipsis.
pub(super) fn fold_marks(marks: &str) -> String {
    let mut folded = String::with_capacity(marks.len());
    for char in marks.chars().filter(|char| !is_ignorable(*char)) {
        match char {
            '…' => folded.push_str("..."),
            '\u{2010}'..='\u{2015}' | '−' => folded.push('-'),
            _ if is_quotation_mark(char) || is_apostrophe(char) => folded.push('\''),
            _ if char.is_whitespace() => {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            }
            _ => folded.push(char),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negations_and_figures_are_claims() {
        let mut vocabulary = Vocabulary::default();
        let mut claims = |text: &str| {
            let ids: Vec<WordId> = vocabulary.read(text).into_iter().map(|(id, _)| id).collect();
            vocabulary.claims(&ids).join(" ")
        };
        assert_eq!(claims("We don't want five of 12 million"), "12 5 million not");
        assert_eq!(claims("We do not want 5 of twelve million"), "12 5 million not");
        assert_eq!(claims("everyone agrees"), "");
    }
}
