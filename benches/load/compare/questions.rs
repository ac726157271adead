//! Questions that Dicta answers by a call and PostgreSQL by a prepared statement:
//! searches, and lists of what someone said.

use std::sync::Arc;

use dicta::rpc::pb;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use tokio_postgres::{Client, Statement};
use tonic::transport::Channel;

use super::base::Base;
use super::calls::Calls;
use super::{Compare, Sides};
use crate::Failure;
use crate::drive::pace::Call;
use crate::target::dicta as ours;
use crate::target::postgres::rows::Rows;
use crate::target::postgres::{Postgres, load};
use crate::target::process::connect;

/// How many different questions are asked.
const QUESTIONS: usize = 500;
/// Takes the words from all over the articles.
const STRIDE: usize = 37;
/// The shortest word that is looked for, in bytes.
const SHORTEST: usize = 4;

/// The ten articles that fit two words best, each with the part that shows why.
const SEARCH: &str = "
    SELECT best.id, best.title, best.rank, ts_headline(
        'english', body, query, 'MaxFragments=1, MaxWords=35, MinWords=15'
    )
    FROM (
        SELECT id, title, body, query, ts_rank(words, query) AS rank
        FROM articles, websearch_to_tsquery('english', $1) query
        WHERE words @@ query ORDER BY rank DESC LIMIT 10
    ) best ORDER BY rank DESC";

/// The newest fifty direct statements of a speaker, each with its spans and mentions.
const LIST: &str = "
    SELECT said.id, said.article, said.kind, said.cue, said.said_at, speaker.name,
        spans.exact, spans.start_at, spans.end_at, spans.quoted, mentions.words, mentions.names
    FROM entities speaker
    CROSS JOIN LATERAL (
        SELECT * FROM statements WHERE speaker = speaker.id AND kind = 1
        ORDER BY said_at DESC LIMIT 50
    ) said
    CROSS JOIN LATERAL (
        SELECT array_agg(exact ORDER BY ordinal) exact, array_agg(start_at ORDER BY ordinal) start_at,
            array_agg(end_at ORDER BY ordinal) end_at, array_agg(quoted ORDER BY ordinal) quoted
        FROM spans WHERE statement = said.id
    ) spans
    CROSS JOIN LATERAL (
        SELECT array_agg(words ORDER BY ordinal) words, array_agg(name ORDER BY ordinal) names
        FROM mentions LEFT JOIN entities ON entities.id = entity WHERE statement = said.id
    ) mentions
    WHERE speaker.name = $1 ORDER BY said.said_at DESC";

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Search,
    List,
}

/// Searches by so many clients.
pub(super) async fn search(compare: &Compare, clients: usize) -> Result<Sides, Failure> {
    sides(compare, Kind::Search, clients).await
}

/// Lists for so many clients.
pub(super) async fn list(compare: &Compare, clients: usize) -> Result<Sides, Failure> {
    sides(compare, Kind::List, clients).await
}

async fn sides(compare: &Compare, kind: Kind, clients: usize) -> Result<Sides, Failure> {
    let base = Base::load(&compare.source).await?;
    let postgres = Postgres::start()?;
    load::load(&postgres, &Rows::of(&base.requests)).await?;
    let asked = kind.asked(&base.requests);
    let channels = connect(&base.server.address, clients).await?;
    let dicta = InDicta { kind, asked: Arc::clone(&asked), channels };
    let mut connections = Vec::new();
    for _ in 0..clients {
        let client = postgres.connect().await?;
        let statement = client.prepare(kind.sql()).await?;
        connections.push((client, statement));
    }
    let theirs = InPostgres { asked: Arc::clone(&asked), connections };
    if matches!(kind, Kind::List) {
        agree(&dicta, &theirs, asked.len()).await?;
    }
    let pace = &compare.pace;
    let dicta = Calls::new(ours::peer(), Arc::new(dicta), base.process()?, clients, pace);
    let theirs = Calls::new(Postgres::peer(), Arc::new(theirs), postgres.id(), clients, pace);
    Ok(vec![Box::new(dicta.keeping(base)), Box::new(theirs.keeping(postgres))])
}

/// Questions to a base, alone.
pub(super) fn of_dicta(kind: Kind, base: &Base) -> Arc<dyn Call> {
    let (asked, channels) = (kind.asked(&base.requests), base.channels.clone());
    Arc::new(InDicta { kind, asked, channels })
}

/// Both must answer lists with as many statements: else they do not do the same.
async fn agree(dicta: &InDicta, postgres: &InPostgres, questions: usize) -> Result<(), Failure> {
    for number in 0..questions {
        let (ours, theirs) = (dicta.ask(0, number).await?, postgres.ask(0, number).await?);
        if ours != theirs {
            let asked = dicta.asked.get(number).map_or("", String::as_str);
            return Err(format!("{asked}: {ours} statements, {theirs} in PostgreSQL").into());
        }
    }
    Ok(())
}

impl Kind {
    /// What is asked about.
    fn asked(self, requests: &[pb::IngestArticleRequest]) -> Arc<[String]> {
        match self {
            Self::Search => words(requests),
            Self::List => speakers(requests),
        }
        .into()
    }

    fn sql(self) -> &'static str {
        match self {
            Self::Search => SEARCH,
            Self::List => LIST,
        }
    }
}

/// Two words of a title each.
fn words(requests: &[pb::IngestArticleRequest]) -> Vec<String> {
    let titles = requests.iter().filter_map(|request| request.article.as_ref()).step_by(STRIDE);
    let words = titles.map(|article| {
        let words = article.title.split(|char: char| !char.is_alphabetic());
        let telling = words.filter(|word| word.len() >= SHORTEST).map(str::to_lowercase);
        telling.take(2).collect::<Vec<_>>()
    });
    words.filter(|words| words.len() == 2).map(|words| words.join(" ")).take(QUESTIONS).collect()
}

/// Speakers, each as often as it speaks.
fn speakers(requests: &[pb::IngestArticleRequest]) -> Vec<String> {
    let statements = requests.iter().flat_map(|request| &request.statements).step_by(STRIDE);
    let speakers = statements.filter_map(|statement| statement.speaker.as_ref());
    speakers.map(|speaker| speaker.entity.clone()).take(QUESTIONS).collect()
}

struct InDicta {
    kind: Kind,
    asked: Arc<[String]>,
    channels: Vec<Channel>,
}

impl InDicta {
    /// Asks a question; gives how many records the answer has.
    async fn ask(&self, worker: usize, number: usize) -> Result<usize, Failure> {
        let channel = self.channels.get(worker % self.channels.len().max(1));
        let mut client = QueryServiceClient::new(channel.cloned().ok_or("no connection")?);
        let asked = self.asked.get(number % self.asked.len().max(1)).ok_or("nothing to ask")?;
        match self.kind {
            Kind::Search => {
                let request = pb::SearchRequest {
                    query: asked.clone(),
                    kinds: vec![pb::RecordKind::Article.into()],
                    page_size: 10,
                    ..Default::default()
                };
                Ok(client.search(request).await?.into_inner().hits.len())
            }
            Kind::List => {
                let request = pb::ListStatementsRequest {
                    parent: "articles/-".to_owned(),
                    filter: format!("speaker.entity = \"{asked}\" AND kind = DIRECT"),
                    order_by: "uttered_at desc".to_owned(),
                    page_size: 50,
                    ..Default::default()
                };
                Ok(client.list_statements(request).await?.into_inner().statements.len())
            }
        }
    }
}

#[async_trait::async_trait]
impl Call for InDicta {
    async fn call(&self, worker: usize, number: usize) -> Result<(), Failure> {
        self.ask(worker, number).await.map(drop)
    }
}

struct InPostgres {
    asked: Arc<[String]>,
    connections: Vec<(Client, Statement)>,
}

impl InPostgres {
    /// Asks a question; gives how many rows the answer has.
    async fn ask(&self, worker: usize, number: usize) -> Result<usize, Failure> {
        let connection = self.connections.get(worker % self.connections.len().max(1));
        let (client, statement) = connection.ok_or("no connection")?;
        let asked = self.asked.get(number % self.asked.len().max(1)).ok_or("nothing to ask")?;
        Ok(client.query(statement, &[asked]).await?.len())
    }
}

#[async_trait::async_trait]
impl Call for InPostgres {
    async fn call(&self, worker: usize, number: usize) -> Result<(), Failure> {
        self.ask(worker, number).await.map(drop)
    }
}
