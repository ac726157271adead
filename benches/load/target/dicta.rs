//! Dicta: a server started here over a directory of its own, or one that runs.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use tempfile::TempDir;

use super::peer::{Peer, settings};
use super::process::{Process, disk_bytes};
use super::usage::Usage;
use crate::Failure;

/// A server.
#[derive(Debug)]
pub(crate) struct Server {
    /// Where it serves.
    pub(crate) address: String,
    /// Where started here.
    own: Option<(Process, Arc<TempDir>)>,
}

impl Server {
    /// Starts a server over an empty directory, unless the address of one is given.
    pub(crate) fn start(address: Option<&str>) -> Result<Self, Failure> {
        if let Some(address) = address {
            return Ok(Self { address: address.to_owned(), own: None });
        }
        Self::over(Arc::new(tempfile::tempdir()?))
    }

    /// Starts a server over a directory.
    pub(crate) fn over(directory: Arc<TempDir>) -> Result<Self, Failure> {
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--data-dir"]);
        let process = Process::start(command.arg(directory.path()))?;
        Ok(Self { address: process.address.clone(), own: Some((process, directory)) })
    }

    /// What it has used; none where it was not started here.
    pub(crate) fn usage(&self) -> Result<Option<Usage>, Failure> {
        self.own.as_ref().map(|(process, _)| process.usage()).transpose()
    }

    /// The id of its process; none where it was not started here.
    pub(crate) fn id(&self) -> Option<u32> {
        self.own.as_ref().map(|(process, _)| process.id())
    }

    /// Stops it where it was started here, and tells how much disk its data takes.
    pub(crate) fn stop(self) -> Result<Option<u64>, Failure> {
        let Some((process, directory)) = self.own else { return Ok(None) };
        process.stop()?;
        Ok(Some(disk_bytes(directory.path())?))
    }
}

/// Writes the data of a stopped server anew.
pub(crate) fn compact(directory: &Path) -> Result<(), Failure> {
    let output = program().args(["compact", "--data-dir"]).arg(directory).output()?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_dicta"))
}

/// Dicta as it is told beside its figures.
pub(crate) fn peer() -> Peer {
    Peer {
        name: "dicta".to_owned(),
        version: format!("dicta {}", env!("CARGO_PKG_VERSION")),
        durability: "synced to disk before it is acknowledged".to_owned(),
        settings: settings(&[("configuration", "defaults")]),
    }
}
