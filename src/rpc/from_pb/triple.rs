//! Claims as subject, predicate and object, from the wire.

use crate::domain::limits;
use crate::domain::statement::{Qualifier, Term, Triple};
use crate::rpc::from_pb::check::{Field, reason};
use crate::rpc::from_pb::time::coarse;
use crate::rpc::pb;

/// A triple.
pub(super) fn triple(at: &Field<'_>, pb: pb::Triple) -> Option<Triple> {
    let subject = needed_term(&at.at("subject"), pb.subject);
    let predicate = predicate(&at.at("predicate"), pb.predicate);
    let object = pb.object.and_then(|pb| term(&at.at("object"), pb));
    let qualifiers = at.at("qualifiers").items(pb.qualifiers, limits::QUALIFIERS, |at, pb| {
        let name = self::predicate(&at.at("predicate"), pb.predicate);
        let value = needed_term(&at.at("value"), pb.value);
        Some(Qualifier { predicate: name?, value: value? })
    });
    Some(Triple { subject: subject?, predicate: predicate?, object, qualifiers })
}

fn needed_term(at: &Field<'_>, pb: Option<pb::Term>) -> Option<Term> {
    term(at, at.required(pb, "a term")?)
}

fn term(at: &Field<'_>, pb: pb::Term) -> Option<Term> {
    use pb::term::Value;
    match at.required(pb.value, "one of entity, text, number, time and boolean")? {
        Value::Entity(name) => at.at("entity").name(&name).map(Term::Entity),
        Value::Text(text) if text.is_empty() => {
            at.at("text").needed("the words are needed");
            None
        }
        Value::Text(text) => Some(Term::Text(at.at("text").text(text, limits::REASON_CHARS))),
        Value::Number(number) if !number.is_finite() => {
            at.at("number").refuse(reason::BAD_NUMBER, format!("{number} is no number"));
            None
        }
        Value::Number(number) => Some(Term::Number(number)),
        Value::Time(time) => coarse(&at.at("time"), time).map(Term::Time),
        Value::Boolean(value) => Some(Term::Boolean(value)),
    }
}

/// A relation's or a detail's name, in lower snake case.
fn predicate(at: &Field<'_>, text: String) -> Option<String> {
    if text.is_empty() {
        at.needed("a predicate is needed");
        return None;
    }
    if text.len() > limits::TERM_CHARS {
        at.too_many(text.len(), limits::TERM_CHARS);
        return None;
    }
    let mut chars = text.chars();
    let snake = chars.next().is_some_and(|first| first.is_ascii_lowercase())
        && chars.all(|char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_');
    if !snake {
        let description = "a predicate is lower snake case, such as `needs_support_of`";
        at.refuse(reason::BAD_KEY, description);
        return None;
    }
    Some(text)
}
