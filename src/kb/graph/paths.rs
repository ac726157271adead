//! How two entities are connected, in up to three steps.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::neighborhood::{Look, Neighborhood};
use super::relation::Direction;
use super::{Grounds, Neighbor, Relation, whole_entity};
use crate::domain::entity::Entity;
use crate::domain::id::EntityId;
use crate::domain::revision::Revision;
use crate::kb::KnowledgeBase;
use crate::kb::command::ReadOptions;
use crate::kb::counted::Counted;
use crate::kb::error::Error;
use crate::kb::list::statement_filter;
use crate::kb::merged;
use crate::kb::named_entities::named_entities;

/// The most steps of a path.
pub const PATH_HOPS: usize = 3;
/// The most entities whose relations are followed.
pub const PATH_ENTITIES: usize = 50;
/// The most statements by each that are looked at, and the most that mention it.
const STATEMENTS: usize = 2_000;

/// Asks how two entities are connected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FindPaths {
    /// From which.
    pub from: EntityId,
    /// To which.
    pub to: EntityId,
    /// The most steps, at most [`PATH_HOPS`].
    pub max_hops: usize,
    /// How many paths to answer with.
    pub limit: usize,
    /// By what.
    pub grounds: Grounds,
    /// From which state.
    pub read: ReadOptions,
}

/// How two entities are connected.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundPaths {
    /// The paths, the shortest first, then the strongest.
    pub paths: Vec<Vec<PathStep>>,
    /// The records of the entities on them, those that are there.
    pub entities: BTreeMap<EntityId, Entity>,
    /// Whether a bound was met, so that there may be others.
    pub partial: bool,
    /// The relations of how many entities were followed.
    pub followed: usize,
    /// The revision that the answer stands for.
    pub revision: Revision,
}

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// Where it comes from.
    pub from: EntityId,
    /// Where it leads.
    pub to: EntityId,
    /// How strong it is.
    pub weight: usize,
    /// How the two are related, seen from `from`.
    pub relations: Vec<Relation>,
}

type Path = Vec<PathStep>;

impl KnowledgeBase {
    /// Finds how two entities are connected.
    pub async fn find_paths(&self, query: &FindPaths) -> Result<FoundPaths, Error> {
        let reader = self.reader(&query.read).await?;
        let reader = reader.as_ref();
        let (from, _) = whole_entity(reader, &query.from).await?;
        let (to, _) = whole_entity(reader, &query.to).await?;
        if from == to {
            let description = format!("`{}` stands for the same entity: name another", query.to);
            return Err(Error::invalid("to", "SAME_ENTITY", description));
        }
        let look = Look {
            reader,
            filter: statement_filter(reader, &query.grounds.filter).await?,
            kinds: query.grounds.kinds.clone(),
            evidence: query.grounds.evidence,
            statements: STATEMENTS,
        };
        let counted = Counted::new(query.grounds.include_all);
        let mut finder = Finder { look, counted, followed: 0, partial: false };
        let mut paths = finder.find(&from, &to, query.max_hops, query.limit).await?;
        paths.truncate(query.limit);
        let ids = paths.iter().flatten().flat_map(|step| [step.from.clone(), step.to.clone()]);
        let entities = named_entities(reader, ids.collect()).await?;
        let Finder { followed, partial, .. } = finder;
        Ok(FoundPaths { paths, entities, partial, followed, revision: reader.revision() })
    }
}

/// A search under way.
struct Finder<'a> {
    look: Look<'a>,
    counted: Counted,
    followed: usize,
    partial: bool,
}

/// The entities around one, by id.
type Around = HashMap<EntityId, Neighbor>;

impl Finder<'_> {
    /// Paths, the shortest first; longer ones are looked for only where the shorter
    /// ones are fewer than `enough`.
    async fn find(
        &mut self,
        from: &EntityId,
        to: &EntityId,
        max_hops: usize,
        enough: usize,
    ) -> Result<Vec<Path>, Error> {
        let here = self.around(from).await?;
        let direct = here.get(to).map(|neighbor| vec![step(from, neighbor)]);
        let mut paths: Vec<Path> = direct.into_iter().collect();
        if max_hops < 2 || paths.len() >= enough {
            return Ok(paths);
        }
        let there = self.around(to).await?;
        let middle = here.values().filter(|one| one.id != *to);
        let by_one = middle.filter_map(|one| {
            let back = there.get(&one.id)?;
            Some(vec![step(from, one), back_step(to, back)])
        });
        paths.extend(strongest(by_one.collect()));
        if max_hops < 3 || paths.len() >= enough {
            return Ok(paths);
        }
        let longer = self.by_two(from, &here, to, &there, enough).await?;
        paths.extend(longer);
        Ok(paths)
    }

    /// Paths of three steps, followed from the side with fewer neighbors.
    async fn by_two(
        &mut self,
        from: &EntityId,
        here: &Around,
        to: &EntityId,
        there: &Around,
        enough: usize,
    ) -> Result<Vec<Path>, Error> {
        let forth = here.len() <= there.len();
        let (near, far) = if forth { (here, there) } else { (there, here) };
        let mut order: Vec<&Neighbor> =
            near.values().filter(|one| one.id != *from && one.id != *to).collect();
        order.sort_by(|one, other| other.weight.cmp(&one.weight).then(one.id.cmp(&other.id)));
        let mut paths = Vec::new();
        for one in order {
            if self.followed >= PATH_ENTITIES {
                self.partial = true;
                break;
            }
            let beyond = self.around(&one.id).await?;
            let others = beyond.values().filter(|two| two.id != *from && two.id != *to);
            let mut ends: Vec<(&Neighbor, &Neighbor)> =
                others.filter_map(|two| Some((two, far.get(&two.id)?))).collect();
            ends.sort_by_key(|(two, last)| (Reverse(two.weight.min(last.weight)), &two.id));
            paths.extend(ends.into_iter().take(enough).map(|(two, last)| match forth {
                true => vec![step(from, one), step(&one.id, two), back_step(to, last)],
                false => vec![step(from, last), back_step(&one.id, two), back_step(to, one)],
            }));
            paths = strongest(paths);
            paths.truncate(enough);
        }
        Ok(paths)
    }

    async fn around(&mut self, id: &EntityId) -> Result<Around, Error> {
        let same: BTreeSet<EntityId> = merged::same_as(self.look.reader, id).await?;
        let Neighborhood { neighbors, whole } = self.look.around(&same, &mut self.counted).await?;
        self.followed += 1;
        self.partial |= !whole;
        Ok(neighbors.into_iter().map(|neighbor| (neighbor.id.clone(), neighbor)).collect())
    }
}

/// The step from an entity to one of its neighbors.
fn step(from: &EntityId, neighbor: &Neighbor) -> PathStep {
    let Neighbor { id, weight, relations } = neighbor.clone();
    PathStep { from: from.clone(), to: id, weight, relations }
}

/// The step to an entity from one of its neighbors.
fn back_step(to: &EntityId, neighbor: &Neighbor) -> PathStep {
    let mut step = step(to, neighbor);
    std::mem::swap(&mut step.from, &mut step.to);
    for relation in &mut step.relations {
        relation.direction = match relation.direction {
            Direction::Outgoing => Direction::Incoming,
            Direction::Incoming => Direction::Outgoing,
            Direction::Mutual => Direction::Mutual,
        };
    }
    step
}

/// Paths of one length in order: by their weakest step, then by their entities.
fn strongest(mut paths: Vec<Path>) -> Vec<Path> {
    let weakest = |path: &Path| path.iter().map(|step| step.weight).min();
    let stops = |path: &Path| path.iter().map(|step| step.to.clone()).collect::<Vec<_>>();
    paths.sort_by(|one, other| {
        weakest(other).cmp(&weakest(one)).then_with(|| stops(one).cmp(&stops(other)))
    });
    paths
}
