//! `dicta history`.

use clap::Args;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use super::text;
use crate::domain::id::{ArticleId, RecordName};
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;
use crate::rpc::pb::record::Record;

/// Tells how a record came to be what it is: each state, and word by word what
/// changed from the one before.
#[derive(Debug, Args)]
pub(super) struct History {
    /// The record's name, such as articles/a, articles/a/statements/s or
    /// entities/e.
    #[arg(value_name = "NAME")]
    name: RecordName,
    /// Go back over at most this many states; 0: all.
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
    #[command(flatten)]
    connection: Connection,
}

/// One state of a record.
struct State {
    revision: i64,
    /// `None`: the record was deleted.
    record: Option<Record>,
    /// Whether nothing of it can be read any more.
    erased: bool,
}

impl History {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut client = QueryServiceClient::new(self.connection.connect().await?);
        let limit = if self.limit == 0 { usize::MAX } else { self.limit };
        let (mut states, more) = match &self.name {
            RecordName::Article(id) => article_states(&mut client, id, limit).await?,
            RecordName::Statement(_) | RecordName::Entity(_) => {
                states_back(&mut client, &self.name, limit).await?
            }
        };
        states.reverse();
        match self.connection.output {
            Format::Text => {
                if more {
                    print(&format!("Older states are left out: --limit N tells {limit} more.\n"))?;
                }
                print(&told(&states))
            }
            format => states
                .into_iter()
                .try_for_each(|state| print_json(&pb::Record { record: state.record }, format)),
        }
    }
}

/// An article's states, the newest first, and whether there are older ones.
async fn article_states(
    client: &mut QueryServiceClient<Channel>,
    id: &ArticleId,
    limit: usize,
) -> Result<(Vec<State>, bool), Failure> {
    let mut states = Vec::new();
    let mut page_token = String::new();
    loop {
        let asked = request(pb::ListArticleVersionsRequest {
            name: id.to_string(),
            page_size: i32::try_from(limit - states.len()).unwrap_or(0),
            page_token,
            view: pb::ArticleView::Full.into(),
            ..Default::default()
        });
        let page = client.list_article_versions(asked).await?.into_inner();
        states.extend(page.versions.into_iter().map(|version| State {
            revision: version.revision,
            record: version.article.map(Record::Article),
            erased: version.erasure.is_some(),
        }));
        page_token = page.next_page_token;
        if page_token.is_empty() || states.len() >= limit {
            return Ok((states, !page_token.is_empty()));
        }
    }
}

/// The states of a record of another kind, likewise: each is read as of just
/// before the one that follows.
async fn states_back(
    client: &mut QueryServiceClient<Channel>,
    name: &RecordName,
    limit: usize,
) -> Result<(Vec<State>, bool), Failure> {
    let mut states: Vec<State> = Vec::new();
    let mut as_of = None;
    while states.len() < limit {
        let before = match get(client, name, as_of).await {
            Ok((revision, record)) => {
                states.push(State { revision, record: Some(record), erased: false });
                revision
            }
            Err(Failure::Server(status)) => match (deleted_by(&status), status.code()) {
                (Some(revision), _) => {
                    states.push(State { revision, record: None, erased: false });
                    revision
                }
                // There was none before, or what was is no longer held.
                (None, Code::NotFound | Code::OutOfRange) if !states.is_empty() => {
                    return Ok((states, false));
                }
                _ => return Err(Failure::Server(status)),
            },
            Err(failure) => return Err(failure),
        };
        as_of = Some(before - 1);
        if before <= 1 {
            return Ok((states, false));
        }
    }
    Ok((states, true))
}

async fn get(
    client: &mut QueryServiceClient<Channel>,
    name: &RecordName,
    as_of: Option<i64>,
) -> Result<(i64, Record), Failure> {
    let read = as_of.map(|revision| pb::ReadOptions {
        as_of: Some(pb::read_options::AsOf::Revision(revision)),
        ..Default::default()
    });
    let name = name.to_string();
    let found = if name.starts_with("entities/") {
        let asked = request(pb::GetEntityRequest { name, read, own_record: true });
        let entity = client.get_entity(asked).await?.into_inner().entity;
        entity.map(|entity| (entity.revision, Record::Entity(entity)))
    } else {
        let asked = request(pb::GetStatementRequest { name, read });
        let statement = client.get_statement(asked).await?.into_inner().statement;
        statement.map(|statement| (statement.revision, Record::Statement(statement)))
    };
    found.ok_or_else(|| Failure::Error("the server's answer holds no record".into()))
}

/// The revision that deleted what is not found.
fn deleted_by(status: &Status) -> Option<i64> {
    let info = status.get_details_error_info()?;
    info.metadata.get("deleted_revision")?.parse().ok()
}

/// The states, the oldest first: the first whole, then what changed.
fn told(states: &[State]) -> String {
    let mut out = String::new();
    let mut before: Option<String> = None;
    for state in states {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&text::styled(text::STRONG, &heading(state)));
        out.push('\n');
        let now = state.record.as_ref().map(shown);
        match (&before, &now) {
            (_, None) => {}
            (None, Some(now)) => out.push_str(&text::layout::indented(now, 2)),
            (Some(before), Some(now)) => match text::diff::words(before, now) {
                same if same.is_empty() => out.push_str("  nothing that is shown here\n"),
                diff => out.push_str(&diff),
            },
        }
        before = now;
    }
    out
}

fn heading(state: &State) -> String {
    let (what, time) = match &state.record {
        None if state.erased => ("erased".to_owned(), None),
        None => ("deleted".to_owned(), None),
        Some(Record::Article(article)) => {
            (format!("version {}", article.version), article.update_time.as_ref())
        }
        Some(Record::Statement(statement)) => {
            let version = format!("of the article's version {}", statement.article_version);
            (version, statement.update_time.as_ref())
        }
        Some(Record::Entity(entity)) => (String::new(), entity.update_time.as_ref()),
        Some(Record::Erasure(erasure)) => ("erased".to_owned(), erasure.erase_time.as_ref()),
    };
    let revision = format!("revision {}", state.revision);
    text::dotted([revision.as_str(), &what, &text::time::moment(time)])
}

/// What is shown of a state, without colours.
fn shown(record: &Record) -> String {
    let coloured = match record {
        Record::Article(article) => {
            let body = article.body.replace("\n\n", "\n").replace('\n', "\n\n");
            return format!("{}\n\n{body}", article.title);
        }
        Record::Statement(statement) => text::statement::full(statement),
        Record::Entity(entity) => text::entity::full(entity),
        Record::Erasure(erasure) => text::erasure::full(erasure),
    };
    let plain = anstream::adapter::strip_str(&coloured).to_string();
    plain.lines().map(|line| format!("{}\n", line.trim())).collect()
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::expect;

    use super::*;

    #[test]
    fn each_state_tells_what_changed() {
        let state = |revision, version, body: &str| State {
            revision,
            record: Some(Record::Article(pb::Article {
                title: "The talks".into(),
                body: body.into(),
                version,
                ..Default::default()
            })),
            erased: false,
        };
        let states = [
            state(3, 1, "The talks went on.\n“We need support,” she said."),
            state(7, 2, "The talks went on.\n“We need more support,” she said."),
            State { revision: 9, record: None, erased: false },
        ];
        expect![[r#"
            revision 3 · version 1
              The talks

              The talks went on.

              “We need support,” she said.

            revision 7 · version 2
              …
              “We need {+more+} support,” she said.

            revision 9 · deleted
        "#]]
        .assert_eq(&strip_str(&told(&states)).to_string());
    }
}
