//! How a server dies: at a moment, or at a named point in its work on files.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use rand::RngExt as _;
use rand::rngs::StdRng;

/// A moment comes before so many acknowledgements at the latest.
const MOST_ACKNOWLEDGED: usize = 400;
/// It comes at most so long after the acknowledgement that begins it.
const MOST_DELAY_MICROSECONDS: f64 = 40_000.0;

/// A named place in a server's work.
#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) name: &'static str,
    /// The same for the shim: when, which call, of which files.
    pub(crate) place: &'static str,
    /// The process outlives fewer calls there than this.
    most: u64,
}

const fn point(name: &'static str, place: &'static str, most: u64) -> Point {
    Point { name, place, most }
}

/// In a server that takes writes.
pub(crate) const SERVING: &[Point] = &[
    point("before a flush", "before write db", 150),
    point("half way through a flush", "half write db", 150),
    point("between flush and sync", "before sync db", 100),
    point("between sync and the note of it", "before write acknowledged", 100),
    point("half way through the note", "half write acknowledged", 100),
    point("between the note and the answer", "after write acknowledged", 100),
    point("in a segment of the search index", "half write search/*", 200),
    point("before a search segment is synced", "before sync search/*", 60),
    point("before the search index's commit counts", "after sync search/*/.tmp*", 12),
    point("after the search index's commit counts", "after sync search/?", 6),
    point("half way through the quotations' journal", "half write quotations/*.jnl", 40),
    point("after the quotations' journal", "after write quotations/*.jnl", 40),
];

/// In a server that opens what was left.
pub(crate) const OPENING: &[Point] = &[
    point("opening: before a write", "before write db", 3),
    point("opening: half way through a write", "half write db", 3),
    point("opening: before a sync", "before sync db", 4),
    point("opening: after a sync", "after sync db", 4),
    point("opening: before a snapshot has its name", "before rename snap.*", 1),
    point("opening: after a snapshot has its name", "after rename snap.*", 1),
    point("opening: in the search index", "before open search/*", 30),
    point("opening: in the quotations", "before open quotations/*", 30),
    point("opening: before the note", "before write acknowledged", 1),
];

/// In `dicta compact`.
pub(crate) const COMPACTING: &[Point] = &[
    point("compacting: half way through a write", "half write data/compacted.part/db", 4),
    point("compacting: before the new data is synced", "before sync data/compacted.part/*", 6),
    point("compacting: before the new data is whole", "before rename data/compacted", 1),
    point("compacting: after the new data is whole", "after rename data/compacted", 1),
    point("compacting: before the swap", "before rename data/conf", 1),
    point("compacting: half way through the swap", "before rename data/db", 1),
    point("compacting: after the swap", "after rename data/db", 1),
];

/// In `dicta backup`, and in `dicta restore`.
pub(crate) const BACKING_UP: &[Point] = &[
    point("backing up: half way through a write", "half write backup.part", 2),
    point("backing up: before the file is whole", "before rename backup", 1),
    point("backing up: after the file is whole", "after rename backup", 1),
];
pub(crate) const RESTORING: &[Point] = &[
    point("restoring: half way through a write", "half write .restored.restoring/db", 20),
    point("restoring: before a sync", "before sync .restored.restoring/*", 20),
    point("restoring: before the directory is whole", "before rename restored", 1),
    point("restoring: after the directory is whole", "after rename restored", 1),
];

/// A point that a process does not get past, and at which of its calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadly {
    pub(crate) point: &'static Point,
    pub(crate) call: u64,
}

impl Deadly {
    pub(crate) fn draw(points: &'static [Point], random: &mut StdRng) -> Self {
        let point = &points[random.random_range(0..points.len())];
        Self { point, call: random.random_range(1..=point.most) }
    }
}

/// How a server that takes writes dies.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Death {
    /// So long after the acknowledgement of this number.
    Moment { acknowledged: usize, delay: Duration },
    /// So long after the first part of a backup.
    Backup { delay: Duration },
    /// At a point.
    Point(Deadly),
}

impl Death {
    pub(crate) fn draw(random: &mut StdRng) -> Self {
        // Short delays are as likely as long ones, in orders of magnitude.
        let microseconds = MOST_DELAY_MICROSECONDS.powf(random.random_range(0.0..1.0));
        let delay = Duration::from_micros(microseconds as u64);
        let acknowledged = random.random_range(1..MOST_ACKNOWLEDGED);
        match random.random_range(0..10) {
            0..3 => Self::Moment { acknowledged, delay },
            3 => Self::Backup { delay },
            _ => Self::Point(Deadly::draw(SERVING, random)),
        }
    }

    /// How long after what begins it.
    pub(crate) fn delay(&self) -> Duration {
        match self {
            Self::Moment { delay, .. } | Self::Backup { delay } => *delay,
            Self::Point(_) => Duration::ZERO,
        }
    }

    /// What it is called in the report.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Moment { .. } => "at random",
            Self::Backup { .. } => "in a backup",
            Self::Point(deadly) => deadly.point.name,
        }
    }
}

/// What begins a death that is at no point.
pub(crate) struct Trigger {
    killer: mpsc::Sender<()>,
    death: Option<Death>,
    count: AtomicUsize,
    pulled: AtomicBool,
}

impl Trigger {
    pub(crate) fn new(death: Option<Death>, killer: mpsc::Sender<()>) -> Self {
        let (count, pulled) = Default::default();
        Self { killer, death, count, pulled }
    }

    /// That so many more writes were acknowledged.
    pub(crate) fn acknowledged(&self, more: usize) {
        let count = self.count.fetch_add(more, Ordering::SeqCst) + more;
        if matches!(self.death, Some(Death::Moment { acknowledged, .. }) if count >= acknowledged) {
            self.pull();
        }
    }

    /// That a part of a backup came.
    pub(crate) fn backed_up(&self) {
        if matches!(self.death, Some(Death::Backup { .. })) {
            self.pull();
        }
    }

    /// Begins the death, whatever it waited for.
    pub(crate) fn pull(&self) {
        if !self.pulled.swap(true, Ordering::SeqCst) {
            self.killer.send(()).expect("a killer that waits");
        }
    }
}
