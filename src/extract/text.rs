//! A text as its paragraphs.

use std::ops::Range;

/// A paragraph of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Its bytes.
    pub(super) bytes: Range<usize>,
    /// Its first code point.
    pub(super) first: usize,
    /// Whether the next paragraph begins with a quotation mark.
    pub(super) quote_follows: bool,
}

/// Lines at least this long may have been broken by a program.
const WRAPPED: usize = 40;

/// The paragraphs of a text, blank ones left out. A line is one, unless it is long,
/// ends within a sentence, and the next line goes on in small letters.
pub(super) fn paragraphs(text: &str) -> impl Iterator<Item = Part> + '_ {
    let (mut byte, mut point) = (0, 0);
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(byte..).filter(|rest| !rest.is_empty())?;
            let length = length_of(rest);
            let part = rest.get(..length).unwrap_or(rest);
            let (start, first) = (byte, point);
            byte += part.len();
            point += part.chars().count();
            if !part.trim().is_empty() {
                let after = text.get(byte..).unwrap_or_default().trim_start();
                let quote_follows =
                    after.starts_with(['"', '\u{201c}', '\u{2018}', '\u{ab}', '\'']);
                return Some(Part { bytes: start..byte, first, quote_follows });
            }
        }
    })
}

/// The bytes of the first paragraph of `rest`.
fn length_of(rest: &str) -> usize {
    let mut length = 0;
    for line in rest.split_inclusive('\n') {
        length += line.len();
        let goes_on = rest.get(length..).and_then(|after| after.chars().next());
        let is_wrapped = line.len() >= WRAPPED
            && !line.trim_end().ends_with(['.', '!', '?', ':', '"', '\u{201d}']);
        if !(is_wrapped && goes_on.is_some_and(char::is_lowercase)) {
            break;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_paragraphs_unless_a_sentence_was_broken() {
        let check = |text: &str, parts: &[&str]| {
            let found: Vec<&str> = paragraphs(text).map(|part| &text[part.bytes]).collect();
            assert_eq!(found, parts, "{text:?}");
        };
        check("", &[]);
        check("\n \n", &[]);
        check("One.\n\nTwo.", &["One.\n", "Two."]);
        let wrapped = "A line that was broken by a program that\ncounts letters.\nAnother.";
        check(wrapped, &[&wrapped[..57], "Another."]);
        check("A title\nand not more", &["A title\n", "and not more"]);
    }

    #[test]
    fn places_count_code_points() {
        let parts: Vec<Part> = paragraphs("Éé\n\n“x”").collect();
        let places: Vec<(usize, bool)> =
            parts.iter().map(|it| (it.first, it.quote_follows)).collect();
        assert_eq!(places, [(0, true), (4, false)]);
    }
}
