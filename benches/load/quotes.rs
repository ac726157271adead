//! Quotations: how soon they have caught up with a load, what they find, and how
//! long VerifyQuote takes.

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

/// How many clients ask at once.
const CROWD: usize = 8;
/// Takes the questions through the quotes in an order that is not theirs.
const STRIDE: usize = 997;
/// How long quotations may take to catch up: the longest deadline of a call.
const PATIENCE: Duration = Duration::from_secs(600);
/// The fewest words of a quote that is asked about.
const WORDS: usize = 6;

/// Measures quotations: catching up with a load, and VerifyQuote.
#[derive(Debug, Args)]
pub(crate) struct Quotes {
    #[command(flatten)]
    source: Source,
    /// How many quotes each client asks about.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    questions: usize,
    #[command(flatten)]
    output: Output,
}

impl Quotes {
    pub(crate) async fn run(self) -> Result<(), Failure> {
        let server = Server::start(None)?;
        let channels = connect(&server.address, CROWD).await?;
        let first = channels.first().cloned().ok_or("no connection")?;
        let mut report = Report::default();
        let quotes = self.load(first.clone(), &mut report).await?;
        found(first, &mut report).await?;
        for (name, clients) in [("alone", 1), ("eight at once", CROWD)] {
            for (kind, altered) in [("as it stands", false), ("altered", true)] {
                let mut workers = JoinSet::new();
                for (number, channel) in channels.iter().take(clients).cloned().enumerate() {
                    let quotes = Arc::clone(&quotes);
                    let (count, from) = (self.questions, number * STRIDE);
                    workers.spawn(async move { ask(channel, &quotes, from, count, altered).await });
                }
                let mut all = Latencies::new()?;
                while let Some(latencies) = workers.join_next().await {
                    all.add(&latencies??)?;
                }
                for (quantile, of) in [("p50", 0.5), ("p99", 0.99)] {
                    let what = format!("VerifyQuote, {kind}, {name}: {quantile}");
                    report.add(what, "ms", all.milliseconds(of));
                }
            }
        }
        report.put(&self.output)?;
        server.stop()?;
        Ok(())
    }

    /// Fills the server and waits until quotations have caught up; gives the quotes.
    async fn load(&self, channel: Channel, report: &mut Report) -> Result<Arc<[String]>, Failure> {
        let pool = self.source.pool();
        let mut generator = Generator::new(&self.source, &pool);
        let read = articles::read(&self.source.articles, self.source.limit)?;
        let requests: Vec<_> =
            read.articles.into_iter().map(|article| generator.request(article)).collect();
        let spans = requests.iter().flat_map(|request| &request.statements);
        let spans = spans.flat_map(|statement| &statement.content);
        let words = spans.filter_map(|span| span.selector.as_ref()).map(|it| it.exact.clone());
        let quotes: Arc<[String]> =
            words.filter(|words| words.split_whitespace().count() >= WORDS).collect();
        let count = requests.len() as f64;
        let begun = Instant::now();
        let outcome = stream::run(channel.clone(), stream::messages(requests), 256).await?;
        if let Some(failure) = outcome.failure {
            return Err(failure.into());
        }
        let loaded = begun.elapsed();
        report.add("ingest", "articles/s", count / loaded.as_secs_f64());
        let begun = Instant::now();
        let read = Some(pb::ReadOptions { fully_consistent: true, ..Default::default() });
        let mut client = QueryServiceClient::new(channel);
        let mut request =
            tonic::Request::new(pb::ListQuotationsRequest { read, ..Default::default() });
        request.set_timeout(PATIENCE);
        client.list_quotations(request).await?;
        let behind = begun.elapsed();
        report.add("quotations: behind the last acknowledgement", "s", behind.as_secs_f64());
        let all = loaded + behind;
        report.add("quotations: followed", "articles/s", count / all.as_secs_f64());
        Ok(quotes)
    }
}

/// How many quotations several articles have, and how many articles have
/// near-duplicates.
async fn found(channel: Channel, report: &mut Report) -> Result<(), Failure> {
    let mut client = QueryServiceClient::new(channel);
    let mut page_token = String::new();
    let (mut several, mut in_all) = (0, 0);
    loop {
        let order_by = "articles desc".to_owned();
        let request = pb::ListQuotationsRequest {
            page_size: 1_000,
            page_token,
            order_by,
            ..Default::default()
        };
        let page = client.list_quotations(request).await?.into_inner();
        in_all += page.quotations.len();
        several += page.quotations.iter().filter(|it| it.article_count > 1).count();
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    report.add("quotations", "quotations", in_all as f64);
    report.add("quotations in several articles", "quotations", several as f64);
    let (mut near, mut sure) = (0, 0);
    loop {
        let request =
            pb::ListArticlesRequest { page_size: 1_000, page_token, ..Default::default() };
        let page = client.list_articles(request).await?.into_inner();
        near += page.articles.iter().filter(|it| !it.near_duplicates.is_empty()).count();
        let surely = |it: &&pb::Article| it.near_duplicates.iter().any(|near| near.sure);
        sure += page.articles.iter().filter(surely).count();
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    report.add("articles with near-duplicates", "articles", near as f64);
    report.add("articles with sure ones", "articles", sure as f64);
    Ok(())
}

/// Asks about quotes, one after another.
async fn ask(
    channel: Channel,
    quotes: &[String],
    from: usize,
    count: usize,
    altered: bool,
) -> Result<Latencies, Failure> {
    let mut client = QueryServiceClient::new(channel);
    let mut latencies = Latencies::new()?;
    for at in 0..count {
        let quote = quotes.get((from + at * STRIDE) % quotes.len().max(1));
        let mut text: String = quote.ok_or("no quotes")?.chars().take(2_000).collect();
        if altered {
            let mut words: Vec<&str> = text.split_whitespace().collect();
            words.remove(words.len() / 2);
            text = words.join(" ");
        }
        let begun = Instant::now();
        client.verify_quote(pb::VerifyQuoteRequest { text, ..Default::default() }).await?;
        latencies.record(begun.elapsed());
    }
    Ok(latencies)
}
