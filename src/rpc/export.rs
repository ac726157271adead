//! Export: records in messages of a bounded size, one message made at a time.

use prost::Message as _;
use tokio::sync::watch;
use tonic::Status;

use super::streaming::Answers;
use super::{pb, status, to_pb};
use crate::kb::Exporter;
use crate::kb::error::Error;

/// The bytes of records that a message is filled up to.
const MESSAGE_BYTES: usize = 1 << 20;

/// An export to serve.
pub(super) struct Export {
    pub(super) exporter: Exporter,
    /// Whether records say their revisions and etags.
    pub(super) history: bool,
    /// Becomes true when the server stops.
    pub(super) stopping: watch::Receiver<bool>,
}

impl Export {
    /// Sends all records, as fast as they are taken.
    pub(super) async fn serve(
        mut self,
        answers: Answers<pb::ExportResponse>,
    ) -> Result<(), Status> {
        let mut begun = None;
        let mut first = true;
        loop {
            let (message, next) = self.fill(begun).await.map_err(status::of_read)?;
            if message.records.is_empty() && !first {
                return Ok(());
            }
            if *self.stopping.borrow() {
                return Err(status::of_read(Error::Stopping));
            }
            if answers.send(Ok(message)).await.is_err() || next.is_none() {
                return Ok(());
            }
            (begun, first) = (next, false);
        }
    }

    /// The next message, and the record that found no room in it; none where it is
    /// the last.
    async fn fill(
        &mut self,
        begun: Option<pb::Record>,
    ) -> Result<(pb::ExportResponse, Option<pb::Record>), Error> {
        let mut bytes = begun.as_ref().map_or(0, pb::Record::encoded_len);
        let mut message = pb::ExportResponse {
            records: begun.into_iter().collect(),
            resume_token: self.exporter.resume_token(),
            revision: to_pb::revision(self.exporter.revision()),
        };
        while let Some(item) = self.exporter.next().await? {
            let record = to_pb::exported(item, self.history);
            bytes += record.encoded_len();
            if bytes > MESSAGE_BYTES && !message.records.is_empty() {
                return Ok((message, Some(record)));
            }
            message.records.push(record);
            message.resume_token = self.exporter.resume_token();
        }
        Ok((message, None))
    }
}
