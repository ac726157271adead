//! Messages to send.

use dicta::rpc::pb;
use prost_types::Timestamp;

/// A text with words that are said once, and some that stand twice.
pub(crate) const BODY: &str = "Jane Roe said on Monday: \u{201c}The bridge will open in May.\u{201d} \
     Residents had waited long. The mayor said that the budget was spent. \
     Critics said little, and said it late.";

/// The words in quotation marks in `BODY`.
pub(crate) const QUOTE: &str = "The bridge will open in May.";
/// The words of the mayor in `BODY`.
pub(crate) const INDIRECT: &str = "the budget was spent";

pub(crate) fn article(name: &str) -> pb::Article {
    pb::Article {
        name: name.into(),
        title: "A bridge opens".into(),
        body: BODY.into(),
        language: "en".into(),
        published_at: Some(at(1_700_000_000)),
        ..Default::default()
    }
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp { seconds, nanos: 0 }
}

/// An ingest of `article` alone.
pub(crate) fn ingest(article: pb::Article) -> pb::IngestArticleRequest {
    pb::IngestArticleRequest { article: Some(article), ..Default::default() }
}

/// An ingest of the sample article with these statements.
pub(crate) fn ingest_with(name: &str, statements: Vec<pb::Statement>) -> pb::IngestArticleRequest {
    pb::IngestArticleRequest { statements, ..ingest(article(name)) }
}

pub(crate) fn words(exact: &str) -> pb::Selector {
    pb::Selector { exact: exact.into(), ..Default::default() }
}

pub(crate) fn place(start: i32, end: i32) -> pb::Selector {
    pb::Selector { start: Some(start), end: Some(end), ..Default::default() }
}

/// A statement of the words that `selector` selects.
pub(crate) fn said(selector: pb::Selector) -> pb::Statement {
    let content = vec![pb::ContentSpan { selector: Some(selector), quoted: false }];
    pb::Statement { content, ..Default::default() }
}

/// A statement with a name of its own.
pub(crate) fn named(name: &str, exact: &str) -> pb::Statement {
    pb::Statement { name: name.into(), ..said(words(exact)) }
}

pub(crate) fn mention(text: &str) -> pb::Mention {
    pb::Mention { text: text.into(), ..Default::default() }
}

/// A statement by someone whom the text names so.
pub(crate) fn said_by(exact: &str, name: &str) -> pb::Statement {
    pb::Statement {
        speaker: Some(pb::Speaker { mention: Some(mention(name)), ..Default::default() }),
        ..said(words(exact))
    }
}

/// A statement by an entity.
pub(crate) fn said_by_entity(exact: &str, entity: &str) -> pb::Statement {
    pb::Statement {
        speaker: Some(pb::Speaker { entity: entity.into(), ..Default::default() }),
        ..said(words(exact))
    }
}

pub(crate) fn person(display_name: &str) -> pb::Entity {
    entity(display_name, pb::EntityType::Person)
}

pub(crate) fn entity(display_name: &str, kind: pb::EntityType) -> pb::Entity {
    pb::Entity { display_name: display_name.into(), r#type: kind.into(), ..Default::default() }
}

pub(crate) fn alias(text: &str) -> pb::EntityName {
    pb::EntityName { text: text.into(), ..Default::default() }
}

pub(crate) fn mask(paths: &[&str]) -> Option<prost_types::FieldMask> {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    Some(prost_types::FieldMask { paths })
}

/// A new UUID4.
pub(crate) fn request_id() -> String {
    uuid::Uuid::new_v4().to_string()
}
