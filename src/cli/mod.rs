//! The command line: one file a command.

mod backup;
mod breakdown;
mod check;
mod client;
mod compact;
mod completions;
mod erase;
mod export;
mod extract;
mod failure;
mod get;
mod healthcheck;
mod history;
mod list;
mod load;
mod neighbors;
mod merge;
mod near_duplicates;
mod output;
mod paths;
mod quotations;
mod read;
mod relations;
mod resolve;
mod restore;
mod retract;
mod search;
mod serve;
mod stats;
mod text;
mod timeline;
mod verify_quote;
mod version;
mod watch;
mod whole_file;

use std::future::Future;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use self::failure::Failure;

/// A knowledge base of who said what, when, about whom and where it is sourced.
#[derive(Debug, Parser)]
#[command(name = "dicta", version, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
    /// Ingest files of JSON lines.
    Load(load::Load),
    /// Write out the records as JSON lines.
    Export(export::Export),
    /// Write a backup of a server that runs.
    Backup(backup::Backup),
    /// Make a data directory of a backup.
    Restore(restore::Restore),
    /// Show what is said in a text, and by whom.
    Extract(extract::Extract),
    /// Read a record by its name.
    Get(get::Get),
    /// List articles, statements or entities.
    List(list::List),
    /// Tell how a record came to be what it is.
    History(history::History),
    /// Retract a statement.
    Retract(retract::Retract),
    /// Erase records for good.
    Erase(erase::Erase),
    /// Search articles, statements and entities by their words.
    Search(search::Search),
    /// Check that nothing is wrong with what is kept.
    Check(check::Check),
    /// Write the data of a stopped server anew.
    Compact(compact::Compact),
    /// Say that two entities are one.
    Merge(merge::Merge),
    /// Take a merge of entities back.
    Unmerge(merge::Unmerge),
    /// Find which entities names may mean.
    Resolve(resolve::Resolve),
    /// Tell what an entity said, in the order of time.
    Timeline(timeline::Timeline),
    /// Tell what statements say will happen, soonest first.
    Due(timeline::Due),
    /// Tell whom and what an entity is related to.
    Neighbors(neighbors::Neighbors),
    /// Tell how two entities are connected.
    Paths(paths::Paths),
    /// List what was said in several articles, or tell how it was worded.
    Quotations(quotations::Quotations),
    NearDuplicates(near_duplicates::NearDuplicates),
    /// Tell whether someone said some words.
    VerifyQuote(verify_quote::VerifyQuote),
    /// Tell of changes as they are committed.
    Watch(watch::Watch),
    /// Tell what the server holds.
    Stats(stats::Stats),
    /// Ask whether the server serves: exit code 0 or 1.
    Healthcheck(healthcheck::Healthcheck),
    /// Write completions for a shell.
    Completions(completions::Completions),
    /// Tell the version.
    Version,
}

/// Does what the command line asks for.
#[must_use]
pub fn main() -> ExitCode {
    // Errors of usage exit with 2, help and version with 0.
    let result = match Cli::parse().command {
        Command::Serve(command) => command.run(),
        Command::Load(command) => client(command.run()),
        Command::Export(command) => client(command.run()),
        Command::Backup(command) => client(command.run()),
        Command::Restore(command) => client(command.run()),
        Command::Extract(command) => command.run(),
        Command::Get(command) => client(command.run()),
        Command::List(command) => client(command.run()),
        Command::History(command) => client(command.run()),
        Command::Retract(command) => client(command.run()),
        Command::Erase(command) => client(command.run()),
        Command::Search(command) => client(command.run()),
        Command::Check(command) => client(command.run()),
        Command::Compact(command) => command.run(),
        Command::Merge(command) => client(command.run()),
        Command::Unmerge(command) => client(command.run()),
        Command::Resolve(command) => client(command.run()),
        Command::Timeline(command) => client(command.run()),
        Command::Due(command) => client(command.run()),
        Command::Neighbors(command) => client(command.run()),
        Command::Paths(command) => client(command.run()),
        Command::Quotations(command) => client(command.run()),
        Command::NearDuplicates(command) => client(command.run()),
        Command::VerifyQuote(command) => client(command.run()),
        Command::Watch(command) => client(command.run()),
        Command::Stats(command) => client(command.run()),
        Command::Healthcheck(command) => client(command.run()),
        Command::Completions(command) => command.run(),
        Command::Version => version::run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

/// Runs a command that asks a server: one thread is enough for it.
fn client(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::Error(format!("can't start: {error}")))?.block_on(command)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_is_written_is_accepted_or_refused() {
        let check = |line: &str, accepted: bool| {
            let parsed = Cli::try_parse_from(line.split(' '));
            assert_eq!(parsed.is_ok(), accepted, "{line}");
        };
        check("dicta serve", true);
        check(
            "dicta serve --config f --data-dir d --listen 0.0.0.0:1 --seeds s --print-config",
            true,
        );
        check("dicta load a.jsonl - --format articles --rejects r --batch b --window 8", true);
        check("dicta load", false);
        check("dicta load a --format xml", false);
        check("dicta load a --window 0", false);
        check("dicta load a --batch Not_An_Id", false);
        check("dicta load a --replace", true);
        check("dicta load a --replace --ingest", false);
        check("dicta export", true);
        check("dicta export --kind articles --kind entities --as-of 7 --history --to a.gz", true);
        check("dicta export --kind quotations", false);
        check("dicta backup --to f --history --address http://a:1", true);
        check("dicta backup", false);
        check("dicta restore f --data-dir d", true);
        check("dicta restore f", false);
        check("dicta extract a.txt --language en --output json", true);
        check("dicta extract --jsonl a.jsonl.gz", true);
        check("dicta extract", false);
        check("dicta extract a --jsonl b", false);
        check("dicta extract a --language 0", false);
        check("dicta get articles/a --as-of 7 --view basic --output json", true);
        check("dicta get articles/a --as-of 2026-09-16T10:00:00Z --address http://a:1", true);
        check("dicta get quotations/a", false);
        check("dicta get articles/a --as-of yesterday", false);
        check("dicta list articles --filter x --order-by name --limit 5", true);
        check("dicta list statements --article a --speaker entities/b --mention c", true);
        check("dicta list statements --parent articles/a", true);
        check("dicta list statements --speaker Not%An%Id", false);
        check("dicta list quotations", false);
        check("dicta resolve a b --type person --context c --limit 3", true);
        check("dicta resolve", false);
        check("dicta quotations --speaker a --order last-seen --limit 5 --output json", true);
        check("dicta quotations --filter drift>2 --ascending", true);
        check("dicta near-duplicates articles/a --filter similarity>0.9", true);
        check("dicta near-duplicates entities/a", false);
        check("dicta quotations quotations/q0", true);
        check("dicta quotations quotations/q0 --limit 5", false);
        check("dicta quotations --order name", false);
        check("dicta verify-quote words --speaker someone --limit 3", true);
        check("dicta verify-quote", false);
        check("dicta history articles/a --limit 5 --output json", true);
        check("dicta history quotations/a", false);
        check("dicta retract articles/a/statements/s --kind superseded --reason r --by b", true);
        check("dicta retract articles/a/statements/s --kind wrong --reason r", false);
        check("dicta retract articles/a/statements/s --kind superseded", false);
        check("dicta retract articles/a --kind superseded --reason r", false);
        check("dicta erase articles/a entities/b --reason r --by b", true);
        check("dicta erase --list erasures.jsonl", true);
        check("dicta erase articles/a", false);
        check("dicta compact --data-dir d", true);
        check("dicta compact", false);
        check("dicta check --data-dir d --max-findings 5 --output json", true);
        check("dicta check --address http://a:1", true);
        check("dicta check --data-dir d --address http://a:1", false);
        check("dicta check --max-findings 0", false);
        check("dicta erase articles/a --reason r --list f", false);
        check("dicta erase quotations/a --reason r", false);
        check("dicta merge entities/a entities/b --dry-run --output json", true);
        check("dicta merge entities/a", false);
        check("dicta merge entities/a articles/b", false);
        check("dicta unmerge entities/b --dry-run", true);
        check("dicta get entities/b --own", true);
        check("dicta watch --from 7 --kind article --kind statement --entity a --view full", true);
        check("dicta watch --kind article --filter x --output jsonl", true);
        check("dicta watch --filter x", false);
        check("dicta watch --kind rumour", false);
        check("dicta search peace talks --kind statement --facet month --limit 5", true);
        check("dicta search a --filter x --language en --unused --output json", true);
        check("dicta search", false);
        check("dicta search a --kind quotation", false);
        check("dicta stats --output jsonl", true);
        check("dicta stats --by speaker,topic --by kind --limit 5 --filter x --all", true);
        check("dicta stats --by weather", false);
        check("dicta stats --filter x", false);
        check("dicta timeline a --about --by referenced --since 2026 --until 2027", true);
        check("dicta timeline", false);
        check("dicta due --from 2026-09 --until 2026-09 --limit 0 --output jsonl", true);
        check("dicta due a", false);
        check("dicta neighbors a --relation claimed --relation addressed --evidence 5", true);
        check("dicta neighbors a --relation cousin", false);
        check("dicta neighbors", false);
        check("dicta paths entities/a b --max-hops 2 --limit 1 --as-of 7", true);
        check("dicta paths a", false);
        check("dicta healthcheck --config f", true);
        check("dicta completions bash", true);
        check("dicta version", true);
        check("dicta", false);
    }
}
