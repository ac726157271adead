//! A table in memory, for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use super::{Entry, Shown, Snapshot, Table, TableError, Write};

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// A table in memory.
#[derive(Default)]
pub struct MemoryTable(RwLock<Sides>);

#[derive(Default)]
struct Sides {
    shown: Arc<Map>,
    /// What is built beside it.
    anew: Option<Arc<Map>>,
}

impl MemoryTable {
    fn sides(&self) -> RwLockWriteGuard<'_, Sides> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Snapshot for Arc<Map> {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, TableError> {
        Ok(Map::get(self, key).cloned())
    }

    fn range(&self, from: &[u8], end: &[u8], limit: usize) -> Result<Vec<Entry>, TableError> {
        if from >= end {
            return Ok(Vec::new());
        }
        let entries = Map::range(self, from.to_vec()..end.to_vec()).take(limit);
        Ok(entries.map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}

impl Shown for Arc<Map> {
    fn range_back(&self, from: &[u8], end: &[u8], limit: usize) -> Result<Vec<Entry>, TableError> {
        if from >= end {
            return Ok(Vec::new());
        }
        let entries = Map::range(self, from.to_vec()..end.to_vec()).rev().take(limit);
        Ok(entries.map(|(key, value)| (key.clone(), value.clone())).collect())
    }
}

impl Table for MemoryTable {
    fn snapshot(&self) -> Result<Box<dyn Shown>, TableError> {
        Ok(Box::new(Arc::clone(&self.sides().shown)))
    }

    fn written(&self) -> Result<Box<dyn Snapshot>, TableError> {
        let sides = self.sides();
        Ok(Box::new(Arc::clone(sides.anew.as_ref().unwrap_or(&sides.shown))))
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), TableError> {
        let mut sides = self.sides();
        let Sides { shown, anew } = &mut *sides;
        let map = Arc::make_mut(anew.as_mut().unwrap_or(shown));
        for (key, value) in writes {
            match value {
                Some(value) => drop(map.insert(key, value)),
                None => drop(map.remove(&key)),
            }
        }
        Ok(())
    }

    fn begin_anew(&self) -> Result<(), TableError> {
        self.sides().anew = Some(Arc::default());
        Ok(())
    }

    fn show(&self) -> Result<(), TableError> {
        let mut sides = self.sides();
        if let Some(anew) = sides.anew.take() {
            sides.shown = anew;
        }
        Ok(())
    }

    fn give_up(&self) -> Result<(), TableError> {
        self.sides().anew = None;
        Ok(())
    }

    fn close(&self) -> Result<(), TableError> {
        Ok(())
    }
}
