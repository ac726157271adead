//! Merging entities that turn out to be one, and taking that back. Both write the
//! entities alone: statements keep the ids that they came with.

use async_trait::async_trait;

use super::KnowledgeBase;
use super::command::WriteContext;
use super::command::{IngestOutcome, MergeEntities, Merged, Receipt, UnmergeEntities, Unmerged};
use super::error::Error;
use super::merged::{self, Own, SeenEntity};
use super::plan::Plan;
use super::update::{check_etag, missing};
use super::write::{Command, Outcome};
use crate::domain::entity::Entity;
use crate::domain::id::{EntityId, RecordName};
use crate::domain::limits::REFERENTS;
use crate::domain::merge::{self, Conflict};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::store::{self, At, LoadBody, Mutation, Precondition, Reader, State};

/// The most conflicts that are told.
const CONFLICTS: usize = 1_000;

impl KnowledgeBase {
    /// Makes one entity stand for another.
    pub async fn merge_entities(&self, command: MergeEntities) -> Result<Merged, Error> {
        let done = self.write(&command).await?;
        let (reader, receipt, mut records) = self.after(done).await?;
        let (survivor, absorbed) = (records.next(), records.next());
        let (survivor, absorbed) = survivor.zip(absorbed).ok_or_else(unreadable)?;
        let conflicts = conflicts(reader.as_ref(), &survivor, &absorbed).await?;
        let entity = merged::united(reader.as_ref(), survivor).await?;
        Ok(Merged { entity, conflicts, receipt })
    }

    /// Lets an entity stand for itself again.
    pub async fn unmerge_entities(&self, command: UnmergeEntities) -> Result<Unmerged, Error> {
        let done = self.write(&command).await?;
        let (reader, receipt, mut records) = self.after(done).await?;
        let (entity, survivor) = (records.next().ok_or_else(unreadable)?, records.last());
        let entity = merged::united(reader.as_ref(), entity).await?;
        let survivor: Option<SeenEntity> = match survivor {
            Some(survivor) => Some(merged::united(reader.as_ref(), survivor).await?),
            None => None,
        };
        Ok(Unmerged { entity, survivor, receipt })
    }

    /// The records of a write's answer, and a reader that sees what they refer to.
    async fn after(
        &self,
        done: Outcome,
    ) -> Result<(Box<dyn Reader>, Receipt, impl Iterator<Item = Own>), Error> {
        let at = match done.receipt.revision {
            Revision::ZERO => At::Head,
            revision => At::Revision(revision),
        };
        let reader = self.store.reader(at).await?;
        Ok((reader, done.receipt, done.records.into_iter().filter_map(merged::own)))
    }
}

fn unreadable() -> Error {
    Error::Store(store::Error::Internal("a merged entity cannot be read back".into()))
}

/// In what the survivor and those that it absorbed with this one disagree.
async fn conflicts(
    reader: &dyn Reader,
    (_, survivor, _): &Own,
    (id, absorbed, _): &Own,
) -> Result<Vec<Conflict>, Error> {
    let mut found = merge::conflicts(survivor, id, absorbed);
    for (id, entity, _) in merged::referents(reader, absorbed).await? {
        found.extend(merge::conflicts(survivor, &id, &entity));
    }
    found.truncate(CONFLICTS);
    Ok(found)
}

#[async_trait]
impl Command for MergeEntities {
    fn method(&self) -> &'static str {
        "MergeEntities"
    }

    fn context(&self) -> &WriteContext {
        &self.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        let survivor = entity(reader, &self.survivor, self.survivor_etag.as_ref()).await?;
        let absorbed = entity(reader, &self.absorbed, self.absorbed_etag.as_ref()).await?;
        let (survivor_name, absorbed_name) = (name(&survivor.0), name(&absorbed.0));
        let mut plan = Plan::new(survivor_name);
        plan.answer.push(absorbed_name);
        if absorbed.1.merged_into.as_ref() == Some(&survivor.0) {
            return Ok(plan);
        }
        let (mut into, mut from) = (survivor.1.clone(), absorbed.1.clone());
        merge::absorb((&survivor.0, &mut into), (&absorbed.0, &mut from)).map_err(Error::Merge)?;
        plan.outcome = IngestOutcome::Revised;
        put(&mut plan, survivor, into);
        put(&mut plan, absorbed, from);
        Ok(plan)
    }
}

#[async_trait]
impl Command for UnmergeEntities {
    fn method(&self) -> &'static str {
        "UnmergeEntities"
    }

    fn context(&self) -> &WriteContext {
        &self.context
    }

    async fn plan(&self, reader: &dyn Reader) -> Result<Plan, Error> {
        let absorbed = entity(reader, &self.name, self.etag.as_ref()).await?;
        if absorbed.1.merged_into.is_none() {
            let referents = absorbed.1.referents.len();
            return Err(Error::NotMerged { id: absorbed.0, referents });
        }
        let mut plan = Plan::new(name(&absorbed.0));
        plan.outcome = IngestOutcome::Revised;
        let above = above(reader, &absorbed).await?;
        let mut free = absorbed.1.clone();
        let mut freed: Vec<Entity> = above.iter().map(|(_, entity, _)| entity.clone()).collect();
        merge::release(&absorbed.0, &mut free, &mut freed);
        put(&mut plan, absorbed, free);
        for (own, freed) in above.into_iter().zip(freed) {
            plan.answer.push(name(&own.0));
            if own.1 != freed {
                put(&mut plan, own, freed);
            }
        }
        Ok(plan)
    }
}

/// The entities that this one was merged into, up to the last survivor.
async fn above(reader: &dyn Reader, (below, entity, _): &Own) -> Result<Vec<Own>, Error> {
    let mut above: Vec<Own> = Vec::new();
    let mut next = entity.merged_into.clone();
    while let Some(id) = next {
        // Imported records may lead in a circle.
        let met = id == *below || above.iter().any(|(known, _, _)| *known == id);
        if met || above.len() > REFERENTS {
            break;
        }
        let Some(own) = merged::read(reader, &id).await? else { break };
        next = own.1.merged_into.clone();
        above.push(own);
    }
    Ok(above)
}

/// The own record of an entity, which must be there in the state that is asked for.
async fn entity(reader: &dyn Reader, id: &EntityId, etag: Option<&String>) -> Result<Own, Error> {
    let name = name(id);
    match reader.state(&name, LoadBody::No).await? {
        State::Live(Stored { value: Record::Entity(entity), committed, .. }) => {
            check_etag(&name, etag, &committed)?;
            Ok((id.clone(), *entity, committed))
        }
        gone => {
            missing(&name, &gone, false, etag)?;
            Err(Error::NotFound { name, deleted: None })
        }
    }
}

fn put(plan: &mut Plan, (id, _, committed): Own, entity: Entity) {
    let name = name(&id);
    plan.require(Precondition::AtRevision(name.clone(), committed.revision));
    plan.mutate(Mutation::Put(name, Record::Entity(Box::new(entity))));
}

fn name(id: &EntityId) -> RecordName {
    RecordName::Entity(id.clone())
}
