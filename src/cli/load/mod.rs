//! `dicta load`.

mod articles_format;
mod bulk;
mod entities;
pub(super) mod input;
mod session;
mod tally;
mod window;

use std::path::PathBuf;
use std::slice;

use clap::Args;
use tokio::sync::mpsc;

use self::bulk::{Ingest, Restore};
use self::entities::EntityLoader;
use self::input::{Format, Read};
use self::session::Session;
pub(super) use self::session::{is_transient, pause};
use self::tally::Tally;
pub(super) use self::tally::progress_bar;
use super::client::Connection;
use super::failure::Failure;
use crate::domain::id::BatchId;
use crate::rpc::record_file::{Exported, Work};

/// Ingests files of JSON lines; exit code 1 where a line failed. Loading the
/// same again changes nothing.
///
/// Lines that `dicta export` wrote, told by their createTime, are stored as they
/// are: with their names, times and states; its erasures erase here, too. The server
/// takes those only where it listens on a loopback address.
#[derive(Debug, Args)]
pub(super) struct Load {
    /// The files, gzip or plain; - is standard input.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// What the lines are.
    #[arg(long, value_enum, default_value = "dicta")]
    format: Format,
    /// Where to write the lines that failed, as they are.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// The batch that all of it belongs to: lower-case letters, digits, hyphens.
    #[arg(long, value_name = "ID", value_parser = BatchId::new)]
    batch: Option<BatchId>,
    /// How many articles may be under way.
    #[arg(long, value_name = "N", default_value_t = 256,
        value_parser = clap::value_parser!(u32).range(1..=100_000))]
    window: u32,
    /// Find statements in the texts, beside those that a line brings along.
    #[arg(long)]
    extract: bool,
    /// Make entities of the people, bodies and places that statements name.
    #[arg(long)]
    create_entities: bool,
    /// Ingest exported lines like all others, as if they were new.
    #[arg(long)]
    ingest: bool,
    /// Let exported lines replace the records that have their names.
    #[arg(long, conflicts_with = "ingest")]
    replace: bool,
    /// First erase what was erased elsewhere, and leave it out of what is loaded:
    /// JSON lines as of `dicta export --kind erasures`, plain or gzip; other lines
    /// are passed over.
    #[arg(long, value_name = "FILE", conflicts_with = "ingest")]
    erasures: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

impl Load {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let channel = self.connection.connect().await?;
        let exported = if self.ingest { Exported::Ingested } else { Exported::Restored };
        let mut input = input::open(&self.files, self.format, exported)?;
        let mut tally = Tally::new(&input, self.rejects.as_deref())?;
        let batch = self.batch.as_ref().map_or("", BatchId::as_str);
        let window = self.window as usize;
        let ingest = Ingest {
            batch: batch.into(),
            extract: self.extract,
            create_entities: self.create_entities,
        };
        let leave_out_erased = self.erasures.is_some();
        let restore = Restore { replace: self.replace, leave_out_erased };
        let mut loaders = Loaders {
            articles: Session::new(channel.clone(), ingest, window),
            records: Session::new(channel.clone(), restore, window),
            entities: EntityLoader::new(channel, batch.to_owned()),
        };
        if let Some(list) = &self.erasures {
            let mut list = input::open(slice::from_ref(list), Format::Dicta, Exported::Erasures)?;
            loaders.load_all(&mut list.items, &mut tally).await?;
            tally.refuse_failures()?;
        }
        let loaded = loaders.load_all(&mut input.items, &mut tally).await;
        // What was done is told, also where it could not be ended.
        let ended = tally.end(self.connection.output);
        loaded?;
        ended
    }
}

/// What sends each kind of work.
struct Loaders {
    articles: Session<Ingest>,
    records: Session<Restore>,
    entities: EntityLoader,
}

impl Loaders {
    /// Sends articles and exported records in streams, and between them the
    /// entities that go alone: what is stored after an entity may refer to it.
    async fn load_all(
        &mut self,
        items: &mut mpsc::Receiver<Read>,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        let mut next = None;
        loop {
            let item = match next.take() {
                Some(item) => item,
                None => match items.recv().await {
                    Some(read) => read.map_err(Failure::Error)?,
                    None => return self.entities.finish(tally).await,
                },
            };
            next = match item.work {
                Ok(Work::Entity(_)) => self.entities.load_run(item, items, tally).await?,
                Ok(Work::Ingest(_)) => self.articles.load_run(item, items, tally).await?,
                Ok(Work::Restore(_)) => self.records.load_run(item, items, tally).await?,
                Err(reason) => {
                    tally.fail(item.line, &item.source, &reason)?;
                    None
                }
            };
        }
    }
}
