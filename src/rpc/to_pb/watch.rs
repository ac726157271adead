//! Changes to the wire.

use prost::Message as _;

use crate::domain::record::Stored;
use crate::kb::WatchEvent;
use crate::rpc::pb;
use crate::rpc::to_pb::{record, revision, timestamp};
use crate::store::{ChangeKind, LoadBody};

/// A change; without its records where they have more than `max_bytes`.
#[must_use]
pub fn watch_event(event: WatchEvent, body: LoadBody, max_bytes: usize) -> pb::WatchEvent {
    let shown = |stored: Stored| {
        let mut shown = record(stored);
        if let (Some(pb::record::Record::Article(article)), LoadBody::No) =
            (&mut shown.record, body)
        {
            article.body.clear();
        }
        shown
    };
    let told = pb::WatchEvent {
        name: event.name.to_string(),
        change: change_kind(event.kind).into(),
        before: event.before.map(shown),
        after: event.after.map(shown),
        before_matches: event.before_matches,
        after_matches: event.after_matches,
        revision: revision(event.revision),
        commit_time: Some(timestamp(event.time)),
        records_omitted: false,
    };
    fitting(told, max_bytes)
}

/// The record after the change is the one that most want: it goes last.
fn fitting(mut event: pb::WatchEvent, max_bytes: usize) -> pb::WatchEvent {
    if event.encoded_len() > max_bytes && event.before.take().is_some() {
        event.records_omitted = true;
    }
    if event.encoded_len() > max_bytes && event.after.take().is_some() {
        event.records_omitted = true;
    }
    event
}

fn change_kind(kind: ChangeKind) -> pb::ChangeKind {
    match kind {
        ChangeKind::Created => pb::ChangeKind::Created,
        ChangeKind::Updated => pb::ChangeKind::Updated,
        ChangeKind::Deleted => pb::ChangeKind::Deleted,
        ChangeKind::Erased => pb::ChangeKind::Erased,
    }
}
