//! Entities that go with no article: created one by one, several at once.

use futures_util::{StreamExt as _, stream};
use tokio::sync::mpsc;
use tonic::transport::Channel;
use tonic::{Code, Status};

use super::input::Read;
use super::session::{is_transient, pause};
use super::tally::Tally;
use crate::cli::client::request;
use crate::cli::failure::{Failure, server_error};
use crate::rpc::pb;
use crate::rpc::pb::IngestOutcome;
use crate::rpc::pb::ingest_service_client::IngestServiceClient;
use crate::rpc::record_file::{Item, Work};

/// Calls under way at once.
const AT_ONCE: usize = 16;
/// Entities of one round.
const ROUND: usize = 500;
/// How often a call is made again that did not reach the server.
const ATTEMPTS: u32 = 10;

/// Creates entities.
#[derive(Debug)]
pub(super) struct EntityLoader {
    client: IngestServiceClient<Channel>,
    batch: String,
    /// Those that the server refused: what they refer to may come later.
    refused: Vec<Entity>,
}

#[derive(Clone, Debug)]
struct Entity {
    line: usize,
    source: String,
    entity: pb::Entity,
}

impl EntityLoader {
    pub(super) fn new(channel: Channel, batch: String) -> Self {
        Self { client: IngestServiceClient::new(channel), batch, refused: Vec::new() }
    }

    /// Creates `first` and the entities that wait behind it. Gives what else
    /// was read.
    pub(super) async fn load_run(
        &mut self,
        first: Item,
        items: &mut mpsc::Receiver<Read>,
        tally: &mut Tally,
    ) -> Result<Option<Item>, Failure> {
        let mut run = Vec::new();
        let mut next = Some(first);
        while let Some(Item { line, source, work: Ok(Work::Entity(entity)) }) = next {
            run.push(Entity { line, source, entity: *entity });
            next = match items.try_recv() {
                Ok(read) if run.len() < ROUND => Some(read.map_err(Failure::Error)?),
                Ok(read) => {
                    self.round(std::mem::take(&mut run), tally).await;
                    Some(read.map_err(Failure::Error)?)
                }
                Err(_) => None,
            };
        }
        self.round(run, tally).await;
        Ok(next)
    }

    /// Tries those again that were refused, as long as that helps.
    pub(super) async fn finish(&mut self, tally: &mut Tally) -> Result<(), Failure> {
        loop {
            let again = std::mem::take(&mut self.refused);
            let before = again.len();
            let reasons = self.round(again, tally).await;
            if self.refused.len() == before {
                for (entity, status) in self.refused.drain(..).zip(reasons) {
                    tally.fail(entity.line, &entity.source, &server_error(&status))?;
                }
                return Ok(());
            }
        }
    }

    /// Tries each once. Those refused are kept; gives why.
    async fn round(&mut self, entities: Vec<Entity>, tally: &mut Tally) -> Vec<Status> {
        let calls = entities.into_iter().map(|entity| {
            let (mut client, batch) = (self.client.clone(), self.batch.clone());
            async move {
                let result = create(&mut client, &entity.entity, batch).await;
                (entity, result)
            }
        });
        let mut reasons = Vec::new();
        let mut done = stream::iter(calls).buffered(AT_ONCE);
        while let Some((entity, result)) = done.next().await {
            match result {
                Ok(outcome) => tally.count(outcome.into()),
                Err(status) => {
                    self.refused.push(entity);
                    reasons.push(status);
                }
            }
        }
        reasons
    }
}

/// Creates an entity; one that is there already stays as it is.
async fn create(
    client: &mut IngestServiceClient<Channel>,
    entity: &pb::Entity,
    batch: String,
) -> Result<IngestOutcome, Status> {
    let asked = pb::CreateEntityRequest {
        entity_id: entity.name.trim_start_matches("entities/").to_owned(),
        entity: Some(entity.clone()),
        batch,
        ..Default::default()
    };
    let mut attempts = 0;
    loop {
        match client.create_entity(request(asked.clone())).await {
            Ok(_) => return Ok(IngestOutcome::Created),
            Err(status) if status.code() == Code::AlreadyExists => {
                return Ok(IngestOutcome::Unchanged);
            }
            Err(status) if attempts < ATTEMPTS && is_transient(&status) => {
                attempts += 1;
                tokio::time::sleep(pause(attempts)).await;
            }
            Err(status) => return Err(status),
        }
    }
}
