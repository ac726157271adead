//! etcd, and the few of its messages that are needed. A crate that generates all of
//! them would need protoc, which nothing else here does.

use std::path::Path;
use std::process::Command;

use bytes::Bytes;
use tempfile::TempDir;
use tonic::transport::Channel;

use super::peer::{Peer, settings};
use super::process::{Process, free_address, version_of};
use super::unary;
use crate::Failure;

const PROGRAM: &str = "etcd";
/// What is set otherwise than by default, for none of it to stand in the way.
const FLAGS: [(&str, &str); 3] = [
    // A transaction may have as many keys as a commit of Dicta's.
    ("--max-txn-ops", "100000"),
    ("--max-request-bytes", "67108864"),
    ("--quota-backend-bytes", "8589934592"),
];

/// An etcd of one member.
#[derive(Debug)]
pub(crate) struct Etcd {
    process: Process,
    /// Its data, removed after it has ended.
    _directory: TempDir,
}

impl Etcd {
    /// Starts one over an empty directory.
    pub(crate) fn start() -> Result<Self, Failure> {
        let version = version_of(Path::new(PROGRAM), "--version");
        version.ok_or("there is no etcd here: apt-get install etcd-server")?;
        let directory = tempfile::tempdir()?;
        let (clients, peers) = (free_address()?, free_address()?);
        let mut command = Command::new(PROGRAM);
        command.arg("--data-dir").arg(directory.path().join("data"));
        for (flag, address) in [
            ("--listen-client-urls", clients),
            ("--advertise-client-urls", clients),
            ("--listen-peer-urls", peers),
            ("--initial-advertise-peer-urls", peers),
        ] {
            command.arg(format!("{flag}=http://{address}"));
        }
        command.arg(format!("--initial-cluster=default=http://{peers}"));
        command.args(FLAGS.map(|(flag, value)| format!("{flag}={value}")));
        let log = directory.path().join("log");
        let process = Process::start_at(&mut command, clients, &log)?;
        Ok(Self { process, _directory: directory })
    }

    /// Where it serves, as `http://…`.
    pub(crate) fn address(&self) -> &str {
        &self.process.address
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    /// As it is told beside its figures.
    pub(crate) fn peer() -> Peer {
        let version = version_of(Path::new(PROGRAM), "--version").unwrap_or_default();
        Peer {
            name: "etcd".to_owned(),
            version,
            durability: "one member; its log is synced before it answers".to_owned(),
            settings: settings(&FLAGS),
        }
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct RangeRequest {
    #[prost(bytes = "bytes", tag = "1")]
    key: Bytes,
    #[prost(bool, tag = "7")]
    serializable: bool,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RangeResponse {
    #[prost(message, repeated, tag = "2")]
    kvs: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct KeyValue {
    #[prost(bytes = "bytes", tag = "1")]
    key: Bytes,
    #[prost(bytes = "bytes", tag = "5")]
    value: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TxnRequest {
    #[prost(message, repeated, tag = "2")]
    success: Vec<RequestOp>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RequestOp {
    #[prost(message, optional, tag = "2")]
    put: Option<PutRequest>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct PutRequest {
    #[prost(bytes = "bytes", tag = "1")]
    key: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    value: Bytes,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TxnResponse {
    #[prost(bool, tag = "2")]
    succeeded: bool,
}

/// Puts keys with their values, all or none of them.
pub(crate) async fn put(channel: &Channel, entries: Vec<(Bytes, Bytes)>) -> Result<(), Failure> {
    let put = |(key, value)| RequestOp { put: Some(PutRequest { key, value }) };
    let request = TxnRequest { success: entries.into_iter().map(put).collect() };
    let answer: TxnResponse = unary::call(channel, "/etcdserverpb.KV/Txn", request).await?;
    if answer.succeeded { Ok(()) } else { Err("etcd put nothing".into()) }
}

/// Gets a key's value: the newest that there is, or with `serializable` what the
/// member holds, without asking the others.
pub(crate) async fn get(
    channel: &Channel,
    key: Bytes,
    serializable: bool,
) -> Result<Bytes, Failure> {
    let request = RangeRequest { key, serializable };
    let answer: RangeResponse = unary::call(channel, "/etcdserverpb.KV/Range", request).await?;
    Ok(answer.kvs.into_iter().next().ok_or("etcd does not have the key")?.value)
}
