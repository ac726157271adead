//! What a stopped server's store holds, entry by entry.

use std::path::Path;

use bytes::Bytes;

use crate::Failure;

/// A key and its value.
pub(crate) type Entry = (Bytes, Bytes);

/// How sled is opened over a directory: as Dicta does, which a database keeps to.
pub(crate) fn sled(directory: &Path) -> sled::Config {
    sled::Config::new()
        .path(directory)
        .cache_capacity(64 << 20)
        .segment_size(4 << 20)
        .flush_every_ms(None)
}

/// Every entry of the store in a data directory, by its key.
pub(crate) fn read(directory: &Path) -> Result<Vec<Entry>, Failure> {
    let store = sled(directory).open()?;
    let mut entries = Vec::new();
    for entry in store.iter() {
        let (key, value) = entry?;
        entries.push((Bytes::copy_from_slice(&key), Bytes::copy_from_slice(&value)));
    }
    Ok(entries)
}
