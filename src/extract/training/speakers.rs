//! Learning who says it.

use super::super::content::Counts;
use super::super::cue;
use super::super::paragraph::Paragraph;
use super::super::phrase::Phrase;
use super::super::speaker::Speakers;
use super::super::text::paragraphs;
use super::cues::Folded;
use super::label::{Label, Labelled, heads, tokens_of};
use super::learner::{Learner, Pace, gradients};
use super::shuffled;

const EPOCHS: u64 = 5;
const PACE: Pace = Pace { rate: 0.06, decay: 1e-5 };

/// Learns which noun phrase says it, or that the text does not tell.
pub(super) fn learn(articles: &[&Labelled], cues: &Folded) -> Learner {
    let mut learner = Learner::new(PACE);
    let mut paragraph = Paragraph::default();
    let (mut features, mut found, mut counts) = (Vec::new(), Vec::new(), Counts::default());
    let mut speakers = Speakers::default();
    for epoch in 0..EPOCHS {
        for number in shuffled(articles.len(), epoch + 177) {
            let (Some(article), Some(cues)) = (articles.get(number), cues.unseen(number)) else {
                continue;
            };
            for part in paragraphs(&article.text) {
                paragraph.read(&article.text, &part);
                cue::find(&paragraph, cues, &mut features, &mut found);
                counts.of(&paragraph, &found);
                for (head, label) in heads(&paragraph, article) {
                    let spans = label.content.iter().map(|span| tokens_of(&paragraph, *span));
                    let content: Vec<_> = spans.filter(|(start, end)| start < end).collect();
                    speakers.find(&paragraph, &found, &counts, head, &content, &learner);
                    learn_label(&mut learner, &paragraph, &speakers, label);
                }
            }
        }
    }
    learner
}

fn learn_label(learner: &mut Learner, paragraph: &Paragraph, speakers: &Speakers, label: &Label) {
    const SHARPNESS: f32 = 4.0;
    let overlaps = speakers.all.iter().map(|(phrase, _)| match phrase {
        None => f32::from(u8::from(label.source.is_empty())),
        Some(phrase) => overlap(paragraph, *phrase, label),
    });
    let overlaps: Vec<f32> = overlaps.collect();
    let best = overlaps.iter().copied().fold(0.0, f32::max);
    let good =
        |overlap: &f32| if *overlap > 0.0 { (SHARPNESS * (overlap - best)).exp() } else { 0.0 };
    let good: Vec<f32> = overlaps.iter().map(good).collect();
    let scores: Vec<f32> = speakers.all.iter().map(|(_, score)| *score).collect();
    let changes = gradients(&scores, &good).unwrap_or_default();
    for (number, change) in changes.into_iter().enumerate().filter(|(_, it)| it.abs() > 1e-3) {
        learner.learn(speakers.features_of(number), change);
    }
}

/// Code points of a phrase and a label's source in common, of those in either.
fn overlap(paragraph: &Paragraph, phrase: Phrase, label: &Label) -> f32 {
    let start = paragraph.at(phrase.start as isize).first;
    let end = paragraph.at(phrase.end as isize - 1).last;
    let (mut common, mut either) = (0, end - start);
    for source in &label.source {
        let shared = end.min(source.1).saturating_sub(start.max(source.0));
        common += shared;
        either += source.1 - source.0 - shared;
    }
    common as f32 / either.max(1) as f32
}
