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
        loop {
            let rest = self.text.get(self.from..)?;
            let begin = self.from + rest.find(char::is_alphanumeric)?;
            let end = end_of(self.text, begin);
            self.from = end;
            if let Some(word) = word(self.text, begin..end) {
                return Some(word);
            }
        }
    }
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

fn word(text: &str, place: Range<usize>) -> Option<Word> {
    let surface = without_possessive(text.get(place.clone())?);
    let place = place.start..place.start + surface.len();
    let fold = if surface.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        surface.to_ascii_lowercase()
    } else {
        let joined: String = surface.chars().filter(|char| !joins(*char)).collect();
        fold_word(&joined)
    };
    let fold = match fold.char_indices().nth(MAX_CHARS) {
        Some((cut, _)) => fold.get(..cut)?.to_owned(),
        None => fold,
    };
    (!fold.is_empty()).then_some(Word { fold, place })
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
