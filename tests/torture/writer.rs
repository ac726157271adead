//! A client that writes one thing after another, of every kind.

use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::death::Trigger;
use crate::operation::{Acknowledged, Operation};
use crate::world::World;

/// What one client has written, and what it does not know of.
pub(crate) struct Writer {
    world: World,
    /// Sent, and not answered: it is there or it is not.
    open: Option<Operation>,
}

impl Writer {
    pub(crate) fn new(world: World) -> Self {
        Self { world, open: None }
    }

    /// Writes until the server is gone; gives what was acknowledged.
    pub(crate) async fn write(&mut self, channel: Channel, trigger: &Trigger) -> Vec<Acknowledged> {
        let mut client = IngestServiceClient::new(channel);
        let mut all = Vec::new();
        loop {
            let operation = self.open.take().unwrap_or_else(|| self.world.any());
            match operation.send(&mut client).await {
                Ok(acknowledged) => {
                    all.push(acknowledged);
                    trigger.acknowledged(1);
                }
                Err(status) => {
                    let again = may_try_again(&operation, &status);
                    self.open = Some(operation);
                    if !again {
                        return all;
                    }
                }
            }
        }
    }

    /// Sends again what was not answered.
    pub(crate) async fn finish(&mut self, channel: Channel) -> Vec<Acknowledged> {
        let mut client = IngestServiceClient::new(channel);
        let Some(operation) = self.open.take() else { return Vec::new() };
        let sent = operation.send(&mut client).await;
        vec![sent.unwrap_or_else(|status| panic!("{status:?} for {operation:?}"))]
    }
}

/// Whether the server refused for the moment; `false` where it is gone. Nothing that
/// is sent deserves another refusal.
fn may_try_again(operation: &Operation, status: &Status) -> bool {
    if status.get_error_details().error_info().is_none() {
        return false;
    }
    assert_eq!(status.code(), Code::Aborted, "{status:?} for {operation:?}");
    true
}
