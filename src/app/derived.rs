//! What is kept beside the records and built from them: the search index and the
//! quotations.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::{Error, opening};
use crate::clock::Clock;
use crate::config::Config;
use crate::derive::{Follower, FollowerConfig, Recent};
use crate::kb::{AtRest, FollowedQuotations, SearchIndex};
use crate::quotations::disk::{DiskConfig, DiskTable};
use crate::quotations::table::Table;
use crate::quotations::{Quotations, Writer};
use crate::search::{self, IndexConfig, Indexer, Search};
use crate::store::Store;

/// The directory of the search index, in the data directory.
pub(super) const SEARCH: &str = "search";
/// The directory of the quotations.
pub(super) const QUOTATIONS: &str = "quotations";

/// How long a change may stay unfindable while nobody waits for it.
const SEARCH_INTERVAL: Duration = Duration::from_millis(750);
/// How many records are indexed before they are made findable.
const SEARCH_RECORDS: usize = 20_000;
/// How long what was taken in may wait before it is shown, if nobody waits for it.
const QUOTATIONS_INTERVAL: Duration = Duration::from_millis(500);
/// How many records are taken in before they are shown.
const QUOTATIONS_RECORDS: usize = 10_000;

/// Searches are looked for first, so that quotations get what is left while a load
/// keeps all processors busy: a tenth of what others get.
const QUOTATIONS_NICENESS: i32 = 10;

/// What follows the records of one server.
pub(super) struct Derived {
    search: Option<SearchIndex>,
    quotations: Option<KeptQuotations>,
}

/// Quotations on disk, and what keeps them up to date.
struct KeptQuotations {
    followed: FollowedQuotations,
    table: Arc<dyn Table>,
}

impl Derived {
    /// Starts to keep what the configuration wants.
    pub(super) async fn start(
        config: &Config,
        store: &Arc<dyn Store>,
        recent: &Arc<Recent>,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        let following = |interval, records, niceness| FollowerConfig {
            store: Arc::clone(store),
            recent: Arc::clone(recent),
            interval,
            records,
            niceness,
        };
        let search = match config.search.enabled {
            true => Some(search(config, following(SEARCH_INTERVAL, SEARCH_RECORDS, 0), clock)?),
            false => None,
        };
        let slow = following(QUOTATIONS_INTERVAL, QUOTATIONS_RECORDS, QUOTATIONS_NICENESS);
        let quotations = match config.quotations.cache_mib > 0 {
            true => quotations(config, slow).await,
            false => None,
        };
        Ok(Self { search, quotations })
    }

    /// The search index, where one is kept.
    pub(super) fn search(&self) -> Option<SearchIndex> {
        self.search.clone()
    }

    /// The quotations, where they are kept.
    pub(super) fn quotations(&self) -> Option<FollowedQuotations> {
        self.quotations.as_ref().map(|kept| kept.followed.clone())
    }

    /// Keeps what was taken in, and follows no more.
    pub(super) async fn close(self) {
        if let Some(kept) = self.quotations {
            kept.close().await;
        }
        if let Some(search) = self.search {
            search.follower.stop().await;
        }
    }
}

fn search(
    config: &Config,
    following: FollowerConfig,
    clock: &Arc<dyn Clock>,
) -> Result<SearchIndex, Error> {
    let search = Arc::new(Search::new(Arc::clone(clock)));
    let index = IndexConfig {
        path: config.data_dir.join(SEARCH),
        store_id: following.store.identity().store_id,
        memory_bytes: config.search.memory_bytes,
    };
    let indexer = Box::new(Indexer::new(index, Arc::clone(&search)));
    let follower = Follower::start(following, indexer).map_err(Error::Thread)?;
    Ok(SearchIndex { search, follower: Arc::new(follower) })
}

/// What lies in a data directory that no server uses, as it is; with the table of the
/// quotations, which is open for as long.
pub(super) async fn at_rest(
    data_dir: &Path,
    cache_mib: u64,
    store_id: Uuid,
) -> (Vec<AtRest>, Option<Arc<dyn Table>>) {
    let index = IndexConfig { path: data_dir.join(SEARCH), store_id, memory_bytes: 0 };
    let disk = DiskConfig { path: data_dir.join(QUOTATIONS), cache_mib };
    let look = move || {
        let view = search::at_rest(&index).map_err(|error| error.to_string());
        let table = DiskTable::at_rest(&disk).map_err(|error| error.to_string());
        let table = table.map(|table| table.map(|table| Arc::new(table) as Arc<dyn Table>));
        let reader = table.clone().and_then(|table| match table {
            Some(table) => {
                Quotations::new(table).reader_of(store_id).map_err(|error| error.to_string())
            }
            None => Ok(None),
        });
        (vec![AtRest::search(view), AtRest::quotations(reader)], table.unwrap_or_default())
    };
    let looked = tokio::task::spawn_blocking(look).await;
    looked.unwrap_or_else(|error| {
        let failed = |error: &tokio::task::JoinError| error.to_string();
        let kept =
            vec![AtRest::search(Err(failed(&error))), AtRest::quotations(Err(failed(&error)))];
        (kept, None)
    })
}

/// Keeps quotations, where that can be done: records are served without them too.
async fn quotations(config: &Config, following: FollowerConfig) -> Option<KeptQuotations> {
    let disk = DiskConfig {
        path: config.data_dir.join(QUOTATIONS),
        cache_mib: config.quotations.cache_mib,
    };
    let kept = open_quotations(disk, following).await;
    kept.inspect_err(|error| tracing::error!(error, "quotations are not kept")).ok()
}

/// Opens the quotations beside the records, and begins to follow these.
async fn open_quotations(
    disk: DiskConfig,
    following: FollowerConfig,
) -> Result<KeptQuotations, String> {
    let store_id = following.store.identity().store_id;
    let path = disk.path.clone();
    let open = move || -> Result<(Arc<dyn Table>, Writer), String> {
        let table: Arc<dyn Table> =
            Arc::new(DiskTable::open(&disk).map_err(|error| error.to_string())?);
        let writer =
            Writer::new(Arc::clone(&table), store_id).map_err(|error| error.to_string())?;
        Ok((table, writer))
    };
    let opening = async {
        let opened = tokio::task::spawn_blocking(open).await.map_err(|error| error.to_string());
        opened.and_then(|opened| opened)
    };
    let (table, writer) = opening::told(QUOTATIONS, &path, opening).await?;
    let follower = Follower::start(following, Box::new(writer));
    let follower = Arc::new(follower.map_err(|error| error.to_string())?);
    let followed = FollowedQuotations { quotations: Quotations::new(Arc::clone(&table)), follower };
    Ok(KeptQuotations { followed, table })
}

impl KeptQuotations {
    async fn close(self) {
        self.followed.follower.stop().await;
        let closed = tokio::task::spawn_blocking(move || self.table.close()).await;
        // What is lost is built again.
        if let Ok(Err(error)) = closed {
            tracing::warn!(%error, "quotations were not closed in good order");
        }
    }
}
