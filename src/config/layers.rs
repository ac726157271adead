//! The layers of a configuration as text: each value with where it came from.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};

use super::error::{ConfigError, Source};
use super::keys::{self, Key};
use super::value::Allowed;

/// The variables of an environment whose names begin with `DICTA_`.
#[derive(Clone, Debug, Default)]
pub struct Environment(BTreeMap<String, OsString>);

impl Environment {
    /// Those of this process.
    #[must_use]
    pub fn of_process() -> Self {
        Self::of(std::env::vars_os())
    }

    /// Those among `variables`.
    pub fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let named = variables.into_iter().filter_map(|(name, value)| {
            Some((name.into_string().ok().filter(|name| name.starts_with("DICTA_"))?, value))
        });
        Self(named.collect())
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Result<Option<String>, ConfigError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(value) => match value.to_str() {
                Some(text) => Ok(Some(text.to_owned())),
                None => Err(ConfigError::NotText(name.to_owned())),
            },
        }
    }
}

/// The flags of `dicta serve` that set keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--listen`.
    pub listen: Option<String>,
    /// `--seeds`.
    pub seeds: Option<PathBuf>,
    /// `--cache-mib`.
    pub cache_mib: Option<String>,
    /// `--log-format`.
    pub log_format: Option<String>,
    /// `--log-level`.
    pub log_level: Option<String>,
}

impl Flags {
    fn given(&self) -> impl Iterator<Item = (&'static str, &'static str, String)> {
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
        [
            ("data_dir", "--data-dir", path(&self.data_dir)),
            ("listen", "--listen", self.listen.clone()),
            ("seeds", "--seeds", path(&self.seeds)),
            ("cache_mib", "--cache-mib", self.cache_mib.clone()),
            ("log.format", "--log-format", self.log_format.clone()),
            ("log.level", "--log-level", self.log_level.clone()),
        ]
        .into_iter()
        .filter_map(|(key, flag, value)| Some((key, flag, value?)))
    }
}

/// A value as text, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sourced {
    pub(super) text: String,
    pub(super) source: Source,
}

/// The value of every key.
#[derive(Clone, Debug)]
pub(super) struct Values(BTreeMap<&'static str, Sourced>);

impl Values {
    /// The defaults.
    pub(super) fn defaults() -> Self {
        let sourced = |key: &Key| Sourced { text: key.default.into(), source: Source::Default };
        Self(keys::all().map(|key| (key.name, sourced(key))).collect())
    }

    /// The value of a key and where it came from.
    pub(super) fn get(&self, key: &str) -> Sourced {
        let nothing = || Sourced { text: String::new(), source: Source::Default };
        self.0.get(key).cloned().unwrap_or_else(nothing)
    }

    /// Reads the value of a key.
    pub(super) fn read<T>(
        &self,
        key: &'static str,
        read: impl Fn(&str) -> Result<T, Allowed>,
    ) -> Result<T, ConfigError> {
        read(&self.get(key).text).map_err(|allowed| self.refuse(key, allowed))
    }

    /// The error that says what the key's value must be.
    pub(super) fn refuse(&self, key: &'static str, allowed: impl Into<String>) -> ConfigError {
        let Sourced { text, source } = self.get(key);
        let source_text = source.to_string();
        ConfigError::Value { key, value: text, source_text, allowed: allowed.into() }
    }

    /// Lays the file's values over those held.
    pub(super) fn take_file(&mut self, path: &Path, text: &str) -> Result<(), ConfigError> {
        let line_at =
            |byte: usize| 1 + text.bytes().take(byte).filter(|byte| *byte == b'\n').count();
        let table = DeTable::parse(text).map_err(|error| ConfigError::Syntax {
            path: path.to_owned(),
            line: line_at(error.span().map_or(0, |span| span.start)),
            reason: error.message().to_owned(),
        })?;
        let mut found = Vec::new();
        flatten("", table.get_ref(), &mut found);
        for (key, byte, value) in found {
            let line = line_at(byte);
            let Some(known) = keys::all().find(|known| known.name == key) else {
                return Err(unknown(path, line, key));
            };
            let source = Source::File { path: path.to_owned(), line };
            self.0.insert(known.name, Sourced { text: value, source });
        }
        Ok(())
    }

    /// Lays the environment's values over those held.
    pub(super) fn take_environment(
        &mut self,
        environment: &Environment,
    ) -> Result<(), ConfigError> {
        for key in keys::all() {
            let name = key.variable();
            if let Some(text) = environment.get(&name)? {
                self.0.insert(key.name, Sourced { text, source: Source::Variable(name) });
            }
        }
        Ok(())
    }

    /// Lays the flags' values over those held.
    pub(super) fn take_flags(&mut self, flags: &Flags) {
        for (key, flag, text) in flags.given() {
            self.0.insert(key, Sourced { text, source: Source::Flag(flag) });
        }
    }
}

/// Lists the table's values as text under their full names, each with the byte
/// at which its key stands.
fn flatten(prefix: &str, table: &DeTable<'_>, found: &mut Vec<(String, usize, String)>) {
    for (key, value) in table {
        let name = format!("{prefix}{}", key.get_ref());
        match value.get_ref() {
            // An unknown table is told as a whole, not key by key.
            DeValue::Table(inner) if is_table(&name) => {
                flatten(&format!("{name}."), inner, found);
            }
            other => found.push((name, key.span().start, as_text(other))),
        }
    }
}

fn is_table(name: &str) -> bool {
    keys::all().any(|key| key.name.split_once('.').is_some_and(|(table, _)| table == name))
}

fn as_text(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(truth) => truth.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

fn unknown(path: &Path, line: usize, key: String) -> ConfigError {
    let similar = keys::all()
        .map(|known| (strsim::jaro_winkler(known.name, &key), known.name))
        .filter(|(similarity, _)| *similarity > 0.85)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, name)| name);
    ConfigError::UnknownKey { path: path.to_owned(), line, key, similar }
}
