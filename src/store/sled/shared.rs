//! What the store, its readers and its committer share.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{OnceLock, RwLock};

use sled::Db;
use tokio::sync::watch;

use super::error;
use crate::store::leases::Leases;
use crate::store::{Error, Floor, Head};

/// An open database.
pub(super) struct Shared {
    /// Gone once the store is closed.
    db: RwLock<Option<Db>>,
    /// The newest durable commit.
    pub(super) head: watch::Sender<Head>,
    /// What is read, and from where on the history is held.
    pub(super) leases: Leases,
    /// Why no more commits are made.
    failure: OnceLock<Error>,
    /// The database's file, for syncing it.
    file: File,
    /// Its directory.
    pub(super) directory: PathBuf,
}

impl Shared {
    pub(super) fn new(db: Db, head: Head, floor: Floor, file: File, directory: PathBuf) -> Self {
        Self {
            db: RwLock::new(Some(db)),
            head: watch::Sender::new(head),
            leases: Leases::new(floor),
            failure: OnceLock::new(),
            file,
            directory,
        }
    }

    pub(super) fn head(&self) -> Head {
        *self.head.borrow()
    }

    /// Looks into the database, which stays open meanwhile.
    pub(super) fn read<T>(&self, look: impl FnOnce(&Db) -> Result<T, Error>) -> Result<T, Error> {
        let guard = self.db.read().map_err(|_| error::broken())?;
        guard.as_ref().ok_or_else(error::closed).and_then(look)
    }

    /// A handle of its own, for the committer.
    pub(super) fn handle(&self) -> Result<Db, Error> {
        self.read(|db| Ok(db.clone()))
    }

    /// Makes durable what was applied: sled's flush hands it to the operating
    /// system, which alone would lose it with the power.
    pub(super) fn sync(&self, db: &Db) -> Result<(), Error> {
        db.flush().map_err(|error| error::lower(&error, "writing the data"))?;
        self.file
            .sync_data()
            .map_err(|error| Error::Unavailable(format!("syncing the data: {error}")))
    }

    /// Stops taking commits for good: after a failed write nobody can tell what
    /// is on the disk, until the database is opened afresh.
    pub(super) fn fail(&self, error: &Error) {
        let reason = format!("writing stopped after a failure ({error}): start again");
        let _ = self.failure.set(Error::Unavailable(reason));
    }

    /// Why no commits are made, where none are.
    pub(super) fn ready(&self) -> Result<(), Error> {
        match self.failure.get() {
            Some(failure) => Err(failure.clone()),
            None => self.read(|_| Ok(())),
        }
    }

    /// Why a commit got no answer.
    pub(super) fn unanswered(&self) -> Error {
        self.failure.get().cloned().unwrap_or_else(error::closed)
    }

    /// Lets go of the database, once nobody looks into it.
    pub(super) fn close(&self) -> Result<(), Error> {
        let db = self.db.write().map_err(|_| error::broken())?.take();
        let db = db.ok_or_else(error::closed)?;
        if self.failure.get().is_some() {
            return Ok(());
        }
        self.sync(&db)
    }
}
