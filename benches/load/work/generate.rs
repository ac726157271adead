//! Makes ingest requests from articles: statements over real spans of the
//! bodies, spoken by entities of a seeded pool.

use std::collections::HashSet;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use clap::Args;
use dicta::rpc::json;
use dicta::rpc::pb;
use rand::SeedableRng as _;
use rand::rngs::StdRng;

use super::articles;
use crate::Failure;
use crate::work::names::Pool;

/// The shortest span that is taken for a statement, in bytes.
const SHORTEST_SPAN: usize = 20;
const CUES: [&str; 4] = ["said", "told reporters", "added", "announced"];

/// What is generated, and from what.
#[derive(Clone, Debug, Args)]
pub(crate) struct Source {
    /// The articles: JSON lines of {title, body, published_at, url, publisher,
    /// byline, language}, packed where the name ends in .gz.
    #[arg(long, value_name = "FILE")]
    pub(crate) articles: PathBuf,
    /// The most articles to take.
    #[arg(long, value_name = "N", default_value_t = 20_000)]
    pub(crate) limit: usize,
    /// Statements an article.
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(crate) statements: usize,
    /// Mentions an article, spread over its statements.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) mentions: usize,
    /// Leave it to the server to link mentions by their names.
    #[arg(long)]
    pub(crate) by_name: bool,
    /// How many different entities there may be.
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) entities: usize,
    /// The same seed gives the same requests.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

impl Source {
    /// The entities to draw from.
    pub(crate) fn pool(&self) -> Pool {
        Pool::new(self.entities, self.seed)
    }
}

/// Writes the requests to standard output.
#[derive(Debug, Args)]
pub(crate) struct Generate {
    #[command(flatten)]
    source: Source,
}

impl Generate {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let pool = self.source.pool();
        let mut generator = Generator::new(&self.source, &pool);
        let mut out = BufWriter::new(io::stdout().lock());
        for article in articles::read(&self.source.articles, self.source.limit)?.articles {
            writeln!(out, "{}", json::to_json(&generator.request(article))?)?;
        }
        Ok(out.flush()?)
    }
}

/// Makes requests, one after another.
#[derive(Debug)]
pub(crate) struct Generator<'a> {
    source: &'a Source,
    pool: &'a Pool,
    random: StdRng,
    /// The entities that were listed already.
    listed: HashSet<usize>,
}

impl<'a> Generator<'a> {
    pub(crate) fn new(source: &'a Source, pool: &'a Pool) -> Self {
        let random = StdRng::seed_from_u64(source.seed);
        Self { source, pool, random, listed: HashSet::new() }
    }

    /// The request that ingests an article. An entity is listed when it is first
    /// used, so requests must be sent in order.
    pub(crate) fn request(&mut self, article: pb::Article) -> pb::IngestArticleRequest {
        let spans = spans(&article.body);
        let mut request = pb::IngestArticleRequest { article: Some(article), ..Default::default() };
        let count = if spans.is_empty() { 0 } else { self.source.statements };
        for (number, span) in spans.iter().cycle().take(count).enumerate() {
            // The mentions of the article, as evenly as they go.
            let until = |number| self.source.mentions * number / count;
            let mentions = until(number + 1) - until(number);
            request.statements.push(self.statement(span, mentions, &mut request.entities));
        }
        request
    }

    fn statement(
        &mut self,
        span: &Span,
        mentions: usize,
        entities: &mut Vec<pb::Entity>,
    ) -> pb::Statement {
        let speaker = self.mention(entities);
        let cue = CUES.get(span.start % CUES.len()).copied().unwrap_or_default();
        pb::Statement {
            content: vec![pb::ContentSpan {
                selector: Some(pb::Selector {
                    exact: span.text.clone(),
                    start: i32::try_from(span.start).ok(),
                    end: i32::try_from(span.end).ok(),
                    ..Default::default()
                }),
                quoted: span.quoted,
            }],
            cue: Some(pb::Cue { text: cue.into(), selector: None }),
            speaker: Some(pb::Speaker {
                entity: speaker.entity.clone(),
                mention: Some(speaker),
                ..Default::default()
            }),
            mentions: (0..mentions).map(|_| self.mention(entities)).collect(),
            ..Default::default()
        }
    }

    fn mention(&mut self, entities: &mut Vec<pb::Entity>) -> pb::Mention {
        let number = self.pool.draw(&mut self.random);
        let entity = self.pool.get(number).cloned().unwrap_or_default();
        let mention = pb::Mention {
            text: entity.display_name.clone(),
            entity: if self.source.by_name { String::new() } else { entity.name.clone() },
            r#type: entity.r#type,
            selector: None,
        };
        if self.listed.insert(number) {
            entities.push(entity);
        }
        mention
    }
}

/// A part of a body; positions in code points.
#[derive(Debug)]
struct Span {
    text: String,
    start: usize,
    end: usize,
    quoted: bool,
}

/// The sentences of a body; where one has words in quotation marks, those words.
fn spans(body: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut position = 0;
    for sentence in body.split_inclusive(['.', '!', '?', '\n']) {
        let quoted = sentence.split('"').nth(1).filter(|words| words.len() >= SHORTEST_SPAN);
        let text = quoted.unwrap_or_else(|| sentence.trim());
        if text.len() >= SHORTEST_SPAN
            && let Some((before, _)) = sentence.split_once(text)
        {
            let start = position + before.chars().count();
            let end = start + text.chars().count();
            spans.push(Span { text: text.to_owned(), start, end, quoted: quoted.is_some() });
        }
        position += sentence.chars().count();
    }
    spans
}
