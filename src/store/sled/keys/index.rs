//! The keys of index entries.
//!
//! Index entries are `head | place | from`, where the place is what stands
//! between the tag and the revision in the version's key, and `from` the revision
//! that put the record there. Their value is empty while they hold, else the
//! revision at which they ended:
//!
//! ```text
//! U|hash(url)                  articles by address, deleted ones included
//! P|!time                      articles by time
//! O|publisher|0|!time          articles by publisher
//! K|entity|!start|!end, M|…    statements by speaker, by mention
//! T|!start|!end                statements by time
//! F|!start|!end, D|!end|!start  statements by the time that they speak of
//! N|name key|0                 entities by name
//! X|authority|0|id|0           entities by external id
//! R|target|0|kind              records that refer to a target
//! Y|tag|!create time           records of a kind by creation, in nanoseconds
//! ```

use sled::IVec;

use super::{
    ARTICLE, ENTITY, HASH_BYTES, HASHED, Place, REVISION_BYTES, STATEMENT, biased, is_version,
    last_revision, push_text,
};
use crate::domain::id::{EntityId, RecordName};
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::domain::time::Timestamp;
use crate::store::Window;
use crate::store::catalogue::{self, IndexEntry};

const BY_URL: u8 = b'U';
const BY_TIME: u8 = b'P';
const BY_PUBLISHER: u8 = b'O';
const BY_SPEAKER: u8 = b'K';
const BY_MENTION: u8 = b'M';
const BY_UTTERANCE: u8 = b'T';
const BY_REFERENCE: u8 = b'F';
const BY_DUE: u8 = b'D';
const BY_NAME: u8 = b'N';
const BY_EXTERNAL_ID: u8 = b'X';
const REFERENCE: u8 = b'R';
const BY_CREATION: u8 = b'Y';
pub(in crate::store::sled) const COUNTER: u8 = b'#';
/// A time's length in an index head: seven bits a byte. sled loses its way when it
/// goes back over keys in which several bytes of 0xff follow one another.
const TIME_BYTES: usize = 10;
/// The length of an entity's hash in an index head.
const ENTITY_BYTES: usize = 12;
/// The length of an address's hash in an index head.
const URL_BYTES: usize = 16;

/// A time in an index head: the newest first, none last.
fn push_time(bytes: &mut Vec<u8>, micros: Option<i64>) {
    bytes.extend(parted(micros.map_or(u64::MAX, inverted)));
}

fn inverted(micros: i64) -> u64 {
    !biased(micros.max(i64::MIN + 1))
}

/// A number in bytes of seven bits, the highest first.
fn parted(number: u64) -> [u8; TIME_BYTES] {
    let mut shift = 7 * TIME_BYTES as u32;
    [(); TIME_BYTES].map(|()| {
        shift -= 7;
        (number >> shift) as u8 & 0x7f
    })
}

/// What the times of a window stand between, behind a prefix: the first that may
/// be there, and the first that may not. `None` where nothing bounds that side.
pub(in crate::store::sled) fn window(window: Window) -> [Option<[u8; TIME_BYTES]>; 2] {
    [window.before, window.from]
        .map(|time| time.map(|time| parted(inverted(time).saturating_add(1))))
}

/// Whether what is behind a prefix begins with a time.
pub(in crate::store::sled) fn is_timed(prefix: &[u8]) -> bool {
    middle_bytes(prefix) >= TIME_BYTES && prefix.first() != Some(&BY_CREATION)
}

/// An entity in an index head. A hash, since entities that are not there (yet)
/// can be spoken of, and since it can be told without reading anything.
fn push_entity(bytes: &mut Vec<u8>, entity: &EntityId) {
    bytes.extend(blake3::hash(entity.as_str().as_bytes()).as_bytes().iter().take(ENTITY_BYTES));
}

/// The head of the index entry of an article's address.
pub(in crate::store::sled) fn url_head(url: &CanonicalUrl) -> Vec<u8> {
    let mut bytes = vec![BY_URL];
    bytes.extend(blake3::hash(url.as_str().as_bytes()).as_bytes().iter().take(URL_BYTES));
    bytes
}

/// Articles by time.
pub(in crate::store::sled) fn articles() -> Vec<u8> {
    vec![BY_TIME]
}

/// The articles of one publisher key.
pub(in crate::store::sled) fn publisher(key: &str) -> Vec<u8> {
    let mut bytes = vec![BY_PUBLISHER];
    push_text(&mut bytes, key);
    bytes
}

/// The statements of one speaker.
pub(in crate::store::sled) fn speaker(entity: &EntityId) -> Vec<u8> {
    let mut bytes = vec![BY_SPEAKER];
    push_entity(&mut bytes, entity);
    bytes
}

/// The statements that mention one entity.
pub(in crate::store::sled) fn mention(entity: &EntityId) -> Vec<u8> {
    let mut bytes = vec![BY_MENTION];
    push_entity(&mut bytes, entity);
    bytes
}

/// All statements by time.
pub(in crate::store::sled) fn utterances() -> Vec<u8> {
    vec![BY_UTTERANCE]
}

/// Statements by the beginning of the time that they speak of.
pub(in crate::store::sled) fn references() -> Vec<u8> {
    vec![BY_REFERENCE]
}

/// Statements by the end of the time that they speak of.
pub(in crate::store::sled) fn due() -> Vec<u8> {
    vec![BY_DUE]
}

/// The entities that have a name key.
pub(in crate::store::sled) fn name_key(key: &str) -> Vec<u8> {
    let mut bytes = vec![BY_NAME];
    push_text(&mut bytes, key);
    bytes
}

/// The entities that have an external id.
pub(in crate::store::sled) fn external_id(authority: &str, id: &str) -> Vec<u8> {
    let mut bytes = vec![BY_EXTERNAL_ID];
    push_text(&mut bytes, authority);
    push_text(&mut bytes, id);
    bytes
}

/// The records that refer to one.
pub(in crate::store::sled) fn referrers(target: &RecordName) -> Vec<u8> {
    let mut bytes = vec![REFERENCE];
    push_text(&mut bytes, &target.to_string());
    bytes
}

/// The records whose versions have a tag, by creation.
pub(in crate::store::sled) fn creations(tag: u8) -> Vec<u8> {
    vec![BY_CREATION, tag]
}

/// The head of the index entry that tells when the record `name` was created.
pub(in crate::store::sled) fn created(name: &RecordName, create_time: Timestamp) -> Vec<u8> {
    let tag = match name {
        RecordName::Article(_) => ARTICLE,
        RecordName::Statement(_) => STATEMENT,
        RecordName::Entity(_) => ENTITY,
    };
    let mut head = creations(tag);
    push_time(&mut head, Some(catalogue::created(create_time)));
    head
}

/// The head of an index entry of the record `name`.
pub(in crate::store::sled) fn head(entry: &IndexEntry, name: &RecordName) -> Vec<u8> {
    let timed = |mut head: Vec<u8>, time: Option<i64>| {
        push_time(&mut head, time);
        head
    };
    let spanned = |mut head: Vec<u8>, span: Option<(i64, i64)>| {
        push_time(&mut head, span.map(|(start, _)| start));
        push_time(&mut head, span.map(|(_, end)| end));
        head
    };
    match entry {
        IndexEntry::ArticleTime(time) => timed(articles(), *time),
        IndexEntry::ArticlePublisher(key, time) => timed(publisher(key), *time),
        IndexEntry::StatementSpeaker(entity, span) => spanned(speaker(entity), *span),
        IndexEntry::StatementMention(entity, span) => spanned(mention(entity), *span),
        IndexEntry::StatementTime(span) => spanned(utterances(), *span),
        IndexEntry::StatementReference(start, end) => spanned(references(), Some((*start, *end))),
        IndexEntry::StatementDue(end, start) => spanned(due(), Some((*end, *start))),
        IndexEntry::EntityNameKey(key) => name_key(key),
        IndexEntry::EntityExternalId(id) => external_id(&id.authority, &id.id),
        IndexEntry::Reference(target) => {
            let mut head = referrers(target);
            head.push(kind_order(name));
            head
        }
    }
}

/// Articles refer before statements, these before entities.
fn kind_order(name: &RecordName) -> u8 {
    match name {
        RecordName::Article(_) => 1,
        RecordName::Statement(_) => 2,
        RecordName::Entity(_) => 3,
    }
}

/// The tag of the records of a kind, as `head` orders them.
pub(in crate::store::sled) fn tag_of_kind_order(kind: u8) -> Option<u8> {
    match kind {
        1 => Some(ARTICLE),
        2 => Some(STATEMENT),
        3 => Some(ENTITY),
        _ => None,
    }
}

/// How long the part between a path's prefix and the place is.
pub(in crate::store::sled) fn middle_bytes(prefix: &[u8]) -> usize {
    match prefix.first() {
        Some(&(BY_TIME | BY_PUBLISHER | BY_CREATION)) => TIME_BYTES,
        Some(&(BY_SPEAKER | BY_MENTION | BY_UTTERANCE | BY_REFERENCE | BY_DUE)) => 2 * TIME_BYTES,
        Some(&REFERENCE) => 1,
        _ => 0,
    }
}

/// The key of the counter that an index head counts on: distinct publishers and
/// speakers are told by these.
pub(in crate::store::sled) fn counter(head: &[u8]) -> Option<Vec<u8>> {
    match head.first() {
        Some(&(BY_PUBLISHER | BY_SPEAKER)) => {
            let without_time = head.get(..head.len().checked_sub(middle_bytes(head))?)?;
            Some([&[COUNTER], without_time].concat())
        }
        _ => None,
    }
}

/// What the index entries begin with that a counter counts.
pub(in crate::store::sled) fn counted(counter: &[u8]) -> &[u8] {
    counter.get(1..).unwrap_or_default()
}

/// Whether a counter counts what a publisher has, rather than a speaker.
pub(in crate::store::sled) fn is_publisher_counter(key: &[u8]) -> bool {
    key.get(1) == Some(&BY_PUBLISHER)
}

/// The place that an index entry leads to, behind a head of this length.
pub(in crate::store::sled) fn index_place(key: &[u8], head_bytes: usize, tag: u8) -> Option<Place> {
    let end = key.len().checked_sub(REVISION_BYTES)?;
    key.get(head_bytes..end).map(|place| Place::from_parts(tag, place))
}

/// An index entry's key, taken apart.
pub(in crate::store::sled) struct IndexKey<'a> {
    /// What the record has, such as a name or a time.
    pub(in crate::store::sled) head: &'a [u8],
    /// Where the record stands.
    pub(in crate::store::sled) place: Place,
    /// From which revision on.
    pub(in crate::store::sled) from: Revision,
}

impl<'a> IndexKey<'a> {
    /// `None` where it is no key of an index entry.
    pub(in crate::store::sled) fn of(key: &'a [u8]) -> Option<Self> {
        let (head, tag) = match *key.first()? {
            BY_URL => (1 + URL_BYTES, ARTICLE),
            BY_TIME => (1 + TIME_BYTES, ARTICLE),
            BY_PUBLISHER => (text_end(key, 1)? + TIME_BYTES, ARTICLE),
            BY_SPEAKER | BY_MENTION => (1 + ENTITY_BYTES + 2 * TIME_BYTES, STATEMENT),
            BY_UTTERANCE | BY_REFERENCE | BY_DUE => (1 + 2 * TIME_BYTES, STATEMENT),
            BY_CREATION => (2 + TIME_BYTES, *key.get(1).filter(|tag| is_version(&[**tag]))?),
            BY_NAME => (text_end(key, 1)?, ENTITY),
            BY_EXTERNAL_ID => (text_end(key, text_end(key, 1)?)?, ENTITY),
            REFERENCE => {
                let kind = text_end(key, 1)?;
                (kind + 1, tag_of_kind_order(*key.get(kind)?)?)
            }
            _ => return None,
        };
        let place = index_place(key, head, tag)?;
        let fits = match tag {
            STATEMENT => place.statement_id().is_some_and(|id| !id.is_empty()),
            _ => place.untagged().len() == 6,
        };
        let from = last_revision(key).filter(|_| fits)?;
        Some(Self { head: key.get(..head)?, place, from })
    }

    /// Whether it is that of an article's address.
    pub(in crate::store::sled) fn is_url(&self) -> bool {
        self.head.first() == Some(&BY_URL)
    }
}

/// Where a text in a key, and its end, are over.
fn text_end(key: &[u8], start: usize) -> Option<usize> {
    if key.get(start) == Some(&HASHED) {
        return Some(start + 1 + HASH_BYTES + 1);
    }
    let length = key.get(start..)?.iter().position(|byte| *byte == 0)?;
    Some(start + length + 1)
}

/// Whether an index entry holds under a revision.
pub(in crate::store::sled) fn holds(key: &[u8], value: &[u8], revision: Revision) -> bool {
    let until = <[u8; REVISION_BYTES]>::try_from(value).map(u64::from_be_bytes);
    last_revision(key).is_some_and(|from| from <= revision)
        && until.map_or(value.is_empty(), |until| revision.0 < until)
}

/// Whether it is the key of an index entry.
pub(in crate::store::sled) fn is_index(key: &[u8]) -> bool {
    matches!(
        key.first(),
        Some(
            &(BY_URL
                | BY_TIME
                | BY_PUBLISHER
                | BY_SPEAKER
                | BY_MENTION
                | BY_UTTERANCE
                | BY_REFERENCE
                | BY_DUE
                | BY_NAME
                | BY_EXTERNAL_ID
                | REFERENCE
                | BY_CREATION)
        )
    )
}

/// The revision at which an index entry with this value ended, if it has.
pub(in crate::store::sled) fn end_of(value: &[u8]) -> Option<Revision> {
    value.try_into().ok().map(|bytes| Revision(u64::from_be_bytes(bytes)))
}

/// The value of an index entry that ended at a revision.
pub(in crate::store::sled) fn ended(revision: Revision) -> IVec {
    IVec::from(&revision.0.to_be_bytes())
}
