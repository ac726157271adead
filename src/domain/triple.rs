//! What a statement claims, as subject, predicate and object.

use super::id::EntityId;
use super::time::CoarseTime;

/// One term of a triple or a qualifier.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// An entity.
    Entity(EntityId),
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// A time.
    Time(CoarseTime),
    /// A truth value.
    Boolean(bool),
}

impl Term {
    /// The entity that it is.
    #[must_use]
    pub fn entity(&self) -> Option<&EntityId> {
        match self {
            Self::Entity(entity) => Some(entity),
            _ => None,
        }
    }
}

/// A detail of a triple.
#[derive(Clone, Debug, PartialEq)]
pub struct Qualifier {
    /// What it details.
    pub predicate: String,
    /// The detail.
    pub value: Term,
}

/// What is claimed, as subject, predicate and object.
#[derive(Clone, Debug, PartialEq)]
pub struct Triple {
    /// What the claim is about.
    pub subject: Term,
    /// The relation.
    pub predicate: String,
    /// What the subject is related to.
    pub object: Option<Term>,
    /// Details.
    pub qualifiers: Vec<Qualifier>,
}

impl Triple {
    /// The entities that it names, some perhaps twice.
    pub fn entities_named(&self) -> impl Iterator<Item = &EntityId> {
        let values = self.qualifiers.iter().map(|qualifier| &qualifier.value);
        let terms = std::iter::once(&self.subject).chain(&self.object).chain(values);
        terms.filter_map(Term::entity)
    }
}
