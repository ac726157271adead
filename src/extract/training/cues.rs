//! Learning which words report something.

use super::super::cue;
use super::super::feature::Weights;
use super::super::paragraph::Paragraph;
use super::super::text::paragraphs;
use super::label::{Labelled, heads};
use super::learner::{Learner, Pace};
use super::shuffled;

const EPOCHS: u64 = 6;
const PACE: Pace = Pace { rate: 0.08, decay: 1e-5 };
/// Models learnt each without a part of the articles, to tell how sure a word is
/// on articles not seen.
const PARTS: usize = 4;

struct Sample {
    features: Vec<u32>,
    reports: bool,
    article: usize,
}

/// Learns a model of all articles; and for each article, one that has not seen it.
pub(super) fn learn(articles: &[&Labelled]) -> (Learner, Folded) {
    let samples = samples(articles);
    let folded = (0..PARTS).map(|part| learn_some(&samples, |article| article % PARTS != part));
    let folded = Folded(folded.collect());
    (learn_some(&samples, |_| true), folded)
}

/// Models that have each not seen a part of the articles.
#[derive(Debug)]
pub(super) struct Folded(Vec<Learner>);

impl Folded {
    /// The model that has not seen the article of this number.
    pub(super) fn unseen(&self, article: usize) -> Option<&Learner> {
        self.0.get(article % PARTS)
    }
}

fn samples(articles: &[&Labelled]) -> Vec<Sample> {
    let mut samples = Vec::new();
    let mut paragraph = Paragraph::default();
    for (number, article) in articles.iter().enumerate() {
        for part in paragraphs(&article.text) {
            paragraph.read(&article.text, &part);
            let heads = heads(&paragraph, article);
            for (place, token) in paragraph.tokens().iter().enumerate() {
                if cue::may_report(token) {
                    let mut features = Vec::new();
                    cue::gather(&paragraph, place, &mut features);
                    let reports = heads.iter().any(|(head, _)| *head == place);
                    samples.push(Sample { features, reports, article: number });
                }
            }
        }
    }
    samples
}

fn learn_some(samples: &[Sample], keep: impl Fn(usize) -> bool) -> Learner {
    // What is nearly certain teaches nothing.
    const CERTAIN: f32 = 0.002;
    let mut learner = Learner::new(PACE);
    for epoch in 0..EPOCHS {
        let order = shuffled(samples.len(), epoch + 1);
        for sample in order.into_iter().filter_map(|at| samples.get(at)) {
            if !keep(sample.article) {
                continue;
            }
            let odds = learner.sum(&sample.features);
            let gradient = 1.0 / (1.0 + (-odds).exp()) - f32::from(u8::from(sample.reports));
            if gradient.abs() > CERTAIN {
                learner.learn(&sample.features, gradient);
            }
        }
    }
    learner
}
