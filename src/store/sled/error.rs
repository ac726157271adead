//! From sled's failures to the store's, in words that say what to do.

use crate::store::Error;

/// What a failure of sled means to whoever asked; `doing` says what was tried.
pub(super) fn lower(error: &sled::Error, doing: &str) -> Error {
    match error {
        sled::Error::Corruption { .. } => Error::Corrupt(format!(
            "{doing}: the database reports a bad checksum; restore a backup into a new directory"
        )),
        sled::Error::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => {
            Error::Full(format!("{doing}: the disk is full; make room and start again"))
        }
        sled::Error::Io(error) => Error::Unavailable(format!("{doing}: {error}")),
        other => Error::Internal(format!("{doing}: {other}")),
    }
}

/// A failed read of the database.
pub(super) fn read(error: sled::Error) -> Error {
    lower(&error, "reading the database")
}

/// What a closed store answers.
pub(super) fn closed() -> Error {
    Error::Unavailable("the store is closed".into())
}

/// What a store whose locks a panic has broken answers.
pub(super) fn broken() -> Error {
    Error::Unavailable("the store stopped after a fault of its own: start it again".into())
}
