//! Selectors: where a span of words stands, filled in and verified.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::body::TextIndex;
use super::limits;

/// Where a span of words stands in a body: the W3C Web Annotation
/// TextQuoteSelector and TextPositionSelector in one. Positions count Unicode
/// code points, the end exclusive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// The words themselves.
    pub exact: String,
    /// The words just before.
    pub prefix: String,
    /// The words just after.
    pub suffix: String,
    /// The first code point, counted from 0.
    pub start: Option<u32>,
    /// The code point after the last.
    pub end: Option<u32>,
    /// Whether the words were found in the stored body.
    pub verified: bool,
}

impl Selector {
    /// The full selector of the span between two bytes of a body in its stored
    /// form.
    #[must_use]
    pub fn of(index: &TextIndex<'_>, start: usize, end: usize) -> Self {
        let text = index.text();
        let before = text.get(..start).unwrap_or_default();
        let after = text.get(end..).unwrap_or_default();
        let prefix_start = before
            .char_indices()
            .rev()
            .take(limits::STORED_CONTEXT_CHARS)
            .last()
            .map_or(start, |(byte, _)| byte);
        Self {
            exact: text.get(start..end).unwrap_or_default().to_owned(),
            prefix: before.get(prefix_start..).unwrap_or_default().to_owned(),
            suffix: after.chars().take(limits::STORED_CONTEXT_CHARS).collect(),
            start: Some(index.position_of(start) as u32),
            end: Some(index.position_of(end) as u32),
            verified: true,
        }
    }
}

/// Why a selector does not settle on one place.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    /// Neither words nor positions.
    #[error("give the words in `exact`, or `start` and `end`")]
    Empty,
    /// `end` without `start` and without words.
    #[error("`end` without `start` or `exact` says no place: give `start` too")]
    HalfOpen,
    /// The positions are out of order or past the end.
    #[error("{start}..{end} is no span of the body, which has {length} code points")]
    OutOfRange {
        /// The first position given.
        start: u32,
        /// The position after the last given.
        end: u32,
        /// The body's length in code points.
        length: usize,
    },
    /// Other words stand at the positions.
    #[error("at {start}..{end} the body says “{found}”{}", places_note(.places))]
    Mismatch {
        /// The first position given.
        start: u32,
        /// The position after the last given.
        end: u32,
        /// What stands there, cut to a length fit for a message.
        found: String,
        /// Where the words stand instead.
        places: Vec<u32>,
    },
    /// The words are not in the body.
    #[error("the body does not contain “{0}” (offsets and words refer to the text as NFC)")]
    NotFound(String),
    /// The words stand in the body, but not with this prefix and suffix.
    #[error("the words stand in the body{}, but not with this prefix and suffix", places_note(.0))]
    OtherContext(Vec<u32>),
    /// The words stand in several places.
    #[error(
        "the words stand in {count} places{}: say which by `start`, `prefix` or `suffix`",
        places_note(.places)
    )]
    Ambiguous {
        /// How many places there are.
        count: usize,
        /// The first of them.
        places: Vec<u32>,
    },
    /// The ingest's selectors together ask for too much searching.
    #[error("finding the words of this request's selectors takes too long: give `start` with them")]
    TooMuchWork,
}

fn places_note(places: &[u32]) -> String {
    if places.is_empty() {
        return String::new();
    }
    let list: Vec<String> = places.iter().map(u32::to_string).collect();
    format!(" (starting at {})", list.join(", "))
}

/// How many places an error names.
const PLACES_NAMED: usize = 10;

/// Finds selectors in one body, within a bounded amount of work.
pub struct Locator<'a> {
    index: TextIndex<'a>,
    /// Bytes of text that may still be gone over.
    work_left: AtomicUsize,
}

impl<'a> Locator<'a> {
    /// A locator for `body`, which is in its stored form.
    #[must_use]
    pub fn new(body: &'a str) -> Self {
        Self { index: TextIndex::new(body), work_left: AtomicUsize::new(limits::LOCATE_BYTES) }
    }

    /// Fills in `selector` and verifies it. Where the words stand in several
    /// places and the selector does not settle which, the place nearest to
    /// the span `near` (start and end) is taken, if it is the only one so near.
    pub fn locate(
        &self,
        selector: &Selector,
        near: Option<(u32, u32)>,
    ) -> Result<Selector, LocateError> {
        match (selector.start, selector.end, selector.exact.is_empty()) {
            (None, None, true) => Err(LocateError::Empty),
            (None, Some(_), true) => Err(LocateError::HalfOpen),
            (Some(start), Some(end), _) => self.at(selector, start, end),
            (Some(start), None, _) => {
                let end = start.saturating_add(selector.exact.chars().count() as u32);
                self.at(selector, start, end)
            }
            (None, Some(end), false) => {
                let start = end.saturating_sub(selector.exact.chars().count() as u32);
                self.at(selector, start, end)
            }
            (None, None, false) => self.by_words(selector, near),
        }
    }

    fn at(&self, selector: &Selector, start: u32, end: u32) -> Result<Selector, LocateError> {
        let found = self
            .index
            .slice(start as usize, end as usize)
            .filter(|found| !found.is_empty())
            .ok_or(LocateError::OutOfRange { start, end, length: self.index.length() })?;
        if !selector.exact.is_empty() && selector.exact != found {
            let places = self.places(&selector.exact)?;
            return Err(LocateError::Mismatch {
                start,
                end,
                found: found.chars().take(80).collect(),
                places: places
                    .iter()
                    .take(PLACES_NAMED)
                    .map(|byte| self.index.position_of(*byte) as u32)
                    .collect(),
            });
        }
        let byte = self.index.byte_of(start as usize).unwrap_or_default();
        if !self.agrees(selector, byte, byte + found.len()) {
            return Err(LocateError::OtherContext(vec![start]));
        }
        Ok(self.filled(byte, byte + found.len()))
    }

    fn by_words(
        &self,
        selector: &Selector,
        near: Option<(u32, u32)>,
    ) -> Result<Selector, LocateError> {
        let places = self.places(&selector.exact)?;
        if places.is_empty() {
            return Err(LocateError::NotFound(selector.exact.chars().take(80).collect()));
        }
        let length = selector.exact.len();
        let agreeing: Vec<usize> = places
            .iter()
            .copied()
            .filter(|byte| self.agrees(selector, *byte, byte + length))
            .collect();
        match (agreeing.as_slice(), near) {
            ([], _) => Err(LocateError::OtherContext(self.named(&places))),
            ([byte], _) => Ok(self.filled(*byte, byte + length)),
            (_, Some(near)) => self.nearest(&agreeing, length, near),
            _ => Err(self.ambiguous(&agreeing)),
        }
    }

    fn nearest(
        &self,
        places: &[usize],
        length: usize,
        (start, end): (u32, u32),
    ) -> Result<Selector, LocateError> {
        let byte_of = |position: u32| {
            self.index.byte_of(position as usize).unwrap_or(self.index.text().len())
        };
        let (start, end) = (byte_of(start), byte_of(end));
        // The gap between the two spans; none where they touch or overlap.
        let gap = |byte: usize| byte.saturating_sub(end).max(start.saturating_sub(byte + length));
        let best = places.iter().map(|byte| gap(*byte)).min();
        let mut nearest = places.iter().filter(|byte| Some(gap(**byte)) == best);
        match (nearest.next(), nearest.next()) {
            (Some(byte), None) => Ok(self.filled(*byte, byte + length)),
            _ => Err(self.ambiguous(places)),
        }
    }

    /// The bytes at which `words` begin, occurrences that overlap counted once.
    fn places(&self, words: &str) -> Result<Vec<usize>, LocateError> {
        let text = self.index.text();
        self.work_left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(text.len()))
            .map_err(|_| LocateError::TooMuchWork)?;
        Ok(text.match_indices(words).map(|(byte, _)| byte).collect())
    }

    fn agrees(&self, selector: &Selector, start: usize, end: usize) -> bool {
        let text = self.index.text();
        text.get(..start).is_some_and(|before| before.ends_with(&selector.prefix))
            && text.get(end..).is_some_and(|after| after.starts_with(&selector.suffix))
    }

    fn ambiguous(&self, places: &[usize]) -> LocateError {
        LocateError::Ambiguous { count: places.len(), places: self.named(places) }
    }

    fn named(&self, places: &[usize]) -> Vec<u32> {
        let named = places.iter().take(PLACES_NAMED);
        named.map(|byte| self.index.position_of(*byte) as u32).collect()
    }

    fn filled(&self, start: usize, end: usize) -> Selector {
        Selector::of(&self.index, start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "He said no. She said no. “Never,” said Kim.";

    fn check(selector: Selector, near: Option<(u32, u32)>, expected: &str) {
        let said = match Locator::new(BODY).locate(&selector, near) {
            Ok(found) => format!("{}..{}", found.start.unwrap(), found.end.unwrap()),
            Err(error) => error.to_string(),
        };
        assert_eq!(said, expected);
    }

    fn words(exact: &str) -> Selector {
        Selector { exact: exact.into(), ..Selector::default() }
    }

    fn at(start: Option<u32>, end: Option<u32>) -> Selector {
        Selector { start, end, ..Selector::default() }
    }

    #[test]
    fn a_selector_is_found_by_words_by_position_or_by_both() {
        check(words("Never"), None, "26..31");
        check(at(Some(26), Some(31)), None, "26..31");
        check(Selector { start: Some(26), ..words("Never") }, None, "26..31");
        check(Selector { end: Some(31), ..words("Never") }, None, "26..31");
    }

    #[test]
    fn surroundings_or_nearness_settle_which_place_is_meant() {
        let several = "the words stand in 3 places (starting at 3, 16, 34): \
                       say which by `start`, `prefix` or `suffix`";
        check(words("said"), None, several);
        check(Selector { prefix: "She ".into(), ..words("said") }, None, "16..20");
        check(Selector { suffix: " Kim".into(), ..words("said") }, None, "34..38");
        check(words("said"), Some((26, 31)), "34..38");
        check(words("no"), Some((11, 16)), "8..10");
    }

    #[test]
    fn what_is_not_there_is_said_with_what_is() {
        check(
            Selector { start: Some(3), ..words("Never") },
            None,
            "at 3..8 the body says “said ” (starting at 26)",
        );
        check(
            at(Some(40), Some(99)),
            None,
            "40..99 is no span of the body, which has 43 code points",
        );
        check(at(Some(5), Some(5)), None, "5..5 is no span of the body, which has 43 code points");
        check(
            at(None, Some(5)),
            None,
            "`end` without `start` or `exact` says no place: give `start` too",
        );
        check(
            Selector { prefix: "It ".into(), ..words("said") },
            None,
            "the words stand in the body (starting at 3, 16, 34), but not with this prefix and suffix",
        );
    }
}
