//! A data directory made of a backup file.

use std::fs::{self, File};
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::mpsc;

use super::violations;
use crate::clock::SystemClock;
use crate::kb::{
    self, EraseRecord, ImportAck, ImportItem, Imported, KnowledgeBase, KnowledgeBaseConfig,
    Retention,
};
use crate::rpc::backup_file::{BackupError, BackupReader};
use crate::store::sled::{SledConfig, SledStore};
use crate::store::{Counts, Store};

/// Under which name records are stored.
pub const PRINCIPAL: &str = "dicta";
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
    /// How many records were left out, since they were erased later.
    pub left_out: u64,
}

/// Makes a data directory of a backup file. The file is read to its end before
/// anything is written; the data is put together beside the directory and takes
/// its name once it is whole and durable, so that an interrupted restore leaves
/// nothing that could be served. The store has a new id. What was erased, as the file
/// or the caller knows, is never written, and its name stays unused.
pub async fn restore(
    file: &Path,
    data_dir: &Path,
    mut erasures: Vec<EraseRecord>,
) -> Result<Restored, RestoreError> {
    let revision = verify(file, &mut erasures)?;
    let unusable = |path: &Path, source| RestoreError::Directory { path: path.to_owned(), source };
    if !is_free(data_dir).map_err(|error| unusable(data_dir, error))? {
        return Err(RestoreError::NotEmpty(data_dir.to_owned()));
    }
    let partial = beside(data_dir);
    remove(&partial).map_err(|error| unusable(&partial, error))?;
    let filled = fill(file, erasures, &partial).await;
    let moved = filled.and_then(|(counts, left_out)| {
        settle(&partial, data_dir).map_err(|error| unusable(data_dir, error))?;
        Ok(Restored { revision, counts, left_out })
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
/// that it holds, and adds what was erased.
fn verify(file: &Path, erasures: &mut Vec<EraseRecord>) -> Result<i64, RestoreError> {
    let mut reader = open(file)?;
    while let Some(imported) = next(&mut reader, file)? {
        if let Imported::Erasure(erasure) = imported {
            erasures.push(erasure);
        }
    }
    Ok(reader.manifest().revision)
}

fn next(
    reader: &mut BackupReader<BufReader<File>>,
    file: &Path,
) -> Result<Option<Imported>, RestoreError> {
    reader
        .next_record(PRINCIPAL)
        .map_err(|source| RestoreError::File { path: file.to_owned(), source })
}

/// Stores the records of the file in a new directory, behind the erasures; answers
/// what is there, and how much was left out.
async fn fill(
    file: &Path,
    erasures: Vec<EraseRecord>,
    directory: &Path,
) -> Result<(Counts, u64), RestoreError> {
    let config = SledConfig { path: directory.to_owned(), cache_mib: CACHE_MIB, min_free_mib: 0 };
    let store: Arc<dyn Store> = Arc::new(SledStore::open(config).map_err(kb::error::Error::from)?);
    let kb = KnowledgeBase::new(KnowledgeBaseConfig {
        store: Arc::clone(&store),
        clock: Arc::new(SystemClock),
        request_ttl: std::time::Duration::ZERO,
        retention: Retention { max_age: None, max_revisions: None },
        recent: Arc::default(),
        search: None,
        quotations: None,
    });
    let (items, incoming) = mpsc::channel(WAITING);
    let (acks, answers) = mpsc::channel(WAITING);
    let importing = async {
        let imported = kb.import_records(PRINCIPAL, incoming, acks).await;
        imported.map(drop).map_err(RestoreError::Failed)
    };
    let first = i64::try_from(erasures.len()).unwrap_or(i64::MAX);
    let (_, _, left_out) =
        tokio::try_join!(send(file, erasures, items), importing, check(answers, first))?;
    let counts = store.head().counts;
    store.close().await.map_err(kb::error::Error::from)?;
    Ok((counts, left_out))
}

/// Sends the erasures, then what the file holds.
async fn send(
    file: &Path,
    erasures: Vec<EraseRecord>,
    items: mpsc::Sender<ImportItem>,
) -> Result<(), RestoreError> {
    let mut reader = open(file)?;
    let mut erasures = erasures.into_iter();
    for sequence in 1.. {
        let imported = match erasures.next() {
            Some(erasure) => Some(Imported::Erasure(erasure)),
            None => next(&mut reader, file)?,
        };
        let Some(imported) = imported else { break };
        if items.send(ImportItem { sequence, brought: Ok(imported) }).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// Ends at the first record that is refused for another reason than that it was
/// erased; else counts those. So many items come before the first record.
async fn check(mut acks: mpsc::Receiver<Vec<ImportAck>>, first: i64) -> Result<u64, RestoreError> {
    let mut left_out = 0;
    while let Some(acks) = acks.recv().await {
        for ImportAck { sequence, result } in acks {
            match result {
                Ok(_) => {}
                Err(kb::error::Error::Erased { .. }) => left_out += 1,
                Err(source) => {
                    return Err(RestoreError::Refused { number: sequence - first, source });
                }
            }
        }
    }
    Ok(left_out)
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
