//! What an export gives, and the answers to an import.

use crate::domain::id::RecordName;
use crate::kb::{ExportItem, ImportAck, ImportOutcome};
use crate::rpc::pb::record::Record;
use crate::rpc::to_pb::{self, revision};
use crate::rpc::{pb, status};
use crate::store::Erased;

/// What an export gives, as it is written out: with revision and etag, which hold
/// in one base only, where it has a history.
#[must_use]
pub fn exported(item: ExportItem, history: bool) -> pb::Record {
    let mut record = match item {
        ExportItem::Record(stored) => to_pb::record(stored),
        ExportItem::Erased(Erased { name, erasure, .. }) => {
            let erasure = to_pb::erasure(&name, erasure);
            pb::Record { record: Some(Record::Erasure(erasure)) }
        }
    };
    if !history {
        drop_revision(&mut record);
    }
    record
}

fn drop_revision(record: &mut pb::Record) {
    let (etag, revision) = match &mut record.record {
        Some(Record::Article(article)) => (&mut article.etag, &mut article.revision),
        Some(Record::Statement(statement)) => (&mut statement.etag, &mut statement.revision),
        Some(Record::Entity(entity)) => (&mut entity.etag, &mut entity.revision),
        Some(Record::Erasure(_)) | None => return,
    };
    etag.clear();
    *revision = 0;
}

/// What became of an item of an import.
#[must_use]
pub fn import_ack(ack: ImportAck) -> pb::ImportRecordsAck {
    let sequence = ack.sequence;
    match ack.result {
        Ok((done, name, receipt)) => pb::ImportRecordsAck {
            sequence,
            status: None,
            outcome: outcome(done).into(),
            name: name.to_string(),
            revision: revision(receipt.revision),
            consistency_token: receipt.consistency_token,
        },
        Err(error) => pb::ImportRecordsAck {
            sequence,
            status: Some(status::in_message(&status::of_write(error))),
            ..pb::ImportRecordsAck::default()
        },
    }
}

/// A name that is referred to and not there.
#[must_use]
pub fn dangling_reference(reference: &(RecordName, RecordName)) -> pb::DanglingReference {
    let (referrer, name) = reference;
    pb::DanglingReference { referrer: referrer.to_string(), name: name.to_string() }
}

fn outcome(outcome: ImportOutcome) -> pb::ImportOutcome {
    match outcome {
        ImportOutcome::Created => pb::ImportOutcome::Created,
        ImportOutcome::Replaced => pb::ImportOutcome::Replaced,
        ImportOutcome::Unchanged => pb::ImportOutcome::Unchanged,
        ImportOutcome::Erased => pb::ImportOutcome::Erased,
    }
}
