//! More articles than there are, made from those there are: their words follow one
//! another as in some article, for a few words at a time, and go on as in another one
//! that has the same word. So words and names are as frequent as they were, and
//! articles as long, but none is there twice.

use std::collections::HashMap;
use std::io::{self, BufWriter, Write as _};
use std::path::PathBuf;

use clap::Args;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use super::articles;
use crate::Failure;

/// How often a word is followed by that of another article.
const TURN: f64 = 0.2;
/// The times of the articles are spread over this much more, in seconds.
const SPREAD: i64 = 86_400;

/// Writes articles made from others to standard output.
#[derive(Debug, Args)]
pub(crate) struct Grow {
    /// The articles that they are made from, as for `generate`.
    #[arg(long, value_name = "FILE")]
    articles: PathBuf,
    /// How many to make.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    count: usize,
    /// The same seed gives the same articles.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
}

impl Grow {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let lines = articles::lines(&self.articles, usize::MAX)?;
        let lines: Vec<_> = lines.into_iter().map(|(line, _)| line).collect();
        let titles = Words::of(lines.iter().filter_map(|line| line.title.as_deref()));
        let bodies = Words::of(lines.iter().map(|line| line.body.as_str()));
        let mut random = StdRng::seed_from_u64(self.seed);
        let mut out = BufWriter::new(io::stdout().lock());
        for number in 0..self.count {
            let like = lines.get(random.random_range(0..lines.len().max(1)));
            let like = like.ok_or("there are no articles to make others from")?;
            let title = titles.walk(like.title.as_deref().unwrap_or_default(), &mut random);
            let body = bodies.walk(&like.body, &mut random);
            let published_at = like.published_at.as_deref().and_then(|text| {
                let time: jiff::Timestamp = text.parse().ok()?;
                let later = jiff::SignedDuration::from_secs(random.random_range(0..SPREAD));
                Some((time + later).to_string())
            });
            let article = json!({
                "title": title, "body": body, "published_at": published_at,
                "url": format!("https://news.example/{}/{number}", self.seed),
                "publisher": like.publisher, "byline": like.byline, "language": like.language,
            });
            writeln!(out, "{article}")?;
        }
        Ok(out.flush()?)
    }
}

/// Texts as words, one after another.
#[derive(Debug, Default)]
struct Words<'a> {
    words: Vec<&'a str>,
    /// Where each text begins.
    texts: Vec<usize>,
    /// Where each word stands.
    places: HashMap<&'a str, Vec<u32>>,
}

impl<'a> Words<'a> {
    fn of(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for text in texts {
            all.texts.push(all.words.len());
            for word in text.split_whitespace() {
                let place = u32::try_from(all.words.len()).unwrap_or(u32::MAX);
                all.places.entry(word).or_default().push(place);
                all.words.push(word);
            }
        }
        all
    }

    /// As many words as `like` has: from the beginning of some text on.
    fn walk(&self, like: &str, random: &mut StdRng) -> String {
        let count = like.split_whitespace().count();
        let first = random.random_range(0..self.texts.len().max(1));
        let mut at = self.texts.get(first).copied().unwrap_or_default();
        let mut walked = Vec::with_capacity(count);
        while walked.len() < count {
            // After the last one comes the first.
            let Some(word) = self.words.get(at).or_else(|| self.words.first()) else { break };
            walked.push(*word);
            let places = self.places.get(word).map(Vec::as_slice).unwrap_or_default();
            if random.random_bool(TURN)
                && let Some(place) = places.get(random.random_range(0..places.len().max(1)))
            {
                at = *place as usize;
            }
            at = if at < self.words.len() { at + 1 } else { 0 };
        }
        walked.join(" ")
    }
}
