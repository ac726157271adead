//! The stored form of what a statement claims.

use super::common::{CoarseTimeMessage, Decoded, all};
use crate::domain::id::EntityId;
use crate::domain::statement::{Qualifier, Term, Triple};

/// What is claimed.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct TripleMessage {
    #[prost(message, optional, tag = "1")]
    subject: Option<TermMessage>,
    #[prost(string, tag = "2")]
    predicate: String,
    #[prost(message, optional, tag = "3")]
    object: Option<TermMessage>,
    #[prost(message, repeated, tag = "4")]
    qualifiers: Vec<QualifierMessage>,
}

impl TripleMessage {
    pub(super) fn of(triple: Triple) -> Self {
        Self {
            subject: Some(TermMessage::of(triple.subject)),
            predicate: triple.predicate,
            object: triple.object.map(TermMessage::of),
            qualifiers: triple.qualifiers.into_iter().map(QualifierMessage::of).collect(),
        }
    }

    pub(super) fn restore(self) -> Decoded<Triple> {
        Ok(Triple {
            subject: self.subject.unwrap_or_default().restore()?,
            predicate: self.predicate,
            object: self.object.map(TermMessage::restore).transpose()?,
            qualifiers: all(self.qualifiers, QualifierMessage::restore)?,
        })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct QualifierMessage {
    #[prost(string, tag = "1")]
    predicate: String,
    #[prost(message, optional, tag = "2")]
    value: Option<TermMessage>,
}

impl QualifierMessage {
    fn of(qualifier: Qualifier) -> Self {
        Self { predicate: qualifier.predicate, value: Some(TermMessage::of(qualifier.value)) }
    }

    fn restore(self) -> Decoded<Qualifier> {
        Ok(Qualifier {
            predicate: self.predicate,
            value: self.value.unwrap_or_default().restore()?,
        })
    }
}

#[derive(Clone, PartialEq, prost::Message)]
struct TermMessage {
    #[prost(oneof = "Value", tags = "1, 2, 3, 4, 5")]
    value: Option<Value>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Value {
    #[prost(string, tag = "1")]
    Entity(String),
    #[prost(string, tag = "2")]
    Text(String),
    #[prost(double, tag = "3")]
    Number(f64),
    #[prost(message, tag = "4")]
    Time(CoarseTimeMessage),
    #[prost(bool, tag = "5")]
    Boolean(bool),
}

impl TermMessage {
    fn of(term: Term) -> Self {
        let value = match term {
            Term::Entity(entity) => Value::Entity(entity.as_str().into()),
            Term::Text(text) => Value::Text(text),
            Term::Number(number) => Value::Number(number),
            Term::Time(time) => Value::Time(CoarseTimeMessage::of(time)),
            Term::Boolean(boolean) => Value::Boolean(boolean),
        };
        Self { value: Some(value) }
    }

    fn restore(self) -> Decoded<Term> {
        Ok(match self.value {
            Some(Value::Entity(id)) => {
                Term::Entity(EntityId::new(&id).map_err(|error| error.to_string())?)
            }
            Some(Value::Text(text)) => Term::Text(text),
            Some(Value::Number(number)) => Term::Number(number),
            Some(Value::Time(time)) => Term::Time(time.restore()?),
            Some(Value::Boolean(boolean)) => Term::Boolean(boolean),
            None => return Err("a term of its triple says nothing".into()),
        })
    }
}
