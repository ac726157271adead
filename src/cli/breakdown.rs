//! `dicta stats --by`: statements counted by what they share.

use clap::{Args, ValueEnum};
use unicode_width::UnicodeWidthStr as _;

use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use super::read::ReadArgs;
use super::stats::grouped;
use super::text::layout::{columns, harmless, shortened};
use super::text::{FAINT, STRONG, WIDTH, styled, words};
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;

/// What statements are counted by, and which.
#[derive(Debug, Args)]
pub(super) struct Breakdown {
    /// Count statements by what they share, up to three at once: `--by
    /// speaker,topic`.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    by: Vec<Dimension>,
    /// Only statements that match, such as `mentions.entity = "entities/x"`.
    #[arg(long, value_name = "EXPRESSION", default_value = "", hide_default_value = true)]
    #[arg(requires = "by")]
    filter: String,
    /// The order: `statements desc`, `articles desc`, `outlets desc` or `keys`.
    #[arg(long, value_name = "ORDER", default_value = "", hide_default_value = true)]
    #[arg(requires = "by")]
    order_by: String,
    /// How many groups to tell; the others are summed.
    #[arg(long, value_name = "N", default_value_t = 20, requires = "by")]
    limit: i32,
    /// Count also what does not stand, is deprecated, withheld or canceled.
    #[arg(long, requires = "by")]
    all: bool,
    #[command(flatten)]
    read: ReadArgs,
}

/// Something that statements share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Dimension {
    /// Who speaks.
    Speaker,
    /// Each entity mentioned.
    Mention,
    /// The outlet.
    Publisher,
    /// Direct, mixed, indirect, narrated.
    Kind,
    /// Active, orphaned, retracted.
    Status,
    /// Each topic.
    Topic,
    /// The language.
    Language,
    /// The month in which it was said.
    UtteredMonth,
    /// The day on which it was said.
    UtteredDay,
    /// The month in which it was published.
    PublishedMonth,
    /// The day on which it was published.
    PublishedDay,
}

impl Dimension {
    fn to_pb(self) -> pb::StatementDimension {
        match self {
            Self::Speaker => pb::StatementDimension::Speaker,
            Self::Mention => pb::StatementDimension::Mention,
            Self::Publisher => pb::StatementDimension::Publisher,
            Self::Kind => pb::StatementDimension::Kind,
            Self::Status => pb::StatementDimension::Status,
            Self::Topic => pb::StatementDimension::Topic,
            Self::Language => pb::StatementDimension::Language,
            Self::UtteredMonth => pb::StatementDimension::UtteredMonth,
            Self::UtteredDay => pb::StatementDimension::UtteredDay,
            Self::PublishedMonth => pb::StatementDimension::PublishedMonth,
            Self::PublishedDay => pb::StatementDimension::PublishedDay,
        }
    }
}

impl Breakdown {
    /// Whether it is asked for.
    pub(super) fn is_wanted(&self) -> bool {
        !self.by.is_empty()
    }

    pub(super) async fn run(self, connection: Connection) -> Result<(), Failure> {
        let mut client = QueryServiceClient::new(connection.connect().await?);
        let asked = pb::AggregateStatementsRequest {
            filter: self.filter,
            group_by: self.by.iter().map(|dimension| dimension.to_pb().into()).collect(),
            order_by: self.order_by,
            limit: self.limit,
            include_all: self.all,
            count_origins: false,
            read: self.read.options(),
        };
        let told = client.aggregate_statements(request(asked)).await?.into_inner();
        match connection.output {
            Format::Text => print(&as_text(&self.by, &told)),
            format => print_json(&told, format),
        }
    }
}

fn as_text(by: &[Dimension], told: &pb::AggregateStatementsResponse) -> String {
    let heads =
        by.iter().map(|dimension| words(dimension.to_pb().as_str_name(), "STATEMENT_DIMENSION_"));
    let mut rows = vec![row(["statements", "articles", "outlets"].map(str::to_owned), heads)];
    // What is left of a line beside the three counts.
    let width = WIDTH.saturating_sub(34) / by.len().max(1);
    for group in &told.groups {
        let keys = group.keys.iter().map(|key| shortened(&shown(key), width));
        rows.push(row(counts(group.counts.as_ref()), keys));
    }
    if let Some(rest) = &told.rest {
        let others = format!("({} others)", grouped(told.rest_groups));
        rows.push(row(counts(Some(rest)), std::iter::once(others)));
    }
    rows.push(row(counts(told.total.as_ref()), std::iter::once("(all)".to_owned())));
    align_counts(&mut rows);
    let last = rows.len().saturating_sub(1);
    let lines = columns(&rows).into_iter().enumerate().map(|(number, cells)| {
        let line = cells.join("  ");
        let style = if number == 0 || number == last { FAINT } else { STRONG };
        let (count, rest) = line.split_at_checked(10).unwrap_or((line.as_str(), ""));
        format!("{}{}\n", styled(style, count), rest.trim_end())
    });
    lines.collect()
}

fn row(counts: [String; 3], keys: impl Iterator<Item = String>) -> Vec<String> {
    counts.into_iter().chain(keys).collect()
}

fn counts(counts: Option<&pb::StatementCounts>) -> [String; 3] {
    let counts = counts.copied().unwrap_or_default();
    [grouped(counts.statements), grouped(counts.articles), grouped(counts.outlets)]
}

/// Sets the three counts to the right of their columns.
fn align_counts(rows: &mut [Vec<String>]) {
    for column in 0..3 {
        let width = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max();
        for cell in rows.iter_mut().filter_map(|row| row.get_mut(column)) {
            *cell = format!("{cell:>width$}", width = width.unwrap_or(0));
        }
    }
}

fn shown(key: &pb::StatementGroupKey) -> String {
    let text = if key.display_name.is_empty() { &key.value } else { &key.display_name };
    if text.is_empty() { "(none)".to_owned() } else { harmless(text) }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::expect;

    use super::*;

    #[test]
    fn groups_are_told_as_a_table() {
        let counts = |statements, articles, outlets| {
            Some(pb::StatementCounts { statements, articles, outlets, origins: None })
        };
        let key = |value: &str, display_name: &str| pb::StatementGroupKey {
            value: value.into(),
            display_name: display_name.into(),
        };
        let told = pb::AggregateStatementsResponse {
            origins_revision: 0,
            groups: vec![
                pb::StatementGroup {
                    keys: vec![key("entities/nechirvan-barzani", "Nechirvan Barzani"), key("", "")],
                    counts: counts(1_234, 20, 3),
                },
                pb::StatementGroup {
                    keys: vec![key("an official", ""), key("a topic with a very long name", "")],
                    counts: counts(2, 2, 1),
                },
            ],
            rest: counts(7, 4, 2),
            rest_groups: 3,
            total: counts(1_240, 25, 4),
            revision: 9,
        };
        expect![[r#"
            statements  articles  outlets  speaker            topic
                 1,234        20        3  Nechirvan Barzani  (none)
                     2         2        1  an official        a topic with a very lo…
                     7         4        2  (3 others)
                 1,240        25        4  (all)
        "#]]
        .assert_eq(
            &strip_str(&as_text(&[Dimension::Speaker, Dimension::Topic], &told)).to_string(),
        );
    }
}
