//! How answers are written.

use std::io::Write as _;

use clap::ValueEnum;
use prost::{Message, Name};

use super::failure::Failure;
use crate::rpc::json;

/// How answers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For reading.
    Text,
    /// The proto's canonical JSON, indented.
    Json,
    /// The same, one object a line; records as `load` takes them.
    Jsonl,
}

/// Writes text to standard output, without colours where that is no terminal.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = anstream::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        stdout.write_all(b"\n")?;
    }
    Ok(stdout.flush()?)
}

/// Writes a message as JSON, indented or on one line.
pub(super) fn print_json<M: Message + Name>(message: &M, format: Format) -> Result<(), Failure> {
    let text = match format {
        Format::Jsonl => json::to_json(message),
        Format::Json | Format::Text => json::to_json_pretty(message),
    };
    print(&text.map_err(|error| Failure::Error(error.to_string()))?)
}
