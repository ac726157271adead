//! Words that stand in a body, one after the other.

use super::align::{Alignment, align_whole};
use super::words::Word;

/// How many words of a body an ellipsis may stand for.
const MOST_OMITTED: usize = 60;
/// How many places of a body are looked at at which words may begin.
const MOST_BEGINNINGS: usize = 10_000;

/// Lays words against the part of a body in which they stand one after the other;
/// `None` where they do not, so that a long body is gone over only once. What an
/// ellipsis leaves out is of a bounded length.
#[must_use]
pub fn stand_in(given: &[Word], body: &[Word]) -> Option<Alignment> {
    let first = given.first()?;
    let runs = given.chunk_by(|_, next| !next.after_gap);
    let runs: Vec<&[Word]> = runs.collect();
    let begins = body.iter().enumerate().filter(|(_, word)| word.fold == first.fold);
    for (start, _) in begins.take(MOST_BEGINNINGS) {
        let mut end = start;
        let all = runs.iter().enumerate().all(|(at, run)| {
            let farthest = if at == 0 { end } else { end + MOST_OMITTED };
            let place = (end..=farthest).find(|place| stands_at(run, body, *place));
            end = place.map_or(end, |place| place + run.len());
            place.is_some()
        });
        if all {
            return align_whole(given, body.get(start..end)?);
        }
    }
    None
}

fn stands_at(run: &[Word], body: &[Word], place: usize) -> bool {
    let there = body.get(place..place + run.len());
    there.is_some_and(|there| there.iter().zip(run).all(|(one, other)| one.fold == other.fold))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quotations::words::read;

    #[test]
    fn words_are_found_in_a_row_or_over_an_ellipsis() {
        let body = read("He came. We will go home, and soon. We will go there at once, he said.");
        let check = |given: &str, expected: bool| {
            let found = stand_in(&read(given), &body).filter(Alignment::is_exact);
            assert_eq!(found.is_some(), expected, "{given}");
        };
        check("we will go there at once", true);
        check("we will go there at noon", false);
        check("He came … there at once", true);
        check("at once … he came", false);
        check("he said he came", false);
    }
}
