//! Opening a data directory, and saying what is wrong with one that can't be.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;

use sled::Db;
use uuid::Uuid;

use super::SledConfig;
use super::acknowledged::{self, Acknowledged};
use super::compact;
use super::error;
use super::keys;
use super::record::envelope;
use super::record::log::Value as _;
use super::shared::Shared;
use super::source::Source as _;
use crate::store::{Change, Counts, Error, Floor, Head, Identity};

/// How often sled's own thread writes out and reclaims space.
const FLUSH_EVERY_MS: u64 = 500;
/// How much of the file is reclaimed at a time; a database keeps what it was made
/// with. Of 80,000 statements loaded and rewritten twice, segments of 4 MiB left
/// 221, 289 and 341 MB on disk, sled's own 512 KiB 276, 384 and 474, at no cost in
/// time or memory.
const SEGMENT_BYTES: usize = 4 << 20;
/// What an empty database's file takes at most. A larger one that holds nothing
/// was not empty before.
const EMPTY_FILE_BYTES: u64 = 4 * SEGMENT_BYTES as u64;
/// How often, and how far apart, a locked database is tried again.
pub(super) const LOCK_TRIES: u32 = 20;
pub(super) const LOCK_PAUSE: Duration = Duration::from_millis(25);
/// What may lie in a directory that is to become a data directory.
const OWN_FILES: [&str; 8] =
    ["db", "conf", "blobs", "lost+found", "quotations", "search", MARKER, acknowledged::FILE];
/// A file beside the database that says that a store was made here: a database
/// that lost its contents must not pass for a new one.
const MARKER: &str = "dicta";
const MARKER_TEXT: &[u8] = b"This directory holds a Dicta store.\n";

/// Opens a data directory, and makes it one where it is empty.
pub(super) fn open(config: &SledConfig) -> Result<(Shared, Identity), Error> {
    let directory = config.path.as_path();
    make(directory)?;
    let _lock = compact::lock(directory)?;
    compact::settle(directory)?;
    let bytes_before = fs::metadata(directory.join("db")).map_or(0, |metadata| metadata.len());
    let db = open_db(&settings(directory, config.cache_mib))?;
    let file = File::open(directory.join("db")).map_err(|error| unusable(directory, &error))?;
    let (identity, head) = match read_format(&db)? {
        Some(FORMAT) => (read_identity(&db)?, read_head(&db)?),
        Some(other) => return Err(envelope::other_format(other, FORMAT)),
        None if !db.is_empty() => return Err(foreign(directory)),
        None if bytes_before > EMPTY_FILE_BYTES || directory.join(MARKER).exists() => {
            return Err(damaged(directory, "it reads empty"));
        }
        None => (write_identity(&db)?, Head::default()),
    };
    let floor = read_floor(&db)?;
    let acknowledged = Acknowledged::open(directory, identity.store_id);
    let acknowledged = acknowledged.map_err(|error| unusable(directory, &error))?;
    let known = acknowledged.read().map_err(|error| unusable(directory, &error))?;
    if let Some(known) = known.filter(|known| *known > head.revision) {
        let newest = head.revision;
        return Err(damaged(
            directory,
            &format!("it ends at revision {newest}, and {known} was acknowledged"),
        ));
    }
    let shared = Shared::new(db, head, floor, (file, acknowledged), config);
    shared.read(|db| shared.sync(db))?;
    shared.acknowledge(head.revision)?;
    // After the identity is durable: a crash between the two leaves a store that
    // is marked at its next opening.
    mark(directory)?;
    sync_directory(directory)?;
    Ok((shared, identity))
}

/// Opens a database of this format that is there, to go through all of it.
pub(super) fn open_known(config: &SledConfig) -> Result<Db, Error> {
    let db = open_db(&settings(&config.path, config.cache_mib))?;
    match read_format(&db)? {
        Some(FORMAT) => Ok(db),
        Some(other) => Err(envelope::other_format(other, FORMAT)),
        None => Err(damaged(&config.path, "it reads empty")),
    }
}

/// Opens a database again for reading alone, after it was let go of: all that
/// was published up to `head` must be there.
pub(super) fn again(config: &SledConfig, head: Head) -> Result<Db, Error> {
    let directory = config.path.as_path();
    // No thread that writes on its own.
    let db = open_db(&settings(directory, config.cache_mib).flush_every_ms(None))?;
    if read_head(&db)?.revision < head.revision {
        return Err(damaged(directory, "commits are missing"));
    }
    Ok(db)
}

const FORMAT: u32 = keys::LAYOUT_VERSION;

/// Makes the directory; refuses one that holds something else.
fn make(directory: &Path) -> Result<(), Error> {
    fs::create_dir_all(directory).map_err(|error| unusable(directory, &error))?;
    let entries = fs::read_dir(directory).map_err(|error| unusable(directory, &error))?;
    let mut strange = false;
    for entry in entries {
        let name = entry.map_err(|error| unusable(directory, &error))?.file_name();
        let name = name.to_string_lossy();
        if name == "db" {
            return Ok(());
        }
        strange |= !OWN_FILES.contains(&name.as_ref()) && !name.starts_with("snap.");
    }
    if strange { Err(foreign(directory)) } else { Ok(()) }
}

/// How the database is made and opened.
pub(super) fn settings(directory: &Path, cache_mib: u64) -> sled::Config {
    sled::Config::new()
        .path(directory)
        .cache_capacity(cache_mib.max(1) << 20)
        .segment_size(SEGMENT_BYTES)
        .flush_every_ms(Some(FLUSH_EVERY_MS))
}

/// Opens the database, once whoever closes it has let go: sled's own threads
/// hold the file a little longer than its handle.
fn open_db(config: &sled::Config) -> Result<Db, Error> {
    let directory = config.path.as_path();
    let mut tries = LOCK_TRIES;
    loop {
        match try_open(config, directory) {
            Err(Failure::Locked) if tries > 0 => std::thread::sleep(LOCK_PAUSE),
            Err(Failure::Locked) => return Err(locked(directory)),
            Err(Failure::Other(error)) => return Err(error),
            Ok(db) => return Ok(db),
        }
        tries -= 1;
    }
}

/// Why the database did not open.
enum Failure {
    Locked,
    Other(Error),
}

/// Tries once. sled can panic on damaged files.
fn try_open(config: &sled::Config, directory: &Path) -> Result<Db, Failure> {
    let error = match catch_unwind(AssertUnwindSafe(|| config.open())) {
        Ok(Ok(db)) => return Ok(db),
        Ok(Err(sled::Error::Io(error))) if error.to_string().contains("acquire lock") => {
            return Err(Failure::Locked);
        }
        Ok(Err(sled::Error::Io(error))) => unusable(directory, &error),
        Ok(Err(sled::Error::Unsupported(what))) => Error::Incompatible(format!(
            "the data directory {} was made by another version of the database: {what}",
            directory.display()
        )),
        Ok(Err(error)) => damaged(directory, &error.to_string()),
        Err(_) => damaged(directory, "the database cannot make sense of it"),
    };
    Err(Failure::Other(error))
}

fn read_format(db: &Db) -> Result<Option<u32>, Error> {
    let format = db.get(keys::FORMAT)?;
    format
        .map(|bytes| bytes.as_ref().try_into().map(u32::from_be_bytes))
        .transpose()
        .map_err(|_| Error::Corrupt("the version of the format is cut short".into()))
}

fn read_identity(db: &Db) -> Result<Identity, Error> {
    let value = db.get(keys::IDENTITY)?;
    let value = value.ok_or_else(|| Error::Corrupt("the store's identity is missing".into()))?;
    Identity::open(db, keys::IDENTITY, &value)
}

/// The newest commit, which is whole, as every one is.
fn read_head(db: &Db) -> Result<Head, Error> {
    let newest = db.scan_prefix([keys::CHANGE]).next_back().transpose().map_err(error::read)?;
    let Some((key, value)) = newest else { return Ok(Head::default()) };
    let change = Change::open(db, &key, &value)?;
    let counts = db.get(keys::COUNTS)?;
    let counts = counts.ok_or_else(|| Error::Corrupt("the counts are missing".into()))?;
    Ok(Head {
        revision: change.revision,
        time: Some(change.time),
        counts: Counts::open(db, keys::COUNTS, &counts)?,
    })
}

fn read_floor(db: &Db) -> Result<Floor, Error> {
    let floor = db.get(keys::FLOOR)?;
    floor.map_or(Ok(Floor::default()), |value| Floor::open(db, keys::FLOOR, &value))
}

fn write_identity(db: &Db) -> Result<Identity, Error> {
    let identity =
        Identity { store_id: Uuid::new_v4(), format_version: FORMAT, token_key: random_key() };
    let mut batch = sled::Batch::default();
    batch.insert(keys::FORMAT, &FORMAT.to_be_bytes());
    identity.seal(keys::IDENTITY, |key, value| batch.insert(key, value));
    db.apply_batch(batch).map_err(|error| error::lower(&error, "writing the store's identity"))?;
    Ok(identity)
}

/// A key that nobody can guess: each random UUID brings 122 bits.
fn random_key() -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    for _ in 0..4 {
        hasher.update(Uuid::new_v4().as_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// Marks the directory as a store's.
fn mark(directory: &Path) -> Result<(), Error> {
    let write = || {
        let mut file = File::create(directory.join(MARKER))?;
        file.write_all(MARKER_TEXT)?;
        file.sync_all()
    };
    if directory.join(MARKER).exists() {
        return Ok(());
    }
    write().map_err(|error| unusable(directory, &error))
}

/// Makes durable that the files exist at all.
fn sync_directory(directory: &Path) -> Result<(), Error> {
    let sync = |path: &Path| File::open(path).and_then(|opened| opened.sync_all());
    sync(directory).map_err(|error| unusable(directory, &error))?;
    if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        // The parent may be one that this user may not open.
        let _ = sync(parent);
    }
    Ok(())
}

pub(super) fn unusable(directory: &Path, error: &io::Error) -> Error {
    let path = directory.display();
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            Error::Unavailable(format!(
                "the data directory {path} cannot be written ({error}): make it writable for this \
                 user, or choose another"
            ))
        }
        io::ErrorKind::StorageFull => {
            Error::Full(format!("the disk of the data directory {path} is full: make room"))
        }
        _ => Error::Unavailable(format!(
            "the data directory {path} cannot be used ({error}): put it right, or choose another"
        )),
    }
}

pub(super) fn locked(directory: &Path) -> Error {
    Error::Unavailable(format!(
        "the data directory {} is in use: stop the dicta that uses it, or choose another directory",
        directory.display()
    ))
}

fn foreign(directory: &Path) -> Error {
    Error::Incompatible(format!(
        "{} holds something else than Dicta's data: choose an empty directory or one of Dicta's",
        directory.display()
    ))
}

fn damaged(directory: &Path, what: &str) -> Error {
    Error::Corrupt(format!(
        "the data directory {} cannot be opened ({what}): put it aside and restore a backup",
        directory.display()
    ))
}
