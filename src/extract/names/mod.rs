//! The people, organizations and places that a text names, and which of its names
//! name the same.
//!
//! English only: what tells names apart is capital letters, titles and words like
//! "Ministry". Where nothing tells what a name names, it has no kind; where it could
//! be one of two people, it belongs to neither.

mod chain;
mod kind;
mod lexicon;
mod post;
mod run;
mod speaker;

use std::ops::Range;

use self::lexicon::Gender;
pub use self::post::FoundPost;
use self::post::Posts;
use self::run::Title;
use self::speaker::Focus;
use super::found::Document;
use super::language::is_english;
use super::words::{Word, words};
use crate::domain::entity::EntityType;

/// What a text names.
#[derive(Default)]
pub struct Names<'a> {
    words: Vec<Word<'a>>,
    mentions: Vec<NameMention>,
    chains: Vec<Chain>,
    posts: Posts,
    focus: Vec<Focus>,
}

/// One place where something is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameMention {
    /// The first byte of the name, without titles.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
    /// Which chain it belongs to.
    pub chain: usize,
    /// Its words.
    words: Range<usize>,
    /// The first word of the titles before it.
    led: usize,
    title: Option<Title>,
    quoted: bool,
}

/// The names of one thing in one text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// The fullest name, without titles.
    pub name: String,
    /// Other full names for it.
    pub aliases: Vec<String>,
    /// Its abbreviation, where the text gives one.
    pub abbreviation: String,
    /// What it is; `None` where nothing tells.
    pub kind: Option<EntityType>,
    gender: Option<Gender>,
}

/// The most other names of one thing that are kept.
const MOST_ALIASES: usize = 16;

impl Chain {
    /// Notes another full name, where it is one and there is room.
    fn add_alias(&mut self, text: String) {
        let new = text.contains(' ') && text != self.name && !self.aliases.contains(&text);
        if new && self.aliases.len() < MOST_ALIASES {
            self.aliases.push(text);
        }
    }
}

/// Reads the names in a text. In a text that is not English there are none.
#[must_use]
pub fn read<'a>(document: &Document<'a>) -> Names<'a> {
    if is_english(document) {
        read_in(document.text, words(document.text))
    } else {
        Names::default()
    }
}

/// The same in an English text that was taken apart already.
pub(super) fn read_in<'a>(text: &str, words: Vec<Word<'a>>) -> Names<'a> {
    let parts = run::parts(text, &words);
    let chain::Chains { mentions, chains } = chain::link(&words, &parts);
    let posts = post::find(&words, &mentions, &chains);
    let mut names = Names { words, mentions, chains, posts, focus: Vec::new() };
    names.read_focus();
    names
}

impl Names<'_> {
    /// The places where something is named, in order.
    #[must_use]
    pub fn mentions(&self) -> &[NameMention] {
        &self.mentions
    }

    /// The posts that the person of a chain is said to hold, without ranks and
    /// without what another one of them tells more of.
    pub fn held_by(&self, chain: usize) -> impl Iterator<Item = &FoundPost> {
        let held = self.posts.of(chain).filter(|post| !post.is_rank);
        held.clone().filter(move |post| !held.clone().any(|other| post.says_less_than(other)))
    }

    /// The things named.
    #[must_use]
    pub fn chains(&self) -> &[Chain] {
        &self.chains
    }
}

#[cfg(test)]
mod tests;
