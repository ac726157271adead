//! Writers that write at random.

use std::sync::Arc;

use dicta::rpc::pb;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::Code;
use tonic::transport::Channel;

use super::Serving;
use crate::samples::{INDIRECT, QUOTE, article, entity, ingest_with, mask, said_by_entity};

/// How many write at once.
const WRITERS: usize = 8;
/// How many articles each writer changes.
const ARTICLES: usize = 40;
/// The speakers.
pub(super) const ENTITIES: usize = 6;

/// How far all writers together have come.
pub(super) struct Writers {
    done: watch::Sender<usize>,
    writes: usize,
}

impl Writers {
    pub(super) fn new(writes: usize) -> Self {
        Self { done: watch::Sender::new(0), writes }
    }

    /// Waits until so many writes are done.
    pub(super) async fn until(&self, writes: usize) {
        self.done.subscribe().wait_for(|done| *done >= writes).await.unwrap();
    }

    fn did(&self) -> bool {
        self.done.send_modify(|done| *done += 1);
        *self.done.borrow() < self.writes
    }
}

/// Writes until enough is written.
pub(super) async fn write(writers: Arc<Writers>, seed: u64, serving: Serving) {
    let mut all = JoinSet::new();
    for index in 0..WRITERS {
        all.spawn(writer(index, Arc::clone(&writers), seed, serving.clone()));
    }
    all.join_all().await;
}

async fn writer(index: usize, writers: Arc<Writers>, seed: u64, mut serving: Serving) {
    let mut random = StdRng::seed_from_u64(seed.wrapping_add(index as u64));
    let (mut start, mut url) = serving.borrow_and_update().clone();
    let mut client = IngestServiceClient::new(super::channel(&url));
    loop {
        match write_one(index, &mut client, &mut random).await {
            // That a record is there or is not there already is as good.
            Ok(()) | Err(Code::AlreadyExists | Code::NotFound | Code::InvalidArgument) => {
                if !writers.did() {
                    return;
                }
            }
            Err(Code::Aborted | Code::ResourceExhausted) => {}
            Err(_) => {
                let next = serving.wait_for(|(started, _)| *started > start).await.unwrap();
                (start, url) = next.clone();
                drop(next);
                client = IngestServiceClient::new(super::channel(&url));
            }
        }
    }
}

async fn write_one(
    writer: usize,
    client: &mut IngestServiceClient<Channel>,
    random: &mut StdRng,
) -> Result<(), Code> {
    let name = format!("articles/w{writer}-{}", random.random_range(0..ARTICLES));
    let speaker = random.random_range(0..ENTITIES);
    let done = match random.random_range(0..10) {
        0 => {
            let person = entity(&format!("Person {speaker}"), pb::EntityType::Person);
            let request = pb::CreateEntityRequest {
                entity_id: format!("e{speaker}"),
                entity: Some(person),
                ..Default::default()
            };
            client.create_entity(request).await.map(drop)
        }
        1 => {
            let changed = pb::Entity {
                name: format!("entities/e{speaker}"),
                description: format!("State {}", random.random_range(0..1_000)),
                ..Default::default()
            };
            let request = pb::UpdateEntityRequest {
                entity: Some(changed),
                update_mask: mask(&["description"]),
                ..Default::default()
            };
            client.update_entity(request).await.map(drop)
        }
        2 => {
            let request = pb::DeleteArticleRequest { name, force: true, ..Default::default() };
            client.delete_article(request).await.map(drop)
        }
        kind => {
            let statements = [QUOTE, INDIRECT].into_iter().take(kind % 3).map(|words| {
                let by = random.random_range(0..ENTITIES);
                said_by_entity(words, &format!("entities/e{by}"))
            });
            let statements = statements.collect();
            let title = format!("A bridge opens {}", random.random_range(0..1_000));
            let mut request = ingest_with(&name, statements);
            request.article = Some(pb::Article { title, ..article(&name) });
            request.replace_statements = true;
            client.ingest_article(request).await.map(drop)
        }
    };
    done.map_err(|status| status.code())
}
