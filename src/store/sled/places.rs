//! From names to places and, for messages, back.

use super::keys::{self, Iid, Place};
use super::record::envelope::damaged;
use super::source::Source;
use crate::domain::id::RecordName;
use crate::store::Error;

/// The internal id of an article or entity.
pub(super) fn iid(source: &impl Source, tag: u8, id: &str) -> Result<Option<Iid>, Error> {
    let key = keys::name(tag, id);
    let value = source.get(&key)?;
    value
        .map(|value| Iid::from_bytes(&value).ok_or_else(|| damaged(&key, "it is cut short")))
        .transpose()
}

/// Where a record stands, if anything of it was ever stored.
pub(super) fn place(source: &impl Source, name: &RecordName) -> Result<Option<Place>, Error> {
    Ok(match name {
        RecordName::Article(id) => iid(source, keys::ARTICLE_ID, id.as_str())?.map(Place::article),
        RecordName::Entity(id) => iid(source, keys::ENTITY_ID, id.as_str())?.map(Place::entity),
        RecordName::Statement(name) => iid(source, keys::ARTICLE_ID, name.article.as_str())?
            .map(|article| Place::statement(article, name.statement.as_str())),
    })
}

/// The name of the record at a place, told without reading the record: a search
/// through all names, for the one message that needs it.
pub(super) fn name_of(db: &sled::Db, place: &Place) -> Option<String> {
    let iid = place.iid()?;
    let tag = if place.is_entity() { keys::ENTITY_ID } else { keys::ARTICLE_ID };
    let mut names = db.scan_prefix([tag]).filter_map(Result::ok);
    let (key, _) = names.find(|(_, value)| value.as_ref() == iid.as_bytes())?;
    let id = str::from_utf8(key.get(1..)?).ok()?;
    Some(match (place.statement_id(), place.is_entity()) {
        (_, true) => format!("entities/{id}"),
        (Some(statement), _) => format!("articles/{id}/statements/{statement}"),
        (None, _) => format!("articles/{id}"),
    })
}

/// Says which record is damaged, where one is.
pub(super) fn about(name: impl FnOnce() -> Option<String>, error: Error) -> Error {
    match error {
        Error::Corrupt(what) => {
            Error::Corrupt(name().map_or(what.clone(), |name| format!("{name}: {what}")))
        }
        other => other,
    }
}
