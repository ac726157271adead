//! How the index takes texts apart: into words, or into stems.

use std::collections::HashMap;
use std::ops::Range;

use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};

use super::language::Stems;
use super::words::{Words, words};

/// The tokens of a field of words.
pub(super) const WORDS: &str = "words";
/// The tokens of a field of stems.
pub(super) const STEMS: &str = "stems";

/// How many words are remembered with their stems.
const KNOWN: usize = 32_000;
/// The longest word that is, in bytes.
const KNOWN_BYTES: usize = 40;

/// Parts a text that is to be stemmed from the language before it.
const PARTING: char = '\n';

/// A text as a field of stems takes it.
pub(super) fn to_be_stemmed(stems: &Stems, text: &str) -> String {
    format!("{}{PARTING}{text}", stems.language())
}

/// All the ways in which fields are taken apart.
pub(super) fn tokenizers() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(WORDS, TextAnalyzer::from(WordTokenizer));
    manager.register(STEMS, TextAnalyzer::from(StemTokenizer::default()));
    manager
}

#[derive(Clone)]
struct WordTokenizer;

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = WordStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        WordStream { words: words(text), token: Token::default() }
    }
}

struct WordStream<'a> {
    words: Words<'a>,
    token: Token,
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(place) = self.words.advance(&mut self.token.text) else { return false };
        stand(&mut self.token, place);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// Puts a token at the next position.
fn stand(token: &mut Token, place: Range<usize>) {
    token.offset_from = place.start;
    token.offset_to = place.end;
    // The first position is 0, after that of a token not yet filled in.
    token.position = token.position.wrapping_add(1);
}

#[derive(Default)]
struct StemTokenizer {
    known: KnownStems,
}

impl Clone for StemTokenizer {
    /// Each part of the index that is written gets a tokenizer, and learns anew.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Tokenizer for StemTokenizer {
    type TokenStream<'a> = StemStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> StemStream<'a> {
        let (language, text) = text.split_once(PARTING).unwrap_or_default();
        StemStream {
            // Without a language there is nothing that can be stemmed.
            stems: Stems::of(language).map(|stems| self.known.of(stems)),
            text,
            words: words(text),
            token: Token::default(),
        }
    }
}

struct StemStream<'a> {
    text: &'a str,
    words: Words<'a>,
    stems: Option<Known<'a>>,
    token: Token,
}

impl TokenStream for StemStream<'_> {
    fn advance(&mut self) -> bool {
        let Some(stems) = &mut self.stems else { return false };
        while let Some(place) = self.words.next_place() {
            let surface = self.text.get(place.clone()).unwrap_or_default();
            if stems.write(surface, &mut self.token.text) {
                stand(&mut self.token, place);
                return true;
            }
        }
        false
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// The stems of words met before, by language: few words make up most of a text.
#[derive(Default)]
struct KnownStems(HashMap<&'static str, HashMap<Box<str>, Box<str>>>);

impl KnownStems {
    fn of(&mut self, stems: Stems) -> Known<'_> {
        if self.0.values().map(HashMap::len).sum::<usize>() > KNOWN {
            self.0.clear();
        }
        Known { known: self.0.entry(stems.language()).or_default(), stems }
    }
}

/// The stems of one language.
struct Known<'a> {
    known: &'a mut HashMap<Box<str>, Box<str>>,
    stems: Stems,
}

impl Known<'_> {
    /// Writes the stem of a word; `false` where nothing is left of it once folded.
    fn write(&mut self, surface: &str, stem: &mut String) -> bool {
        stem.clear();
        if let Some(known) = self.known.get(surface) {
            stem.push_str(known);
        } else {
            if words(surface).next().is_some() {
                stem.push_str(&self.stems.stem(surface));
            }
            if surface.len() <= KNOWN_BYTES && self.known.len() <= KNOWN {
                self.known.insert(surface.into(), stem.as_str().into());
            }
        }
        !stem.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(tokenizer: &mut impl Tokenizer, text: &str, expected: &str) {
        let mut stream = tokenizer.token_stream(text);
        let mut tokens = Vec::new();
        while let Some(token) = stream.next() {
            tokens.push(format!("{}@{}", token.text, token.position));
        }
        assert_eq!(tokens.join(" "), expected, "{text}");
    }

    #[test]
    fn words_have_places() {
        check(&mut WordTokenizer, "The Talks, ended.", "the@0 talks@1 ended@2");
    }

    #[test]
    fn stems_are_the_same_when_met_again() {
        let mut tokenizer = StemTokenizer::default();
        for _ in 0..2 {
            check(&mut tokenizer, "en\nTalks ended, talks", "en:talk@0 en:end@1 en:talk@2");
            check(&mut tokenizer, "de\nGespräche", "de:gesprach@0");
            check(&mut tokenizer, "xx\nTalks", "");
        }
    }
}
