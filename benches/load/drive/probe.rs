//! Reads entities at a fixed rate while something else goes on.

use std::sync::Arc;
use std::time::Duration;

use dicta::rpc::pb;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tonic::transport::Channel;

use crate::Failure;
use crate::told::latency::Latencies;

/// Reads `names` in turn, `rate` times a second, until told to stop. A read
/// counts from when it was meant to be sent: one that had to wait for others
/// is not flattered.
pub(crate) async fn run(
    channel: Channel,
    names: Vec<String>,
    rate: u32,
    mut stop: watch::Receiver<bool>,
) -> Result<Latencies, Failure> {
    let period = Duration::from_secs(1) / rate.max(1);
    let names: Arc<[String]> = names.into();
    let mut reads = JoinSet::new();
    let mut latencies = Latencies::new()?;
    let mut intended = Instant::now();
    for name in names.iter().cycle() {
        intended += period;
        tokio::select! {
            () = tokio::time::sleep_until(intended) => {}
            _ = stop.wait_for(|stop| *stop) => break,
        }
        let mut client = QueryServiceClient::new(channel.clone());
        let request = pb::GetEntityRequest { name: name.clone(), read: None, own_record: false };
        reads.spawn(async move { client.get_entity(request).await.map(|_| intended.elapsed()) });
        while let Some(read) = reads.try_join_next() {
            latencies.record(read??);
        }
    }
    while let Some(read) = reads.join_next().await {
        latencies.record(read??);
    }
    Ok(latencies)
}
