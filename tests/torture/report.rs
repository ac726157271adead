//! What was done, and how it went, told as it happens and at the end.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Counts of what was done.
pub(crate) struct Report {
    begun: Instant,
    cycle: u64,
    /// The deaths by their names: how many came, and how many points were not reached.
    deaths: BTreeMap<&'static str, (u64, u64)>,
    last: Vec<String>,
    acknowledged: usize,
    events: usize,
    /// Not acknowledged: there after the kill, and not there.
    there: usize,
    missing: usize,
    unsynced: usize,
    power_losses: u64,
    backups: u64,
}

impl Report {
    pub(crate) fn new() -> Self {
        Self {
            begun: Instant::now(),
            cycle: 0,
            deaths: BTreeMap::new(),
            last: Vec::new(),
            acknowledged: 0,
            events: 0,
            there: 0,
            missing: 0,
            unsynced: 0,
            power_losses: 0,
            backups: 0,
        }
    }

    /// A cycle begins; tells its number.
    pub(crate) fn begin(&mut self) -> u64 {
        self.tell();
        self.cycle += 1;
        self.cycle
    }

    /// Tells what was done since the last time.
    fn tell(&mut self) {
        if !self.last.is_empty() {
            let seconds = self.begun.elapsed().as_secs();
            println!("{seconds:>5} s, cycle {}: {}", self.cycle, self.last.join("; "));
            self.last.clear();
        }
    }

    /// A process died at a point, or did not get there and was killed later or ended.
    pub(crate) fn died(&mut self, name: &'static str, reached: bool) {
        let (reached_before, not_before) = self.deaths.entry(name).or_default();
        let (count, how) =
            if reached { (reached_before, "died") } else { (not_before, "not reached:") };
        *count += 1;
        self.last.push(format!("{how} {name}"));
    }

    pub(crate) fn opened(&mut self, after: Duration) {
        self.last.push(format!("opened in {} ms", after.as_millis()));
    }

    /// What was not acknowledged was sent again: so much was there already.
    pub(crate) fn finished(&mut self, (there, missing): (usize, usize)) {
        self.there += there;
        self.missing += missing;
        self.last.push(format!("{there} of {} in flight were there", there + missing));
    }

    /// So many acknowledgements and events were held against each other.
    pub(crate) fn held(&mut self, acknowledged: usize, events: usize) {
        self.acknowledged += acknowledged;
        self.events += events;
        self.last.push(format!("{acknowledged} acknowledged are there, {events} events"));
    }

    /// The power went, and took so many writes.
    pub(crate) fn lost(&mut self, writes: usize) {
        self.power_losses += 1;
        self.unsynced += writes;
        self.last.push(format!("the power went with {writes} unsynced writes"));
    }

    pub(crate) fn backed_up(&mut self, records: usize) {
        self.backups += 1;
        self.last.push(format!("a backup of {records} records restored"));
    }

    /// Tells of everything.
    pub(crate) fn end(mut self) {
        self.tell();
        println!();
        for (name, (died, not)) in &self.deaths {
            let not = if *not > 0 { format!(" ({not} times not reached)") } else { String::new() };
            println!("{died:>5} died {name}{not}");
        }
        let died: u64 = self.deaths.values().map(|(died, _)| died).sum();
        println!(
            "{} cycles, {died} deaths, {} losses of power with {} unsynced writes: {} writes \
             acknowledged, 0 lost; {} in flight, {} of them there and whole; {} events, none lost \
             or twice; {} backups restored, all the same; {} s",
            self.cycle,
            self.power_losses,
            self.unsynced,
            self.acknowledged,
            self.there + self.missing,
            self.there,
            self.events,
            self.backups,
            self.begun.elapsed().as_secs(),
        );
    }
}
