//! The configuration and its keys, written for people.

use std::fmt::Write as _;

use super::{Loaded, keys};

/// The effective configuration as TOML, with where each value came from.
#[must_use]
pub fn effective(loaded: &Loaded) -> String {
    let mut out = String::new();
    let mut table = "";
    for key in keys::all() {
        let (of, name) = key.name.split_once('.').unwrap_or(("", key.name));
        if of != table {
            table = of;
            let _ = write!(out, "\n[{table}]\n");
        }
        let sourced = loaded.values.get(key.name);
        let _ = writeln!(out, "{name} = {}  # {}", toml_value(&sourced.text), sourced.source);
    }
    out
}

fn toml_value(text: &str) -> String {
    match text.parse::<u32>() {
        Ok(number) => number.to_string(),
        Err(_) => toml::Value::String(text.to_owned()).to_string(),
    }
}

/// The keys as a Markdown table: what the README shows.
#[must_use]
pub fn markdown_table() -> String {
    let mut out = "| key | variable | default | meaning |\n|---|---|---|---|\n".to_owned();
    for key in keys::all() {
        let default = match key.default {
            "" => "none".to_owned(),
            default => format!("`{default}`"),
        };
        let (name, variable, meaning) = (key.name, key.variable(), key.meaning);
        let _ = writeln!(out, "| `{name}` | `{variable}` | {default} | {meaning} |");
    }
    out
}
