//! How the models are made: from labelled articles, the same ones each time.
//!
//! The program `examples/train_extractor.rs` reads the labels and writes what this
//! module makes of them to `src/extract/data/`.

mod contents;
mod cues;
mod folds;
mod label;
mod learner;
mod speakers;
mod words;

pub use self::folds::{Fold, five_folds, measured};
pub use self::label::{Label, Labelled};
pub use self::words::common_words;

use self::learner::Learner;
use super::model::{Linear, Models};

/// Models as the program embeds them.
#[derive(Debug)]
pub struct Trained {
    /// Which words report something.
    pub cue: Vec<u8>,
    /// What is said.
    pub content: Vec<u8>,
    /// Who says it.
    pub speaker: Vec<u8>,
}

/// Trains on all articles.
#[must_use]
pub fn train(articles: &[Labelled]) -> Trained {
    let models = learn(&articles.iter().collect::<Vec<_>>());
    Trained {
        cue: models.cue.pack(),
        content: models.content.pack(),
        speaker: models.speaker.pack(),
    }
}

/// Learns the three models.
fn learn(articles: &[&Labelled]) -> Models<Learner> {
    let (cue, folded) = cues::learn(articles);
    let content = contents::learn(articles, &folded);
    let speaker = speakers::learn(articles, &folded);
    Models { cue, content, speaker }
}

/// The models as they are embedded: what is measured is what is shipped.
fn embedded(models: &Models<Learner>) -> Models<Linear> {
    let pack = |learner: &Learner| Linear::parse(&learner.pack());
    Models {
        cue: pack(&models.cue),
        content: pack(&models.content),
        speaker: pack(&models.speaker),
    }
}

/// The numbers up to `count` in an order that only `seed` decides.
fn shuffled(count: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    for at in (1..count).rev() {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(at, (state % (at as u64 + 1)) as usize);
    }
    order
}
