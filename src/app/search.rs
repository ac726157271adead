//! The search index, and the thread that keeps it.

use std::sync::Arc;
use std::time::Duration;

use super::Error;
use crate::clock::Clock;
use crate::config::Config;
use crate::derive::{Follower, FollowerConfig, Recent};
use crate::kb::SearchIndex;
use crate::search::{IndexConfig, Indexer, Search};
use crate::store::Store;

/// How long a change may stay unfindable while nobody waits for it.
const INTERVAL: Duration = Duration::from_millis(750);
/// How many records are indexed before they are made findable.
const RECORDS: usize = 20_000;

/// Starts to keep the search index, where one is to be kept.
pub(super) fn follow(
    config: &Config,
    store: &Arc<dyn Store>,
    recent: &Arc<Recent>,
    clock: &Arc<dyn Clock>,
) -> Result<Option<SearchIndex>, Error> {
    if !config.search.enabled {
        return Ok(None);
    }
    let search = Arc::new(Search::new(Arc::clone(clock)));
    let index = IndexConfig {
        path: config.data_dir.join("search"),
        store_id: store.identity().store_id,
        memory_bytes: config.search.memory_bytes,
    };
    let follower = FollowerConfig {
        store: Arc::clone(store),
        recent: Arc::clone(recent),
        interval: INTERVAL,
        records: RECORDS,
    };
    let indexer = Box::new(Indexer::new(index, Arc::clone(&search)));
    let follower = Follower::start(follower, indexer).map_err(Error::Thread)?;
    Ok(Some(SearchIndex { search, follower: Arc::new(follower) }))
}
