//! What is known of English names beforehand.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::domain::entity::EntityType;
use crate::domain::name;
use crate::extract::words::{Shape, Word};

/// Whom a pronoun may stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gender {
    Male,
    Female,
}

/// What a title before a name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TitleKind {
    /// Only how to address someone.
    Honorific,
    /// A rank.
    Rank,
    /// A post.
    Post,
}

static PLACES: &str = include_str!("places.txt");
static GIVEN: &str = include_str!("given.txt");
static HEADS: &str = include_str!("heads.txt");
static KNOWN: &str = include_str!("known.txt");
static POSTS: &str = include_str!("posts.txt");
static OPENERS: &str = include_str!("openers.txt");
static NEVER: &str = include_str!("never.txt");

/// The lists, by word or by words with one space between.
pub(super) struct Lexicon {
    given: HashMap<&'static str, Option<Gender>>,
    heads: HashMap<&'static str, EntityType>,
    known: HashMap<&'static str, (EntityType, &'static str)>,
    /// "Iraqi" to "Iraq".
    adjectives: HashMap<&'static str, &'static str>,
    /// By their first words.
    posts: HashMap<&'static str, Vec<&'static str>>,
    openers: HashSet<&'static str>,
    never: HashSet<&'static str>,
}

/// The lists for English.
pub(super) fn english() -> &'static Lexicon {
    static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::new);
    &LEXICON
}

impl Lexicon {
    fn new() -> Self {
        let mut lexicon = Self {
            given: HashMap::new(),
            heads: HashMap::new(),
            known: HashMap::new(),
            adjectives: HashMap::new(),
            posts: HashMap::new(),
            openers: lines(OPENERS).flat_map(str::split_whitespace).collect(),
            never: lines(NEVER).flat_map(str::split_whitespace).collect(),
        };
        for post in lines(POSTS) {
            let first = post.split(' ').next().unwrap_or(post);
            lexicon.posts.entry(first).or_default().push(post);
        }
        lines(PLACES).for_each(|line| lexicon.add_place(line));
        lines(GIVEN).for_each(|line| lexicon.add_given(line));
        for (kind, rest) in lines(HEADS).filter_map(kind_of_line) {
            lexicon.heads.extend(rest.split_whitespace().map(|head| (head, kind)));
        }
        for (kind, rest) in lines(KNOWN).filter_map(kind_of_line) {
            for names in rest.split(',') {
                let mut names = names.split('=').map(str::trim);
                let first = names.next().unwrap_or_default();
                lexicon.known.insert(first, (kind, first));
                lexicon.known.extend(names.map(|name| (name, (kind, first))));
            }
        }
        lexicon
    }

    fn add_place(&mut self, line: &'static str) {
        let mut parts = line.split('|').map(|part| part.split(',').filter(|it| !it.is_empty()));
        let mut names = parts.next().into_iter().flatten();
        let Some(first) = names.next() else { return };
        let place = (EntityType::Place, first);
        self.known.insert(first, place);
        self.known.extend(names.map(|name| (name, place)));
        let adjectives = parts.next().into_iter().flatten();
        self.adjectives.extend(adjectives.map(|adjective| (adjective, first)));
        let people = parts.next().into_iter().flatten();
        self.known.extend(people.map(|people| (people, (EntityType::Group, people))));
    }

    fn add_given(&mut self, line: &'static str) {
        let mut words = line.split_whitespace();
        let gender = match words.next() {
            Some("m") => Some(Gender::Male),
            Some("f") => Some(Gender::Female),
            _ => None,
        };
        for name in words {
            // A name in two lists may be of either.
            let entry = self.given.entry(name).or_insert(gender);
            *entry = entry.filter(|known| Some(*known) == gender);
        }
    }

    /// Whether a word is a given name, and whose.
    pub(super) fn given(&self, word: &str) -> Option<Option<Gender>> {
        // "Jean-Claude" is not as "Jean".
        let compound = || word.split_once('-').filter(|(first, _)| self.given.contains_key(first));
        self.given.get(word).copied().or_else(|| compound().map(|_| None))
    }

    /// What a word tells of a name that ends in it.
    pub(super) fn head(&self, word: &str) -> Option<EntityType> {
        self.heads.get(word).copied()
    }

    /// Whether a post may begin with this word, which is folded.
    fn begins_post(&self, word: &str) -> bool {
        self.posts.contains_key(word)
    }

    /// How many of the first words, folded, make the longest post.
    fn post_at(&self, words: &[&str]) -> usize {
        let posts = words.first().and_then(|first| self.posts.get(first));
        let lengths = posts.into_iter().flatten().filter_map(|post| {
            let length = post.split(' ').count();
            let same = words.get(..length)?.iter().copied().eq(post.split(' '));
            same.then_some(length)
        });
        lengths.max().unwrap_or(0)
    }

    /// Whether a word with a capital letter names no one by it.
    pub(super) fn is_never(&self, word: &str) -> bool {
        self.never.contains(word)
    }

    /// What a whole name names, and its usual form.
    pub(super) fn known(&self, name: &str) -> Option<(EntityType, &'static str)> {
        self.known.get(name).copied()
    }

    /// The place that an adjective is made from.
    pub(super) fn place_of(&self, adjective: &str) -> Option<&'static str> {
        self.adjectives.get(adjective).copied()
    }
}

fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

fn kind_of_line(line: &'static str) -> Option<(EntityType, &'static str)> {
    let (kind, rest) = line.split_once(' ')?;
    let kind = match kind {
        "organization" => EntityType::Organization,
        "facility" => EntityType::Facility,
        "event" => EntityType::Event,
        "place" => EntityType::Place,
        "group" => EntityType::Group,
        "work" => EntityType::Work,
        _ => return None,
    };
    Some((kind, rest))
}

/// Ways to address someone, with whom they are for.
const HONORIFICS: &[(&str, Option<Gender>)] = &[
    ("mr", Some(Gender::Male)),
    ("mister", Some(Gender::Male)),
    ("sir", Some(Gender::Male)),
    ("lord", Some(Gender::Male)),
    ("king", Some(Gender::Male)),
    ("prince", Some(Gender::Male)),
    ("pope", Some(Gender::Male)),
    ("mrs", Some(Gender::Female)),
    ("ms", Some(Gender::Female)),
    ("miss", Some(Gender::Female)),
    ("madame", Some(Gender::Female)),
    ("lady", Some(Gender::Female)),
    ("dame", Some(Gender::Female)),
    ("queen", Some(Gender::Female)),
    ("princess", Some(Gender::Female)),
    ("dr", None),
    ("doctor", None),
    ("prof", None),
    ("professor", None),
];

/// Words that ranks are made of.
const RANKS: &[&str] = &[
    "general",
    "gen",
    "lieutenant",
    "lt",
    "ltgen",
    "major",
    "maj",
    "colonel",
    "col",
    "captain",
    "capt",
    "sergeant",
    "sgt",
    "admiral",
    "adm",
    "vice",
    "rear",
    "brigadier",
    "brig",
    "first",
    "staff",
    "field",
    "marshal",
    "commander",
    "cmdr",
];

/// How many of the first words make a title or a post, and what it tells.
pub(super) fn title(words: &[Word<'_>]) -> Option<(usize, TitleKind)> {
    let first = words.first().filter(|word| word.shape != Shape::Number)?;
    // Most words begin no title: that is found out without reading on.
    if !first.text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    let folded = fold(first);
    if !name::begins_title(&folded) && !english().begins_post(&folded) {
        return None;
    }
    let folded: Vec<String> = joined(words).take(4).map(fold).collect();
    let folded: Vec<&str> = folded.iter().map(String::as_str).collect();
    let length = name::title_at(&folded).max(english().post_at(&folded));
    let taken = folded.get(..length).filter(|taken| !taken.is_empty())?;
    let honorific = |word: &&str| HONORIFICS.iter().any(|(known, _)| known == word);
    let kind = if taken.iter().all(|word| RANKS.contains(word)) {
        TitleKind::Rank
    } else if taken.iter().all(honorific) {
        TitleKind::Honorific
    } else {
        TitleKind::Post
    };
    Some((length, kind))
}

/// The words that follow one another with nothing but space between.
fn joined<'a, 'b>(words: &'a [Word<'b>]) -> impl Iterator<Item = &'a Word<'b>> {
    let mut before: Option<&Word<'_>> = None;
    words.iter().take_while(move |word| {
        let follows = before.is_none_or(|before| {
            word.gap == crate::extract::words::Gap::Space && !before.possessive
        });
        before = Some(word);
        follows
    })
}

/// Whom a title is for, where it says so.
pub(super) fn gender_of_title(words: &[Word<'_>]) -> Option<Gender> {
    let folded = words.iter().map(fold);
    let mut found = folded.filter_map(|word| HONORIFICS.iter().find(|(known, _)| *known == word));
    found.find_map(|(_, gender)| *gender)
}

/// A word in small letters without stops.
pub(super) fn fold(word: &Word<'_>) -> String {
    let letters = word.text.chars().filter(|char| *char != '.');
    letters.flat_map(char::to_lowercase).collect()
}

/// Titles that are shortened before names.
const SHORT_TITLES: &[(&str, &str)] = &[
    ("gen", "general"),
    ("lt", "lieutenant"),
    ("col", "colonel"),
    ("maj", "major"),
    ("capt", "captain"),
    ("sgt", "sergeant"),
    ("adm", "admiral"),
    ("brig", "brigadier"),
    ("cmdr", "commander"),
    ("sen", "senator"),
    ("rep", "representative"),
    ("gov", "governor"),
    ("amb", "ambassador"),
    ("rev", "reverend"),
    ("prof", "professor"),
];

/// A word of a title, folded and in full.
pub(super) fn in_full(word: &Word<'_>) -> String {
    let folded = fold(word);
    let full = SHORT_TITLES.iter().find(|(short, _)| *short == folded);
    full.map_or(folded, |(_, full)| (*full).to_owned())
}

/// Whether a word at the beginning of a sentence is no part of a name.
pub(super) fn opens_sentence(word: &str) -> bool {
    let adverb = word.ends_with("ly") && english().given(word).is_none();
    adverb || english().openers.contains(word.to_lowercase().as_str())
}
