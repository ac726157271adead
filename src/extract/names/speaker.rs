//! Whom the words mean that name a speaker: a name, a post that the text gives
//! someone, or a pronoun.

use std::ops::Range;

use super::lexicon::{self, Gender};
use super::post::Description;
use super::{NameMention, Names};
use crate::domain::entity::EntityType;
use crate::extract::words::{Gap, Word};

/// Whom a sentence is about, for the pronouns of the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Focus {
    subject: Option<usize>,
    /// How many sentences ago that was.
    age: usize,
}

/// How many sentences without a person a pronoun reaches across.
const REACH: usize = 2;

/// How many names before a pronoun are looked at.
const MOST_BEFORE: usize = 64;
/// How many words lead to a name at most.
const MOST_LEADING: usize = 16;

/// Words that end what a name can be the head of.
const BOUNDS: &[&str] = &[
    "of", "for", "from", "at", "in", "with", "by", "to", "on", "who", "whose", "that", "which",
    "and", "or", "as", "about", "near", "during", "after", "before",
];

const ARTICLES: &[&str] = &["the", "a", "an", "this", "that", "his", "her", "its", "their"];

impl Names<'_> {
    /// The chain that a span of bytes names as its head: whom "the president",
    /// "Mr. Roe, the head of the agency" or "she" means; `None` where that is not
    /// beyond doubt.
    #[must_use]
    pub fn speaker(&self, span: Range<usize>) -> Option<usize> {
        let words = self.words_in(&span);
        match self.pronoun(&words) {
            Some(gender) => self.pronoun_means(words.start, gender),
            None => self.phrase_means(words),
        }
    }

    fn words_in(&self, span: &Range<usize>) -> Range<usize> {
        let first = self.words.partition_point(|word| word.start < span.start);
        let end = self.words.partition_point(|word| word.start < span.end);
        first..end.max(first)
    }

    fn pronoun(&self, words: &Range<usize>) -> Option<Gender> {
        let word = self.words.get(words.start).filter(|_| words.len() == 1)?;
        gender_of(word)
    }

    fn phrase_means(&self, words: Range<usize>) -> Option<usize> {
        let article = self.words.get(words.start).filter(|word| word.is_any(ARTICLES));
        let start = words.start + usize::from(article.is_some());
        let head = start..self.head_end(start, words.end);
        if let Some(mention) = self.mention_ending(&head) {
            let last = self.words.get(head.end - 1)?;
            return (!last.possessive || head.end == words.end).then_some(mention.chain);
        }
        // "the chief executive, Jane Roe": what follows the comma says who it is.
        let follows = self.mention_at(head.end).filter(|mention| {
            let comma = self.words.get(head.end).is_some_and(|word| word.gap == Gap::Comma);
            comma && mention.words.end <= words.end && self.is_person(mention.chain)
        });
        if let Some(mention) = follows {
            return Some(mention.chain);
        }
        let indefinite = article.is_some_and(|word| word.is_any(&["a", "an", "this", "that"]));
        if indefinite || article.is_some_and(|word| word.is_any(&["his", "her", "its", "their"])) {
            return None;
        }
        self.described(start, words.end).map(|(chain, _)| chain)
    }

    /// Where the part of a phrase ends that its head stands in.
    fn head_end(&self, start: usize, end: usize) -> usize {
        let mut at = start;
        while at < end {
            if let Some(mention) = self.mention_at(at).filter(|mention| mention.words.end <= end) {
                at = mention.words.end;
                continue;
            }
            let Some(word) = self.words.get(at) else { break };
            let parted = at > start && word.gap > Gap::Space;
            let title = self.words.get(at..end).and_then(lexicon::title);
            if parted || (word.is_any(BOUNDS) && title.is_none()) {
                break;
            }
            at += title.map_or(1, |(length, _)| length);
        }
        // A sign may stand before a name that was taken whole.
        let within =
            (start + 1..at).find(|at| self.words.get(*at).is_some_and(|it| it.gap >= Gap::Comma));
        within.unwrap_or(at.min(end))
    }

    /// The mention whose titles or name begin at a word.
    fn mention_at(&self, word: usize) -> Option<&NameMention> {
        let at = self.mentions.partition_point(|mention| mention.led < word);
        let own = self.mentions.get(at).filter(|mention| mention.led == word);
        own.or_else(|| {
            let before = self.mentions.get(at.checked_sub(1)?)?;
            (before.words.start == word).then_some(before)
        })
    }

    fn mention_ending(&self, head: &Range<usize>) -> Option<&NameMention> {
        let at = self.mentions.partition_point(|mention| mention.words.end < head.end);
        let mention = self.mentions.get(at)?;
        (mention.words.end == head.end && mention.words.start >= head.start).then_some(mention)
    }

    fn is_person(&self, chain: usize) -> bool {
        self.chains.get(chain).and_then(|chain| chain.kind) == Some(EntityType::Person)
    }

    /// Who is described by the words from `start`, which are at most up to `end`;
    /// and where the description ends.
    fn described(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let words = self.words.get(start..end)?;
        let length = words
            .iter()
            .enumerate()
            .take_while(|(at, word)| *at == 0 || word.gap == Gap::Space)
            .count();
        let description = Description::read(words.get(..length.min(10))?)?;
        Some((description.meant(&self.posts)?, start + length))
    }

    /// Whom "he" or "she" at a word means: the subject of its sentence so far, else
    /// of the sentence before.
    fn pronoun_means(&self, at: usize, gender: Gender) -> Option<usize> {
        let sentence = self.words.get(at)?.sentence;
        let fits = |chain: &usize| self.fits(*chain, gender);
        let here = self.subject_before(at, sentence);
        match here {
            Some(subject) => Some(subject).filter(fits),
            None => self.focus.get(sentence).and_then(|focus| focus.subject).filter(fits),
        }
    }

    fn fits(&self, chain: usize, gender: Gender) -> bool {
        self.chains.get(chain).is_some_and(|chain| chain.gender.is_none_or(|known| known == gender))
    }

    /// The only person named in a sentence before a word.
    fn subject_before(&self, at: usize, sentence: usize) -> Option<usize> {
        let end = self.mentions.partition_point(|mention| mention.words.end <= at);
        let here = self.mentions.get(..end)?.iter().rev().take(MOST_BEFORE).take_while(|mention| {
            self.words.get(mention.words.start).is_some_and(|word| word.sentence == sentence)
        });
        let mut people =
            here.filter(|it| !it.quoted && self.is_person(it.chain)).map(|it| it.chain);
        let first = people.next()?;
        people.all(|other| other == first).then_some(first)
    }

    /// Whom each sentence leaves to the pronouns of the next, by sentence.
    pub(super) fn read_focus(&mut self) {
        let sentences = self.words.last().map_or(0, |word| word.sentence + 2);
        self.focus = vec![Focus::default(); sentences];
        let mut start = 0;
        while let Some(first) = self.words.get(start) {
            let sentence = first.sentence;
            let length = self.words.get(start..).unwrap_or_default();
            let end = start + length.iter().take_while(|word| word.sentence == sentence).count();
            let before = self.focus.get(sentence).copied().unwrap_or_default();
            let next = self.focus_after(start..end, before);
            if let Some(focus) = self.focus.get_mut(sentence + 1) {
                *focus = next;
            }
            start = end;
        }
    }

    fn focus_after(&self, sentence: Range<usize>, before: Focus) -> Focus {
        let own = |word: &Word<'_>| !word.quoted;
        let narrated = self.words.get(sentence.clone()).unwrap_or_default();
        if !narrated.iter().any(own) {
            return before;
        }
        let people = self.people_in(&sentence);
        // A pronoun that comes first carries on.
        let pronoun = sentence
            .clone()
            .find(|at| self.words.get(*at).is_some_and(|word| own(word) && subject_pronoun(word)));
        let first = people.iter().find(|person| person.subject);
        let subject = match (first, pronoun) {
            (Some(first), Some(pronoun)) if first.at < pronoun => Some(first.chain),
            (_, Some(pronoun)) => {
                let gender = self.words.get(pronoun).and_then(gender_of);
                before.subject.filter(|chain| gender.is_none_or(|gender| self.fits(*chain, gender)))
            }
            (Some(first), None) => Some(first.chain),
            (None, None) => only(&people),
        };
        match subject {
            Some(_) => Focus { subject, age: 0 },
            None if people.is_empty() && pronoun.is_none() && before.age < REACH => {
                Focus { age: before.age + 1, ..before }
            }
            None => Focus::default(),
        }
    }

    /// The people that a sentence names or describes outside quotes.
    fn people_in(&self, sentence: &Range<usize>) -> Vec<Person> {
        let mut people = Vec::new();
        let mut at = sentence.start;
        while at < sentence.end {
            let Some(word) = self.words.get(at) else { break };
            if word.quoted {
                at += 1;
                continue;
            }
            if let Some(mention) = self.mention_at(at).filter(|it| it.words.end <= sentence.end) {
                let possessive =
                    self.words.get(mention.words.end - 1).is_some_and(|word| word.possessive);
                if self.is_person(mention.chain) {
                    let subject = !possessive && self.is_subject(at, sentence);
                    people.push(Person { at, chain: mention.chain, subject });
                }
                // "the Region's President" goes on behind the name.
                let owned = possessive.then(|| self.described(mention.words.end, sentence.end));
                if let Some(Some((chain, _))) = owned {
                    people.push(Person { at, chain, subject: self.is_subject(at, sentence) });
                }
                at = mention.words.end.max(at + 1);
                continue;
            }
            let article = word.is("the");
            let (from, reach) = (at + 1, (at + 8).min(sentence.end));
            let described = article.then(|| self.described_first(from, reach)).flatten();
            if let Some((chain, possessive)) = described {
                people.push(Person {
                    at,
                    chain,
                    subject: !possessive && self.is_subject(at, sentence),
                });
            }
            at += 1;
        }
        people
    }

    /// Who is described by the title that comes first from `from`, with what stands
    /// before it; and whether something of theirs is meant.
    fn described_first(&self, from: usize, end: usize) -> Option<(usize, bool)> {
        for at in from..end {
            let rest = self.words.get(at..end)?;
            let word = rest.first()?;
            if at > from && word.gap != Gap::Space {
                return None;
            }
            if let Some((length, _)) = lexicon::title(rest) {
                let stop = at + length;
                // A name that follows says itself who it is.
                if self.mention_at(stop).is_some_and(|it| it.title.is_some() || it.led == stop)
                    && self.words.get(stop).is_some_and(|word| word.gap == Gap::Space)
                {
                    return None;
                }
                let of = self
                    .words
                    .get(stop)
                    .is_some_and(|word| word.is("of") && word.gap == Gap::Space);
                let reach = if of { (stop + 5).min(end) } else { stop };
                let possessive = self.words.get(stop - 1).is_some_and(|word| word.possessive);
                let (chain, _) = self.described(from, reach)?;
                return Some((chain, possessive));
            }
        }
        None
    }

    /// Whether what begins at a word may be the subject: no preposition leads to it.
    fn is_subject(&self, at: usize, sentence: &Range<usize>) -> bool {
        let mut before = at;
        while before > sentence.start && at - before < MOST_LEADING {
            let (Some(word), Some(last)) = (self.words.get(before), self.words.get(before - 1))
            else {
                return true;
            };
            if word.gap > Gap::Space {
                return true;
            }
            // What belongs to the same phrase.
            let same = last.is_any(ARTICLES) || last.is_capital() || last.possessive;
            if !same {
                return !last.is_any(PREPOSITIONS) && !last.text.ends_with("ing");
            }
            before -= 1;
        }
        true
    }
}

/// A person in a sentence.
struct Person {
    at: usize,
    chain: usize,
    subject: bool,
}

fn only(people: &[Person]) -> Option<usize> {
    let first = people.first()?.chain;
    people.iter().all(|person| person.chain == first).then_some(first)
}

const PREPOSITIONS: &[&str] = &[
    "of",
    "for",
    "from",
    "at",
    "in",
    "with",
    "by",
    "to",
    "on",
    "about",
    "near",
    "against",
    "under",
    "over",
    "between",
    "among",
    "than",
    "like",
    "as",
    "and",
    "or",
    "into",
    "after",
    "before",
    "told",
    "met",
    "asked",
    "urged",
    "called",
    "accused",
    "praised",
    "criticized",
    "thanked",
];

fn gender_of(word: &Word<'_>) -> Option<Gender> {
    match word.text {
        "he" | "He" => Some(Gender::Male),
        "she" | "She" => Some(Gender::Female),
        _ => None,
    }
}

fn subject_pronoun(word: &Word<'_>) -> bool {
    gender_of(word).is_some()
}
