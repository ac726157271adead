//! `dicta search`.

use clap::{Args, ValueEnum};

use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use super::text::hit;
use super::text::layout::{columns, harmless};
use super::text::{FAINT, STRONG, styled};
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;

/// Searches articles, statements and entities by their words, the best hits
/// first; exit code 1 where nothing is found.
///
/// All words must be found. Phrases stand in quotation marks, `OR` and `NOT`
/// between and before words, fields before them, as in `speaker:barzani`.
#[derive(Debug, Args)]
pub(super) struct Search {
    /// The words.
    #[arg(value_name = "TEXT", required = true)]
    words: Vec<String>,
    /// Which kinds of records; all where none is given.
    #[arg(long, value_enum)]
    kind: Vec<Kind>,
    /// What else they must be, as in `--filter 'published_at >= "2026-06"'`.
    #[arg(long, value_name = "FILTER", default_value = "", hide_default_value = true)]
    filter: String,
    /// The language of words and records, such as `en`.
    #[arg(long, value_name = "TAG", default_value = "", hide_default_value = true)]
    language: String,
    /// The order: `relevance`, `published_at desc` or `published_at`.
    #[arg(long, value_name = "ORDER", default_value = "", hide_default_value = true)]
    order_by: String,
    /// Counts all hits by this, too.
    #[arg(long, value_enum)]
    facet: Vec<Facet>,
    /// How many hits to show.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(i32).range(1..=1000))]
    limit: i32,
    /// Finds also what was orphaned, retracted, deprecated, withheld or merged.
    #[arg(long)]
    unused: bool,
    #[command(flatten)]
    connection: Connection,
}

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "the words say it all on the command line")]
enum Kind {
    Article,
    Statement,
    Entity,
}

/// By what hits are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs, reason = "the words say it all on the command line")]
enum Facet {
    Kind,
    Publisher,
    Speaker,
    Language,
    Topic,
    Month,
    StatementKind,
}

impl Search {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let asked = self.request();
        let mut client = QueryServiceClient::new(self.connection.connect().await?);
        let answer = client.search(request(asked)).await?.into_inner();
        match self.connection.output {
            Format::Text => print(&as_text(&answer))?,
            Format::Json => print_json(&answer, Format::Json)?,
            Format::Jsonl => {
                answer.hits.iter().try_for_each(|hit| print_json(hit, Format::Jsonl))?;
            }
        }
        if answer.hits.is_empty() { Err(Failure::No) } else { Ok(()) }
    }

    fn request(&self) -> pb::SearchRequest {
        let kind = |kind: &Kind| match kind {
            Kind::Article => pb::RecordKind::Article.into(),
            Kind::Statement => pb::RecordKind::Statement.into(),
            Kind::Entity => pb::RecordKind::Entity.into(),
        };
        pb::SearchRequest {
            query: self.words.join(" "),
            kinds: self.kind.iter().map(kind).collect(),
            filter: self.filter.clone(),
            language: self.language.clone(),
            page_size: self.limit,
            facets: self.facet.iter().map(|facet| facet.to_pb().into()).collect(),
            include_unused: self.unused,
            order_by: self.order_by.clone(),
            // Whoever has just written something looks for it.
            read: Some(pb::ReadOptions { fully_consistent: true, ..Default::default() }),
            ..Default::default()
        }
    }
}

impl Facet {
    fn to_pb(self) -> pb::SearchFacet {
        match self {
            Self::Kind => pb::SearchFacet::Kind,
            Self::Publisher => pb::SearchFacet::Publisher,
            Self::Speaker => pb::SearchFacet::Speaker,
            Self::Language => pb::SearchFacet::Language,
            Self::Topic => pb::SearchFacet::Topic,
            Self::Month => pb::SearchFacet::Month,
            Self::StatementKind => pb::SearchFacet::StatementKind,
        }
    }
}

fn as_text(answer: &pb::SearchResponse) -> String {
    let mut out: String = answer.hits.iter().map(|hit| hit::full(hit) + "\n").collect();
    for facet in &answer.facets {
        out.push_str(&(counts(facet) + "\n"));
    }
    let shown = answer.hits.len();
    let total = match (answer.total, answer.total_inexact) {
        (0, _) => "nothing is found".to_owned(),
        (total, false) => format!("{shown} of {total}"),
        (total, true) => format!("{shown} of about {total}"),
    };
    out.push_str(&styled(FAINT, &total));
    out
}

/// A facet's name, then a line for each value.
fn counts(counts: &pb::SearchFacetCounts) -> String {
    let name = super::text::words(counts.facet().as_str_name(), "SEARCH_FACET_");
    let mut out = styled(STRONG, &name) + "\n";
    let rows = counts.counts.iter().map(|it| vec![harmless(&it.value), it.count.to_string()]);
    for row in columns(&rows.collect::<Vec<_>>()) {
        out.push_str(&format!("  {}\n", row.join("  ").trim_end()));
    }
    if counts.other > 0 {
        out.push_str(&format!("  {} {}\n", styled(FAINT, "others"), counts.other));
    }
    out
}
