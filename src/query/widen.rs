//! What an entity's id means in a filter once entities were merged: each of the
//! ids that stand for the same thing.

use std::collections::{BTreeMap, BTreeSet};

use super::ast::Comparator;
use super::filter::{Condition, Filter, Node, Pattern, Test};
use super::schema::{Form, Kind, Type};
use crate::domain::id::EntityId;

/// The fields whose values are an entity's name or plain words.
const NAME_OR_WORDS: [&str; 4] =
    ["publisher", "article.publisher", "triple.subject", "triple.object"];

/// For each id that was asked about, all ids that stand for the same entity.
pub type SameEntities = BTreeMap<EntityId, BTreeSet<EntityId>>;

impl Filter {
    /// The entities that it names by their whole ids.
    #[must_use]
    pub fn entities_named(&self) -> BTreeSet<EntityId> {
        let mut named = BTreeSet::new();
        self.0.each_test(&mut |test| named.extend(test.entity_named()));
        named
    }

    /// Lets each id that it names, also under NOT, OR and `!=`, stand for all that
    /// `same` says of it.
    #[must_use]
    pub fn widened(&self, same: &SameEntities) -> Self {
        let mut filter = self.clone();
        filter.0.each_test_mut(&mut |test| {
            let Some(ids) = test.entity_named().and_then(|id| same.get(&id)) else { return };
            if let Condition::Text(_, pattern) = &mut test.condition
                && ids.len() > 1
            {
                *pattern = Pattern::Among(ids.iter().map(ToString::to_string).collect());
            }
        });
        filter
    }
}

/// What lets pass the entities that are to be looked at where `filter` is asked of
/// united entities: those that were merged into no other, and pass by themselves or
/// stand for others, with which they are to be judged.
#[must_use]
pub fn perhaps_united(filter: Option<&Filter>) -> Filter {
    let set = |name: &str| {
        let field = Kind::Entity.field(name)?;
        Some(Node::Test(Test { field, key: None, condition: Condition::Present }))
    };
    let absorbed = set("merged_into").map(|test| Node::Not(Box::new(test)));
    let passes = filter.map(|filter| {
        Node::Any(std::iter::once(filter.0.clone()).chain(set("referents")).collect())
    });
    Filter(Node::All(absorbed.into_iter().chain(passes).collect()))
}

impl Node {
    fn each_test(&self, visit: &mut impl FnMut(&Test)) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => {
                nodes.iter().for_each(|node| node.each_test(visit));
            }
            Self::Not(node) => node.each_test(visit),
            Self::Test(test) => visit(test),
            Self::SameElement(first, second) => [first, second].into_iter().for_each(visit),
        }
    }

    fn each_test_mut(&mut self, visit: &mut impl FnMut(&mut Test)) {
        match self {
            Self::All(nodes) | Self::Any(nodes) => {
                nodes.iter_mut().for_each(|node| node.each_test_mut(visit));
            }
            Self::Not(node) => node.each_test_mut(visit),
            Self::Test(test) => visit(test),
            Self::SameElement(first, second) => [first, second].into_iter().for_each(visit),
        }
    }
}

impl Test {
    /// The entity whose whole id the field's value is, or is not, to be.
    fn entity_named(&self) -> Option<EntityId> {
        let may_name = match self.field.kind {
            Type::Text(Form::Entity) => true,
            Type::Text(Form::Plain) => NAME_OR_WORDS.contains(&self.field.name),
            _ => false,
        };
        match &self.condition {
            Condition::Text(Comparator::Equal | Comparator::NotEqual, Pattern::Whole(text))
                if may_name =>
            {
                text.parse().ok()
            }
            _ => None,
        }
    }
}
