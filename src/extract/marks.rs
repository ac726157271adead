//! Languages without rules: quotation marks beside a name, and nothing more.

use std::borrow::Cow;

use crate::domain::statement::StatementKind;

use super::found::{Content, Extraction, FoundStatement, MOST_STATEMENTS, Mention, Span, Speaker};
use super::paragraph::Paragraph;
use super::quotes::Quotation;
use super::text::paragraphs;
use super::token::{Kind, Token};

/// How sure it is. Not measured: there are no labels of other languages to measure
/// it on, so it is low enough to be told apart.
const CONFIDENCE: f64 = 0.3;
/// Quotations of fewer words may be titles or words used with reserve.
const FEWEST_WORDS: usize = 4;
/// Tokens between a quotation and the name beside it.
const BESIDE: usize = 4;

/// Finds quotations that stand beside one full name in the same sentence.
pub(super) fn read(text: &str) -> Extraction {
    let mut extraction = Extraction::default();
    let mut paragraph = Paragraph::default();
    for part in paragraphs(text) {
        paragraph.read(text, &part);
        for quotation in paragraph.quotations.iter().filter(|it| it.closed) {
            let Some(statement) = statement(text, &paragraph, *quotation) else { continue };
            if extraction.statements.len() == MOST_STATEMENTS {
                extraction.truncated = true;
                return extraction;
            }
            extraction.statements.push(statement);
        }
    }
    extraction
}

fn statement(text: &str, paragraph: &Paragraph, quotation: Quotation) -> Option<FoundStatement> {
    let inside = quotation.inside();
    let at = |place: usize| paragraph.at(place as isize);
    let words = inside.clone().filter(|place| at(*place).is_word()).count();
    let sentence = paragraph.outer_sentence(quotation.open);
    let near = quotation.open.saturating_sub(BESIDE).max(sentence.start);
    let before = name(paragraph, (near..quotation.open).rev());
    let far = (quotation.end + BESIDE).min(sentence.end);
    let after = name(paragraph, quotation.end..far);
    let (start, end) = match (before, after) {
        (Some(name), None) | (None, Some(name)) if words >= FEWEST_WORDS => name,
        _ => return None,
    };
    let (first, last) = (at(start), at(end - 1));
    let span = |first: Token, last: Token| Span { start: first.first, end: last.last };
    let mention =
        Mention { span: span(first, last), words: text.get(first.start..last.end)?.to_owned() };
    let content = Content { span: span(at(inside.start), at(inside.end - 1)), quoted: true };
    Some(FoundStatement {
        kind: StatementKind::Direct,
        content: vec![content],
        cue: Vec::new(),
        speaker: Some(Speaker { mention, anonymous: false, description: String::new() }),
        addressees: Vec::new(),
        mentions: Vec::new(),
        parent: None,
        rule: Cow::Borrowed("marks-beside-name"),
        confidence: CONFIDENCE,
    })
}

/// The full name, two words or more, that the first capital letter met is part of.
fn name(paragraph: &Paragraph, mut places: impl Iterator<Item = usize>) -> Option<(usize, usize)> {
    let capital = |place: usize| {
        let token = paragraph.at(place as isize);
        token.kind == Kind::Word && token.capital && paragraph.quotation_at(place).is_none()
    };
    let found = places.find(|place| capital(*place))?;
    let mut start = found;
    while start > 0 && capital(start - 1) {
        start -= 1;
    }
    let mut end = found + 1;
    while capital(end) {
        end += 1;
    }
    let full = end - start >= 2 && end - start <= 6;
    full.then_some((start, end))
}
