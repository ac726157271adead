//! What the store, its readers and its committer share.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::RwLock;

use sled::Db;
use tokio::sync::watch;

use super::acknowledged::Acknowledged;
use super::error;
use super::{SledConfig, open};
use crate::domain::revision::Revision;
use crate::store::leases::Leases;
use crate::store::{Error, Floor, Head};

/// A way to the database.
enum Handle {
    Open(Db),
    /// It was let go of after a failed write, and did not open again so far.
    Lost,
    Closed,
}

/// An open database.
pub(super) struct Shared {
    db: RwLock<Handle>,
    /// The newest durable commit.
    pub(super) head: watch::Sender<Head>,
    /// What is read, and from where on the history is held.
    pub(super) leases: Leases,
    /// Whether commits are made; else why not.
    pub(super) ready: watch::Sender<Result<(), Error>>,
    /// The database's file, for syncing it.
    file: File,
    /// What was acknowledged, beside it.
    acknowledged: Acknowledged,
    /// What it was opened with.
    pub(super) config: SledConfig,
}

impl Shared {
    pub(super) fn new(
        db: Db,
        head: Head,
        floor: Floor,
        files: (File, Acknowledged),
        config: &SledConfig,
    ) -> Self {
        let (file, acknowledged) = files;
        Self {
            db: RwLock::new(Handle::Open(db)),
            head: watch::Sender::new(head),
            leases: Leases::new(floor),
            ready: watch::Sender::new(Ok(())),
            file,
            acknowledged,
            config: config.clone(),
        }
    }

    pub(super) fn head(&self) -> Head {
        *self.head.borrow()
    }

    /// Looks into the database, which stays open meanwhile.
    pub(super) fn read<T>(&self, look: impl FnOnce(&Db) -> Result<T, Error>) -> Result<T, Error> {
        let guard = self.db.read().map_err(|_| error::broken())?;
        match &*guard {
            Handle::Open(db) => guarded(|| look(db)),
            Handle::Lost => Err(self.unanswered()),
            Handle::Closed => Err(error::closed()),
        }
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

    /// Writes down that a revision is durable, before anybody is told.
    pub(super) fn acknowledge(&self, revision: Revision) -> Result<(), Error> {
        let failed = |error| Error::Unavailable(format!("writing what was acknowledged: {error}"));
        self.acknowledged.note(revision).map_err(failed)
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
    pub(super) fn reopen(&self) -> Result<(), Error> {
        let mut handle = self.db.write().map_err(|_| error::broken())?;
        if matches!(*handle, Handle::Open(_)) {
            *handle = Handle::Lost;
        }
        if matches!(*handle, Handle::Lost) {
            *handle = Handle::Open(open::again(&self.config, self.head())?);
        }
        Ok(())
    }

    /// Whether the database was let go of and did not open again so far.
    pub(super) fn is_lost(&self) -> bool {
        self.db.read().is_ok_and(|handle| matches!(*handle, Handle::Lost))
    }

    /// Says why no more commits are made; the first reason stays.
    fn stop(&self, why: Error) {
        self.ready.send_if_modified(|ready| {
            let first = matches!(ready, Ok(()) | Err(Error::Full(_)));
            if first {
                *ready = Err(why);
            }
            first
        });
    }

    /// Says whether the disk has room; a store that stopped stays so.
    pub(super) fn set_room(&self, room: Result<(), Error>) {
        self.ready.send_if_modified(|ready| {
            let stopped = ready.as_ref().is_err_and(|why| !matches!(why, Error::Full(_)));
            let news = !stopped && room.is_ok() != ready.is_ok();
            if news {
                *ready = room;
            }
            news
        });
    }

    /// Why a commit got no answer.
    pub(super) fn unanswered(&self) -> Error {
        self.ready.borrow().clone().err().unwrap_or_else(error::closed)
    }

    /// Lets go of the database, once nobody looks into it.
    pub(super) fn close(&self) -> Result<(), Error> {
        let mut handle = self.db.write().map_err(|_| error::broken())?;
        let failed = matches!(*self.ready.borrow(), Err(Error::Unavailable(_)));
        let before = std::mem::replace(&mut *handle, Handle::Closed);
        self.stop(error::closed());
        match before {
            Handle::Open(db) if !failed => {
                self.sync(&db)?;
                let failed = |error| Error::Unavailable(format!("syncing the data: {error}"));
                self.acknowledged.sync().map_err(failed)
            }
            Handle::Open(_) | Handle::Lost => Ok(()),
            Handle::Closed => Err(error::closed()),
        }
    }
}

/// Looks into the database, which may panic over damaged files.
pub(super) fn guarded<T>(look: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let nonsense = |_| {
        let what = "the database cannot make sense of its files: check them, and restore a backup";
        Err(Error::Corrupt(what.into()))
    };
    catch_unwind(AssertUnwindSafe(look)).unwrap_or_else(nonsense)
}
