//! The common words: those that many articles of several outlets use.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::label::Labelled;

/// Articles and outlets that must use a word.
const ARTICLES: usize = 12;
const OUTLETS: usize = 4;

#[derive(Default)]
struct Use<'a> {
    articles: usize,
    outlets: BTreeSet<&'a str>,
    small: usize,
    capital: usize,
}

/// The common words of articles, most used first, as the lines of `words.txt`. Words
/// that are mostly written with a capital letter are names, and left out.
#[must_use]
pub fn common_words(articles: &[Labelled]) -> String {
    let mut uses: BTreeMap<String, Use<'_>> = BTreeMap::new();
    for article in articles {
        let mut seen = BTreeSet::new();
        for word in
            article.text.split(|it: char| !it.is_alphabetic() && it != '\'' && it != '\u{2019}')
        {
            let Some(first) = word.chars().next() else { continue };
            let key = key(word);
            let used = uses.entry(key.clone()).or_default();
            if first.is_lowercase() {
                used.small += 1;
                seen.insert(key);
            } else {
                used.capital += 1;
            }
        }
        for used in seen {
            let used = uses.entry(used).or_default();
            used.articles += 1;
            used.outlets.insert(&article.outlet);
        }
    }
    let mut common: Vec<(&String, &Use<'_>)> =
        uses.iter().filter(|(word, used)| is_common(word, used)).collect();
    common.sort_by_key(|(word, used)| (std::cmp::Reverse(used.articles), *word));
    common.iter().fold(String::new(), |mut lines, (word, _)| {
        // Writing to a String never fails.
        let _ = writeln!(lines, "{word}");
        lines
    })
}

fn is_common(word: &str, used: &Use<'_>) -> bool {
    let used_enough = used.articles >= ARTICLES && used.outlets.len() >= OUTLETS;
    used_enough && used.small > used.capital && word.len() < 20
}

/// A word in small letters with straight apostrophes, without 's and the like.
fn key(word: &str) -> String {
    let word = word.to_lowercase().replace('\u{2019}', "'");
    let stem = ["'s", "'re", "'ve", "'ll", "'d", "'m"].iter().find_map(|it| word.strip_suffix(it));
    stem.unwrap_or(&word).trim_matches('\'').to_owned()
}
