//! The entities worth comparing: read from indexes, bounded.

use std::collections::BTreeMap;

use crate::domain::entity::{Entity, ExternalId};
use crate::domain::id::EntityId;
use crate::domain::name::{self, Name};
use crate::kb::command::EntityQuery;
use crate::kb::merged::{self, SeenEntity};
use crate::store::{Error, Page, Path, Reader, Scan};

/// The most entities that one name is compared with.
const CANDIDATES: usize = 200;
/// The most entities that are read for one key.
const CANDIDATES_PER_KEY: usize = 64;

/// Entities along one key.
pub(super) struct Along {
    /// The entities, each with its id; those that were merged as one, with the names
    /// of all.
    pub(super) entities: Vec<(EntityId, Entity)>,
    /// Whether these are all that there are.
    pub(super) complete: bool,
}

/// Every entity that `query` may mean, the most selective keys first.
pub(super) async fn find(
    reader: &dyn Reader,
    query: &EntityQuery,
    name: &Name,
) -> Result<Vec<SeenEntity>, Error> {
    let external = query.external_id.iter().cloned().map(Path::EntitiesByExternalId);
    let keys = name::lookup_keys(name).into_iter().map(Path::EntitiesByNameKey);
    let mut found: BTreeMap<EntityId, SeenEntity> = BTreeMap::new();
    for path in external.chain(keys) {
        let room = CANDIDATES.saturating_sub(found.len());
        if room == 0 {
            break;
        }
        let page = reader.list(&Scan::all(path, room.min(CANDIDATES_PER_KEY))).await?;
        gather(reader, page, &mut found).await?;
    }
    Ok(found.into_values().collect())
}

/// Adds the entities of a page, for merged ones their survivors.
async fn gather(
    reader: &dyn Reader,
    page: Page,
    found: &mut BTreeMap<EntityId, SeenEntity>,
) -> Result<(), Error> {
    for own in page.items.into_iter().filter_map(|item| merged::own(item.record)) {
        let survivor = merged::survivor(reader, own).await?;
        if !found.contains_key(&survivor.0) {
            found.insert(survivor.0.clone(), merged::united(reader, survivor).await?);
        }
    }
    Ok(())
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
    // A page that is exactly full may be the last, and still say that more follows.
    let complete = page.next.is_none();
    let mut found = BTreeMap::new();
    gather(reader, page, &mut found).await?;
    let entities = found.into_iter().map(|(id, seen)| (id, seen.united.entity)).collect();
    Ok(Along { entities, complete })
}
