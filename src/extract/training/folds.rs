//! What the models are worth: measured on outlets that they have not seen.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::thread;

use super::super::english;
use super::super::found::Extraction;
use super::label::{Label, Labelled, Letters};
use super::{embedded, learn};

/// How many times the articles are parted.
const FOLDS: usize = 5;
/// How many folds are learnt at the same time.
const AT_ONCE: usize = 2;

/// What was found in one article by models that have not seen its outlet.
#[derive(Debug)]
pub struct Fold {
    /// The article's place among those given.
    pub article: usize,
    /// What was found, however improbable.
    pub extraction: Extraction,
    /// For each statement, its probability as the model holds it.
    pub probabilities: Vec<f32>,
}

/// Parts the articles by outlet into five, and reads each part with models of the
/// four others, down to the probability `least`.
#[must_use]
pub fn five_folds(articles: &[Labelled], least: f32) -> Vec<Fold> {
    let mut outlets: Vec<&str> = articles.iter().map(|article| article.outlet.as_str()).collect();
    outlets.sort_unstable();
    outlets.dedup();
    let fold_of = |article: &Labelled| {
        outlets.iter().position(|outlet| *outlet == article.outlet).unwrap_or_default() % FOLDS
    };
    let one_fold = |fold: usize| -> Vec<Fold> {
        let seen: Vec<&Labelled> = articles.iter().filter(|it| fold_of(it) != fold).collect();
        let models = embedded(&learn(&seen));
        let unseen = articles.iter().enumerate().filter(|(_, article)| fold_of(article) == fold);
        let read = unseen.map(|(number, article)| {
            let (extraction, probabilities) = english::read_with(&article.text, &models, least);
            Fold { article: number, extraction, probabilities }
        });
        read.collect()
    };
    let mut found = Vec::new();
    for at_once in (0..FOLDS).collect::<Vec<_>>().chunks(AT_ONCE) {
        thread::scope(|scope| {
            let running: Vec<_> =
                at_once.iter().map(|fold| scope.spawn(|| one_fold(*fold))).collect();
            found.extend(running.into_iter().filter_map(|it| it.join().ok()).flatten());
        });
    }
    found.sort_by_key(|fold| fold.article);
    found
}

/// How often the statements of each rule are right, by steps of probability, as the
/// lines of `precision.txt`: the rule, the least probability of the step, the share
/// that is right, as far as that many tell, and how many were counted.
#[must_use]
pub fn measured(articles: &[Labelled], folds: &[Fold]) -> String {
    const FEWEST: usize = 60;
    let mut by_rule: BTreeMap<&str, Vec<(f32, bool)>> = BTreeMap::new();
    for fold in folds {
        let Some(article) = articles.get(fold.article) else { continue };
        let right = right(article, &fold.extraction);
        for ((statement, right), probability) in
            fold.extraction.statements.iter().zip(right).zip(&fold.probabilities)
        {
            by_rule.entry(&statement.rule).or_default().push((*probability, right));
        }
    }
    let mut lines = String::new();
    for (rule, mut found) in by_rule {
        found.sort_by(|one, other| one.0.total_cmp(&other.0));
        let size = (found.len() / 10).max(FEWEST);
        let mut steps: Vec<(f32, f32, usize)> = Vec::new();
        for step in found.chunks(size) {
            let count = step.iter().filter(|(_, right)| *right).count();
            let least = step.first().map_or(0.0, |it| it.0);
            push_rising(&mut steps, (least, count as f32, step.len()));
        }
        for (least, count, of) in steps {
            // Writing to a String never fails.
            let _ = writeln!(lines, "{rule} {least:.2} {:.3} {of}", share(count, of));
        }
    }
    lines
}

/// The share that is right, with one right and one wrong more than were counted: few
/// that are all right do not make a rule that never errs.
fn share(right: f32, of: usize) -> f32 {
    (right + 1.0) / (of as f32 + 2.0)
}

/// Adds a step; one that is right less often than the one before is united with it,
/// since what is more probable must not have less confidence.
fn push_rising(steps: &mut Vec<(f32, f32, usize)>, mut step: (f32, f32, usize)) {
    while let Some(last) = steps.last().copied()
        && share(last.1, last.2) >= share(step.1, step.2)
    {
        steps.pop();
        step = (last.0, last.1 + step.1, last.2 + step.2);
    }
    steps.push(step);
}

/// For each statement found, whether it is a label's: content that overlaps by four
/// fifths, one to one, the best first.
fn right(article: &Labelled, extraction: &Extraction) -> Vec<bool> {
    const SAME: f32 = 0.8;
    let letters = Letters::of(&article.text);
    let mut pairs = Vec::new();
    for (number, statement) in extraction.statements.iter().enumerate() {
        let content: Vec<(usize, usize)> =
            statement.content.iter().map(|it| (it.span.start, it.span.end)).collect();
        for (at, label) in article.labels.iter().enumerate() {
            let overlap = if touches(label, &content) {
                letters.overlap(&label.content, &content)
            } else {
                0.0
            };
            if overlap >= SAME {
                pairs.push((overlap, number, at));
            }
        }
    }
    pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
    let mut right = vec![false; extraction.statements.len()];
    let mut taken = vec![false; article.labels.len()];
    for (_, number, at) in pairs {
        if let (Some(right @ false), Some(taken @ false)) =
            (right.get_mut(number), taken.get_mut(at))
        {
            (*right, *taken) = (true, true);
        }
    }
    right
}

fn touches(label: &Label, content: &[(usize, usize)]) -> bool {
    let first = label.content.first().map_or(0, |span| span.0);
    let last = label.content.last().map_or(0, |span| span.1);
    content.iter().any(|span| span.0 < last && first < span.1)
}
