//! `dicta stats`.

use clap::Args;

use super::breakdown::Breakdown;
use super::client::{Connection, request};
use super::failure::Failure;
use super::output::{Format, print, print_json};
use super::text::{FAINT, STRONG, styled, time};
use crate::rpc::pb;
use crate::rpc::pb::admin_service_client::AdminServiceClient;

/// The columns of the longest label.
const LABEL_WIDTH: usize = 9;

/// Tells what the server holds: records, outlets, speakers, disk; or counts
/// statements by what they share.
#[derive(Debug, Args)]
pub(super) struct Stats {
    #[command(flatten)]
    breakdown: Breakdown,
    #[command(flatten)]
    connection: Connection,
}

impl Stats {
    pub(super) async fn run(self) -> Result<(), Failure> {
        if self.breakdown.is_wanted() {
            return self.breakdown.run(self.connection).await;
        }
        let mut client = AdminServiceClient::new(self.connection.connect().await?);
        let asked = request(pb::GetServerInfoRequest {});
        let info = client.get_server_info(asked).await?.into_inner();
        match self.connection.output {
            Format::Text => print(&as_text(&info)),
            format => print_json(&info, format),
        }
    }
}

fn as_text(info: &pb::GetServerInfoResponse) -> String {
    let counts = info.counts.unwrap_or_default();
    let counts = [
        ("articles", grouped(counts.articles)),
        ("statements", grouped(counts.statements)),
        ("entities", grouped(counts.entities)),
        ("outlets", grouped(counts.outlets)),
        ("speakers", grouped(counts.speakers)),
    ];
    let width = counts.iter().map(|(_, count)| count.len()).fold(LABEL_WIDTH, usize::max);
    let mut out = String::new();
    for (label, count) in counts {
        out.push_str(&format!("{}  {label}\n", styled(STRONG, &format!("{count:>width$}"))));
    }
    let about = [
        ("revision", with_time(&info.revision.to_string(), info.revision_time.as_ref())),
        (
            "held from",
            with_time(&format!("revision {}", info.earliest_revision), info.earliest_time.as_ref()),
        ),
        ("on disk", megabytes(info.disk_bytes)),
        ("store", format!("{}, format {}", info.store_id, info.format_version)),
        ("server", with_time(&info.version, info.start_time.as_ref())),
    ];
    out.push('\n');
    for (label, value) in about {
        out.push_str(&format!("{}  {value}\n", styled(FAINT, &format!("{label:>width$}"))));
    }
    out
}

fn with_time(text: &str, time: Option<&prost_types::Timestamp>) -> String {
    match time::moment(time) {
        time if time.is_empty() => text.to_owned(),
        time => format!("{text}, since {time}"),
    }
}

/// The number with its thousands set apart.
pub(super) fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) && !out.ends_with('-') {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn megabytes(bytes: i64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", grouped(bytes / 1_000)),
        _ => format!("{} MB", grouped(bytes / 1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::expect;

    use super::*;

    #[test]
    fn counts_are_aligned() {
        let info = pb::GetServerInfoResponse {
            version: "0.1.0".into(),
            store_id: "5f7a".into(),
            revision: 20_007,
            revision_time: Some(prost_types::Timestamp { seconds: 1_329_314_460, nanos: 0 }),
            earliest_revision: 1,
            counts: Some(pb::RecordCounts {
                articles: 20_000,
                statements: 1_234_567,
                entities: 21,
                outlets: 1,
                speakers: 0,
            }),
            disk_bytes: 109_400_000,
            format_version: 1,
            ..Default::default()
        };
        expect![[r#"
               20,000  articles
            1,234,567  statements
                   21  entities
                    1  outlets
                    0  speakers

             revision  20007, since 2012-02-15 14:01 UTC
            held from  revision 1
              on disk  109 MB
                store  5f7a, format 1
               server  0.1.0
        "#]]
        .assert_eq(&strip_str(&as_text(&info)).to_string());
    }
}
