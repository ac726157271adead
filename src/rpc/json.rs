//! The proto's canonical JSON form, for any message of `dicta.v1`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use prost::{Message, Name};
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, SerializeOptions};
use serde::de::IgnoredAny;

use super::json_path;
use super::pb;

/// Why a text is no JSON form of a message, or a message has none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// The text is not what the message's form allows.
    #[error("line {line}, column {column}{}: {reason}", in_field(.field))]
    Input {
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1.
        column: usize,
        /// The path of the field, as in `article.authors[2]`; empty at the top.
        field: String,
        /// What is wrong.
        reason: String,
    },
    /// The message has no JSON form, such as a time out of range.
    #[error("{name} has no JSON form: {reason}")]
    Output {
        /// The message's full name.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// The message is not described by the proto.
    #[error("{0} is not described by the proto")]
    NotDescribed(String),
}

fn in_field(field: &str) -> String {
    if field.is_empty() { String::new() } else { format!(", in `{field}`") }
}

/// The message as JSON on one line.
pub fn to_json<M: Message + Name>(message: &M) -> Result<String, JsonError> {
    let mut bytes = Vec::new();
    write(message, &mut serde_json::Serializer::new(&mut bytes))?;
    text::<M>(bytes)
}

/// The message as indented JSON.
pub fn to_json_pretty<M: Message + Name>(message: &M) -> Result<String, JsonError> {
    let mut bytes = Vec::new();
    write(message, &mut serde_json::Serializer::pretty(&mut bytes))?;
    text::<M>(bytes)
}

/// Reads a message from its JSON form. Fields that the message does not have
/// are errors.
pub fn from_json<M: Message + Name + Default>(text: &str) -> Result<M, JsonError> {
    let descriptor = describe::<M>()?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let dynamic = DynamicMessage::deserialize(descriptor, &mut deserializer)
        .and_then(|dynamic| deserializer.end().map(|()| dynamic))
        .map_err(|error| input_error(text, &error))?;
    dynamic.transcode_to::<M>().map_err(|error| output_error::<M>(error.to_string()))
}

/// The keys of a JSON object, without a look at what they hold.
pub(super) fn keys(text: &str) -> Result<BTreeMap<String, IgnoredAny>, JsonError> {
    serde_json::from_str(text).map_err(|error| input_error(text, &error))
}

fn describe<M: Name>() -> Result<MessageDescriptor, JsonError> {
    static POOL: LazyLock<Option<DescriptorPool>> =
        LazyLock::new(|| DescriptorPool::decode(pb::FILE_DESCRIPTOR_SET).ok());
    let name = M::full_name();
    POOL.as_ref()
        .and_then(|pool| pool.get_message_by_name(&name))
        .ok_or(JsonError::NotDescribed(name))
}

fn write<M, S>(message: &M, serializer: S) -> Result<(), JsonError>
where
    M: Message + Name,
    S: serde::Serializer<Ok = ()>,
{
    let mut dynamic = DynamicMessage::new(describe::<M>()?);
    dynamic.transcode_from(message).map_err(|error| output_error::<M>(error.to_string()))?;
    dynamic
        .serialize_with_options(serializer, &SerializeOptions::new())
        .map_err(|error| output_error::<M>(error.to_string()))
}

fn text<M: Name>(bytes: Vec<u8>) -> Result<String, JsonError> {
    String::from_utf8(bytes).map_err(|error| output_error::<M>(error.to_string()))
}

fn output_error<M: Name>(reason: String) -> JsonError {
    JsonError::Output { name: M::full_name(), reason }
}

fn input_error(text: &str, error: &serde_json::Error) -> JsonError {
    let (line, column) = (error.line().max(1), error.column().max(1));
    let whole = error.to_string();
    // serde_json appends the place, which the error tells in its own way.
    let reason = whole.rsplit_once(" at line ").map_or(whole.as_str(), |(reason, _)| reason);
    let field = json_path::at(text, line, column);
    JsonError::Input { line, column, field, reason: reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled_article() -> pb::Article {
        pb::Article {
            name: "articles/a".into(),
            title: "“Zwei” – دوو".into(),
            body: "One.\nTwo.".into(),
            body_extent: pb::BodyExtent::Full as i32,
            publisher: Some(pb::Publisher { entity: String::new(), name: "Reuters".into() }),
            authors: vec!["A".into(), "B".into()],
            published_at: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 }),
            labels: [("desk".to_owned(), "world".to_owned())].into(),
            metadata: Some(prost_types::Struct {
                fields: [(
                    "n".to_owned(),
                    prost_types::Value { kind: Some(prost_types::value::Kind::NumberValue(1.5)) },
                )]
                .into(),
            }),
            revision: 7,
            ..Default::default()
        }
    }

    fn filled_statement() -> pb::Statement {
        pb::Statement {
            name: "articles/a/statements/s".into(),
            kind: pb::StatementKind::Direct as i32,
            content: vec![pb::ContentSpan {
                selector: Some(pb::Selector {
                    exact: "One.".into(),
                    start: Some(0),
                    end: Some(4),
                    ..Default::default()
                }),
                quoted: true,
            }],
            confidence: Some(0.0),
            triple: Some(pb::Triple {
                subject: Some(pb::Term { value: Some(pb::term::Value::Boolean(false)) }),
                predicate: "is".into(),
                ..Default::default()
            }),
            ..Default::default()
        }
    }

    #[test]
    fn a_filled_record_comes_back_from_its_json() {
        for record in [
            pb::record::Record::Article(filled_article()),
            pb::record::Record::Statement(filled_statement()),
        ] {
            let record = pb::Record { record: Some(record) };
            assert_eq!(from_json::<pb::Record>(&to_json(&record).unwrap()).unwrap(), record);
            assert_eq!(from_json::<pb::Record>(&to_json_pretty(&record).unwrap()).unwrap(), record);
        }
    }

    #[test]
    fn the_form_is_the_canonical_one() {
        let json = to_json(&filled_article()).unwrap();
        for part in [
            r#""bodyExtent":"BODY_EXTENT_FULL""#,
            r#""publishedAt":"2023-11-14T22:13:20Z""#,
            r#""revision":"7""#,
            r#""metadata":{"n":1.5}"#,
        ] {
            assert!(json.contains(part), "{part} in {json}");
        }
    }

    #[test]
    fn an_error_says_where_and_in_which_field() {
        let check = |text: &str, expected: &str| {
            let error = from_json::<pb::Record>(text).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        };
        check(
            "{\"article\": {\n  \"titel\": \"x\"}}",
            "line 2, column 9, in `article.titel`: unrecognized field name 'titel'",
        );
        check(
            r#"{"article": {"authors": ["a", 5]}}"#,
            "line 1, column 31, in `article.authors[1]`: invalid type",
        );
        check(
            r#"{"statement": {"kind": "SHOUTED"}}"#,
            "line 1, column 32, in `statement.kind`: unrecognized enum value 'SHOUTED'",
        );
        check("{\"article\": {}", "line 1, column 14");
        check("{\"article\": {}} x", "line 1, column 17: trailing characters");
        check("", "line 1, column 1: EOF");
    }
}
