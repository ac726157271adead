//! Checking the history: it keeps no index, so that there is the log to check
//! against the states of records, and the numbers of both.

use async_trait::async_trait;

use super::Shared;
use super::history::History;
use crate::domain::id::RecordName;
use crate::domain::revision::Revision;
use crate::store::{Change, ChangeKind, Checked, Checker, Error, Fault, Finding};

/// A check of everything in one step.
pub(super) struct MemoryChecker {
    shared: Shared,
    revision: Revision,
    done: bool,
}

impl MemoryChecker {
    pub(super) fn new(shared: Shared, revision: Revision) -> Self {
        Self { shared, revision, done: false }
    }
}

#[async_trait]
impl Checker for MemoryChecker {
    fn revision(&self) -> Revision {
        self.revision
    }

    async fn step(&mut self) -> Result<Option<Checked>, Error> {
        if std::mem::replace(&mut self.done, true) {
            return Ok(None);
        }
        self.shared.read(|history| Ok(Some(check(history, self.revision))))
    }
}

fn check(history: &History, revision: Revision) -> Checked {
    let states = history.pasts().map(|(_, past)| past.until(revision).len() as u64).sum();
    let log: Vec<&Change> = history.log().take_while(|it| it.revision <= revision).collect();
    let mut findings = Vec::new();
    for pair in log.windows(2) {
        let [before, after] = pair else { continue };
        if after.previous != before.revision || after.time <= before.time {
            findings.push(broken(after, "it does not follow the one before"));
        }
    }
    for change in &log {
        for (name, kind) in &change.records {
            if !agrees(history, change.revision, name, *kind) {
                findings.push(broken(change, &format!("{name} says otherwise")));
            }
        }
    }
    let changes = log.len() as u64;
    Checked { entries: states + changes, states, changes, findings }
}

/// Whether the states of a record tell of what the log says of it.
fn agrees(history: &History, revision: Revision, name: &RecordName, kind: ChangeKind) -> bool {
    let version = history.past(name).and_then(|past| past.at(revision));
    version.is_some_and(|version| {
        let gone = matches!(kind, ChangeKind::Deleted | ChangeKind::Erased);
        version.committed.revision == revision
            && (version.erasure.is_some() || version.record.is_none() == gone)
    })
}

fn broken(change: &Change, detail: &str) -> Finding {
    let subject = format!("the commit of revision {}", change.revision);
    Finding { fault: Fault::Log, subject, detail: detail.to_owned() }
}
