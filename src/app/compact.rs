//! Writing the data of a stopped server anew.

use std::path::Path;

use super::Error;
use super::derived::{QUOTATIONS, SEARCH};
use crate::store::sled::{Compacted, SledConfig, SledStore};

/// How much of the data is kept in memory meanwhile, in MiB.
const CACHE_MIB: u64 = 64;

/// Writes the data of a directory that no server uses anew. What is built from the
/// records is dropped with the old files and built again: it may hold words that no
/// record holds any more.
pub fn compact(data_dir: &Path) -> Result<Compacted, Error> {
    let config = SledConfig { path: data_dir.to_owned(), cache_mib: CACHE_MIB, min_free_mib: 0 };
    let compacted = SledStore::compact(&config, &[QUOTATIONS, SEARCH]);
    compacted.map_err(|source| Error::Open { path: data_dir.to_owned(), source })
}
