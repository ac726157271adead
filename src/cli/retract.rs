//! `dicta retract`.

use clap::{Args, ValueEnum};

use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use super::text;
use crate::domain::id::StatementName;
use crate::rpc::pb;
use crate::rpc::pb::ingest_service_client::IngestServiceClient;

/// Retracts a statement: it is kept, and says why it does not stand.
#[derive(Debug, Args)]
pub(super) struct Retract {
    /// The statement's name, such as articles/a/statements/s.
    #[arg(value_name = "NAME")]
    name: StatementName,
    /// What kind of retraction it is.
    #[arg(long, value_enum)]
    kind: Kind,
    /// Why, in words.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who retracts it, such as the publisher's name; you, if nobody is named.
    #[arg(long, value_name = "NAME", default_value = "")]
    by: String,
    /// Retract it only if this is still its etag.
    #[arg(long, value_name = "ETAG", default_value = "")]
    etag: String,
    /// Check and answer only.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    connection: Connection,
}

/// What kind of retraction it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// The publisher withdrew it.
    WithdrawnByPublisher,
    /// It was recorded wrongly.
    RecordingError,
    /// A newer statement takes its place.
    Superseded,
}

impl Kind {
    fn to_pb(self) -> pb::RetractionKind {
        match self {
            Self::WithdrawnByPublisher => pb::RetractionKind::WithdrawnByPublisher,
            Self::RecordingError => pb::RetractionKind::RecordingError,
            Self::Superseded => pb::RetractionKind::Superseded,
        }
    }
}

impl Retract {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut client = IngestServiceClient::new(self.connection.connect().await?);
        let asked = request(pb::RetractStatementRequest {
            name: self.name.to_string(),
            kind: self.kind.to_pb().into(),
            reason: self.reason,
            by: self.by,
            etag: self.etag,
            validate_only: self.dry_run,
            ..Default::default()
        });
        let statement = client.retract_statement(asked).await?.into_inner().statement;
        let statement = statement
            .ok_or_else(|| Failure::Error("the server's answer holds no record".into()))?;
        match self.connection.output {
            Format::Text => print(&text::statement::full(&statement)),
            format => print_json(&statement, format),
        }
    }
}
