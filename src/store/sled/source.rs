//! Where values are read from: the tree, or the tree under a group's own writes.

use std::ops::Bound;

use sled::IVec;

use super::error;
use crate::store::Error;

/// An entry: its key and its value.
pub(super) type Entry = (IVec, IVec);

/// Something that entries are read from.
pub(super) trait Source {
    /// The value under a key.
    fn get(&self, key: &[u8]) -> Result<Option<IVec>, Error>;

    /// The first entry from `low` on and before `high`.
    fn first(&self, low: &[u8], high: &[u8]) -> Result<Option<Entry>, Error>;
}

impl Source for sled::Db {
    fn get(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        sled::Tree::get(self, key).map_err(error::read)
    }

    fn first(&self, low: &[u8], high: &[u8]) -> Result<Option<Entry>, Error> {
        let bounds = (Bound::Included(low), Bound::Excluded(high));
        self.range::<&[u8], _>(bounds).next().transpose().map_err(error::read)
    }
}
