//! The same work done by two or more, side by side.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::report::{Output, Report, Row};
use crate::Failure;
use crate::target::peer::Peer;

/// What one repetition told: names, units and values, the compared one first.
pub(crate) type Sample = Vec<(String, &'static str, f64)>;

/// One work, and what each side made of it.
#[derive(Debug)]
pub(crate) struct Comparison {
    work: String,
    sides: Vec<(Peer, Report)>,
}

impl Comparison {
    pub(crate) fn new(work: impl Into<String>, sides: Vec<Peer>) -> Self {
        let sides = sides.into_iter().map(|peer| (peer, Report::default())).collect();
        Self { work: work.into(), sides }
    }

    /// Adds a repetition of a side, by its place.
    pub(crate) fn add(&mut self, side: usize, sample: Sample) {
        let Some((_, report)) = self.sides.get_mut(side) else { return };
        for (name, unit, value) in sample {
            report.add(name, unit, value);
        }
    }

    /// The compared value of the first side by that of each other one, in each
    /// repetition: what slows both down in one of them does not count.
    fn ratios(&self) -> Vec<(&Peer, Row)> {
        let Some((first, others)) = self.sides.split_first() else { return Vec::new() };
        let compared = |report: &Report| report.rows().first().map(|row| row.values.clone());
        let ours = compared(&first.1).unwrap_or_default();
        let ratio = |(peer, report): &'_ (Peer, Report)| {
            let theirs = compared(report).unwrap_or_default();
            let values = ours.iter().zip(theirs).map(|(ours, theirs)| ours / theirs).collect();
            Row { name: format!("{} / {}", first.0.name, peer.name), unit: "times", values }
        };
        others.iter().map(|side| (&side.0, ratio(side))).collect()
    }

    /// Prints the table, and writes the JSON where asked to.
    pub(crate) fn put(&self, output: &Output) -> Result<(), Failure> {
        print!("{}", self.table());
        output.write(&self.to_json())
    }

    fn table(&self) -> String {
        let mut table = format!("{}\n", self.work);
        // Writing to a String does not fail.
        for (peer, report) in &self.sides {
            let _ = write!(table, "\n{peer}\n{}", report.table());
        }
        let mut ratios = Report::default();
        for (_, row) in self.ratios() {
            row.values.iter().for_each(|value| ratios.add(row.name.clone(), row.unit, *value));
        }
        let compared = self.sides.first().and_then(|(_, report)| report.rows().first());
        let compared = compared.map_or("", |row| row.name.as_str());
        let _ = write!(table, "\n{compared}, ratios\n{}", ratios.table());
        table
    }

    fn to_json(&self) -> Value {
        let sides = self
            .sides
            .iter()
            .map(|(peer, report)| json!({"peer": peer.to_json(), "values": report.to_json()}));
        let ratios = self
            .ratios()
            .into_iter()
            .map(|(peer, row)| json!({"to": peer.name, "ratio": row.to_json()}));
        json!({
            "work": self.work, "sides": sides.collect::<Vec<_>>(),
            "ratios": ratios.collect::<Vec<_>>(),
        })
    }
}
