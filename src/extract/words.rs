//! The words of a text, each with what stands before it, its sentence and its
//! paragraph.

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// With a capital letter first.
    Capital,
    /// In two or more capital letters, perhaps with stops: `NATO`, `U.S.`
    Acronym,
    /// With a small letter first, or in a script without capitals.
    Lower,
    /// With a digit first.
    Number,
}

/// What stands between a word and the one before it: the weightiest of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gap {
    /// White space within a line.
    Space,
    /// Some sign that parts: a colon, a dash, a slash.
    Sign,
    /// A comma.
    Comma,
    /// An opening bracket.
    Open,
    /// A closing bracket.
    Close,
    /// A quotation mark.
    Quote,
    /// The end of a sentence.
    Sentence,
    /// The end of a line.
    Line,
}

/// One word.
#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    /// The letters, without a possessive ending.
    pub(super) text: &'a str,
    /// The first byte.
    pub(super) start: usize,
    /// The byte after the last, the possessive ending left out.
    pub(super) end: usize,
    /// How it is written.
    pub(super) shape: Shape,
    /// What stands before it.
    pub(super) gap: Gap,
    /// Whether it has a possessive ending.
    pub(super) possessive: bool,
    /// Whether a capital letter says nothing here: a sentence or a quote begins.
    pub(super) begins: bool,
    /// Whether it stands within quotation marks.
    pub(super) quoted: bool,
    /// The number of its sentence.
    pub(super) sentence: usize,
    /// The number of its line.
    pub(super) line: usize,
}

impl Word<'_> {
    /// Whether it begins with a capital letter.
    pub(super) fn is_capital(&self) -> bool {
        matches!(self.shape, Shape::Capital | Shape::Acronym)
    }

    /// Whether it is this word, in any case.
    pub(super) fn is(&self, word: &str) -> bool {
        self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is one of these words, in any case.
    pub(super) fn is_any(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.is(word))
    }
}

/// Words after which a stop ends no sentence.
const SHORTENED: &[&str] = &[
    "mr", "mrs", "ms", "dr", "prof", "gen", "lt", "col", "maj", "capt", "sgt", "cpl", "adm",
    "brig", "cmdr", "gov", "sen", "rep", "rev", "hon", "amb", "st", "jr", "sr", "inc", "corp",
    "ltd", "co", "vs", "dept", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept",
    "oct", "nov", "dec", "messrs", "pres", "supt", "det", "insp", "fr",
];

/// Takes a text apart into words.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut walk = Walk::new(text);
    let mut words = Vec::with_capacity(text.len() / 6);
    let mut rest = text.char_indices().peekable();
    while let Some((at, char)) = rest.next() {
        if !char.is_alphanumeric() {
            walk.sign(at, char);
            continue;
        }
        let mut end = at + char.len_utf8();
        while let Some(next_end) = longer(text, end) {
            end = next_end;
        }
        while rest.next_if(|(next, _)| *next < end).is_some() {}
        words.push(walk.word(at, end));
    }
    words
}

/// Where a word that reaches to `end` ends with the next letter, or the next
/// sign and letter, if they belong to it.
fn longer(text: &str, end: usize) -> Option<usize> {
    let mut next = text.get(end..)?.chars();
    let char = next.next()?;
    if char.is_alphanumeric() || is_mark(char) {
        return Some(end + char.len_utf8());
    }
    let joins = matches!(char, '-' | '\'' | '’' | '\u{2010}' | '\u{2011}' | '&' | '.');
    let after = next.next().filter(|after| joins && after.is_alphanumeric())?;
    if char == '.' {
        let before = text.get(..end)?.chars().next_back()?;
        let letters = before.is_uppercase() && after.is_uppercase();
        let digits = before.is_ascii_digit() && after.is_ascii_digit();
        return (letters || digits).then(|| end + 1 + after.len_utf8());
    }
    Some(end + char.len_utf8() + after.len_utf8())
}

/// Marks that belong to the letter before them.
fn is_mark(char: char) -> bool {
    matches!(char, '\u{300}'..='\u{36f}' | '\u{64b}'..='\u{65f}' | '\u{200c}' | '\u{200d}')
}

/// What is known on the way through a text.
struct Walk<'a> {
    text: &'a str,
    gap: Gap,
    /// Where the word before ended, and whether its stop may end no sentence.
    last: Option<(usize, bool)>,
    /// The last sign ends a sentence if what follows begins one.
    stopped: bool,
    begins: bool,
    quoted: bool,
    sentence: usize,
    line: usize,
}

impl<'a> Walk<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            gap: Gap::Line,
            last: None,
            stopped: false,
            begins: true,
            quoted: false,
            sentence: 0,
            line: 0,
        }
    }

    fn sign(&mut self, at: usize, char: char) {
        let adjacent = self.last.is_some_and(|(end, _)| end == at);
        let gap = match char {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' => {
                self.quoted = false;
                Gap::Line
            }
            char if char.is_whitespace() => Gap::Space,
            '.' if adjacent && self.last.is_some_and(|(_, shortened)| shortened) => Gap::Space,
            '.' | '!' | '?' | '…' => {
                self.stopped = true;
                Gap::Sign
            }
            ',' | ';' => Gap::Comma,
            '(' | '[' => Gap::Open,
            ')' | ']' => Gap::Close,
            '"' => {
                self.quoted = !self.quoted;
                self.begins |= self.quoted;
                Gap::Quote
            }
            '“' | '„' | '«' | '‘' => {
                self.quoted |= char != '‘';
                self.begins = true;
                Gap::Quote
            }
            '”' | '»' => {
                self.quoted = false;
                Gap::Quote
            }
            ':' | '–' | '—' => {
                self.begins = true;
                Gap::Sign
            }
            '\'' | '’' if adjacent => Gap::Space,
            _ => Gap::Sign,
        };
        self.gap = self.gap.max(gap);
    }

    fn word(&mut self, start: usize, end: usize) -> Word<'a> {
        let whole = self.text.get(start..end).unwrap_or_default();
        let text = ["'s", "’s", "'S", "’S"].iter().find_map(|ending| whole.strip_suffix(ending));
        let after = self.text.get(end..).unwrap_or_default();
        let plural = whole.ends_with('s') && (after.starts_with("' ") || after.starts_with("’ "));
        let (text, possessive) = (text.unwrap_or(whole), text.is_some() || plural);
        let shape = shape(text);
        let line = self.gap == Gap::Line && self.last.is_some();
        let ends = line || (self.stopped && shape != Shape::Lower);
        if ends {
            self.gap = self.gap.max(Gap::Sentence);
        }
        self.sentence += usize::from(ends);
        self.line += usize::from(line);
        let word = Word {
            text,
            start,
            end: start + text.len(),
            shape,
            gap: self.gap,
            possessive,
            begins: self.begins || ends,
            quoted: self.quoted,
            sentence: self.sentence,
            line: self.line,
        };
        self.last = Some((end, is_shortened(text)));
        self.stopped = false;
        self.begins = false;
        self.gap = Gap::Space;
        word
    }
}

fn is_shortened(text: &str) -> bool {
    let initial = text.chars().next().is_some_and(char::is_uppercase) && text.len() == 1;
    let stops = text.contains('.') && text.chars().any(char::is_alphabetic);
    initial || stops || SHORTENED.iter().any(|word| text.eq_ignore_ascii_case(word))
}

fn shape(text: &str) -> Shape {
    let mut letters = text.chars();
    let Some(first) = letters.next() else { return Shape::Lower };
    if first.is_numeric() {
        return Shape::Number;
    }
    // "al-Sudani" and "d'Estaing" are names.
    let particle = ["al-", "el-", "ar-", "as-", "ash-", "at-", "an-", "az-", "d'", "d’", "bin-"];
    let named = particle.iter().find_map(|it| text.strip_prefix(it));
    let named = named.is_some_and(|rest| rest.chars().next().is_some_and(char::is_uppercase));
    if !first.is_uppercase() {
        return if named { Shape::Capital } else { Shape::Lower };
    }
    let mut upper = 1;
    for char in letters {
        if char.is_uppercase() {
            upper += 1;
        } else if char.is_alphabetic() {
            return Shape::Capital;
        }
    }
    if upper > 1 { Shape::Acronym } else { Shape::Capital }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        let mut said = String::new();
        let mut sentence = 0;
        for word in words(text) {
            let gap = if word.sentence == sentence { " " } else { " | " };
            sentence = word.sentence;
            said.push_str(gap);
            said.push_str(word.text);
            said.push_str(if word.possessive { "+s" } else { "" });
        }
        expected.assert_eq(said.trim());
    }

    #[test]
    fn sentences_end_where_a_stop_does_not_belong_to_a_word() {
        check(
            "Lt. Gen. Ali of the U.S. Army met Mr. O'Brien. He left.",
            expect!["Lt Gen Ali of the U.S Army met Mr O'Brien | He left"],
        );
        check(
            "“It ended.” Then J. R. Smith paid 3.5 percent.",
            expect!["It ended | Then J R Smith paid 3.5 percent"],
        );
        check("One line\nAnother line", expect!["One line | Another line"]);
    }

    #[test]
    fn endings_of_possession_are_no_part_of_a_word() {
        check(
            "Iraq's army, the leaders’ plan, Jean-Claude",
            expect!["Iraq+s army the leaders+s plan Jean-Claude"],
        );
    }

    proptest! {
        #[test]
        fn words_lie_in_order_on_borders(text in "\\PC{0,200}|[A-Za-z .,'\"“”\\-\n]{0,200}") {
            let mut end = 0;
            for word in words(&text) {
                prop_assert!(word.start >= end && word.end > word.start);
                prop_assert_eq!(text.get(word.start..word.end), Some(word.text));
                end = word.end;
            }
        }
    }
}
