//! How often statements are right: measured, by rule and by how probable the model
//! holds them.

use std::sync::LazyLock;

use super::decode::Rule;

/// The least probable statements that are shown: fewer than half of those below are
/// right.
pub(super) const LEAST: f32 = 0.5;

/// What a rule is given that found too little in the labelled articles to be measured.
const UNMEASURED: f64 = 0.5;

/// Rule, least probability, share of right ones, how many were counted.
const MEASURED: &str = include_str!("data/precision.txt");

/// The steps of one rule: the least probability, and how often it is right from there.
type Steps = Vec<(f32, f64)>;

/// How often a statement of this rule and probability is right.
pub(super) fn of(rule: Rule, probability: f32) -> f64 {
    static TABLE: LazyLock<Vec<(&str, Steps)>> = LazyLock::new(|| parse(MEASURED));
    let steps = TABLE.iter().find(|(name, _)| *name == rule.name()).map(|(_, steps)| steps);
    let step = steps.and_then(|steps| steps.iter().rfind(|(least, _)| *least <= probability));
    step.or(steps.and_then(|steps| steps.first())).map_or(UNMEASURED, |(_, right)| *right)
}

fn parse(text: &'static str) -> Vec<(&'static str, Steps)> {
    let mut table: Vec<(&str, Steps)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let mut columns = line.split_whitespace();
        let (Some(name), Some(least), Some(right)) =
            (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        let (Ok(least), Ok(right)) = (least.parse(), right.parse()) else { continue };
        match table.last_mut().filter(|(last, _)| *last == name) {
            Some((_, steps)) => steps.push((least, right)),
            None => table.push((name, vec![(least, right)])),
        }
    }
    table
}
