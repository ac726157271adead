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
    pub(super) result: Result<IngestOutcome, tonic_types::Status>,
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
            let outcome = ack.outcome();
            Ack { sequence: ack.sequence, result: ack.status.map_or(Ok(outcome), Err) }
        });
        acks.collect()
    }
}

/// Imports of exported records.
#[derive(Debug)]
pub(super) struct Restore {
    /// Whether they replace others of their names.
    pub(super) replace: bool,
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
            let outcome = match ack.outcome() {
                pb::ImportOutcome::Created => IngestOutcome::Created,
                pb::ImportOutcome::Replaced => IngestOutcome::Revised,
                pb::ImportOutcome::Unchanged | pb::ImportOutcome::Unspecified => {
                    IngestOutcome::Unchanged
                }
            };
            Ack { sequence: ack.sequence, result: ack.status.map_or(Ok(outcome), Err) }
        });
        acks.collect()
    }
}
