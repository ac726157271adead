//! Lists: all records, filtered, and sorted.

use super::super::model::without_text;
use super::filters::{Filtered, OF_ARTICLES, OF_ENTITIES, OF_STATEMENTS};
use super::{Difference, Reads, answered, same};
use crate::domain::id::RecordName;
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::kb::command::{Collection, ListRecords};
use crate::kb::error::Error;
use crate::store::LoadBody;
use crate::store::conformance::fixtures::article_id;
use crate::store::conformance::model::World;

/// A list that was begun, and what is still to come of it.
pub(in crate::kb::conformance) struct OpenList {
    query: ListRecords,
    revision: Revision,
    rest: Vec<Stored>,
}

/// More than any page here takes up.
const ROOM: usize = 4 << 20;

impl Reads<'_> {
    /// One list, from its first page to its last.
    pub(super) async fn list(&mut self, any: Option<()>) -> Result<(), Difference> {
        let mut list = self.begin(any);
        while !self.page(&mut list).await? {}
        Ok(())
    }

    /// The next page of the list that is open; of a new one where none is. What was
    /// written since the first page makes no difference.
    pub(super) async fn go_on(&mut self, open: &mut Option<OpenList>) -> Result<(), Difference> {
        let mut list = match open.take() {
            Some(list) => {
                self.count("a later page of a list");
                list
            }
            None => self.begin(None),
        };
        if !self.page(&mut list).await? {
            *open = Some(list);
        }
        Ok(())
    }

    fn begin(&mut self, any: Option<()>) -> OpenList {
        let parent = article_id(self.one_of(&["a0", "a1", "a2"]));
        let collection = self.one_of(&[
            Collection::Articles,
            Collection::Statements(None),
            Collection::Statements(Some(parent)),
            Collection::Entities,
        ]);
        let (filters, kind): (&[Filtered], _) = match &collection {
            Collection::Articles => (OF_ARTICLES, "ListArticles"),
            Collection::Statements(_) => (OF_STATEMENTS, "ListStatements"),
            Collection::Entities => (OF_ENTITIES, "ListEntities"),
        };
        self.count(kind);
        let (filter, passes) = self.one_of(filters);
        let order_by = match &collection {
            Collection::Articles => self.one_of(&["", "published_at desc", "name"]),
            Collection::Statements(None) if by_time(filter) => {
                self.one_of(&["", "uttered_at desc"])
            }
            Collection::Statements(_) => "",
            Collection::Entities => self.one_of(&["", "name"]),
        };
        let (read, world) = self.moment(any);
        let body = self.one_of(&[LoadBody::Yes, LoadBody::No]);
        let query = ListRecords {
            collection,
            page_size: self.one_of(&[1, 2, 3, 50]),
            page_token: String::new(),
            filter: filter.into(),
            order_by: order_by.into(),
            body,
            read,
        };
        let rest = expected(world, &query, passes);
        OpenList { query, revision: world.revision, rest }
    }

    /// Reads the next page; says whether it was the last.
    async fn page(&mut self, list: &mut OpenList) -> Result<bool, Difference> {
        let told = format!("{:?} begun at revision {}", list.query, list.revision);
        let page = self.kb.list(&list.query, ROOM).await;
        if list.revision.0 < self.model.floor() as u64 {
            self.count("a page of a list that has expired");
            return match page {
                Err(Error::PageTokenExpired) => Ok(true),
                other => Err(format!("{told}: it has expired, and is answered {other:?}")),
            };
        }
        let page = answered(&told, page)?;
        // An erasure changes also what a list has yet to show.
        list.rest.retain(|stored| !self.model.newest().is_erased(&stored.name));
        same(&told, &page.revision, &list.revision)?;
        list.query.page_token = page.next_page_token();
        let last = list.query.page_token.is_empty();
        let found: Vec<Stored> = page.items.into_iter().map(|item| item.record).collect();
        let count = if last { list.rest.len() } else { found.len().min(list.rest.len()) };
        let expected: Vec<Stored> = list.rest.drain(..count).collect();
        same(&told, &found, &expected)?;
        if found.len() > list.query.page_size {
            return Err(format!("{told}: a page of {}", found.len()));
        }
        Ok(last)
    }
}

/// Whether a filter asks for the statements of one speaker or about one entity.
fn by_time(filter: &str) -> bool {
    let pinned = filter.starts_with("speaker.entity") || filter.starts_with("mentions.entity");
    pinned && !filter.contains(" OR ")
}

/// Whether a filter asks for the entities of one external id.
fn by_external_id(filter: &str) -> bool {
    filter.contains("external_ids.authority") && filter.contains("external_ids.id")
}

/// What a list has, in its order.
fn expected(
    world: &World,
    query: &ListRecords,
    passes: fn(&World, &Stored) -> bool,
) -> Vec<Stored> {
    let listed = |stored: &Stored| match (&query.collection, &stored.name) {
        (Collection::Articles, RecordName::Article(_))
        | (Collection::Entities, RecordName::Entity(_))
        | (Collection::Statements(None), RecordName::Statement(_)) => true,
        (Collection::Statements(Some(article)), RecordName::Statement(name)) => {
            name.article == *article
        }
        _ => false,
    };
    let mut records: Vec<Stored> =
        world.all().filter(|it| listed(it) && passes(world, it)).collect();
    // Sorts are stable: the weightiest comes last.
    records.sort_by_key(|stored| stored.name.clone());
    match &query.collection {
        Collection::Entities if query.order_by.is_empty() && by_external_id(&query.filter) => {
            records.sort_by_key(|stored| world.place(&stored.name));
        }
        Collection::Entities | Collection::Statements(Some(_)) => {}
        Collection::Articles if query.order_by == "name" => {}
        Collection::Articles => {
            records.sort_by_key(|stored| world.place(&stored.name));
            records.sort_by_key(newest_first);
        }
        Collection::Statements(None) => {
            records.sort_by_key(|stored| world.place(&stored.name));
            if by_time(&query.filter) {
                records.sort_by_key(newest_first);
            }
        }
    }
    match query.body {
        LoadBody::Yes => records,
        LoadBody::No => records.into_iter().map(without_text).collect(),
    }
}

/// The newest first, of those that begin together the wider one; those without a time
/// last.
fn newest_first(stored: &Stored) -> (bool, i64, i64) {
    let span = match &stored.value {
        Record::Article(article) => article.published_at.map(|time| (time.as_microsecond(), 0)),
        Record::Statement(statement) => statement.sort_span(),
        Record::Entity(_) => None,
    };
    let (start, end) = span.unwrap_or_default();
    (span.is_none(), -start, -end)
}
