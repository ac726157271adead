//! The keys of the one tree. All numbers are big-endian, so that keys sort as
//! what they stand for; `!` marks an inverted one, so that the newest is first.
//!
//! ```text
//! m|name                       what the store itself keeps: format, identity, counts, floor
//! I|article id, J|entity id    iid: 6 bytes = creating revision << 12 | ordinal in it
//! A|aiid|!rev                  a version of an article, without its text
//! B|aiid|rev|chunk             the text that the revision stored
//! S|aiid|statement|0|!rev      a version of a statement
//! E|eiid|!rev                  a version of an entity
//! L|key|chunk                  what is too long to stand under `key`
//! C|rev                        a commit
//! Z|name                       that a record was erased, and why
//! g|rev                        the keys that a commit left behind
//! Q|principal|0|method|0|uuid  a remembered request
//! e|expires|Q-key              when it may be forgotten
//! #|head                       how many open entries an index head has
//! ```

mod index;

pub(super) use self::index::*;
use crate::domain::id::RecordName;
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::store::RequestKey;

/// The most bytes that a key and its value take together: sled moves larger
/// values into files that it never syncs.
pub(super) const MAX_ENTRY_BYTES: usize = 6_000;
/// The longest text that stands in a key as it is.
const MAX_TEXT_BYTES: usize = 200;
/// What a hash begins with that stands for a longer text, and how long it is.
const HASHED: u8 = 0xff;
const HASH_BYTES: usize = 16;
/// How many bits of an internal id count within one commit.
const ORDINAL_BITS: u32 = 12;
/// A revision's length in a key.
pub(super) const REVISION_BYTES: usize = 8;

pub(super) const ARTICLE: u8 = b'A';
pub(super) const BODY: u8 = b'B';
pub(super) const STATEMENT: u8 = b'S';
pub(super) const ENTITY: u8 = b'E';
pub(super) const CONTINUATION: u8 = b'L';
pub(super) const CHANGE: u8 = b'C';
pub(super) const EXPIRY: u8 = b'e';
pub(super) const ARTICLE_ID: u8 = b'I';
pub(super) const ENTITY_ID: u8 = b'J';
pub(super) const REMEMBERED: u8 = b'Q';
pub(super) const LEFT_BEHIND: u8 = b'g';
pub(super) const ERASED: u8 = b'Z';

/// The version of the layout: which keys there are, and how they are made. Since 2
/// statements are found by time and by what time they speak of, since 3 all records by
/// creation.
pub(super) const LAYOUT_VERSION: u32 = 3;
/// Where the version of the layout stands, in plain bytes.
pub(super) const FORMAT: &[u8] = b"m|format";
/// Which store this is.
pub(super) const IDENTITY: &[u8] = b"m|identity";
/// How many live records there are.
pub(super) const COUNTS: &[u8] = b"m|counts";
/// From where on the history is held; none where all of it is.
pub(super) const FLOOR: &[u8] = b"m|floor";

/// What articles and entities are called in keys. It stays with a name for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Iid([u8; 6]);

impl Iid {
    /// The id of the record that came `ordinal`th in a commit; `None` where that
    /// is too many for one commit.
    pub(super) fn new(revision: Revision, ordinal: u32) -> Option<Self> {
        if ordinal >= 1 << ORDINAL_BITS {
            return None;
        }
        let number = revision.0.checked_shl(ORDINAL_BITS)? | u64::from(ordinal);
        let [0, 0, bytes @ ..] = number.to_be_bytes() else { return None };
        Some(Self(bytes))
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The commit that gave it out.
    pub(super) fn revision(&self) -> Revision {
        let [a, b, c, d, e, f] = self.0;
        Revision(u64::from_be_bytes([0, 0, a, b, c, d, e, f]) >> ORDINAL_BITS)
    }
}

/// Where a record's versions stand: all of a version's key but the revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place(Vec<u8>);

impl Place {
    pub(super) fn article(iid: Iid) -> Self {
        Self([&[ARTICLE], iid.as_bytes()].concat())
    }

    pub(super) fn entity(iid: Iid) -> Self {
        Self([&[ENTITY], iid.as_bytes()].concat())
    }

    pub(super) fn statement(article: Iid, statement: &str) -> Self {
        Self([&[STATEMENT], article.as_bytes(), statement.as_bytes(), &[0]].concat())
    }

    /// What the places of an article's statements begin with.
    pub(super) fn statements(article: Iid) -> Vec<u8> {
        [&[STATEMENT][..], article.as_bytes()].concat()
    }

    /// The place that an index entry of such records says.
    pub(super) fn from_parts(tag: u8, place: &[u8]) -> Self {
        Self([&[tag], place].concat())
    }

    /// The place that stands so in keys.
    pub(super) fn from_bytes(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The place of the version that has the key.
    pub(super) fn of_version(key: &[u8]) -> Option<Self> {
        let length = key.len().checked_sub(REVISION_BYTES)?;
        key.get(..length).map(|place| Self(place.to_vec()))
    }

    /// As index entries have it: without the tag.
    pub(super) fn untagged(&self) -> &[u8] {
        self.0.get(1..).unwrap_or_default()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key of the version that a revision committed.
    pub(super) fn version(&self, revision: Revision) -> Vec<u8> {
        [self.0.as_slice(), &(!revision.0).to_be_bytes()].concat()
    }

    /// A key behind all versions.
    pub(super) fn end(&self) -> Vec<u8> {
        [self.0.as_slice(), &[0xff; REVISION_BYTES]].concat()
    }

    /// Whether it is an entity's.
    pub(super) fn is_entity(&self) -> bool {
        self.0.first() == Some(&ENTITY)
    }

    /// The id of the statement whose place it is.
    pub(super) fn statement_id(&self) -> Option<&str> {
        let is_statement = self.0.first() == Some(&STATEMENT);
        let id = self.0.get(7..self.0.len().checked_sub(1)?).filter(|_| is_statement)?;
        str::from_utf8(id).ok()
    }

    /// The internal id of the article or entity, or of a statement's article.
    pub(super) fn iid(&self) -> Option<Iid> {
        self.0.get(1..7).and_then(Iid::from_bytes)
    }
}

/// The revision of the version that has the key.
pub(super) fn version_revision(key: &[u8]) -> Option<Revision> {
    let (_, bytes) = key.split_last_chunk::<REVISION_BYTES>()?;
    Some(Revision(!u64::from_be_bytes(*bytes)))
}

/// The revision at the end of a key, where it is not inverted.
pub(super) fn last_revision(key: &[u8]) -> Option<Revision> {
    let (_, bytes) = key.split_last_chunk::<REVISION_BYTES>()?;
    Some(Revision(u64::from_be_bytes(*bytes)))
}

/// How long the key of a chunk of a text is.
pub(super) const BODY_KEY_BYTES: usize = 1 + 6 + REVISION_BYTES + 4;

/// The key of a chunk of the text that a revision stored.
pub(super) fn body(article: Iid, revision: Revision, chunk: u32) -> Vec<u8> {
    let (revision, chunk) = (revision.0.to_be_bytes(), chunk.to_be_bytes());
    [&[BODY], article.as_bytes(), &revision, &chunk].concat()
}

/// The key of a chunk of what is too long to stand under `key`.
pub(super) fn continuation(key: &[u8], chunk: u32) -> Vec<u8> {
    [&[CONTINUATION], key, &chunk.to_be_bytes()].concat()
}

/// The article, the revision and the chunk of the key of a chunk of a text.
pub(super) fn body_parts(key: &[u8]) -> Option<(Iid, Revision, u32)> {
    let key = key.strip_prefix(&[BODY])?;
    let (iid, rest) = key.split_first_chunk::<6>()?;
    let (revision, chunk) = rest.split_first_chunk::<REVISION_BYTES>()?;
    let chunk = chunk.try_into().map(u32::from_be_bytes).ok()?;
    Some((Iid(*iid), Revision(u64::from_be_bytes(*revision)), chunk))
}

/// The key of what is too long, and the number of the chunk, of a continuation.
pub(super) fn continued(key: &[u8]) -> Option<(&[u8], u32)> {
    let (owner, chunk) = key.strip_prefix(&[CONTINUATION])?.split_last_chunk::<4>()?;
    Some((owner, u32::from_be_bytes(*chunk)))
}

/// The keys of all chunks of an article's texts.
pub(super) fn bodies(article: Iid) -> Vec<u8> {
    [&[BODY][..], article.as_bytes()].concat()
}

/// The key of a commit.
pub(super) fn change(revision: Revision) -> Vec<u8> {
    [[CHANGE].as_slice(), &revision.0.to_be_bytes()].concat()
}

/// The key of what a commit left behind: what readers before it alone can see.
pub(super) fn left_behind(revision: Revision) -> Vec<u8> {
    [[LEFT_BEHIND].as_slice(), &revision.0.to_be_bytes()].concat()
}

/// The key that says that a record was erased.
pub(super) fn erased(name: &RecordName) -> Vec<u8> {
    [&[ERASED], name.to_string().as_bytes()].concat()
}

/// The keys of all erasures behind that of a name.
pub(super) fn erased_after(name: Option<&RecordName>) -> (Vec<u8>, Vec<u8>) {
    let first = name.map_or(vec![ERASED], |name| [erased(name).as_slice(), &[0]].concat());
    (first, behind(&[ERASED]))
}

/// Whether it is the key of a version of a record.
pub(super) fn is_version(key: &[u8]) -> bool {
    matches!(key.first(), Some(&(ARTICLE | STATEMENT | ENTITY)))
}

/// The key under which the internal id of an article or entity stands.
pub(super) fn name(tag: u8, id: &str) -> Vec<u8> {
    [&[tag], id.as_bytes()].concat()
}

/// The key of a remembered request.
pub(super) fn remembered(key: &RequestKey) -> Vec<u8> {
    let mut bytes = vec![REMEMBERED];
    push_text(&mut bytes, &key.principal);
    push_text(&mut bytes, &key.method);
    bytes.extend_from_slice(key.request_id.as_bytes());
    bytes
}

/// The key that says when a remembered request may be forgotten.
pub(super) fn expiry(expires: Timestamp, remembered: &[u8]) -> Vec<u8> {
    let mut bytes = vec![EXPIRY];
    bytes.extend_from_slice(&moment(expires));
    bytes.extend_from_slice(remembered);
    bytes
}

/// The remembered request that an expiry speaks of.
pub(super) fn expiring(expiry: &[u8]) -> Option<&[u8]> {
    expiry.get(1 + 12..)
}

/// The keys of what may be forgotten at `now`.
pub(super) fn expired(now: Timestamp) -> (Vec<u8>, Vec<u8>) {
    (vec![EXPIRY], [[EXPIRY].as_slice(), &moment(now), &[0xff]].concat())
}

/// A moment to the nanosecond, so that earlier ones sort first.
fn moment(time: Timestamp) -> [u8; 12] {
    let nanos = time.as_nanosecond();
    let seconds = nanos.div_euclid(1_000_000_000) as i64;
    let rest = nanos.rem_euclid(1_000_000_000) as u32;
    let mut bytes = [0; 12];
    let (front, back) = bytes.split_at_mut(8);
    front.copy_from_slice(&biased(seconds).to_be_bytes());
    back.copy_from_slice(&rest.to_be_bytes());
    bytes
}

/// A text and its end. What can't stand in a key as it is, since it is too long
/// or holds a 0, is hashed; no text in UTF-8 begins as hashes are made to.
fn push_text(bytes: &mut Vec<u8>, text: &str) {
    if text.len() <= MAX_TEXT_BYTES && !text.as_bytes().contains(&0) {
        bytes.extend_from_slice(text.as_bytes());
    } else {
        bytes.push(HASHED);
        bytes.extend(blake3::hash(text.as_bytes()).as_bytes().iter().take(HASH_BYTES));
    }
    bytes.push(0);
}

/// A signed number as an unsigned one of the same order.
fn biased(number: i64) -> u64 {
    (number as u64) ^ (1 << 63)
}

/// The first key behind all that begin so.
pub(super) fn behind(prefix: &[u8]) -> Vec<u8> {
    let mut end = prefix.to_vec();
    while let Some(last) = end.pop() {
        if last < u8::MAX {
            end.push(last + 1);
            return end;
        }
    }
    vec![0xff; 64]
}
