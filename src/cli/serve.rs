//! `dicta serve`.

use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::failure::Failure;
use super::output;
use crate::config::{self, Environment, Flags};
use crate::{app, telemetry};

/// What a process exits with that a second signal ends.
const INTERRUPTED: i32 = 130;

/// Runs the server. Every setting may also stand in the file, or in a variable
/// such as DICTA_DATA_DIR; a flag beats a variable, a variable the file.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The configuration file (TOML). DICTA_CONFIG names it too.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where the data is kept.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The address and port to listen on.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// A directory of JSON files to load, once, into an empty base.
    #[arg(long, value_name = "DIR")]
    seeds: Option<PathBuf>,
    /// Memory for cached data, in MiB.
    #[arg(long, value_name = "N")]
    cache_mib: Option<String>,
    /// How log lines are written: human or json.
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// What is logged: error, warn, info, debug, trace.
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// Print the effective configuration, with where each value came from.
    #[arg(long)]
    print_config: bool,
    /// Print the keys as a Markdown table.
    #[arg(long, hide = true)]
    print_config_table: bool,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), Failure> {
        if self.print_config_table {
            return output::print(&config::markdown_table());
        }
        let flags = Flags {
            data_dir: self.data_dir,
            listen: self.listen,
            seeds: self.seeds,
            cache_mib: self.cache_mib,
            log_format: self.log_format,
            log_level: self.log_level,
        };
        let loaded = config::load(self.config, &Environment::of_process(), &flags)?;
        if self.print_config {
            return output::print(&config::effective(&loaded));
        }
        telemetry::start(&loaded.config.log).map_err(|error| Failure::Error(error.to_string()))?;
        let runtime = tokio::runtime::Runtime::new()?;
        let result = runtime.block_on(async {
            let (interrupt, terminate) =
                (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
            let served = app::serve(loaded.config, told_to_stop(interrupt, terminate)).await;
            served.map_err(|error| Failure::Error(error.to_string()))
        });
        // Work on blocking threads that outlives the grace must not hold the exit.
        runtime.shutdown_background();
        result
    }
}

/// Done at the first signal; the second one ends the process at once.
async fn told_to_stop(mut interrupt: Signal, mut terminate: Signal) {
    let name = next(&mut interrupt, &mut terminate).await;
    tracing::info!(signal = name, "stopping; a second signal stops at once");
    tokio::spawn(async move {
        let name = next(&mut interrupt, &mut terminate).await;
        tracing::warn!(signal = name, "stopping at once");
        std::process::exit(INTERRUPTED);
    });
}

async fn next(interrupt: &mut Signal, terminate: &mut Signal) -> &'static str {
    tokio::select! {
        _ = interrupt.recv() => "SIGINT",
        _ = terminate.recv() => "SIGTERM",
    }
}
