//! A table in memory, for tests.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::{Entry, Snapshot, Table, TableError, Write};

type Map = BTreeMap<Vec<u8>, Vec<u8>>;

/// A table in memory.
#[derive(Default)]
pub struct MemoryTable(RwLock<Arc<Map>>);

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

impl Table for MemoryTable {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, TableError> {
        Ok(Box::new(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))))
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), TableError> {
        let mut map = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let map = Arc::make_mut(&mut map);
        for (key, value) in writes {
            match value {
                Some(value) => drop(map.insert(key, value)),
                None => drop(map.remove(&key)),
            }
        }
        Ok(())
    }

    fn clear(&self) -> Result<(), TableError> {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
        Ok(())
    }

    fn close(&self) -> Result<(), TableError> {
        Ok(())
    }
}
