//! `dicta healthcheck`.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::client;
use super::failure::Failure;
use crate::config::{self, Environment, Flags};

/// How long the answer may take.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Asks whether the server serves. Without an address it is found in the
/// server's own configuration: the file, or DICTA_LISTEN.
#[derive(Debug, Args)]
pub(super) struct Healthcheck {
    /// The server, such as http://127.0.0.1:50051.
    #[arg(long, value_name = "URL")]
    address: Option<String>,
    /// The server's configuration file. DICTA_CONFIG names it too.
    #[arg(long, value_name = "FILE", conflicts_with = "address")]
    config: Option<PathBuf>,
    /// Ask about one service, such as dicta.v1.IngestService, which is not served
    /// while the store takes no writes. Without it: the server as a whole.
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    service: String,
}

impl Healthcheck {
    pub(super) async fn run(self) -> Result<(), Failure> {
        // Containers know the exit codes 0 and 1 only.
        self.check().await.map_err(|failure| match failure {
            Failure::Usage(text) => Failure::Error(text),
            other => other,
        })
    }

    async fn check(self) -> Result<(), Failure> {
        let address = match self.address {
            Some(address) => address,
            None => {
                let environment = Environment::of_process();
                config::load(self.config, &environment, &Flags::default())?.config.local_address()
            }
        };
        let status = tokio::time::timeout(TIMEOUT, ask(&address, self.service)).await;
        match status.map_err(|_| Failure::Error(format!("{address} does not answer in time")))?? {
            ServingStatus::Serving => Ok(()),
            other => Err(Failure::Error(format!("{address} is {}", other.as_str_name()))),
        }
    }
}

async fn ask(address: &str, service: String) -> Result<ServingStatus, Failure> {
    let mut health = HealthClient::new(client::connect(address).await?);
    let answer = health.check(client::request(HealthCheckRequest { service })).await?;
    Ok(answer.into_inner().status())
}
