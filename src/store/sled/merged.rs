//! The entries of several key ranges, in one order: that of what stands behind
//! each range's prefix.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Bound;

use sled::{Db, IVec};

use super::{error, keys};
use crate::store::{Direction, Error};

/// An entry, and how long the prefix of its range is.
pub(super) struct Entry {
    pub(super) key: IVec,
    pub(super) value: IVec,
    pub(super) prefix: usize,
}

/// What of each range is wanted, given by what stands behind its prefix.
#[derive(Clone, Default)]
pub(super) struct Part {
    /// From here on; `None`: from the beginning.
    pub(super) first: Option<Bound<Vec<u8>>>,
    /// Up to here; `None`: to the end.
    pub(super) last: Option<Bound<Vec<u8>>>,
}

/// The entries of all ranges, the first in the order first.
pub(super) struct Merged {
    ranges: Vec<Range>,
    direction: Direction,
    /// The next entry of each range that has one.
    next: BinaryHeap<Next>,
}

struct Range {
    prefix: usize,
    entries: sled::Iter,
}

struct Next {
    entry: Entry,
    range: usize,
    direction: Direction,
}

impl Merged {
    /// The entries that begin with one of the prefixes, of each the part that is
    /// wanted.
    pub(super) fn of(
        db: &Db,
        prefixes: &[Vec<u8>],
        part: &Part,
        direction: Direction,
    ) -> Result<Self, Error> {
        let ranges = prefixes.iter().map(|prefix| {
            let below = |bound: &Bound<Vec<u8>>| {
                bound.as_ref().map(|rest| [prefix.as_slice(), rest.as_slice()].concat())
            };
            let first = part.first.as_ref().map_or_else(|| Bound::Included(prefix.clone()), below);
            let behind = || Bound::Excluded(keys::behind(prefix));
            let last = part.last.as_ref().map_or_else(behind, below);
            Range { prefix: prefix.len(), entries: db.range((first, last)) }
        });
        let mut merged = Self { ranges: ranges.collect(), direction, next: BinaryHeap::new() };
        for range in 0..merged.ranges.len() {
            merged.advance(range)?;
        }
        Ok(merged)
    }

    /// The next entry; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, Error> {
        let Some(Next { entry, range, .. }) = self.next.pop() else { return Ok(None) };
        self.advance(range)?;
        Ok(Some(entry))
    }

    fn advance(&mut self, at: usize) -> Result<(), Error> {
        let direction = self.direction;
        let Some(range) = self.ranges.get_mut(at) else { return Ok(()) };
        let entry = match direction {
            Direction::Along => range.entries.next(),
            Direction::Against => range.entries.next_back(),
        };
        if let Some(entry) = entry {
            let (key, value) = entry.map_err(error::read)?;
            let entry = Entry { key, value, prefix: range.prefix };
            self.next.push(Next { entry, range: at, direction });
        }
        Ok(())
    }
}

impl Entry {
    /// What stands behind the prefix.
    pub(super) fn rest(&self) -> &[u8] {
        self.key.get(self.prefix..).unwrap_or_default()
    }
}

impl Ord for Next {
    /// The heap gives the greatest first: that is the first in the order.
    fn cmp(&self, other: &Self) -> Ordering {
        let along = other.entry.rest().cmp(self.entry.rest()).then(other.range.cmp(&self.range));
        match self.direction {
            Direction::Along => along,
            Direction::Against => along.reverse(),
        }
    }
}

impl PartialOrd for Next {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Next {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Next {}
