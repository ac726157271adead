//! What a side of a comparison is, as told beside its figures.

use serde_json::{Value, json};

/// A program that is measured.
#[derive(Clone, Debug, Default)]
pub(crate) struct Peer {
    /// What it is called here.
    pub(crate) name: String,
    /// Its version, as it tells it.
    pub(crate) version: String,
    /// What is safe when it answers.
    pub(crate) durability: String,
    /// How it is set up, where that is not its default.
    pub(crate) settings: Vec<(String, String)>,
}

impl Peer {
    /// The same under another name.
    pub(crate) fn called(&self, name: impl Into<String>) -> Self {
        Self { name: name.into(), ..self.clone() }
    }

    pub(crate) fn to_json(&self) -> Value {
        let settings = self.settings.iter().map(|(name, value)| (name.clone(), json!(value)));
        json!({
            "name": self.name, "version": self.version, "durability": self.durability,
            "settings": settings.collect::<serde_json::Map<_, _>>(),
        })
    }
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}; {}", self.name, self.version, self.durability)?;
        for (name, value) in &self.settings {
            write!(f, "; {name} = {value}")?;
        }
        Ok(())
    }
}

/// How a setting is written down.
pub(crate) fn settings(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
