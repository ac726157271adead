//! The table on disk, by way of fjall: a log-structured tree, since nearly all that
//! is written goes to keys spread over the whole table.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fjall::config::PartitioningPolicy;
use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode, Readable as _};

use super::keys;
use super::table::{Entry, Shown, Snapshot, Table, TableError, Write};

/// The most memory for writes that are not on disk yet.
const WRITE_BUFFER_BYTES: u64 = 16 << 20;
/// Where the entries are: this, and the number of the build.
const KEYSPACE: &str = "quotations-";

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
    shown: Build,
    /// What is built beside it.
    anew: Option<Build>,
}

/// One build of all there is.
#[derive(Clone)]
struct Build {
    number: u64,
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

    /// Opens what lies in a directory that nothing follows, as it is: nothing is made,
    /// emptied or removed. `None` where nothing was built whole.
    pub fn at_rest(config: &DiskConfig) -> Result<Option<Self>, TableError> {
        if !config.path.exists() {
            return Ok(None);
        }
        match catch_unwind(AssertUnwindSafe(|| open_whole(config))) {
            Ok(Ok(None)) => Ok(None),
            Ok(Ok(Some((database, shown)))) => {
                let open = Open { database, shown, anew: None };
                Ok(Some(Self { open: Mutex::new(Some(open)) }))
            }
            Ok(Err(error)) => Err(failed(&error)),
            Err(_) => Err(TableError::Failed("the engine cannot make sense of it".into())),
        }
    }

    fn sides(&self) -> MutexGuard<'_, Option<Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn opened(&self) -> Result<Open, TableError> {
        self.sides().clone().ok_or_else(closed)
    }

    fn state_of(&self, build: fn(&Open) -> &Build) -> Result<DiskSnapshot, TableError> {
        let open = self.opened()?;
        let state = open.database.snapshot();
        Ok(DiskSnapshot { state, entries: build(&open).entries.clone() })
    }
}

impl Open {
    fn written(&self) -> &Build {
        self.anew.as_ref().unwrap_or(&self.shown)
    }
}

fn closed() -> TableError {
    TableError::Failed("the table is closed".into())
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

/// Opens the newest build that is whole, and removes the others.
fn open(config: &DiskConfig) -> fjall::Result<Open> {
    let (database, builds) = open_builds(config)?;
    let shown = newest_whole(&builds)?;
    let next = builds.last().map_or(1, |build| build.number + 1);
    let shown = shown.map_or_else(|| build(&database, next), Ok)?;
    for other in builds.into_iter().filter(|build| build.number != shown.number) {
        database.delete_keyspace(other.entries)?;
    }
    Ok(Open { database, shown, anew: None })
}

/// Opens the newest build that is whole, where there is one.
fn open_whole(config: &DiskConfig) -> fjall::Result<Option<(Database, Build)>> {
    let (database, builds) = open_builds(config)?;
    Ok(newest_whole(&builds)?.map(|shown| (database, shown)))
}

/// Opens the database with its builds, the oldest first.
fn open_builds(config: &DiskConfig) -> fjall::Result<(Database, Vec<Build>)> {
    let database = Database::builder(&config.path)
        .cache_size(config.cache_mib.max(1) << 20)
        .worker_threads(1)
        .open()?;
    let names = database.list_keyspace_names();
    let number = |name: &str| name.strip_prefix(KEYSPACE)?.parse::<u64>().ok();
    let mut numbers: Vec<u64> = names.iter().filter_map(|name| number(name)).collect();
    numbers.sort_unstable();
    let builds = numbers.into_iter().map(|number| build(&database, number));
    let builds = builds.collect::<fjall::Result<_>>()?;
    Ok((database, builds))
}

fn newest_whole(builds: &[Build]) -> fjall::Result<Option<Build>> {
    for build in builds.iter().rev() {
        // It is written last of all.
        if build.entries.contains_key(keys::META)? {
            return Ok(Some(build.clone()));
        }
    }
    Ok(None)
}

fn build(database: &Database, number: u64) -> fjall::Result<Build> {
    // In parts, filters and indexes stay in a small cache; whole, each look-up of a
    // key that is new would read megabytes.
    let options = || {
        KeyspaceCreateOptions::default()
            .max_memtable_size(WRITE_BUFFER_BYTES)
            .filter_block_partitioning_policy(PartitioningPolicy::all(true))
            .index_block_partitioning_policy(PartitioningPolicy::all(true))
    };
    let entries = database.keyspace(&format!("{KEYSPACE}{number}"), options)?;
    Ok(Build { number, entries })
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
        entries(self.state.range(&self.entries, from..end).take(limit))
    }
}

impl Shown for DiskSnapshot {
    fn range_back(&self, from: &[u8], end: &[u8], limit: usize) -> Result<Vec<Entry>, TableError> {
        if from >= end {
            return Ok(Vec::new());
        }
        entries(self.state.range(&self.entries, from..end).rev().take(limit))
    }
}

fn entries(found: impl Iterator<Item = fjall::Guard>) -> Result<Vec<Entry>, TableError> {
    let read = found.map(|entry| entry.into_inner());
    read.map(|entry| entry.map(|(key, value)| (key.to_vec(), value.to_vec())))
        .collect::<Result<_, _>>()
        .map_err(|error| failed(&error))
}

impl Table for DiskTable {
    fn snapshot(&self) -> Result<Box<dyn Shown>, TableError> {
        Ok(Box::new(self.state_of(|open| &open.shown)?))
    }

    fn written(&self) -> Result<Box<dyn Snapshot>, TableError> {
        Ok(Box::new(self.state_of(Open::written)?))
    }

    fn write(&self, writes: Vec<Write>) -> Result<(), TableError> {
        let open = self.opened()?;
        let entries = &open.written().entries;
        let mut batch = open.database.batch();
        for (key, value) in writes {
            match value {
                Some(value) => batch.insert(entries, key, value),
                None => batch.remove(entries, key),
            }
        }
        // Not synced: a crash leaves an older state, which is caught up from the log.
        batch.commit().map_err(|error| failed(&error))
    }

    fn begin_anew(&self) -> Result<(), TableError> {
        self.give_up()?;
        let mut sides = self.sides();
        let open = sides.as_mut().ok_or_else(closed)?;
        let number = open.shown.number + 1;
        open.anew = Some(build(&open.database, number).map_err(|error| failed(&error))?);
        Ok(())
    }

    fn show(&self) -> Result<(), TableError> {
        let mut sides = self.sides();
        let open = sides.as_mut().ok_or_else(closed)?;
        let Some(anew) = open.anew.take() else { return Ok(()) };
        let before = std::mem::replace(&mut open.shown, anew);
        // Before the one goes the other is on the disk.
        let kept = open.database.persist(PersistMode::SyncAll);
        kept.and_then(|()| open.database.delete_keyspace(before.entries))
            .map_err(|error| failed(&error))
    }

    fn give_up(&self) -> Result<(), TableError> {
        let mut sides = self.sides();
        let open = sides.as_mut().ok_or_else(closed)?;
        let Some(anew) = open.anew.take() else { return Ok(()) };
        open.database.delete_keyspace(anew.entries).map_err(|error| failed(&error))
    }

    fn close(&self) -> Result<(), TableError> {
        let open = self.sides().take();
        let Some(Open { database, .. }) = open else { return Ok(()) };
        database.persist(PersistMode::SyncAll).map_err(|error| failed(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(table: &DiskTable) -> usize {
        table.snapshot().unwrap().range(b"a", b"z", 9).unwrap().len()
    }

    #[test]
    fn what_was_written_is_there_after_reopening() {
        let home = tempfile::tempdir().unwrap();
        let config = DiskConfig { path: home.path().join("quotations"), cache_mib: 1 };
        let table = DiskTable::open(&config).unwrap();
        let entry = |key: &str| (key.as_bytes().to_vec(), Some(b"value".to_vec()));
        let whole = (keys::META.to_vec(), Some(Vec::new()));
        table.write(vec![entry("a"), entry("b"), entry("c"), whole]).unwrap();
        let before = table.snapshot().unwrap();
        table.write(vec![(b"b".to_vec(), None)]).unwrap();
        assert_eq!(before.prefix(b"b", 9).unwrap().len(), 1);
        drop(before);
        table.close().unwrap();
        assert!(table.snapshot().is_err());
        drop(table);
        // With what says that it is whole.
        assert_eq!(count(&DiskTable::open(&config).unwrap()), 3);
    }

    #[test]
    fn what_is_built_anew_is_shown_once_it_is_whole() {
        let home = tempfile::tempdir().unwrap();
        let config = DiskConfig { path: home.path().join("quotations"), cache_mib: 1 };
        let entry = |key: &[u8]| (key.to_vec(), Some(b"value".to_vec()));
        let table = DiskTable::open(&config).unwrap();
        table.write(vec![entry(b"a"), entry(b"b"), entry(keys::META)]).unwrap();
        table.close().unwrap();
        drop(table);
        for end in [DiskTable::give_up, DiskTable::close] {
            let table = DiskTable::open(&config).unwrap();
            table.begin_anew().unwrap();
            table.write(vec![entry(b"c")]).unwrap();
            assert_eq!(count(&table), 3);
            end(&table).unwrap();
        }
        let table = DiskTable::open(&config).unwrap();
        assert_eq!(count(&table), 3);
        table.begin_anew().unwrap();
        table.write(vec![entry(b"c"), entry(keys::META)]).unwrap();
        table.show().unwrap();
        assert_eq!(count(&table), 2);
        table.close().unwrap();
        drop(table);
        assert_eq!(count(&DiskTable::open(&config).unwrap()), 2);
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
