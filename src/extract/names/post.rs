//! Posts that the text says someone holds, and who is meant by one: "X, the head of
//! Y", "Y's president, X", "the general".

use std::collections::HashMap;
use std::ops::Range;

use super::kind::Judge;
use super::lexicon::{self, TitleKind};
use super::run;
use super::{Chain, NameMention};
use crate::domain::entity::EntityType;
use crate::domain::limits;
use crate::extract::words::{Gap, Shape, Word};

/// A post that the text says someone holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPost {
    /// Who holds it: a chain.
    pub holder: usize,
    /// Its title in words; with its realm, where that names no body or place.
    pub title: String,
    /// The body or place that it belongs to: a chain.
    pub organization: Option<usize>,
    /// A rank rather than a post.
    pub is_rank: bool,
    /// The bytes of its title where it is told of first.
    pub first: Range<usize>,
    /// How often it is told of.
    pub count: usize,
    /// The words of the title, folded.
    head: Vec<String>,
    /// The words that say where it is held, folded.
    realm: Vec<String>,
}

impl FoundPost {
    fn is_same(&self, other: &Self) -> bool {
        (self.holder, self.organization, &self.head, &self.realm)
            == (other.holder, other.organization, &other.head, &other.realm)
    }

    /// Whether `other` tells of the same post, and more of it: "President" beside
    /// "President of the Region".
    pub(in crate::extract) fn says_less_than(&self, other: &Self) -> bool {
        let more = other.organization.is_some()
            || other.realm.len() > self.realm.len()
            || other.head.len() > self.head.len();
        self.holder == other.holder
            && self.organization.is_none()
            && more
            && other.head.ends_with(&self.head)
            && self.realm.iter().all(|word| other.realm.contains(word))
    }
}

/// Words that a title takes into another one: the vice president is no president.
const APART: &[&str] = &["vice", "deputy", "former", "ex", "assistant", "acting", "late"];

/// The posts of a text, and a way to them.
#[derive(Debug, Default)]
pub(super) struct Posts {
    all: Vec<FoundPost>,
    by_holder: HashMap<usize, Vec<usize>>,
    /// By the last word of the title, folded.
    by_head: HashMap<String, Vec<usize>>,
}

/// The most posts of one person that are kept.
const MOST_HELD: usize = 32;
/// The most posts with one title that are told apart.
const MOST_ALIKE: usize = 64;

impl Posts {
    /// The posts of one person, in the order in which the text tells of them.
    pub(super) fn of(&self, holder: usize) -> impl Iterator<Item = &FoundPost> + Clone {
        self.by_holder.get(&holder).into_iter().flatten().filter_map(|at| self.all.get(*at))
    }

    fn add(&mut self, post: FoundPost) {
        let held = self.by_holder.entry(post.holder).or_default();
        let is_known = |at: &usize| self.all.get(*at).is_some_and(|it| it.is_same(&post));
        if let Some(known) = held.iter().copied().find(is_known) {
            if let Some(known) = self.all.get_mut(known) {
                known.count += 1;
            }
            return;
        }
        if held.len() >= MOST_HELD {
            return;
        }
        held.push(self.all.len());
        let last = post.head.last().cloned().unwrap_or_default();
        self.by_head.entry(last).or_default().push(self.all.len());
        self.all.push(post);
    }
}

/// Reads the posts of all people named.
pub(super) fn find(words: &[Word<'_>], mentions: &[NameMention], chains: &[Chain]) -> Posts {
    let mut finder = Finder { words, mentions, chains, found: Posts::default() };
    for (at, mention) in mentions.iter().enumerate() {
        let person = chains.get(mention.chain).and_then(|chain| chain.kind);
        if person == Some(EntityType::Person) {
            finder.before(at, mention);
            finder.in_apposition_before(at, mention);
            finder.in_apposition_after(at, mention);
        }
    }
    finder.found
}

/// Finds posts and whom they stand for.
struct Finder<'a, 'b> {
    words: &'a [Word<'b>],
    mentions: &'a [NameMention],
    chains: &'a [Chain],
    found: Posts,
}

impl Finder<'_, '_> {
    /// "Iraqi Army Chief of Staff Jane Roe", "analyst Jane Roe".
    fn before(&mut self, at: usize, mention: &NameMention) {
        let small = Judge::post_words_before(self.words, mention.led);
        let title = match (&mention.title, small) {
            (Some(title), _) => title.words.clone(),
            (None, Some(small)) => small,
            (None, None) => return,
        };
        self.add(mention.chain, title.clone(), self.realm_before(at, title.start));
    }

    /// "the Chief of Staff of the Iraqi Army, Jane Roe", "Iraq's president, Jane Roe".
    fn in_apposition_before(&mut self, at: usize, mention: &NameMention) {
        let comma = self.words.get(mention.led).is_some_and(|word| word.gap == Gap::Comma);
        if !comma {
            return;
        }
        let end = mention.led;
        if let Some(title) = Judge::post_words_before_comma(self.words, end) {
            let realm = self.realm_before(at, title.start);
            self.add(mention.chain, title, realm);
            return;
        }
        let Some(body) = at.checked_sub(1).and_then(|before| self.mentions.get(before)) else {
            return;
        };
        if body.words.end != end {
            return;
        }
        let article = body.led.checked_sub(1).filter(|at| self.is(*at, &["the"]));
        let of = article.unwrap_or(body.led).checked_sub(1).filter(|at| self.is(*at, OF));
        let Some(of) = of else { return };
        if let Some(title) = Judge::post_words_before_comma(self.words, of) {
            self.add(
                mention.chain,
                title,
                Realm { words: body.words.clone(), chain: Some(body.chain) },
            );
        }
    }

    /// "Jane Roe, the head of the agency,".
    fn in_apposition_after(&mut self, at: usize, mention: &NameMention) {
        let mut from = mention.words.end;
        if self.words.get(from).is_none_or(|word| word.gap != Gap::Comma) {
            return;
        }
        if self.is(from, &["the", "a", "an", "his", "her", "its", "their"]) {
            from += 1;
        }
        let Some(title) = self.title_within(from) else { return };
        let after = self.words.get(title.end);
        let ends = after.is_none_or(|word| word.gap >= Gap::Comma);
        let modifiers = Realm { words: from..title.start, chain: self.chain_ending(title.start) };
        if ends {
            self.add(mention.chain, title, modifiers);
            return;
        }
        if !self.is(title.end, OF) {
            return;
        }
        let body = title.end + 1 + usize::from(self.is(title.end + 1, &["the"]));
        let next = self
            .mentions
            .get(at + 1)
            .filter(|next| next.led == body && next.led == next.words.start);
        match next {
            Some(body) => {
                let realm = Realm { words: body.words.clone(), chain: Some(body.chain) };
                self.add(mention.chain, title, realm);
            }
            None => {
                let end = self.phrase_end(title.end);
                self.add(mention.chain, title.start..end, modifiers);
            }
        }
    }

    /// The first title within the few words from `from`, which follow one another.
    fn title_within(&self, from: usize) -> Option<Range<usize>> {
        for at in from..from + 5 {
            let rest = self.words.get(at..)?;
            let first = rest.first()?;
            if at > from && first.gap != Gap::Space {
                return None;
            }
            if let Some((length, _)) = lexicon::title(rest) {
                let last = rest.get(length - 1)?;
                let goes_on = lexicon::title(rest.get(length..)?).is_some()
                    && rest.get(length).is_some_and(|word| word.gap == Gap::Space);
                return (!last.possessive && !goes_on).then_some(at..at + length);
            }
        }
        None
    }

    /// Where the words that begin at `from` come to a comma or an end.
    fn phrase_end(&self, from: usize) -> usize {
        let rest = self.words.get(from..).unwrap_or_default();
        let length = rest.iter().take(8).take_while(|word| word.gap == Gap::Space).count();
        from + length
    }

    fn is(&self, at: usize, words: &[&str]) -> bool {
        self.words.get(at).is_some_and(|word| word.is_any(words))
    }

    /// What stands right before a title and says where it is held.
    fn realm_before(&self, at: usize, title: usize) -> Realm {
        let before = self.mentions.get(..at).unwrap_or_default();
        let body = before.last().filter(|body| body.words.end == title && self.joins(title));
        if let Some(body) = body {
            return Realm { words: body.words.clone(), chain: Some(body.chain) };
        }
        let mut start = title;
        while start > 0 && self.joins(start) && self.is_realm_word(start - 1) {
            start -= 1;
        }
        Realm { words: start..title, chain: None }
    }

    fn joins(&self, at: usize) -> bool {
        self.words.get(at).is_some_and(|word| word.gap == Gap::Space)
    }

    fn is_realm_word(&self, at: usize) -> bool {
        self.words
            .get(at)
            .is_some_and(|word| word.is_capital() && !lexicon::opens_sentence(word.text))
    }

    /// The chain of the name that ends right before `at`.
    fn chain_ending(&self, at: usize) -> Option<usize> {
        let after = self.mentions.partition_point(|mention| mention.words.end < at);
        let mention = self.mentions.get(after).filter(|mention| mention.words.end == at)?;
        Some(mention.chain)
    }

    /// Notes the titles that stand one after another, the first held in `realm`.
    fn add(&mut self, holder: usize, titles: Range<usize>, realm: Realm) {
        let mut realm = Some(realm);
        let mut from = titles.start;
        while from < titles.end {
            let rest = self.words.get(from..titles.end).unwrap_or_default();
            let Some((length, kind)) = lexicon::title(rest) else { return };
            // What was read as one title is one: "head of the committee".
            let single = from == titles.start && !is_title(rest.get(length..).unwrap_or_default());
            let end = if single { titles.end } else { from + length };
            let nowhere = Realm { words: from..from, chain: None };
            let realm = realm.take().unwrap_or(nowhere);
            if kind != TitleKind::Honorific {
                self.add_one(holder, from..end, kind, &realm);
            }
            from = end;
        }
    }

    fn add_one(&mut self, holder: usize, title: Range<usize>, kind: TitleKind, realm: &Realm) {
        let words = self.words.get(title.clone()).unwrap_or_default();
        let realm_words = self.words.get(realm.words.clone()).unwrap_or_default();
        let organization = realm.chain.filter(|chain| {
            let kind = self.chains.get(*chain).and_then(|chain| chain.kind);
            matches!(kind, Some(EntityType::Organization | EntityType::Place))
        });
        let mut text = run::join(words);
        // What is no body or place that is known by itself stays in the wording.
        if organization.is_none()
            && let Some(last) = realm_words.last()
        {
            let realm_text = run::join(realm_words);
            text = match (realm.words.end == title.start, last.possessive) {
                (true, true) => format!("{realm_text}'s {text}"),
                (true, false) => format!("{realm_text} {text}"),
                (false, _) => format!("{text} of {realm_text}"),
            };
        }
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return };
        let post = FoundPost {
            holder,
            title: text.chars().take(limits::NAME_CHARS).collect(),
            organization,
            is_rank: kind == TitleKind::Rank,
            first: first.start..last.end,
            count: 1,
            head: words.iter().map(lexicon::in_full).collect(),
            realm: realm_of(realm_words),
        };
        self.found.add(post);
    }
}

fn is_title(words: &[Word<'_>]) -> bool {
    lexicon::title(words).is_some()
}

const OF: &[&str] = &["of", "at", "for", "in", "with"];

/// Where a title is held.
struct Realm {
    words: Range<usize>,
    chain: Option<usize>,
}

/// The words of a realm, folded, adjectives made places.
fn realm_of(words: &[Word<'_>]) -> Vec<String> {
    let place = |word: &Word<'_>| lexicon::english().place_of(word.text);
    let folded = words.iter().flat_map(|word| match place(word) {
        Some(place) => place.split(' ').map(str::to_lowercase).collect(),
        None if word.is("regional") => vec!["region".to_owned()],
        None => vec![lexicon::fold(word)],
    });
    folded.filter(|word| !["the", "of", "a", "an"].contains(&word.as_str())).collect()
}

/// What a description like "the Iraqi president" says.
pub(super) struct Description {
    head: Vec<String>,
    realm: Vec<String>,
}

impl Description {
    /// Reads one from words that follow one another, without the article; `None`
    /// where no title is its head.
    pub(super) fn read(words: &[Word<'_>]) -> Option<Self> {
        for at in 0..words.len() {
            let rest = words.get(at..)?;
            let Some((length, _)) = lexicon::title(rest) else { continue };
            // "Army chief of staff" is no army chief.
            let longer = (1..length).any(|later| {
                let rest = rest.get(later..).and_then(lexicon::title);
                rest.is_some_and(|(other, _)| later + other > length)
            });
            if longer {
                continue;
            }
            let after = rest.get(length..)?;
            if after.first().is_some_and(|next| !next.is_any(OF)) {
                continue;
            }
            if words.get(..at)?.iter().any(|word| word.shape == Shape::Number) {
                return None;
            }
            let mut realm = realm_of(words.get(..at)?);
            realm.extend(realm_of(after.get(1..).unwrap_or_default()));
            let head = rest.get(..length)?.iter().map(lexicon::in_full).collect();
            return Some(Self { head, realm });
        }
        None
    }

    /// The only person who is said to hold such a post.
    pub(super) fn meant(&self, posts: &Posts) -> Option<usize> {
        let alike = posts.by_head.get(self.head.last()?)?;
        if alike.len() > MOST_ALIKE {
            return None;
        }
        let alike = alike.iter().filter_map(|at| posts.all.get(*at));
        let mut holders = alike.filter(|post| self.fits(post)).map(|post| post.holder);
        let first = holders.next()?;
        holders.all(|other| other == first).then_some(first)
    }

    fn fits(&self, post: &FoundPost) -> bool {
        let ends = post.head.ends_with(&self.head);
        let before =
            post.head.len().checked_sub(self.head.len()).and_then(|at| post.head.get(..at));
        let apart = |words: &[String]| words.iter().any(|word| APART.contains(&word.as_str()));
        let within =
            self.realm.iter().all(|word| post.realm.contains(word) || post.head.contains(word));
        ends && before.is_some_and(|before| !apart(before)) && !apart(&post.realm) && within
    }
}
