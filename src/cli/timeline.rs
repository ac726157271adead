//! `dicta timeline` and `dicta due`.

use clap::{Args, ValueEnum};

use super::client::{Connection, request};
use super::failure::Failure;
use super::list::{PAGE_SIZE, Writer, all_of};
use super::output::Format;
use super::read::{ReadArgs, entity_name};
use super::text;
use crate::clock::{Clock as _, SystemClock};
use crate::domain::id::EntityId;
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;
use crate::rpc::pb::record::Record;

/// Tells what an entity said, or what was said about it, in the order of time.
#[derive(Debug, Args)]
pub(super) struct Timeline {
    /// The entity.
    #[arg(value_name = "ENTITY", value_parser = entity_name)]
    entity: EntityId,
    /// What others say about it, rather than what it says.
    #[arg(long)]
    about: bool,
    /// Order by when it was said, or by what time it speaks of.
    #[arg(long, value_enum, default_value = "uttered")]
    by: By,
    /// Only from this time on, such as 2026 or 2026-09-16.
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only up to the end of this time.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// The latest first.
    #[arg(long)]
    newest_first: bool,
    #[command(flatten)]
    options: Options,
}

/// Tells what statements say will happen, soonest first.
#[derive(Debug, Args)]
pub(super) struct Due {
    /// What falls due once this time has begun, such as 2026-09. Default: now.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// What falls due by the end of this time.
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    #[command(flatten)]
    options: Options,
}

/// A time of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// When it was said.
    Uttered,
    /// The time that it speaks of.
    Referenced,
}

#[derive(Debug, Args)]
struct Options {
    /// Only statements that match, such as `topics:oil`.
    #[arg(long, value_name = "EXPRESSION", default_value = "", hide_default_value = true)]
    filter: String,
    /// How many to tell; 0 tells all.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    connection: Connection,
}

/// Which statements to tell, in which order, under which time of theirs.
struct Query {
    by: By,
    filter: String,
    order_by: String,
}

impl Timeline {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let query = self.query();
        tell(query, self.options).await
    }

    fn query(&self) -> Query {
        let role = if self.about { "mentions.entity" } else { "speaker.entity" };
        let field = match self.by {
            By::Uttered => "uttered_at",
            By::Referenced => "reference_time",
        };
        let mut parts = vec![format!("{role} = \"{}\"", self.entity)];
        if self.by == By::Referenced {
            parts.push(format!("{field}:*"));
        }
        parts.extend(self.since.as_ref().map(|time| format!("{field} >= {}", value(time))));
        parts.extend(self.until.as_ref().map(|time| format!("{field} <= {}", value(time))));
        let descending = if self.newest_first { " desc" } else { "" };
        Query {
            by: self.by,
            filter: all_of(parts, &self.options.filter),
            order_by: format!("{field}{descending}"),
        }
    }
}

impl Due {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let now = SystemClock.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
        let query = self.query(&now);
        tell(query, self.options).await
    }

    fn query(&self, now: &str) -> Query {
        let from = value(self.from.as_deref().unwrap_or(now));
        let mut parts = vec![
            "status = ACTIVE AND rank != DEPRECATED".to_owned(),
            format!("overlaps(reference_time, {from}, *)"),
        ];
        let until = self.until.as_ref().map(|time| value(time));
        parts.extend(until.map(|until| format!("within(reference_time, *, {until})")));
        Query {
            by: By::Referenced,
            filter: all_of(parts, &self.options.filter),
            order_by: "reference_time.end".into(),
        }
    }
}

/// A value as filters take it.
fn value(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

async fn tell(query: Query, options: Options) -> Result<(), Failure> {
    let mut client = QueryServiceClient::new(options.connection.connect().await?);
    let format = options.connection.output;
    let limit = if options.limit == 0 { usize::MAX } else { options.limit };
    let mut writer = Writer::new(format);
    let (mut told, mut page_token, mut heading) = (0, String::new(), String::new());
    loop {
        let asked = pb::ListStatementsRequest {
            parent: "articles/-".into(),
            page_size: i32::try_from(PAGE_SIZE.min(limit - told)).unwrap_or(i32::MAX),
            page_token,
            filter: query.filter.clone(),
            order_by: query.order_by.clone(),
            read: options.read.options(),
        };
        let page = client.list_statements(request(asked)).await?.into_inner();
        told += page.statements.len();
        page_token = page.next_page_token;
        match format {
            Format::Text => {
                let blocks = dated(query.by, &page.statements, &mut heading);
                blocks.into_iter().try_for_each(|block| writer.write_block(&block))?;
            }
            Format::Json | Format::Jsonl => {
                writer.write(page.statements.into_iter().map(Record::Statement).collect())?;
            }
        }
        if page_token.is_empty() || told >= limit {
            break;
        }
    }
    writer.end(told, !page_token.is_empty())
}

/// The statements, each time that is not the one before it on a line of its own.
fn dated(by: By, statements: &[pb::Statement], heading: &mut String) -> Vec<String> {
    let block = |statement: &pb::Statement| {
        let time = match by {
            By::Uttered => text::statement::uttered(statement),
            By::Referenced => text::time::bare(statement.reference_time.as_ref()),
        };
        let mut out = String::new();
        if time != *heading {
            let line = format!("── {}", text::layout::harmless(&time));
            out = format!("{}\n", text::styled(text::FAINT, &line));
            *heading = time;
        }
        out.push_str(&text::statement::full(statement));
        out
    };
    statements.iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct TimelineLine {
        #[command(flatten)]
        timeline: Timeline,
    }

    #[derive(Debug, Parser)]
    struct DueLine {
        #[command(flatten)]
        due: Due,
    }

    #[test]
    fn options_of_a_timeline_make_the_filter() {
        let check = |line: &str, filter: &str, order_by: &str| {
            let words = std::iter::once("timeline").chain(line.split('|'));
            let query = TimelineLine::try_parse_from(words).unwrap().timeline.query();
            assert_eq!((query.filter.as_str(), query.order_by.as_str()), (filter, order_by));
        };
        check("a", r#"speaker.entity = "entities/a""#, "uttered_at");
        check(
            "entities/a|--about|--newest-first|--since|2026|--filter|x OR y",
            r#"mentions.entity = "entities/a" AND uttered_at >= "2026" AND (x OR y)"#,
            "uttered_at desc",
        );
        check(
            "a|--by|referenced",
            r#"speaker.entity = "entities/a" AND reference_time:*"#,
            "reference_time",
        );
    }

    #[test]
    fn options_of_due_make_the_filter() {
        let check = |line: &[&str], filter: &str| {
            let words = std::iter::once("due").chain(line.iter().copied());
            let query = DueLine::try_parse_from(words).unwrap().due.query("2026-11-24T10:00:00Z");
            let stands = "status = ACTIVE AND rank != DEPRECATED AND";
            assert_eq!(query.filter, format!("{stands} {filter}"));
            assert_eq!(query.order_by, "reference_time.end");
        };
        check(&[], r#"overlaps(reference_time, "2026-11-24T10:00:00Z", *)"#);
        check(
            &["--from", "2026-09", "--until", "2026-10", "--filter", "topics:oil"],
            r#"overlaps(reference_time, "2026-09", *) AND within(reference_time, *, "2026-10") AND (topics:oil)"#,
        );
    }
}
