//! What reads show beside a record: which of the entities that it names were merged
//! into others, and the links that point to a statement. Links are stored with the statements that
//! have them, and found by the index of references as of any revision: a link
//! writes one record, leaves the etag of the other alone, and can't disagree with
//! itself; what that costs is one short scan for each statement that is read.

use std::collections::{BTreeMap, BTreeSet};

use super::KnowledgeBase;
use super::error::Error;
use super::merged;
use crate::domain::id::{EntityId, RecordName};
use crate::domain::limits;
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::statement::{IncomingLink, StatementLink};
use crate::store::{At, Path, Reader, Scan};

/// How many records that refer to a statement are looked at for links.
const MAX_SCANNED: usize = 1_000;

/// What is shown beside a record.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Beside {
    /// The links to it, at most [`limits::LINKS`]; none for what is no statement.
    pub incoming: Vec<IncomingLink>,
    /// The entities that it names and that were merged, with their survivors.
    pub survivors: Survivors,
}

/// Merged entities, with their survivors.
pub type Survivors = BTreeMap<EntityId, EntityId>;

impl KnowledgeBase {
    /// What is shown beside each of these records as of a revision.
    pub async fn beside(
        &self,
        records: &[&Stored],
        revision: Revision,
    ) -> Result<Vec<Beside>, Error> {
        let reader = self.store.reader(At::Revision(revision)).await?;
        let named: Vec<BTreeSet<EntityId>> =
            records.iter().map(|record| entities_named(&record.value)).collect();
        // Few entities are named by many records of a page.
        let all = named.iter().flatten().cloned().collect();
        let merged = merged::survivors(reader.as_ref(), all).await?;
        let mut shown = Vec::with_capacity(records.len());
        for (record, named) in records.iter().zip(named) {
            let survivor = |id: EntityId| merged.get(&id).cloned().map(|into| (id, into));
            let survivors = named.into_iter().filter_map(survivor).collect();
            let incoming = incoming(reader.as_ref(), &record.name).await?;
            shown.push(Beside { incoming, survivors });
        }
        Ok(shown)
    }
}

/// The entities that a record names.
fn entities_named(record: &Record) -> BTreeSet<EntityId> {
    match record {
        Record::Article(article) => article.publisher.entity.iter().cloned().collect(),
        Record::Statement(statement) => {
            let mention = statement.speaker.as_ref().and_then(|speaker| speaker.mention.as_ref());
            let mentioned = mention.and_then(|mention| mention.entity.as_ref());
            let publisher = statement.article.publisher.parse().ok();
            let named = statement.speaker_entity().into_iter().chain(mentioned);
            named.chain(statement.entities_mentioned()).chain(&publisher).cloned().collect()
        }
        Record::Entity(entity) => entity.entities_named().cloned().collect(),
    }
}

async fn incoming(reader: &dyn Reader, name: &RecordName) -> Result<Vec<IncomingLink>, Error> {
    let RecordName::Statement(target) = name else { return Ok(Vec::new()) };
    let page = reader.list(&Scan::all(Path::Referrers(name.clone()), MAX_SCANNED)).await?;
    let mut links = Vec::new();
    for record in page.items.into_iter().map(|item| item.record) {
        let (RecordName::Statement(source), Record::Statement(statement)) =
            (record.name, record.value)
        else {
            continue;
        };
        let pointing = statement.links.into_iter().filter(|link| link.target == *target);
        links.extend(pointing.map(|link| {
            let StatementLink { target: _, kind, reason, confidence, origin } = link;
            IncomingLink { source: source.clone(), kind, reason, confidence, origin }
        }));
    }
    links.truncate(limits::LINKS);
    Ok(links)
}
