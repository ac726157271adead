//! Words that are looked for, laid against a passage: where they stand in it, and
//! what is dropped, added and changed.

use super::words::Word;

/// What became of some words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// The same words.
    Same,
    /// The passage has words that those looked for lack.
    Dropped,
    /// Those looked for have words that the passage lacks.
    Added,
    /// Other words stand in their place.
    Changed,
    /// An ellipsis stands for words of the passage.
    Omitted,
    /// Words in square brackets are put in, or stand for others.
    Bracketed,
}

/// A stretch of words and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordChange {
    /// What became of it.
    pub kind: ChangeKind,
    /// The words of the passage; empty where it has none there.
    pub said: String,
    /// The words that were looked for; empty where they have none there.
    pub given: String,
}

/// A way in which words differ from a passage that changes more than typography.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Difference {
    /// A negation of the passage is missing.
    NegationDropped,
    /// A negation is there that the passage lacks.
    NegationAdded,
    /// A figure or an amount is another one.
    FigureChanged,
    /// The same words stand in another order.
    Reordered,
    /// Words are dropped.
    WordsDropped,
    /// Words are added.
    WordsAdded,
    /// Words are other ones.
    WordsChanged,
    /// Words are left out behind an ellipsis.
    Elided,
    /// Words stand in brackets.
    Bracketed,
}

/// How words lie against a passage.
#[derive(Clone, Debug, PartialEq)]
pub struct Alignment {
    /// How many words were put in, left out or exchanged.
    pub edits: usize,
    /// From 0 to 1: 1 where the words stand in the passage.
    pub similarity: f64,
    /// The words from the first that is met to the last.
    pub changes: Vec<WordChange>,
    /// What differs, each once, in the order of its weight.
    pub differences: Vec<Difference>,
}

impl Alignment {
    /// Whether the passage has these very words, but for what ellipses leave out
    /// and brackets put in.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        let declared = |it: &Difference| matches!(it, Difference::Elided | Difference::Bracketed);
        self.edits == 0 && self.differences.iter().all(declared)
    }
}

/// How many cells one comparison may fill; larger ones are not made.
const MOST_CELLS: usize = 4 << 20;
/// What one edit costs, against what is declared by brackets.
const EDIT: u32 = 100;
const DECLARED: u32 = 1;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Both,
    Given,
    Said,
}

/// Lays words against the part of a passage that they fit best; `None` where the
/// comparison would be too large.
#[must_use]
pub fn align(given: &[Word], said: &[Word]) -> Option<Alignment> {
    aligned(given, said, false)
}

/// Lays words against a passage as a whole.
#[must_use]
pub fn align_whole(given: &[Word], said: &[Word]) -> Option<Alignment> {
    aligned(given, said, true)
}

fn aligned(given: &[Word], said: &[Word], whole: bool) -> Option<Alignment> {
    let width = said.len() + 1;
    if given.is_empty() || (given.len() + 1).saturating_mul(width) > MOST_CELLS {
        return None;
    }
    let mut steps: Vec<Step> = Vec::with_capacity((given.len() + 1) * width);
    steps.resize(width, Step::Said);
    // Where the passage begins earlier costs nothing, unless the whole is asked for.
    let mut row: Vec<u32> = (0..width as u32).map(|at| if whole { at * EDIT } else { 0 }).collect();
    for (at, word) in given.iter().enumerate() {
        let added = if word.bracketed { DECLARED } else { EDIT };
        let gap_follows = given.get(at + 1).is_some_and(|next| next.after_gap);
        let mut next: Vec<u32> = Vec::with_capacity(width);
        next.push(row.first().copied().unwrap_or(0) + added);
        steps.push(Step::Given);
        for (column, said) in said.iter().enumerate() {
            let cell = |row: &[u32], at: usize| row.get(at).copied().unwrap_or(u32::MAX / 2);
            let both = cell(&row, column) + exchange(word, said);
            let given = cell(&row, column + 1) + added;
            let skipped = match (gap_follows, said.bracketed) {
                (true, _) => 0,
                (_, true) => DECLARED,
                _ => EDIT,
            };
            let said = cell(&next, column) + skipped;
            let best = both.min(given).min(said);
            next.push(best);
            steps.push(if best == both {
                Step::Both
            } else if best == said {
                Step::Said
            } else {
                Step::Given
            });
        }
        row = next;
    }
    if whole {
        return Some(told(given, said, &path(&steps, width, (given.len(), said.len()), whole)));
    }
    let end = row.iter().enumerate().min_by_key(|(_, cost)| **cost).map_or(0, |(at, _)| at);
    Some(told(given, said, &path(&steps, width, (given.len(), end), whole)))
}

fn exchange(given: &Word, said: &Word) -> u32 {
    if given.fold == said.fold {
        0
    } else if given.bracketed || said.bracketed {
        DECLARED
    } else {
        EDIT
    }
}

/// The steps from the first word met to the last, with the words before each.
fn path(
    steps: &[Step],
    width: usize,
    (mut row, mut column): (usize, usize),
    whole: bool,
) -> Vec<(Step, usize, usize)> {
    let mut path = Vec::new();
    while row > 0 || (whole && column > 0) {
        let step = steps.get(row * width + column).copied().unwrap_or(Step::Given);
        match step {
            Step::Both => (row, column) = (row - 1, column.saturating_sub(1)),
            Step::Given => row -= 1,
            Step::Said => column = column.saturating_sub(1),
        }
        path.push((step, row, column));
    }
    path.reverse();
    path
}

fn told(given: &[Word], said: &[Word], path: &[(Step, usize, usize)]) -> Alignment {
    let mut changes: Vec<WordChange> = Vec::new();
    let mut edits = 0;
    let (mut dropped, mut added): (Vec<&Word>, Vec<&Word>) = (Vec::new(), Vec::new());
    let mut hidden: Vec<&Word> = Vec::new();
    let mut bracketed: Vec<&Word> = Vec::new();
    for (step, row, column) in path {
        let (word, other) = (given.get(*row), said.get(*column));
        let (kind, other, word) = match step {
            Step::Both => (kind_of_both(word, other), other, word),
            Step::Given if word.is_some_and(|word| word.bracketed) => {
                (ChangeKind::Bracketed, None, word)
            }
            Step::Given => (ChangeKind::Added, None, word),
            Step::Said if other.is_some_and(|other| other.bracketed) => {
                (ChangeKind::Bracketed, other, None)
            }
            // Whatever stands before word `row`, where the gap is.
            Step::Said if word.is_some_and(|word| word.after_gap) => {
                (ChangeKind::Omitted, other, None)
            }
            Step::Said => (ChangeKind::Dropped, other, None),
        };
        match kind {
            ChangeKind::Same => {}
            ChangeKind::Omitted => hidden.extend(other),
            ChangeKind::Bracketed => {
                bracketed.extend(word.filter(|word| word.bracketed));
                hidden.extend(other.filter(|other| !other.bracketed));
            }
            _ => {
                edits += 1;
                dropped.extend(other);
                added.extend(word);
            }
        }
        push(&mut changes, kind, other, word);
    }
    let differences = differences(&changes, &dropped, &added, &hidden, &bracketed);
    let similarity = 1.0 - (edits as f64 / given.len() as f64).min(1.0);
    Alignment { edits, similarity, changes, differences }
}

fn kind_of_both(given: Option<&Word>, said: Option<&Word>) -> ChangeKind {
    let (Some(given), Some(said)) = (given, said) else { return ChangeKind::Changed };
    match exchange(given, said) {
        0 => ChangeKind::Same,
        DECLARED => ChangeKind::Bracketed,
        _ => ChangeKind::Changed,
    }
}

/// Adds a word to the last stretch, or begins another one.
fn push(
    changes: &mut Vec<WordChange>,
    kind: ChangeKind,
    said: Option<&Word>,
    given: Option<&Word>,
) {
    if changes.last().is_none_or(|last| last.kind != kind) {
        changes.push(WordChange { kind, said: String::new(), given: String::new() });
    }
    let Some(last) = changes.last_mut() else { return };
    for (words, word) in [(&mut last.said, said), (&mut last.given, given)] {
        if let Some(word) = word {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(&word.text);
        }
    }
}

fn differences(
    changes: &[WordChange],
    dropped: &[&Word],
    added: &[&Word],
    hidden: &[&Word],
    bracketed: &[&Word],
) -> Vec<Difference> {
    let negations = |words: &[&Word]| words.iter().filter(|word| word.negation).count();
    let figures = |words: &[&Word]| {
        let figures = words.iter().filter(|word| !word.negation && word.claim.is_some());
        let mut figures: Vec<Option<String>> = figures.map(|word| word.claim.clone()).collect();
        figures.sort();
        figures
    };
    let folds = |words: &[&Word]| {
        let mut folds: Vec<String> = words.iter().map(|word| word.fold.clone()).collect();
        folds.sort();
        folds
    };
    let (gone, new) =
        (negations(dropped) + negations(hidden), negations(added) + negations(bracketed));
    let has = |kind| changes.iter().any(|change| change.kind == kind);
    let reordered = !dropped.is_empty() && folds(dropped) == folds(added);
    let found = [
        (Difference::NegationDropped, gone > new),
        (Difference::NegationAdded, new > gone),
        (Difference::FigureChanged, figures(dropped) != figures(added)),
        (Difference::Reordered, reordered),
        (Difference::WordsDropped, !reordered && has(ChangeKind::Dropped)),
        (Difference::WordsAdded, !reordered && has(ChangeKind::Added)),
        (Difference::WordsChanged, !reordered && has(ChangeKind::Changed)),
        (Difference::Elided, has(ChangeKind::Omitted)),
        (Difference::Bracketed, has(ChangeKind::Bracketed)),
    ];
    found.into_iter().filter(|(_, found)| *found).map(|(difference, _)| difference).collect()
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;
    use crate::quotations::words::read;

    const SAID: &str = "We will not accept any deal that leaves 12 prisoners behind";

    fn check(given: &str, said: &str, expected: Expect) {
        let found = align(&read(given), &read(said)).unwrap();
        let mut out = format!("{} edits {:?}", found.edits, found.differences);
        for change in &found.changes {
            let shown = match change.kind {
                ChangeKind::Same => format!(" {}", change.said),
                ChangeKind::Dropped => format!(" -{}-", change.said),
                ChangeKind::Added => format!(" +{}+", change.given),
                ChangeKind::Changed => format!(" {}>{}", change.said, change.given),
                ChangeKind::Omitted => format!(" ~{}~", change.said),
                ChangeKind::Bracketed => format!(" {}>[{}]", change.said, change.given),
            };
            out.push_str(&shown);
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn what_was_changed_is_told() {
        check(
            SAID,
            SAID,
            expect!["0 edits [] We will not accept any deal that leaves 12 prisoners behind"],
        );
        check("accept any deal", SAID, expect!["0 edits [] accept any deal"]);
        check(
            "We will accept any deal",
            SAID,
            expect!["1 edits [NegationDropped, WordsDropped] We will -not- accept any deal"],
        );
        check(
            "any deal that leaves no prisoners behind",
            SAID,
            expect![
                "1 edits [NegationAdded, FigureChanged, WordsChanged] any deal that leaves 12>no prisoners behind"
            ],
        );
        check(
            "We will not take any deal",
            SAID,
            expect!["1 edits [WordsChanged] We will not accept>take any deal"],
        );
        check(
            "any deal that leaves 13 prisoners",
            SAID,
            expect!["1 edits [FigureChanged, WordsChanged] any deal that leaves 12>13 prisoners"],
        );
        check(
            "We not will accept any deal",
            SAID,
            expect!["2 edits [Reordered] We will not>not will accept any deal"],
        );
    }

    #[test]
    fn ellipses_and_brackets_are_understood() {
        check(
            "We will not … leaves 12 prisoners",
            SAID,
            expect!["0 edits [Elided] We will not ~accept any deal that~ leaves 12 prisoners"],
        );
        check(
            "We will … accept any deal",
            SAID,
            expect!["0 edits [NegationDropped, Elided] We will ~not~ accept any deal"],
        );
        check(
            "[They] will not accept any deal",
            SAID,
            expect!["0 edits [Bracketed] We>[They] will not accept any deal"],
        );
        check(
            "We will not accept any [new] deal",
            SAID,
            expect!["0 edits [Bracketed] We will not accept any >[new] deal"],
        );
        check(
            "accept any deal that [never] leaves",
            SAID,
            expect!["0 edits [NegationAdded, Bracketed] accept any deal that >[never] leaves"],
        );
        check(
            "It is good for us",
            "[The deal] is good for us",
            expect!["0 edits [Bracketed] deal>[It] is good for us"],
        );
    }

    proptest! {
        #[test]
        fn any_part_of_a_passage_is_exact(
            words in prop::collection::vec("[a-z]{1,5}", 1..40), from in 0_usize..40, length in 1_usize..40,
        ) {
            let from = from % words.len();
            let part = words[from..(from + length).min(words.len())].join(" ");
            let found = align(&read(&part), &read(&words.join(" "))).unwrap();
            prop_assert!(found.is_exact());
            prop_assert_eq!(found.similarity, 1.0);
        }

        #[test]
        fn every_word_given_is_told_once(given in "[a-c \\[\\].…]{0,40}", said in "[a-c \\[\\].…]{0,40}") {
            let (given, said) = (read(&given), read(&said));
            if let Some(found) = align(&given, &said) {
                let told: Vec<String> =
                    found.changes.iter().map(|change| change.given.clone()).filter(|it| !it.is_empty()).collect();
                let all: Vec<&str> = given.iter().map(|word| word.text.as_str()).collect();
                prop_assert_eq!(told.join(" "), all.join(" "));
            }
        }
    }
}
