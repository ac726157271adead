//! `dicta verify-quote`.

use clap::Args;

use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use super::text;
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;

/// Tells whether someone said some words, with the statements as evidence; exit
/// code 1 where nobody, or someone else, is known to have said them.
#[derive(Debug, Args)]
pub(super) struct VerifyQuote {
    /// The words, at least three. An ellipsis stands for words left out, square
    /// brackets for words put in.
    #[arg(value_name = "TEXT")]
    text: String,
    /// Whom they are ascribed to: an entity, or a name in any script.
    #[arg(long, value_name = "SPEAKER", default_value = "", hide_default_value = true)]
    speaker: String,
    /// How many matches to tell.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(i32).range(1..=50))]
    limit: i32,
    #[command(flatten)]
    connection: Connection,
}

impl VerifyQuote {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut client = QueryServiceClient::new(self.connection.connect().await?);
        let asked = pb::VerifyQuoteRequest {
            text: self.text,
            speaker: self.speaker,
            limit: self.limit,
            read: Some(pb::ReadOptions { fully_consistent: true, ..Default::default() }),
        };
        let answer = client.verify_quote(request(asked)).await?.into_inner();
        match self.connection.output {
            Format::Text => print(&text::quotation::verdict(&answer))?,
            format @ (Format::Json | Format::Jsonl) => print_json(&answer, format)?,
        }
        match answer.verdict() {
            pb::QuoteVerdict::Exact | pb::QuoteVerdict::Near => Ok(()),
            _ => Err(Failure::No),
        }
    }
}
