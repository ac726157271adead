//! `dicta get`.

use clap::{Args, ValueEnum};
use tonic::transport::Channel;

use super::client::{Connection, request};
use super::failure::Failure;
use super::list;
use super::output::{Format, print, print_json};
use super::read::ReadArgs;
use super::text;
use crate::domain::id::RecordName;
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;
use crate::rpc::pb::record::Record;

/// Reads a record by its name.
#[derive(Debug, Args)]
pub(super) struct Get {
    /// The record's name, such as articles/a, articles/a/statements/s or
    /// entities/e.
    #[arg(value_name = "NAME")]
    name: RecordName,
    /// How much of an article to read.
    #[arg(long, value_enum, default_value = "full")]
    view: View,
    /// Tell an entity's own record, also where it was merged.
    #[arg(long)]
    own: bool,
    /// Tell an article's statements too.
    #[arg(long)]
    statements: bool,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    connection: Connection,
}

/// How much of an article to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum View {
    /// All but the text.
    Basic,
    /// All.
    Full,
}

impl View {
    pub(super) fn to_pb(self) -> i32 {
        match self {
            Self::Basic => pb::ArticleView::Basic.into(),
            Self::Full => pb::ArticleView::Full.into(),
        }
    }
}

impl Get {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut client = QueryServiceClient::new(self.connection.connect().await?);
        let record = self.record(&mut client).await?;
        let statements = match (&self.name, self.statements) {
            (RecordName::Article(id), true) => {
                list::statements_of(&mut client, &id.to_string(), self.read.options()).await?
            }
            _ => Vec::new(),
        };
        match self.connection.output {
            Format::Text => print(&self.as_text(&record, &statements)),
            // Alone, a record is written bare; with others it says what it is.
            Format::Json if statements.is_empty() => print_bare(&record),
            format => {
                print_json(&pb::Record { record: Some(record) }, format)?;
                for statement in statements {
                    let record = Some(Record::Statement(statement));
                    print_json(&pb::Record { record }, format)?;
                }
                Ok(())
            }
        }
    }

    async fn record(&self, client: &mut QueryServiceClient<Channel>) -> Result<Record, Failure> {
        let (name, read) = (self.name.to_string(), self.read.options());
        let found = match &self.name {
            RecordName::Article(_) => {
                let view = self.view.to_pb();
                let asked = request(pb::GetArticleRequest { name, view, read });
                client.get_article(asked).await?.into_inner().article.map(Record::Article)
            }
            RecordName::Statement(_) => {
                let asked = request(pb::GetStatementRequest { name, read });
                client.get_statement(asked).await?.into_inner().statement.map(Record::Statement)
            }
            RecordName::Entity(_) => {
                let asked = request(pb::GetEntityRequest { name, read, own_record: self.own });
                let found = client.get_entity(asked).await?.into_inner();
                if !found.redirected_from.is_empty() {
                    let merged = found.redirected_from;
                    anstream::eprintln!(
                        "{merged} was merged into another entity: see it alone with --own"
                    );
                }
                found.entity.map(Record::Entity)
            }
        };
        found.ok_or_else(|| Failure::Error("the server's answer holds no record".into()))
    }

    fn as_text(&self, record: &Record, statements: &[pb::Statement]) -> String {
        match record {
            Record::Statement(statement) => text::statement::full(statement),
            Record::Entity(entity) => text::entity::full(entity),
            Record::Erasure(erasure) => text::erasure::full(erasure),
            Record::Article(article) => {
                let mut out = text::article::full(article);
                if self.statements {
                    out.push_str(&format!("\n{} statements\n", statements.len()));
                }
                for statement in statements {
                    out.push('\n');
                    out.push_str(&text::statement::full(statement));
                }
                out
            }
        }
    }
}

fn print_bare(record: &Record) -> Result<(), Failure> {
    match record {
        Record::Article(article) => print_json(article, Format::Json),
        Record::Statement(statement) => print_json(statement, Format::Json),
        Record::Entity(entity) => print_json(entity, Format::Json),
        Record::Erasure(erasure) => print_json(erasure, Format::Json),
    }
}
