//! `dicta erase`.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;

use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use crate::domain::id::RecordName;
use crate::domain::limits;
use crate::rpc::pb::admin_service_client::AdminServiceClient;
use crate::rpc::{json, pb};

/// Erases records for good: their content goes from every state of them, a marker
/// and its reason stay. An article's statements go with it. There is no way back.
#[derive(Debug, Args)]
pub(super) struct Erase {
    /// The records' names, such as articles/a.
    #[arg(value_name = "NAME", required_unless_present = "list", conflicts_with = "list")]
    names: Vec<RecordName>,
    /// Why, in words that hold nothing of the content.
    #[arg(long, value_name = "TEXT", required_unless_present = "list", conflicts_with = "list")]
    reason: Option<String>,
    /// Who wants it; you, if nobody is named.
    #[arg(long, value_name = "NAME", default_value = "")]
    by: String,
    /// Erase again what was erased before: JSON lines such as
    /// {"erasure": {"name": "articles/a", "reason": "..."}}; `-`: from standard
    /// input. Other lines are passed over.
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

impl Erase {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (erasures, allow_missing) = match &self.list {
            Some(path) => (listed(&read(path)?)?, true),
            None => (self.named(), false),
        };
        let mut client = AdminServiceClient::new(self.connection.connect().await?);
        let mut answer = pb::EraseResponse::default();
        for erasures in erasures.chunks(limits::ERASURES) {
            let erasures = erasures.to_vec();
            let asked = request(pb::EraseRequest { erasures, allow_missing });
            let erased = client.erase(asked).await?.into_inner();
            let names = std::mem::take(&mut answer.names).into_iter().chain(erased.names);
            answer = pb::EraseResponse { names: names.collect(), ..erased };
        }
        match self.connection.output {
            Format::Text => print(&told(&answer)),
            format => print_json(&answer, format),
        }
    }

    fn named(&self) -> Vec<pb::Erasure> {
        let erasure = |name: &RecordName| pb::Erasure {
            name: name.to_string(),
            reason: self.reason.clone().unwrap_or_default(),
            by: self.by.clone(),
            erase_time: None,
        };
        self.names.iter().map(erasure).collect()
    }
}

fn told(answer: &pb::EraseResponse) -> String {
    let mut out = String::new();
    for name in &answer.names {
        out.push_str(&format!("erased {name}\n"));
    }
    if answer.names.is_empty() {
        out.push_str("nothing: erased before\n");
    }
    out
}

fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let read = match path == Path::new("-") {
        true => std::io::stdin().read_to_string(&mut text).map(drop),
        false => std::fs::read_to_string(path).map(|read| text = read),
    };
    read.map_err(|error| Failure::Error(format!("{}: {error}", path.display())))?;
    Ok(text)
}

/// The erasures among lines of records.
fn listed(text: &str) -> Result<Vec<pb::Erasure>, Failure> {
    let mut erasures = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let fault = |error: String| Failure::Error(format!("line {}: {error}", index + 1));
        let value: Value = serde_json::from_str(line).map_err(|error| fault(error.to_string()))?;
        if let Some(erasure) = value.get("erasure") {
            let erasure = json::from_json(&erasure.to_string());
            erasures.push(erasure.map_err(|error| fault(error.to_string()))?);
        }
    }
    Ok(erasures)
}
