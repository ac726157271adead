//! Writing the data of a stopped server anew.

use std::path::Path;

use super::Error;
use crate::store::sled::{Compacted, SledConfig, SledStore};

/// How much of the data is kept in memory meanwhile, in MiB.
const CACHE_MIB: u64 = 64;

/// Writes the data of a directory that no server uses anew.
pub fn compact(data_dir: &Path) -> Result<Compacted, Error> {
    let failed = |source| Error::Open { path: data_dir.to_owned(), source };
    let config = SledConfig { path: data_dir.to_owned(), cache_mib: CACHE_MIB, min_free_mib: 0 };
    SledStore::compact(&config).map_err(failed)
}
