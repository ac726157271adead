//! `dicta extract`.

mod batch;
mod named;
mod shown;

use std::io::Read as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use clap::Args;

use self::named::Named;
use super::failure::Failure;
use super::load::input::Source;
use super::output::{Format, print};
use super::read::parse_moment;
use crate::domain::body::TextIndex;
use crate::domain::text::LanguageTag;
use crate::domain::time::Timestamp;
use crate::extract::{BuiltIn, Document};

/// Shows what is said in a text, by whom, and which names and times are in it: no
/// server is asked, and nothing stored.
#[derive(Debug, Args)]
pub(super) struct Extract {
    /// A plain text; - is standard input.
    #[arg(value_name = "FILE", required_unless_present = "jsonl", conflicts_with = "jsonl")]
    file: Option<PathBuf>,
    /// A file of articles instead, gzip or plain, each a line {"id", "text",
    /// "published_at", "language"}: one line of JSON is written for each, in order,
    /// with its statements alone.
    #[arg(long, value_name = "FILE")]
    jsonl: Option<PathBuf>,
    /// The language of the text, such as en; told from the words where it is not given.
    #[arg(long, value_name = "TAG", value_parser = LanguageTag::new)]
    language: Option<LanguageTag>,
    /// When the text came out, such as 2026-09-16: "on Tuesday" is counted from it, and
    /// left out where it is not given.
    #[arg(long, value_name = "TIME", value_parser = parse_moment, conflicts_with = "jsonl")]
    published_at: Option<Timestamp>,
    /// How the answer of one text is written.
    #[arg(long, value_enum, default_value = "text")]
    output: Format,
}

impl Extract {
    pub(super) fn run(self) -> Result<(), Failure> {
        match (&self.jsonl, &self.file) {
            (Some(path), _) => batch::run(path, self.language.as_ref()),
            (None, Some(path)) => self.one(path),
            (None, None) => Err(Failure::Usage("give a FILE or --jsonl FILE".into())),
        }
    }

    fn one(&self, path: &std::path::Path) -> Result<(), Failure> {
        let source = Source::open(path)?;
        let name = source.name.clone();
        let mut text = String::new();
        let read = source.reader(&Arc::new(AtomicU64::new(0)));
        let read = read.and_then(|mut reader| reader.read_to_string(&mut text));
        read.map_err(|error| Failure::Error(format!("{name}: {error}")))?;
        let document = Document {
            text: &text,
            language: self.language.as_ref(),
            published_at: self.published_at,
        };
        let extraction = BuiltIn.read(&document);
        let index = TextIndex::new(&text);
        let named = Named::read(&index, &document);
        let json = || {
            let mut json = shown::json(&extraction);
            if let Some(fields) = json.as_object_mut() {
                fields.insert("names".into(), named.names_json().into());
                fields.insert("times".into(), named.times_json().into());
            }
            json
        };
        match self.output {
            Format::Text => print(&(named.text() + &shown::text(&index, &extraction))),
            Format::Json => print(&format!("{:#}", json())),
            Format::Jsonl => print(&json().to_string()),
        }
    }
}
