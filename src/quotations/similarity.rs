//! When two texts are near: two bodies, and two wordings of a quote.

use std::collections::BTreeSet;

use super::facts::NearFacts;
use super::fingerprint::{BodyPrint, shared};
use super::words::{self, Word};

/// The fewest runs of words outside of quotes by which a copy is told: less is
/// much the same in any report.
const FEWEST_RUNS: usize = 16;
/// The share of the shorter body's runs that tells a copy by itself.
const COPIED: f64 = 0.5;
/// The share that tells one where quotes are shared too. Editors leave a third.
const EDITED: f64 = 0.2;
/// How many shared quotes that takes.
const SHARED_QUOTES: usize = 2;
/// The share that makes a common origin possible.
const RELATED: f64 = 0.25;
/// How many shared quotes do: two reporters at one event bring home some of the
/// same words.
const RELATED_QUOTES: usize = 3;
/// Longer wordings are the same only word for word.
const COMPARED_WORDS: usize = 1_000;
/// One word in so many may differ between two wordings of a quote.
const WORDS_AN_EDIT: usize = 5;

/// How near two bodies are; `None` where they have nothing to do with each other.
/// What stands in quotation marks counts as quotes, not as text.
pub(super) fn bodies(one: &BodyPrint, other: &BodyPrint) -> Option<NearFacts> {
    let (own, others) = (one.runs.len() - one.inside.len(), other.runs.len() - other.inside.len());
    let shorter = own.min(others);
    // A run may be the text's own in one body and quoted in the other one.
    let inside: BTreeSet<&u64> = one.inside.iter().chain(&other.inside).collect();
    let text = |runs: &[u64]| -> Vec<u64> {
        runs.iter().copied().filter(|run| !inside.contains(run)).collect()
    };
    let both = shared(&text(&one.runs), &text(&other.runs));
    let quotes = shared(&one.quotes, &other.quotes);
    let containment = both as f64 / shorter.max(1) as f64;
    let resemblance = both as f64 / (own + others - both).max(1) as f64;
    let told = shorter >= FEWEST_RUNS;
    let edited = containment >= EDITED && quotes >= SHARED_QUOTES;
    let sure = told && (containment >= COPIED || edited);
    let related = sure || (told && containment >= RELATED) || quotes >= RELATED_QUOTES;
    let quotes = quotes as u32;
    related.then_some(NearFacts { resemblance, containment, quotes, sure })
}

/// How many words two wordings differ in, where they are near: one word in five at
/// most, and never a negation or a figure.
pub(super) fn wordings(one: &[Word], other: &[Word]) -> Option<usize> {
    let (shorter, longer) = (one.len().min(other.len()), one.len().max(other.len()));
    let most = (longer / WORDS_AN_EDIT).max(1);
    if longer > COMPARED_WORDS || longer - shorter > most {
        return None;
    }
    if words::claims(one) != words::claims(other) {
        return None;
    }
    let edits = distance(one, other);
    (edits <= most).then_some(edits)
}

/// How many words are put in, left out or exchanged between two wordings.
pub(super) fn distance(one: &[Word], other: &[Word]) -> usize {
    let folds = |words: &[Word]| -> Vec<String> {
        words.iter().take(COMPARED_WORDS).map(|word| word.fold.clone()).collect()
    };
    strsim::generic_levenshtein(&folds(one), &folds(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_told_from_another_report_of_the_same_words() {
        let text = |seed: usize| -> String {
            (0..60).map(|at| format!("w{} ", (seed * 7_919 + at * 104_729) % 9_973)).collect()
        };
        let quote = "\u{201c}We will open the bridge in May, and whoever says otherwise has not \
                     read what we signed with our partners in all of these long years\u{201d}";
        let print = |text: String| BodyPrint::of(&text);
        let first = print(format!("{} {quote} {}", text(1), text(2)));
        let cut = bodies(&first, &print(format!("{} {quote}", text(1)))).unwrap();
        assert!(cut.sure && cut.containment > 0.9 && cut.quotes == 1, "{cut:?}");
        assert_eq!(bodies(&first, &print(format!("{} {quote} {}", text(3), text(4)))), None);
        // Edited hard: a third of the text is left, with two quotes.
        let quotes = format!("{quote} \u{201c}And that will be the end of it\u{201d}");
        let long = print(format!("{} {quotes} {} {}", text(1), text(2), text(3)));
        let edited = print(format!("{} {quotes} {} {}", text(1), text(5), text(6)));
        let near = bodies(&long, &edited).unwrap();
        assert!(near.sure && near.containment < 0.5 && near.quotes == 2, "{near:?}");
    }

    fn check(one: &str, other: &str, expected: Option<usize>) {
        let (one, other) = (words::read(one), words::read(other));
        assert_eq!(wordings(&one, &other), expected);
        assert_eq!(wordings(&other, &one), expected);
    }

    #[test]
    fn near_wordings_differ_in_few_words_and_claim_the_same() {
        check("we will go there at once", "We will go there, at once!", Some(0));
        check("we will go there at once", "we will go there right at once", Some(1));
        check("we will go there at once", "they will go there right now", None);
        check("we will go there at once", "we will not go there at once", None);
        check("we will pay 5 million for it", "we will pay 6 million for it", None);
    }
}
