//! All clients at once, until the server is gone.

use std::sync::Arc;
use std::time::Duration;

use dicta::rpc::pb;
use dicta::rpc::pb::admin_service_client::AdminServiceClient;
use tokio::task::JoinHandle;
use tonic::Status;
use tonic::transport::Channel;

use crate::base::Base;
use crate::bulk::Bulk;
use crate::death::Trigger;
use crate::operation::Acknowledged;
use crate::process::ServerProcess;
use crate::subscriber::Subscriber;
use crate::world::World;
use crate::writer::Writer;

const WRITERS: usize = 4;
const STREAMS: usize = 2;
/// One who searches, and one who takes backups.
const READERS: usize = 2;
/// After so many searches what is derived is built afresh.
const SEARCHES: usize = 10;
/// One of the subscribers cuts itself off after so many messages.
const MESSAGES: usize = 20;

/// Everybody who uses a server, and what they know.
pub(crate) struct Clients {
    writers: Vec<Writer>,
    streams: Vec<Bulk>,
    pub(crate) subscribers: Vec<Subscriber>,
    /// Acknowledged, and not held against the log yet.
    pub(crate) acknowledged: Vec<Acknowledged>,
}

impl Clients {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            writers: (0..WRITERS).map(|client| Writer::new(World::new(client, seed))).collect(),
            streams: (WRITERS..WRITERS + STREAMS)
                .map(|client| Bulk::new(World::new(client, seed)))
                .collect(),
            subscribers: vec![
                Subscriber::new(&[]),
                Subscriber::new(&[pb::RecordKind::Statement, pb::RecordKind::Entity]),
            ],
            acknowledged: Vec::new(),
        }
    }

    /// Uses a server until it is gone, for so long at most; gives the backup that it was
    /// sending, as far as that came. `connected` is called when all clients are, and
    /// none has asked for anything: before that the server must not die.
    pub(crate) async fn load(
        &mut self,
        server: &ServerProcess,
        trigger: Arc<Trigger>,
        patience: Duration,
        connected: impl FnOnce(),
    ) -> Vec<u8> {
        let count = self.writers.len() + self.streams.len() + self.subscribers.len() + READERS;
        let mut channels = Vec::new();
        for _ in 0..count {
            channels.push(server.connect().await);
        }
        let mut channel = || channels.pop().expect("a channel for every client");
        connected();
        let mut writing = Vec::new();
        for mut writer in std::mem::take(&mut self.writers) {
            let (channel, trigger) = (channel(), Arc::clone(&trigger));
            writing.push(tokio::spawn(async move {
                let acknowledged = writer.write(channel, &trigger).await;
                (writer, acknowledged)
            }));
        }
        let mut streaming = Vec::new();
        for mut stream in std::mem::take(&mut self.streams) {
            let (channel, trigger) = (channel(), Arc::clone(&trigger));
            streaming.push(tokio::spawn(async move {
                let acknowledged = stream.write(channel, &trigger).await;
                (stream, acknowledged)
            }));
        }
        let mut listening = Vec::new();
        let messages = [usize::MAX, MESSAGES];
        for (mut subscriber, messages) in
            std::mem::take(&mut self.subscribers).into_iter().zip(messages)
        {
            let channel = channel();
            listening.push(tokio::spawn(async move {
                subscriber.listen(channel, messages).await;
                subscriber
            }));
        }
        tokio::spawn(read(Base { channel: channel() }));
        let backing_up = tokio::spawn(back_up(channel(), Arc::clone(&trigger)));
        let impatient = tokio::spawn(async move {
            tokio::time::sleep(patience).await;
            trigger.pull();
        });
        for (writer, acknowledged) in all(writing).await {
            self.writers.push(writer);
            self.acknowledged.extend(acknowledged);
        }
        for (stream, acknowledged) in all(streaming).await {
            self.streams.push(stream);
            self.acknowledged.extend(acknowledged);
        }
        self.subscribers = all(listening).await;
        impatient.abort();
        backing_up.await.expect("a client that takes backups")
    }

    /// Sends again what was sent and not acknowledged; tells of how much of that was
    /// there already, up to a revision, and how much was not.
    pub(crate) async fn finish(&mut self, base: &Base) -> (usize, usize) {
        let head = base.head().await;
        let mut finished = Vec::new();
        for writer in &mut self.writers {
            finished.extend(writer.finish(base.channel.clone()).await);
        }
        for stream in &mut self.streams {
            finished.extend(stream.finish(base.channel.clone()).await);
        }
        let there = finished.iter().filter(|acknowledged| acknowledged.revision <= head).count();
        let missing = finished.len() - there;
        self.acknowledged.extend(finished);
        (there, missing)
    }
}

async fn all<T>(handles: Vec<JoinHandle<T>>) -> Vec<T> {
    let mut all = Vec::new();
    for handle in handles {
        all.push(handle.await.expect("a client"));
    }
    all
}

/// Searches, so that what is derived has to be committed, and has it built afresh after
/// a while.
async fn read(base: Base) -> Result<(), Status> {
    loop {
        for _ in 0..SEARCHES {
            base.reach_the_newest().await?;
        }
        base.rebuild(pb::DerivedIndex::Search).await?;
        base.rebuild(pb::DerivedIndex::Quotations).await?;
    }
}

/// Takes backups, one after another; gives what came of the last, which is not whole.
async fn back_up(channel: Channel, trigger: Arc<Trigger>) -> Vec<u8> {
    let mut client = AdminServiceClient::new(channel);
    let mut bytes = Vec::new();
    loop {
        let request = pb::CreateBackupRequest { history: true };
        let Ok(parts) = client.create_backup(request).await else { return Vec::new() };
        let mut parts = parts.into_inner();
        loop {
            match parts.message().await {
                Ok(Some(part)) => {
                    bytes.extend(part.data);
                    trigger.backed_up();
                }
                Ok(None) => break bytes.clear(),
                Err(_) => return bytes,
            }
        }
    }
}
