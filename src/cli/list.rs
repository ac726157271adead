//! `dicta list`.

use clap::{Args, Subcommand};
use tonic::transport::Channel;

use super::client::{Connection, request};
use super::failure::Failure;
use super::get::View;
use super::output::{Format, print, print_json};
use super::read::{ReadArgs, article_name, entity_name};
use super::text;
use crate::domain::id::{ArticleId, EntityId};
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;
use crate::rpc::pb::record::Record;

/// The largest page that a server gives.
pub(super) const PAGE_SIZE: usize = 1_000;

/// Lists records.
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Articles, the newest published first.
    Articles {
        /// How much of each to read.
        #[arg(long, value_enum, default_value = "basic")]
        view: View,
        #[command(flatten)]
        options: Options,
    },
    /// Statements: of an article, by a speaker, naming an entity, or all.
    Statements {
        /// Of this article.
        #[arg(long, alias = "parent", value_name = "NAME", value_parser = article_name)]
        article: Option<ArticleId>,
        /// By this entity.
        #[arg(long, value_name = "ENTITY", value_parser = entity_name)]
        speaker: Option<EntityId>,
        /// That name this entity.
        #[arg(long, value_name = "ENTITY", value_parser = entity_name)]
        mention: Option<EntityId>,
        #[command(flatten)]
        options: Options,
    },
    /// Entities, by name.
    Entities {
        #[command(flatten)]
        options: Options,
    },
}

/// What every list takes.
#[derive(Debug, Args)]
struct Options {
    /// Only records that match, such as `language = "en" AND title:Greece`.
    #[arg(long, value_name = "EXPRESSION", default_value = "", hide_default_value = true)]
    filter: String,
    /// The order, such as `name`.
    #[arg(long, value_name = "FIELD", default_value = "", hide_default_value = true)]
    order_by: String,
    /// How many to list; 0 lists all.
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    connection: Connection,
}

/// What to list, as the pages' requests need it.
struct Query {
    kind: Kind,
    filter: String,
    order_by: String,
    read: Option<pb::ReadOptions>,
}

enum Kind {
    Articles { view: i32 },
    Statements { parent: String },
    Entities,
}

struct Page {
    records: Vec<Record>,
    next_page_token: String,
}

impl List {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (query, options) = self.what.into_query();
        let mut client = QueryServiceClient::new(options.connection.connect().await?);
        let limit = if options.limit == 0 { usize::MAX } else { options.limit };
        let (mut listed, mut page_token) = (0, String::new());
        let mut writer = Writer::new(options.connection.output);
        loop {
            let size = PAGE_SIZE.min(limit - listed);
            let page = query.page(&mut client, size, page_token).await?;
            listed += page.records.len();
            page_token = page.next_page_token;
            writer.write(page.records)?;
            if page_token.is_empty() || listed >= limit {
                break;
            }
        }
        writer.end(listed, !page_token.is_empty())
    }
}

impl What {
    fn into_query(self) -> (Query, Options) {
        let (kind, narrowed, options) = match self {
            Self::Articles { view, options } => {
                (Kind::Articles { view: view.to_pb() }, Vec::new(), options)
            }
            Self::Statements { article, speaker, mention, options } => {
                let parent = article.map_or_else(|| "articles/-".to_owned(), |id| id.to_string());
                let speaker = speaker.map(|id| format!("speaker.entity = \"{id}\""));
                let mention = mention.map(|id| format!("mentions.entity = \"{id}\""));
                let narrowed = speaker.into_iter().chain(mention).collect();
                (Kind::Statements { parent }, narrowed, options)
            }
            Self::Entities { options } => (Kind::Entities, Vec::new(), options),
        };
        let query = Query {
            kind,
            filter: all_of(narrowed, &options.filter),
            order_by: options.order_by.clone(),
            read: options.read.options(),
        };
        (query, options)
    }
}

/// The filter that lets pass what every part does.
pub(super) fn all_of(mut parts: Vec<String>, filter: &str) -> String {
    match (filter.is_empty(), parts.is_empty()) {
        (true, _) => {}
        (false, true) => parts.push(filter.to_owned()),
        (false, false) => parts.push(format!("({filter})")),
    }
    parts.join(" AND ")
}

impl Query {
    async fn page(
        &self,
        client: &mut QueryServiceClient<Channel>,
        size: usize,
        page_token: String,
    ) -> Result<Page, Failure> {
        let page_size = i32::try_from(size).unwrap_or(i32::MAX);
        let (filter, order_by) = (self.filter.clone(), self.order_by.clone());
        let read = self.read.clone();
        Ok(match &self.kind {
            Kind::Articles { view } => {
                let view = *view;
                let asked =
                    pb::ListArticlesRequest { page_size, page_token, filter, order_by, view, read };
                let answer = client.list_articles(request(asked)).await?.into_inner();
                let records = answer.articles.into_iter().map(Record::Article).collect();
                Page { records, next_page_token: answer.next_page_token }
            }
            Kind::Statements { parent } => {
                let parent = parent.clone();
                let asked = pb::ListStatementsRequest {
                    parent,
                    page_size,
                    page_token,
                    filter,
                    order_by,
                    read,
                };
                let answer = client.list_statements(request(asked)).await?.into_inner();
                let records = answer.statements.into_iter().map(Record::Statement).collect();
                Page { records, next_page_token: answer.next_page_token }
            }
            Kind::Entities => {
                let asked =
                    pb::ListEntitiesRequest { page_size, page_token, filter, order_by, read };
                let answer = client.list_entities(request(asked)).await?.into_inner();
                let records = answer.entities.into_iter().map(Record::Entity).collect();
                Page { records, next_page_token: answer.next_page_token }
            }
        })
    }
}

/// All statements of an article.
pub(super) async fn statements_of(
    client: &mut QueryServiceClient<Channel>,
    article: &str,
    read: Option<pb::ReadOptions>,
) -> Result<Vec<pb::Statement>, Failure> {
    let kind = Kind::Statements { parent: article.to_owned() };
    let query = Query { kind, filter: String::new(), order_by: String::new(), read };
    let (mut statements, mut page_token) = (Vec::new(), String::new());
    loop {
        let page = query.page(client, PAGE_SIZE, page_token).await?;
        statements.extend(page.records.into_iter().filter_map(|record| match record {
            Record::Statement(statement) => Some(statement),
            Record::Article(_) | Record::Entity(_) | Record::Erasure(_) => None,
        }));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return Ok(statements);
        }
    }
}

/// Writes records as they come, so that a long list needs no memory.
pub(super) struct Writer {
    format: Format,
    first: bool,
}

impl Writer {
    pub(super) fn new(format: Format) -> Self {
        Self { format, first: true }
    }

    /// Writes records, each as the format has it.
    pub(super) fn write(&mut self, records: Vec<Record>) -> Result<(), Failure> {
        match self.format {
            Format::Text => self.write_text(&records),
            Format::Json | Format::Jsonl => records.into_iter().try_for_each(|record| {
                print_json(&pb::Record { record: Some(record) }, self.format)
            }),
        }
    }

    /// Writes a block of text, an empty line before it but before the first.
    pub(super) fn write_block(&mut self, block: &str) -> Result<(), Failure> {
        let gap = if std::mem::take(&mut self.first) { "" } else { "\n" };
        print(&format!("{gap}{block}"))
    }

    fn write_text(&mut self, records: &[Record]) -> Result<(), Failure> {
        let mut out = String::new();
        let mut entities = Vec::new();
        for record in records {
            let block = match record {
                Record::Article(article) if article.body.is_empty() => {
                    text::article::brief(article)
                }
                Record::Article(article) => text::article::full(article),
                Record::Statement(statement) => text::statement::full(statement),
                Record::Erasure(erasure) => text::erasure::full(erasure),
                Record::Entity(entity) => {
                    entities.push(entity.clone());
                    continue;
                }
            };
            if !std::mem::take(&mut self.first) {
                out.push('\n');
            }
            out.push_str(&block);
        }
        out.push_str(&text::entity::table(&entities));
        if out.is_empty() { Ok(()) } else { print(&out) }
    }

    /// Says what a reader would else have to guess.
    pub(super) fn end(&self, listed: usize, more: bool) -> Result<(), Failure> {
        if self.format == Format::Text && listed == 0 {
            return print("Nothing matches.");
        }
        if self.format == Format::Text && more {
            anstream::eprintln!("\n{listed} listed; there are more: --limit N lists N, 0 all");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        list: List,
    }

    #[test]
    fn options_make_the_filter() {
        let check = |line: &str, parent: &str, filter: &str| {
            let words = std::iter::once("list").chain(line.split('|'));
            let (query, _) = Line::try_parse_from(words).unwrap().list.what.into_query();
            let Kind::Statements { parent: found } = query.kind else { panic!("statements") };
            assert_eq!((found.as_str(), query.filter.as_str()), (parent, filter));
        };
        check("statements", "articles/-", "");
        check("statements|--article|a", "articles/a", "");
        check("statements|--parent|articles/a|--filter|x OR y", "articles/a", "x OR y");
        check("statements|--speaker|b", "articles/-", r#"speaker.entity = "entities/b""#);
        check(
            "statements|--speaker|entities/b|--mention|c|--filter|x OR y",
            "articles/-",
            r#"speaker.entity = "entities/b" AND mentions.entity = "entities/c" AND (x OR y)"#,
        );
    }
}
