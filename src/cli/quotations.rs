//! `dicta quotations`.

use clap::{Args, ValueEnum};

use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use super::read::entity_name;
use super::text;
use crate::domain::id::EntityId;
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;

/// Lists quotations, the same words by the same speaker across articles, or tells
/// of one with its wordings.
#[derive(Debug, Args)]
pub(super) struct Quotations {
    /// The quotation to tell of; without it they are listed.
    #[arg(value_name = "NAME", conflicts_with_all = ["speaker", "filter", "order", "ascending", "limit"])]
    name: Option<String>,
    /// Of this entity.
    #[arg(long, value_name = "ENTITY", value_parser = entity_name)]
    speaker: Option<EntityId>,
    /// Which ones, such as `articles > 2 AND last_seen > "2026-09-01"`.
    #[arg(long, value_name = "FILTER", default_value = "")]
    filter: String,
    /// What to put first.
    #[arg(long, value_enum, default_value = "origins")]
    order: Order,
    /// The other way round.
    #[arg(long)]
    ascending: bool,
    /// How many to list.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i32).range(1..=1_000))]
    limit: i32,
    #[command(flatten)]
    connection: Connection,
}

/// What is put first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Order {
    /// What most origins have that do not depend on each other.
    Origins,
    /// What most articles have.
    Articles,
    /// What was worded most differently.
    Drift,
    /// What was published last.
    LastSeen,
}

impl Order {
    fn text(self) -> &'static str {
        match self {
            Self::Origins => "origins",
            Self::Articles => "articles",
            Self::Drift => "drift",
            Self::LastSeen => "last_seen",
        }
    }
}

impl Quotations {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let format = self.connection.output;
        let mut client = QueryServiceClient::new(self.connection.connect().await?);
        let read = Some(pb::ReadOptions { fully_consistent: true, ..Default::default() });
        if let Some(name) = self.name {
            let asked = pb::GetQuotationRequest { name, read };
            let answer = client.get_quotation(request(asked)).await?.into_inner();
            let quotation = answer.quotation.unwrap_or_default();
            return match format {
                Format::Text => print(&text::quotation::full(&quotation)),
                Format::Json | Format::Jsonl => print_json(&quotation, format),
            };
        }
        let way = if self.ascending { "" } else { " desc" };
        let asked = pb::ListQuotationsRequest {
            speaker: self.speaker.map(|speaker| speaker.to_string()).unwrap_or_default(),
            page_size: self.limit,
            order_by: format!("{}{way}", self.order.text()),
            filter: self.filter,
            read,
            ..Default::default()
        };
        let answer = client.list_quotations(request(asked)).await?.into_inner();
        match format {
            Format::Text if answer.quotations.is_empty() => print("no quotations are known"),
            Format::Text => {
                let all: Vec<String> =
                    answer.quotations.iter().map(text::quotation::summary).collect();
                print(&all.join("\n"))
            }
            Format::Json => print_json(&answer, format),
            Format::Jsonl => answer.quotations.iter().try_for_each(|it| print_json(it, format)),
        }
    }
}
