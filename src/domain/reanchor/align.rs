//! Words aligned with a part of a text, within a bounded number of edits.

use super::text::{WordId, Work};

/// A part of a text that has nearly the words looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Aligned {
    /// How many words were put in, left out or exchanged.
    pub(super) edits: usize,
    /// The first word of the part.
    pub(super) start: usize,
    /// The word after its last.
    pub(super) end: usize,
}

/// The parts of `text` that differ from `words` in the fewest words, where that is
/// at most `most`. Looked for where the first word would stand between `from` and
/// `to` if nothing before it were changed; they may lie outside of the text.
pub(super) fn align(
    words: &[WordId],
    text: &[WordId],
    (from, to): (isize, isize),
    most: usize,
    work: &mut Work,
) -> Vec<Aligned> {
    // Cell k of row i: the first i words against what ends before word
    // i + k + from - most of the text. The band is as wide as edits can lead.
    let width = (to - from) as usize + 2 * most + 1;
    if !work.spend(words.len() * width) {
        return Vec::new();
    }
    let ends_at = |row: usize, k: usize| {
        let at = from + (row + k) as isize - most as isize;
        usize::try_from(at).ok().filter(|at| *at <= text.len())
    };
    let mut row: Vec<Option<(usize, usize)>> =
        (0..width).map(|k| ends_at(0, k).map(|at| (0, at))).collect();
    for (done, word) in words.iter().enumerate() {
        let mut next: Vec<Option<(usize, usize)>> = Vec::with_capacity(width);
        for k in 0..width {
            let Some(end) = ends_at(done + 1, k) else {
                next.push(None);
                continue;
            };
            let cell = |cell: Option<&Option<(usize, usize)>>| cell.copied().flatten();
            let same = end.checked_sub(1).and_then(|at| text.get(at)) == Some(word);
            // Exchanged words are preferred to ones that are left out or put in.
            let exchanged = cell(row.get(k))
                .filter(|_| end > 0)
                .map(|(edits, start)| (edits + usize::from(!same), start));
            let left_out = cell(row.get(k + 1)).map(|(edits, start)| (edits + 1, start));
            let put_in = cell(k.checked_sub(1).and_then(|k| next.get(k)))
                .map(|(edits, start)| (edits + 1, start));
            let best = [exchanged, left_out, put_in].into_iter().flatten();
            next.push(best.min_by_key(|(edits, _)| *edits));
        }
        row = next;
    }
    let ends = row.iter().enumerate().filter_map(|(k, cell)| {
        let ((edits, start), end) = ((*cell)?, ends_at(words.len(), k)?);
        (edits <= most && start < end).then_some(Aligned { edits, start, end })
    });
    let ends: Vec<Aligned> = ends.collect();
    let fewest = ends.iter().map(|aligned| aligned.edits).min();
    ends.into_iter().filter(|aligned| Some(aligned.edits) == fewest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(
        words: &[WordId],
        text: &[WordId],
        from: isize,
        expected: Option<(usize, usize, usize)>,
    ) {
        let mut work = Work(1_000_000);
        let found = align(words, text, (from, from), 2, &mut work);
        let nearest =
            found.iter().min_by_key(|it| (it.end - it.start).abs_diff(words.len())).copied();
        assert_eq!(nearest.map(|it| (it.edits, it.start, it.end)), expected);
    }

    #[test]
    fn the_part_with_the_fewest_edits_is_found() {
        check(&[1, 2, 3, 4], &[9, 1, 2, 3, 4, 9], 1, Some((0, 1, 5)));
        check(&[1, 2, 3, 4], &[9, 1, 7, 3, 4, 9], 1, Some((1, 1, 5)));
        check(&[1, 2, 3, 4], &[9, 1, 2, 7, 3, 4, 9], 1, Some((1, 1, 6)));
        check(&[1, 2, 3, 4], &[9, 1, 2, 4, 9], 2, Some((1, 1, 4)));
        check(&[1, 2, 3, 4], &[5, 6, 7, 8, 9], 0, None);
        check(&[1, 2, 3, 4], &[3, 4], -2, Some((2, 0, 2)));
    }
}
