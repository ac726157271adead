//! Which revisions are being read, and from which on they are held: what backends
//! share so that nothing is pruned under a reader.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Floor;
use crate::domain::revision::Revision;

/// The floor of a store, and the readers above it.
#[derive(Clone, Default)]
pub(super) struct Leases(Arc<Mutex<Held>>);

#[derive(Default)]
struct Held {
    floor: Floor,
    /// How many readers pin each revision.
    readers: BTreeMap<Revision, usize>,
}

/// Keeps what a revision shows from being pruned until it is dropped.
pub(super) struct Lease {
    leases: Leases,
    revision: Revision,
}

impl Leases {
    pub(super) fn new(floor: Floor) -> Self {
        Self(Arc::new(Mutex::new(Held { floor, readers: BTreeMap::new() })))
    }

    pub(super) fn floor(&self) -> Floor {
        self.held().floor
    }

    /// A lease of a revision; `None` where it lies under the floor.
    pub(super) fn take(&self, revision: Revision) -> Option<Lease> {
        let mut held = self.held();
        if revision < held.floor.revision {
            return None;
        }
        *held.readers.entry(revision).or_default() += 1;
        Some(Lease { leases: self.clone(), revision })
    }

    /// A lease of the floor itself, and where that is.
    pub(super) fn take_floor(&self) -> (Floor, Lease) {
        let mut held = self.held();
        let floor = held.floor;
        *held.readers.entry(floor.revision).or_default() += 1;
        (floor, Lease { leases: self.clone(), revision: floor.revision })
    }

    /// How far the floor may rise at most: to the oldest revision that is read.
    pub(super) fn ceiling(&self) -> Option<Revision> {
        self.held().readers.keys().next().copied()
    }

    /// Raises the floor, before anything under it is let go of. Not above a
    /// reader: then it stays, and `false` says so.
    pub(super) fn raise(&self, floor: Floor) -> bool {
        let mut held = self.held();
        let read_below = held.readers.keys().next().is_some_and(|oldest| *oldest < floor.revision);
        if read_below || floor.revision <= held.floor.revision {
            return false;
        }
        held.floor = floor;
        true
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        // Each change is whole once it is begun.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut held = self.leases.held();
        if let Some(count) = held.readers.get_mut(&self.revision) {
            *count -= 1;
            if *count == 0 {
                held.readers.remove(&self.revision);
            }
        }
    }
}
