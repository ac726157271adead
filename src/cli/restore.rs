//! `dicta restore`.

use std::path::PathBuf;

use clap::Args;
use indicatif::HumanCount;

use super::erase::listed;
use super::failure::Failure;
use crate::app::{self, violations};
use crate::rpc::from_pb;

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
    /// Leave out what was erased since the backup was taken: JSON lines as of `dicta
    /// export --kind erasures`, plain or gzip; other lines are passed over.
    #[arg(long, value_name = "FILE")]
    erasures: Option<PathBuf>,
}

impl Restore {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut erasures = Vec::new();
        if let Some(list) = &self.erasures {
            for (line, erasure) in listed(list).await? {
                let erasure = from_pb::erasure(erasure, app::RESTORER).map_err(|error| {
                    let (list, why) = (list.display(), violations(&error));
                    Failure::Error(format!("{list} line {line}: {error}{why}"))
                })?;
                erasures.push(erasure);
            }
        }
        let restored = app::restore(&self.file, &self.data_dir, erasures).await;
        let restored = restored.map_err(|error| Failure::Error(error.to_string()))?;
        let (counts, revision) = (restored.counts, restored.revision);
        anstream::println!(
            "{} articles, {} statements, {} entities of revision {revision} in {}",
            HumanCount(counts.articles),
            HumanCount(counts.statements),
            HumanCount(counts.entities),
            self.data_dir.display()
        );
        if restored.left_out > 0 {
            anstream::println!("left out, since erased: {}", HumanCount(restored.left_out));
        }
        Ok(())
    }
}
