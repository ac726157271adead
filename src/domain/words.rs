//! The words of a text, folded so that typography makes no difference, and which
//! of them turn a claim into another one.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

/// The words of a text, folded, with the bytes at which each stands.
pub fn words(text: &str) -> impl Iterator<Item = (String, Range<usize>)> {
    let mut chars = text.char_indices().peekable();
    std::iter::from_fn(move || {
        let (start, first) = chars.find(|(_, char)| char.is_alphanumeric())?;
        let mut word: String = first.to_lowercase().collect();
        let mut end = start + first.len_utf8();
        let alone = stands_alone(first);
        while let Some((at, char)) = chars.peek().copied() {
            let next = || {
                let rest = text.get(at + char.len_utf8()..).unwrap_or_default();
                rest.chars().find(|char| !is_ignorable(*char))
            };
            if is_ignorable(char) && next().is_some_and(is_inner) && !alone {
                // Left out of the word, which goes on behind it.
            } else if is_combining_mark(char) {
                word.push(char);
            } else if alone || stands_alone(char) {
                break;
            } else if char.is_alphanumeric() {
                word.extend(char.to_lowercase());
            } else if is_apostrophe(char) && next().is_some_and(char::is_alphanumeric) {
                word.push('\'');
            } else if joins_figures(char, word.chars().last(), next()) {
                // Thousands are written with and without separators.
                if char == '.' {
                    word.push('.');
                }
            } else {
                break;
            }
            end = at + char.len_utf8();
            chars.next();
        }
        Some((word, start..end))
    })
}

fn is_inner(char: char) -> bool {
    char.is_alphanumeric() || is_combining_mark(char)
}

fn joins_figures(char: char, before: Option<char>, after: Option<char>) -> bool {
    let digit = |char: Option<char>| char.is_some_and(|char| char.is_ascii_digit());
    matches!(char, '.' | ',' | '\u{202f}') && digit(before) && digit(after)
}

/// Whether a character is an apostrophe, or stands for one.
#[must_use]
pub fn is_apostrophe(char: char) -> bool {
    matches!(char, '\'' | '’' | '‘' | 'ʼ' | '＇' | '`' | '´')
}

/// Soft hyphens, joiners and marks that show nothing.
#[must_use]
pub fn is_ignorable(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

/// Characters of scripts that put no spaces between words.
fn stands_alone(char: char) -> bool {
    matches!(char,
        '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}')
}

/// Whether a character is one of the marks that stand around quotes. The single
/// ones are apostrophes too, and not counted.
#[must_use]
pub fn is_quotation_mark(char: char) -> bool {
    matches!(char, '"' | '“' | '”' | '„' | '‟' | '«' | '»' | '″' | '「' | '」' | '『' | '』')
}

/// Words that negate, in the languages that news is most often read in here.
const NEGATIONS: &[&str] = &[
    "not",
    "no",
    "never",
    "nor",
    "neither",
    "none",
    "nobody",
    "nothing",
    "nowhere",
    "cannot",
    "without",
    "hardly",
    "ne",
    "pas",
    "jamais",
    "nicht",
    "kein",
    "keine",
    "keinen",
    "nie",
    "niemals",
    "nunca",
    "jamás",
    "não",
    "non",
    "mai",
    "не",
    "нет",
    "ни",
    "никогда",
    "لا",
    "لم",
    "لن",
    "ليس",
    "ليست",
    "değil",
    "نە",
    "نا",
    "نییە",
    "نیست",
    "نه",
];

const NUMBERS: &[&str] = &[
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
    "eleven", "twelve",
];

/// Words whose exchange makes another amount or order.
const AMOUNTS: &[&str] = &[
    "half", "dozen", "hundred", "thousand", "million", "billion", "trillion", "first", "second",
    "third", "fourth", "fifth",
];

/// Whether a word negates.
#[must_use]
pub fn is_negation(word: &str) -> bool {
    NEGATIONS.contains(&word) || word.ends_with("n't")
}

/// What a word adds to a claim, if it is one that turns it into another.
#[must_use]
pub fn claim(word: &str) -> Option<String> {
    if is_negation(word) {
        return Some("not".into());
    }
    // "one" is more often a pronoun than a figure.
    if let Some(number) = NUMBERS.iter().position(|it| *it == word).filter(|it| *it != 1) {
        return Some(number.to_string());
    }
    let figure = word.chars().any(char::is_numeric) && word != "1";
    (figure || AMOUNTS.contains(&word)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let folded: Vec<String> = words(text).map(|(word, _)| word).collect();
        assert_eq!(folded.join("|"), expected);
    }

    #[test]
    fn typography_makes_no_difference_to_words() {
        check("“Don’t—go… now,” he said", "don't|go|now|he|said");
        check("\"Don't - go... now,\" he said", "don't|go|now|he|said");
        check("co\u{ad}operate with 'us'", "cooperate|with|us");
        check("1,200 or 1200, 3.5 percent", "1200|or|1200|3.5|percent");
        check("東京は 10", "東|京|は|10");
    }
}
