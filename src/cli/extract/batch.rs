//! Many articles at once, on all cores.

use std::io::{self, BufRead, Write as _};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use serde::Deserialize;

use super::shown;
use crate::cli::failure::Failure;
use crate::cli::load::input::Source;
use crate::cli::load::progress_bar;
use crate::cli::read::parse_moment;
use crate::domain::text::LanguageTag;
use crate::extract::{BuiltIn, Document};
use crate::rpc::json_values::read_line;

/// Articles that one core reads before their answers are written.
const AT_ONCE: usize = 32;

/// A line. Fields that are not named here are left out.
#[derive(Deserialize)]
struct Article {
    id: serde_json::Value,
    #[serde(default)]
    text: String,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    published_at: Option<String>,
}

/// Reads the articles of a file and writes what was found in each, in order; exit
/// code 1 where a line is broken.
pub(super) fn run(path: &Path, language: Option<&LanguageTag>) -> Result<(), Failure> {
    let source = Source::open(path)?;
    let name = source.name.clone();
    let (bar, read) = (progress_bar(source.bytes), Arc::new(AtomicU64::new(0)));
    let mut reader = source.reader(&read)?;
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut output = io::BufWriter::new(io::stdout().lock());
    let (mut line, mut broken) = (0, 0);
    loop {
        let lines = next_lines(&mut reader, cores * AT_ONCE)
            .map_err(|error| Failure::Error(format!("{name}: {error}")))?;
        if lines.is_empty() {
            break;
        }
        for answer in answers(&lines, cores, language) {
            line += 1;
            match answer {
                Ok(answer) if answer.is_empty() => {}
                Ok(answer) => writeln!(output, "{answer}")?,
                Err(reason) => {
                    broken += 1;
                    bar.suspend(|| anstream::eprintln!("{name}: line {line}: {reason}"));
                }
            }
        }
        bar.set_position(read.load(Ordering::Relaxed));
        bar.set_message(format!("{line} articles"));
    }
    output.flush()?;
    bar.finish_and_clear();
    if broken > 0 { Err(Failure::No) } else { Ok(()) }
}

fn next_lines(reader: &mut Box<dyn BufRead>, count: usize) -> io::Result<Vec<String>> {
    let mut lines = Vec::new();
    while lines.len() < count
        && let Some(line) = read_line(reader)?
    {
        lines.push(line);
    }
    Ok(lines)
}

/// The answers to some lines, in order.
fn answers(
    lines: &[String],
    cores: usize,
    language: Option<&LanguageTag>,
) -> Vec<Result<String, String>> {
    let share = lines.len().div_ceil(cores).max(1);
    thread::scope(|scope| {
        let workers: Vec<_> = lines
            .chunks(share)
            .map(|lines| {
                scope.spawn(|| lines.iter().map(|line| answer(line, language)).collect::<Vec<_>>())
            })
            .collect();
        let stopped = || vec![Err("the thread that read it stopped".to_owned())];
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_else(|_| stopped())).collect()
    })
}

/// The answer to one line; empty for a blank one.
fn answer(line: &str, language: Option<&LanguageTag>) -> Result<String, String> {
    if line.trim().is_empty() {
        return Ok(String::new());
    }
    let article: Article = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let own = article.language.as_deref().map(LanguageTag::new).transpose();
    let own = own.map_err(|error| format!("language: {error}"))?;
    let published_at = match article.published_at.as_deref().filter(|it| !it.is_empty()) {
        Some(moment) => {
            Some(parse_moment(moment).map_err(|error| format!("published_at: {error}"))?)
        }
        None => None,
    };
    let document =
        Document { text: &article.text, language: own.as_ref().or(language), published_at };
    let mut found = shown::json(&BuiltIn.read(&document));
    if let Some(fields) = found.as_object_mut() {
        fields.insert("id".into(), article.id);
    }
    Ok(found.to_string())
}
