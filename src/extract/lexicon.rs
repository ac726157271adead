//! What is known of words without their surroundings.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The closed classes, and the words of reporting.
const CLASSES: &str = include_str!("data/lexicon.txt");
/// The common words, the most common first.
const WORDS: &str = include_str!("data/words.txt");

/// Classes of words, as a set of bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Classes(u32);

macro_rules! classes {
    ($($name:ident $text:literal $bit:literal,)*) => {
        impl Classes {
            $(pub(super) const $name: Self = Self(1 << $bit);)*

            /// The class that the lexicon names.
            fn named(name: &str) -> Option<Self> {
                match name {
                    $($text => Some(Self::$name),)*
                    _ => None,
                }
            }
        }
    };
}

classes! {
    DETERMINER "determiner" 0,
    SUBJECT "subject" 1,
    OBJECT "object" 2,
    POSSESSIVE "possessive" 3,
    COORDINATOR "coordinator" 4,
    SUBORDINATOR "subordinator" 5,
    RELATIVE "relative" 6,
    QUESTION "question" 7,
    THAT "that" 8,
    TO "to" 9,
    PREPOSITION "preposition" 10,
    BE "be" 11,
    HAVE "have" 12,
    DO "do" 13,
    MODAL "modal" 14,
    NEGATION "negation" 15,
    ADVERB "adverb" 16,
    TITLE "title" 17,
    WEEKDAY "weekday" 18,
    MONTH "month" 19,
    TIME "time" 20,
    ROLE "role" 21,
    AUDIENCE "audience" 22,
    SAYING "saying" 23,
    LABEL "label" 24,
    REPORTING "reporting" 25,
    ABBREVIATION "abbreviation" 26,
    RESERVE "reserve" 27,
    IRREGULAR "irregular" 28,
    ABOUT "about" 29,
    AUTHOR "author" 30,
    TOPIC "topic" 31,
}

impl Classes {
    /// Whether a word is of any of `other`.
    pub(super) const fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both together.
    pub(super) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// What is known of a word.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Entry {
    /// Its classes.
    pub(super) classes: Classes,
    /// Its rank among the common words, from 1; 0 where it is none.
    pub(super) number: u16,
}

/// The words known, in lower case with straight apostrophes.
pub(super) struct Lexicon(HashMap<&'static str, Entry>);

impl Lexicon {
    /// The lexicon of English.
    pub(super) fn english() -> &'static Self {
        static ENGLISH: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::parse(CLASSES, WORDS));
        &ENGLISH
    }

    fn parse(classes: &'static str, words: &'static str) -> Self {
        let mut entries: HashMap<&'static str, Entry> = HashMap::new();
        for line in data_lines(classes) {
            let Some((name, members)) = line.split_once(':') else { continue };
            let Some(class) = Classes::named(name) else { continue };
            for word in members.split_whitespace() {
                let entry = entries.entry(word).or_default();
                entry.classes = entry.classes.or(class);
            }
        }
        for (number, word) in (1..).zip(data_lines(words)) {
            entries.entry(word).or_default().number = number;
        }
        Self(entries)
    }

    /// What is known of a word in lower case.
    pub(super) fn get(&self, word: &str) -> Entry {
        self.0.get(word).copied().unwrap_or_default()
    }
}

fn data_lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}
