//! Room on the disk: below a bound no commits are made, until there is room
//! again. A write that meets a full disk stops all writing until a fresh start, and
//! perhaps reading until there is room.

use std::path::Path;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::shared::Shared;
use crate::store::Error;

/// How often the room is looked at: what is written in between must fit into
/// what is kept free.
const EVERY: Duration = Duration::from_secs(1);
const MIB: u64 = 1 << 20;

/// Looks after the room for as long as it lives.
pub(super) struct SpaceWatch {
    /// The thread ends with it.
    _alive: mpsc::Sender<()>,
}

impl SpaceWatch {
    /// Looks at once, and then time and again on a thread of its own.
    pub(super) fn start(shared: &Arc<Shared>) -> Result<Self, Error> {
        look(shared);
        let (alive, ended) = mpsc::channel();
        let shared = Arc::downgrade(shared);
        std::thread::Builder::new()
            .name("store-space".into())
            .spawn(move || run(&shared, &ended))
            .map_err(|error| Error::Internal(format!("starting to watch the disk: {error}")))?;
        Ok(Self { _alive: alive })
    }
}

fn run(shared: &Weak<Shared>, ended: &mpsc::Receiver<()>) {
    while ended.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
        let Some(shared) = shared.upgrade() else { return };
        look(&shared);
    }
}

fn look(shared: &Shared) {
    if shared.is_lost() && shared.reopen().is_ok() {
        tracing::info!("reading goes on");
    }
    let config = &shared.config;
    match fs4::available_space(&config.path) {
        Ok(free) => shared.set_room(room(&config.path, free / MIB, config.min_free_mib)),
        Err(error) => tracing::warn!(%error, "cannot tell how much room the disk has"),
    }
}

/// Whether there is room to write; else what to do.
fn room(directory: &Path, free_mib: u64, min_free_mib: u64) -> Result<(), Error> {
    if free_mib >= min_free_mib {
        return Ok(());
    }
    Err(Error::Full(format!(
        "the disk of {} has {free_mib} MiB left, and writing needs {min_free_mib} (`min_free_mib`): \
         make room, and it goes on by itself",
        directory.display(),
    )))
}
