//! What was measured: a table to read, JSON to keep.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::Failure;

/// Where results go.
#[derive(Clone, Debug, Args)]
pub(crate) struct Output {
    /// Write the results as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

impl Output {
    /// Writes results where asked to.
    pub(crate) fn write(&self, results: &Value) -> Result<(), Failure> {
        if let Some(path) = &self.json {
            std::fs::write(path, serde_json::to_string_pretty(results)? + "\n")?;
        }
        Ok(())
    }
}

/// What was measured, each once a round, in the order of the first round.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

/// One thing that was measured.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    pub(crate) values: Vec<f64>,
}

impl Report {
    /// Adds a value of one round.
    pub(crate) fn add(&mut self, name: impl Into<String>, unit: &'static str, value: f64) {
        let name = name.into();
        match self.rows.iter_mut().find(|row| row.name == name) {
            Some(row) => row.values.push(value),
            None => self.rows.push(Row { name, unit, values: vec![value] }),
        }
    }

    /// Prints the table, and writes the JSON where asked to.
    pub(crate) fn put(&self, output: &Output) -> Result<(), Failure> {
        print!("{}", self.table());
        output.write(&self.to_json())
    }

    /// What was measured so far.
    pub(crate) fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub(crate) fn to_json(&self) -> Value {
        Value::Array(self.rows.iter().map(Row::to_json).collect())
    }

    pub(crate) fn table(&self) -> String {
        let width = self.rows.iter().map(|row| row.name.len()).max().unwrap_or_default();
        let head = ["median", "min", "max"].map(|head| format!("{head:>12}")).concat();
        let mut table = format!("{:width$}{head}\n", "");
        for row in &self.rows {
            let values = [row.median(), row.min(), row.max()].map(shown).concat();
            // Writing to a String does not fail.
            let _ = writeln!(table, "{:width$}{values}  {}", row.name, row.unit);
        }
        table
    }
}

impl Row {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "name": self.name, "unit": self.unit, "median": self.median(),
            "min": self.min(), "max": self.max(), "values": self.values,
        })
    }

    fn sorted(&self) -> Vec<f64> {
        let mut values = self.values.clone();
        values.sort_by(f64::total_cmp);
        values
    }

    /// The one in the middle; between the two in the middle where there are two.
    fn median(&self) -> f64 {
        let (sorted, middle) = (self.sorted(), self.values.len() / 2);
        let at = |place: usize| sorted.get(place).copied().unwrap_or_default();
        if sorted.len() % 2 == 1 {
            at(middle)
        } else {
            at(middle.saturating_sub(1)).midpoint(at(middle))
        }
    }

    fn min(&self) -> f64 {
        self.sorted().first().copied().unwrap_or_default()
    }

    fn max(&self) -> f64 {
        self.sorted().last().copied().unwrap_or_default()
    }
}

fn shown(value: f64) -> String {
    let digits = if value.fract() == 0.0 || value >= 1_000.0 { 0 } else { 2 };
    format!("{value:>12.digits$}")
}
