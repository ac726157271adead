//! `dicta merge` and `dicta unmerge`.

use clap::Args;

use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use super::text;
use crate::domain::id::EntityId;
use crate::rpc::pb;
use crate::rpc::pb::ingest_service_client::IngestServiceClient;

/// Says that two entities are one.
#[derive(Debug, Args)]
pub(super) struct Merge {
    /// The entity that stays, such as entities/e.
    #[arg(value_name = "SURVIVOR")]
    survivor: EntityId,
    /// The entity that is merged into it.
    #[arg(value_name = "ABSORBED")]
    absorbed: EntityId,
    /// Check and answer only: what the two disagree in can be seen beforehand.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    connection: Connection,
}

/// Takes a merge back: the entity stands for itself again.
#[derive(Debug, Args)]
pub(super) struct Unmerge {
    /// The entity that was merged into another, such as entities/e.
    #[arg(value_name = "NAME")]
    name: EntityId,
    /// Check and answer only.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    connection: Connection,
}

impl Merge {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut client = IngestServiceClient::new(self.connection.connect().await?);
        let asked = request(pb::MergeEntitiesRequest {
            survivor: self.survivor.to_string(),
            absorbed: self.absorbed.to_string(),
            validate_only: self.dry_run,
            ..Default::default()
        });
        let merged = client.merge_entities(asked).await?.into_inner();
        match self.connection.output {
            Format::Text => print(&text::entity::merged(&merged)),
            format => print_json(&merged, format),
        }
    }
}

impl Unmerge {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut client = IngestServiceClient::new(self.connection.connect().await?);
        let asked = request(pb::UnmergeEntitiesRequest {
            name: self.name.to_string(),
            validate_only: self.dry_run,
            ..Default::default()
        });
        let apart = client.unmerge_entities(asked).await?.into_inner();
        match self.connection.output {
            Format::Text => print(&text::entity::unmerged(&apart)),
            format => print_json(&apart, format),
        }
    }
}
