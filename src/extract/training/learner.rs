//! Linear models that learn.

use super::super::feature::Weights;
use super::super::model::{BITS, Linear};

/// The weights of a linear model while it learns (AdaGrad).
#[derive(Clone, Debug)]
pub(super) struct Learner {
    weights: Vec<f32>,
    /// The squares of the gradients so far.
    squares: Vec<f32>,
    pace: Pace,
}

/// How a model learns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// How far a step goes.
    pub(super) rate: f32,
    /// How strongly weights are drawn to zero at each step.
    pub(super) decay: f32,
}

fn place(feature: u32) -> usize {
    (feature >> (32 - BITS)) as usize
}

impl Learner {
    /// A model that knows nothing.
    pub(super) fn new(pace: Pace) -> Self {
        Self { weights: vec![0.0; 1 << BITS], squares: vec![1e-2; 1 << BITS], pace }
    }

    /// Takes one step against the gradient of the loss for the sum of features.
    pub(super) fn learn(&mut self, features: &[u32], gradient: f32) {
        for feature in features {
            let at = place(*feature);
            let (Some(weight), Some(square)) = (self.weights.get_mut(at), self.squares.get_mut(at))
            else {
                continue;
            };
            let gradient = gradient + self.pace.decay * *weight;
            *square += gradient * gradient;
            *weight -= self.pace.rate * gradient / square.sqrt();
        }
    }

    /// The mean of several states of a model, which is steadier than the last one.
    pub(super) fn mean(mut self, others: &[Self]) -> Self {
        for (at, weight) in self.weights.iter_mut().enumerate() {
            let others = others.iter().filter_map(|other| other.weights.get(at)).sum::<f32>();
            *weight += others;
        }
        let count = others.len() as f32 + 1.0;
        self.weights.iter_mut().for_each(|weight| *weight /= count);
        self
    }

    /// The model as the program embeds it.
    pub(super) fn pack(&self) -> Vec<u8> {
        Linear::pack(&self.weights)
    }
}

impl Weights for Learner {
    fn sum(&self, features: &[u32]) -> f32 {
        features.iter().filter_map(|feature| self.weights.get(place(*feature))).sum()
    }
}

/// For one choice, what each alternative's score should change by: its probability,
/// less its probability among the `good` ones, each of which counts by its weight.
/// None where nothing is good.
pub(super) fn gradients(scores: &[f32], good: &[f32]) -> Option<Vec<f32>> {
    let top = scores.iter().copied().fold(f32::MIN, f32::max);
    let shares: Vec<f32> = scores.iter().map(|score| (score - top).exp()).collect();
    let sum: f32 = shares.iter().sum();
    let good_sum: f32 = shares.iter().zip(good).map(|(share, good)| share * good).sum();
    if good_sum <= 0.0 {
        // All that is good is far below the best: pull up each alike.
        let good_count: f32 = good.iter().sum();
        return (good_count > 0.0).then(|| {
            shares.iter().zip(good).map(|(share, good)| share / sum - good / good_count).collect()
        });
    }
    let change = |(share, good): (&f32, &f32)| share / sum - share * good / good_sum;
    Some(shares.iter().zip(good).map(change).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_good_is_pulled_up_and_the_rest_down() {
        let found = gradients(&[0.0, 1.0, 0.0], &[1.0, 0.0, 0.0]).unwrap();
        assert!(found[0] < 0.0 && found[1] > 0.0 && found[2] > 0.0);
        assert!(found.iter().sum::<f32>().abs() < 1e-6);
        assert!(gradients(&[0.0, 1.0], &[0.0, 0.0]).is_none());
        assert!(gradients(&[-500.0, 500.0], &[1.0, 0.0]).unwrap()[0] < 0.0);
    }

    #[test]
    fn a_model_learns_to_tell_two_features_apart() {
        let mut learner = Learner::new(Pace { rate: 0.1, decay: 0.0 });
        for _ in 0..50 {
            learner.learn(&[1 << 20], -1.0);
            learner.learn(&[1 << 31], 1.0);
        }
        assert!(learner.sum(&[1 << 20]) > 0.5 && learner.sum(&[1 << 31]) < -0.5);
    }
}
