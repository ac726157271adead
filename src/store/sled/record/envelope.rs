//! What stands around every value: the version of the format, flags, and a
//! checksum that covers the key too, so that a value under a wrong key shows.

use sled::IVec;

use crate::store::Error;
use crate::store::sled::keys::{self, MAX_ENTRY_BYTES};
use crate::store::sled::source::Source;

/// The version of the stored format that this code writes.
pub(in crate::store::sled) const FORMAT_VERSION: u8 = 1;
/// Version, flags, checksum.
const ENVELOPE_BYTES: usize = 6;

/// The record was deleted here.
pub(in crate::store::sled) const TOMBSTONE: u8 = 1;
/// The payload is compressed.
pub(in crate::store::sled) const COMPRESSED: u8 = 2;
/// The content stands in continuations; here stands their number.
const LONG: u8 = 4;

/// A value in its envelope, opened.
pub(in crate::store::sled) struct Opened {
    pub(in crate::store::sled) flags: u8,
    pub(in crate::store::sled) content: IVec,
}

/// Puts content under a key, into continuations where it is too long, by calling
/// `put` for each entry.
pub(in crate::store::sled) fn seal(
    key: &[u8],
    flags: u8,
    content: &[u8],
    mut put: impl FnMut(&[u8], Vec<u8>),
) {
    if fits(key, content) {
        put(key, wrap(key, flags, content));
        return;
    }
    // A continuation's key is as long whichever chunk it is of.
    let room =
        MAX_ENTRY_BYTES.saturating_sub(keys::continuation(key, 0).len() + ENVELOPE_BYTES).max(1);
    let mut count = 0_u32;
    for chunk in content.chunks(room) {
        let key = keys::continuation(key, count);
        put(&key, wrap(&key, 0, chunk));
        count += 1;
    }
    put(key, wrap(key, flags | LONG, &count.to_be_bytes()));
}

/// Whether content stands under its key, without continuations.
pub(in crate::store::sled) fn fits(key: &[u8], content: &[u8]) -> bool {
    key.len() + ENVELOPE_BYTES + content.len() <= MAX_ENTRY_BYTES
}

/// How many bytes fit under a key of this length.
pub(in crate::store::sled) fn room(key_length: usize) -> usize {
    MAX_ENTRY_BYTES.saturating_sub(key_length + ENVELOPE_BYTES)
}

fn wrap(key: &[u8], flags: u8, content: &[u8]) -> Vec<u8> {
    let mut value = Vec::with_capacity(ENVELOPE_BYTES + content.len());
    value.extend_from_slice(&[FORMAT_VERSION, flags]);
    value.extend_from_slice(&checksum(key, flags, content).to_be_bytes());
    value.extend_from_slice(content);
    value
}

fn checksum(key: &[u8], flags: u8, content: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(&[FORMAT_VERSION, flags]);
    hasher.update(content);
    hasher.finalize()
}

/// Opens what stands under a key, and fetches its continuations.
pub(in crate::store::sled) fn open(
    source: &impl Source,
    key: &[u8],
    value: &IVec,
) -> Result<Opened, Error> {
    let opened = unwrap(key, value)?;
    if opened.flags & LONG == 0 {
        return Ok(opened);
    }
    let mut content = Vec::new();
    for chunk in 0..continuations(&opened).unwrap_or(0) {
        let key = keys::continuation(key, chunk);
        let value = source.get(&key)?.ok_or_else(|| damaged(&key, "a part of it is missing"))?;
        content.extend_from_slice(&unwrap(&key, &value)?.content);
    }
    Ok(Opened { flags: opened.flags, content: content.into() })
}

/// The number of continuations that a value has.
pub(in crate::store::sled) fn continuations(opened: &Opened) -> Option<u32> {
    (opened.flags & LONG != 0)
        .then(|| opened.content.as_ref().try_into().map(u32::from_be_bytes).ok())
        .flatten()
}

/// The keys of the continuations of what stands under `key`.
pub(in crate::store::sled) fn continuation_keys(key: &[u8], value: &IVec) -> Vec<Vec<u8>> {
    let count = unwrap(key, value).ok().as_ref().and_then(continuations).unwrap_or(0);
    (0..count).map(|chunk| keys::continuation(key, chunk)).collect()
}

/// Opens one entry.
pub(in crate::store::sled) fn unwrap(key: &[u8], value: &IVec) -> Result<Opened, Error> {
    let header = value.first_chunk::<ENVELOPE_BYTES>();
    let Some([version, flags, a, b, c, d]) = header.copied() else {
        return Err(damaged(key, "it is cut short"));
    };
    if version != FORMAT_VERSION {
        return Err(other_format(u32::from(version), u32::from(FORMAT_VERSION)));
    }
    let content = value.subslice(ENVELOPE_BYTES, value.len() - ENVELOPE_BYTES);
    if checksum(key, flags, &content) != u32::from_be_bytes([a, b, c, d]) {
        return Err(damaged(key, "its checksum does not fit"));
    }
    Ok(Opened { flags, content })
}

/// What is said of data of another format.
pub(in crate::store::sled) fn other_format(found: u32, read: u32) -> Error {
    let advice = match found < read {
        true => "export it with the version of dicta that wrote it, and load that anew",
        false => "start the version of dicta that wrote it, or a newer one",
    };
    Error::Incompatible(format!(
        "the data is written in format {found}, this version reads format {read}: {advice}"
    ))
}

/// What is said of a damaged value.
pub(in crate::store::sled) fn damaged(key: &[u8], what: &str) -> Error {
    Error::Corrupt(format!("{}: {what}", told(key)))
}

/// What a key stands for, in words.
pub(in crate::store::sled) fn told(key: &[u8]) -> String {
    let kind = match key.first() {
        Some(&keys::ARTICLE) => "a version of an article",
        Some(&keys::BODY) => "the text of an article",
        Some(&keys::STATEMENT) => "a version of a statement",
        Some(&keys::ENTITY) => "a version of an entity",
        Some(&keys::CHANGE) => "an entry of the change log",
        Some(&keys::CONTINUATION) => "a part of a long value",
        _ => "an entry",
    };
    format!("{kind} (key {})", key.escape_ascii())
}
