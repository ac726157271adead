//! CreateBackup: an export as the bytes of a backup file.

use tokio::sync::watch;
use tonic::Status;

use super::backup_file::{BackupWriter, FORMAT_VERSION};
use super::streaming::Answers;
use super::{pb, status, to_pb};
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::kb::error::Error;
use crate::kb::{ExportRecords, Exporter, KnowledgeBase};
use crate::store;

/// The bytes of the file that a message is filled up to.
const MESSAGE_BYTES: usize = 256 << 10;

/// A backup to serve.
pub(super) struct Backup {
    exporter: Exporter,
    manifest: pb::BackupManifest,
    /// Becomes true when the server stops.
    stopping: watch::Receiver<bool>,
}

impl Backup {
    /// Pins the newest revision.
    pub(super) async fn begin(
        kb: &KnowledgeBase,
        history: bool,
        stopping: watch::Receiver<bool>,
    ) -> Result<Self, Error> {
        let everything = ExportRecords { history, ..ExportRecords::everything() };
        let exporter = kb.export(&everything).await?;
        let manifest = pb::BackupManifest {
            format_version: FORMAT_VERSION,
            server_version: env!("CARGO_PKG_VERSION").to_owned(),
            store_id: kb.store().identity().store_id.to_string(),
            revision: to_pb::revision(exporter.revision()),
            revision_time: time_of(kb, exporter.revision()).await?.map(to_pb::timestamp),
            history,
        };
        Ok(Self { exporter, manifest, stopping })
    }

    /// Sends the file, as fast as it is taken.
    pub(super) async fn serve(
        mut self,
        answers: Answers<pb::CreateBackupResponse>,
    ) -> Result<(), Status> {
        let (history, revision) = (self.manifest.history, self.manifest.revision);
        let mut file = BackupWriter::new(self.manifest).map_err(failed)?;
        while let Some(item) = self.exporter.next().await.map_err(status::of_read)? {
            file.record(to_pb::exported(item, history)).map_err(failed)?;
            if file.ready() < MESSAGE_BYTES {
                continue;
            }
            if *self.stopping.borrow() {
                return Err(status::of_read(Error::Stopping));
            }
            let (data, records) = (file.take(), file.records());
            let message = pb::CreateBackupResponse { data, revision, records };
            if answers.send(Ok(message)).await.is_err() {
                return Ok(());
            }
        }
        let records = file.records();
        let data = file.finish().map_err(failed)?;
        // A client that is gone needs no end.
        let _ = answers.send(Ok(pb::CreateBackupResponse { data, revision, records })).await;
        Ok(())
    }
}

/// When a revision was committed; none for the one before all commits.
async fn time_of(kb: &KnowledgeBase, revision: Revision) -> Result<Option<Timestamp>, Error> {
    let before = Revision(revision.0.saturating_sub(1));
    let change = kb.store().changes(before, 1).await?.into_iter().next();
    Ok(change.filter(|change| change.revision == revision).map(|change| change.time))
}

/// Packing into memory does not fail for a reason that a caller could mend.
fn failed(error: std::io::Error) -> Status {
    status::of_read(store::Error::Internal(format!("packing a backup: {error}")).into())
}
