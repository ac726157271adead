//! Runs of capitalised words, and what their parts are: a realm, a title, a name.

use std::collections::HashSet;
use std::ops::Range;

use super::lexicon::{self, Lexicon, TitleKind};
use crate::extract::words::{Gap, Shape, Word};

/// A title before a name, or standing alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Title {
    /// Its words.
    pub(super) words: Range<usize>,
    /// What it tells.
    pub(super) kind: TitleKind,
}

/// A part of a run that names something, or a title that stands alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// The words of the name; empty where the title stands alone.
    pub(super) name: Range<usize>,
    /// The title before it.
    pub(super) title: Option<Title>,
}

/// The parts of a text's runs, in order.
pub(super) fn parts(text: &str, words: &[Word<'_>]) -> Vec<Part> {
    let small: HashSet<&str> =
        words.iter().filter(|word| word.shape == Shape::Lower).map(|word| word.text).collect();
    let finder =
        Finder { words, small, headlines: headlines(text, words), lexicon: lexicon::english() };
    let mut parts = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let end = finder.run_from(at);
        if end > at {
            finder.split(at..end, &mut parts);
        }
        at = end.max(at + 1);
    }
    parts
}

struct Finder<'a, 'b> {
    words: &'a [Word<'b>],
    /// The words that stand in small letters somewhere.
    small: HashSet<&'b str>,
    /// The lines where a capital letter tells nothing.
    headlines: HashSet<usize>,
    lexicon: &'static Lexicon,
}

/// Lines without a stop most of whose words are capitalised.
fn headlines(text: &str, words: &[Word<'_>]) -> HashSet<usize> {
    let lines = words.chunk_by(|one, other| one.line == other.line);
    let headline = |line: &&[Word<'_>]| {
        let long = line.iter().filter(|word| word.text.len() > 3);
        let capital = long.clone().filter(|word| word.shape != Shape::Lower).count();
        let after = line.last().and_then(|word| text.get(word.end..)).unwrap_or_default();
        let stops =
            after.trim_start_matches([')', ']', '’', '\'']).starts_with(['.', '!', '?', '"', '”']);
        line.len() > 4 && !stops && capital * 10 >= long.count() * 8
    };
    lines.filter(headline).filter_map(|line| line.first().map(|word| word.line)).collect()
}

/// The most words of a run: no name is longer.
const LONGEST: usize = 24;

/// Words within names of several words.
const PARTICLES: &[&str] = &[
    "de", "la", "del", "della", "der", "den", "di", "dos", "da", "du", "bin", "bint", "ibn", "van",
    "von", "al", "el", "ul", "ten", "ter",
];

impl Finder<'_, '_> {
    fn word(&self, at: usize) -> Option<&Word<'_>> {
        self.words.get(at)
    }

    /// Where the run that begins at `at` ends; `at` itself where none does.
    fn run_from(&self, at: usize) -> usize {
        if !self.may_begin(at) {
            return at;
        }
        let mut end = at + 1;
        while let Some(next) = self.longer(at, end).filter(|next| *next <= at + LONGEST) {
            end = next;
        }
        end
    }

    fn may_begin(&self, at: usize) -> bool {
        let Some(word) = self.word(at) else { return false };
        if !self.is_name_word(word) || self.headlines.contains(&word.line) {
            return false;
        }
        if !word.begins {
            return true;
        }
        if lexicon::opens_sentence(word.text) {
            return false;
        }
        // In small letters elsewhere: a common word, but for what is known to be
        // a part of names.
        let title = lexicon::title(self.words.get(at..).unwrap_or_default()).is_some();
        let known = self.lexicon.given(word.text).is_some()
            || self.lexicon.known(word.text).is_some()
            || self.lexicon.place_of(word.text).is_some();
        title || known || !self.small.contains(word.text.to_lowercase().as_str())
    }

    fn is_name_word(&self, word: &Word<'_>) -> bool {
        word.is_capital() && !self.lexicon.is_never(word.text) && !word.is_any(&["The", "A", "An"])
    }

    /// Where the run is one word longer, or one word and the particles before it.
    fn longer(&self, start: usize, end: usize) -> Option<usize> {
        let joined = |at: usize| {
            let before = self.word(at - 1)?;
            self.word(at).filter(|word| word.gap == Gap::Space && !before.possessive)
        };
        let next = joined(end)?;
        if self.is_name_word(next) {
            return Some(end + 1);
        }
        let last = self.word(end - 1)?;
        let after = joined(end + 1)?;
        if PARTICLES.contains(&next.text) {
            let second = PARTICLES.contains(&after.text).then(|| joined(end + 2)).flatten();
            let name = second.unwrap_or(after);
            let length = if second.is_some() { 3 } else { 2 };
            return self.is_name_word(name).then_some(end + length);
        }
        // "Bank of England", "Department of Health and Human Services".
        let head = self.lexicon.head(last.text).is_some();
        let within = self.words.get(start..end).unwrap_or_default();
        let of_before = within.iter().any(|word| word.is_any(&["of", "for"]));
        let joins = match next.text {
            "of" => head || self.title_reaches(start, end + 1),
            "for" => head,
            "and" => {
                let begins = within.first().is_some_and(|word| {
                    self.lexicon.head(word.text)
                        == Some(crate::domain::entity::EntityType::Organization)
                });
                of_before && begins && self.lexicon.known(after.text).is_none()
            }
            _ => false,
        };
        if !joins {
            return None;
        }
        if after.text == "the" && next.text == "of" {
            return joined(end + 2).filter(|word| self.is_name_word(word)).map(|_| end + 3);
        }
        self.is_name_word(after).then_some(end + 2)
    }

    /// Whether a title goes on past `end`, as in "Chief of Staff".
    fn title_reaches(&self, start: usize, end: usize) -> bool {
        (start..end).any(|at| {
            let rest = self.words.get(at..).unwrap_or_default();
            lexicon::title(rest).is_some_and(|(length, _)| at + length > end)
        })
    }

    /// Parts a run at its titles: what stands before one is a name of its own.
    fn split(&self, run: Range<usize>, parts: &mut Vec<Part>) {
        let mut start = run.start;
        let mut at = run.start;
        while at < run.end {
            let Some(title) = self.titles(at, run.end).filter(|title| self.stands(title, &run))
            else {
                at += 1;
                continue;
            };
            if at > start {
                parts.push(Part { name: start..at, title: None });
            }
            at = title.words.end;
            let ends = self.next_title(at, run.end);
            parts.push(Part { name: at..ends, title: Some(title) });
            start = ends;
            at = ends;
        }
        if start < run.end {
            parts.push(Part { name: start..run.end, title: None });
        }
    }

    /// The titles, one after another, that begin at `at`: "Chief of Staff Lt. Gen."
    fn titles(&self, at: usize, end: usize) -> Option<Title> {
        let mut last = at;
        let mut kind = None;
        while let Some((length, next)) =
            self.words.get(last..end).and_then(|rest| lexicon::title(rest))
        {
            // A title that something is added to is another one: "Chief of Staff".
            let open = self.word(last + length).filter(|_| last + length < end);
            if open.is_some_and(|word| word.is_any(&["of", "for"])) {
                break;
            }
            // The weightiest says what it is.
            kind = match (kind, next) {
                (None, next) => Some(next),
                (Some(TitleKind::Post), _) | (_, TitleKind::Post) => Some(TitleKind::Post),
                (Some(TitleKind::Rank), _) | (_, TitleKind::Rank) => Some(TitleKind::Rank),
                (kind, _) => kind,
            };
            last += length;
        }
        kind.map(|kind| Title { words: at..last, kind })
    }

    fn next_title(&self, from: usize, end: usize) -> usize {
        (from + 1..end).find(|at| self.titles(*at, end).is_some()).unwrap_or(end)
    }

    /// Whether it is a title there, and no part of a body's or place's name, as in
    /// "General Motors" and "Justice Department".
    fn stands(&self, title: &Title, run: &Range<usize>) -> bool {
        let bodies =
            ["Motors", "Electric", "Dynamics", "Mills", "Assembly", "Election", "Elections"];
        let next = self.word(title.words.end).filter(|_| title.words.end < run.end);
        let body = next.is_some_and(|next| bodies.contains(&next.text));
        let last = self.word(run.end - 1).filter(|_| title.words.end < run.end);
        let head = last.is_some_and(|last| self.lexicon.head(last.text).is_some());
        let whole = self.words.get(run.clone()).map(join).unwrap_or_default();
        // "Martin Luther King" is king of nothing.
        let given = self.word(run.start).is_some_and(|it| self.lexicon.given(it.text).is_some());
        let surname = given && title.words.end == run.end && title.words.start > run.start;
        !body && !head && !surname && self.lexicon.known(&whole).is_none()
    }
}

/// Words with one space between.
pub(super) fn join(words: &[Word<'_>]) -> String {
    let words: Vec<&str> = words.iter().map(|word| word.text).collect();
    words.join(" ")
}
