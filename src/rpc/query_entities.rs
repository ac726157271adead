//! How QueryService answers with entities: what was merged is one.

use super::query::Query;
use super::room::{absent, fits, framed};
use super::{from_pb, pb, to_pb};
use crate::kb::SeenEntity;
use crate::kb::error::Error;

/// Entities as they travel, as many as one message holds.
struct Packed {
    entities: Vec<pb::Entity>,
    room: usize,
}

impl Packed {
    fn new(room: usize) -> Self {
        Self { entities: Vec::new(), room }
    }

    /// Packs one if it fits, the first in any case.
    fn take(&mut self, seen: SeenEntity) -> bool {
        let entity = to_pb::seen_entity(seen);
        let packed = fits(&mut self.room, framed(&entity)) || self.entities.is_empty();
        self.entities.extend(Some(entity).filter(|_| packed));
        packed
    }
}

impl Query {
    pub(super) async fn entity(
        &self,
        request: pb::GetEntityRequest,
    ) -> Result<pb::GetEntityResponse, Error> {
        let (query, own) = from_pb::get_entity(request)?;
        let found = self.base.get()?.get_entity(&query, own).await?;
        Ok(pb::GetEntityResponse {
            entity: Some(to_pb::seen_entity(found.seen)),
            revision: to_pb::revision(found.revision),
            redirected_from: found.redirected_from.map(|id| id.to_string()).unwrap_or_default(),
        })
    }

    pub(super) async fn entities(
        &self,
        request: pb::BatchGetEntitiesRequest,
    ) -> Result<pb::BatchGetEntitiesResponse, Error> {
        let query = from_pb::batch_get_entities(request)?;
        let mut packed = Packed::new(self.calls.answer_bytes());
        let kb = self.base.get()?;
        let found = kb.batch_get_entities(&query, |seen| packed.take(seen)).await?;
        let (redirects, mut late) = (found.redirects.into_iter(), found.deferred);
        let (missing, gone) = absent(found.missing, &mut packed.room, &mut late);
        Ok(pb::BatchGetEntitiesResponse {
            entities: packed.entities,
            missing,
            gone,
            deferred: late.iter().map(ToString::to_string).collect(),
            revision: to_pb::revision(found.revision),
            redirects: redirects.map(|(name, id)| (name.to_string(), id.to_string())).collect(),
        })
    }

    pub(super) async fn entity_page(
        &self,
        request: pb::ListEntitiesRequest,
    ) -> Result<pb::ListEntitiesResponse, Error> {
        let query = from_pb::list_entities(request)?;
        let room = self.calls.answer_bytes();
        let mut packed = Packed::new(room);
        let page = self.base.get()?.list_entities(&query, room, |seen| packed.take(seen)).await?;
        Ok(pb::ListEntitiesResponse {
            entities: packed.entities,
            next_page_token: page.next_page_token,
            revision: to_pb::revision(page.revision),
        })
    }
}
