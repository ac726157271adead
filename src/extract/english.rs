//! The extractor that comes with the program.

use std::borrow::Cow;

use crate::domain::statement::StatementKind;

use super::decode::{Decoded, Decoder, Rule};
use super::feature::Weights;
use super::floating;
use super::found::{
    Content, Document, Extraction, ExtractionError, Extractor, FoundStatement, MOST_STATEMENTS,
    Mention, Span, Speaker,
};
use super::language;
use super::lexicon::Classes;
use super::model::Models;
use super::paragraph::Paragraph;
use super::phrase::{self, Phrase};
use super::precision;
use super::quotes::Quotation;
use super::text::{Part, paragraphs};

/// Finds the statements of a text without asking anyone: models and rules for
/// English; in other languages only quotations beside a name.
#[derive(Clone, Copy, Debug, Default)]
pub struct BuiltIn;

impl BuiltIn {
    /// Finds the statements of a text.
    #[must_use]
    pub fn read(&self, document: &Document<'_>) -> Extraction {
        if language::is_english(document) {
            read_with(document.text, Models::english(), precision::LEAST).0
        } else {
            super::marks::read(document.text)
        }
    }
}

impl Extractor for BuiltIn {
    fn name(&self) -> &str {
        "dicta"
    }

    fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }

    fn extract(&self, document: &Document<'_>) -> Result<Extraction, ExtractionError> {
        Ok(self.read(document))
    }
}

/// Finds the statements that are at least as probable as `least`, and tells how
/// probable each one is.
pub(super) fn read_with<W: Weights>(
    text: &str,
    models: &Models<W>,
    least: f32,
) -> (Extraction, Vec<f32>) {
    let mut extraction = Extraction::default();
    let mut probabilities = Vec::new();
    let (mut paragraph, mut decoder) = (Paragraph::default(), Decoder::default());
    // The statement whose quotation was still open at the end of its paragraph.
    let mut open: Option<usize> = None;
    // The statement that the paragraph before ends with, where it quotes.
    let mut holder: Option<usize> = None;
    for part in paragraphs(text) {
        paragraph.read(text, &part);
        let scene = Scene { text, paragraph: &paragraph };
        let decoded = decoder.decode(&paragraph, models, least);
        let gone_on = open.filter(|_| scene.may_go_on(&decoded));
        open = gone_on.filter(|it| scene.go_on(&part, extraction.statements.get_mut(*it)));
        let joined = gone_on.or(holder);
        if gone_on.is_none()
            && let Some(statement) = joined.and_then(|it| extraction.statements.get_mut(it))
        {
            statement.content.extend(decoder.leading().iter().map(|it| scene.quoted(*it)));
        }
        let joined_end = scene.joined_end(decoder.leading(), gone_on.is_some());
        holder = joined.filter(|_| joined_end == paragraph.tokens().len());
        let base = extraction.statements.len();
        for decoded in &decoded {
            if extraction.statements.len() == MOST_STATEMENTS {
                extraction.truncated = true;
                return (extraction, probabilities);
            }
            if scene.stays_open(decoded, &part) {
                open = Some(extraction.statements.len());
            }
            if floating::holds(&paragraph, decoded, paragraph.tokens().len()) {
                holder = Some(extraction.statements.len());
            }
            let around = joined.filter(|_| decoded.cue < joined_end);
            let parent = decoded.parent.map(|parent| parent + base).or(around);
            extraction.statements.push(scene.statement(decoded, parent));
            probabilities.push(decoded.probability);
        }
    }
    (extraction, probabilities)
}

struct Scene<'a> {
    text: &'a str,
    paragraph: &'a Paragraph,
}

impl Scene<'_> {
    fn statement(&self, decoded: &Decoded, parent: Option<usize>) -> FoundStatement {
        let within =
            decoded.rule != Rule::CueInQuote && self.paragraph.quotation_at(decoded.cue).is_some();
        let content = self.content(&decoded.content, within);
        FoundStatement {
            kind: kind_of(&content),
            content,
            cue: vec![self.mention(decoded.cue, decoded.cue_end)],
            speaker: decoded.speaker.map(|phrase| self.speaker(phrase)),
            addressees: self.addressees(decoded),
            mentions: Vec::new(),
            parent,
            rule: Cow::Borrowed(decoded.rule.name()),
            confidence: precision::of(decoded.rule, decoded.probability),
        }
    }

    /// The parts of what is said: within quotation marks, and outside of them. What
    /// is said within a quotation counts as not quoted.
    fn content(&self, spans: &[(usize, usize)], within: bool) -> Vec<Content> {
        let mut content: Vec<Content> = Vec::new();
        for (start, end) in spans {
            let mut place = *start;
            while place < *end {
                let quotation = self.paragraph.quotation_at(place).filter(|_| !within);
                let (first, last, next) = match quotation {
                    Some(it) => {
                        let inside = it.inside();
                        (place.max(inside.start), inside.end.min(*end), it.end.min(*end))
                    }
                    None => {
                        let unquoted =
                            |at: &usize| within || self.paragraph.quotation_at(*at).is_none();
                        let last = (place..*end).take_while(unquoted).last().unwrap_or(place) + 1;
                        (place, last, last)
                    }
                };
                // Marks alone are not said.
                if (first..last).any(|at| self.paragraph.at(at as isize).is_word()) {
                    content.push(Content {
                        span: self.span(first, last),
                        quoted: quotation.is_some(),
                    });
                }
                place = next.max(place + 1);
            }
        }
        content
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let (first, last) =
            (self.paragraph.at(start as isize), self.paragraph.at(end as isize - 1));
        Span { start: first.first, end: last.last }
    }

    fn mention(&self, start: usize, end: usize) -> Mention {
        let (first, last) =
            (self.paragraph.at(start as isize), self.paragraph.at(end as isize - 1));
        let words = self.text.get(first.start..last.end).unwrap_or_default();
        Mention { span: self.span(start, end), words: words.to_owned() }
    }

    fn speaker(&self, phrase: Phrase) -> Speaker {
        let phrase = self.named_before(phrase).unwrap_or(phrase);
        let mention = self.mention(phrase.start, phrase.end);
        let first = self.paragraph.at(phrase.start as isize);
        let named =
            (phrase.start..phrase.end).any(|place| self.paragraph.at(place as isize).is_name());
        let anonymous = !named && !phrase::is_pronoun(&first);
        let description = match self.apposition(phrase.end) {
            Some(description) => description,
            None if anonymous => mention.words.clone(),
            None => String::new(),
        };
        Speaker { mention, anonymous, description }
    }

    /// The name that a phrase set off by commas says more about: "Jane Smith" for "the
    /// mayor of Erbil".
    fn named_before(&self, phrase: Phrase) -> Option<Phrase> {
        const LONGEST: usize = 8;
        let at = |place: usize| self.paragraph.at(place as isize);
        let comma = phrase.start.checked_sub(1).filter(|place| at(*place).mark == ',')?;
        let describes = Classes::DETERMINER.or(Classes::ROLE).or(Classes::POSSESSIVE);
        if at(phrase.end).mark != ',' || !at(phrase.start).is(describes) {
            return None;
        }
        let start = self.paragraph.outer_sentence(comma).start.max(comma.saturating_sub(LONGEST));
        let mut phrases = Vec::new();
        phrase::find(self.paragraph, &[], start..comma, &mut phrases);
        let named = |it: &&Phrase| it.end == comma && at(it.end - 1).is_name();
        phrases.last().filter(named).copied()
    }

    /// What is set off by commas after a name: ", the mayor of Erbil,".
    fn apposition(&self, end: usize) -> Option<String> {
        const LONGEST: usize = 25;
        let at = |place: usize| self.paragraph.at(place as isize);
        if at(end).mark != ',' {
            return None;
        }
        let begins = at(end + 1);
        let fits = begins.is(Classes::DETERMINER.or(Classes::ROLE).or(Classes::POSSESSIVE))
            || at(end + 2).is(Classes::ROLE);
        let close = (end + 1..end + LONGEST).find(|place| !at(*place).is_word())?;
        let whole = at(close).mark == ',' && fits && !at(close - 1).is(Classes::REPORTING);
        whole.then(|| self.mention(end + 1, close).words)
    }

    /// Who is told: the noun phrase right after "told" and the like.
    fn addressees(&self, decoded: &Decoded) -> Vec<Mention> {
        let cue = self.paragraph.at(decoded.cue as isize);
        let word = self.text.get(cue.start..cue.end).unwrap_or_default().to_lowercase();
        let told =
            ["told", "tell", "tells", "telling", "informed", "assured", "reminded", "warned"];
        if !told.contains(&word.as_str()) {
            return Vec::new();
        }
        let limit = self.paragraph.sentence_of(decoded.cue).end;
        let content =
            decoded.content.iter().map(|span| span.0).filter(|start| *start > decoded.cue);
        let end = content.min().unwrap_or(limit).min(decoded.cue + 16).min(limit);
        let mut phrases = Vec::new();
        phrase::find(self.paragraph, &[], decoded.cue + 1..end, &mut phrases);
        let first = phrases.first().filter(|phrase| phrase.start == decoded.cue + 1);
        first.map(|phrase| self.mention(phrase.start, phrase.end)).into_iter().collect()
    }

    /// Whether the statement ends with a quotation that the next paragraph goes on with.
    fn stays_open(&self, decoded: &Decoded, part: &Part) -> bool {
        let last = decoded.content.last().map_or(0, |span| span.1);
        let quotation = last.checked_sub(1).and_then(|it| self.paragraph.quotation_at(it));
        part.quote_follows && quotation.is_some_and(|it| !it.closed && it.end == last)
    }

    fn quotation_at_start(&self) -> Option<Quotation> {
        self.paragraph.quotation_at(0).filter(|it| it.open == 0)
    }

    fn quoted(&self, quotation: Quotation) -> Content {
        let inside = quotation.inside();
        Content { span: self.span(inside.start, inside.end), quoted: true }
    }

    /// Whether the paragraph begins with a quotation that none of its own statements
    /// claims with a reporting word outside of it.
    fn may_go_on(&self, decoded: &[Decoded]) -> bool {
        self.quotation_at_start().is_some_and(|quotation| {
            let claims = |it: &Decoded| {
                it.cue >= quotation.end && it.content.iter().any(|span| span.0 < quotation.end)
            };
            !decoded.iter().any(claims)
        })
    }

    /// Where the quotations end that this paragraph begins with and that belong to a
    /// statement of those before: the first one where that goes on, else those that
    /// stand for themselves.
    fn joined_end(&self, leading: &[Quotation], gone_on: bool) -> usize {
        let first = self.quotation_at_start().filter(|_| gone_on);
        leading.last().copied().or(first).map_or(0, |it| it.end)
    }

    /// Adds the quotation that begins this paragraph to a statement that is open;
    /// tells whether it still is.
    fn go_on(&self, part: &Part, statement: Option<&mut FoundStatement>) -> bool {
        let Some(statement) = statement else { return false };
        let Some(quotation) = self.quotation_at_start() else { return false };
        statement.content.push(self.quoted(quotation));
        part.quote_follows && !quotation.closed && quotation.end == self.paragraph.tokens().len()
    }
}

fn kind_of(content: &[Content]) -> StatementKind {
    let quoted = content.iter().filter(|it| it.quoted).count();
    match quoted {
        0 => StatementKind::Indirect,
        _ if quoted == content.len() => StatementKind::Direct,
        _ => StatementKind::Mixed,
    }
}
