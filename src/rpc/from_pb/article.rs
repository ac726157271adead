//! Articles from the wire.

use std::collections::BTreeMap;

use prost_types::value::Kind;
use serde_json::{Map, Value};

use crate::domain::article::{Article, Medium, PubStatus, Publisher};
use crate::domain::body::{Body, BodyExtent};
use crate::domain::id::ArticleId;
use crate::domain::limits;
use crate::domain::text::{CanonicalUrl, LanguageTag};
use crate::kb::command::ArticleDraft;
use crate::rpc::from_pb::check::{Field, is_key, reason};
use crate::rpc::from_pb::origin::{Stamp, origin};
use crate::rpc::from_pb::time::timestamp;
use crate::rpc::pb;

/// An article as an ingest sends it.
pub(super) fn draft(at: &Field<'_>, mut pb: pb::Article, stamp: Stamp<'_>) -> ArticleDraft {
    let id = at.at("name").optional_name(&pb.name);
    other_than(&at.at("duplicate_of"), &pb.duplicate_of, id.as_ref());
    let text = std::mem::take(&mut pb.body);
    let extent = body_extent(at, pb.body_extent, text.is_empty());
    let (body, body_normalized) = body(&at.at("body"), text, extent.unwrap_or_default());
    let article = Article { body, ..values(at, pb, stamp) };
    ArticleDraft { id, article, body_dropped: extent == Some(BodyExtent::None), body_normalized }
}

/// What can be set of an article besides its body.
pub(super) fn values(at: &Field<'_>, pb: pb::Article, stamp: Stamp<'_>) -> Article {
    let published_at = pb.published_at;
    let retrieved_at = pb.retrieved_at;
    Article {
        title: at.at("title").line(pb.title, limits::TITLE_CHARS),
        body: Body::default(),
        language: language(&at.at("language"), &pb.language),
        canonical_url: canonical_url(&at.at("canonical_url"), &pb.canonical_url),
        publisher: publisher(&at.at("publisher"), pb.publisher.unwrap_or_default()),
        authors: at.at("authors").items(pb.authors, limits::AUTHORS, |at, author| {
            Some(at.required_line(author, limits::NAME_CHARS, "a name"))
        }),
        source_agency: at.at("source_agency").line(pb.source_agency, limits::NAME_CHARS),
        published_at: published_at.and_then(|time| timestamp(&at.at("published_at"), time)),
        retrieved_at: retrieved_at.and_then(|time| timestamp(&at.at("retrieved_at"), time)),
        pub_status: pub_status(&at.at("pub_status"), pb.pub_status),
        medium: medium(&at.at("medium"), pb.medium),
        labels: labels(&at.at("labels"), pb.labels),
        metadata: metadata(&at.at("metadata"), pb.metadata.unwrap_or_default()),
        duplicate_of: at.at("duplicate_of").optional_name(&pb.duplicate_of),
        origin: origin(&at.at("origin"), pb.origin, stamp),
        version: 0,
    }
}

/// Tells of a name that is the article's own.
pub(super) fn other_than(at: &Field<'_>, name: &str, own: Option<&ArticleId>) {
    if !name.is_empty() && own.is_some_and(|own| own.to_string() == name) {
        at.refuse(reason::CONTRADICTION, "an article does not repeat itself");
    }
}

/// A language tag, where given.
pub(super) fn language(at: &Field<'_>, text: &str) -> Option<LanguageTag> {
    if text.is_empty() {
        return None;
    }
    at.parsed(LanguageTag::new(text), reason::BAD_LANGUAGE)
}

/// The key of a label, where it is one.
pub(super) fn label_key(at: &Field<'_>, key: &str) -> bool {
    let good = is_key(key, 63, b"._/-");
    if !good {
        at.refuse(
            reason::BAD_KEY,
            "a label's key has 1 to 63 lower-case letters, digits and ._/- and begins and ends \
             with a letter or digit",
        );
    }
    good
}

/// How much of the text is sent; `None` where nothing is said and no text sent.
fn body_extent(at: &Field<'_>, value: i32, no_text: bool) -> Option<BodyExtent> {
    let at = at.at("body_extent");
    let extent = match at.choice(value, pb::BodyExtent::as_str_name)? {
        pb::BodyExtent::Unspecified if no_text => return None,
        pb::BodyExtent::Unspecified | pb::BodyExtent::Full => BodyExtent::Full,
        pb::BodyExtent::Excerpt => BodyExtent::Excerpt,
        pb::BodyExtent::None => BodyExtent::None,
    };
    match (extent, no_text) {
        (BodyExtent::None, false) => at.refuse(
            reason::CONTRADICTION,
            "it says that no text is held, but a body is given: leave out one of them",
        ),
        (BodyExtent::Full | BodyExtent::Excerpt, true) => at.refuse(
            reason::CONTRADICTION,
            "it says that text is held, but no body is given: give the body, or leave this out",
        ),
        _ => {}
    }
    Some(extent)
}

/// The body in its stored form, and whether that differs from what was sent.
fn body(at: &Field<'_>, text: String, extent: BodyExtent) -> (Body, bool) {
    let over_limit = |size: usize| {
        let limit = limits::BODY_BYTES;
        let too_long = size > limit;
        if too_long {
            at.refuse(
                reason::OVER_LIMIT,
                format!(
                    "{size} bytes are more than the limit of {limit}: send an excerpt, or the \
                     text in parts as several articles"
                ),
            );
        }
        too_long
    };
    if over_limit(text.len()) {
        return (Body::default(), false);
    }
    let (body, changed) = Body::new(text, extent);
    // Composing characters can make a text longer.
    over_limit(body.text.as_ref().map_or(0, |text| text.len()));
    (body, changed)
}

fn canonical_url(at: &Field<'_>, text: &str) -> Option<CanonicalUrl> {
    if text.is_empty() {
        return None;
    }
    if text.len() > limits::URL_BYTES {
        let description =
            format!("{} bytes are more than the limit of {}", text.len(), limits::URL_BYTES);
        at.refuse(reason::OVER_LIMIT, description);
        return None;
    }
    at.parsed(CanonicalUrl::new(text), reason::BAD_URL)
}

fn publisher(at: &Field<'_>, pb: pb::Publisher) -> Publisher {
    Publisher {
        entity: at.at("entity").optional_name(&pb.entity),
        name: at.at("name").line(pb.name, limits::NAME_CHARS),
    }
}

fn pub_status(at: &Field<'_>, value: i32) -> Option<PubStatus> {
    match at.choice(value, pb::PubStatus::as_str_name)? {
        pb::PubStatus::Unspecified => None,
        pb::PubStatus::Usable => Some(PubStatus::Usable),
        pb::PubStatus::Withheld => Some(PubStatus::Withheld),
        pb::PubStatus::Canceled => Some(PubStatus::Canceled),
    }
}

fn medium(at: &Field<'_>, value: i32) -> Option<Medium> {
    match at.choice(value, pb::Medium::as_str_name)? {
        pb::Medium::Unspecified => None,
        pb::Medium::Text => Some(Medium::Text),
        pb::Medium::Broadcast => Some(Medium::Broadcast),
        pb::Medium::SocialPost => Some(Medium::SocialPost),
        pb::Medium::PressRelease => Some(Medium::PressRelease),
        pb::Medium::Transcript => Some(Medium::Transcript),
        pb::Medium::Podcast => Some(Medium::Podcast),
        pb::Medium::Other => Some(Medium::Other),
    }
}

fn labels(at: &Field<'_>, pb: BTreeMap<String, String>) -> BTreeMap<String, String> {
    if pb.len() > limits::LABELS {
        at.too_many(pb.len(), limits::LABELS);
        return BTreeMap::new();
    }
    let checked = pb.into_iter().map(|(key, value)| {
        label_key(&at.key(&key), &key);
        let value = at.key(&key).line(value, limits::NAME_CHARS);
        (key, value)
    });
    checked.collect()
}

fn metadata(at: &Field<'_>, pb: prost_types::Struct) -> Map<String, Value> {
    if pb.fields.is_empty() {
        return Map::new();
    }
    let Some(map) = json_map(at, pb, 1) else { return Map::new() };
    let size = serde_json::to_vec(&map).map_or(usize::MAX, |bytes| bytes.len());
    if size > limits::METADATA_BYTES {
        at.refuse(
            reason::OVER_LIMIT,
            format!(
                "{size} bytes as JSON are more than the limit of {}: keep large values elsewhere \
                 and their addresses here",
                limits::METADATA_BYTES
            ),
        );
    }
    map
}

fn json_map(at: &Field<'_>, pb: prost_types::Struct, depth: usize) -> Option<Map<String, Value>> {
    deep(at, depth)?;
    let entries = pb.fields.into_iter().filter_map(|(key, value)| {
        let value = json(&at.key(&key), value, depth)?;
        Some((key, value))
    });
    Some(entries.collect())
}

fn json(at: &Field<'_>, pb: prost_types::Value, depth: usize) -> Option<Value> {
    match pb.kind {
        None => {
            at.needed("a value is needed; an explicit null is one");
            None
        }
        Some(Kind::NullValue(_)) => Some(Value::Null),
        Some(Kind::BoolValue(value)) => Some(Value::Bool(value)),
        Some(Kind::StringValue(value)) => Some(Value::String(value)),
        Some(Kind::NumberValue(value)) => {
            let number = serde_json::Number::from_f64(value).map(Value::Number);
            if number.is_none() {
                at.refuse(reason::BAD_NUMBER, format!("{value} is no number of JSON"));
            }
            number
        }
        Some(Kind::StructValue(value)) => json_map(at, value, depth + 1).map(Value::Object),
        Some(Kind::ListValue(list)) => {
            deep(at, depth + 1)?;
            let items = list.values.into_iter().enumerate();
            let items = items.filter_map(|(index, value)| json(&at.item(index), value, depth + 1));
            Some(Value::Array(items.collect()))
        }
    }
}

fn deep(at: &Field<'_>, depth: usize) -> Option<()> {
    if depth > limits::METADATA_DEPTH {
        let description =
            format!("it is nested deeper than the limit of {}: flatten it", limits::METADATA_DEPTH);
        at.refuse(reason::OVER_LIMIT, description);
        return None;
    }
    Some(())
}
