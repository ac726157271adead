//! What the models see of tokens, as hashed features.

use super::lexicon::Classes;
use super::token::{Ending, Kind, Token};

/// The weights of a linear model.
pub(super) trait Weights {
    /// The sum of the features' weights.
    fn sum(&self, features: &[u32]) -> f32;
}

/// Gathers the features of one thing.
pub(super) struct Sink<'a> {
    features: &'a mut Vec<u32>,
    room: u32,
}

impl<'a> Sink<'a> {
    /// A sink for the features of one room of templates, so that the same template
    /// says another thing elsewhere.
    pub(super) fn new(features: &'a mut Vec<u32>, room: u32) -> Self {
        Self { features, room }
    }

    /// A feature of one value.
    pub(super) fn one(&mut self, template: u32, value: u32) {
        self.add(template, u64::from(value));
    }

    /// A feature of two values.
    pub(super) fn two(&mut self, template: u32, first: u32, second: u32) {
        self.add(template, u64::from(first) << 20 ^ u64::from(second) ^ 1 << 52);
    }

    /// A feature of three values.
    pub(super) fn three(&mut self, template: u32, first: u32, second: u32, third: u32) {
        let values = u64::from(first) << 34 ^ u64::from(second) << 17 ^ u64::from(third);
        self.add(template, values ^ 1 << 53);
    }

    fn add(&mut self, template: u32, values: u64) {
        const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;
        let key = u64::from(self.room * 64 + template + 1).wrapping_mul(0xd6e8_feb8_6659_fd93);
        let mixed = (key ^ values).wrapping_mul(SPREAD);
        let mixed = (mixed ^ mixed >> 31).wrapping_mul(SPREAD);
        self.features.push((mixed >> 32) as u32);
    }
}

/// Where the numbers of forms begin, beyond those of common words.
const FORMS: u32 = 8192;

impl Token {
    /// The word where it is common, else its form.
    pub(super) fn word(&self) -> u32 {
        match self.entry.number {
            0 => FORMS + self.tag(),
            // A common word as part of a name is no longer that word.
            number if self.capital => {
                u32::from(number) + 4096 * u32::from(self.spaced && self.is_name())
            }
            number => u32::from(number),
        }
    }

    /// Whether it looks like part of a name.
    pub(super) fn is_name(&self) -> bool {
        let common = Classes::DETERMINER.or(Classes::SUBJECT).or(Classes::PREPOSITION);
        let common =
            common.or(Classes::SUBORDINATOR).or(Classes::COORDINATOR).or(Classes::QUESTION);
        let common = common.or(Classes::POSSESSIVE).or(Classes::THAT).or(Classes::ADVERB);
        self.capital && self.kind == Kind::Word && !self.is(common)
    }

    /// The word where it is one of the most common, else its form.
    pub(super) fn group(&self) -> u32 {
        const MOST_COMMON: u16 = 255;
        match self.entry.number {
            number @ 1..=MOST_COMMON if !self.capital => u32::from(number),
            _ => 256 + self.tag(),
        }
    }

    /// Its part of speech, as far as the word alone tells.
    pub(super) fn tag(&self) -> u32 {
        match self.kind {
            Kind::Word => u32::from(self.part_of_speech),
            Kind::Number => 1,
            Kind::Edge => 2,
            Kind::Quote => 3,
            Kind::Comma => 4,
            Kind::Stop => 5,
            Kind::Colon => 6,
            Kind::Semicolon => 7,
            Kind::Dash => 8,
            Kind::Open => 9,
            Kind::Close => 10,
            Kind::Other => 11,
        }
    }

    /// The part of speech of a word, told from its classes, its ending and its capital.
    pub(super) fn told_part_of_speech(&self) -> u8 {
        const CLOSED: [(Classes, u8); 19] = [
            (Classes::THAT, 12),
            (Classes::TO, 13),
            (Classes::BE, 14),
            (Classes::HAVE, 15),
            (Classes::DO, 16),
            (Classes::MODAL, 17),
            (Classes::NEGATION, 18),
            (Classes::COORDINATOR, 19),
            (Classes::RELATIVE, 20),
            (Classes::QUESTION, 21),
            (Classes::SUBORDINATOR, 22),
            (Classes::POSSESSIVE, 23),
            (Classes::DETERMINER, 24),
            (Classes::SUBJECT, 25),
            (Classes::OBJECT, 26),
            (Classes::PREPOSITION, 27),
            (Classes::ADVERB, 28),
            (Classes::WEEKDAY, 29),
            (Classes::MONTH, 30),
        ];
        if self.entry.classes != Classes::default() {
            for (class, tag) in CLOSED {
                if self.is(class) {
                    return tag;
                }
            }
        }
        if self.capital {
            return if self.is(Classes::TITLE.or(Classes::ROLE)) { 31 } else { 32 };
        }
        if self.is(Classes::REPORTING) {
            return 33;
        }
        if self.is(Classes::ROLE.or(Classes::AUDIENCE)) {
            return 34;
        }
        if self.is(Classes::TIME) {
            return 35;
        }
        match self.ending {
            Ending::Plain => 36,
            Ending::Ed => 37,
            Ending::Ing => 38,
            Ending::Ly => 39,
            Ending::S => 40,
            Ending::Noun => 41,
            Ending::Adjective => 42,
        }
    }
}

/// A count or distance, in steps that grow.
pub(super) fn step(count: usize) -> u32 {
    match count {
        0..=6 => count as u32,
        7..=8 => 7,
        9..=11 => 8,
        12..=15 => 9,
        16..=20 => 10,
        21..=28 => 11,
        29..=40 => 12,
        _ => 13,
    }
}
