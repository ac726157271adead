//! Checking the data of a stopped server.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::{Error, derived};
use crate::clock::SystemClock;
use crate::kb::{KnowledgeBase, KnowledgeBaseConfig, Retention};
use crate::rpc::{Check, CheckProgress};
use crate::store;
use crate::store::Store;
use crate::store::sled::{SledConfig, SledStore};

/// How much of the data is kept in memory meanwhile, in MiB.
const CACHE_MIB: u64 = 64;

/// Checks the data of a directory that no server uses, and tells how far it has
/// come. Answers the last word, with all findings that are told.
pub async fn check(
    data_dir: &Path,
    most_findings: usize,
    mut told: impl FnMut(&CheckProgress),
) -> Result<CheckProgress, Error> {
    let failed = |source| Error::Open { path: data_dir.to_owned(), source };
    if !data_dir.join("db").exists() {
        let text = format!("{} holds no data of Dicta's", data_dir.display());
        return Err(failed(store::Error::Incompatible(text)));
    }
    let config = SledConfig { path: data_dir.to_owned(), cache_mib: CACHE_MIB, min_free_mib: 0 };
    let store: Arc<dyn Store> = Arc::new(SledStore::open(config).map_err(failed)?);
    let kb = KnowledgeBase::new(KnowledgeBaseConfig {
        store: Arc::clone(&store),
        clock: Arc::new(SystemClock),
        request_ttl: Duration::ZERO,
        retention: Retention { max_age: None, max_revisions: None },
        recent: Arc::default(),
        search: None,
        quotations: None,
    });
    let (kept, table) = derived::at_rest(data_dir, CACHE_MIB, store.identity().store_id).await;
    let check = kb.check_at_rest(kept).await.map_err(Error::Check)?;
    let mut check = Check::of(check, most_findings);
    let mut findings = Vec::new();
    let last = loop {
        let mut message = check.next(Duration::ZERO).await.map_err(Error::Check)?;
        told(&message);
        findings.append(&mut message.findings);
        if message.done {
            break message;
        }
    };
    drop((check, table));
    store.close().await.map_err(Error::Close)?;
    Ok(CheckProgress { findings, ..last })
}
