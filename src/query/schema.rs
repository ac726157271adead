//! The fields that filters may name, with the type of each and where its values
//! are found.

use super::moment::{Grain, Moment};
use super::row::Row;
use crate::domain::record::Stored;

mod article;
mod derived;
mod entity;
mod statement;
mod visit;

/// Whose fields a filter names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Articles'.
    Article,
    /// Statements'.
    Statement,
    /// Entities'.
    Entity,
    /// Quotations'.
    Quotation,
    /// Those of pairs of near-duplicates.
    NearDuplicate,
}

/// What a filter judges.
#[derive(Clone, Copy, Debug)]
pub(super) enum Subject<'a> {
    /// A record.
    Record(&'a Stored),
    /// A row of what was derived from records.
    Row(&'a Row),
}

impl Kind {
    /// The records' plural, for messages.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Article => "articles",
            Self::Statement => "statements",
            Self::Entity => "entities",
            Self::Quotation => "quotations",
            Self::NearDuplicate => "near-duplicates",
        }
    }

    pub(super) fn fields(self) -> &'static [Field] {
        match self {
            Self::Article => article::FIELDS,
            Self::Statement => statement::FIELDS,
            Self::Entity => entity::FIELDS,
            Self::Quotation => derived::QUOTATION,
            Self::NearDuplicate => derived::NEAR_DUPLICATE,
        }
    }

    /// Where to ask for what readers see beside the records, under a field that no
    /// filter has: it is derived, and has no past, as the records of a page have.
    pub(super) fn asked_elsewhere(self, name: &str) -> Option<&'static str> {
        let near = self == Self::Article && name == "near_duplicates";
        near.then_some("ListNearDuplicates, with the article as its parent and a filter of its own")
    }

    /// The field that is written so.
    pub(super) fn field(self, name: &str) -> Option<&'static Field> {
        self.fields().iter().find(|field| field.name == name)
    }
}

/// A field.
#[derive(Debug)]
pub(super) struct Field {
    /// Its name and parts, joined by dots.
    pub(super) name: &'static str,
    /// What values it has.
    pub(super) kind: Type,
    /// Whether it may have several.
    pub(super) many: bool,
    /// Where they are.
    values: Values,
}

impl PartialEq for Field {
    /// Fields are the rows of a table: each is equal to itself alone.
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self, other)
    }
}

/// What values a field has, and so what it may be compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Texts.
    Text(Form),
    /// One of several names; the prefix is what the API's own names begin with.
    Enum { prefix: &'static str, names: &'static [&'static str] },
    /// Truth values.
    Truth,
    /// Numbers.
    Number,
    /// Times.
    Time(Grain),
    /// Lengths of time.
    Duration,
    /// Texts by key.
    Map,
    /// Something with parts: it is there, or it is not.
    Message,
}

/// What a text is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Anything, taken as a whole.
    Plain,
    /// Words, in which others may be contained.
    Prose,
    /// A BCP-47 language tag.
    Language,
    /// A web address.
    Url,
    /// An article's name.
    Article,
    /// A statement's name.
    Statement,
    /// An entity's name.
    Entity,
}

/// A value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    /// A text, or the name of an enum's value.
    Text(&'a str),
    /// A truth value.
    Truth(bool),
    /// A number, or the seconds of a duration.
    Number(f64),
    /// A time.
    Moment(Moment),
    /// A key of a map, and the text that it leads to.
    Entry(&'a str, &'a str),
    /// Something with parts.
    Message,
}

/// Tries values until one passes; says whether one did.
type Visit<'v> = dyn FnMut(Value<'_>) -> bool + 'v;

/// Where the values of a field are.
#[derive(Clone, Copy, Debug)]
enum Values {
    /// Shows the set values to a visitor until one passes.
    Of(fn(&Stored, &mut Visit<'_>) -> bool),
    /// One of the two parts of each element of a list.
    PartOf(Elements, Part),
    /// Those that a row has under the field's name.
    InRow,
}

/// Shows the elements of a list, two texts each, until one passes.
type Elements = fn(&Stored, &mut dyn FnMut([&str; 2]) -> bool) -> bool;

/// A part of an element with two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The first.
    First,
    /// The second.
    Second,
}

impl Part {
    fn value<'a>(self, [first, second]: [&'a str; 2]) -> Option<Value<'a>> {
        let text = match self {
            Self::First => first,
            Self::Second => second,
        };
        (!text.is_empty()).then_some(Value::Text(text))
    }
}

impl Field {
    const fn one(
        name: &'static str,
        kind: Type,
        values: fn(&Stored, &mut Visit<'_>) -> bool,
    ) -> Self {
        Self { name, kind, many: false, values: Values::Of(values) }
    }

    const fn many(
        name: &'static str,
        kind: Type,
        values: fn(&Stored, &mut Visit<'_>) -> bool,
    ) -> Self {
        Self { name, kind, many: true, values: Values::Of(values) }
    }

    const fn part(name: &'static str, form: Form, elements: Elements, part: Part) -> Self {
        Self { name, kind: Type::Text(form), many: true, values: Values::PartOf(elements, part) }
    }

    /// A field of rows.
    const fn in_row(name: &'static str, kind: Type) -> Self {
        Self { name, kind, many: false, values: Values::InRow }
    }

    /// A field of rows that may have several values.
    const fn several_in_row(name: &'static str, kind: Type) -> Self {
        Self { name, kind, many: true, values: Values::InRow }
    }

    /// Times that may be coarse.
    const fn coarse(name: &'static str, values: fn(&Stored, &mut Visit<'_>) -> bool) -> Self {
        Self::one(name, Type::Time(Grain::Coarse), values)
    }

    /// Whether any of the values that are set passes.
    pub(super) fn any(&self, record: &Stored, passes: &mut Visit<'_>) -> bool {
        self.any_of(Subject::Record(record), passes)
    }

    /// Whether any of the values that are set passes.
    pub(super) fn any_of(&self, subject: Subject<'_>, passes: &mut Visit<'_>) -> bool {
        match (self.values, subject) {
            (Values::Of(values), Subject::Record(record)) => values(record, passes),
            (Values::PartOf(elements, part), Subject::Record(record)) => {
                elements(record, &mut |element| part.value(element).is_some_and(&mut *passes))
            }
            (Values::InRow, Subject::Row(row)) => row.any(self.name, passes),
            // A filter is checked against the fields of what it judges.
            (Values::Of(_) | Values::PartOf(..), Subject::Row(_))
            | (Values::InRow, Subject::Record(_)) => false,
        }
    }

    /// Whether both are different parts of the elements of one list.
    pub(super) fn is_other_part_of(&self, other: &Self) -> bool {
        let list = |field: &Self| field.name.split_once('.').map(|(list, _)| list);
        match (self.values, other.values) {
            (Values::PartOf(_, part), Values::PartOf(_, other_part)) => {
                part != other_part && list(self) == list(other)
            }
            _ => false,
        }
    }

    /// Whether any element has a part that passes `first`, and another, of the
    /// field `other`, that passes `second`.
    pub(super) fn any_with(
        &self,
        other: &Self,
        subject: Subject<'_>,
        first: &dyn Fn(Value<'_>) -> bool,
        second: &dyn Fn(Value<'_>) -> bool,
    ) -> bool {
        let (
            Values::PartOf(elements, part),
            Values::PartOf(_, other_part),
            Subject::Record(record),
        ) = (self.values, other.values, subject)
        else {
            return false;
        };
        elements(record, &mut |element| {
            part.value(element).is_some_and(first) && other_part.value(element).is_some_and(second)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_fields_are_known() {
        let proto = include_str!("../../proto/dicta/v1/query_service.proto");
        for kind in [Kind::Article, Kind::Statement, Kind::Entity] {
            let (first, rest) = kind.plural().split_at(1);
            let message = format!("message List{}{rest}Request {{", first.to_uppercase());
            let (_, comment) = proto.split_once(&message).unwrap();
            let (_, comment) = comment.split_once("Fields: ").unwrap();
            let (comment, _) = comment.split_once("`update_time`").unwrap();
            let documented: Vec<&str> = comment.split('`').skip(1).step_by(2).collect();
            assert!(documented.len() > 10, "{documented:?}");
            for name in documented {
                let name = name.trim_end_matches(".KEY");
                assert!(kind.field(name).is_some(), "{name} of {}", kind.plural());
            }
        }
    }

    #[test]
    fn no_field_is_listed_twice() {
        for kind in [Kind::Article, Kind::Statement, Kind::Entity] {
            for field in kind.fields() {
                assert_eq!(kind.field(field.name), Some(field), "{}", field.name);
            }
        }
    }
}
