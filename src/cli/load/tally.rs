//! What came of the lines: counted, shown while it goes on, told at the end.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::bulk::Done;
use super::input::Input;
use crate::cli::failure::Failure;
use crate::cli::output::{Format, print};

/// How many failures are told with their reason.
const REASONS: u64 = 20;
/// How often the progress is drawn, at most.
const REDRAW: Duration = Duration::from_millis(100);

/// The numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    created: u64,
    revised: u64,
    unchanged: u64,
    failed: u64,
    erased: u64,
    left_out: u64,
}

/// Keeps the numbers.
#[derive(Debug)]
pub(super) struct Tally {
    counts: Counts,
    rejects: Option<BufWriter<File>>,
    bar: ProgressBar,
    read: Arc<AtomicU64>,
    /// The only clock that is asked is the one that cannot go back.
    started: Instant,
    drawn: Instant,
}

impl Tally {
    /// Begins to count. Lines that fail are written to `rejects`.
    pub(super) fn new(input: &Input, rejects: Option<&Path>) -> Result<Self, Failure> {
        let create = |path: &Path| {
            let file = File::create(path);
            file.map(BufWriter::new)
                .map_err(|error| Failure::Error(format!("{}: {error}", path.display())))
        };
        let now = Instant::now();
        Ok(Self {
            counts: Counts::default(),
            rejects: rejects.map(create).transpose()?,
            bar: progress_bar(input.total),
            read: Arc::clone(&input.read),
            started: now,
            drawn: now,
        })
    }

    /// Counts what was acknowledged.
    pub(super) fn count(&mut self, done: Done) {
        *match done {
            Done::Created => &mut self.counts.created,
            Done::Revised => &mut self.counts.revised,
            Done::Unchanged => &mut self.counts.unchanged,
            Done::Erased => &mut self.counts.erased,
            Done::LeftOut => &mut self.counts.left_out,
        } += 1;
        if !self.bar.is_hidden() && self.drawn.elapsed() > REDRAW {
            self.drawn = Instant::now();
            self.bar.set_position(self.read.load(Ordering::Relaxed));
            self.bar.set_message(self.counts.line());
        }
    }

    /// Counts a failure: keeps its lines, and tells the reason of the first ones.
    pub(super) fn fail(&mut self, line: usize, source: &str, reason: &str) -> Result<(), Failure> {
        self.counts.failed += 1;
        if let Some(rejects) = &mut self.rejects {
            writeln!(rejects, "{source}")?;
        }
        if self.counts.failed <= REASONS {
            self.note(&format!("line {line}: {reason}"));
        }
        Ok(())
    }

    /// Ends the loading where any line failed so far.
    pub(super) fn refuse_failures(&self) -> Result<(), Failure> {
        match self.counts.failed {
            0 => Ok(()),
            _ => Err(Failure::Error("nothing more is loaded: not all was erased first".into())),
        }
    }

    /// Tells something on standard error, above the bar.
    pub(super) fn note(&self, text: &str) {
        self.bar.suspend(|| anstream::eprintln!("{text}"));
    }

    /// Tells the numbers. A failure where any line failed.
    pub(super) fn end(mut self, format: Format) -> Result<(), Failure> {
        self.bar.finish_and_clear();
        if let Some(rejects) = &mut self.rejects {
            rejects.flush()?;
        }
        if let Some(more) = self.counts.failed.checked_sub(REASONS).filter(|more| *more > 0) {
            anstream::eprintln!("{more} more failed");
        }
        print(&self.counts.told(self.started.elapsed(), format))?;
        if self.counts.failed > 0 { Err(Failure::No) } else { Ok(()) }
    }
}

impl Counts {
    fn line(&self) -> String {
        let Self { created, revised, unchanged, failed, erased, left_out } = self;
        let mut line =
            format!("created {created}  revised {revised}  unchanged {unchanged}  failed {failed}");
        for (count, what) in [(erased, "erased"), (left_out, "left out")] {
            if *count > 0 {
                line.push_str(&format!("  {what} {count}"));
            }
        }
        line
    }

    fn told(&self, elapsed: Duration, format: Format) -> String {
        let done = self.created + self.revised + self.unchanged + self.failed + self.erased;
        let rate = (done as f64 / elapsed.as_secs_f64().max(0.001)).round();
        match format {
            Format::Text => format!("{}  ({rate} articles/s)", self.line()),
            Format::Json | Format::Jsonl => serde_json::json!({
                "created": self.created,
                "revised": self.revised,
                "unchanged": self.unchanged,
                "failed": self.failed,
                "erased": self.erased,
                "leftOut": self.left_out,
                "articlesPerSecond": rate,
            })
            .to_string(),
        }
    }
}

/// The bar on a terminal; nothing is drawn elsewhere.
pub(in crate::cli) fn progress_bar(total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => {
            (ProgressBar::new(total), "{wide_bar} {percent:>3} %  {elapsed_precise}\n{msg}")
        }
        None => (ProgressBar::new_spinner(), "{spinner} {bytes}  {elapsed_precise}\n{msg}"),
    };
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_has_the_numbers() {
        let counts = Counts { created: 7, revised: 2, unchanged: 1, ..Counts::default() };
        assert_eq!(
            counts.told(Duration::from_secs(2), Format::Text),
            "created 7  revised 2  unchanged 1  failed 0  (5 articles/s)"
        );
        assert_eq!(
            counts.told(Duration::from_secs(2), Format::Json),
            r#"{"articlesPerSecond":5.0,"created":7,"erased":0,"failed":0,"leftOut":0,"revised":2,"unchanged":1}"#
        );
        let counts = Counts { erased: 2, left_out: 3, ..Counts::default() };
        assert_eq!(
            counts.line(),
            "created 0  revised 0  unchanged 0  failed 0  erased 2  left out 3"
        );
    }

    #[test]
    fn lines_that_failed_are_kept_as_they_were() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rejects");
        let (_, items) = tokio::sync::mpsc::channel(1);
        let input = Input { read: Arc::default(), total: None, items };
        let mut tally = Tally::new(&input, Some(&path)).unwrap();
        tally.fail(1, "{broken", "why").unwrap();
        tally.fail(3, "a\nb", "why").unwrap();
        assert!(matches!(tally.end(Format::Text), Err(Failure::No)));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{broken\na\nb\n");
    }
}
