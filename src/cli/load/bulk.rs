//! What bulk streams are made of: ingests of articles, and imports of records.

use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;
use tonic::{Status, Streaming};

use super::tally::Tally;
use crate::rpc::pb;
use crate::rpc::pb::IngestOutcome;
use crate::rpc::pb::admin_service_client::AdminServiceClient;
use crate::rpc::pb::ingest_service_client::IngestServiceClient;
use crate::rpc::record_file::Work;

/// The acknowledgement of an item.
pub(super) struct Ack {
    pub(super) sequence: i64,
    pub(super) result: Result<Done, tonic_types::Status>,
}

/// What an item did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Done {
    /// What it brought is new.
    Created,
    /// What was there is another now.
    Revised,
    /// It was there already.
    Unchanged,
    /// Its name is erased now.
    Erased,
    /// It was erased, as a list says, and is left out.
    LeftOut,
}

impl From<IngestOutcome> for Done {
    fn from(outcome: IngestOutcome) -> Self {
        match outcome {
            IngestOutcome::Created => Self::Created,
            IngestOutcome::Revised => Self::Revised,
            IngestOutcome::Unchanged | IngestOutcome::Unspecified => Self::Unchanged,
        }
    }
}

/// A method that takes a stream of items and acknowledges each.
pub(super) trait Bulk {
    /// What is sent of one item.
    type Payload: prost::Message + Clone;
    type Request: Send + 'static;
    type Response;

    /// What is to be sent of the work, where it is of this kind.
    fn payload(&self, work: Work) -> Result<Self::Payload, Work>;

    /// A message of items, each with its sequence.
    fn request(&self, items: Vec<(i64, Self::Payload)>) -> Self::Request;

    /// Begins a stream.
    async fn begin(
        &self,
        channel: Channel,
        requests: ReceiverStream<Self::Request>,
    ) -> Result<Streaming<Self::Response>, Status>;

    /// The acknowledgements of a message; what else it tells goes to the tally.
    fn acks(&self, response: Self::Response, tally: &Tally) -> Vec<Ack>;
}

/// Ingests of articles.
#[derive(Debug)]
pub(super) struct Ingest {
    /// The batch that they belong to; empty: what each says.
    pub(super) batch: String,
    /// Whether statements are found in the texts, where a line does not say.
    pub(super) extract: bool,
    /// Whether entities are made of what is named, where a line does not say.
    pub(super) create_entities: bool,
}

impl Bulk for Ingest {
    type Payload = pb::IngestArticleRequest;
    type Request = pb::IngestArticlesRequest;
    type Response = pb::IngestArticlesResponse;

    fn payload(&self, work: Work) -> Result<Self::Payload, Work> {
        let Work::Ingest(mut request) = work else { return Err(work) };
        if !self.batch.is_empty() {
            request.batch.clone_from(&self.batch);
        }
        if self.extract && request.extraction() == pb::Extraction::Unspecified {
            request.set_extraction(pb::Extraction::BuiltIn);
        }
        if self.create_entities && request.create_entities() == pb::CreateEntities::Unspecified {
            request.set_create_entities(pb::CreateEntities::Mentioned);
        }
        Ok(*request)
    }

    fn request(&self, items: Vec<(i64, Self::Payload)>) -> Self::Request {
        let item = |(sequence, ingest)| pb::IngestArticlesItem { sequence, ingest: Some(ingest) };
        pb::IngestArticlesRequest { items: items.into_iter().map(item).collect() }
    }

    async fn begin(
        &self,
        channel: Channel,
        requests: ReceiverStream<Self::Request>,
    ) -> Result<Streaming<Self::Response>, Status> {
        let mut client = IngestServiceClient::new(channel);
        Ok(client.ingest_articles(requests).await?.into_inner())
    }

    fn acks(&self, response: Self::Response, _: &Tally) -> Vec<Ack> {
        let acks = response.acks.into_iter().map(|ack| {
            let done = ack.outcome().into();
            Ack { sequence: ack.sequence, result: ack.status.map_or(Ok(done), Err) }
        });
        acks.collect()
    }
}

/// Imports of exported records.
#[derive(Debug)]
pub(super) struct Restore {
    /// Whether they replace others of their names.
    pub(super) replace: bool,
    /// Whether records that were erased are left out without a word: a list of
    /// them was given.
    pub(super) leave_out_erased: bool,
}

impl Bulk for Restore {
    type Payload = pb::Record;
    type Request = pb::ImportRecordsRequest;
    type Response = pb::ImportRecordsResponse;

    fn payload(&self, work: Work) -> Result<Self::Payload, Work> {
        let Work::Restore(record) = work else { return Err(work) };
        Ok(*record)
    }

    fn request(&self, items: Vec<(i64, Self::Payload)>) -> Self::Request {
        let item = |(sequence, record)| pb::ImportRecordsItem {
            sequence,
            record: Some(record),
            replace: self.replace,
        };
        pb::ImportRecordsRequest { items: items.into_iter().map(item).collect() }
    }

    async fn begin(
        &self,
        channel: Channel,
        requests: ReceiverStream<Self::Request>,
    ) -> Result<Streaming<Self::Response>, Status> {
        let mut client = AdminServiceClient::new(channel);
        Ok(client.import_records(requests).await?.into_inner())
    }

    fn acks(&self, response: Self::Response, tally: &Tally) -> Vec<Ack> {
        for reference in &response.dangling {
            let pb::DanglingReference { referrer, name } = reference;
            tally.note(&format!("note: {referrer} refers to {name}, which is not there"));
        }
        if response.dangling_more {
            tally.note("note: more names that are not there are referred to");
        }
        let acks = response.acks.into_iter().map(|ack| {
            let done = match ack.outcome() {
                pb::ImportOutcome::Created => Done::Created,
                pb::ImportOutcome::Replaced => Done::Revised,
                pb::ImportOutcome::Unchanged | pb::ImportOutcome::Unspecified => Done::Unchanged,
                pb::ImportOutcome::Erased => Done::Erased,
            };
            let result = match ack.status {
                Some(status) if self.leave_out_erased && is_erased(&status) => Ok(Done::LeftOut),
                Some(status) => Err(status),
                None => Ok(done),
            };
            Ack { sequence: ack.sequence, result }
        });
        acks.collect()
    }
}

/// Whether an item was refused since its name was erased.
fn is_erased(status: &tonic_types::Status) -> bool {
    let info = tonic_types::RpcStatusExt::get_details_error_info(status);
    info.is_some_and(|info| info.reason == "ERASED")
}
