//! Free-form values, such as an article's metadata.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value};

use super::common::{Decoded, all};

/// A map of free-form values.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct MapMessage {
    #[prost(btree_map = "string, message", tag = "1")]
    fields: BTreeMap<String, ValueMessage>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ListMessage {
    #[prost(message, repeated, tag = "1")]
    values: Vec<ValueMessage>,
}

/// A free-form value; null where it says nothing.
#[derive(Clone, PartialEq, prost::Message)]
struct ValueMessage {
    #[prost(oneof = "Kind", tags = "1, 2, 3, 4, 5, 6, 7")]
    kind: Option<Kind>,
}

#[derive(Clone, PartialEq, prost::Oneof)]
enum Kind {
    #[prost(bool, tag = "1")]
    Boolean(bool),
    #[prost(sint64, tag = "2")]
    Signed(i64),
    #[prost(uint64, tag = "3")]
    Unsigned(u64),
    #[prost(double, tag = "4")]
    Float(f64),
    #[prost(string, tag = "5")]
    Text(String),
    #[prost(message, tag = "6")]
    List(ListMessage),
    #[prost(message, tag = "7")]
    Map(MapMessage),
}

impl MapMessage {
    /// Nothing at all for an empty map.
    pub(super) fn of(map: Map<String, Value>) -> Option<Self> {
        (!map.is_empty()).then(|| Self::of_any(map))
    }

    fn of_any(map: Map<String, Value>) -> Self {
        Self {
            fields: map.into_iter().map(|(key, value)| (key, ValueMessage::of(value))).collect(),
        }
    }

    pub(super) fn restore(self) -> Decoded<Map<String, Value>> {
        self.fields.into_iter().map(|(key, value)| Ok((key, value.restore()?))).collect()
    }
}

impl ValueMessage {
    fn of(value: Value) -> Self {
        let kind = match value {
            Value::Null => None,
            Value::Bool(value) => Some(Kind::Boolean(value)),
            Value::Number(number) => Kind::of(&number),
            Value::String(text) => Some(Kind::Text(text)),
            Value::Array(values) => {
                Some(Kind::List(ListMessage { values: values.into_iter().map(Self::of).collect() }))
            }
            Value::Object(map) => Some(Kind::Map(MapMessage::of_any(map))),
        };
        Self { kind }
    }

    fn restore(self) -> Decoded<Value> {
        Ok(match self.kind {
            None => Value::Null,
            Some(Kind::Boolean(value)) => value.into(),
            Some(Kind::Signed(number)) => number.into(),
            Some(Kind::Unsigned(number)) => number.into(),
            Some(Kind::Float(number)) => Number::from_f64(number)
                .map(Value::Number)
                .ok_or_else(|| format!("{number} is no number"))?,
            Some(Kind::Text(text)) => text.into(),
            Some(Kind::List(list)) => Value::Array(all(list.values, Self::restore)?),
            Some(Kind::Map(map)) => Value::Object(map.restore()?),
        })
    }
}

impl Kind {
    fn of(number: &Number) -> Option<Self> {
        let unsigned = number.as_u64().map(Self::Unsigned);
        let signed = || number.as_i64().map(Self::Signed);
        unsigned.or_else(signed).or_else(|| number.as_f64().map(Self::Float))
    }
}
