//! Letting go of history under a floor, a step at a time. Each commit has written
//! down what it left behind, so that nothing has to be searched for.

use sled::{Batch, Db, IVec};

use super::error;
use super::keys;
use super::record::envelope;
use super::record::log::Value as _;
use super::record::pruning::LeftBehind;
use super::shared::Shared;
use super::source::Source as _;
use crate::domain::revision::Revision;
use crate::store::{Change, Error, Floor};

/// What one step lets go of, and the floor that it comes to.
pub(super) struct Step {
    floor: Floor,
    keys: Vec<Vec<u8>>,
}

impl Step {
    /// Gathers the commits after the floor, up to a revision or until `budget`
    /// entries can go; `None` where there are none.
    pub(super) fn gather(
        db: &Db,
        floor: Floor,
        up_to: Revision,
        budget: usize,
    ) -> Result<Option<Self>, Error> {
        if up_to <= floor.revision {
            return Ok(None);
        }
        let mut keys = Vec::new();
        let mut last: Option<(IVec, IVec)> = None;
        let range = keys::change(floor.revision)..=keys::change(up_to);
        for entry in db.range(range) {
            let (key, value) = entry.map_err(error::read)?;
            let revision = keys::last_revision(&key).unwrap_or_default();
            if revision > floor.revision {
                left_behind(db, revision, &mut keys)?;
            }
            // The floor's own commit stays: it tells the time of the floor.
            if let Some((key, value)) = last.replace((key, value)) {
                push(&mut keys, &key, &value);
            }
            if revision > floor.revision && keys.len() >= budget {
                break;
            }
        }
        let Some((key, value)) = last else { return Ok(None) };
        let Change { revision, time, .. } = Change::open(db, &key, &value)?;
        let floor = (revision > floor.revision).then_some(Floor { revision, time: Some(time) });
        Ok(floor.map(|floor| Self { floor, keys }))
    }

    /// Carries the step out, the floor in one write with the deletions; not where
    /// a reader has come to need what would go.
    pub(super) fn carry_out(self, shared: &Shared, db: &Db) -> Result<(), Error> {
        if !shared.leases.raise(self.floor) {
            return Ok(());
        }
        let mut batch = Batch::default();
        for key in self.keys {
            batch.remove(key);
        }
        self.floor.seal(keys::FLOOR, |key, value| batch.insert(key, value));
        // Not synced: what a crash brings back is pruned again.
        db.apply_batch(batch).map_err(|error| error::lower(&error, "pruning the history"))
    }
}

/// Adds what a commit left behind, and the note of it.
fn left_behind(db: &Db, revision: Revision, keys: &mut Vec<Vec<u8>>) -> Result<(), Error> {
    let note = keys::left_behind(revision);
    let Some(value) = db.get(&note)? else { return Ok(()) };
    for key in LeftBehind::open(db, &note, &value)?.0 {
        let Some(value) = db.get(&key)? else { continue };
        if keys::is_version(&key) {
            push(keys, &key, &value);
        } else if !keys::is_index(&key) || keys::end_of(&value).is_some_and(|end| end <= revision) {
            // An index entry may have come back within the commit that ended it.
            keys.push(key);
        }
    }
    push(keys, &note, &value);
    Ok(())
}

/// Adds a key, and those of the value's continuations.
fn push(keys: &mut Vec<Vec<u8>>, key: &[u8], value: &IVec) {
    keys.extend(envelope::continuation_keys(key, value));
    keys.push(key.to_vec());
}
