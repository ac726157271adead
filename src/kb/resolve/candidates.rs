//! The entities worth comparing: read from indexes, bounded.

use std::collections::BTreeMap;

use crate::domain::entity::{Entity, ExternalId};
use crate::domain::id::{EntityId, RecordName};
use crate::domain::name::{self, Name};
use crate::domain::record::{Record, Stored};
use crate::kb::command::EntityQuery;
use crate::store::{Error, Path, Reader, Scan};

/// The most entities that one name is compared with.
const CANDIDATES: usize = 200;
/// The most entities that are read for one key.
const CANDIDATES_PER_KEY: usize = 64;

/// Entities along one key.
pub(super) struct Along {
    /// Those that no other absorbed, each with its id.
    pub(super) entities: Vec<(EntityId, Entity)>,
    /// Whether these are all that there are.
    pub(super) complete: bool,
}

/// Every entity that `query` may mean, the most selective keys first.
pub(super) async fn find(
    reader: &dyn Reader,
    query: &EntityQuery,
    name: &Name,
) -> Result<Vec<Stored>, Error> {
    let external = query.external_id.iter().cloned().map(Path::EntitiesByExternalId);
    let keys = name::lookup_keys(name).into_iter().map(Path::EntitiesByNameKey);
    let mut found: BTreeMap<RecordName, Stored> = BTreeMap::new();
    for path in external.chain(keys) {
        let room = CANDIDATES.saturating_sub(found.len());
        if room == 0 {
            break;
        }
        let page = reader.list(&Scan::all(path, room.min(CANDIDATES_PER_KEY))).await?;
        let records = page.items.into_iter().map(|item| item.record);
        found.extend(records.map(|record| (record.name.clone(), record)));
    }
    Ok(found.into_values().filter(is_survivor).collect())
}

/// The entities that have a key among their names'.
pub(super) async fn with_key(reader: &dyn Reader, key: String) -> Result<Along, Error> {
    along(reader, Path::EntitiesByNameKey(key)).await
}

/// The entities that another authority calls so.
pub(super) async fn with_external_id(reader: &dyn Reader, id: ExternalId) -> Result<Along, Error> {
    along(reader, Path::EntitiesByExternalId(id)).await
}

async fn along(reader: &dyn Reader, path: Path) -> Result<Along, Error> {
    let page = reader.list(&Scan::all(path, CANDIDATES_PER_KEY)).await?;
    let records = page.items.into_iter().map(|item| item.record).filter(is_survivor);
    let entities = records.filter_map(|stored| match (stored.name, stored.value) {
        (RecordName::Entity(id), Record::Entity(entity)) => Some((id, *entity)),
        _ => None,
    });
    // A page that is exactly full may be the last, and still say that more follows.
    Ok(Along { entities: entities.collect(), complete: page.next.is_none() })
}

fn is_survivor(stored: &Stored) -> bool {
    matches!(&stored.value, Record::Entity(entity) if entity.merged_into.is_none())
}
