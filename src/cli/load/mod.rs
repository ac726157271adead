//! `dicta load`.

mod articles_format;
mod entities;
mod input;
mod session;
mod tally;
mod window;

use std::path::PathBuf;

use clap::Args;
use tokio::sync::mpsc;

use self::entities::EntityLoader;
use self::input::{Format, Read};
use self::session::Session;
use self::tally::Tally;
use super::client::Connection;
use super::failure::Failure;
use crate::domain::id::BatchId;
use crate::rpc::record_file::Work;

/// Ingests files of JSON lines; exit code 1 where a line failed. Loading the
/// same again changes nothing.
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
    #[command(flatten)]
    connection: Connection,
}

impl Load {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let channel = self.connection.connect().await?;
        let mut input = input::open(&self.files, self.format)?;
        let mut tally = Tally::new(&input, self.rejects.as_deref())?;
        let batch = self.batch.as_ref().map_or("", BatchId::as_str);
        let mut session = Session::new(channel.clone(), batch.to_owned(), self.window as usize);
        let mut entities = EntityLoader::new(channel, batch.to_owned());
        let loaded = load_all(&mut input.items, &mut session, &mut entities, &mut tally).await;
        // What was done is told, also where it could not be ended.
        let ended = tally.end(self.connection.output);
        loaded?;
        ended
    }
}

/// Sends articles in streams, and between them the entities that go alone:
/// what is stored after an entity may refer to it.
async fn load_all(
    items: &mut mpsc::Receiver<Read>,
    session: &mut Session,
    entities: &mut EntityLoader,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let mut next = None;
    loop {
        let item = match next.take() {
            Some(item) => item,
            None => match items.recv().await {
                Some(read) => read.map_err(Failure::Error)?,
                None => return entities.finish(tally).await,
            },
        };
        next = match item.work {
            Ok(Work::Entity(_)) => entities.load_run(item, items, tally).await?,
            Ok(Work::Ingest(_)) => session.load_run(item, items, tally).await?,
            Err(reason) => {
                tally.fail(item.line, &item.source, &reason)?;
                None
            }
        };
    }
}
