//! Measures a real server process over real sockets on loopback:
//! `cargo bench --bench load -- COMMAND …`.

mod compare;
mod drive;
mod ingest;
mod parsing;
mod quotes;
mod search;
mod target;
mod told;
mod work;

use std::error::Error;
use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

/// What any step may fail with.
type Failure = Box<dyn Error + Send + Sync>;

/// Measures a Dicta server.
#[derive(Debug, Parser)]
#[command(name = "load", bin_name = "cargo bench --bench load --")]
struct Cli {
    /// Passed by cargo.
    #[arg(long, hide = true, global = true)]
    bench: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write ingest requests, a JSON line each, made from articles.
    Generate(work::generate::Generate),
    /// Write articles made from others, as many as asked for.
    Grow(work::corpus::Grow),
    /// Do one work with Dicta and with its peers, in turns.
    Compare(compare::Compare),
    /// Measure Dicta with more and more articles.
    Growth(compare::growth::Growth),
    /// Measure bulk ingest, and single reads meanwhile.
    Ingest(ingest::Ingest),
    /// Measure quotations: catching up with a load, and VerifyQuote.
    Quotes(quotes::Quotes),
    /// Measure searches, and how soon the index follows a load.
    Search(search::Search),
    /// Measure how the time to parse grows with what is parsed.
    Parsing(parsing::Parsing),
    /// Serve the bare echo.
    #[command(hide = true)]
    Echo,
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Some(command) => run(command),
        // `cargo bench` alone measures nothing: the articles are not here.
        None => Cli::command().print_help().map_err(Into::into),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new()?;
    match command {
        Command::Generate(generate) => generate.run(),
        Command::Growth(growth) => runtime.block_on(growth.run()),
        Command::Ingest(ingest) => runtime.block_on(ingest.run()),
        Command::Grow(grow) => grow.run(),
        Command::Compare(compare) => runtime.block_on(compare.run()),
        Command::Quotes(quotes) => runtime.block_on(quotes.run()),
        Command::Search(search) => runtime.block_on(search.run()),
        Command::Parsing(parsing) => parsing.run(),
        Command::Echo => runtime.block_on(target::echo::serve()),
    }
}
