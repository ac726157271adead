//! Findings of a check to the wire.

use super::revision;
use crate::kb::CheckedIndex;
use crate::kb::command::DerivedIndex;
use crate::rpc::pb;
use crate::store::{Fault, Finding};

/// One thing that is wrong, and what to do about it.
#[must_use]
pub fn integrity_finding(finding: Finding) -> pb::IntegrityFinding {
    let Finding { fault, subject, detail } = finding;
    pb::IntegrityFinding {
        fault: integrity_fault(fault) as i32,
        subject,
        detail,
        remedy: fault.remedy().to_owned(),
    }
}

/// How far something derived is checked.
#[must_use]
pub fn checked_index(checked: CheckedIndex) -> pb::CheckedIndex {
    let index = match checked.index {
        DerivedIndex::Search => pb::DerivedIndex::Search,
        DerivedIndex::Quotations => pb::DerivedIndex::Quotations,
    };
    let revision = checked.revision.map(revision).unwrap_or_default();
    pb::CheckedIndex { index: index as i32, revision }
}

fn integrity_fault(fault: Fault) -> pb::IntegrityFault {
    match fault {
        Fault::Unreadable => pb::IntegrityFault::Unreadable,
        Fault::Missing => pb::IntegrityFault::Missing,
        Fault::Stray => pb::IntegrityFault::Stray,
        Fault::Index => pb::IntegrityFault::Index,
        Fault::Log => pb::IntegrityFault::Log,
        Fault::Count => pb::IntegrityFault::Count,
        Fault::Erasure => pb::IntegrityFault::Erasure,
        Fault::Derived => pb::IntegrityFault::Derived,
    }
}
