//! Names that name the same: a full name, a surname, a title with a surname, an
//! acronym.

use std::collections::HashMap;

use super::kind::{Judge, Kind};
use super::lexicon::Gender;
use super::run::{self, Part};
use super::{Chain, NameMention};
use crate::domain::entity::EntityType;
use crate::domain::limits;
use crate::domain::name;
use crate::extract::words::{Gap, Shape, Word};

/// The mentions and chains of a text.
pub(super) struct Chains {
    pub(super) mentions: Vec<NameMention>,
    pub(super) chains: Vec<Chain>,
}

/// Puts names that name the same into one chain.
pub(super) fn link(words: &[Word<'_>], parts: &[Part]) -> Chains {
    let judge = Judge::new(words, parts);
    let mut linker = Linker {
        words,
        chains: Vec::new(),
        by_last: HashMap::new(),
        by_ends: HashMap::new(),
        by_name: HashMap::new(),
    };
    let kinds: Vec<Option<Kind>> = parts.iter().map(|part| judge.kind(part)).collect();
    let mut chain_of: Vec<Option<usize>> = vec![None; parts.len()];
    // Full names first: a surname may stand before the name that it belongs to.
    for full in [true, false] {
        for ((part, kind), chain) in parts.iter().zip(&kinds).zip(&mut chain_of) {
            let Some(kind) = kind else { continue };
            if linker.is_full(part, kind) == full {
                *chain = linker.chain(part, kind, judge.speaks(part));
            }
        }
        if full {
            linker.take_acronyms(parts, &mut chain_of);
        }
    }
    let mut mentions = Vec::new();
    for (part, chain) in parts.iter().zip(chain_of) {
        let Some(chain) = chain else { continue };
        mentions.extend(linker.mention(part, chain));
    }
    Chains { mentions, chains: linker.chains }
}

struct Linker<'a, 'b> {
    words: &'a [Word<'b>],
    chains: Vec<Chain>,
    /// People by the last word of their names, folded; no more than [`BEARERS`].
    by_last: HashMap<String, Vec<usize>>,
    /// People by the first and last word of their names, folded.
    by_ends: HashMap<(String, String), usize>,
    /// Everything else by the whole name, folded.
    by_name: HashMap<String, usize>,
}

impl Linker<'_, '_> {
    /// Whether a name says by itself whom or what it names.
    fn is_full(&self, part: &Part, kind: &Kind) -> bool {
        match kind.kind {
            Some(EntityType::Person) => self.folded(part).contains(' ') && part.name.len() > 1,
            Some(_) => part.name.len() > 1 || kind.usual.is_some(),
            None => part.name.len() > 1,
        }
    }

    fn text(&self, part: &Part) -> String {
        self.words.get(part.name.clone()).map(run::join).unwrap_or_default()
    }

    fn folded(&self, part: &Part) -> String {
        name::fold(&self.text(part))
    }

    /// The chain of a name, found or begun.
    fn chain(&mut self, part: &Part, kind: &Kind, speaks: bool) -> Option<usize> {
        let text = self.text(part);
        if text.chars().count() > limits::NAME_CHARS {
            return None;
        }
        let folded = name::fold(&text);
        let titled = part.title.is_some();
        if kind.kind == Some(EntityType::Person) {
            return Some(self.person(text, &folded, kind.gender, titled));
        }
        // "Jordan said" may be a person who was named in full.
        let single = part.name.len() == 1;
        let bearer = if single { self.bearer(&folded, None) } else { None };
        if let Some(bearer) = bearer {
            let doubtful = kind.kind.is_some() && !speaks;
            return (!doubtful).then_some(bearer);
        }
        if single && kind.kind.is_none() {
            return self.by_name.get(&folded).copied();
        }
        // A name of two that was not told to be a person's may be the same as one
        // that was.
        if kind.kind.is_none()
            && let Some(same) = self.same_person(&folded)
        {
            return Some(same);
        }
        let usual = kind.usual.map(str::to_owned).unwrap_or(text);
        let key = name::fold(&usual);
        if let Some(known) = self.by_name.get(&key) {
            let known = *known;
            if let Some(chain) = self.chains.get_mut(known) {
                chain.kind = chain.kind.or(kind.kind);
            }
            return Some(known);
        }
        let begun = self.begin(usual, kind.kind, None);
        self.by_name.insert(key, begun);
        Some(begun)
    }

    fn person(
        &mut self,
        text: String,
        folded: &str,
        gender: Option<Gender>,
        titled: bool,
    ) -> usize {
        let several = folded.contains(' ');
        let found = if several {
            self.same_person(folded)
        } else {
            self.bearer(folded, gender.filter(|_| titled))
        };
        let chain = found.or_else(|| self.bearer(folded, None).filter(|_| several));
        match chain {
            Some(known) => {
                if let Some(chain) = self.chains.get_mut(known) {
                    chain.gender = chain.gender.or(gender);
                    let longer =
                        folded.split(' ').count() > name::fold(&chain.name).split(' ').count();
                    if longer {
                        let shorter = std::mem::replace(&mut chain.name, text);
                        chain.add_alias(shorter);
                    } else if several && text != chain.name {
                        chain.add_alias(text);
                    }
                }
                known
            }
            None => {
                let begun = self.begin(text, Some(EntityType::Person), gender);
                self.by_ends.extend(ends(folded).map(|ends| (ends, begun)));
                let last = folded.rsplit(' ').next().unwrap_or(folded);
                let bearers = self.by_last.entry(last.to_owned()).or_default();
                if bearers.len() < BEARERS {
                    bearers.push(begun);
                }
                begun
            }
        }
    }

    /// The person who has this name of several words, perhaps with names between.
    fn same_person(&self, folded: &str) -> Option<usize> {
        self.by_ends.get(&ends(folded)?).copied()
    }

    /// The only person whose name ends in this one, or who has it as a given name.
    fn bearer(&self, folded: &str, gender: Option<Gender>) -> Option<usize> {
        let last = folded.rsplit(' ').next()?;
        let fits = |chain: &usize| {
            let Some(chain) = self.chains.get(*chain) else { return false };
            let name = name::fold(&chain.name);
            let ends =
                name == folded || name.strip_suffix(folded).is_some_and(|it| it.ends_with(' '));
            ends && (gender.is_none() || chain.gender.is_none() || chain.gender == gender)
        };
        let mut bearers = self.by_last.get(last).into_iter().flatten().copied().filter(fits);
        match (bearers.next(), bearers.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        }
    }

    fn begin(&mut self, name: String, kind: Option<EntityType>, gender: Option<Gender>) -> usize {
        self.chains.push(Chain { name, kind, gender, ..Chain::default() });
        self.chains.len() - 1
    }

    /// "Islamic State (ISIS)": what stands in brackets after a name in full is the
    /// same, and so are its letters elsewhere.
    fn take_acronyms(&mut self, parts: &[Part], chain_of: &mut [Option<usize>]) {
        for at in 1..parts.len() {
            let (Some(part), Some(before)) = (parts.get(at), parts.get(at - 1)) else { continue };
            let Some(chain) = chain_of.get(at - 1).copied().flatten() else { continue };
            let word = self.words.get(part.name.start).filter(|_| part.name.len() == 1);
            let adjacent = part.name.start == before.name.end && !before.name.is_empty();
            let Some(word) = word.filter(|word| adjacent && is_acronym(word)) else { continue };
            let not_person =
                self.chains.get(chain).is_some_and(|chain| chain.kind != Some(EntityType::Person));
            if not_person && before.name.len() > 1 {
                if let Some(chain) = self.chains.get_mut(chain) {
                    chain.kind = chain.kind.or(Some(EntityType::Organization));
                    if chain.abbreviation.is_empty() && chain.name != word.text {
                        chain.abbreviation = word.text.to_owned();
                    }
                }
                self.by_name.insert(name::fold(word.text), chain);
                if let Some(own) = chain_of.get_mut(at) {
                    *own = Some(chain);
                }
            }
        }
    }

    fn mention(&self, part: &Part, chain: usize) -> Option<NameMention> {
        let (first, last) = (self.words.get(part.name.start)?, self.words.get(part.name.end - 1)?);
        let led = part.title.as_ref().map_or(part.name.start, |title| title.words.start);
        Some(NameMention {
            start: first.start,
            end: last.end,
            chain,
            words: part.name.clone(),
            led,
            title: part.title.clone(),
            quoted: first.quoted,
        })
    }
}

/// How many people with one surname are told apart.
const BEARERS: usize = 32;

/// The first and the last word of a name that has several.
fn ends(folded: &str) -> Option<(String, String)> {
    let (first, rest) = folded.split_once(' ')?;
    let last = rest.rsplit(' ').next().unwrap_or(rest);
    Some((first.to_owned(), last.to_owned()))
}

fn is_acronym(word: &Word<'_>) -> bool {
    word.shape == Shape::Acronym && word.gap == Gap::Open && word.text.len() <= 8
}
