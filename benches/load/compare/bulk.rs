//! Bulk ingest, durable and searchable at the end, beside a PostgreSQL that is loaded
//! as its manual advises; and the disk that it takes.

use std::sync::Arc;
use std::time::Instant;

use dicta::rpc::{json, pb};

use super::base::{self, WINDOW};
use super::{Compare, Side, Sides};
use crate::Failure;
use crate::drive::stream;
use crate::target::dicta::{self as ours, Server};
use crate::target::peer::Peer;
use crate::target::postgres::rows::Rows;
use crate::target::postgres::{Postgres, load};
use crate::target::process::{connect, disk_bytes};
use crate::target::usage::Usage;
use crate::told::comparison::Sample;

/// What both load.
pub(super) async fn sides(compare: &Compare) -> Result<Sides, Failure> {
    let requests: Arc<[_]> = base::requests(&compare.source)?.into();
    let input = input_bytes(&requests)?;
    let rows = Rows::of(&requests);
    Ok(vec![Box::new(Dicta { requests, input }), Box::new(InPostgres { rows, input })])
}

/// The size of the requests as the JSON lines that `dicta load` reads.
pub(super) fn input_bytes(requests: &[pb::IngestArticleRequest]) -> Result<f64, Failure> {
    let mut bytes = 0;
    for request in requests {
        bytes += json::to_json(request)?.len() + 1;
    }
    Ok(bytes as f64)
}

/// Loads into an empty Dicta each time.
pub(super) struct Dicta {
    pub(super) requests: Arc<[pb::IngestArticleRequest]>,
    /// The size of the input, in bytes.
    pub(super) input: f64,
}

#[async_trait::async_trait]
impl Side for Dicta {
    fn peer(&self) -> Peer {
        ours::peer()
    }

    async fn repeat(&mut self) -> Result<Sample, Failure> {
        let directory = Arc::new(tempfile::tempdir()?);
        let server = Server::over(Arc::clone(&directory))?;
        let channels = connect(&server.address, 1).await?;
        let channel = channels.first().cloned().ok_or("no connection")?;
        let messages = stream::messages(self.requests.to_vec());
        let begun = Instant::now();
        let outcome = stream::run(channel.clone(), messages, WINDOW).await?;
        let acknowledged = begun.elapsed();
        if let Some(failure) = outcome.failure {
            return Err(failure.into());
        }
        base::searchable(channel.clone()).await?;
        let took = begun.elapsed();
        let used = server.usage()?.unwrap_or_default();
        base::caught_up(channel).await?;
        let all = begun.elapsed();
        let count = self.requests.len() as f64;
        let mut sample = loaded(count, took.as_secs_f64(), used);
        sample.push(("durable alone".into(), "articles/s", count / acknowledged.as_secs_f64()));
        sample.push(("with quotations too".into(), "articles/s", count / all.as_secs_f64()));
        sample.push(("most memory".into(), "MiB", used.peak_mib));
        let running = disk_bytes(directory.path())? as f64;
        server.stop()?;
        ours::compact(directory.path())?;
        let compacted = disk_bytes(directory.path())? as f64;
        sample.push(("disk, running".into(), "times the input", running / self.input));
        sample.push(("disk, compacted".into(), "times the input", compacted / self.input));
        Ok(sample)
    }
}

/// Loads into an empty PostgreSQL each time.
struct InPostgres {
    rows: Rows,
    input: f64,
}

#[async_trait::async_trait]
impl Side for InPostgres {
    fn peer(&self) -> Peer {
        Postgres::peer()
    }

    async fn repeat(&mut self) -> Result<Sample, Failure> {
        let postgres = Postgres::start()?;
        // Ready, as the other side is.
        drop(postgres.connect().await?);
        let before = postgres.usage()?;
        let begun = Instant::now();
        load::load(&postgres, &self.rows).await?;
        let took = begun.elapsed();
        let used = postgres.usage()?.since(before);
        let mut sample = loaded(self.rows.count() as f64, took.as_secs_f64(), used);
        let (all, tables) = postgres.stop()?;
        sample.push(("disk".into(), "times the input", all as f64 / self.input));
        sample.push(("disk without the log".into(), "times the input", tables as f64 / self.input));
        Ok(sample)
    }
}

/// What both tell of a load.
fn loaded(count: f64, seconds: f64, used: Usage) -> Sample {
    vec![
        ("loaded and searchable".into(), "articles/s", count / seconds),
        ("took".into(), "s", seconds),
        ("server CPU an article".into(), "µs", used.cpu_seconds * 1e6 / count),
        ("written".into(), "MB", used.written / 1e6),
        ("memory".into(), "MiB", used.held_mib),
    ]
}
