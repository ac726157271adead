//! Learning what is said.

use super::super::content::{Candidates, Counts, Scene};
use super::super::cue::{self, Cue};
use super::super::paragraph::Paragraph;
use super::super::text::paragraphs;
use super::cues::Folded;
use super::label::{Label, Labelled, Letters, Overlap, heads};
use super::learner::{Learner, Pace, gradients};
use super::shuffled;

const EPOCHS: u64 = 6;
/// The states after the last epochs are taken together.
const AVERAGED: u64 = 2;
const PACE: Pace = Pace { rate: 0.06, decay: 1e-6 };
/// From here on, a candidate is taken for the labelled content.
const SAME: f32 = 0.8;

/// Learns which candidate is the content, with reporting words as they are found in
/// articles not seen.
pub(super) fn learn(articles: &[&Labelled], cues: &Folded) -> Learner {
    let mut learner = Learner::new(PACE);
    let letters: Vec<Letters> = articles.iter().map(|article| Letters::of(&article.text)).collect();
    let mut reader = Reader::default();
    let mut states = Vec::new();
    for epoch in 0..EPOCHS {
        for number in shuffled(articles.len(), epoch + 77) {
            let (article, letters) = (articles.get(number), letters.get(number));
            let (Some(article), Some(letters), Some(cues)) =
                (article, letters, cues.unseen(number))
            else {
                continue;
            };
            reader.learn_article(&mut learner, article, letters, cues);
        }
        if epoch + AVERAGED >= EPOCHS {
            states.push(learner.clone());
        }
    }
    states.pop();
    learner.mean(&states)
}

#[derive(Default)]
struct Reader {
    paragraph: Paragraph,
    features: Vec<u32>,
    cues: Vec<Cue>,
    counts: Counts,
    candidates: Candidates,
}

impl Reader {
    fn learn_article(
        &mut self,
        learner: &mut Learner,
        article: &Labelled,
        letters: &Letters,
        cues: &Learner,
    ) {
        for part in paragraphs(&article.text) {
            self.paragraph.read(&article.text, &part);
            cue::find(&self.paragraph, cues, &mut self.features, &mut self.cues);
            let heads = heads(&self.paragraph, article);
            self.add_missing(&heads);
            self.counts.of(&self.paragraph, &self.cues);
            for cue in &self.cues {
                let label =
                    heads.iter().find(|(head, _)| *head == cue.place).map(|(_, label)| *label);
                let overlap = label.map(|label| Overlap::new(&self.paragraph, label, letters));
                let scene = Scene { paragraph: &self.paragraph, counts: &self.counts, cue: *cue };
                learn_cue(learner, &mut self.candidates, &scene, overlap.as_ref());
            }
        }
    }

    /// Reporting words that the model misses still teach what content looks like.
    fn add_missing(&mut self, heads: &[(usize, &Label)]) {
        for (head, _) in heads {
            if !self.cues.iter().any(|cue| cue.place == *head) {
                self.cues.push(Cue { place: *head, odds: cue::FLOOR });
            }
        }
        self.cues.sort_by_key(|cue| cue.place);
    }
}

fn learn_cue(
    learner: &mut Learner,
    candidates: &mut Candidates,
    scene: &Scene<'_>,
    label: Option<&Overlap>,
) {
    candidates.find(scene, learner, &|span| label.is_some_and(|label| label.is_part(span)));
    let good = goodness(candidates, label);
    let scores: Vec<f32> = candidates.all.iter().map(|candidate| candidate.score).collect();
    let Some(changes) = gradients(&scores, &good) else { return };
    let mut by_part = vec![0.0f32; candidates.part_count()];
    for (candidate, change) in candidates.all.iter().zip(changes).filter(|(_, it)| it.abs() > 1e-6)
    {
        for part in candidate.parts() {
            if let Some(sum) = by_part.get_mut(part) {
                *sum += change;
            }
        }
    }
    for (part, change) in by_part.into_iter().enumerate().filter(|(_, it)| it.abs() > 1e-4) {
        learner.learn(candidates.features_of(part), change);
    }
}

/// How good each candidate is: where nothing is said, none; else those nearly the
/// labelled content, the nearest most.
fn goodness(candidates: &Candidates, label: Option<&Overlap>) -> Vec<f32> {
    const SHARPNESS: f32 = 12.0;
    let overlaps = candidates.all.iter().map(|candidate| match label {
        None => f32::from(u8::from(candidate.is_none())),
        Some(_) if candidate.is_none() => 0.0,
        Some(label) => label.of(candidate.spans()),
    });
    let overlaps: Vec<f32> = overlaps.collect();
    let best = overlaps.iter().copied().fold(0.0, f32::max);
    let good =
        |overlap: f32| if overlap >= SAME { (SHARPNESS * (overlap - best)).exp() } else { 0.0 };
    overlaps.into_iter().map(good).collect()
}
