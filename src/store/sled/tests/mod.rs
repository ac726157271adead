//! Tests of the backend as a whole.

mod checking;
mod durability;
mod erasing;
mod opening;
mod pruning;
mod readers;
mod speed;
mod values;

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use tempfile::TempDir;

use super::{SledConfig, SledStore};
use crate::store::Store;
use crate::store::conformance::{Fixture, store_conformance};

/// Opens a store in a directory.
fn open(directory: &Path) -> SledStore {
    SledStore::open(config(directory)).unwrap()
}

fn config(directory: &Path) -> SledConfig {
    SledConfig { path: directory.to_owned(), cache_mib: 16, min_free_mib: 0 }
}

/// Opens a directory's database behind the store's back, once sled's threads have
/// let go of it.
fn raw(directory: &Path) -> sled::Db {
    let opened = (0..1_000_000).find_map(|_| {
        std::thread::yield_now();
        super::open::settings(directory, 8).open().ok()
    });
    opened.unwrap()
}

pub(crate) struct OnDisk {
    directory: TempDir,
    store: Arc<SledStore>,
}

#[async_trait]
impl Fixture for OnDisk {
    fn store(&self) -> Arc<dyn Store> {
        self.store.clone()
    }

    async fn reopen(&mut self) {
        self.store.close().await.unwrap();
        self.store = Arc::new(open(self.directory.path()));
    }
}

pub(crate) async fn on_disk() -> OnDisk {
    let directory = TempDir::new().unwrap();
    let store = Arc::new(open(directory.path()));
    OnDisk { directory, store }
}

store_conformance! { conformance, on_disk }
