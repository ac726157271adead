//! What was measured: a table to read, JSON to keep.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::Failure;

/// Where results go.
#[derive(Clone, Debug, Args)]
pub(crate) struct Output {
    /// Write the results as JSON too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// What was measured, each once a round, in the order of the first round.
#[derive(Debug, Default)]
pub(crate) struct Report {
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    name: String,
    unit: &'static str,
    values: Vec<f64>,
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

    /// The median of a row.
    pub(crate) fn median(&self, name: &str) -> Option<f64> {
        self.rows.iter().find(|row| row.name == name).map(Row::median)
    }

    /// Prints the table, and writes the JSON where asked to.
    pub(crate) fn put(&self, output: &Output) -> Result<(), Failure> {
        print!("{}", self.table());
        if let Some(path) = &output.json {
            let rows = self.rows.iter().map(|row| {
                json!({
                    "name": row.name, "unit": row.unit, "median": row.median(),
                    "min": row.min(), "max": row.max(), "values": row.values,
                })
            });
            let text = serde_json::to_string_pretty(&rows.collect::<Vec<_>>())?;
            std::fs::write(path, text + "\n")?;
        }
        Ok(())
    }

    fn table(&self) -> String {
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
    fn sorted(&self) -> Vec<f64> {
        let mut values = self.values.clone();
        values.sort_by(f64::total_cmp);
        values
    }

    fn median(&self) -> f64 {
        self.sorted().get(self.values.len() / 2).copied().unwrap_or_default()
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
