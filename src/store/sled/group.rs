//! The writes of commits that are made durable together, over the tree.

use std::collections::BTreeMap;
use std::ops::Bound;

use sled::{Batch, Db, IVec};

use super::error;
use super::keys::{self, Place};
use super::record::log::Value as _;
use super::record::version::Version;
use super::source::{Entry, Source};
use crate::store::{Error, Head};

/// Commits that wait for one write. Later ones see what earlier ones wrote.
pub(super) struct Group<'a> {
    db: &'a Db,
    /// What the group puts, and what it removes.
    writes: BTreeMap<IVec, Option<IVec>>,
    /// What stood in `writes` before the commit that is being made.
    undo: Vec<(IVec, Option<Option<IVec>>)>,
    /// As it will be once the group is durable.
    pub(super) head: Head,
    /// As it is while the group is not.
    durable: Head,
}

impl<'a> Group<'a> {
    pub(super) fn new(db: &'a Db, head: Head) -> Self {
        Self { db, writes: BTreeMap::new(), undo: Vec::new(), head, durable: head }
    }

    /// How many entries it writes.
    pub(super) fn len(&self) -> usize {
        self.writes.len()
    }

    pub(super) fn put(&mut self, key: &[u8], value: impl Into<IVec>) {
        self.write(key, Some(value.into()));
    }

    pub(super) fn remove(&mut self, key: &[u8]) {
        self.write(key, None);
    }

    fn write(&mut self, key: &[u8], value: Option<IVec>) {
        let key = IVec::from(key);
        let before = self.writes.insert(key.clone(), value);
        self.undo.push((key, before));
    }

    /// Keeps what was written since the last `keep`.
    pub(super) fn keep(&mut self) {
        self.undo.clear();
    }

    /// Takes back what was written since the last `keep`.
    pub(super) fn take_back(&mut self) {
        while let Some((key, before)) = self.undo.pop() {
            match before {
                Some(before) => self.writes.insert(key, before),
                None => self.writes.remove(&key),
            };
        }
    }

    /// The newest version at a place, with its key. Where the commits of this
    /// group made the place, the tree is not asked.
    pub(super) fn newest(&self, place: &Place) -> Result<Option<(IVec, Version)>, Error> {
        let (low, high) = (place.as_bytes(), place.end());
        let made_here = place.iid().is_some_and(|iid| iid.revision() > self.durable.revision);
        let found = match self.first_own(low, &high) {
            Some(entry) => Some(entry),
            None if made_here => None,
            None => self.db.first(low, &high)?,
        };
        found
            .map(|(key, value)| {
                let version = Version::open(self, &key, &value)?;
                Ok((key, version))
            })
            .transpose()
    }

    /// The first entry of the tree from `low` on and before `high`.
    pub(super) fn first_stored(&self, low: &[u8], high: &[u8]) -> Result<Option<Entry>, Error> {
        self.db.first(low, high)
    }

    /// The first entry that the group puts from `low` on and before `high`.
    fn first_own(&self, low: &[u8], high: &[u8]) -> Option<Entry> {
        let bounds = (Bound::Included(low), Bound::Excluded(high));
        let mut own = self.writes.range::<[u8], _>(bounds);
        own.find_map(|(key, value)| Some((key.clone(), value.clone()?)))
    }

    /// The newest index entry at a place, by its key without the revision: the
    /// only one of the place that can hold.
    pub(super) fn newest_index_key(&self, head_and_place: &[u8]) -> Result<Option<IVec>, Error> {
        let high = keys::behind(head_and_place);
        let bounds = (Bound::Included(head_and_place), Bound::Excluded(high.as_slice()));
        if let Some((key, _)) = self.writes.range::<[u8], _>(bounds).next_back() {
            return Ok(Some(key.clone()));
        }
        let found = self.db.range::<&[u8], _>(bounds).next_back();
        Ok(found.transpose().map_err(error::read)?.map(|(key, _)| key))
    }

    /// The index entries below a prefix that hold now, as long as `take` wants
    /// more.
    pub(super) fn each_open(
        &self,
        prefix: &[u8],
        mut take: impl FnMut(&[u8]) -> Result<bool, Error>,
    ) -> Result<(), Error> {
        let high = keys::behind(prefix);
        let bounds = (Bound::Included(prefix), Bound::Excluded(high.as_slice()));
        for (key, value) in self.writes.range::<[u8], _>(bounds) {
            if value.as_ref().is_some_and(|value| value.is_empty()) && !take(key)? {
                return Ok(());
            }
        }
        for entry in self.db.range::<&[u8], _>(bounds) {
            let (key, value) = entry.map_err(error::read)?;
            let holds = value.is_empty() && !self.writes.contains_key(&key);
            if holds && !take(&key)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The keys below a prefix, in no order.
    pub(super) fn keys_below(&self, prefix: &[u8]) -> Result<Vec<IVec>, Error> {
        let high = keys::behind(prefix);
        let bounds = (Bound::Included(prefix), Bound::Excluded(high.as_slice()));
        let own = self.writes.range::<[u8], _>(bounds);
        let mut found: Vec<IVec> =
            own.filter(|(_, value)| value.is_some()).map(|(key, _)| key.clone()).collect();
        for key in self.db.range::<&[u8], _>(bounds).keys() {
            let key = key.map_err(error::read)?;
            if !self.writes.contains_key(&key) {
                found.push(key);
            }
        }
        Ok(found)
    }

    /// Whether a key below a prefix is one of those looked for.
    pub(super) fn any_key(
        &self,
        prefix: &[u8],
        looked_for: impl Fn(&[u8]) -> bool,
    ) -> Result<bool, Error> {
        let high = keys::behind(prefix);
        let bounds = (Bound::Included(prefix), Bound::Excluded(high.as_slice()));
        if self.writes.range::<[u8], _>(bounds).any(|(key, _)| looked_for(key)) {
            return Ok(true);
        }
        for key in self.db.range::<&[u8], _>(bounds).keys() {
            if looked_for(&key.map_err(error::read)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The group as one write, the counts with it.
    pub(super) fn into_batch(mut self) -> (Batch, Head) {
        let counts = self.head.counts;
        counts.seal(keys::COUNTS, |key, value| self.put(key, value));
        let mut batch = Batch::default();
        for (key, value) in self.writes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        (batch, self.head)
    }
}

impl Source for Group<'_> {
    fn get(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        match self.writes.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.db.get(key),
        }
    }

    fn first(&self, low: &[u8], high: &[u8]) -> Result<Option<Entry>, Error> {
        let stored = self.db.first(low, high)?;
        Ok(match (self.first_own(low, high), stored) {
            (Some(own), Some(stored)) if stored.0 < own.0 => Some(stored),
            (Some(own), _) => Some(own),
            (None, stored) => stored,
        })
    }
}
