//! Sets of very many small entries, kept many to a key: as keys of their own they
//! would cost the table most of its time.
//!
//! Entries begin with a hash, whose bits lead down a tree of buckets. What a flush
//! brings is put into the buckets at the root, a chunk in each; where chunks have
//! gathered in a bucket they are merged, and once they are many their entries go
//! down to the buckets below. So each entry is written about once a level, and a
//! look-up reads one bucket of each. Of several notes of an entry the one nearest
//! the root is the newest, in a bucket that of the newest chunk.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::facts::{decode, encode};
use super::keys;
use super::table::{Overlay, Snapshot, TableError, after_prefix};

/// How many bits tell the buckets at the root apart.
const ROOT_BITS: usize = 12;
/// How many more tell those of the next level apart.
const STEP_BITS: usize = 3;
/// The last level: by then all bits are used that entries are told apart by.
const LAST_LEVEL: u8 = ((u128::BITS as usize - ROOT_BITS) / STEP_BITS) as u8;
/// As many chunks in a bucket are merged. At the root each bucket has its turn once
/// in so many flushes.
const CHUNKS: usize = 8;
/// As many entries stay together; more go down a level.
const STAYING: usize = 256;
/// The most chunks of a level that a look-up reads.
const MOST_READ: usize = 64;

/// One set, in which an entry has `WIDTH` bytes.
pub(super) struct Packed<const WIDTH: usize> {
    kind: u8,
    /// What was put in (true) or taken out since the last flush, in this order.
    pending: Vec<([u8; WIDTH], bool)>,
}

/// What is known of a set as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Shape {
    /// How many flushes there were; chunks are told apart by it.
    flushes: u64,
    /// The deepest level that has buckets.
    depth: u8,
}

/// Entries with what became of each, sorted by entry.
type Notes<const WIDTH: usize> = [([u8; WIDTH], bool)];

impl<const WIDTH: usize> Packed<WIDTH> {
    /// The set that is kept under keys of a kind.
    pub(super) fn new(kind: u8) -> Self {
        Self { kind, pending: Vec::new() }
    }

    pub(super) fn put(&mut self, entry: [u8; WIDTH]) {
        self.pending.push((entry, true));
    }

    pub(super) fn remove(&mut self, entry: [u8; WIDTH]) {
        self.pending.push((entry, false));
    }

    /// How many notes wait.
    pub(super) fn waiting(&self) -> usize {
        self.pending.len()
    }

    /// Drops the notes that wait.
    pub(super) fn forget(&mut self) {
        self.pending.clear();
    }

    /// Hands what waits to the table that holds the set.
    pub(super) fn flush(&mut self, table: &mut Overlay) -> Result<(), TableError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let mut notes = std::mem::take(&mut self.pending);
        // The last note of an entry counts.
        notes.reverse();
        notes.sort_by_key(|(entry, _)| *entry);
        notes.dedup_by_key(|(entry, _)| *entry);
        let mut shape = shape(table, self.kind)?;
        shape.flushes += 1;
        for notes in notes.chunk_by(|(one, _), (other, _)| bucket(0, one) == bucket(0, other)) {
            let Some((first, _)) = notes.first() else { continue };
            let bucket = bucket(0, first);
            table.put(self.chunk(0, bucket, shape.flushes), packed(notes));
            let number = (bucket >> (u128::BITS as usize - ROOT_BITS)) as u64;
            if number % CHUNKS as u64 == shape.flushes % CHUNKS as u64 {
                self.relieve(table, &mut shape, 0, bucket)?;
            }
        }
        table.put(keys::shape(self.kind), encode(&shape)?);
        Ok(())
    }

    fn chunk(&self, level: u8, bucket: u128, flush: u64) -> Vec<u8> {
        keys::chunk(self.kind, level, &bucket_bytes(level, bucket), flush)
    }

    /// Merges the chunks of a bucket where they have become many, and sends what is
    /// too much for it down a level.
    fn relieve(
        &self,
        table: &mut Overlay,
        shape: &mut Shape,
        level: u8,
        bucket: u128,
    ) -> Result<(), TableError> {
        let chunks = keys::chunks(self.kind, level, &bucket_bytes(level, bucket));
        let chunks = table.prefix(&chunks, usize::MAX)?;
        if chunks.len() < CHUNKS {
            return Ok(());
        }
        let mut merged: BTreeMap<[u8; WIDTH], bool> = BTreeMap::new();
        for (key, chunk) in chunks {
            for (entry, held) in unpacked(&chunk)? {
                merged.entry(entry).or_insert(held);
            }
            table.remove(key);
        }
        // Below there is nothing that a removal could hide.
        if level >= shape.depth {
            merged.retain(|_, held| *held);
        }
        let notes: Vec<([u8; WIDTH], bool)> = merged.into_iter().collect();
        if notes.is_empty() {
            return Ok(());
        }
        if notes.len() <= STAYING || level == LAST_LEVEL {
            table.put(self.chunk(level, bucket, shape.flushes), packed(&notes));
            return Ok(());
        }
        self.send_down(table, shape, level + 1, &notes)
    }

    fn send_down(
        &self,
        table: &mut Overlay,
        shape: &mut Shape,
        level: u8,
        notes: &Notes<WIDTH>,
    ) -> Result<(), TableError> {
        shape.depth = shape.depth.max(level);
        let same = |one: &[u8; WIDTH], other: &[u8; WIDTH]| {
            self::bucket(level, one) == self::bucket(level, other)
        };
        for notes in notes.chunk_by(|(one, _), (other, _)| same(one, other)) {
            let Some((first, _)) = notes.first() else { continue };
            let bucket = self::bucket(level, first);
            table.put(self.chunk(level, bucket, shape.flushes), packed(notes));
            self.relieve(table, shape, level, bucket)?;
        }
        Ok(())
    }
}

/// The first entries of a set that begin so, at most `limit`. Where very many do,
/// some of them.
pub(super) fn with_prefix<const WIDTH: usize>(
    table: &dyn Snapshot,
    kind: u8,
    prefix: &[u8],
    limit: usize,
) -> Result<Vec<[u8; WIDTH]>, TableError> {
    let depth = shape(table, kind)?.depth;
    let mut found: BTreeMap<[u8; WIDTH], bool> = BTreeMap::new();
    let mut held = 0;
    for level in 0..=depth {
        let (from, end) = range(kind, level, prefix);
        for (_, chunk) in table.range(&from, &end, MOST_READ)? {
            for (entry, is_held) in starting(&chunk, prefix)? {
                found.entry(entry).or_insert_with(|| {
                    held += usize::from(is_held);
                    is_held
                });
            }
        }
        if held >= limit {
            break;
        }
    }
    let entries = found.into_iter().filter(|(_, held)| *held).map(|(entry, _)| entry);
    Ok(entries.take(limit).collect())
}

/// Between which keys of a level all entries stand that begin so.
fn range(kind: u8, level: u8, prefix: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let mut first = [0; 16];
    let mut last = [u8::MAX; 16];
    for (at, byte) in prefix.iter().enumerate().take(16) {
        if let (Some(first), Some(last)) = (first.get_mut(at), last.get_mut(at)) {
            (*first, *last) = (*byte, *byte);
        }
    }
    let key = |head: &[u8]| keys::chunks(kind, level, &bucket_bytes(level, bucket(level, head)));
    (key(&first), after_prefix(&key(&last)))
}

fn shape(table: &dyn Snapshot, kind: u8) -> Result<Shape, TableError> {
    let shape = table.get(&keys::shape(kind))?.map(|bytes| decode(&bytes)).transpose()?;
    Ok(shape.unwrap_or_default())
}

fn bits(level: u8) -> usize {
    ROOT_BITS + STEP_BITS * usize::from(level)
}

/// The bucket of a level in which an entry is: as many of its first bits as tell
/// the level's buckets apart.
fn bucket(level: u8, entry: &[u8]) -> u128 {
    let mut head = [0; 16];
    head.iter_mut().zip(entry).for_each(|(head, byte)| *head = *byte);
    let unused = u128::BITS as usize - bits(level);
    (u128::from_be_bytes(head) >> unused) << unused
}

fn bucket_bytes(level: u8, bucket: u128) -> Vec<u8> {
    let mut bytes = bucket.to_be_bytes().to_vec();
    bytes.truncate(bits(level).div_ceil(8));
    bytes
}

/// The number of entries that are held, then these, then those taken out.
fn packed<const WIDTH: usize>(notes: &Notes<WIDTH>) -> Vec<u8> {
    let of = |wanted: bool| notes.iter().filter(move |(_, held)| *held == wanted);
    let mut bytes = Vec::with_capacity(4 + WIDTH * notes.len());
    bytes.extend_from_slice(&(of(true).count() as u32).to_be_bytes());
    of(true).chain(of(false)).for_each(|(entry, _)| bytes.extend_from_slice(entry));
    bytes
}

/// The entries held and those taken out, each sorted.
type Sides<'a, const WIDTH: usize> = [(&'a [[u8; WIDTH]], bool); 2];

fn sides<const WIDTH: usize>(chunk: &[u8]) -> Result<Sides<'_, WIDTH>, TableError> {
    let damaged = || TableError::Damaged("a chunk of entries is cut short".into());
    let (count, rest) = chunk.split_first_chunk::<4>().ok_or_else(damaged)?;
    let (entries, left) = rest.as_chunks::<WIDTH>();
    let count = u32::from_be_bytes(*count) as usize;
    let (held, removed) = entries.split_at_checked(count).ok_or_else(damaged)?;
    if left.is_empty() { Ok([(held, true), (removed, false)]) } else { Err(damaged()) }
}

fn unpacked<const WIDTH: usize>(chunk: &[u8]) -> Result<Vec<([u8; WIDTH], bool)>, TableError> {
    starting(chunk, &[])
}

/// The entries of a chunk that begin so.
fn starting<const WIDTH: usize>(
    chunk: &[u8],
    prefix: &[u8],
) -> Result<Vec<([u8; WIDTH], bool)>, TableError> {
    let mut found = Vec::new();
    for (entries, held) in sides::<WIDTH>(chunk)? {
        let first = entries.partition_point(|entry| entry.as_slice() < prefix);
        let rest = entries.iter().skip(first).take_while(|entry| entry.starts_with(prefix));
        found.extend(rest.map(|entry| (*entry, held)));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::fingerprint::hash;
    use super::super::table::MemoryTable;
    use super::*;

    /// Entries of which many share a beginning.
    fn entry(number: u16) -> [u8; 10] {
        let mut entry = [0; 10];
        let (head, tail) = entry.split_at_mut(5);
        head.copy_from_slice(&hash(&[(number % 7) as u8]).to_be_bytes()[3..]);
        tail.copy_from_slice(&hash(&number.to_be_bytes()).to_be_bytes()[3..]);
        entry
    }

    fn held_with(table: &Overlay, prefix: &[u8]) -> Vec<[u8; 10]> {
        with_prefix::<10>(table, b'z', prefix, usize::MAX).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn it_holds_what_a_set_would(
            flushes in prop::collection::vec(
                prop::collection::vec((0_u16..400, any::<bool>()), 0..80), 1..40,
            ),
        ) {
            let mut table = Overlay::new(Arc::new(MemoryTable::default())).unwrap();
            let mut packed = Packed::<10>::new(b'z');
            let mut model = BTreeSet::new();
            for steps in flushes {
                for (number, put) in steps {
                    if put {
                        packed.put(entry(number));
                        model.insert(entry(number));
                    } else {
                        packed.remove(entry(number));
                        model.remove(&entry(number));
                    }
                }
                packed.flush(&mut table).unwrap();
            }
            for number in 0..7 {
                let prefix = &entry(number)[..5];
                let expected: Vec<[u8; 10]> =
                    model.iter().copied().filter(|entry| entry.starts_with(prefix)).collect();
                prop_assert_eq!(held_with(&table, prefix), expected);
            }
        }
    }

    #[test]
    fn many_entries_go_down_and_are_found_there() {
        let mut table = Overlay::new(Arc::new(MemoryTable::default())).unwrap();
        let mut packed = Packed::<10>::new(b'z');
        for number in 0..20_000 {
            packed.put(entry(number));
            if number % 500 == 499 {
                packed.flush(&mut table).unwrap();
            }
        }
        assert!(shape(&table, b'z').unwrap().depth > 0);
        for number in (0..20_000).step_by(501) {
            assert_eq!(held_with(&table, &entry(number)), [entry(number)]);
        }
        let first = with_prefix::<10>(&table, b'z', &entry(3)[..5], 100).unwrap();
        assert_eq!(first.len(), 100);
        assert!(first.iter().all(|it| it.starts_with(&entry(3)[..5])));
    }
}
