//! Writing the data of a stopped server anew.

use std::fs;
use std::io;
use std::path::Path;

use super::Error;
use super::derived::{QUOTATIONS, SEARCH};
use crate::store;
use crate::store::sled::{Compacted, SledConfig, SledStore};

/// How much of the data is kept in memory meanwhile, in MiB.
const CACHE_MIB: u64 = 64;
/// Writes the data of a directory that no server uses anew. What is built from the
/// records is dropped and built again: its files may hold words that no record
/// holds any more.
pub fn compact(data_dir: &Path) -> Result<Compacted, Error> {
    let failed = |source| Error::Open { path: data_dir.to_owned(), source };
    let config = SledConfig { path: data_dir.to_owned(), cache_mib: CACHE_MIB, min_free_mib: 0 };
    let compacted = SledStore::compact(&config).map_err(failed)?;
    for name in [QUOTATIONS, SEARCH] {
        let directory = data_dir.join(name);
        let stays = |error: io::Error| {
            let text = format!("{} cannot be deleted: {error}", directory.display());
            failed(store::Error::Unavailable(text))
        };
        match fs::remove_dir_all(&directory) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(stays(error)),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(compacted)
}
