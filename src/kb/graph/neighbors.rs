//! Whom and what an entity is related to, page by page.

use std::collections::BTreeMap;

use super::neighborhood::Look;
use super::{Grounds, Neighbor, whole_entity};
use crate::domain::entity::Entity;
use crate::domain::id::EntityId;
use crate::domain::revision::Revision;
use crate::kb::KnowledgeBase;
use crate::kb::command::ReadOptions;
use crate::kb::counted::Counted;
use crate::kb::error::Error;
use crate::kb::list::{fingerprint, statement_filter};
use crate::kb::named_entities::named_entities;
use crate::store::Cursor;

/// The most statements by an entity that are looked at, and the most that mention
/// it.
const STATEMENTS: usize = 10_000;

/// Asks whom and what an entity is related to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListNeighbors {
    /// The entity.
    pub entity: EntityId,
    /// By what.
    pub grounds: Grounds,
    /// How many to answer with.
    pub page_size: usize,
    /// Where to go on.
    pub page_token: String,
    /// From which state.
    pub read: ReadOptions,
}

/// A page of neighbors.
#[derive(Clone, Debug, PartialEq)]
pub struct NeighborsPage {
    /// The entity that was asked about, or its survivor.
    pub entity: EntityId,
    /// The neighbors, the greatest weight first.
    pub neighbors: Vec<Neighbor>,
    /// Their records, those that are there.
    pub entities: BTreeMap<EntityId, Entity>,
    /// Whether there is more than was looked at.
    pub partial: bool,
    /// The token of the next page; empty where this was the last.
    pub next_page_token: String,
    /// The revision that the answer stands for.
    pub revision: Revision,
}

impl KnowledgeBase {
    /// Answers a page of an entity's neighbors.
    pub async fn list_neighbors(&self, query: &ListNeighbors) -> Result<NeighborsPage, Error> {
        let arguments = fingerprint(&[
            "neighbors",
            query.entity.as_str(),
            &format!("{:?}", query.grounds),
            &format!("{:?}", query.read.at),
        ]);
        let (reader, after) = self.page(&query.read, &query.page_token, arguments).await?;
        let reader = reader.as_ref();
        let (entity, same) = whole_entity(reader, &query.entity).await?;
        let look = Look {
            reader,
            filter: statement_filter(reader, &query.grounds.filter).await?,
            kinds: query.grounds.kinds.clone(),
            evidence: query.grounds.evidence,
            statements: STATEMENTS,
        };
        let mut counted = Counted::new(query.grounds.include_all);
        let found = look.around(&same, &mut counted).await?;
        let start = after.map_or(Some(0), |cursor| offset(&cursor)).unwrap_or(usize::MAX);
        let mut left = found.neighbors.into_iter().skip(start);
        let neighbors: Vec<Neighbor> = left.by_ref().take(query.page_size).collect();
        let end = start.saturating_add(neighbors.len());
        let next = left.next().is_some().then(|| Cursor(end.to_be_bytes().to_vec()));
        let ids = neighbors.iter().map(|neighbor| neighbor.id.clone()).collect();
        let entities = named_entities(reader, ids).await?;
        let revision = reader.revision();
        let next_page_token = self.next(revision, arguments, next).token();
        let partial = !found.whole;
        Ok(NeighborsPage { entity, neighbors, entities, partial, next_page_token, revision })
    }
}

/// How many neighbors were told on the pages before.
fn offset(cursor: &Cursor) -> Option<usize> {
    cursor.0.as_slice().try_into().ok().map(usize::from_be_bytes)
}
