//! Labelled articles, and how labels lie on the tokens of a paragraph.

use super::super::cue;
use super::super::paragraph::Paragraph;

/// A labelled attribution; its spans count code points, the end exclusive.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// What is said.
    pub content: Vec<(usize, usize)>,
    /// The reporting words.
    pub cue: Vec<(usize, usize)>,
    /// Who says it.
    pub source: Vec<(usize, usize)>,
}

/// A labelled article.
#[derive(Clone, Debug, Default)]
pub struct Labelled {
    /// Its outlet.
    pub outlet: String,
    /// Its text.
    pub text: String,
    /// Its attributions.
    pub labels: Vec<Label>,
}

/// The labels whose reporting words stand in a paragraph, each with the token that
/// stands for those words: the first of them that may report.
pub(super) fn heads<'a>(paragraph: &Paragraph, article: &'a Labelled) -> Vec<(usize, &'a Label)> {
    let tokens = paragraph.tokens();
    let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { return Vec::new() };
    let labels = article.labels.iter().filter_map(|label| {
        let (start, end) = (label.cue.first()?.0, label.cue.last()?.1);
        let here = (first.first..last.last).contains(&start);
        let begin = tokens.partition_point(|token| token.first < start);
        let inside =
            tokens.iter().enumerate().skip(begin).take_while(|(_, token)| token.first < end);
        let head =
            inside.filter(|(_, token)| cue::may_report(token)).map(|(place, _)| place).next();
        head.filter(|_| here).map(|head| (head, label))
    });
    labels.collect()
}

/// The tokens of a span of code points.
pub(super) fn tokens_of(paragraph: &Paragraph, span: (usize, usize)) -> (usize, usize) {
    let tokens = paragraph.tokens();
    let start = tokens.partition_point(|token| token.last <= span.0);
    (start, tokens.partition_point(|token| token.first < span.1))
}

/// The letters of a text: what is neither space nor quotation mark.
#[derive(Debug)]
pub(super) struct Letters(Vec<u32>);

impl Letters {
    /// Counts them.
    pub(super) fn of(text: &str) -> Self {
        const MARKS: [char; 7] = ['"', '\'', '`', '\u{2018}', '\u{2019}', '\u{201c}', '\u{201d}'];
        let mut sums = vec![0];
        let mut sum = 0;
        for character in text.chars() {
            sum += u32::from(!character.is_whitespace() && !MARKS.contains(&character));
            sums.push(sum);
        }
        Self(sums)
    }

    /// How many are in a span of code points.
    pub(super) fn within(&self, span: (usize, usize)) -> u32 {
        let at = |place: usize| self.0.get(place).or(self.0.last()).copied().unwrap_or_default();
        at(span.1).saturating_sub(at(span.0))
    }

    /// How much of two sets of spans is the same: letters in common of letters in either.
    pub(super) fn overlap(&self, one: &[(usize, usize)], other: &[(usize, usize)]) -> f32 {
        let length =
            |spans: &[(usize, usize)]| -> u32 { spans.iter().map(|it| self.within(*it)).sum() };
        let common: u32 = one
            .iter()
            .flat_map(|a| other.iter().map(move |b| (a.0.max(b.0), a.1.min(b.1))))
            .filter(|(start, end)| start < end)
            .map(|span| self.within(span))
            .sum();
        common as f32 / (length(one) + length(other) - common).max(1) as f32
    }
}

/// How much of a label's content and of token spans is the same.
#[derive(Debug)]
pub(super) struct Overlap {
    /// Up to each token, the letters, and those of them in the label's content.
    sums: Vec<(u32, u32)>,
    total: u32,
}

impl Overlap {
    /// Counts the letters of a paragraph that are in the label's content.
    pub(super) fn new(paragraph: &Paragraph, label: &Label, letters: &Letters) -> Self {
        let mut sums = vec![(0, 0)];
        let (mut all, mut common) = (0, 0);
        for token in paragraph.tokens() {
            let count = letters.within((token.first, token.last));
            let inside = label.content.iter().any(|span| (span.0..span.1).contains(&token.first));
            all += count;
            common += if inside { count } else { 0 };
            sums.push((all, common));
        }
        Self { sums, total: label.content.iter().map(|span| letters.within(*span)).sum() }
    }

    fn within(&self, span: (usize, usize)) -> (u32, u32) {
        let at = |place: usize| self.sums.get(place).copied().unwrap_or_default();
        let (start, end) = (at(span.0), at(span.1));
        (end.0 - start.0, end.1 - start.1)
    }

    /// Letters in common of letters in either.
    pub(super) fn of(&self, spans: impl Iterator<Item = (usize, usize)>) -> f32 {
        let (mut all, mut common) = (0, 0);
        for span in spans {
            let (letters, inside) = self.within(span);
            all += letters;
            common += inside;
        }
        common as f32 / (all + self.total - common).max(1) as f32
    }

    /// Whether a span is one part of the content, and a good part of it.
    pub(super) fn is_part(&self, span: (usize, usize)) -> bool {
        let (letters, inside) = self.within(span);
        letters > 0 && inside * 10 >= letters * 9 && inside * 5 >= self.total
    }
}
