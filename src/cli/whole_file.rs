//! A file that has its name only once it is whole.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::failure::Failure;

/// Where a file is written, and what it will be called.
pub(super) struct Place {
    partial: PathBuf,
    whole: PathBuf,
}

impl Place {
    /// Begins a file that is to have this name.
    pub(super) fn create(whole: &Path) -> Result<(Self, File), Failure> {
        let mut partial = whole.as_os_str().to_owned();
        partial.push(".part");
        let place = Self { partial: partial.into(), whole: whole.to_owned() };
        let named = |error| Failure::Error(format!("{}: {error}", place.partial.display()));
        let file = File::create(&place.partial).map_err(named)?;
        Ok((place, file))
    }

    /// Gives the file its name, once it is durable.
    pub(super) fn settle(self, file: &File) -> io::Result<()> {
        file.sync_all()?;
        std::fs::rename(self.partial, self.whole)
    }
}
