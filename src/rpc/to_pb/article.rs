//! Articles to the wire.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::domain::article::{Article, Medium, PubStatus, Publisher};
use crate::domain::body::BodyExtent;
use crate::domain::id::RecordName;
use crate::domain::record::Committed;
use crate::rpc::pb;
use crate::rpc::to_pb::origin::origin;
use crate::rpc::to_pb::time::timestamp;
use crate::rpc::to_pb::{Marks, count, text};
use crate::store::LoadBody;

/// An article; with its text only where `body` says so and it is loaded.
pub(super) fn article(
    name: &RecordName,
    article: Article,
    committed: &Committed,
    body: LoadBody,
) -> pb::Article {
    let marks = Marks::of(committed);
    let loaded = article.body.text.filter(|_| body == LoadBody::Yes);
    pb::Article {
        name: name.to_string(),
        title: article.title,
        body: loaded.map(|text| (*text).to_owned()).unwrap_or_default(),
        body_extent: body_extent(article.body.extent).into(),
        language: text(article.language),
        canonical_url: text(article.canonical_url),
        publisher: publisher(article.publisher),
        authors: article.authors,
        source_agency: article.source_agency,
        published_at: article.published_at.map(timestamp),
        retrieved_at: article.retrieved_at.map(timestamp),
        pub_status: pub_status(article.pub_status.unwrap_or_default()).into(),
        medium: medium(article.medium.unwrap_or_default()).into(),
        labels: article.labels,
        metadata: metadata(article.metadata),
        duplicate_of: text(article.duplicate_of),
        origin: origin(article.origin),
        near_duplicates: Vec::new(),
        content_hash: article.body.hash.map(hexadecimal).unwrap_or_default(),
        version: count(article.version),
        body_length: count(article.body.length),
        body_normalized: false,
        create_time: marks.create_time,
        update_time: marks.update_time,
        etag: marks.etag,
        revision: marks.revision,
        survivors: BTreeMap::new(),
    }
}

fn hexadecimal(hash: [u8; 32]) -> String {
    blake3::Hash::from_bytes(hash).to_hex().to_string()
}

fn publisher(publisher: Publisher) -> Option<pb::Publisher> {
    let known = publisher != Publisher::default();
    known.then(|| pb::Publisher { entity: text(publisher.entity), name: publisher.name })
}

fn body_extent(extent: BodyExtent) -> pb::BodyExtent {
    match extent {
        BodyExtent::Full => pb::BodyExtent::Full,
        BodyExtent::Excerpt => pb::BodyExtent::Excerpt,
        BodyExtent::None => pb::BodyExtent::None,
    }
}

fn pub_status(status: PubStatus) -> pb::PubStatus {
    match status {
        PubStatus::Usable => pb::PubStatus::Usable,
        PubStatus::Withheld => pb::PubStatus::Withheld,
        PubStatus::Canceled => pb::PubStatus::Canceled,
    }
}

fn medium(medium: Medium) -> pb::Medium {
    match medium {
        Medium::Text => pb::Medium::Text,
        Medium::Broadcast => pb::Medium::Broadcast,
        Medium::SocialPost => pb::Medium::SocialPost,
        Medium::PressRelease => pb::Medium::PressRelease,
        Medium::Transcript => pb::Medium::Transcript,
        Medium::Podcast => pb::Medium::Podcast,
        Medium::Other => pb::Medium::Other,
    }
}

fn metadata(map: Map<String, Value>) -> Option<prost_types::Struct> {
    (!map.is_empty()).then(|| object(map))
}

fn object(map: Map<String, Value>) -> prost_types::Struct {
    let fields = map.into_iter().map(|(key, value)| (key, json(value))).collect();
    prost_types::Struct { fields }
}

fn json(value: Value) -> prost_types::Value {
    use prost_types::value::Kind;
    let kind = match value {
        Value::Null => Kind::NullValue(prost_types::NullValue::NullValue.into()),
        Value::Bool(value) => Kind::BoolValue(value),
        // Every number came as a double.
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Value::String(value) => Kind::StringValue(value),
        Value::Array(items) => Kind::ListValue(prost_types::ListValue {
            values: items.into_iter().map(json).collect(),
        }),
        Value::Object(map) => Kind::StructValue(object(map)),
    };
    prost_types::Value { kind: Some(kind) }
}
