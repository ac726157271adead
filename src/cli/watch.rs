//! `dicta watch`.

use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum};
use tonic::{Code, Status, Streaming};

use super::client::Connection;
use super::failure::Failure;
use super::get::View;
use super::output::{Format, print, print_json};
use super::read::entity_name;
use super::text;
use crate::domain::id::EntityId;
use crate::rpc::pb;
use crate::rpc::pb::query_service_client::QueryServiceClient;
use crate::rpc::pb::watch_request::Start;

/// How long to wait before a server that went away is asked again: at first, and
/// at most.
const RETRY_AFTER: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));

/// Tells of changes as they are committed, until Ctrl-C.
#[derive(Debug, Args)]
pub(super) struct Watch {
    /// Begin after this revision (0 tells everything), or where an earlier watch
    /// had come to.
    #[arg(long, value_name = "TOKEN|REVISION")]
    from: Option<From>,
    /// Only records of this kind; may be repeated.
    #[arg(long, value_enum, value_name = "KIND")]
    kind: Vec<Kind>,
    /// Only records that have to do with this entity; may be repeated.
    #[arg(long, value_name = "ENTITY", value_parser = entity_name)]
    entity: Vec<EntityId>,
    /// Only records that match before or after; for exactly one --kind.
    #[arg(
        long,
        value_name = "EXPRESSION",
        default_value = "",
        hide_default_value = true,
        requires = "kind"
    )]
    filter: String,
    /// How much of articles to tell, in JSON.
    #[arg(long, value_enum, default_value = "basic")]
    view: View,
    #[command(flatten)]
    connection: Connection,
}

/// A kind of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// Articles.
    #[value(alias = "articles")]
    Article,
    /// Statements.
    #[value(alias = "statements")]
    Statement,
    /// Entities.
    #[value(alias = "entities")]
    Entity,
}

/// Where to begin.
#[derive(Clone, Debug, PartialEq)]
struct From(Start);

impl FromStr for From {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_revision = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        Ok(Self(if is_revision {
            Start::Revision(text.parse()?)
        } else {
            Start::Token(text.to_owned())
        }))
    }
}

impl Watch {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let mut request = self.request()?;
        let mut client = QueryServiceClient::new(self.connection.connect().await?)
            .max_decoding_message_size(64 << 20);
        let mut wait = RETRY_AFTER.0;
        let ended = tokio::select! {
            failure = async {
                loop {
                    let before = request.start.clone();
                    let status = match client.watch(request.clone()).await {
                        Ok(stream) => self.follow(stream.into_inner(), &mut request.start).await?,
                        Err(status) => status,
                    };
                    // Without a token nobody can tell what would be missed.
                    if !may_resume(&status) || !matches!(request.start, Some(Start::Token(_))) {
                        return Err::<(), _>(Failure::from(status));
                    }
                    wait = if before == request.start { RETRY_AFTER.1.min(wait * 2) } else { RETRY_AFTER.0 };
                    anstream::eprintln!("{}; asking again", status.message());
                    tokio::time::sleep(wait).await;
                }
            } => failure,
            _ = tokio::signal::ctrl_c() => Ok(()),
        };
        if let (Ok(()), Some(Start::Token(token))) = (&ended, &request.start) {
            anstream::eprintln!("\nto go on from here: dicta watch --from {token}");
        }
        ended
    }

    fn request(&self) -> Result<pb::WatchRequest, Failure> {
        let kind = |kind: &Kind| match kind {
            Kind::Article => pb::RecordKind::Article.into(),
            Kind::Statement => pb::RecordKind::Statement.into(),
            Kind::Entity => pb::RecordKind::Entity.into(),
        };
        let mut request = pb::WatchRequest {
            start: self.from.clone().map(|from| from.0),
            kinds: self.kind.iter().map(kind).collect(),
            entities: self.entity.iter().map(ToString::to_string).collect(),
            view: self.view.to_pb(),
            ..pb::WatchRequest::default()
        };
        match self.kind.as_slice() {
            _ if self.filter.is_empty() => {}
            [Kind::Article] => request.article_filter = self.filter.clone(),
            [Kind::Statement] => request.statement_filter = self.filter.clone(),
            [Kind::Entity] => request.entity_filter = self.filter.clone(),
            _ => {
                let text = "--filter needs exactly one --kind, whose fields it names";
                return Err(Failure::Usage(text.into()));
            }
        }
        Ok(request)
    }

    /// Writes what comes; gives the status that the stream ends with. Keeps in
    /// `start` where to resume. A revision is written once all of it has come, so
    /// that nothing is written twice.
    async fn follow(
        &self,
        mut stream: Streaming<pb::WatchResponse>,
        start: &mut Option<Start>,
    ) -> Result<Status, Failure> {
        let mut waiting = Vec::new();
        loop {
            let response = match stream.message().await {
                Ok(Some(response)) => response,
                Ok(None) => return Ok(Status::unavailable("the server ended the stream")),
                Err(status) => return Ok(status),
            };
            let token = response.token.clone();
            waiting.push(response);
            if !token.is_empty() {
                waiting.drain(..).try_for_each(|response| self.write(&response))?;
                *start = Some(Start::Token(token));
            }
        }
    }

    fn write(&self, response: &pb::WatchResponse) -> Result<(), Failure> {
        match self.connection.output {
            Format::Text if response.events.is_empty() => Ok(()),
            Format::Text => {
                print(&response.events.iter().map(text::event::line).collect::<String>())
            }
            format => print_json(response, format),
        }
    }
}

/// Whether a stream that ended so may be taken up again.
fn may_resume(status: &Status) -> bool {
    match status.code() {
        Code::Unavailable | Code::ResourceExhausted | Code::DeadlineExceeded => true,
        // What a broken connection is told as.
        Code::Unknown | Code::Internal | Code::Cancelled => status.details().is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_a_revision_and_else_it_is_a_token() {
        assert_eq!("17".parse(), Ok(From(Start::Revision(17))));
        assert_eq!("AwEt".parse(), Ok(From(Start::Token("AwEt".into()))));
        assert!("99999999999999999999".parse::<From>().is_err());
    }
}
