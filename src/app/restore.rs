//! A data directory made of a backup file.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::violations;
use crate::clock::SystemClock;
use crate::kb::{
    self, ImportAck, ImportItem, KnowledgeBase, KnowledgeBaseConfig, RestoredRecord, Retention,
};
use crate::rpc::backup_file::{BackupError, BackupReader};
use crate::store::sled::{SledConfig, SledStore};
use crate::store::{Counts, Store};

/// Under which name records are stored.
const PRINCIPAL: &str = "dicta";
/// How many records wait to be stored.
const WAITING: usize = 64;
const CACHE_MIB: u64 = 64;

/// Why a backup is not restored. The data directory is left as it was.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The file is no whole backup.
    #[error("{} {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: BackupError,
    },
    /// The directory is in use, for data or for something else.
    #[error("{} is not empty: restore into a directory that does not exist yet", .0.display())]
    NotEmpty(PathBuf),
    /// The directory cannot be written.
    #[error("{}: {source}", .path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A record is refused.
    #[error("record {number} of the backup is refused: {source}{}", violations(.source))]
    Refused {
        /// Which one, from 1.
        number: i64,
        /// Why.
        source: kb::error::Error,
    },
    /// The new store failed.
    #[error("the restored data cannot be written: {0}")]
    Failed(#[from] kb::error::Error),
}

/// What was restored.
#[derive(Clone, Debug)]
pub struct Restored {
    /// Which revision the file holds.
    pub revision: i64,
    /// What the new store holds.
    pub counts: Counts,
}

/// Makes a data directory of a backup file. The file is read to its end before
/// anything is written; the data is put together beside the directory and takes
/// its name once it is whole and durable, so that an interrupted restore leaves
/// nothing that could be served. The store has a new id.
pub async fn restore(file: &Path, data_dir: &Path) -> Result<Restored, RestoreError> {
    let revision = verify(file)?;
    let unusable = |path: &Path, source| RestoreError::Directory { path: path.to_owned(), source };
    if !is_free(data_dir).map_err(|error| unusable(data_dir, error))? {
        return Err(RestoreError::NotEmpty(data_dir.to_owned()));
    }
    let partial = beside(data_dir);
    remove(&partial).map_err(|error| unusable(&partial, error))?;
    let filled = fill(file, &partial).await;
    let moved = filled.and_then(|counts| {
        settle(&partial, data_dir).map_err(|error| unusable(data_dir, error))?;
        Ok(Restored { revision, counts })
    });
    if moved.is_err() {
        // Best effort: the next restore removes it, too.
        let _ = remove(&partial);
    }
    moved
}

fn open(file: &Path) -> Result<BackupReader<BufReader<File>>, RestoreError> {
    let opened = File::open(file).map_err(BackupError::from);
    let opened = opened.and_then(|opened| BackupReader::new(BufReader::new(opened)));
    opened.map_err(|source| RestoreError::File { path: file.to_owned(), source })
}

/// Reads the whole file, of which every record can be stored; answers the revision
/// that it holds.
fn verify(file: &Path) -> Result<i64, RestoreError> {
    let mut reader = open(file)?;
    while next(&mut reader, file)?.is_some() {}
    Ok(reader.manifest().revision)
}

fn next(
    reader: &mut BackupReader<BufReader<File>>,
    file: &Path,
) -> Result<Option<RestoredRecord>, RestoreError> {
    reader.next_record().map_err(|source| RestoreError::File { path: file.to_owned(), source })
}

/// Stores the records of the file in a new directory; answers what is there.
async fn fill(file: &Path, directory: &Path) -> Result<Counts, RestoreError> {
    let config = SledConfig { path: directory.to_owned(), cache_mib: CACHE_MIB, min_free_mib: 0 };
    let store: Arc<dyn Store> = Arc::new(SledStore::open(config).map_err(kb::error::Error::from)?);
    let kb = KnowledgeBase::new(KnowledgeBaseConfig {
        store: Arc::clone(&store),
        clock: Arc::new(SystemClock),
        request_ttl: std::time::Duration::ZERO,
        retention: Retention { max_age: None, max_revisions: None },
        recent: Arc::default(),
        quotations: None,
    });
    let (items, incoming) = mpsc::channel(WAITING);
    let (acks, answers) = mpsc::channel(WAITING);
    let importing = async {
        let imported = kb.import_records(PRINCIPAL, incoming, acks).await;
        imported.map(drop).map_err(RestoreError::Failed)
    };
    tokio::try_join!(send(file, items), importing, check(answers))?;
    let counts = store.head().counts;
    store.close().await.map_err(kb::error::Error::from)?;
    Ok(counts)
}

async fn send(file: &Path, items: mpsc::Sender<ImportItem>) -> Result<(), RestoreError> {
    let mut reader = open(file)?;
    let mut sequence = 0;
    while let Some(record) = next(&mut reader, file)? {
        sequence += 1;
        if items.send(ImportItem { sequence, record: Ok(record) }).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// Ends at the first record that is refused.
async fn check(mut acks: mpsc::Receiver<Vec<ImportAck>>) -> Result<(), RestoreError> {
    while let Some(acks) = acks.recv().await {
        for ImportAck { sequence, result } in acks {
            result.map_err(|source| RestoreError::Refused { number: sequence, source })?;
        }
    }
    Ok(())
}

/// Whether a directory may be made there: there is none, or an empty one.
fn is_free(directory: &Path) -> io::Result<bool> {
    match fs::read_dir(directory) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// Where the data is put together: on the same disk, under another name.
fn beside(directory: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(directory.file_name().unwrap_or_default());
    name.push(".restoring");
    directory.with_file_name(name)
}

fn remove(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Gives what is whole its name, durably.
fn settle(partial: &Path, directory: &Path) -> io::Result<()> {
    // An empty directory in its place is replaced.
    fs::rename(partial, directory)?;
    match directory.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
