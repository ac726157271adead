//! `dicta backup`.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use indicatif::HumanCount;

use super::client::Connection;
use super::export::progress_bar;
use super::failure::Failure;
use super::whole_file::Place;
use crate::rpc::pb;
use crate::rpc::pb::admin_service_client::AdminServiceClient;

/// Writes a backup of a server that runs, as it stands at one revision. Only a
/// whole backup gets its name.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// Where to write.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Take each record in all of its states. Records that are deleted are left
    /// out.
    #[arg(long)]
    history: bool,
    #[command(flatten)]
    connection: Connection,
}

impl Backup {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut client = AdminServiceClient::new(self.connection.connect().await?);
        let request = pb::CreateBackupRequest { history: self.history };
        let mut parts = client.create_backup(request).await?.into_inner();
        let (place, mut file) = Place::create(&self.to)?;
        let bar = progress_bar();
        let mut last = pb::CreateBackupResponse::default();
        while let Some(part) = parts.message().await? {
            file.write_all(&part.data)?;
            bar.set_position(part.records.unsigned_abs());
            last = pb::CreateBackupResponse { data: Vec::new(), ..part };
        }
        bar.finish_and_clear();
        let bytes = file.metadata()?.len();
        place.settle(&file)?;
        let records = HumanCount(last.records.unsigned_abs());
        let bytes = HumanCount(bytes);
        let (revision, path) = (last.revision, self.to.display());
        anstream::println!("{records} records at revision {revision} in {path}, {bytes} bytes");
        Ok(())
    }
}
