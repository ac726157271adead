//! What kind of thing a name names, told by the name and by what stands around it.

use std::collections::HashSet;

use super::lexicon::{self, Gender, Lexicon};
use super::run::{self, Part};
use crate::domain::entity::EntityType;
use crate::extract::words::{Gap, Shape, Word};

/// What a name is taken for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Kind {
    /// The kind; `None` where nothing tells it.
    pub(super) kind: Option<EntityType>,
    /// Whom a pronoun may stand for.
    pub(super) gender: Option<Gender>,
    /// The usual form of a name that is known.
    pub(super) usual: Option<&'static str>,
}

/// Verbs that people say things by, beside their names.
const SAYING: &[&str] = &[
    "said",
    "says",
    "told",
    "added",
    "adds",
    "argued",
    "insisted",
    "noted",
    "wrote",
    "tweeted",
    "replied",
    "asked",
    "explained",
    "warned",
    "stressed",
    "recalled",
    "acknowledged",
    "conceded",
    "declared",
    "testified",
    "joked",
    "responded",
    "admitted",
    "continued",
];

/// Tells kinds apart in one text.
pub(super) struct Judge<'a, 'b> {
    words: &'a [Word<'b>],
    lexicon: &'static Lexicon,
    /// Single names of which a title or a verb of saying tells that they are people's.
    people: HashSet<&'b str>,
}

impl<'a, 'b> Judge<'a, 'b> {
    pub(super) fn new(words: &'a [Word<'b>], parts: &[Part]) -> Self {
        let mut judge = Self { words, lexicon: lexicon::english(), people: HashSet::new() };
        let single = parts.iter().filter(|part| part.name.len() == 1);
        let people = single.filter(|part| part.title.is_some() || judge.speaks(part));
        judge.people =
            people.filter_map(|part| words.get(part.name.start)).map(|word| word.text).collect();
        judge
    }

    /// Whether a verb of saying stands beside the name.
    pub(super) fn speaks(&self, part: &Part) -> bool {
        let verb = |at: Option<usize>| at.and_then(|at| self.words.get(at));
        let after = verb(Some(part.name.end)).filter(|word| word.gap == Gap::Space);
        let before = verb(part.name.start.checked_sub(1));
        let beside = self.words.get(part.name.start).is_some_and(|word| word.gap == Gap::Space);
        let closes = verb(Some(part.name.end)).is_none_or(|word| word.gap != Gap::Space);
        after.is_some_and(|word| word.is_any(SAYING))
            || (beside && closes && before.is_some_and(|word| word.is_any(&["said", "says"])))
    }

    /// What the part is taken for; `None` where it names nothing.
    pub(super) fn kind(&self, part: &Part) -> Option<Kind> {
        let name = self.words.get(part.name.clone())?;
        let (first, last) = (name.first()?, name.last()?);
        let whole = run::join(name);
        let title = part.title.as_ref().and_then(|title| self.words.get(title.words.clone()));
        if let Some((kind, usual)) = self.lexicon.known(&cased(&whole)) {
            let bearer = title.is_some() && name.len() == 1 && kind == EntityType::Place;
            if !bearer {
                return Some(Kind { kind: Some(kind), usual: Some(usual), gender: None });
            }
        }
        let given = self.lexicon.given(first.text);
        if let Some(title) = title {
            let gender = lexicon::gender_of_title(title);
            let gender = gender.or(given.flatten().filter(|_| name.len() > 1));
            return Some(Kind { kind: Some(EntityType::Person), gender, usual: None });
        }
        if name.len() == 1 && self.lexicon.place_of(first.text).is_some() {
            return None;
        }
        let kind = self.by_head(name).or_else(|| {
            let person = name.len() > 1 && name.len() <= 5 && self.is_person(name, part);
            person.then_some(EntityType::Person)
        });
        // A capital letter alone tells nothing, but where a person's surname follows
        // a full name: that is found by the name.
        if kind.is_none() && name.len() == 1 && self.lexicon.head(first.text).is_some() {
            return None;
        }
        let adjective = self.lexicon.place_of(first.text).is_some();
        if kind.is_none() && (adjective || last.text.chars().nth(1).is_none()) {
            return None;
        }
        let gender = given.flatten().filter(|_| kind == Some(EntityType::Person));
        Some(Kind { kind, gender, usual: None })
    }

    /// What the telling word of a body's or a place's name says.
    fn by_head(&self, name: &[Word<'_>]) -> Option<EntityType> {
        if name.len() < 2 {
            return None;
        }
        let linked = name.iter().position(|word| word.is_any(&["of", "for"]));
        let before = linked.and_then(|at| at.checked_sub(1)).and_then(|at| name.get(at));
        if let Some(kind) = before.and_then(|word| self.lexicon.head(word.text)) {
            return Some(kind);
        }
        let last = name.last()?;
        // People are called Bill, Hall, Park, House, Hill and Young, too.
        let first = name.first()?;
        let kind = self.lexicon.head(last.text)?;
        let body = kind == EntityType::Organization;
        (body || self.lexicon.given(first.text).is_none()).then_some(kind)
    }

    fn is_person(&self, name: &[Word<'_>], part: &Part) -> bool {
        let (Some(first), Some(last)) = (name.first(), name.last()) else { return false };
        let plain = name.iter().all(|word| word.shape != Shape::Number);
        let inner = name.get(1..name.len().saturating_sub(1)).unwrap_or_default();
        let initial = inner.iter().any(|word| word.text.chars().nth(1).is_none());
        let particle = ["al-", "Al-", "el-", "El-"].iter().any(|it| last.text.starts_with(it));
        let particles = inner.iter().any(|word| word.is_any(&["bin", "ibn", "van", "von"]));
        plain
            && last.shape != Shape::Lower
            && (self.lexicon.given(first.text).is_some()
                || initial
                || particle
                || particles
                || self.people.contains(last.text)
                || self.has_age(part)
                || self.has_post(part)
                || self.is_apposed(part)
                || self.post_before(part).is_some())
    }

    /// Whether an age follows: "Jane Roe, 45,".
    fn has_age(&self, part: &Part) -> bool {
        let (age, after) = (self.words.get(part.name.end), self.words.get(part.name.end + 1));
        age.is_some_and(|age| {
            age.gap == Gap::Comma && age.shape == Shape::Number && age.text.len() == 2
        }) && after.is_none_or(|after| after.gap >= Gap::Comma)
    }

    /// Whether a post follows in small letters: "Jane Roe, chairwoman of".
    fn has_post(&self, part: &Part) -> bool {
        let after = self.words.get(part.name.end..).unwrap_or_default();
        let comma = after.first().is_some_and(|word| word.gap == Gap::Comma);
        let article = after.first().is_some_and(|word| word.is_any(&["the", "a", "an"]));
        let rest = after.get(usize::from(article)..).unwrap_or_default();
        let small = rest.first().is_some_and(|word| word.shape == Shape::Lower);
        comma && small && lexicon::title(rest).is_some()
    }

    /// Whether a post and a comma stand before: "Turkey's president, Jane Roe".
    fn is_apposed(&self, part: &Part) -> bool {
        let start = part.name.start;
        let comma = self.words.get(start).is_some_and(|word| word.gap == Gap::Comma);
        let post = Self::post_words_before_comma(self.words, start).filter(|_| comma);
        let led = post.and_then(|post| self.words.get(post.start.checked_sub(1)?));
        led.is_some_and(|word| word.possessive || word.is("the") || word.is_capital())
    }

    /// The post in small letters right before a name: "analyst Jane Roe".
    fn post_before(&self, part: &Part) -> Option<std::ops::Range<usize>> {
        Self::post_words_before(self.words, part.name.start)
    }

    /// The post in small letters that ends right before the word at `start`.
    pub(super) fn post_words_before(
        words: &[Word<'_>],
        start: usize,
    ) -> Option<std::ops::Range<usize>> {
        let joined = words.get(start).is_some_and(|word| word.gap == Gap::Space);
        let small = |word: &Word<'_>| word.shape == Shape::Lower && !word.possessive;
        let found = post_ending(words, start).filter(|_| joined)?;
        words.get(found.clone())?.iter().all(small).then_some(found)
    }

    /// The post that ends before the word at `end`, whatever parts them.
    pub(super) fn post_words_before_comma(
        words: &[Word<'_>],
        end: usize,
    ) -> Option<std::ops::Range<usize>> {
        let found = post_ending(words, end)?;
        words.get(end - 1).filter(|word| !word.possessive).map(|_| found)
    }
}

/// The longest title that ends before the word at `end`.
fn post_ending(words: &[Word<'_>], end: usize) -> Option<std::ops::Range<usize>> {
    (1..=4).rev().filter_map(|length| end.checked_sub(length)).find_map(|from| {
        let (length, _) = lexicon::title(words.get(from..end)?)?;
        (from + length == end).then_some(from..end)
    })
}

/// A name in capitals as it is usually written; shorter ones are abbreviations.
fn cased(name: &str) -> String {
    let all = name.chars().all(|char| char.is_uppercase() || char == ' ');
    if !all || name.chars().count() < 5 {
        return name.to_owned();
    }
    let mut begins = true;
    let lower = |char: char| {
        let kept = std::mem::replace(&mut begins, char == ' ');
        if kept { char } else { char.to_lowercase().next().unwrap_or(char) }
    };
    name.chars().map(lower).collect()
}
