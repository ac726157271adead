//! Fingerprints: numbers by which texts that share words are found without
//! comparing all with all.
//!
//! A body is fingerprinted by winnowing its runs of four words: of any three in a
//! row the smallest is kept, so that bodies that share six words in a row share a
//! fingerprint, wherever these stand. The smallest of all are its samples, by
//! which near-duplicates are looked for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::words::{self, Word};
use crate::domain::words::is_quotation_mark;

/// How many words make one fingerprint of a body.
const BODY_RUN: usize = 4;
/// Of how many runs in a row the smallest is kept.
const WINDOW: usize = 3;
/// How many words make one gram of a passage.
const GRAM: usize = 3;
/// Fingerprints are numbers of five bytes: few enough bytes to keep many, enough
/// that two texts hardly ever share one by chance.
const MASK: u64 = (1 << 40) - 1;
/// Every fingerprint below this is a sample: about one run in sixteen.
const SAMPLED_BELOW: u64 = MASK >> 4;
/// A short body has this many samples at least, where it has as many runs.
const FEWEST_SAMPLES: usize = 24;
/// A long body has this many at most.
const MOST_SAMPLES: usize = 64;
/// Of a longer passage only the beginning is indexed, in words.
const INDEXED_WORDS: usize = 2_000;
/// A passage this short is also indexed with each of its words left out: one
/// changed word may touch every one of its grams.
const SHORT_PASSAGE: usize = 7;
/// How many pairs of smallest words a quote is found by.
const BANDS: u64 = 12;
/// The longest quoted span that two bodies are held to share, in bytes.
const QUOTED_BYTES: usize = 4_096;

/// The fewest words of a quoted span that counts as a quotation.
pub const QUOTATION_WORDS: usize = 5;

/// What a body is found by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BodyPrint {
    /// Its fingerprints, sorted.
    pub(super) runs: Vec<u64>,
    /// Those of them that no place has wholly outside of quoted spans, sorted: two
    /// reports that quote the same words need not be copies.
    pub(super) inside: Vec<u64>,
    /// Its quoted spans of some length, as numbers, sorted.
    pub(super) quotes: Vec<u64>,
    /// Those of both by which near-duplicates are looked for.
    pub(super) samples: Vec<u64>,
}

impl BodyPrint {
    pub(super) fn of(text: &str) -> Self {
        let words: Vec<(u64, std::ops::Range<usize>)> =
            words::folds(text).map(|(word, range)| (hash(word.as_bytes()), range)).collect();
        let hashes: Vec<u64> = words.iter().map(|(hash, _)| *hash).collect();
        let spans: Vec<std::ops::Range<usize>> = quoted_spans(text)
            .map(|(start, end)| {
                let first = words.partition_point(|(_, range)| range.start < start);
                first..words.partition_point(|(_, range)| range.end <= end).max(first)
            })
            .collect();
        let all = runs(&hashes, BODY_RUN);
        let mut kept: Vec<u64> =
            all.windows(WINDOW).filter_map(|window| window.iter().min().copied()).collect();
        if all.len() < WINDOW {
            kept.extend(all.iter().copied());
        }
        let own = outside(&all, &spans);
        let below = own.iter().take_while(|run| **run < SAMPLED_BELOW).count();
        let count = below.clamp(FEWEST_SAMPLES, MOST_SAMPLES);
        let mut samples: Vec<u64> = own.iter().copied().take(count).collect();
        kept.extend(samples.iter().copied());
        let runs = sorted(kept);
        let spans = spans.into_iter().filter(|span| span.len() >= QUOTATION_WORDS);
        let quotes = sorted(
            spans
                .filter_map(|span| hashes.get(span))
                .map(|span| combine(span.iter().copied().chain([0x71])))
                .collect(),
        );
        samples.extend(quotes.iter().take(MOST_SAMPLES));
        let is_inside = |run: &u64| own.binary_search(run).is_err();
        let inside = runs.iter().copied().filter(is_inside).collect();
        Self { runs, inside, quotes, samples }
    }

    /// The fingerprints of words that are looked for in bodies: every run, since
    /// it is not known which of them a body kept.
    pub(super) fn looked_for(words: &[Word]) -> Vec<u64> {
        let hashes: Vec<u64> = words.iter().map(|word| hash(word.fold.as_bytes())).collect();
        runs(&hashes, BODY_RUN)
    }
}

/// The runs that stand, at one place at least, wholly outside of quoted spans; sorted.
fn outside(all: &[u64], spans: &[std::ops::Range<usize>]) -> Vec<u64> {
    let mut spans = spans.iter().peekable();
    let mut own = Vec::with_capacity(all.len());
    for (at, run) in all.iter().enumerate() {
        while spans.next_if(|span| span.end <= at).is_some() {}
        if spans.peek().is_none_or(|span| at + BODY_RUN <= span.start) {
            own.push(*run);
        }
    }
    sorted(own)
}

/// Numbers in order, each once.
fn sorted(mut numbers: Vec<u64>) -> Vec<u64> {
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// The bytes between which quoted spans of a text stand. A mark that does not
/// close within a paragraph opens none.
fn quoted_spans(text: &str) -> impl Iterator<Item = (usize, usize)> {
    let mut open: Option<usize> = None;
    text.char_indices().filter_map(move |(at, char)| {
        if char == '\n' {
            open = None;
        }
        if !is_quotation_mark(char) {
            return None;
        }
        match open.take() {
            Some(start) if at - start <= QUOTED_BYTES && !matches!(char, '“' | '„' | '«') => {
                Some((start, at))
            }
            _ => {
                open = Some(at + char.len_utf8());
                None
            }
        }
    })
}

/// What a passage is found by when words are looked for: its runs of three words,
/// and for a short one itself with each word left out.
pub(super) fn grams(words: &[Word]) -> BTreeSet<u64> {
    let indexed = words.get(..words.len().min(INDEXED_WORDS)).unwrap_or_default();
    let hashes: Vec<u64> = indexed.iter().map(|word| hash(word.fold.as_bytes())).collect();
    let mut grams: BTreeSet<u64> = runs(&hashes, GRAM).into_iter().collect();
    if hashes.len() <= SHORT_PASSAGE {
        let whole = hashes.iter().copied().chain([0x64]);
        grams.insert(combine(whole));
        for left_out in 0..hashes.len() {
            let rest = hashes.iter().enumerate().filter(|(at, _)| *at != left_out);
            grams.insert(combine(rest.map(|(_, hash)| *hash).chain([0x64])));
        }
    }
    grams
}

/// The buckets in which quotes with nearly the same words meet: in each the two
/// words that are smallest by an order of its own.
pub(super) fn bands(words: &[Word]) -> Vec<u64> {
    let hashes: BTreeSet<u64> = words.iter().map(|word| hash(word.fold.as_bytes())).collect();
    let smallest = |seed: u64| hashes.iter().map(|hash| mix(hash ^ mix(seed))).min().unwrap_or(0);
    (0..BANDS).map(|band| combine([band, smallest(2 * band + 1), smallest(2 * band + 2)])).collect()
}

/// A number for bytes that stays the same from one build to the next.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    // FNV-1a, then mixed so that all bits count.
    let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    mix(bytes.iter().fold(0xcbf2_9ce4_8422_2325, fold))
}

fn runs(hashes: &[u64], length: usize) -> Vec<u64> {
    hashes.windows(length).map(|run| combine(run.iter().copied())).collect()
}

fn combine(hashes: impl IntoIterator<Item = u64>) -> u64 {
    let step = |all: u64, hash: u64| mix(all.rotate_left(5) ^ hash);
    hashes.into_iter().fold(0x9e37_79b9_7f4a_7c15, step) & MASK
}

/// The finalizer of MurmurHash3.
fn mix(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

/// How many numbers two sorted lists share.
pub(super) fn shared(one: &[u64], other: &[u64]) -> usize {
    let (mut left, mut right, mut count) = (one.iter().peekable(), other.iter().peekable(), 0);
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        match a.cmp(b) {
            std::cmp::Ordering::Less => drop(left.next()),
            std::cmp::Ordering::Greater => drop(right.next()),
            std::cmp::Ordering::Equal => {
                count += 1;
                left.next();
                right.next();
            }
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quoted_spans_of_a_body_are_found() {
        let check = |text: &str, expected: usize| {
            assert_eq!(BodyPrint::of(text).quotes.len(), expected, "{text}");
        };
        check("“We will go there at once,” she said.", 1);
        check("\"We will go there at once,\" she said, \"and stay there for good.\"", 2);
        check("«Nous irons là tout de suite», dit-elle.", 1);
        check("“Too short,” she said.", 0);
        check("“We will go there\n\nat once and stay.” But no.", 0);
    }

    proptest! {
        #[test]
        fn six_words_in_a_row_share_a_fingerprint(
            before in prop::collection::vec("[a-z]{1,6}", 0..30),
            same in prop::collection::vec("[a-z]{1,6}", 6..20),
            after in prop::collection::vec("[a-z]{1,6}", 0..30),
        ) {
            let body = [before, same.clone(), after].concat().join(" ");
            let print = BodyPrint::of(&body);
            let sought = BodyPrint::looked_for(&words::read(&same.join(" ")));
            prop_assert!(sought.iter().any(|run| print.runs.contains(run)));
        }

        #[test]
        fn a_short_quote_with_one_other_word_shares_a_gram(
            quote in prop::collection::vec("[a-z]{2,6}", 5..12), at in 0_usize..12,
        ) {
            let mut other = quote.clone();
            let at = at % other.len();
            other[at] = "0x".into();
            let one = grams(&words::read(&quote.join(" ")));
            prop_assert!(!one.is_disjoint(&grams(&words::read(&other.join(" ")))));
        }
    }
}
