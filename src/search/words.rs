//! The words of a text as the index holds them: folded, so that case, diacritics
//! and letter variants make no difference, each with where it stands.

use std::ops::Range;

use crate::domain::name::{fold_word, is_mark, joins};

/// The longest word, in code points; what is longer is cut.
const MAX_CHARS: usize = 80;

/// Letters that French and Italian join to the next word by an apostrophe.
const ELISIONS: [&str; 16] = [
    "c", "d", "j", "l", "m", "n", "s", "t", "qu", "un", "dell", "nell", "dall", "sull", "all",
    "quest",
];

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Folded; never empty.
    pub(super) fold: String,
    /// The bytes where it stands.
    pub(super) place: Range<usize>,
}

/// The words of a text, in order.
pub(super) fn words(text: &str) -> Words<'_> {
    Words { text, from: 0 }
}

/// Walks the words of a text.
pub(super) struct Words<'a> {
    text: &'a str,
    from: usize,
}

impl Iterator for Words<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        let mut fold = String::new();
        let place = self.advance(&mut fold)?;
        Some(Word { fold, place })
    }
}

impl Words<'_> {
    /// Where the next word stands; writes it, folded, over what `fold` holds.
    pub(super) fn advance(&mut self, fold: &mut String) -> Option<Range<usize>> {
        loop {
            let place = self.next_place()?;
            fold.clear();
            push_folded(fold, self.text.get(place.clone())?);
            if !fold.is_empty() {
                return Some(place);
            }
        }
    }

    /// Where the next word stands, although nothing may be left of it once folded.
    pub(super) fn next_place(&mut self) -> Option<Range<usize>> {
        let rest = self.text.get(self.from..)?;
        let begin = self.from + rest.find(char::is_alphanumeric)?;
        let ascii = ascii_end(self.text, begin);
        self.from = ascii.unwrap_or_else(|| end_of(self.text, begin));
        let surface = self.text.get(begin..self.from)?;
        let surface = if ascii.is_some() { surface } else { without_possessive(surface) };
        Some(begin..begin + surface.len())
    }
}

/// Where the word that begins at a byte ends, where it is clear from ASCII alone.
/// Most words are, and are told so at a fraction of the cost.
fn ascii_end(text: &str, begin: usize) -> Option<usize> {
    let rest = text.as_bytes().get(begin..)?;
    let length = rest.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(rest.len());
    let ends = rest.get(length).is_none_or(|byte| byte.is_ascii() && !joins(char::from(*byte)));
    (length > 0 && ends).then_some(begin + length)
}

/// Where the word that begins at a byte ends.
fn end_of(text: &str, begin: usize) -> usize {
    let rest = text.get(begin..).unwrap_or_default();
    let mut end = begin;
    for (at, char) in rest.char_indices() {
        let inner = char.is_alphanumeric() || is_mark(char);
        if at > 0 && (stands_alone(char) || (!inner && !joins(char))) {
            break;
        }
        if inner {
            end = begin + at + char.len_utf8();
        } else if is_apostrophe(char) && is_elision(rest.get(..at).unwrap_or_default()) {
            break;
        }
        if at == 0 && stands_alone(char) {
            break;
        }
    }
    end
}

/// Adds a word, folded and cut to length; nothing where nothing is left of it.
fn push_folded(folded: &mut String, surface: &str) {
    if surface.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        folded.push_str(surface);
        folded.make_ascii_lowercase();
    } else {
        let joined: String = surface.chars().filter(|char| !joins(*char)).collect();
        folded.push_str(&fold_word(&joined));
    }
    // A code point has a byte at least.
    if folded.len() > MAX_CHARS
        && let Some((cut, _)) = folded.char_indices().nth(MAX_CHARS)
    {
        folded.truncate(cut);
    }
}

/// "Iraq's" is looked for as "Iraq".
fn without_possessive(surface: &str) -> &str {
    let short = surface.strip_suffix(['s', 'S']).unwrap_or(surface);
    match short.strip_suffix(is_apostrophe) {
        Some(owner) if short.len() < surface.len() && !owner.is_empty() => owner,
        _ => surface,
    }
}

fn is_elision(letters: &str) -> bool {
    letters.len() <= 5 && ELISIONS.iter().any(|it| it.eq_ignore_ascii_case(letters))
}

fn is_apostrophe(char: char) -> bool {
    matches!(char, '\'' | '\u{2019}')
}

/// Characters of scripts that leave no gaps between words: each is looked for by
/// itself, several as a phrase.
fn stands_alone(char: char) -> bool {
    matches!(
        char,
        '\u{e00}'..='\u{eff}'
            | '\u{1000}'..='\u{109f}'
            | '\u{1780}'..='\u{17ff}'
            | '\u{3040}'..='\u{30ff}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let folds: Vec<String> = words(text).map(|word| word.fold).collect();
        assert_eq!(folds.join(" "), expected);
    }

    #[test]
    fn words_are_folded() {
        check("Nêçîrvan BARZANÎ’s visit, 3,000 men.", "necirvan barzani visit 3 000 men");
        check("O'Neill's L'homme d’État; it's", "oneill l homme d etat it");
        check("كوردستان کوردستان ڕێگای نێوان", "کوردستان کوردستان رێگای نێوان");
        check("محمـــد كَتَبَ كتاب\u{200c}ها", "محمد کتب کتابها");
        check("東京で", "東 京 で");
        check("— … !?", "");
    }

    proptest! {
        #[test]
        fn words_of_ascii_end_where_others_do(text in "[aB3'`\\- .é\u{301}\u{ad}カ]{0,40}") {
            let mut words = words(&text);
            while let Some(place) = words.next_place() {
                let end = end_of(&text, place.start);
                prop_assert_eq!(words.from, end);
                let surface = without_possessive(&text[place.start..end]);
                prop_assert_eq!(surface, &text[place]);
            }
        }

        #[test]
        fn every_word_stands_where_it_says(text in "\\PC{0,200}") {
            let mut end = 0;
            for word in words(&text) {
                prop_assert!(word.place.start >= end && !word.fold.is_empty());
                prop_assert!(text.get(word.place.clone()).is_some_and(|it| !it.is_empty()));
                end = word.place.end;
            }
        }
    }
}
