//! One version of a record, as it stands under its key.

use std::sync::Arc;

use prost::Message as _;
use sled::IVec;

use super::common::{MomentMessage, perhaps};
use super::envelope::{self, TOMBSTONE, damaged};
use super::erasing::ErasureMessage;
use super::packed::{self, Packed};
use crate::domain::id::RecordName;
use crate::domain::record::{Committed, Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::store::sled::keys::{self, Iid};
use crate::store::sled::source::Source;
use crate::store::{Deleted, Erasure, Error};

/// Where the text of an article stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::store::sled) struct BodyAt {
    /// The revision that stored it.
    pub(in crate::store::sled) revision: Revision,
    /// In how many chunks.
    pub(in crate::store::sled) chunks: u32,
    /// Its length uncompressed, in bytes.
    pub(in crate::store::sled) bytes: u32,
}

/// A version of a record.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::store::sled) struct Version {
    /// When it came to be.
    pub(in crate::store::sled) committed: Committed,
    /// Where an article's text stands, where it has one.
    pub(in crate::store::sled) body: Option<BodyAt>,
    /// Whether it says that the record was deleted.
    pub(in crate::store::sled) deleted: bool,
    /// The record, or what is left of it.
    pub(in crate::store::sled) payload: Packed,
}

/// What is left of a deleted record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store::sled) struct Remains {
    pub(in crate::store::sled) name: RecordName,
    pub(in crate::store::sled) article_version: u32,
    pub(in crate::store::sled) url: Option<CanonicalUrl>,
    /// Where it was erased.
    pub(in crate::store::sled) erasure: Option<Erasure>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct HeaderMessage {
    #[prost(message, optional, tag = "1")]
    update_time: Option<MomentMessage>,
    /// 0: this revision.
    #[prost(uint64, tag = "2")]
    create_revision: u64,
    /// None in a first state: as the update's.
    #[prost(message, optional, tag = "3")]
    create_time: Option<MomentMessage>,
    /// 0: no text.
    #[prost(uint64, tag = "4")]
    body_revision: u64,
    #[prost(uint32, tag = "5")]
    body_chunks: u32,
    #[prost(uint32, tag = "6")]
    body_bytes: u32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RemainsMessage {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(uint32, tag = "2")]
    article_version: u32,
    #[prost(string, tag = "3")]
    url: String,
    #[prost(message, optional, tag = "4")]
    erasure: Option<ErasureMessage>,
}

impl Remains {
    pub(in crate::store::sled) fn pack(&self) -> Packed {
        let message = RemainsMessage {
            name: self.name.to_string(),
            article_version: self.article_version,
            url: self.url.as_ref().map_or_else(String::new, |url| url.as_str().into()),
            erasure: self.erasure.as_ref().map(ErasureMessage::of),
        };
        Packed::new(message.encode_to_vec())
    }
}

impl Version {
    /// Writes the version under its key, by calling `put` for each entry.
    pub(in crate::store::sled) fn seal(&self, key: &[u8], put: impl FnMut(&[u8], Vec<u8>)) {
        let Committed { revision, create_revision, create_time, update_time } = self.committed;
        let first = create_revision == revision;
        let body = self.body.unwrap_or(BodyAt { revision: Revision::ZERO, chunks: 0, bytes: 0 });
        let header = HeaderMessage {
            update_time: Some(MomentMessage::of(update_time)),
            create_revision: if first { 0 } else { create_revision.0 },
            create_time: (!first || create_time != update_time)
                .then(|| MomentMessage::of(create_time)),
            body_revision: body.revision.0,
            body_chunks: body.chunks,
            body_bytes: body.bytes,
        };
        let mut content = header.encode_length_delimited_to_vec();
        content.extend_from_slice(&self.payload.bytes);
        let tombstone = if self.deleted { TOMBSTONE } else { 0 };
        envelope::seal(key, self.payload.flags | tombstone, &content, put);
    }

    /// Reads the version under a key.
    pub(in crate::store::sled) fn open(
        source: &impl Source,
        key: &[u8],
        value: &IVec,
    ) -> Result<Self, Error> {
        let opened = envelope::open(source, key, value)?;
        let revision = keys::version_revision(key).unwrap_or_default();
        let mut rest = opened.content.as_ref();
        let header = HeaderMessage::decode_length_delimited(&mut rest)
            .map_err(|error| damaged(key, &error.to_string()))?;
        let time = |message: Option<MomentMessage>| {
            message.unwrap_or_default().restore().map_err(|error| damaged(key, &error))
        };
        let update_time = time(header.update_time)?;
        let first = header.create_revision == 0;
        let created_then = first && header.create_time.is_none();
        let committed = Committed {
            revision,
            create_revision: if first { revision } else { Revision(header.create_revision) },
            create_time: if created_then { update_time } else { time(header.create_time)? },
            update_time,
        };
        let body = (header.body_revision != 0).then_some(BodyAt {
            revision: Revision(header.body_revision),
            chunks: header.body_chunks,
            bytes: header.body_bytes,
        });
        let deleted = opened.flags & TOMBSTONE != 0;
        let payload = Packed { flags: opened.flags & !TOMBSTONE, bytes: rest.to_vec() };
        Ok(Self { committed, body, deleted, payload })
    }

    /// The record of a version that is no deletion, without an article's text.
    pub(in crate::store::sled) fn record(&self, key: &[u8]) -> Result<Stored, Error> {
        let tag = key.first().copied().unwrap_or_default();
        let decoded = packed::unpack(self.payload.flags, &self.payload.bytes)
            .and_then(|payload| super::decode(tag, &payload));
        let (name, value) = decoded.map_err(|error| damaged(key, &error))?;
        Ok(Stored { name, value, committed: self.committed })
    }

    /// What is left of the record in a version that is a deletion.
    pub(in crate::store::sled) fn remains(&self, key: &[u8]) -> Result<Remains, Error> {
        let decoded = packed::unpack(self.payload.flags, &self.payload.bytes)
            .and_then(|payload| decode_remains(&payload));
        decoded.map_err(|error| damaged(key, &error))
    }

    /// A deletion as readers see it.
    pub(in crate::store::sled) fn as_deleted(&self, key: &[u8]) -> Result<Deleted, Error> {
        let Remains { article_version, erasure, .. } = self.remains(key)?;
        Ok(Deleted { committed: self.committed, article_version, erasure })
    }

    /// How long the record is, about.
    pub(in crate::store::sled) fn bytes(&self) -> usize {
        let Packed { flags, bytes } = &self.payload;
        let plain = bytes.first_chunk().filter(|_| flags & envelope::COMPRESSED != 0);
        plain.map_or(bytes.len(), |length| u32::from_be_bytes(*length) as usize)
    }

    /// Gives an article its text.
    pub(in crate::store::sled) fn load_body(
        &self,
        source: &impl Source,
        iid: Iid,
        record: &mut Record,
    ) -> Result<(), Error> {
        if let (Record::Article(article), Some(at)) = (record, self.body) {
            article.body.text = Some(read_body(source, iid, at)?);
        }
        Ok(())
    }
}

fn decode_remains(payload: &[u8]) -> Result<Remains, String> {
    let message = RemainsMessage::decode(payload).map_err(|error| error.to_string())?;
    let from_stored = |url: &str| Ok::<_, String>(CanonicalUrl::from_stored(url));
    Ok(Remains {
        name: message
            .name
            .parse()
            .map_err(|error: crate::domain::id::IdError| error.to_string())?,
        article_version: message.article_version,
        url: perhaps(&message.url, from_stored)?,
        erasure: message.erasure.map(ErasureMessage::restore).transpose()?,
    })
}

/// Reads the text that a revision stored.
pub(in crate::store::sled) fn read_body(
    source: &impl Source,
    iid: Iid,
    at: BodyAt,
) -> Result<Arc<str>, Error> {
    let mut shrunk = Vec::new();
    for chunk in 0..at.chunks {
        let key = keys::body(iid, at.revision, chunk);
        let value = source.get(&key)?.ok_or_else(|| damaged(&key, "a part of it is missing"))?;
        shrunk.extend_from_slice(&envelope::unwrap(&key, &value)?.content);
    }
    let fault =
        |error: &dyn ToString| damaged(&keys::body(iid, at.revision, 0), &error.to_string());
    let plain = packed::decompress(&shrunk, at.bytes as usize).map_err(|error| fault(&error))?;
    String::from_utf8(plain).map(Arc::from).map_err(|error| fault(&error))
}
