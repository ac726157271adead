//! Letting go of old history, in the background and a step at a time.

use std::time::Duration;

use super::KnowledgeBase;
use super::error::Error;
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::store::{self, At};

/// How many entries one step lets go of, about: writers wait no longer than for a
/// group of commits.
const STEP_ENTRIES: usize = 500;
/// How long writers are left alone between two steps.
const BETWEEN_STEPS: Duration = Duration::from_millis(5);
/// How long commits gather before the history is looked at again.
const AFTER_COMMITS: Duration = Duration::from_secs(1);
/// How long it is left alone at most: it grows old without commits too.
const AT_LEAST_EVERY: Duration = Duration::from_secs(60);

/// How much history is kept. What remembered requests need is kept in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// How far back reads as of a time reach; `None`: as far as there is history.
    pub max_age: Option<Duration>,
    /// How many revisions before the newest can be read; `None`: all.
    pub max_revisions: Option<u64>,
}

impl KnowledgeBase {
    /// How much history is kept.
    #[must_use]
    pub fn retention(&self) -> Retention {
        self.retention
    }

    /// Keeps no more history than is to be kept, as commits come in and time goes
    /// by; ends only where everything is kept, or once the store is closed.
    pub async fn prune_continually(&self) {
        if self.retention == Retention::default() {
            return;
        }
        let mut heads = self.store.watch_head();
        loop {
            heads.mark_unchanged();
            match self.prune_step().await {
                Ok(true) => {
                    tokio::time::sleep(BETWEEN_STEPS).await;
                    continue;
                }
                Ok(false) => {}
                Err(error) if self.store.ready().is_err() => {
                    tracing::debug!(%error, "no more history is let go of");
                    return;
                }
                Err(error) => tracing::warn!(%error, "old history cannot be let go of"),
            }
            // Not more often than this, however many commits there are.
            tokio::time::sleep(AFTER_COMMITS).await;
            let _ = tokio::time::timeout(AT_LEAST_EVERY, heads.changed()).await;
        }
    }

    /// Lets go of some history; says whether there may be more to let go of.
    pub async fn prune_step(&self) -> Result<bool, Error> {
        let Some(up_to) = self.oldest_kept().await? else { return Ok(false) };
        let before = self.store.floor().revision;
        if up_to <= before {
            return Ok(false);
        }
        let floor = self.store.prune(up_to, STEP_ENTRIES).await?.revision;
        Ok(before < floor && floor < up_to)
    }

    /// The oldest revision that is to be kept; `None` where all are.
    async fn oldest_kept(&self) -> Result<Option<Revision>, Error> {
        let Retention { max_age, max_revisions } = self.retention;
        let by_age = match max_age {
            Some(age) => self.revision_before(age).await?,
            None => None,
        };
        let head = self.store.head().revision;
        let by_count = max_revisions.map(|count| Revision(head.0.saturating_sub(count)));
        let Some(wanted) = by_age.max(by_count) else { return Ok(None) };
        // A request that is sent again is answered as of the revision that it made.
        Ok(self.revision_before(self.request_ttl).await?.map(|needed| needed.min(wanted)))
    }

    /// The revision that was the newest so long ago; `None` where the history does
    /// not reach back so far.
    async fn revision_before(&self, age: Duration) -> Result<Option<Revision>, Error> {
        let then = self.clock.now().saturating_sub(age).unwrap_or(Timestamp::MIN);
        match self.store.reader(At::Time(then)).await {
            Ok(reader) => Ok(Some(reader.revision())),
            Err(store::Error::OutOfRange { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::*;
    use crate::clock::ManualClock;
    use crate::kb::KnowledgeBaseConfig;
    use crate::store::Store;
    use crate::store::conformance::fixtures::{at, batch, commit, entity};
    use crate::store::memory::{MemoryConfig, MemoryStore};

    /// The floor once all is pruned at second 100, after a commit a second for so
    /// long.
    async fn floor(commits: i64, ttl: u64, retention: Retention) -> u64 {
        let config = MemoryConfig { store_id: Uuid::from_u128(1), token_key: [7; 32] };
        let store: Arc<dyn Store> = Arc::new(MemoryStore::new(config));
        for second in 1..=commits {
            commit(&store, batch(second).put("entities/a", entity(&format!("{second}")))).await;
        }
        let kb = KnowledgeBase::new(KnowledgeBaseConfig {
            store: Arc::clone(&store),
            clock: Arc::new(ManualClock::new(at(100))),
            request_ttl: Duration::from_secs(ttl),
            retention,
            recent: Arc::default(),
            quotations: None,
        });
        while kb.prune_step().await.unwrap() {}
        store.floor().revision.0
    }

    #[tokio::test]
    async fn the_floor_is_where_age_and_number_say_but_requests_are_kept() {
        let seconds = |age| Some(Duration::from_secs(age));
        // Commits, time of requests, age, number; the floor.
        let cases = [
            (90, 10, None, None, 0),
            (90, 10, seconds(50), None, 50),
            // The commit of second 90 was the newest 5 seconds ago.
            (90, 1, seconds(5), None, 90),
            (90, 10, None, Some(20), 70),
            (90, 10, None, Some(1_000), 0),
            (90, 10, seconds(50), Some(20), 70),
            (90, 10, seconds(25), Some(60), 75),
            (90, 40, None, Some(1), 60),
            (90, 40, seconds(20), Some(1), 60),
            (90, 100, seconds(20), Some(1), 0),
            (90, 10, seconds(200), None, 0),
            (0, 10, seconds(20), Some(1), 0),
        ];
        for (commits, ttl, max_age, max_revisions, expected) in cases {
            let retention = Retention { max_age, max_revisions };
            let found = floor(commits, ttl, retention).await;
            assert_eq!(found, expected, "{commits} commits, {ttl} s, {retention:?}");
        }
    }
}
