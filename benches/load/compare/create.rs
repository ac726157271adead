//! Durable writes of single statements, beside an etcd that puts as many keys and
//! bytes in a transaction each.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use dicta::rpc::pb;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use tonic::transport::Channel;

use super::base::{Base, CONNECTIONS};
use super::calls::Calls;
use super::{Compare, Sides};
use crate::Failure;
use crate::drive::pace::Call;
use crate::target::dicta as ours;
use crate::target::dicta::Server;
use crate::target::entries::{self, Entry};
use crate::target::etcd::{self, Etcd};
use crate::target::process::connect;
use crate::work::generate::Source;

/// How many statements are created to see what one writes, over how many articles.
const SAMPLED: usize = 64;
/// How many bytes of a key say which one it is.
const NUMBER: usize = size_of::<u64>();

/// Creates statements with so many calls in flight.
pub(super) async fn sides(compare: &Compare, in_flight: usize) -> Result<Sides, Failure> {
    let written = written(&compare.source).await?;
    let base = Base::load(&compare.source).await?;
    let creates = Creates::of(&base)?;
    let etcd = Etcd::start()?;
    let puts = Puts {
        channels: connect(etcd.address(), CONNECTIONS).await?,
        transactions: written,
        puts: AtomicU64::new(0),
    };
    let keys = puts.transactions.first().map_or(0, Vec::len).to_string();
    let mut peer = Etcd::peer();
    peer.settings.push(("keys a transaction".to_owned(), keys));
    let pace = &compare.pace;
    let dicta = Calls::new(ours::peer(), Arc::new(creates), base.process()?, in_flight, pace);
    let theirs = Calls::new(peer, Arc::new(puts), etcd.id(), in_flight, pace);
    Ok(vec![Box::new(dicta.keeping(base)), Box::new(theirs.keeping(etcd))])
}

/// What creating a statement writes: the entries of transactions of the same size.
/// An entry that every statement writes anew counts once for all of them, so that
/// this is rather too little than too much.
async fn written(source: &Source) -> Result<Vec<Vec<Entry>>, Failure> {
    let directory = Arc::new(tempfile::tempdir()?);
    let few = Source { limit: source.limit.min(SAMPLED), ..source.clone() };
    let base = Base::load_into(&few, Server::over(Arc::clone(&directory))?).await?;
    let creates = Creates::of(&base)?;
    base.server.stop()?;
    let before: HashMap<_, _> = entries::read(directory.path())?.into_iter().collect();
    let server = Server::over(Arc::clone(&directory))?;
    let creates = Creates { channels: connect(&server.address, 1).await?, ..creates };
    for number in 0..SAMPLED {
        creates.call(0, number).await?;
    }
    server.stop()?;
    let mut after = entries::read(directory.path())?;
    after.retain(|(key, value)| before.get(key) != Some(value));
    after.shuffle(&mut StdRng::seed_from_u64(source.seed));
    let each = (after.len() / SAMPLED).max(1);
    Ok(after.chunks_exact(each).map(<[_]>::to_vec).collect())
}

/// Statements to create, over and over: each time they are new ones.
struct Creates {
    channels: Vec<Channel>,
    statements: Vec<(String, pb::Statement)>,
}

impl Creates {
    fn of(base: &Base) -> Result<Self, Failure> {
        let articles = base.articles.iter().zip(&base.requests);
        let statements: Vec<_> = articles
            .flat_map(|(name, request)| {
                request.statements.iter().map(move |statement| (name.clone(), statement.clone()))
            })
            .collect();
        if statements.is_empty() {
            return Err("the articles have no statements".into());
        }
        Ok(Self { channels: base.channels.clone(), statements })
    }
}

#[async_trait::async_trait]
impl Call for Creates {
    async fn call(&self, worker: usize, number: usize) -> Result<(), Failure> {
        let channel = self.channels.get(worker % self.channels.len().max(1));
        let statement = self.statements.get(number % self.statements.len().max(1));
        let (parent, statement) = statement.cloned().ok_or("nothing to create")?;
        let request =
            pb::CreateStatementRequest { parent, statement: Some(statement), ..Default::default() };
        let channel = channel.cloned().ok_or("no connection")?;
        IngestServiceClient::new(channel).create_statement(request).await?;
        Ok(())
    }
}

/// Transactions of new keys.
struct Puts {
    channels: Vec<Channel>,
    transactions: Vec<Vec<Entry>>,
    /// How many keys were put so far.
    puts: AtomicU64,
}

impl Puts {
    /// A key as long, that was never there.
    fn new_key(&self, key: &Bytes) -> Bytes {
        let number = self.puts.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let rest = key.get(NUMBER..).unwrap_or_default();
        [number.as_slice(), rest].concat().into()
    }
}

#[async_trait::async_trait]
impl Call for Puts {
    async fn call(&self, worker: usize, number: usize) -> Result<(), Failure> {
        let channel = self.channels.get(worker % self.channels.len().max(1));
        let entries = self.transactions.get(number % self.transactions.len().max(1));
        let entries = entries.ok_or("nothing to put")?.iter();
        let entries = entries.map(|(key, value)| (self.new_key(key), value.clone())).collect();
        etcd::put(channel.ok_or("no connection")?, entries).await
    }
}
