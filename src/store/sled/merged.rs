//! The entries of several key ranges, in one order: that of what stands behind
//! each range's prefix.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Bound;

use sled::{Db, IVec};

use super::{error, keys};
use crate::store::Error;

/// An entry, and how long the prefix of its range is.
pub(super) struct Entry {
    pub(super) key: IVec,
    pub(super) value: IVec,
    pub(super) prefix: usize,
}

/// The entries of all ranges, the first in the order first.
pub(super) struct Merged {
    ranges: Vec<Range>,
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
}

impl Merged {
    /// The entries that begin with one of the prefixes; given what stands behind the
    /// prefix of the last one gone by, those after it.
    pub(super) fn after(db: &Db, prefixes: &[Vec<u8>], rest: Option<&[u8]>) -> Result<Self, Error> {
        let ranges = prefixes.iter().map(|prefix| {
            let start = match rest {
                Some(rest) => Bound::Excluded([prefix, rest].concat()),
                None => Bound::Included(prefix.clone()),
            };
            let entries = db.range((start, Bound::Excluded(keys::behind(prefix))));
            Range { prefix: prefix.len(), entries }
        });
        let mut merged = Self { ranges: ranges.collect(), next: BinaryHeap::new() };
        for range in 0..merged.ranges.len() {
            merged.advance(range)?;
        }
        Ok(merged)
    }

    /// The next entry; none at the end.
    pub(super) fn next(&mut self) -> Result<Option<Entry>, Error> {
        let Some(Next { entry, range }) = self.next.pop() else { return Ok(None) };
        self.advance(range)?;
        Ok(Some(entry))
    }

    fn advance(&mut self, at: usize) -> Result<(), Error> {
        let Some(range) = self.ranges.get_mut(at) else { return Ok(()) };
        if let Some(entry) = range.entries.next() {
            let (key, value) = entry.map_err(error::read)?;
            let entry = Entry { key, value, prefix: range.prefix };
            self.next.push(Next { entry, range: at });
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
        other.entry.rest().cmp(self.entry.rest()).then(other.range.cmp(&self.range))
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
