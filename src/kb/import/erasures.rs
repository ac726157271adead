//! Imported erasures: what has the name here is erased, too, and no record that
//! comes later gets it.

use super::{Import, ImportAck, ImportOutcome, RestoredRecord};
use crate::domain::id::{EntityId, RecordName};
use crate::domain::record::Record;
use crate::domain::revision::Revision;
use crate::kb::command::{UnmergeEntities, WriteContext};
use crate::kb::erase::{EraseRecord, EraseRecords};
use crate::kb::error::Error;
use crate::kb::merged;
use crate::store::{self, At, LoadBody, Reader, State};

impl Import<'_> {
    /// Applies erasures one after another.
    pub(super) async fn erase(
        &mut self,
        erasures: Vec<(i64, EraseRecord)>,
        acks: &mut Vec<ImportAck>,
    ) {
        if !erasures.is_empty() {
            // No state of a history goes on behind an erasure.
            self.last = None;
        }
        for (sequence, erasure) in erasures {
            let name = erasure.name.clone();
            let result = self.erase_one(erasure).await;
            let result = result.map(|(outcome, at)| (outcome, name, self.kb.receipt(at)));
            acks.push(ImportAck { sequence, result });
        }
    }

    async fn erase_one(&self, erasure: EraseRecord) -> Result<(ImportOutcome, Revision), Error> {
        if let RecordName::Entity(id) = &erasure.name {
            self.take_apart(id).await?;
        }
        let command = EraseRecords {
            principal: self.principal.to_owned(),
            records: vec![erasure],
            allow_missing: true,
        };
        let erased = self.kb.erase(command).await?;
        let outcome = match erased.names.is_empty() {
            true => ImportOutcome::Unchanged,
            false => ImportOutcome::Erased,
        };
        Ok((outcome, erased.receipt.revision))
    }

    /// Takes apart the merges that an entity is part of: where it was erased first,
    /// it was part of none any more.
    async fn take_apart(&self, id: &EntityId) -> Result<(), Error> {
        let reader = self.kb.store.reader(At::Head).await?;
        let Some((_, entity, _)) = merged::read(&*reader, id).await? else { return Ok(()) };
        let mut absorbed: Vec<EntityId> = Vec::new();
        if entity.merged_into.is_some() {
            absorbed.push(id.clone());
        }
        for referent in &entity.referents {
            let own = merged::read(&*reader, referent).await?;
            if own.and_then(|(_, own, _)| own.merged_into).as_ref() == Some(id) {
                absorbed.push(referent.clone());
            }
        }
        drop(reader);
        for name in absorbed {
            let principal = self.principal.to_owned();
            let context =
                WriteContext { principal, batch: None, request: None, validate_only: false };
            self.kb.unmerge_entities(UnmergeEntities { context, name, etag: None }).await?;
        }
        Ok(())
    }
}

/// The record without the marks of a merge with what was erased; none where it has
/// none of these.
pub(super) async fn without_erased(
    reader: &dyn Reader,
    record: &RestoredRecord,
) -> Result<Option<RestoredRecord>, store::Error> {
    let Record::Entity(entity) = &record.value else { return Ok(None) };
    let mut left = entity.clone();
    if let Some(into) = &entity.merged_into
        && is_erased(reader, into).await?
    {
        left.merged_into = None;
    }
    for referent in &entity.referents {
        if is_erased(reader, referent).await? {
            left.referents.retain(|it| it != referent);
        }
    }
    if left == *entity {
        return Ok(None);
    }
    Ok(Some(RestoredRecord { value: Record::Entity(left), ..record.clone() }))
}

async fn is_erased(reader: &dyn Reader, id: &EntityId) -> Result<bool, store::Error> {
    let state = reader.state(&RecordName::Entity(id.clone()), LoadBody::No).await?;
    Ok(matches!(state, State::Deleted(deleted) if deleted.erasure.is_some()))
}
