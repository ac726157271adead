//! Small records, batches and reads, for the tests of any module.
//!
//! Records are plain values to be varied by struct update:
//! `Article { published_at: Some(at(5)), ..article("Rain") }`.

use std::sync::Arc;

use jiff::SignedDuration;
use uuid::Uuid;

use crate::domain::article::{Article, Publisher};
use crate::domain::body::{Body, BodyExtent};
use crate::domain::entity::{Entity, EntityName, EntityType, ExternalId, NameKind};
use crate::domain::id::{ArticleId, EntityId, RecordName};
use crate::domain::record::{Record, Stored, Times};
use crate::domain::revision::Revision;
use crate::domain::selector::Selector;
use crate::domain::statement::{ContentSpan, LinkType, Mention, Speaker, Statement, StatementLink};
use crate::domain::text::CanonicalUrl;
use crate::domain::time::{CoarseTime, Timestamp};
use crate::query::filter::Filter;
use crate::query::schema::Kind;
use crate::store::{
    Applied, At, Conflict, Error, LoadBody, Mutation, Page, Path, Precondition, Reader, Remembered,
    RequestKey, Scan, State, Store, WriteBatch,
};

/// A moment so many seconds after the beginning of 2026.
#[must_use]
pub fn at(second: i64) -> Timestamp {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    start + SignedDuration::from_secs(second)
}

/// The coarse time written so.
#[must_use]
pub fn civil(text: &str) -> CoarseTime {
    CoarseTime::parse(text, "", None, "", String::new()).unwrap()
}

/// The record name written so.
#[must_use]
pub fn name(text: &str) -> RecordName {
    text.parse().unwrap()
}

/// The article id written so, without `articles/`.
#[must_use]
pub fn article_id(id: &str) -> ArticleId {
    ArticleId::new(id).unwrap()
}

/// The entity id written so, without `entities/`.
#[must_use]
pub fn entity_id(id: &str) -> EntityId {
    EntityId::new(id).unwrap()
}

/// The address written so.
#[must_use]
pub fn url(text: &str) -> CanonicalUrl {
    CanonicalUrl::new(text).unwrap()
}

/// An article of version 1 that has a title and nothing else.
#[must_use]
pub fn article(title: &str) -> Article {
    Article { title: title.into(), version: 1, ..Article::default() }
}

/// A whole text.
#[must_use]
pub fn body(text: &str) -> Body {
    Body::new(text.into(), BodyExtent::Full).0
}

/// A publisher that is no entity.
#[must_use]
pub fn outlet(name: &str) -> Publisher {
    Publisher { entity: None, name: name.into() }
}

/// A publisher that is an entity.
#[must_use]
pub fn publisher(entity: &str) -> Publisher {
    Publisher { entity: Some(entity_id(entity)), name: String::new() }
}

/// A statement that has words and nothing else.
#[must_use]
pub fn statement(words: &str) -> Statement {
    let selector = Selector { exact: words.into(), ..Selector::default() };
    Statement { content: vec![ContentSpan { selector, quoted: true }], ..Statement::default() }
}

/// A speaker that is an entity.
#[must_use]
pub fn speaker(entity: &str) -> Option<Speaker> {
    Some(Speaker { entity: Some(entity_id(entity)), ..Speaker::default() })
}

/// A mention of an entity.
#[must_use]
pub fn mention(entity: &str) -> Mention {
    Mention { text: entity.into(), entity: Some(entity_id(entity)), ..Mention::default() }
}

/// A link to the statement of the name written so.
#[must_use]
pub fn link(target: &str) -> StatementLink {
    StatementLink {
        target: target.parse().unwrap(),
        kind: LinkType::Supports,
        reason: String::new(),
        confidence: None,
        origin: Default::default(),
    }
}

/// A person of this name.
#[must_use]
pub fn entity(display_name: &str) -> Entity {
    Entity {
        kind: Some(EntityType::Person),
        display_name: display_name.into(),
        ..Entity::default()
    }
}

/// Another name, in no language.
#[must_use]
pub fn alias(text: &str) -> EntityName {
    EntityName { text: text.into(), language: None, kind: NameKind::Alias }
}

/// An id of another authority.
#[must_use]
pub fn external_id(authority: &str, id: &str) -> ExternalId {
    ExternalId { authority: authority.into(), id: id.into() }
}

/// A value that is one kind of record.
pub trait IntoRecord {
    /// The record.
    fn into_record(self) -> Record;
}

impl IntoRecord for Article {
    fn into_record(self) -> Record {
        Record::Article(Box::new(self))
    }
}

impl IntoRecord for Statement {
    fn into_record(self) -> Record {
        Record::Statement(Box::new(self))
    }
}

impl IntoRecord for Entity {
    fn into_record(self) -> Record {
        Record::Entity(Box::new(self))
    }
}

impl IntoRecord for Record {
    fn into_record(self) -> Record {
        self
    }
}

/// An empty batch, to be filled by [`WriteBatch::put`] and its like.
#[must_use]
pub fn batch(second: i64) -> WriteBatch {
    WriteBatch {
        time: at(second),
        principal: "tester".into(),
        batch: None,
        require: Vec::new(),
        mutations: Vec::new(),
        remember: None,
    }
}

impl WriteBatch {
    /// Puts a record besides.
    #[must_use]
    pub fn put(mut self, record_name: &str, record: impl IntoRecord) -> Self {
        self.mutations.push(Mutation::Put(name(record_name), record.into_record()));
        self
    }

    /// Restores a record besides, as created and last changed at these seconds.
    #[must_use]
    pub fn restore(
        mut self,
        record_name: &str,
        record: impl IntoRecord,
        created: i64,
        updated: i64,
    ) -> Self {
        let times = Times { create_time: at(created), update_time: at(updated) };
        let (name, record) = (name(record_name), record.into_record());
        self.mutations.push(Mutation::Restore(name, record, times));
        self
    }

    /// Deletes a record besides.
    #[must_use]
    pub fn delete(mut self, record_name: &str) -> Self {
        self.mutations.push(Mutation::Delete(name(record_name)));
        self
    }

    /// Ensures an entity besides; its id is written without `entities/`.
    #[must_use]
    pub fn ensure(mut self, id: &str, entity: Entity) -> Self {
        self.mutations.push(Mutation::Ensure(entity_id(id), Box::new(entity)));
        self
    }

    /// Requires something besides.
    #[must_use]
    pub fn require(mut self, precondition: Precondition) -> Self {
        self.require.push(precondition);
        self
    }

    /// Remembers that a request brought this about.
    #[must_use]
    pub fn remember(mut self, key: RequestKey, remembered: Remembered) -> Self {
        self.remember = Some((key, remembered));
        self
    }
}

/// The key of a request.
#[must_use]
pub fn request_key(number: u128) -> RequestKey {
    RequestKey {
        principal: "tester".into(),
        method: "IngestArticle".into(),
        request_id: Uuid::from_u128(number),
    }
}

/// What is to be remembered of a request until a moment.
#[must_use]
pub fn remembered(payload: u8, expires: Timestamp) -> Remembered {
    Remembered {
        payload: [payload; 32],
        outcome: 1,
        names: vec![name("articles/a"), name("articles/a/statements/b"), name("entities/c")],
        expires,
        revision: Revision::ZERO,
    }
}

/// Commits a batch that nothing stands against.
pub async fn commit(store: &Arc<dyn Store>, batch: WriteBatch) -> Applied {
    store.apply(vec![batch]).await.remove(0).unwrap()
}

/// What stands against a batch.
pub async fn conflict(store: &Arc<dyn Store>, batch: WriteBatch) -> Conflict {
    match store.apply(vec![batch]).await.remove(0) {
        Err(Error::Conflict(conflict)) => conflict,
        other => panic!("a conflict was expected, not {other:?}"),
    }
}

/// A reader of the head.
pub async fn newest(store: &Arc<dyn Store>) -> Box<dyn Reader> {
    store.reader(At::Head).await.unwrap()
}

/// A reader of a revision.
pub async fn as_of(store: &Arc<dyn Store>, revision: Revision) -> Box<dyn Reader> {
    store.reader(At::Revision(revision)).await.unwrap()
}

/// A record that is live, with its text.
pub async fn live(reader: &dyn Reader, record_name: &str) -> Stored {
    match reader.state(&name(record_name), LoadBody::Yes).await.unwrap() {
        State::Live(stored) => stored,
        other => panic!("{record_name} should be live, but is {other:?}"),
    }
}

/// An article that is live, with its text.
pub async fn live_article(reader: &dyn Reader, record_name: &str) -> Article {
    match live(reader, record_name).await.value {
        Record::Article(article) => *article,
        other => panic!("{record_name} should be an article, but is {other:?}"),
    }
}

/// An entity that is live.
pub async fn live_entity(reader: &dyn Reader, record_name: &str) -> Entity {
    match live(reader, record_name).await.value {
        Record::Entity(entity) => *entity,
        other => panic!("{record_name} should be an entity, but is {other:?}"),
    }
}

/// The pages of a scan, from its start to its end.
pub async fn pages(reader: &dyn Reader, mut scan: Scan) -> Vec<Page> {
    let mut pages = Vec::new();
    loop {
        let page = reader.list(&scan).await.unwrap();
        scan.after.clone_from(&page.next);
        pages.push(page);
        if scan.after.is_none() {
            return pages;
        }
        assert!(pages.len() < 10_000, "the pages of {:?} have no end", scan.path);
    }
}

/// The names on a page.
#[must_use]
pub fn names_on(page: &Page) -> Vec<String> {
    page.items.iter().map(|item| item.record.name.to_string()).collect()
}

/// The names along a path.
pub async fn names(reader: &dyn Reader, path: Path) -> Vec<String> {
    let pages = pages(reader, Scan::all(path, 100)).await;
    pages.iter().flat_map(names_on).collect()
}

/// A filter over articles.
///
/// # Panics
///
/// Where the text is no such filter.
#[must_use]
pub fn article_filter(text: &str) -> Filter {
    Filter::parse(text, Kind::Article).unwrap().unwrap()
}
