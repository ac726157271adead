//! Single reads, beside a bare echo that moves as many bytes and an etcd that holds
//! the same.

use std::sync::Arc;

use bytes::Bytes;
use dicta::rpc::pb;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use prost::Message as _;
use tonic::transport::Channel;

use super::base::{Base, CONNECTIONS};
use super::calls::Calls;
use super::{Compare, Sides};
use crate::Failure;
use crate::drive::pace::Call;
use crate::target::etcd::{self, Etcd};
use crate::target::process::connect;
use crate::target::{dicta as ours, echo};

/// How many different records are read.
const RECORDS: usize = 2_000;
const IN_FLIGHT: usize = 64;
/// Takes the reads through the records in an order that is not that of the keys.
const STRIDE: usize = 997;

/// Reads of entities.
pub(super) async fn entity(compare: &Compare) -> Result<Sides, Failure> {
    let base = Base::load(&compare.source).await?;
    let names = entities(&base);
    sides(compare, base, Kind::Entity, names).await
}

/// Reads of the entities of a base, alone.
pub(super) fn entities_of(base: &Base) -> Arc<dyn Call> {
    let records = entities(base).into_iter().map(|name| (Bytes::from(name), Bytes::new()));
    Arc::new(Reads {
        target: Target::Dicta(Kind::Entity),
        channels: base.channels.clone(),
        records: records.collect(),
    })
}

fn entities(base: &Base) -> Vec<String> {
    let entities = base.requests.iter().flat_map(|request| &request.entities);
    entities.map(|entity| entity.name.clone()).take(RECORDS).collect()
}

/// Reads of articles, with their bodies.
pub(super) async fn article(compare: &Compare) -> Result<Sides, Failure> {
    let base = Base::load(&compare.source).await?;
    let step = (base.articles.len() / RECORDS).max(1);
    let names = base.articles.iter().step_by(step).take(RECORDS).cloned().collect();
    sides(compare, base, Kind::Article, names).await
}

async fn sides(
    compare: &Compare,
    base: Base,
    kind: Kind,
    names: Vec<String>,
) -> Result<Sides, Failure> {
    let first = base.channels.first().ok_or("no connection")?;
    let mut records = Vec::new();
    for name in names {
        let answer = kind.read(first, &name).await?;
        records.push((Bytes::from(name), Bytes::from(answer)));
    }
    let records: Arc<[_]> = records.into();
    let echo = echo::start()?;
    let etcd = Etcd::start()?;
    let etcd_channels = connect(etcd.address(), CONNECTIONS).await?;
    let first = etcd_channels.first().ok_or("no connection")?;
    for record in records.iter() {
        etcd::put(first, vec![record.clone()]).await?;
    }
    let reads = |target, channels: &[Channel]| {
        Arc::new(Reads { target, channels: channels.to_vec(), records: Arc::clone(&records) })
    };
    let calls = |peer, reads, process| Calls::new(peer, reads, process, IN_FLIGHT, &compare.pace);
    let bare = connect(&echo.address, CONNECTIONS).await?;
    let dicta = calls(ours::peer(), reads(Target::Dicta(kind), &base.channels), base.process()?);
    let bare = calls(echo::peer(), reads(Target::Echo, &bare), echo.id());
    let theirs = |name, serializable| {
        let reads = reads(Target::Etcd { serializable }, &etcd_channels);
        calls(Etcd::peer().called(name), reads, etcd.id())
    };
    let (newest, held) = (theirs("etcd, linearizable", false), theirs("etcd, serializable", true));
    Ok(vec![
        Box::new(dicta.keeping(base)),
        Box::new(bare.keeping(echo)),
        Box::new(newest),
        Box::new(held.keeping(etcd)),
    ])
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Entity,
    Article,
}

impl Kind {
    /// Reads a record; gives the answer's bytes.
    async fn read(self, channel: &Channel, name: &str) -> Result<Vec<u8>, Failure> {
        let mut client = QueryServiceClient::new(channel.clone());
        let name = name.to_owned();
        match self {
            Self::Entity => {
                let request = pb::GetEntityRequest { name, ..Default::default() };
                Ok(client.get_entity(request).await?.into_inner().encode_to_vec())
            }
            Self::Article => {
                let view = pb::ArticleView::Full.into();
                let request = pb::GetArticleRequest { name, view, ..Default::default() };
                Ok(client.get_article(request).await?.into_inner().encode_to_vec())
            }
        }
    }
}

/// What is read from.
#[derive(Clone, Copy, Debug)]
enum Target {
    Dicta(Kind),
    Echo,
    Etcd { serializable: bool },
}

/// Reads of records, in an order that is not that of their keys.
struct Reads {
    target: Target,
    channels: Vec<Channel>,
    /// Names, and the bytes of the answers.
    records: Arc<[(Bytes, Bytes)]>,
}

#[async_trait::async_trait]
impl Call for Reads {
    async fn call(&self, worker: usize, number: usize) -> Result<(), Failure> {
        let at = number.wrapping_mul(STRIDE) % self.records.len().max(1);
        let (name, answer) = self.records.get(at).ok_or("nothing to read")?;
        let channel = self.channels.get(worker % self.channels.len().max(1));
        let channel = channel.ok_or("no connection")?;
        match self.target {
            // All decode what they are answered.
            Target::Dicta(Kind::Entity) => {
                let name = str::from_utf8(name)?.to_owned();
                let request = pb::GetEntityRequest { name, ..Default::default() };
                QueryServiceClient::new(channel.clone()).get_entity(request).await?;
            }
            Target::Dicta(Kind::Article) => {
                let (name, view) = (str::from_utf8(name)?.to_owned(), pb::ArticleView::Full.into());
                let request = pb::GetArticleRequest { name, view, ..Default::default() };
                QueryServiceClient::new(channel.clone()).get_article(request).await?;
            }
            Target::Echo => echo::call(channel, name.clone(), answer.len()).await?,
            Target::Etcd { serializable } => {
                etcd::get(channel, name.clone(), serializable).await?;
            }
        }
        Ok(())
    }
}
