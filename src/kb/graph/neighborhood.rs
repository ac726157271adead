//! The entities around one, with the relations to each and what they rest on.

use std::collections::{BTreeMap, BTreeSet};

use super::relation::{self, Held, RelationKind, Tie};
use super::{Neighbor, Relation};
use crate::domain::id::{EntityId, RecordName, StatementName};
use crate::domain::record::{Record, Stored};
use crate::domain::statement::Statement;
use crate::domain::time::CoarseTime;
use crate::kb::counted::Counted;
use crate::kb::error::Error;
use crate::kb::merged;
use crate::kb::sweep::Sweep;
use crate::query::filter::Filter;
use crate::query::plan::uttered_window;
use crate::store::{LoadBody, Path, Reader, Scan};

/// The most relations that are gathered around one entity.
const MOST_TIES: usize = 100_000;
/// The most records that are looked at for posts that name an entity.
const MOST_REFERRERS: usize = 1_000;

/// By what entities are related, and how much of it is looked at.
pub(super) struct Look<'a> {
    pub(super) reader: &'a dyn Reader,
    pub(super) filter: Option<Filter>,
    /// Empty: all.
    pub(super) kinds: Vec<RelationKind>,
    pub(super) evidence: usize,
    /// The most statements by an entity, and the most that mention it.
    pub(super) statements: usize,
}

/// The entities around one.
pub(super) struct Neighborhood {
    /// Those with the greatest weight first.
    pub(super) neighbors: Vec<Neighbor>,
    /// Whether all was looked at.
    pub(super) whole: bool,
}

impl Look<'_> {
    /// What is around an entity, given by the ids that stand for it.
    pub(super) async fn around(
        &self,
        same: &BTreeSet<EntityId>,
        counted: &mut Counted,
    ) -> Result<Neighborhood, Error> {
        let mut around = Around::default();
        let by_statements = [
            RelationKind::SaidAbout,
            RelationKind::Addressed,
            RelationKind::MentionedWith,
            RelationKind::Claimed,
        ];
        let mut whole = true;
        if by_statements.into_iter().any(|kind| self.wants(kind)) {
            for path in
                [Path::StatementsBySpeaker(same.clone()), Path::StatementsByMention(same.clone())]
            {
                whole &= self.gather(path, same, counted, &mut around).await?;
            }
        }
        if self.wants(RelationKind::Occupancy) {
            whole &= self.gather_posts(same, &mut around).await?;
        }
        let others = around.ties.keys().map(|tie| tie.other.clone()).collect();
        around.rename(&merged::survivors(self.reader, others).await?, same);
        Ok(Neighborhood { neighbors: around.neighbors(self.evidence), whole })
    }

    fn wants(&self, kind: RelationKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// Gathers by the statements along a path; says whether all were looked at.
    async fn gather(
        &self,
        path: Path,
        same: &BTreeSet<EntityId>,
        counted: &mut Counted,
        around: &mut Around,
    ) -> Result<bool, Error> {
        let by_mention = matches!(path, Path::StatementsByMention(_));
        let filter = self.filter.clone();
        let window = filter.as_ref().map(uttered_window).unwrap_or_default();
        let scan = Scan { window, filter, ..Scan::all(path, usize::MAX) };
        let mut sweep = Sweep::of(self.reader, scan, self.statements);
        while let Some(mut statements) = sweep.next().await? {
            counted.keep(self.reader, &mut statements).await?;
            for stored in &statements {
                let (RecordName::Statement(name), Record::Statement(statement)) =
                    (&stored.name, &stored.value)
                else {
                    continue;
                };
                // It was met on the path of the speaker already.
                if by_mention && statement.speaker_entity().is_some_and(|id| same.contains(id)) {
                    continue;
                }
                let ties = relation::ties(statement, same);
                let ties = ties.into_iter().filter(|tie| self.wants(tie.kind));
                let time = time(statement);
                let evidence = Some(name.clone());
                around.add(ties, Ground { start: time.clone(), end: time, evidence });
            }
            if around.ties.len() > MOST_TIES {
                return Ok(false);
            }
        }
        Ok(sweep.is_whole())
    }

    /// Gathers by the posts on the entity's records, and on those that name it.
    async fn gather_posts(
        &self,
        same: &BTreeSet<EntityId>,
        around: &mut Around,
    ) -> Result<bool, Error> {
        let names: Vec<RecordName> = same.iter().cloned().map(RecordName::Entity).collect();
        let states = self.reader.states(&names, LoadBody::No).await?;
        let own = states.into_iter().filter_map(|state| state.live());
        own.for_each(|stored| around.add_posts(&stored, same));
        let mut whole = true;
        for name in names {
            let mut sweep = Sweep::new(self.reader, Path::Referrers(name), None, MOST_REFERRERS);
            while let Some(referrers) = sweep.next().await? {
                for stored in &referrers {
                    let own = matches!(&stored.name, RecordName::Entity(id) if same.contains(id));
                    if !own {
                        around.add_posts(stored, same);
                    }
                }
            }
            whole &= sweep.is_whole();
        }
        Ok(whole)
    }
}

/// When a statement was made, else published.
fn time(statement: &Statement) -> Option<CoarseTime> {
    let uttered = || statement.uttered_at.clone();
    let published = || statement.article.published_at.map(CoarseTime::from);
    uttered().or_else(published)
}

/// What a relation rests on: a statement, or a post with its times.
#[derive(Clone, Debug)]
struct Ground {
    start: Option<CoarseTime>,
    end: Option<CoarseTime>,
    evidence: Option<StatementName>,
}

/// Relations under way, with the numbers of the grounds that each rests on.
#[derive(Default)]
struct Around {
    grounds: Vec<Ground>,
    ties: BTreeMap<Tie, BTreeSet<usize>>,
}

impl Around {
    fn add(&mut self, ties: impl Iterator<Item = Tie>, ground: Ground) {
        let number = self.grounds.len();
        let mut any = false;
        for tie in ties {
            self.ties.entry(tie).or_default().insert(number);
            any = true;
        }
        if any {
            self.grounds.push(ground);
        }
    }

    fn add_posts(&mut self, stored: &Stored, same: &BTreeSet<EntityId>) {
        let (RecordName::Entity(id), Record::Entity(entity)) = (&stored.name, &stored.value) else {
            return;
        };
        for Held { tie, start, end, evidence } in relation::held(id, entity, same) {
            self.add(std::iter::once(tie), Ground { start, end, evidence });
        }
    }

    /// Lets those that were merged stand for one another.
    fn rename(&mut self, survivors: &BTreeMap<EntityId, EntityId>, same: &BTreeSet<EntityId>) {
        if survivors.is_empty() {
            return;
        }
        for (mut tie, grounds) in std::mem::take(&mut self.ties) {
            if let Some(survivor) = survivors.get(&tie.other) {
                tie.other = survivor.clone();
            }
            if !same.contains(&tie.other) {
                self.ties.entry(tie).or_default().extend(grounds);
            }
        }
    }

    /// The neighbors, the greatest weight first.
    fn neighbors(self, evidence: usize) -> Vec<Neighbor> {
        let mut by_other: BTreeMap<EntityId, (BTreeSet<usize>, Vec<Relation>)> = BTreeMap::new();
        for (tie, numbers) in &self.ties {
            let (all, relations) = by_other.entry(tie.other.clone()).or_default();
            all.extend(numbers);
            relations.push(self.relation(tie, numbers, evidence));
        }
        let neighbor =
            |(id, (all, mut relations)): (EntityId, (BTreeSet<usize>, Vec<Relation>))| {
                relations.sort_by_key(|relation| std::cmp::Reverse(relation.weight));
                Neighbor { id, weight: all.len(), relations }
            };
        let mut neighbors: Vec<Neighbor> = by_other.into_iter().map(neighbor).collect();
        neighbors.sort_by_key(|neighbor| std::cmp::Reverse(neighbor.weight));
        neighbors
    }

    fn relation(&self, tie: &Tie, numbers: &BTreeSet<usize>, evidence: usize) -> Relation {
        let grounds: Vec<&Ground> =
            numbers.iter().filter_map(|number| self.grounds.get(*number)).collect();
        let ends = grounds.iter().map(|ground| ground.end.as_ref());
        let last = match tie.kind {
            // One that has not ended outlasts the others.
            RelationKind::Occupancy => ends.collect::<Option<Vec<_>>>().unwrap_or_default(),
            _ => ends.flatten().collect(),
        };
        let starts = grounds.iter().filter_map(|ground| ground.start.as_ref());
        let mut named: Vec<&&Ground> = grounds.iter().collect();
        named.sort_by_key(|ground| {
            std::cmp::Reverse(ground.start.as_ref().map(CoarseTime::start_micros))
        });
        let named = named.into_iter().filter_map(|ground| ground.evidence.clone());
        Relation {
            kind: tie.kind,
            predicate: tie.predicate.clone(),
            direction: tie.direction,
            weight: numbers.len(),
            first: starts.min_by_key(|time| time.start_micros()).cloned(),
            last: last.into_iter().max_by_key(|time| time.start_micros()).cloned(),
            evidence: named.take(evidence).collect(),
        }
    }
}
