//! The stored encoding: neither the domain's form nor the wire's, so that each
//! may change without the others. Values are protobuf messages of the store's
//! own, in an envelope that says the format and guards against damage.

mod article;
mod common;
mod entity;
pub(super) mod erasing;
pub(super) mod envelope;
mod json;
pub(super) mod log;
pub(super) mod packed;
pub(super) mod pruning;
mod statement;
mod term;
pub(super) mod version;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod golden_file;
#[cfg(test)]
mod samples;

use prost::Message as _;

use self::article::ArticleMessage;
use self::common::Decoded;
use self::entity::EntityMessage;
use self::statement::StatementMessage;
use super::keys;
use crate::domain::id::RecordName;
use crate::domain::record::Record;
use crate::store::Error;

/// Writes a record, an article's text aside.
pub(super) fn encode(name: &RecordName, record: Record) -> Result<Vec<u8>, Error> {
    match (name, record) {
        (RecordName::Article(id), Record::Article(article)) => {
            Ok(ArticleMessage::of(id, *article).encode_to_vec())
        }
        (RecordName::Statement(name), Record::Statement(statement)) => {
            Ok(StatementMessage::of(name, *statement).encode_to_vec())
        }
        (RecordName::Entity(id), Record::Entity(entity)) => {
            Ok(EntityMessage::of(id, *entity).encode_to_vec())
        }
        _ => Err(Error::Internal(format!("{name} names a record of another kind"))),
    }
}

/// Reads what `encode` wrote of the kind that has this tag in keys.
fn decode(tag: u8, payload: &[u8]) -> Decoded<(RecordName, Record)> {
    let text = |error: prost::DecodeError| error.to_string();
    match tag {
        keys::ARTICLE => {
            let (id, article) = ArticleMessage::decode(payload).map_err(text)?.restore()?;
            Ok((id.into(), Record::Article(Box::new(article))))
        }
        keys::STATEMENT => {
            let (name, statement) = StatementMessage::decode(payload).map_err(text)?.restore()?;
            Ok((name.into(), Record::Statement(Box::new(statement))))
        }
        keys::ENTITY => {
            let (id, entity) = EntityMessage::decode(payload).map_err(text)?.restore()?;
            Ok((id.into(), Record::Entity(Box::new(entity))))
        }
        _ => Err("no kind of record has this tag".into()),
    }
}
