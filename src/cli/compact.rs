//! `dicta compact`.

use std::path::PathBuf;

use clap::Args;
use indicatif::HumanBytes;

use super::failure::Failure;
use crate::app;

/// Writes the data of a stopped server anew, which gives back what the disk still
/// holds of records that were changed, let go of or erased. Needs free room for a
/// second copy meanwhile; one that is interrupted loses nothing.
#[derive(Debug, Args)]
pub(super) struct Compact {
    /// The data directory.
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
}

impl Compact {
    pub(super) fn run(self) -> Result<(), Failure> {
        let compacted = app::compact(&self.data_dir);
        let compacted = compacted.map_err(|error| Failure::Error(error.to_string()))?;
        let (before, after) = (HumanBytes(compacted.before), HumanBytes(compacted.after));
        anstream::println!("{}: {before} before, {after} now", self.data_dir.display());
        Ok(())
    }
}
