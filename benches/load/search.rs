//! Search: how fast articles come in with the index on, how soon after the last
//! one it has caught up, and how long searches, filtered lists and VerifyQuote take.

use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use dicta::rpc::pb;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use tokio::task::JoinSet;
use tonic::transport::Channel;

use crate::Failure;
use crate::drive::stream;
use crate::target::dicta::Server;
use crate::target::process::connect;
use crate::told::latency::Latencies;
use crate::told::report::{Output, Report};
use crate::work::articles;
use crate::work::generate::{Generator, Source};

/// How many different queries of a kind are asked.
const QUERIES: usize = 500;
/// The clients of the second measurement.
const CLIENTS: usize = 8;
/// Takes the queries from all over the articles.
const STRIDE: usize = 37;

/// Measures searches, after a load that the index follows.
#[derive(Debug, Args)]
pub(crate) struct Search {
    #[command(flatten)]
    source: Source,
    /// How long one measurement takes, in milliseconds.
    #[arg(long, value_name = "N", default_value_t = 5_000)]
    milliseconds: u64,
    #[command(flatten)]
    output: Output,
}

/// How long quotations may take to catch up: the longest deadline of a call.
const PATIENCE: Duration = Duration::from_secs(600);
/// The fewest words of a quote that is asked about.
const QUOTE_WORDS: usize = 6;

/// What is asked.
#[derive(Clone, Debug)]
enum Question {
    Search(pb::SearchRequest),
    Articles(pb::ListArticlesRequest),
    Statements(pb::ListStatementsRequest),
    Verify(pb::VerifyQuoteRequest),
}

impl Question {
    async fn ask(&self, client: &mut QueryServiceClient<Channel>) -> Result<(), Failure> {
        match self.clone() {
            Self::Search(request) => drop(client.search(request).await?),
            Self::Articles(request) => drop(client.list_articles(request).await?),
            Self::Statements(request) => drop(client.list_statements(request).await?),
            Self::Verify(request) => drop(client.verify_quote(request).await?),
        }
        Ok(())
    }
}

/// Questions to ask, one after another.
type Questions = Arc<[Question]>;

impl Search {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let server = Server::start(None)?;
        let channels = connect(&server.address, CLIENTS).await?;
        let first = channels.first().cloned().ok_or("no connection")?;
        let pool = self.source.pool();
        let mut generator = Generator::new(&self.source, &pool);
        let read = articles::read(&self.source.articles, self.source.limit)?;
        let mut kinds = kinds(&read.articles);
        kinds.extend(lists(&read.articles));
        let requests: Vec<_> =
            read.articles.into_iter().map(|article| generator.request(article)).collect();
        kinds.extend(quotes(&requests));
        let count = requests.len();
        let messages = stream::messages(requests);
        let begun = Instant::now();
        let outcome = stream::run(first.clone(), messages, 256).await?;
        let took = begun.elapsed();
        if let Some(failure) = outcome.failure {
            return Err(failure.into());
        }
        let mut report = Report::default();
        report.add("articles/s with the index on", "1/s", count as f64 / took.as_secs_f64());
        let acknowledged = Instant::now();
        let mut fresh = request("percent", 1);
        fresh.read = Some(pb::ReadOptions { fully_consistent: true, ..Default::default() });
        let mut client = QueryServiceClient::new(first);
        client.search(fresh).await?;
        report.add("caught up after the last ack", "ms", milliseconds(acknowledged.elapsed()));
        // What they still have to do would be measured too.
        let read = Some(pb::ReadOptions { fully_consistent: true, ..Default::default() });
        let all = pb::ListQuotationsRequest { read, ..Default::default() };
        let mut all = tonic::Request::new(all);
        all.set_timeout(PATIENCE);
        client.list_quotations(all).await?;
        let behind = milliseconds(acknowledged.elapsed());
        report.add("quotations caught up after the last ack", "ms", behind);
        for (name, queries) in kinds {
            let time = Duration::from_millis(self.milliseconds);
            for clients in [1, CLIENTS] {
                let all = repeat(&queries, &channels, clients, time).await?;
                let name = format!("{name}, {clients} at once");
                for (quantile, of) in [("p50", 0.5), ("p99", 0.99)] {
                    report.add(format!("{name}: {quantile}"), "ms", all.milliseconds(of));
                }
                let rate = all.count() as f64 / time.as_secs_f64();
                report.add(format!("{name}: rate"), "1/s", rate);
            }
        }
        if let Some(usage) = server.usage()? {
            report.add("server RSS peak", "MiB", usage.peak_mib);
        }
        report.put(&self.output)?;
        server.stop()?;
        Ok(())
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1_000.0
}

fn request(query: &str, page_size: i32) -> pb::SearchRequest {
    pb::SearchRequest { query: query.into(), page_size, ..Default::default() }
}

/// Lists that are measured: of one outlet, by time; of one language, the latest stored
/// first; what is said at a time.
fn lists(articles: &[pb::Article]) -> Vec<(&'static str, Questions)> {
    let publishers = articles.iter().step_by(STRIDE).take(QUERIES);
    let publishers = publishers.filter_map(|article| article.publisher.as_ref());
    let list = |filter: String, order_by: &str| pb::ListArticlesRequest {
        filter,
        order_by: order_by.into(),
        page_size: 50,
        ..Default::default()
    };
    let by_time = |publisher: &pb::Publisher| {
        let filter = format!("publisher = {:?} AND published_at >= \"1987-03\"", publisher.name);
        Question::Articles(list(filter, "published_at desc"))
    };
    let newest = list("title:\"*a*\" AND version = 1".into(), "create_time desc");
    let said = pb::ListStatementsRequest {
        parent: "articles/-".into(),
        filter: "kind = DIRECT AND published_at >= \"1987-03\"".into(),
        order_by: "uttered_at".into(),
        page_size: 50,
        ..Default::default()
    };
    vec![
        ("list of 50: an outlet since a month, by time", publishers.map(by_time).collect()),
        ("list of 50: title and version, by creation", [Question::Articles(newest)].into()),
        ("list of 50: direct statements, by time", [Question::Statements(said)].into()),
    ]
}

/// Quotes to verify, as they stand; none where there are no statements.
fn quotes(requests: &[pb::IngestArticleRequest]) -> Option<(&'static str, Questions)> {
    let spans = requests.iter().flat_map(|request| &request.statements);
    let spans = spans.flat_map(|statement| &statement.content);
    let texts = spans.filter_map(|span| span.selector.as_ref()).map(|it| it.exact.clone());
    let long = texts.filter(|text| text.split_whitespace().count() >= QUOTE_WORDS);
    let questions: Questions = long
        .step_by(STRIDE)
        .take(QUERIES)
        .map(|text| Question::Verify(pb::VerifyQuoteRequest { text, ..Default::default() }))
        .collect();
    (!questions.is_empty()).then_some(("VerifyQuote", questions))
}

/// The kinds of searches that are measured: their words are those of titles.
fn kinds(articles: &[pb::Article]) -> Vec<(&'static str, Questions)> {
    let titles = articles.iter().step_by(STRIDE).take(QUERIES);
    let words: Vec<Vec<String>> = titles
        .map(|article| {
            let words = article.title.split(|char: char| !char.is_alphabetic());
            let telling = words.filter(|word| word.len() > 3).map(str::to_lowercase);
            telling.take(2).collect::<Vec<_>>()
        })
        .filter(|words| words.len() == 2)
        .collect();
    let ask = |write: &dyn Fn(&[String]) -> pb::SearchRequest| -> Questions {
        words.iter().map(|words| Question::Search(write(words))).collect()
    };
    let facets = vec![
        pb::SearchFacet::Kind.into(),
        pb::SearchFacet::Publisher.into(),
        pb::SearchFacet::Month.into(),
    ];
    vec![
        ("two words", ask(&|words| request(&words.join(" "), 10))),
        ("either of two words", ask(&|words| request(&words.join(" OR "), 10))),
        ("a phrase", ask(&|words| request(&format!("\"{}\"", words.join(" ")), 10))),
        (
            "two words, facets",
            ask(&|words| pb::SearchRequest {
                facets: facets.clone(),
                ..request(&words.join(" OR "), 10)
            }),
        ),
        (
            "a word, filter and order",
            ask(&|words| pb::SearchRequest {
                filter: "published_at >= \"1987-03\" AND language = \"en\" OR publisher:*".into(),
                order_by: "published_at desc".into(),
                kinds: vec![pb::RecordKind::Article.into()],
                ..request(words.first().map_or("", String::as_str), 10)
            }),
        ),
    ]
}

/// Searches for a time, so many at once.
async fn repeat(
    queries: &Questions,
    channels: &[Channel],
    clients: usize,
    time: Duration,
) -> Result<Latencies, Failure> {
    let until = Instant::now() + time;
    let mut running = JoinSet::new();
    for (number, channel) in channels.iter().take(clients).enumerate() {
        let (queries, channel) = (Arc::clone(queries), channel.clone());
        running.spawn(async move {
            let mut client = QueryServiceClient::new(channel);
            let mut latencies = Latencies::new()?;
            for query in queries.iter().cycle().skip(number * STRIDE) {
                let begun = Instant::now();
                if begun >= until {
                    break;
                }
                query.ask(&mut client).await?;
                latencies.record(begun.elapsed());
            }
            Ok::<_, Failure>(latencies)
        });
    }
    let mut all = Latencies::new()?;
    while let Some(latencies) = running.join_next().await {
        all.add(&latencies??)?;
    }
    Ok(all)
}
