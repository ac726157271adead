//! Seeds: loaded once, into a base that was empty when the loading began.
//!
//! The base itself remembers both ends of the loading, as requests of the
//! server's own: begun but not ended means that it was cut short, and it is taken
//! up again; ingest makes that safe.

use uuid::Uuid;

use super::KnowledgeBase;
use super::error::Error;
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::store::{Remembered, RequestKey, WriteBatch};

/// The principal under which the server itself writes.
const SERVER: &str = "dicta";

/// The two ends of the loading.
#[derive(Clone, Copy)]
enum End {
    Begun,
    Loaded,
}

impl KnowledgeBase {
    /// Whether seeds are to be loaded: the base is empty, or a loading into it was
    /// cut short. Notes that a loading begins.
    pub async fn wants_seeds(&self) -> Result<bool, Error> {
        let begun = self.is_noted(End::Begun).await?;
        if self.is_noted(End::Loaded).await? {
            return Ok(false);
        }
        if begun {
            return Ok(true);
        }
        let empty = self.store.head().revision == Revision::ZERO;
        if empty {
            self.note(End::Begun).await?;
        }
        Ok(empty)
    }

    /// Notes that all seeds are loaded.
    pub async fn seeds_loaded(&self) -> Result<(), Error> {
        self.note(End::Loaded).await
    }

    async fn is_noted(&self, end: End) -> Result<bool, Error> {
        Ok(self.store.remembered(&key(end), self.clock.now()).await?.is_some())
    }

    async fn note(&self, end: End) -> Result<(), Error> {
        let remembered = Remembered {
            payload: [0; 32],
            outcome: 0,
            names: Vec::new(),
            expires: Timestamp::MAX,
            revision: Revision::ZERO,
        };
        let batch = WriteBatch {
            time: self.clock.now(),
            principal: SERVER.to_owned(),
            batch: None,
            require: Vec::new(),
            mutations: Vec::new(),
            remember: Some((key(end), remembered)),
        };
        self.apply_one(batch).await.map(drop)
    }
}

fn key(end: End) -> RequestKey {
    let method = match end {
        End::Begun => "SeedsBegun",
        End::Loaded => "SeedsLoaded",
    };
    RequestKey { principal: SERVER.to_owned(), method: method.to_owned(), request_id: Uuid::nil() }
}
