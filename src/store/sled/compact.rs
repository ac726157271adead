//! Writing the data anew: what is held, and nothing of the older pages that sled's
//! files still have.
//!
//! The new database is made inside the data directory, which may be a mount of its
//! own. It is whole once it has its last name; from then on whoever opens the
//! directory finishes the swap first. With the old database goes what was built from
//! it beside it: the new one says what that is. All the while the directory is locked.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

use sled::{Batch, Db};

use super::error;
use super::open::{LOCK_PAUSE, LOCK_TRIES, locked, open_known, settings, unusable};
use super::{SledConfig, SledStore, bytes_below};
use crate::store::Error;

/// A new database that is being written.
const PART: &str = "compacted.part";
/// A new database that is whole.
const WHOLE: &str = "compacted";
/// In a new database: the directories beside it that go with the old one, a line each.
const ALONG: &str = "along";
/// How many entries are written at a time.
const TOGETHER: usize = 500;

/// What a compaction did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compacted {
    /// The size of the data before, in bytes.
    pub before: u64,
    /// Its size after.
    pub after: u64,
}

impl SledStore {
    /// Writes the data of a directory that nobody has open anew, and drops what was
    /// built from it in these directories beside it.
    pub fn compact(config: &SledConfig, built: &[&str]) -> Result<Compacted, Error> {
        let directory = config.path.as_path();
        let failed = |error: io::Error| unusable(directory, &error);
        if !directory.join("db").exists() {
            let text = format!("{} holds no data of Dicta's", directory.display());
            return Err(Error::Incompatible(text));
        }
        let _lock = lock(directory)?;
        settle(directory)?;
        let before = bytes_below(directory).map_err(failed)?;
        let old = open_known(config)?;
        write_anew(&old, config)?;
        drop(old);
        say_what_goes_along(&directory.join(PART), built).map_err(failed)?;
        fs::rename(directory.join(PART), directory.join(WHOLE)).map_err(failed)?;
        sync(directory).map_err(failed)?;
        settle(directory)?;
        let after = bytes_below(directory).map_err(failed)?;
        Ok(Compacted { before, after })
    }
}

/// Keeps others from opening or compacting a directory until it is dropped. sled
/// locks its file only while that is open.
pub(super) fn lock(directory: &Path) -> Result<File, Error> {
    let file = File::open(directory).map_err(|error| unusable(directory, &error))?;
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(error)) => return Err(unusable(directory, &error)),
        }
    }
    Err(locked(directory))
}

/// Finishes the swap where a new database is whole, and clears away what is not.
pub(super) fn settle(directory: &Path) -> Result<(), Error> {
    let swap = || {
        let whole = directory.join(WHOLE);
        if whole.join("db").exists() {
            // Of the old database, and of no use to the new one.
            clear(directory, |name| name.starts_with("snap."))?;
            if directory.join("blobs").exists() {
                clear(&directory.join("blobs"), |_| true)?;
            }
            for built in fs::read_to_string(whole.join(ALONG)).unwrap_or_default().lines() {
                fs::remove_dir_all(directory.join(built)).or_else(absent)?;
            }
            fs::rename(whole.join("conf"), directory.join("conf")).or_else(absent)?;
            fs::rename(whole.join("db"), directory.join("db"))?;
            sync(directory)?;
        }
        for left in [whole, directory.join(PART)] {
            fs::remove_dir_all(left).or_else(absent)?;
        }
        Ok(())
    };
    swap().map_err(|error| unusable(directory, &error))
}

fn write_anew(old: &Db, config: &SledConfig) -> Result<(), Error> {
    let part = config.path.join(PART);
    let failed = |error: io::Error| unusable(&part, &error);
    let lowered = |error: sled::Error| error::lower(&error, "writing the data anew");
    fs::create_dir(&part).map_err(failed)?;
    let new = settings(&part, config.cache_mib).open().map_err(lowered)?;
    let (mut batch, mut count) = (Batch::default(), 0);
    for entry in old.iter() {
        let (key, value) = entry.map_err(error::read)?;
        batch.insert(key, value);
        count += 1;
        if count % TOGETHER == 0 {
            new.apply_batch(std::mem::take(&mut batch)).map_err(lowered)?;
        }
    }
    new.apply_batch(batch).map_err(lowered)?;
    new.flush().map_err(lowered)?;
    File::open(part.join("db")).and_then(|file| file.sync_all()).map_err(failed)?;
    File::open(part.join("conf")).and_then(|file| file.sync_all()).map_err(failed)?;
    sync(&part).map_err(failed)
}

/// Writes down what goes along, durably, before the new database counts as whole.
fn say_what_goes_along(part: &Path, built: &[&str]) -> io::Result<()> {
    let path = part.join(ALONG);
    fs::write(&path, built.join("\n"))?;
    File::open(path)?.sync_all()?;
    sync(part)
}

/// Removes the files of such names.
fn clear(directory: &Path, which: impl Fn(&str) -> bool) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if which(&entry.file_name().to_string_lossy()) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn sync(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

/// What is not there need not be moved or removed.
fn absent(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}
