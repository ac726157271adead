//! What the store, its readers and its committer share.

use std::fs::File;
use std::sync::RwLock;

use sled::Db;
use tokio::sync::watch;

use super::error;
use super::{SledConfig, open};
use crate::store::{Error, Head};

/// An open database.
pub(super) struct Shared {
    /// Gone once the store is closed.
    db: RwLock<Option<Db>>,
    /// The newest durable commit.
    pub(super) head: watch::Sender<Head>,
    /// Whether commits are made; else why not.
    pub(super) ready: watch::Sender<Result<(), Error>>,
    /// The database's file, for syncing it.
    file: File,
    /// What it was opened with.
    pub(super) config: SledConfig,
}

impl Shared {
    pub(super) fn new(db: Db, head: Head, file: File, config: &SledConfig) -> Self {
        Self {
            db: RwLock::new(Some(db)),
            head: watch::Sender::new(head),
            ready: watch::Sender::new(Ok(())),
            file,
            config: config.clone(),
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
        self.stop(Error::Unavailable(reason));
    }

    /// Opens the database afresh, for reading: after a failed write sled refuses
    /// every page that it would rewrite, to readers too. Nobody else may hold a
    /// handle.
    pub(super) fn reopen(&self) {
        let Ok(mut db) = self.db.write() else { return };
        if db.take().is_none() {
            return;
        }
        match open::again(&self.config, self.head()) {
            Ok(again) => *db = Some(again),
            Err(error) => tracing::error!(%error, "reads stop too"),
        }
    }

    /// Says why no more commits are made; the first reason stays.
    fn stop(&self, why: Error) {
        self.ready.send_if_modified(|ready| {
            let first = ready.is_ok();
            if first {
                *ready = Err(why);
            }
            first
        });
    }

    /// Why a commit got no answer.
    pub(super) fn unanswered(&self) -> Error {
        self.ready.borrow().clone().err().unwrap_or_else(error::closed)
    }

    /// Lets go of the database, once nobody looks into it.
    pub(super) fn close(&self) -> Result<(), Error> {
        let db = self.db.write().map_err(|_| error::broken())?.take();
        let db = db.ok_or_else(error::closed)?;
        let failed = self.ready.borrow().is_err();
        self.stop(error::closed());
        if failed { Ok(()) } else { self.sync(&db) }
    }
}
