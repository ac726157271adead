//! The models that come with the program: weights of hashed features, a byte each.

use std::sync::LazyLock;

use super::feature::Weights;

/// Bits of a feature that choose its weight.
pub(super) const BITS: u32 = 18;

/// A linear model.
#[derive(Debug)]
pub(super) struct Linear {
    scale: f32,
    weights: Vec<i8>,
}

/// The models of one language.
#[derive(Debug)]
pub(super) struct Models<W> {
    /// Which words report something.
    pub(super) cue: W,
    /// What is said.
    pub(super) content: W,
    /// Who says it.
    pub(super) speaker: W,
}

impl Models<Linear> {
    /// The models of English.
    pub(super) fn english() -> &'static Self {
        static ENGLISH: LazyLock<Models<Linear>> = LazyLock::new(|| Models {
            cue: Linear::parse(include_bytes!("data/cue.model")),
            content: Linear::parse(include_bytes!("data/content.model")),
            speaker: Linear::parse(include_bytes!("data/speaker.model")),
        });
        &ENGLISH
    }
}

impl Linear {
    /// Reads a model: the scale, then the weights, each run of zeros as a zero and
    /// its length.
    pub(super) fn parse(bytes: &[u8]) -> Self {
        let (scale, packed) = bytes.split_first_chunk().unwrap_or((&[0; 4], &[]));
        let mut weights = Vec::with_capacity(1 << BITS);
        let mut packed = packed.iter().copied();
        while let Some(byte) = packed.next() {
            let run = if byte == 0 { packed.next().unwrap_or(1) } else { 1 };
            weights.resize(weights.len() + usize::from(run), byte.cast_signed());
        }
        weights.resize(1 << BITS, 0);
        Self { scale: f32::from_le_bytes(*scale), weights }
    }

    /// The bytes that [`Self::parse`] reads, for weights as they were learnt.
    pub(super) fn pack(weights: &[f32]) -> Vec<u8> {
        let most = weights.iter().fold(1e-6_f32, |most, weight| most.max(weight.abs()));
        let scale = most.min(LARGEST) / 127.0;
        let mut bytes = scale.to_le_bytes().to_vec();
        let mut zeros = 0u8;
        for weight in weights {
            let steps = weight / scale;
            let small =
                if steps.abs() < SLIGHT { 0 } else { steps.round().clamp(-127.0, 127.0) as i8 };
            if zeros > 0 && (small != 0 || zeros == u8::MAX) {
                bytes.extend([0, zeros]);
                zeros = 0;
            }
            match small {
                0 => zeros += 1,
                small => bytes.push(small.cast_unsigned()),
            }
        }
        if zeros > 0 {
            bytes.extend([0, zeros]);
        }
        bytes
    }
}

/// Weights of fewer steps are left out: there are many, and they change little.
const SLIGHT: f32 = 1.2;
/// Weights beyond it are cut: one large weight would make all others coarse.
const LARGEST: f32 = 4.0;

impl Weights for Linear {
    fn sum(&self, features: &[u32]) -> f32 {
        let weight = |feature: &u32| {
            let at = (feature >> (32 - BITS)) as usize;
            i32::from(self.weights.get(at).copied().unwrap_or_default())
        };
        features.iter().map(weight).sum::<i32>() as f32 * self.scale
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_model_weighs_as_what_it_was_made_from() {
        let mut weights = vec![0.0; 1 << BITS];
        for (at, weight) in [(0, 1.0), (700, -2.0), (701, 0.5), ((1 << BITS) - 1, 0.25)] {
            weights[at] = weight;
        }
        let model = Linear::parse(&Linear::pack(&weights));
        for (at, weight) in
            weights.iter().enumerate().filter(|(at, it)| **it != 0.0 || at % 997 == 0)
        {
            let found = model.sum(&[(at as u32) << (32 - BITS)]);
            assert!((found - weight).abs() < 0.02, "{at}: {found} for {weight}");
        }
    }

    #[test]
    fn a_model_that_is_cut_off_is_still_one() {
        let model = Linear::parse(&[1]);
        assert!(model.sum(&[7, u32::MAX]).abs() < 1e-6);
    }
}
