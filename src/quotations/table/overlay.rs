//! Writes that are not in their table yet, over what is.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Entry, Snapshot, Table, TableError, Write};

/// A table with writes of its own on top. Readers of the table see none of them
/// until they are flushed, all at once.
pub(in crate::quotations) struct Overlay {
    table: Arc<dyn Table>,
    below: Box<dyn Snapshot>,
    writes: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
}

impl Overlay {
    pub(in crate::quotations) fn new(table: Arc<dyn Table>) -> Result<Self, TableError> {
        let below = table.written()?;
        Ok(Self { table, below, writes: BTreeMap::new() })
    }

    pub(in crate::quotations) fn put(&mut self, key: Vec<u8>, value: Vec<u8>) {
        self.writes.insert(key, Some(value));
    }

    pub(in crate::quotations) fn remove(&mut self, key: Vec<u8>) {
        self.writes.insert(key, None);
    }

    /// How many writes wait.
    pub(in crate::quotations) fn waiting(&self) -> usize {
        self.writes.len()
    }

    /// Hands all writes to the table.
    pub(in crate::quotations) fn flush(&mut self) -> Result<(), TableError> {
        let writes: Vec<Write> = std::mem::take(&mut self.writes).into_iter().collect();
        self.table.write(writes)?;
        self.below = self.table.written()?;
        Ok(())
    }

    /// Shows readers what was flushed.
    pub(in crate::quotations) fn show(&mut self) -> Result<(), TableError> {
        self.table.show()
    }

    /// Drops the writes that wait, and a table that was begun and not shown.
    pub(in crate::quotations) fn forget(&mut self) -> Result<(), TableError> {
        self.writes.clear();
        self.table.give_up()?;
        self.below = self.table.written()?;
        Ok(())
    }

    /// Begins an empty table.
    pub(in crate::quotations) fn begin_anew(&mut self) -> Result<(), TableError> {
        self.writes.clear();
        self.table.begin_anew()?;
        self.below = self.table.written()?;
        Ok(())
    }
}

impl Snapshot for Overlay {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, TableError> {
        match self.writes.get(key) {
            Some(value) => Ok(value.clone()),
            None => self.below.get(key),
        }
    }

    fn range(&self, from: &[u8], end: &[u8], limit: usize) -> Result<Vec<Entry>, TableError> {
        if from >= end {
            return Ok(Vec::new());
        }
        let above = || self.writes.range(from.to_vec()..end.to_vec());
        let removed = above().filter(|(_, value)| value.is_none()).count();
        let below = self.below.range(from, end, limit.saturating_add(removed))?;
        let mut merged: BTreeMap<Vec<u8>, Vec<u8>> = below.into_iter().collect();
        for (key, value) in above() {
            match value {
                Some(value) => drop(merged.insert(key.clone(), value.clone())),
                None => drop(merged.remove(key)),
            }
        }
        Ok(merged.into_iter().take(limit).collect())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::MemoryTable;
    use super::*;

    proptest! {
        #[test]
        fn writes_on_top_read_as_if_they_were_in_the_table(
            below in prop::collection::vec((0_u8..20, any::<u8>()), 0..20),
            above in prop::collection::vec((0_u8..20, any::<Option<u8>>()), 0..20),
            from in 0_u8..20, end in 0_u8..20, limit in 0_usize..20,
        ) {
            let table = Arc::new(MemoryTable::default());
            table.write(below.into_iter().map(|(key, value)| (vec![key], Some(vec![value]))).collect()).unwrap();
            let mut overlay = Overlay::new(table).unwrap();
            for (key, value) in above {
                match value {
                    Some(value) => overlay.put(vec![key], vec![value]),
                    None => overlay.remove(vec![key]),
                }
            }
            let before = overlay.range(&[from], &[end], limit).unwrap();
            let one = overlay.get(&[from]).unwrap();
            overlay.flush().unwrap();
            prop_assert_eq!(before, overlay.range(&[from], &[end], limit).unwrap());
            prop_assert_eq!(one, overlay.get(&[from]).unwrap());
        }
    }
}
