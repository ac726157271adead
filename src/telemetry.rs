//! Logging: to standard error, for a person or as JSON.

use std::io::IsTerminal as _;

use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::{Log, LogFormat};

/// Why logging can't start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The level is no filter.
    #[error("`{level}` is no log level: {reason}")]
    Level {
        /// The level as configured.
        level: String,
        /// What is wrong.
        reason: String,
    },
    /// Something else logs already.
    #[error("logging was started before")]
    AlreadyStarted,
}

/// Starts logging for the whole process.
pub fn start(log: &Log) -> Result<(), Error> {
    let filter: Targets = log
        .level
        .parse()
        .map_err(|error| Error::Level { level: log.level.clone(), reason: format!("{error}") })?;
    let registry = tracing_subscriber::registry().with(filter);
    let started = match log.format {
        LogFormat::Human => {
            let lines = tracing_subscriber::fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(wants_colour());
            registry.with(lines).try_init()
        }
        LogFormat::Json => {
            let lines = tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_writer(std::io::stderr);
            registry.with(lines).try_init()
        }
    };
    started.map_err(|_| Error::AlreadyStarted)
}

/// Whether standard error is a terminal whose reader did not refuse colours.
fn wants_colour() -> bool {
    let stderr = std::io::stderr();
    stderr.is_terminal() && anstream::AutoStream::choice(&stderr) != anstream::ColorChoice::Never
}
