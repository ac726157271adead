//! Reading entities: a merged one is answered with its survivor, which comes with
//! all that was merged into it.

use std::collections::BTreeSet;

use super::KnowledgeBase;
use super::beside::Survivors;
use super::command::{GetRecords, ListRecords};
use super::error::Error;
use super::list::ListPage;
use super::merged::{self, Own, SeenEntity};
use crate::domain::entity::ExternalId;
use crate::domain::id::{EntityId, RecordName};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::query::widen::perhaps_united;
use crate::store::{Deleted, LoadBody, Path, Reader, State};

/// An entity that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundEntity {
    /// The entity, or its survivor.
    pub seen: SeenEntity,
    /// The id that was asked for, where it is another.
    pub redirected_from: Option<EntityId>,
    /// The revision that the answer stands for.
    pub revision: Revision,
}

/// What became of several names of entities.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FoundEntities {
    /// The names that were merged into others, with their survivors.
    pub redirects: Vec<(RecordName, EntityId)>,
    /// The names that are not there, with what became of those that a record had.
    pub missing: Vec<(RecordName, Option<Deleted>)>,
    /// The names that were not answered, since the answer was full.
    pub deferred: Vec<RecordName>,
    /// The revision that the answer stands for.
    pub revision: Revision,
}

/// Where a page of entities ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntityPage {
    /// The token of the next page; empty where this was the last.
    pub next_page_token: String,
    /// The revision that the list stands for.
    pub revision: Revision,
}

impl KnowledgeBase {
    /// Reads one entity; with `own`, the very record that has the name.
    pub async fn get_entity(&self, query: &GetRecords, own: bool) -> Result<FoundEntity, Error> {
        let reader = self.reader(&query.read).await?;
        let name = query.names.first().cloned();
        let required = || Error::invalid("name", "REQUIRED", "give the record's name");
        let name = name.ok_or_else(required)?;
        let stored = match reader.state(&name, LoadBody::No).await? {
            State::Live(stored) => stored,
            State::Never => return Err(Error::NotFound { name, deleted: None }),
            State::Deleted(deleted) => return Err(Error::gone(name, deleted)),
        };
        let Some(found) = merged::own(stored) else {
            return Err(Error::NotFound { name, deleted: None });
        };
        let (asked, revision) = (found.0.clone(), reader.revision());
        let seen = match own {
            true => SeenEntity::from(found),
            false => seen(reader.as_ref(), found).await?,
        };
        let redirected_from = Some(asked).filter(|asked| *asked != seen.id);
        Ok(FoundEntity { seen, redirected_from, revision })
    }

    /// Reads several entities, each once. `take` is handed one after the other, and
    /// says whether it fitted.
    pub async fn batch_get_entities(
        &self,
        query: &GetRecords,
        mut take: impl FnMut(SeenEntity) -> bool,
    ) -> Result<FoundEntities, Error> {
        let reader = self.reader(&query.read).await?;
        let mut found = FoundEntities { revision: reader.revision(), ..FoundEntities::default() };
        let mut taken = BTreeSet::new();
        for name in &query.names {
            if !found.deferred.is_empty() {
                found.deferred.push(name.clone());
                continue;
            }
            let (live, gone) = match reader.state(name, LoadBody::No).await? {
                State::Live(stored) => (merged::own(stored), None),
                State::Never => (None, None),
                State::Deleted(deleted) => (None, Some(deleted)),
            };
            let Some(own) = live else {
                found.missing.push((name.clone(), gone));
                continue;
            };
            let asked = own.0.clone();
            let survivor = merged::survivor(reader.as_ref(), own).await?;
            let id = survivor.0.clone();
            if !taken.contains(&id) {
                if !take(merged::seen(reader.as_ref(), survivor).await?) {
                    found.deferred.push(name.clone());
                    continue;
                }
                taken.insert(id.clone());
            }
            if asked != id {
                found.redirects.push((name.clone(), id));
            }
        }
        Ok(found)
    }

    /// Answers a page of entities, without those that were merged into others.
    /// `take` is handed one after the other, and says whether it fitted.
    pub async fn list_entities(
        &self,
        query: &ListRecords,
        max_bytes: usize,
        mut take: impl FnMut(SeenEntity) -> bool,
    ) -> Result<EntityPage, Error> {
        let mut open = self.open_list(query, max_bytes).await?;
        let filter = open.scan.filter.take();
        // On the path of an external id stand merged ones too, by which their
        // survivors are found.
        let along = match &open.scan.path {
            Path::EntitiesByExternalId(id) => Some(id.clone()),
            _ => None,
        };
        if along.is_none() {
            open.scan.filter = Some(perhaps_united(filter.as_ref()));
        }
        let mut page = self.list_page(&open).await?;
        let reader = open.reader.as_ref();
        for item in std::mem::take(&mut page.items) {
            let listed = listed(reader, item.record, along.as_ref()).await?;
            let passes = |seen: &SeenEntity| {
                filter.as_ref().is_none_or(|filter| filter.matches(&seen.stored()))
            };
            if let Some(seen) = listed.filter(passes)
                && !take(seen)
            {
                page.ends_after_last();
                break;
            }
            page.took(item.cursor);
        }
        Ok(end_of(&page))
    }
}

fn end_of(page: &ListPage) -> EntityPage {
    EntityPage { next_page_token: page.next_page_token(), revision: page.revision }
}

/// The entity that an own record stands for, united.
async fn seen(reader: &dyn Reader, own: Own) -> Result<SeenEntity, Error> {
    let survivor = merged::survivor(reader, own).await?;
    Ok(merged::seen(reader, survivor).await?)
}

/// The entity that is listed for a record. Along an external id, the survivor is
/// listed once: for the first of those merged into it, itself before all, that has
/// the id.
async fn listed(
    reader: &dyn Reader,
    record: Stored,
    along: Option<&ExternalId>,
) -> Result<Option<SeenEntity>, Error> {
    let Some(own) = merged::own(record) else { return Ok(None) };
    let Some(external) = along else { return Ok(Some(merged::seen(reader, own).await?)) };
    let met = own.0.clone();
    let seen = seen(reader, own).await?;
    let ids = seen.united.entity.external_ids.iter().zip(&seen.united.external_ids_from);
    let first = ids.filter(|(id, _)| *id == external).map(|(_, from)| from.as_ref()).next();
    let first = first.flatten().unwrap_or(&seen.id);
    Ok((*first == met).then_some(seen))
}

impl SeenEntity {
    /// The entity as a record, for filters to look at.
    pub(super) fn stored(&self) -> Stored {
        Stored {
            name: RecordName::Entity(self.id.clone()),
            value: Record::Entity(Box::new(self.united.entity.clone())),
            committed: self.committed,
        }
    }
}

impl From<Own> for SeenEntity {
    fn from((id, entity, committed): Own) -> Self {
        Self { id, united: entity.into(), committed, survivors: Survivors::new() }
    }
}
