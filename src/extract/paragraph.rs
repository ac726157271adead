//! A paragraph read: its tokens, quotations and sentences.

use std::ops::Range;

use super::lexicon::Classes;
use super::quotes::{self, Quotation};
use super::text::Part;
use super::token::{self, Kind, Token};

/// A paragraph, read. It is used again for the next one, so that its buffers are.
#[derive(Debug, Default)]
pub(super) struct Paragraph {
    tokens: Vec<Token>,
    /// The outermost quotations, in order.
    pub(super) quotations: Vec<Quotation>,
    /// For each token, its quotation's number from 1, or 0.
    quotation_of: Vec<u32>,
    /// For each token, the first and the end of its sentence, where a quotation is
    /// part of the sentence around it.
    outer: Vec<(u32, u32)>,
    /// The same, where sentences within a quotation count.
    inner: Vec<(u32, u32)>,
}

impl Paragraph {
    /// Reads a paragraph of `text`.
    pub(super) fn read(&mut self, text: &str, part: &Part) {
        let words = text.get(part.bytes.clone()).unwrap_or_default();
        token::read(words, part.bytes.start, part.first, &mut self.tokens);
        quotes::pair(&self.tokens, part.quote_follows, &mut self.quotations);
        self.number_quotations();
        self.find_sentences();
    }

    fn number_quotations(&mut self) {
        self.quotation_of.clear();
        self.quotation_of.resize(self.tokens.len(), 0);
        for (number, quotation) in (1..).zip(&self.quotations) {
            if let Some(part) = self.quotation_of.get_mut(quotation.open..quotation.end) {
                part.fill(number);
            }
        }
    }

    fn find_sentences(&mut self) {
        let count = self.tokens.len();
        self.inner.clear();
        self.outer.clear();
        let (mut inner_start, mut outer_start) = (0, 0);
        for place in 0..count {
            let last = place + 1 == count;
            let ends = last || self.sentence_ends_after(place);
            if !ends {
                continue;
            }
            fill(&mut self.inner, inner_start, place + 1);
            inner_start = place + 1;
            let within = self.quotation_at(place).is_some_and(|it| place + 1 < it.end);
            if last || !(within || self.tag_follows(place)) {
                fill(&mut self.outer, outer_start, place + 1);
                outer_start = place + 1;
            }
        }
    }

    /// Whether a sentence ends after the token: a stop, or a mark that closes
    /// something after it, and then something that may begin a sentence.
    fn sentence_ends_after(&self, place: usize) -> bool {
        let (token, next) = (self.at(place as isize), self.at(place as isize + 1));
        if next.kind == Kind::Edge || self.closes(place + 1) {
            return false;
        }
        let mut stop = place;
        while self.closes(stop) && stop > 0 {
            stop -= 1;
        }
        let stop = self.at(stop as isize);
        if stop.kind == Kind::Word {
            return self.abbreviation_ends(token, next);
        }
        stop.kind == Kind::Stop && next.spaced && begins_sentence(next)
            || stop.kind == Kind::Stop && next.capital && stop.mark == '.'
    }

    /// Whether the token is a mark that closes a quotation or bracket right after
    /// what it closes.
    fn closes(&self, place: usize) -> bool {
        let token = self.at(place as isize);
        match token.kind {
            Kind::Close => true,
            Kind::Quote => {
                let ended = self.quotation_at(place).is_some_and(|it| it.end == place + 1);
                ended || (!token.spaced && !self.opens(place))
            }
            _ => false,
        }
    }

    fn opens(&self, place: usize) -> bool {
        self.quotation_at(place).is_some_and(|it| it.open == place)
    }

    /// Whether an abbreviation's period ends the sentence too.
    fn abbreviation_ends(&self, token: Token, next: Token) -> bool {
        let dotted = token.is(Classes::ABBREVIATION) && !token.is(Classes::TITLE);
        let starts = Classes::SUBJECT.or(Classes::DETERMINER).or(Classes::POSSESSIVE);
        dotted && next.capital && next.spaced && next.is(starts)
    }

    /// Whether what follows a question or exclamation in quotation marks is still
    /// its sentence: "Why?" Smith asked.
    fn tag_follows(&self, place: usize) -> bool {
        let mark = self.at(place as isize - 1);
        if self.at(place as isize).kind != Kind::Quote
            || mark.kind != Kind::Stop
            || mark.mark == '.'
        {
            return false;
        }
        for ahead in 1..8 {
            let token = self.at((place + ahead) as isize);
            if token.is(Classes::REPORTING) && !token.capital {
                return true;
            }
            if !token.is_word() {
                return false;
            }
        }
        false
    }

    /// The token at a place; the edge outside of the paragraph.
    pub(super) fn at(&self, place: isize) -> Token {
        usize::try_from(place).ok().and_then(|it| self.tokens.get(it)).copied().unwrap_or_default()
    }

    /// The tokens.
    pub(super) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The quotation that a token belongs to.
    pub(super) fn quotation_at(&self, place: usize) -> Option<Quotation> {
        let number = self.quotation_of.get(place).copied().unwrap_or_default() as usize;
        number.checked_sub(1).and_then(|it| self.quotations.get(it)).copied()
    }

    /// The sentence of a token: within its quotation where it has one, else with the
    /// quotations that are part of the sentence.
    pub(super) fn sentence_of(&self, place: usize) -> Range<usize> {
        let Some(quotation) = self.quotation_at(place) else { return self.outer_sentence(place) };
        let (start, end) = self.inner.get(place).copied().unwrap_or_default();
        let inside = quotation.inside();
        (start as usize).max(inside.start)..(end as usize).min(inside.end)
    }

    /// The sentence of a token with all quotations that are part of it.
    pub(super) fn outer_sentence(&self, place: usize) -> Range<usize> {
        let (start, end) = self.outer.get(place).copied().unwrap_or_default();
        start as usize..end as usize
    }
}

/// Whether a token may be the first of a sentence.
fn begins_sentence(token: Token) -> bool {
    match token.kind {
        Kind::Word => !token.small,
        Kind::Number | Kind::Quote | Kind::Open | Kind::Dash => true,
        _ => false,
    }
}

fn fill(sentences: &mut Vec<(u32, u32)>, start: usize, end: usize) {
    sentences.resize(end, (start as u32, end as u32));
}

#[cfg(test)]
mod tests {
    use super::super::text::paragraphs;
    use super::*;

    /// The sentences of a text, with quotations as parts of them.
    fn check(text: &str, expected: &[&str]) {
        let mut paragraph = Paragraph::default();
        let mut found = Vec::new();
        for part in paragraphs(text) {
            paragraph.read(text, &part);
            let mut place = 0;
            while place < paragraph.tokens().len() {
                let sentence = paragraph.outer_sentence(place);
                assert!(sentence.contains(&place));
                let (first, last) =
                    (paragraph.at(sentence.start as isize), sentence.end as isize - 1);
                found.push(&text[first.start..paragraph.at(last).end]);
                place = sentence.end;
            }
        }
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn sentences_end_at_stops_outside_of_quotations() {
        check(
            "It rains. He left! Why? Nobody knows",
            &["It rains.", "He left!", "Why?", "Nobody knows"],
        );
        check("“It rains. It pours.” He left.", &["“It rains. It pours.”", "He left."]);
        check("He said: “It rains. It pours.”", &["He said: “It rains. It pours.”"]);
        check("“Why?” Smith asked. He left.", &["“Why?” Smith asked.", "He left."]);
        check("“Why?” She left.", &["“Why?”", "She left."]);
        check("\"It rains,\" he said. \"It pours.\"", &["\"It rains,\" he said.", "\"It pours.\""]);
    }

    #[test]
    fn abbreviations_and_numbers_do_not_end_sentences() {
        check("Mr. Smith met Gen. J. R. Jones.", &["Mr. Smith met Gen. J. R. Jones."]);
        check(
            "It fell 3.5 percent in the U.S. The dollar rose.",
            &["It fell 3.5 percent in the U.S.", "The dollar rose."],
        );
        check("He left at 5 p.m. Tuesday.", &["He left at 5 p.m. Tuesday."]);
        check(
            "Visit example.com today. (It is free.) Go.",
            &["Visit example.com today.", "(It is free.)", "Go."],
        );
    }
}
