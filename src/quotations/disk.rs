//! The table on disk, by way of fjall: a log-structured tree, since nearly all that
//! is written goes to keys spread over the whole table.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode, Readable as _};

use super::table::{Entry, Snapshot, Table, TableError, Write};

/// The most memory for writes that are not on disk yet.
const WRITE_BUFFER_BYTES: u64 = 16 << 20;
/// Where the entries are.
const KEYSPACE: &str = "quotations";

/// What a table on disk is told at its opening.
#[derive(Clone, Debug)]
pub struct DiskConfig {
    /// A directory of its own; it is made where there is none.
    pub path: PathBuf,
    /// How much of the table is kept in memory, in MiB.
    pub cache_mib: u64,
}

/// A table in a directory.
pub struct DiskTable {
    open: Mutex<Option<Open>>,
}

#[derive(Clone)]
struct Open {
    database: Database,
    entries: Keyspace,
}

impl DiskTable {
    /// Opens the directory. One that cannot be made sense of is emptied: what it
    /// held is built again.
    pub fn open(config: &DiskConfig) -> Result<Self, TableError> {
        let open = match try_open(config) {
            Ok(open) => open,
            Err(Failure::Locked) => {
                let path = config.path.display();
                return Err(TableError::Failed(format!("{path} is in use by another process")));
            }
            Err(Failure::Damaged(error)) => {
                tracing::warn!(error, path = %config.path.display(), "quotations are built anew");
                empty(&config.path)?;
                open(config).map_err(|error| failed(&error))?
            }
        };
        Ok(Self { open: Mutex::new(Some(open)) })
    }

    fn opened(&self) -> Result<Open, TableError> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.clone().ok_or_else(|| TableError::Failed("the table is closed".into()))
    }
}

/// Opens it, or says why not; the engine may panic over damaged files.
fn try_open(config: &DiskConfig) -> Result<Open, Failure> {
    match catch_unwind(AssertUnwindSafe(|| open(config))) {
        Ok(Ok(open)) => Ok(open),
        Ok(Err(fjall::Error::Locked)) => Err(Failure::Locked),
        Ok(Err(error)) => Err(Failure::Damaged(error.to_string())),
        Err(_) => Err(Failure::Damaged("the engine panicked".into())),
    }
}

/// Why a directory does not open.
enum Failure {
    Locked,
    Damaged(String),
}

fn open(config: &DiskConfig) -> fjall::Result<Open> {
    let database = Database::builder(&config.path)
        .cache_size(config.cache_mib.max(1) << 20)
        .worker_threads(1)
        .open()?;
    let options = || KeyspaceCreateOptions::default().max_memtable_size(WRITE_BUFFER_BYTES);
    let entries = database.keyspace(KEYSPACE, options)?;
    Ok(Open { database, entries })
}

fn empty(path: &Path) -> Result<(), TableError> {
    std::fs::remove_dir_all(path).map_err(|error| {
        TableError::Failed(format!("{} cannot be emptied: {error}", path.display()))
    })
}

fn failed(error: &fjall::Error) -> TableError {
    TableError::Failed(error.to_string())
}

struct DiskSnapshot {
    state: fjall::Snapshot,
    entries: Keyspace,
}

impl Snapshot for DiskSnapshot {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, TableError> {
        let value = self.state.get(&self.entries, key).map_err(|error| failed(&error))?;
        Ok(value.map(|value| value.to_vec()))
    }

    fn range(&self, from: &[u8], end: &[u8], limit: usize) -> Result<Vec<Entry>, TableError> {
        if from >= end {
            return Ok(Vec::new());
        }
        let entries = self.state.range(&self.entries, from..end).take(limit);
        let read = entries.map(|entry| entry.into_inner());
        read.map(|entry| entry.map(|(key, value)| (key.to_vec(), value.to_vec())))
            .collect::<Result<_, _>>()
            .map_err(|error| failed(&error))
    }
}

impl Table for DiskTable {
    fn snapshot(&self) -> Result<Box<dyn Snapshot>, TableError> {
        let Open { database, entries } = self.opened()?;
        Ok(Box::new(DiskSnapshot { state: database.snapshot(), entries }))
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), TableError> {
        let Open { database, entries } = self.opened()?;
        let mut batch = database.batch();
        for (key, value) in writes {
            match value {
                Some(value) => batch.insert(&entries, key, value),
                None => batch.remove(&entries, key),
            }
        }
        // Not synced: a crash leaves an older state, which is caught up from the log.
        batch.commit().map_err(|error| failed(&error))
    }

    fn clear(&self) -> Result<(), TableError> {
        let Open { entries, .. } = self.opened()?;
        entries.clear().map_err(|error| failed(&error))
    }

    fn close(&self) -> Result<(), TableError> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Open { database, .. }) = open else { return Ok(()) };
        database.persist(PersistMode::SyncAll).map_err(|error| failed(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_there_after_reopening() {
        let home = tempfile::tempdir().unwrap();
        let config = DiskConfig { path: home.path().join("quotations"), cache_mib: 1 };
        let table = DiskTable::open(&config).unwrap();
        let entry = |key: &str| (key.as_bytes().to_vec(), Some(b"value".to_vec()));
        table.write(vec![entry("a"), entry("b"), entry("c")]).unwrap();
        let before = table.snapshot().unwrap();
        table.write(vec![(b"b".to_vec(), None)]).unwrap();
        assert_eq!(before.prefix(b"b", 9).unwrap().len(), 1);
        drop(before);
        table.close().unwrap();
        assert!(table.snapshot().is_err());
        drop(table);
        let table = DiskTable::open(&config).unwrap();
        let keys =
            |table: &DiskTable| table.snapshot().unwrap().range(b"a", b"z", 9).unwrap().len();
        assert_eq!(keys(&table), 2);
        table.clear().unwrap();
        assert_eq!(keys(&table), 0);
    }

    /// Over such a byte the engine panics where it is built for tests.
    #[test]
    fn a_flipped_byte_in_the_journal_is_begun_anew() {
        let home = tempfile::tempdir().unwrap();
        let config = DiskConfig { path: home.path().join("quotations"), cache_mib: 1 };
        let key = b"a key that can be found";
        let table = DiskTable::open(&config).unwrap();
        table.write(vec![(key.to_vec(), Some(b"value".to_vec()))]).unwrap();
        table.close().unwrap();
        drop(table);
        let journal = config.path.join("0.jnl");
        let mut bytes = std::fs::read(&journal).unwrap();
        let at = bytes.windows(key.len()).position(|it| it == key).unwrap();
        // The length of the value stands before its length on disk and the key.
        bytes[at - 8] ^= 1;
        std::fs::write(&journal, bytes).unwrap();
        let table = DiskTable::open(&config).unwrap();
        assert!(table.snapshot().unwrap().range(b"a", b"b", 9).unwrap().is_empty());
        table.write(vec![(key.to_vec(), Some(b"value".to_vec()))]).unwrap();
    }

    #[test]
    fn a_directory_that_makes_no_sense_is_begun_anew() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("quotations");
        std::fs::create_dir(&path).unwrap();
        std::fs::write(path.join("version"), b"nonsense").unwrap();
        let table = DiskTable::open(&DiskConfig { path, cache_mib: 1 }).unwrap();
        assert!(table.snapshot().unwrap().range(b"a", b"z", 9).unwrap().is_empty());
    }
}
