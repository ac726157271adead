//! Quotations that stand for themselves, without reporting words: they go on with
//! what the speaker before them says.

use super::decode::Decoded;
use super::paragraph::Paragraph;
use super::quotes::Quotation;
use super::token::Kind;

/// How many reporting words are looked at before such a quotation: those of
/// statements within other statements may stand between.
pub(super) const REACH: usize = 4;

/// Words that it has at the least.
const FEWEST_WORDS: usize = 4;

/// Whether a quotation is one sentence or more, with nothing around them.
pub(super) fn stands_alone(paragraph: &Paragraph, quotation: Quotation) -> bool {
    let sentence = paragraph.outer_sentence(quotation.open);
    let last = paragraph.at(quotation.inside().end as isize - 1);
    sentence.start == quotation.open
        && sentence.end == quotation.end
        && quotation.inside().len() >= FEWEST_WORDS
        && last.kind == Kind::Stop
}

/// Whether a statement quotes, and is what is said right before `place`.
pub(super) fn holds(paragraph: &Paragraph, decoded: &Decoded, place: usize) -> bool {
    let quotes =
        |span: &(usize, usize)| (span.0..span.1).any(|at| paragraph.quotation_at(at).is_some());
    let ends = || {
        decoded.content.last().is_some_and(|span| span.1 == place)
            || paragraph.outer_sentence(decoded.cue).end == place
    };
    paragraph.quotation_at(decoded.cue).is_none() && ends() && decoded.content.iter().any(quotes)
}
