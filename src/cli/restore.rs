//! `dicta restore`.

use std::path::PathBuf;

use clap::Args;
use indicatif::HumanCount;

use super::failure::Failure;
use crate::app;

/// Makes a data directory of a backup. All of the file is checked before anything
/// is written, and a restore that is interrupted leaves nothing that could be
/// served. The store has a new id: tokens of the one before do not hold.
#[derive(Debug, Args)]
pub(super) struct Restore {
    /// The backup.
    file: PathBuf,
    /// The data directory to make; it may exist if it is empty.
    #[arg(long, value_name = "DIR")]
    data_dir: PathBuf,
}

impl Restore {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let restored = app::restore(&self.file, &self.data_dir).await;
        let restored = restored.map_err(|error| Failure::Error(error.to_string()))?;
        let (counts, revision) = (restored.counts, restored.revision);
        anstream::println!(
            "{} articles, {} statements, {} entities of revision {revision} in {}",
            HumanCount(counts.articles),
            HumanCount(counts.statements),
            HumanCount(counts.entities),
            self.data_dir.display()
        );
        Ok(())
    }
}
