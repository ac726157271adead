//! `dicta export`.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use flate2::Compression;
use flate2::write::GzEncoder;
use indicatif::{ProgressBar, ProgressStyle};
use tonic::transport::Channel;

use super::client::Connection;
use super::failure::Failure;
use super::load::{is_transient, pause};
use super::read::ReadArgs;
use super::whole_file::Place;
use crate::rpc::pb::query_service_client::QueryServiceClient;
use crate::rpc::{json, pb};

/// How often in a row an export may break off before its next message.
const ATTEMPTS: u32 = 10;

/// Writes out all records, or those of some kinds, as JSON lines that `load`
/// takes: entities, then articles, each with its statements, in the order of
/// their names, then what was erased. An export that breaks off goes on by itself.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Only records of this kind; may be given again.
    #[arg(long = "kind", value_enum, value_name = "KIND")]
    kinds: Vec<Kind>,
    /// Write each record in all of its states, the oldest first. Records that are
    /// deleted are left out.
    #[arg(long)]
    history: bool,
    /// Where to write; a name that ends in .gz is packed. Only a whole export
    /// gets the name.
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    read: ReadArgs,
    #[command(flatten)]
    connection: Connection,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    Articles,
    Statements,
    Entities,
    Erasures,
}

impl From<Kind> for pb::RecordKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Articles => Self::Article,
            Kind::Statements => Self::Statement,
            Kind::Entities => Self::Entity,
            Kind::Erasures => Self::Erasure,
        }
    }
}

impl Export {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let channel = self.connection.connect().await?;
        let mut output = Output::open(self.to.as_deref())?;
        let bar = progress_bar();
        let request = pb::ExportRequest {
            kinds: self.kinds.iter().map(|kind| pb::RecordKind::from(*kind).into()).collect(),
            history: self.history,
            read: self.read.options(),
            ..Default::default()
        };
        let done = write_all(channel, request, &mut output, &bar).await;
        bar.finish_and_clear();
        done?;
        Ok(output.finish()?)
    }
}

/// Writes every record, from where it broke off where it does.
async fn write_all(
    channel: Channel,
    mut request: pb::ExportRequest,
    output: &mut Output,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let mut failures = 0;
    loop {
        let came_to = request.resume_token.clone();
        match write_stream(channel.clone(), &mut request, output, bar).await {
            Ok(()) => return Ok(()),
            Err(Failure::Server(status)) if is_transient(&status) => {
                failures = if request.resume_token == came_to { failures + 1 } else { 1 };
                if failures > ATTEMPTS {
                    return Err(Failure::Server(status));
                }
                tokio::time::sleep(pause(failures)).await;
            }
            Err(failure) => return Err(failure),
        }
    }
}

/// Writes the records of one stream; the request keeps how far it came.
async fn write_stream(
    channel: Channel,
    request: &mut pb::ExportRequest,
    output: &mut Output,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let mut client = QueryServiceClient::new(channel);
    let mut stream = client.export(request.clone()).await?.into_inner();
    while let Some(message) = stream.message().await? {
        bar.inc(message.records.len() as u64);
        for record in message.records {
            let line = json::to_json(&record).map_err(|error| Failure::Error(error.to_string()))?;
            output.line(&line)?;
        }
        request.resume_token = message.resume_token;
    }
    Ok(())
}

/// How many records are written, on a terminal.
pub(super) fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    match ProgressStyle::with_template("{spinner} {human_pos} records  {elapsed_precise}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Where the lines go.
enum Output {
    Stdout(BufWriter<io::Stdout>),
    Plain(Place, BufWriter<File>),
    Gzip(Place, GzEncoder<BufWriter<File>>),
}

impl Output {
    fn open(to: Option<&Path>) -> Result<Self, Failure> {
        let Some(whole) = to else { return Ok(Self::Stdout(BufWriter::new(io::stdout()))) };
        let (place, file) = Place::create(whole)?;
        let file = BufWriter::new(file);
        let is_gzip = whole.extension().is_some_and(|extension| extension == "gz");
        Ok(match is_gzip {
            true => Self::Gzip(place, GzEncoder::new(file, Compression::default())),
            false => Self::Plain(place, file),
        })
    }

    fn line(&mut self, line: &str) -> io::Result<()> {
        let writer: &mut dyn Write = match self {
            Self::Stdout(writer) => writer,
            Self::Plain(_, writer) => writer,
            Self::Gzip(_, writer) => writer,
        };
        writer.write_all(line.as_bytes())?;
        writer.write_all(b"\n")
    }

    /// Brings everything to its place.
    fn finish(self) -> io::Result<()> {
        let (place, mut writer) = match self {
            Self::Stdout(mut writer) => return writer.flush(),
            Self::Plain(place, writer) => (place, writer),
            Self::Gzip(place, writer) => (place, writer.finish()?),
        };
        writer.flush()?;
        place.settle(writer.get_ref())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn written(name: &str) -> Vec<u8> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(name);
        let mut output = Output::open(Some(&path)).unwrap();
        output.line("{}").unwrap();
        assert!(!path.exists());
        output.finish().unwrap();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        std::fs::read(&path).unwrap()
    }

    #[test]
    fn a_file_gets_its_name_when_it_is_whole() {
        assert_eq!(written("a.jsonl"), b"{}\n");
    }

    #[test]
    fn a_name_in_gz_is_packed() {
        let packed = written("a.jsonl.gz");
        let mut text = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut text).unwrap();
        assert_eq!(text, "{}\n");
    }
}
