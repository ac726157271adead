//! `dicta check`.

use std::path::PathBuf;

use clap::Args;
use indicatif::HumanCount;

use super::client::Connection;
use super::export::progress_bar;
use super::failure::Failure;
use super::output::{Format, print, print_json};
use crate::app;
use crate::rpc::pb;
use crate::rpc::pb::admin_service_client::AdminServiceClient;

/// Checks everything that is kept: that all of it can be read, that the records,
/// the indexes, the change log and the counts say the same, and that what was
/// erased is gone; and that the search index and the quotations, as far as they have
/// come, know each record. Of a server that runs, or of the data directory of one that is
/// stopped. Exit code 1: something is wrong.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// The data directory of a stopped server.
    #[arg(long, value_name = "DIR", conflicts_with = "address")]
    data_dir: Option<PathBuf>,
    /// How many findings are shown; all are counted.
    #[arg(long, value_name = "N", default_value_t = 100,
          value_parser = clap::value_parser!(i32).range(1..=1000))]
    max_findings: i32,
    #[command(flatten)]
    connection: Connection,
}

impl Check {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let last = match &self.data_dir {
            Some(directory) => {
                let bar = progress_bar();
                let most = usize::try_from(self.max_findings).unwrap_or_default();
                let told = |message: &pb::CheckIntegrityResponse| {
                    bar.set_position(message.states.unsigned_abs());
                };
                let checked = app::check(directory, most, told).await;
                bar.finish_and_clear();
                checked.map_err(|error| Failure::Error(error.to_string()))?
            }
            None => self.of_server().await?,
        };
        match self.connection.output {
            Format::Text => {
                // What is behind on a server that runs is caught up with by now.
                let behind = self.data_dir.as_ref().map(|_| behind(&last));
                print(&(behind.unwrap_or_default() + &told(&last)))?;
            }
            format => print_json(&last, format)?,
        }
        if last.findings_total == 0 { Ok(()) } else { Err(Failure::No) }
    }

    async fn of_server(&self) -> Result<pb::CheckIntegrityResponse, Failure> {
        let mut client = AdminServiceClient::new(self.connection.connect().await?);
        let request = pb::CheckIntegrityRequest { max_findings: self.max_findings };
        let mut messages = client.check_integrity(request).await?.into_inner();
        let bar = progress_bar();
        let mut findings = Vec::new();
        while let Some(mut message) = messages.message().await? {
            bar.set_position(message.states.unsigned_abs());
            findings.append(&mut message.findings);
            if message.done {
                bar.finish_and_clear();
                return Ok(pb::CheckIntegrityResponse { findings, ..message });
            }
        }
        Err(Failure::Error("the server ended the check before it was done".into()))
    }
}

/// What of what is built from the records does not show all of them.
fn behind(last: &pb::CheckIntegrityResponse) -> String {
    let mut out = String::new();
    for pb::CheckedIndex { index, revision } in &last.derived {
        let what = match pb::DerivedIndex::try_from(*index) {
            Ok(pb::DerivedIndex::Quotations) => "the quotations show",
            _ => "the search index shows",
        };
        if *revision == 0 && last.revision > 0 {
            out.push_str(&format!("{what} nothing yet: a server builds that from the records\n"));
        } else if *revision < last.revision {
            let newest = last.revision;
            out.push_str(&format!("{what} revision {revision} of {newest}: a server catches up\n"));
        }
    }
    out
}

fn told(last: &pb::CheckIntegrityResponse) -> String {
    let mut out = String::new();
    for pb::IntegrityFinding { subject, detail, remedy, .. } in &last.findings {
        out.push_str(&format!("{subject}: {detail}\n  {remedy}\n"));
    }
    let count = |number: i64| HumanCount(number.unsigned_abs());
    let (entries, states, commits) = (count(last.entries), count(last.states), count(last.commits));
    let revision = last.revision;
    out.push_str(&format!(
        "{entries} entries, among them {states} states of records and {commits} commits, at \
         revision {revision}: "
    ));
    let shown = i64::try_from(last.findings.len()).unwrap_or(i64::MAX);
    match last.findings_total {
        0 => out.push_str("nothing is wrong\n"),
        1 => out.push_str("1 thing is wrong\n"),
        all if all > shown => out.push_str(&format!("{all} things are wrong, {shown} are shown\n")),
        all => out.push_str(&format!("{all} things are wrong\n")),
    }
    out
}
