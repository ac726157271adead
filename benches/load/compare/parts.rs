//! Bulk ingest beside the sum of its parts: a bare stream, a bare sled and a bare
//! tantivy, one after another on the same cores.

use std::sync::Arc;
use std::time::Instant;

use dicta::rpc::pb;

use super::base::{self, WINDOW};
use super::bulk::{self, Dicta};
use super::{Compare, Side, Sides};
use crate::Failure;
use crate::drive::stream;
use crate::target::dicta::Server;
use crate::target::entries::{self, Entry};
use crate::target::peer::{Peer, settings};
use crate::target::process::connect;
use crate::target::{echo, floor};
use crate::told::comparison::Sample;

pub(super) async fn sides(compare: &Compare) -> Result<Sides, Failure> {
    let requests: Arc<[_]> = base::requests(&compare.source)?.into();
    let input = bulk::input_bytes(&requests)?;
    let entries = entries(&requests).await?;
    let parts = Parts { requests: Arc::clone(&requests), entries: entries.into() };
    Ok(vec![Box::new(Dicta { requests, input }), Box::new(parts)])
}

/// What Dicta's store holds of the requests.
async fn entries(requests: &[pb::IngestArticleRequest]) -> Result<Vec<Entry>, Failure> {
    let directory = Arc::new(tempfile::tempdir()?);
    let server = Server::over(Arc::clone(&directory))?;
    let channel = connect(&server.address, 1).await?.pop().ok_or("no connection")?;
    let outcome = stream::run(channel, stream::messages(requests.to_vec()), WINDOW).await?;
    if let Some(failure) = outcome.failure {
        return Err(failure.into());
    }
    server.stop()?;
    entries::read(directory.path())
}

/// The parts, each alone with the same work.
struct Parts {
    requests: Arc<[pb::IngestArticleRequest]>,
    entries: Arc<[Entry]>,
}

impl Parts {
    /// Sends all requests on a stream that acknowledges and keeps nothing; tells how
    /// many seconds that took.
    async fn stream(&self) -> Result<f64, Failure> {
        let echo = echo::start()?;
        let channel = connect(&echo.address, 1).await?.pop().ok_or("no connection")?;
        let messages = stream::messages(self.requests.to_vec());
        let begun = Instant::now();
        stream::run(channel, messages, WINDOW).await?;
        let took = begun.elapsed();
        echo.end("-TERM")?;
        Ok(took.as_secs_f64())
    }
}

#[async_trait::async_trait]
impl Side for Parts {
    fn peer(&self) -> Peer {
        Peer {
            name: "the sum of its parts".to_owned(),
            version: "tonic, sled and tantivy as Dicta is built with them".to_owned(),
            durability: "sled and tantivy synced, one after the other".to_owned(),
            settings: settings(&[
                ("sled", "the same entries in the order of their keys, synced every 256 articles"),
                ("tantivy", "title, body and spans with positions, one thread, one commit"),
            ]),
        }
    }

    async fn repeat(&mut self) -> Result<Sample, Failure> {
        let count = self.requests.len();
        let stream = self.stream().await?;
        let entries = Arc::clone(&self.entries);
        let batches = count.div_ceil(WINDOW);
        let sled = tokio::task::spawn_blocking(move || floor::sled(&entries, batches)).await??;
        let requests = Arc::clone(&self.requests);
        let tantivy = tokio::task::spawn_blocking(move || floor::tantivy(&requests)).await??;
        let count = count as f64;
        let rates = [("stream", stream), ("sled", sled), ("tantivy", tantivy)];
        let all = count / (stream + sled + tantivy);
        let mut sample = vec![("loaded and searchable".to_owned(), "articles/s", all)];
        let alone =
            rates.map(|(part, seconds)| (format!("{part} alone"), "articles/s", count / seconds));
        sample.extend(alone);
        Ok(sample)
    }
}
