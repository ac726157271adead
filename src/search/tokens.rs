//! How the index takes texts apart: into words, or into stems.

use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer, TokenizerManager};

use super::language::Stems;
use super::words::{Words, words};

/// The tokens of a field of words.
pub(super) const WORDS: &str = "words";
/// The tokens of a field of stems.
pub(super) const STEMS: &str = "stems";

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
    manager.register(STEMS, TextAnalyzer::from(StemTokenizer));
    manager
}

#[derive(Clone)]
struct WordTokenizer;

impl Tokenizer for WordTokenizer {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream::new(text, None)
    }
}

#[derive(Clone)]
struct StemTokenizer;

impl Tokenizer for StemTokenizer {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        let (language, text) = text.split_once(PARTING).unwrap_or_default();
        Stream::new(text, Stems::of(language))
    }
}

struct Stream<'a> {
    text: &'a str,
    words: Words<'a>,
    stems: Option<Stems>,
    token: Token,
}

impl<'a> Stream<'a> {
    fn new(text: &'a str, stems: Option<Stems>) -> Self {
        Self { text, words: words(text), stems, token: Token::default() }
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        let Some(word) = self.words.next() else { return false };
        self.token.text = match &self.stems {
            Some(stems) => stems.stem(self.text.get(word.place.clone()).unwrap_or_default()),
            None => word.fold,
        };
        self.token.offset_from = word.place.start;
        self.token.offset_to = word.place.end;
        // The first position is 0, after that of a token not yet filled in.
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}
