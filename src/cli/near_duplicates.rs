//! `dicta near-duplicates`.

use clap::Args;

use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use super::read::article_name;
use super::text::layout::harmless;
use super::text::{NAME, styled};
use crate::domain::id::ArticleId;
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;

/// Lists pairs of articles whose texts were found to be nearly the same, or to share
/// a good part.
#[derive(Debug, Args)]
pub(super) struct NearDuplicates {
    /// Those of this article; without it, those of all.
    #[arg(value_name = "ARTICLE", value_parser = article_name)]
    article: Option<ArticleId>,
    /// Which ones, such as `similarity > 0.9 AND sure = true`.
    #[arg(long, value_name = "FILTER", default_value = "")]
    filter: String,
    /// How many to list.
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(i32).range(1..=1_000))]
    limit: i32,
    #[command(flatten)]
    connection: Connection,
}

impl NearDuplicates {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let format = self.connection.output;
        let mut client = QueryServiceClient::new(self.connection.connect().await?);
        let asked = pb::ListNearDuplicatesRequest {
            parent: self.article.map_or_else(|| "articles/-".into(), |it| it.to_string()),
            page_size: self.limit,
            filter: self.filter,
            read: Some(pb::ReadOptions { fully_consistent: true, ..Default::default() }),
            ..Default::default()
        };
        let answer = client.list_near_duplicates(request(asked)).await?.into_inner();
        let pairs = &answer.near_duplicate_pairs;
        match format {
            Format::Text if pairs.is_empty() => print("no near-duplicates are known"),
            Format::Text => print(&pairs.iter().map(as_text).collect::<Vec<_>>().join("\n")),
            Format::Json => print_json(&answer, format),
            Format::Jsonl => pairs.iter().try_for_each(|it| print_json(it, format)),
        }
    }
}

fn as_text(pair: &pb::NearDuplicatePair) -> String {
    let near = pair.near_duplicate.clone().unwrap_or_default();
    let sure = if near.sure { "one origin" } else { "perhaps one origin" };
    format!(
        "{}\n{}\n  {sure}: {}\n",
        styled(NAME, &harmless(&pair.article)),
        styled(NAME, &harmless(&near.article)),
        harmless(&near.reason),
    )
}
