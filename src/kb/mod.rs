//! The use cases: what callers ask for, over store and clock. One file each.

pub mod aggregate;
mod anchor;
mod beside;
mod bulk;
mod carry;
mod check;
pub mod command;
#[cfg(test)]
mod conformance;
mod counted;
mod create;
mod delete;
mod entities;
mod erase;
pub mod error;
mod export;
mod extract;
#[doc(hidden)]
pub mod fuzzing;
pub mod graph;
mod import;
mod ingest;
mod link;
mod list;
mod matching;
mod named_entities;
mod merge;
mod merged;
mod plan;
mod quotations;
mod read;
mod read_entities;
mod references;
mod remote;
pub mod resolve;
mod retention;
mod retract;
mod search;
mod seed;
mod sorted;
mod sweep;
#[cfg(test)]
mod tests;
mod token;
mod update;
mod update_statement;
mod verify;
mod watch;
mod write;

use std::sync::Arc;
use std::time::Duration;

pub use self::beside::{Beside, Survivors};
pub use self::bulk::{BulkAck, BulkIngested, BulkItem};
pub use self::check::{AtRest, CheckedIndex, IntegrityCheck};
pub use self::erase::{EraseRecord, EraseRecords, ErasedAnswer};
pub use self::export::{ExportItem, ExportRecords, Exporter};
pub use self::extract::Source;
pub use self::import::{Dangling, ImportAck, ImportItem, ImportOutcome, Imported, RestoredRecord};
pub use self::list::{ListPage, PAGE_SCAN, VersionsPage};
pub use self::merged::SeenEntity;
pub use self::quotations::{FollowedQuotations, NearDuplicatePage, QuotationPage};
pub use self::read::Records;
pub use self::read_entities::{EntityPage, FoundEntities, FoundEntity};
pub use self::remote::{Heard, Remote, RemoteExtractor, fault as extraction_fault};
pub use self::retention::Retention;
pub use self::search::{SEARCH_SCAN, SearchHit, SearchIndex, SearchPage, SearchRecords};
pub use self::verify::{QuoteMatch, Verdict, Verified};
pub use self::watch::{Watch, WatchEvent, WatchRecords, WatchStart};
use crate::clock::Clock;
use crate::derive::Recent;
use crate::store::Store;

/// One knowledge base: a store, and the rules by which it is written and read.
pub struct KnowledgeBase {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    request_ttl: Duration,
    retention: Retention,
    recent: Arc<Recent>,
    search: Option<SearchIndex>,
    extractors: extract::Extractors,
    quotations: Option<FollowedQuotations>,
}

/// What a [`KnowledgeBase`] is made of.
pub struct KnowledgeBaseConfig {
    /// Where the records are.
    pub store: Arc<dyn Store>,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
    /// How long a request_id is remembered.
    pub request_ttl: Duration,
    /// Where the newest commits are read.
    pub recent: Arc<Recent>,
    /// The search index, where one is kept.
    pub search: Option<SearchIndex>,
    /// Quotations, where they are kept.
    pub quotations: Option<FollowedQuotations>,
    /// How much history is kept.
    pub retention: Retention,
}

impl KnowledgeBase {
    /// A knowledge base over a store.
    #[must_use]
    pub fn new(config: KnowledgeBaseConfig) -> Self {
        let KnowledgeBaseConfig {
            store,
            clock,
            request_ttl,
            retention,
            recent,
            search,
            quotations,
        } = config;
        let extractors = extract::Extractors::default();
        Self { store, clock, request_ttl, retention, recent, search, quotations, extractors }
    }

    /// The store beneath.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }
}
