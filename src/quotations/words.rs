//! Words as quotations compare them: typography, case, diacritics and variants of
//! letters set aside; gaps and brackets, which editors put in, kept as such.

use crate::domain::name;
use crate::domain::words;

/// One word of a quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// As it is written.
    pub text: String,
    /// Folded: what is compared.
    pub fold: String,
    /// Whether it stands in square brackets: the editor's word, not the speaker's.
    pub bracketed: bool,
    /// Whether an ellipsis stands before it: words may be left out there.
    pub after_gap: bool,
    /// Whether it negates.
    pub negation: bool,
    /// What it adds to a claim, if it is a word that turns one into another.
    pub claim: Option<String>,
}

/// The words of a quote.
#[must_use]
pub fn read(text: &str) -> Vec<Word> {
    let text = without_lone_letters_in_brackets(text);
    let mut read: Vec<Word> = Vec::new();
    let mut end = 0;
    let mut depth = 0_usize;
    for (word, range) in words::words(&text) {
        let between = text.get(end..range.start).unwrap_or_default();
        for char in between.chars() {
            match char {
                '[' => depth += 1,
                ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        let written = text.get(range.clone()).unwrap_or_default();
        read.push(Word {
            text: written.to_owned(),
            bracketed: depth > 0,
            after_gap: is_gap(between),
            negation: words::is_negation(&word),
            claim: words::claim(&word),
            fold: fold(word),
        });
        end = range.end;
    }
    read
}

/// The folded words of a text, for its fingerprints.
pub(super) fn folds(text: &str) -> impl Iterator<Item = (String, std::ops::Range<usize>)> {
    words::words(text).map(|(word, range)| (fold(word), range))
}

fn fold(word: String) -> String {
    if word.is_ascii() {
        return word;
    }
    let folded = name::fold_word(&word);
    if folded.is_empty() { word } else { folded }
}

/// Whether what stands between two words says that words are left out.
fn is_gap(between: &str) -> bool {
    let dots = between.chars().filter(|char| *char == '.').count();
    between.contains('…') || dots >= 3
}

/// "[T]he" is "The": a changed capital is no other word.
fn without_lone_letters_in_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('[') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let mut chars = from.chars();
        let [open, letter, close, next] = [chars.next(), chars.next(), chars.next(), chars.next()];
        let lone = letter.is_some_and(char::is_alphabetic)
            && close == Some(']')
            && next.is_some_and(char::is_alphabetic);
        let taken = if lone { 1 + letter.map_or(0, char::len_utf8) + 1 } else { 1 };
        out.extend(if lone { letter } else { open });
        rest = from.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// The negations and figures among words, sorted: what must be the same for two
/// wordings to claim the same.
#[must_use]
pub fn claims(words: &[Word]) -> Vec<&str> {
    let mut claims: Vec<&str> = words.iter().filter_map(|word| word.claim.as_deref()).collect();
    claims.sort_unstable();
    claims
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = |word: &Word| {
            let gap = if word.after_gap { "~" } else { "" };
            if word.bracketed {
                format!("{gap}[{}]", word.fold)
            } else {
                format!("{gap}{}", word.fold)
            }
        };
        let words: Vec<String> = read(text).iter().map(shown).collect();
        assert_eq!(words.join(" "), expected);
    }

    #[test]
    fn typography_makes_no_difference() {
        check("“We don’t — we CAN’T — wait,”", "we don't we can't wait");
        check("We don't - we can't - wait", "we don't we can't wait");
        check("Café Nêçîrvan", "cafe necirvan");
        check("نيچيرڤان", "نیچیرڤان");
    }

    #[test]
    fn what_editors_put_in_is_kept_apart() {
        check("We will … go", "we will ~go");
        check("We will... go", "we will ~go");
        check("We will [...] go", "we will ~go");
        check("[The deal] is good", "[the] [deal] is good");
        check("[T]he deal is [very] good", "the deal is [very] good");
        check("a [", "a");
        check("[]a [b", "a [b]");
    }
}
