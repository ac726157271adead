//! Access paths: the closed set of ways in which records are listed. A key-value
//! backend maps each to a key prefix, an SQL one to a WHERE and an ORDER BY.

use std::collections::BTreeSet;

use super::LoadBody;
use crate::domain::entity::ExternalId;
use crate::domain::id::{ArticleId, EntityId, RecordName};
use crate::domain::record::Stored;
use crate::query::filter::Filter;
pub use crate::query::window::{Direction, Window};

/// A way in which records are listed, and their order. Sets are small: an entity
/// and those that were merged into it.
///
/// "Order of creation" is the order in which names were first committed, those
/// of one commit in the order of its mutations; a name that is deleted and comes
/// back keeps its place. `create_time` may tell another order: a restored record brings
/// it along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Path {
    /// Articles by time of publication, the newest first and those without one
    /// last; then in order of creation.
    Articles,
    /// Articles by id.
    ArticlesByName,
    /// The articles whose publisher key (`Publisher::key`) is one of these, ordered
    /// as `Articles`.
    ArticlesByPublisher(BTreeSet<String>),
    /// All statements: their articles in order of creation, then by id.
    Statements,
    /// The statements of one article, by id.
    StatementsOf(ArticleId),
    /// The statements whose speaker is one of these by `Statement::sort_micros`, the
    /// newest first and those without a time last; then as `Statements`.
    StatementsBySpeaker(BTreeSet<EntityId>),
    /// The statements that mention any of these (`Statement::entities_mentioned`),
    /// each once, ordered as `StatementsBySpeaker`.
    StatementsByMention(BTreeSet<EntityId>),
    /// All statements, ordered as `StatementsBySpeaker`.
    StatementsByTime,
    /// The statements that speak of a time, by when it begins, the latest first; of
    /// those, by when it ends, likewise; then as `Statements`.
    StatementsByReference,
    /// The same by when it ends, then by when it begins.
    StatementsByDue,
    /// Articles by `create_time`, the newest first; then as `Articles`.
    ArticlesByCreation,
    /// Statements by `create_time`, the newest first; then as `Statements`.
    StatementsByCreation,
    /// Entities by `create_time`, the newest first; then in order of creation.
    EntitiesByCreation,
    /// Entities by id.
    Entities,
    /// The entities one of whose names has this index key
    /// (`domain::name::index_keys`), in order of creation.
    EntitiesByNameKey(String),
    /// The entities that another authority calls so, in order of creation.
    EntitiesByExternalId(ExternalId),
    /// The records that refer to this one (`catalogue::references`): articles,
    /// then statements, then entities, each in order of creation, the statements
    /// of one article by id.
    Referrers(RecordName),
}

/// Where a scan goes on: opaque, of the backend's own making, valid for the same
/// path at the same revision, gone the same way in the same window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor(pub Vec<u8>);

/// A page that is asked for.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Along which path.
    pub path: Path,
    /// Which way.
    pub direction: Direction,
    /// Within which times.
    pub window: Window,
    /// What a record must pass besides.
    pub filter: Option<Filter>,
    /// After which item; `None`: from the start.
    pub after: Option<Cursor>,
    /// The most items.
    pub limit: usize,
    /// The page ends early once its records fill about this many bytes, on the
    /// wire and not as they are stored. The first record always fits.
    pub max_bytes: usize,
    /// The page ends early once this many records, one at least, were looked at; what
    /// else a backend has to look at along the path, such as index entries that no
    /// longer hold, counts too.
    pub max_scanned: usize,
    /// Whether articles come with their text.
    pub body: LoadBody,
}

impl Scan {
    /// A scan of the whole path in one page of at most `limit` items, for paths
    /// that are known to be short.
    #[must_use]
    pub fn all(path: Path, limit: usize) -> Self {
        Self {
            path,
            direction: Direction::Along,
            window: Window::default(),
            filter: None,
            after: None,
            limit,
            max_bytes: usize::MAX,
            max_scanned: usize::MAX,
            body: LoadBody::No,
        }
    }
}

/// One listed record.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The record.
    pub record: Stored,
    /// Where a scan goes on after it.
    pub cursor: Cursor,
}

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// The records; perhaps none, although there are more.
    pub items: Vec<Item>,
    /// Where the next page goes on; `None`: this was the last. Never `Some` where
    /// nothing is left to look at.
    pub next: Option<Cursor>,
}
