//! `dicta erase`.

use std::path::{Path, PathBuf};

use clap::Args;

use super::client::{Connection, request};
use super::failure::Failure;
use super::load::input::{self, Format};
use super::output::{self, print, print_json};
use crate::domain::id::RecordName;
use crate::domain::limits;
use crate::rpc::pb;
use crate::rpc::pb::admin_service_client::AdminServiceClient;
use crate::rpc::record_file::{Exported, Item, Work};

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
    /// Erase again what was erased elsewhere: JSON lines such as
    /// {"erasure": {"name": "articles/a", "reason": "..."}}, as `dicta export
    /// --kind erasures` writes them, plain or gzip; `-`: from standard input. Other
    /// lines are passed over.
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    #[command(flatten)]
    connection: Connection,
}

impl Erase {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let (erasures, allow_missing): (Vec<pb::Erasure>, bool) = match &self.list {
            Some(path) => {
                let listed = listed(path).await?;
                (listed.into_iter().map(|(_, erasure)| erasure).collect(), true)
            }
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
            output::Format::Text => print(&told(&answer)),
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

/// The erasures of a list, each with its line; other lines are passed over.
pub(super) async fn listed(path: &Path) -> Result<Vec<(usize, pb::Erasure)>, Failure> {
    let mut input = input::open(&[path.to_owned()], Format::Dicta, Exported::Erasures)?;
    let mut erasures = Vec::new();
    while let Some(read) = input.items.recv().await {
        let Item { line, work, .. } = read.map_err(Failure::Error)?;
        let fault = |reason| Failure::Error(format!("{} line {line}: {reason}", path.display()));
        if let Work::Restore(record) = work.map_err(fault)?
            && let Some(pb::record::Record::Erasure(erasure)) = record.record
        {
            erasures.push((line, erasure));
        }
    }
    Ok(erasures)
}
