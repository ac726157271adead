//! Dicta with more and more articles: what gets slower, and what it takes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use tempfile::TempDir;

use super::base::Base;
use super::get;
use super::questions::{self, Kind};
use crate::Failure;
use crate::drive::pace::{self, Call};
use crate::target::dicta::Server;
use crate::target::entries;
use crate::target::process::{connect, disk_bytes};
use crate::told::report::{Output, Report};
use crate::work::generate::Source;

/// Measures Dicta with so many articles, then with more.
#[derive(Debug, Args)]
pub(crate) struct Growth {
    #[command(flatten)]
    source: Source,
    /// How many of the articles, each time in a new server.
    #[arg(long, value_name = "N", value_delimiter = ',', default_values_t = [20_000, 100_000])]
    sizes: Vec<usize>,
    /// How often each size is measured.
    #[arg(long, value_name = "N", default_value_t = 1)]
    rounds: usize,
    /// How long calls are made at a time, in milliseconds.
    #[arg(long, value_name = "N", default_value_t = 3_000)]
    milliseconds: u64,
    #[command(flatten)]
    output: Output,
}

impl Growth {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let mut report = Report::default();
        for _ in 0..self.rounds {
            for size in &self.sizes {
                self.measure(*size, &mut report).await?;
            }
        }
        report.put(&self.output)
    }

    async fn measure(&self, size: usize, report: &mut Report) -> Result<(), Failure> {
        let source = Source { limit: size, ..self.source.clone() };
        let directory = Arc::new(tempfile::tempdir()?);
        let mut add = |what: &str, unit, value| report.add(format!("{size}: {what}"), unit, value);
        let server = Server::over(Arc::clone(&directory))?;
        let base = Base::load_into(&source, server).await?;
        add("ingest, searchable at the end", "articles/s", base.rate);
        for (what, call) in [
            ("GetEntity", get::entities_of(&base)),
            ("ListStatements", questions::of_dicta(Kind::List, &base)),
            ("Search", questions::of_dicta(Kind::Search, &base)),
        ] {
            // For caches to fill.
            self.alone(&call).await?;
            let (p50, p99) = self.alone(&call).await?;
            add(&format!("{what}, p50"), "µs", p50);
            add(&format!("{what}, p99"), "µs", p99);
        }
        let used = base.server.usage()?.unwrap_or_default();
        add("memory", "MiB", used.held_mib);
        add("most memory", "MiB", used.peak_mib);
        base.server.stop()?;
        add("disk", "MB", disk_bytes(directory.path())? as f64 / 1e6);
        for what in ["first start", "second start"] {
            add(what, "s", start(&directory).await?);
        }
        let keys = entries::read(directory.path())?.len();
        add("keys", "", keys as f64);
        add("memory a key", "bytes", used.held_mib * 1_048_576.0 / keys.max(1) as f64);
        Ok(())
    }

    /// The p50 and p99 of a call by one client.
    async fn alone(&self, call: &Arc<dyn Call>) -> Result<(f64, f64), Failure> {
        let time = Duration::from_millis(self.milliseconds);
        let driven = pace::closed(Arc::clone(call), 1, time).await?;
        let of = |quantile| driven.latencies.microseconds(quantile);
        Ok((of(0.5), of(0.99)))
    }
}

/// How long a server takes until it serves a directory, in seconds.
async fn start(directory: &Arc<TempDir>) -> Result<f64, Failure> {
    let begun = Instant::now();
    let server = Server::over(Arc::clone(directory))?;
    connect(&server.address, 1).await?;
    let took = begun.elapsed();
    server.stop()?;
    Ok(took.as_secs_f64())
}
