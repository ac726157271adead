//! What a process and all that it started have used so far, as Linux counts it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Failure;

/// The unit of the times in /proc, the same on every Linux machine.
const TICKS_PER_SECOND: f64 = 100.0;

/// What a process has used so far, its children with it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// The time that it computed, in seconds; of children that ended too.
    pub(crate) cpu_seconds: f64,
    /// What it wrote towards the disk, in bytes; of children that ended too.
    pub(crate) written: f64,
    /// The memory that it holds, in MiB; what processes share counts once.
    pub(crate) held_mib: f64,
    /// The most memory that the process itself ever held, in MiB.
    pub(crate) peak_mib: f64,
}

impl Usage {
    /// What the process has used so far.
    pub(crate) fn of(id: u32) -> Result<Self, Failure> {
        let directory = Path::new("/proc").join(id.to_string());
        let status = fs::read_to_string(directory.join("status"))?;
        let mut usage = Self { peak_mib: number(&status, "VmHWM:") / 1_024.0, ..Self::default() };
        usage.add(&directory)?;
        Ok(usage)
    }

    /// What was used since, and what is held now.
    pub(crate) fn since(self, before: Self) -> Self {
        Self {
            cpu_seconds: self.cpu_seconds - before.cpu_seconds,
            written: self.written - before.written,
            ..self
        }
    }

    fn add(&mut self, directory: &Path) -> Result<(), Failure> {
        // One that has ended meanwhile is counted by the one that started it.
        let Ok(stat) = fs::read_to_string(directory.join("stat")) else { return Ok(()) };
        // After the name in brackets: from field 14 on, the user and system time of
        // its own and those of the children that it has waited for.
        let (_, fields) = stat.rsplit_once(')').ok_or("no process state")?;
        let ticks = fields.split_whitespace().skip(11).take(4).map(str::parse::<f64>);
        self.cpu_seconds += ticks.sum::<Result<f64, _>>()? / TICKS_PER_SECOND;
        let read = |name| fs::read_to_string(directory.join(name)).unwrap_or_default();
        self.held_mib += number(&read("smaps_rollup"), "Pss:") / 1_024.0;
        self.written += number(&read("io"), "write_bytes:");
        for child in children(directory) {
            self.add(&child)?;
        }
        Ok(())
    }
}

fn children(directory: &Path) -> Vec<PathBuf> {
    let Ok(threads) = fs::read_dir(directory.join("task")) else { return Vec::new() };
    let lists = threads
        .filter_map(Result::ok)
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let mut children = Vec::new();
    for list in lists {
        children.extend(list.split_whitespace().map(|id| Path::new("/proc").join(id)));
    }
    children
}

/// The number after a name, in the unit of that line; 0 where it is not there.
fn number(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or_default()
}
