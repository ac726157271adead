//! How a statement or an entity's record relates entities to one another.

use std::collections::BTreeSet;

use crate::domain::entity::Entity;
use crate::domain::id::{EntityId, StatementName};
use crate::domain::statement::{Mention, Statement, Term, Triple};
use crate::domain::time::CoarseTime;

/// How two entities are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RelationKind {
    /// One says something about the other.
    SaidAbout,
    /// One says something to the other.
    Addressed,
    /// Both are mentioned in the same words.
    MentionedWith,
    /// Someone claims it of them.
    Claimed,
    /// One holds a post that is, or is at, the other.
    Occupancy,
}

/// Which way a relation goes, seen from the entity that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// To the other.
    Outgoing,
    /// From the other.
    Incoming,
    /// Both ways.
    Mutual,
}

/// A relation to another entity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Tie {
    pub(super) other: EntityId,
    pub(super) kind: RelationKind,
    pub(super) direction: Direction,
    pub(super) predicate: String,
}

/// A post that relates two entities, from when to when.
pub(super) struct Held {
    pub(super) tie: Tie,
    pub(super) start: Option<CoarseTime>,
    pub(super) end: Option<CoarseTime>,
    pub(super) evidence: Option<StatementName>,
}

/// What is looked at: the ids that stand for one entity.
type Same = BTreeSet<EntityId>;

/// How a statement relates an entity to others, each way once.
pub(super) fn ties(statement: &Statement, same: &Same) -> BTreeSet<Tie> {
    let mut ties = Ties { same, ties: BTreeSet::new() };
    let mentioned: BTreeSet<&EntityId> = entities(&statement.mentions).collect();
    let claimed = statement.triple.iter().flat_map(Triple::entities_named);
    let about: BTreeSet<&EntityId> = mentioned.iter().copied().chain(claimed).collect();
    if let Some(speaker) = statement.speaker_entity() {
        ties.add_all(RelationKind::SaidAbout, speaker, about);
        ties.add_all(RelationKind::Addressed, speaker, entities(&statement.addressees));
    }
    if mentioned.iter().any(|id| same.contains(*id)) {
        let others = mentioned.into_iter().filter(|id| !same.contains(*id));
        ties.ties.extend(others.map(|other| Tie {
            other: other.clone(),
            kind: RelationKind::MentionedWith,
            direction: Direction::Mutual,
            predicate: String::new(),
        }));
    }
    if let Some(triple) = &statement.triple {
        ties.add_claims(triple);
    }
    ties.ties
}

/// How the posts on an entity's record relate an entity to others.
pub(super) fn held(id: &EntityId, entity: &Entity, same: &Same) -> Vec<Held> {
    let mut all = Vec::new();
    for occupancy in &entity.occupancies {
        let holder = occupancy.holder.as_ref().unwrap_or(id);
        // What stands on a post's own record tells who held it.
        let post = occupancy.post.as_ref().or((holder != id).then_some(id));
        let ends = [("post", post), ("organization", occupancy.organization.as_ref())];
        for (predicate, end) in ends {
            let Some(end) = end.filter(|end| *end != holder) else { continue };
            let mut ties = Ties { same, ties: BTreeSet::new() };
            ties.add(RelationKind::Occupancy, predicate, holder, end);
            all.extend(ties.ties.into_iter().map(|tie| Held {
                tie,
                start: occupancy.start.clone(),
                end: occupancy.end.clone(),
                evidence: occupancy.evidence.clone(),
            }));
        }
    }
    all
}

fn entities(mentions: &[Mention]) -> impl Iterator<Item = &EntityId> {
    mentions.iter().filter_map(|mention| mention.entity.as_ref())
}

/// Relations of the entity that is looked at.
struct Ties<'a> {
    same: &'a Same,
    ties: BTreeSet<Tie>,
}

impl Ties<'_> {
    /// Adds a relation, if it is one of the entity to another.
    fn add(&mut self, kind: RelationKind, predicate: &str, from: &EntityId, to: &EntityId) {
        let (other, direction) = match (self.same.contains(from), self.same.contains(to)) {
            (true, false) => (to, Direction::Outgoing),
            (false, true) => (from, Direction::Incoming),
            _ => return,
        };
        let (other, predicate) = (other.clone(), predicate.to_owned());
        self.ties.insert(Tie { other, kind, direction, predicate });
    }

    fn add_all<'a>(
        &mut self,
        kind: RelationKind,
        from: &EntityId,
        to: impl IntoIterator<Item = &'a EntityId>,
    ) {
        to.into_iter().for_each(|to| self.add(kind, "", from, to));
    }

    fn add_claims(&mut self, triple: &Triple) {
        let Some(subject) = triple.subject.entity() else { return };
        if let Some(object) = triple.object.as_ref().and_then(Term::entity) {
            self.add(RelationKind::Claimed, &triple.predicate, subject, object);
        }
        for qualifier in &triple.qualifiers {
            if let Some(value) = qualifier.value.entity() {
                let predicate = format!("{}/{}", triple.predicate, qualifier.predicate);
                self.add(RelationKind::Claimed, &predicate, subject, value);
            }
        }
    }
}
