//! What must hold of whatever bytes stand in the tree.

use std::collections::BTreeMap;
use std::fmt::Debug;

use prost::Message as _;
use sled::IVec;

use super::keys::{self, IndexKey, Place};
use super::record::encode;
use super::record::envelope::{self, COMPRESSED, TOMBSTONE};
use super::record::log::Value;
use super::record::packed::Packed;
use super::record::pruning::LeftBehind;
use super::record::version::Version;
use super::source::{Entry, Source};
use crate::domain::revision::Revision;
use crate::store::{Change, Counts, Erased, Error, Floor, Identity, Remembered};

/// The keys of versions, by the kind of record.
const VERSIONS: [&[u8]; 3] =
    [b"A\0\0\0\0\x10\0\0\0\0\0\0\0\0\x01", STATEMENT, b"E\0\0\0\0\x10\0\0\0\0\0\0\0\0\x01"];
const STATEMENT: &[u8] = b"S\0\0\0\0\x10\0s1\0\0\0\0\0\0\0\0\x01";
/// What all others stand under here.
const OTHER: &[u8] = b"m|value";

/// What a value is sealed into.
#[derive(Default)]
struct Entries(BTreeMap<Vec<u8>, IVec>);

impl Entries {
    fn put(&mut self, key: &[u8], value: Vec<u8>) {
        self.0.insert(key.to_vec(), value.into());
    }

    /// What stands under a key, of which there is nothing else.
    fn value(&self, key: &[u8]) -> IVec {
        self.0.get(key).cloned().unwrap_or_default()
    }
}

impl Source for Entries {
    fn get(&self, key: &[u8]) -> Result<Option<IVec>, Error> {
        Ok(self.0.get(key).cloned())
    }

    fn first(&self, _: &[u8], _: &[u8]) -> Result<Option<Entry>, Error> {
        Ok(None)
    }
}

/// Takes a kind, flags, and the content of a value. As it is, and within an envelope
/// whose checksum fits, it is refused; or what is read of it is written, and read
/// again as the same.
pub fn record(data: &[u8]) {
    let Some(([kind, flags], content)) = data.split_first_chunk() else { return };
    let read = match kind % 10 {
        kind @ 0..=2 => {
            let key = VERSIONS.get(usize::from(kind)).copied().unwrap_or_default();
            return both(key, *flags, content, |entries| version(entries, key));
        }
        3 => value::<Change>,
        4 => value::<Remembered>,
        5 => value::<Identity>,
        6 => value::<Counts>,
        7 => value::<Floor>,
        8 => value::<LeftBehind>,
        _ => value::<Erased>,
    };
    both(OTHER, *flags, content, read);
}

/// Reads content under a key as it is, and in its envelope.
fn both(key: &[u8], flags: u8, content: &[u8], read: impl Fn(&Entries)) {
    let mut entries = Entries::default();
    entries.put(key, content.to_vec());
    read(&entries);
    let mut entries = Entries::default();
    envelope::seal(key, flags & (TOMBSTONE | COMPRESSED), content, |key, value| {
        entries.put(key, value);
    });
    read(&entries);
}

fn version(entries: &Entries, key: &[u8]) {
    let Ok(version) = Version::open(entries, key, &entries.value(key)) else { return };
    version.bytes();
    if version.deleted {
        let Ok(remains) = version.remains(key) else { return };
        let again = resealed(&Version { payload: remains.pack(), ..version }, key);
        assert_eq!(again.remains(key), Ok(remains));
        return;
    }
    let Ok(stored) = version.record(key) else { return };
    let written = sure(encode(&stored.name, stored.value));
    let payload = Packed::new(written.clone());
    let again = sure(resealed(&Version { payload, ..version }, key).record(key));
    assert_eq!((&again.name, again.committed), (&stored.name, stored.committed));
    // As bytes: a number that is none is never the same as itself.
    assert_eq!(sure(encode(&again.name, again.value)), written);
}

/// A version that was written and read again.
fn resealed(version: &Version, key: &[u8]) -> Version {
    let mut entries = Entries::default();
    version.seal(key, |key, value| entries.put(key, value));
    sure(Version::open(&entries, key, &entries.value(key)))
}

fn value<T: Value + Debug>(entries: &Entries) {
    let Ok(read) = T::open(entries, OTHER, &entries.value(OTHER)) else { return };
    let mut entries = Entries::default();
    read.seal(OTHER, |key, value| entries.put(key, value));
    let again = sure(T::open(&entries, OTHER, &entries.value(OTHER)));
    assert_eq!(again.message().encode_to_vec(), read.message().encode_to_vec());
}

/// What must be there.
#[track_caller]
fn sure<T: Debug, E: Debug>(result: Result<T, E>) -> T {
    #[allow(clippy::unwrap_used, reason = "only what is fuzzed comes here, to end so")]
    result.unwrap()
}

/// Takes a key apart in every way: none, or parts that the same key is made of.
pub fn key(key: &[u8]) {
    envelope::told(key);
    keys::expiring(key);
    keys::counter(key);
    let same = |made: &[u8]| assert_eq!(made, key);
    if let Some((place, revision)) = Place::of_version(key).zip(keys::version_revision(key)) {
        same(&place.version(revision));
        assert!(key <= place.end().as_slice());
        // An id only where its place is a statement's.
        assert!(place.statement_id().is_none() || !place.is_entity());
        assert!(place.iid().is_none() || key.len() > 14);
    }
    if let Some((article, revision, chunk)) = keys::body_parts(key) {
        same(&keys::body(article, revision, chunk));
    }
    if let Some((owner, chunk)) = keys::continued(key) {
        same(&keys::continuation(owner, chunk));
    }
    if let Some(index) = IndexKey::of(key) {
        assert!(keys::is_index(key));
        same(&[index.head, index.place.untagged(), &index.from.0.to_be_bytes()].concat());
        assert!(keys::holds(key, &[], index.from));
        assert!(!keys::holds(key, &keys::ended(index.from), index.from));
    }
    if let Some(revision) = keys::end_of(key) {
        same(&keys::ended(revision));
    }
    if let Some(last) = key.iter().rposition(|byte| *byte < u8::MAX).filter(|_| key.len() < 64) {
        let behind = keys::behind(key);
        assert!(key < behind.as_slice() && behind.len() == last + 1);
    }
    keys::holds(key, key, Revision(1));
}
