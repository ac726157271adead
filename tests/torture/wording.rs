//! The words of articles: few enough to be found again, and in each write one that
//! stands nowhere else.

use rand::RngExt as _;
use rand::rngs::StdRng;

/// There are fewer clients than this.
const CLIENTS: usize = 64;
/// How many words prose is made of.
pub(crate) const WORDS: usize = 150;
/// How many words an article has beside what is said in it.
const PROSE: usize = 40;
const VERBS: [&str; 5] = ["open", "close", "widen", "repair", "inspect"];
const NOUNS: [&str; 8] =
    ["bridge", "harbour", "tunnel", "station", "market", "hospital", "library", "airfield"];

/// The statements that an article may have, by the last part of their names.
pub(crate) const SLOTS: [&str; 4] = ["a", "b", "c", "d"];

/// A word that no other write has, nor begins with, in letters: figures would tell quotations apart.
pub(crate) fn mark(client: usize, number: u64) -> String {
    let number = number * CLIENTS as u64 + client as u64;
    let letter = |place| char::from(b'a' + (number / 20_u64.pow(place) % 20) as u8);
    std::iter::once('q').chain((0..6).map(letter)).collect()
}

/// A word of prose.
pub(crate) fn word(number: usize) -> String {
    format!("word{}", number % WORDS)
}

/// What is said in a slot of an article that a write stores, one of a few dozen
/// sentences but for its mark.
pub(crate) fn quote(mark: &str, slot: &str) -> String {
    let choice = mark.bytes().chain(slot.bytes()).map(usize::from).sum::<usize>();
    let (verb, noun) = (VERBS[choice % VERBS.len()], NOUNS[choice / 7 % NOUNS.len()]);
    format!("We will {verb} the old {noun} in the month of May, {mark}{slot}")
}

/// An article's text: prose, then a quote for each slot.
pub(crate) fn body(mark: &str, random: &mut StdRng) -> String {
    let mut body: String = (0..PROSE).map(|_| word(random.random_range(0..WORDS)) + " ").collect();
    for slot in SLOTS {
        body.push_str(&format!(". \u{201c}{}\u{201d}, said somebody", quote(mark, slot)));
    }
    body + "."
}
