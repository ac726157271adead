//! From words back to a span, with the marks at its ends.

use std::ops::Range;

use super::Reanchor;
use super::text::fold_marks;
use crate::domain::selector::Selector;

impl Reanchor<'_> {
    /// The selector of words of the newer text, with the marks at its ends that the
    /// quote had at its own.
    pub(super) fn selector(&self, exact: &str, place: &Range<usize>) -> Selector {
        let start = self.new.at.get(place.start).map_or(0, |word| word.start);
        let end = place.end.checked_sub(1).and_then(|last| self.new.at.get(last));
        let end = end.map_or(start, |word| word.end);
        let first = exact.find(char::is_alphanumeric).unwrap_or(0);
        let lead = fold_marks(exact.get(..first).unwrap_or_default());
        let last = exact.rfind(char::is_alphanumeric);
        let trail = last.and_then(|at| exact.get(at..)).map_or("", |rest| {
            rest.char_indices().nth(1).and_then(|(at, _)| rest.get(at..)).unwrap_or_default()
        });
        let trail = fold_marks(trail);
        let after = self.new.gap_after(place.end.saturating_sub(1));
        let more =
            grown(after.char_indices().map(|(at, char)| (at + char.len_utf8(), at)), |cut| {
                let marks = fold_marks(after.get(..cut).unwrap_or_default());
                trail.starts_with(&marks)
            });
        let before = self.new.gap_before(place.start);
        let less =
            grown(before.char_indices().rev().map(|(at, _)| (before.len() - at, at)), |cut| {
                let marks = fold_marks(before.get(before.len() - cut..).unwrap_or_default());
                lead.ends_with(&marks)
            });
        Selector::of(&self.index, start - less.min(start), end + more)
    }
}

/// The farthest of the lengths that fit, up to the first that does not.
fn grown(lengths: impl Iterator<Item = (usize, usize)>, fits: impl Fn(usize) -> bool) -> usize {
    lengths.map(|(length, _)| length).take_while(|length| fits(*length)).last().unwrap_or(0)
}
