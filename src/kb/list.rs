//! Lists, page by page, at one revision.

use super::KnowledgeBase;
use super::command::{Collection, ListArticleVersions, ListRecords, ReadOptions};
use super::error::Error;
use super::merged;
use super::read::at_revision;
use super::sorted::{self, Unsorted};
use super::token::{self, Fingerprint};
use crate::domain::revision::Revision;
use crate::query::filter::Filter;
use crate::query::order::Order;
use crate::query::plan::{self as query, Access};
use crate::query::schema::Kind;
use crate::store::{
    self, ArticleState, At, Cursor, Identity, Item, LoadBody, Page, Path, Reader, Scan, Window,
};

/// How many records one page looks at before it ends early, even empty.
pub const PAGE_SCAN: usize = 10_000;

/// A page of records, and the token of the next one: of what the caller took.
#[derive(Debug)]
pub struct ListPage {
    /// The records.
    pub items: Vec<Item>,
    /// The revision that the list stands for.
    pub revision: Revision,
    next: Next,
}

/// A page of an article's states, likewise.
#[derive(Debug)]
pub struct VersionsPage {
    /// The states, the newest first.
    pub states: Vec<ArticleState>,
    /// The revision that the list stands for.
    pub revision: Revision,
    next: Next,
}

/// What makes the token of the next page.
#[derive(Debug)]
pub(super) struct Next {
    identity: Identity,
    revision: Revision,
    fingerprint: Fingerprint,
    /// Where the store's page ended; `None`: it was the last.
    end: Option<Cursor>,
    /// After which item the caller's page ends so far.
    taken: Option<Cursor>,
}

impl Next {
    /// Ends the page after the last item that was taken.
    fn ends_after_last(&mut self) {
        self.end = self.taken.take();
    }

    pub(super) fn token(&self) -> String {
        let Some(Cursor(end)) = &self.end else { return String::new() };
        token::seal_page(&self.identity, self.revision, &self.fingerprint, end)
    }
}

impl ListPage {
    /// Notes that the item with this cursor was taken.
    pub fn took(&mut self, cursor: Cursor) {
        self.next.taken = Some(cursor);
    }

    /// Ends the page after the last item that was taken: the rest comes again.
    pub fn ends_after_last(&mut self) {
        self.next.ends_after_last();
    }

    /// The token of the next page; empty where this was the last.
    #[must_use]
    pub fn next_page_token(&self) -> String {
        self.next.token()
    }
}

impl VersionsPage {
    /// Notes that the state of this revision was taken.
    pub fn took(&mut self, revision: Revision) {
        self.next.taken = Some(state_cursor(revision));
    }

    /// Ends the page after the last state that was taken: the rest comes again.
    pub fn ends_after_last(&mut self) {
        self.next.ends_after_last();
    }

    /// The token of the next page; empty where this was the last.
    #[must_use]
    pub fn next_page_token(&self) -> String {
        self.next.token()
    }
}

/// A page that is about to be read.
pub(super) struct OpenPage {
    pub(super) reader: Box<dyn Reader>,
    pub(super) scan: Scan,
    /// The order to bring all of the scan into, where it does not have it.
    sort: Option<Order>,
    /// The scan that has the order, where too many pass to be sorted.
    otherwise: Option<Box<Scan>>,
    fingerprint: Fingerprint,
}

impl KnowledgeBase {
    /// Answers a page of a list, with records of about `max_bytes` in all. Of
    /// entities it gives the stored records; see [`Self::list_entities`].
    pub async fn list(&self, query: &ListRecords, max_bytes: usize) -> Result<ListPage, Error> {
        let open = self.open_list(query, max_bytes).await?;
        self.list_page(&open).await
    }

    /// Works out how a page of a list is read. In its filter each entity stands for
    /// all that are merged with it at the list's revision.
    pub(super) async fn open_list(
        &self,
        query: &ListRecords,
        max_bytes: usize,
    ) -> Result<OpenPage, Error> {
        let kind = query_collection(&query.collection);
        let filter = Filter::parse(&query.filter, kind.kind())
            .map_err(|error| Error::invalid("filter", "BAD_FILTER", error.to_string()))?;
        let collection = format!("{:?}", query.collection);
        let fingerprint = fingerprint(&[
            &collection,
            &query.filter,
            &query.order_by,
            body_name(query.body),
            &format!("{:?}", query.read.at),
        ]);
        let (reader, after) = self.page(&query.read, &query.page_token, fingerprint).await?;
        let filter = merged::widened(reader.as_ref(), filter).await?;
        let plan = query::plan(&kind, filter, &query.order_by)
            .map_err(|error| Error::invalid("order_by", "BAD_ORDER", error.to_string()))?;
        let scan = Scan {
            path: path(plan.access),
            direction: plan.direction,
            window: plan.window,
            filter: plan.filter,
            after,
            limit: query.page_size,
            max_bytes,
            max_scanned: PAGE_SCAN,
            body: query.body,
        };
        let otherwise = plan.otherwise.map(|(access, direction)| {
            let window = Window::default();
            Box::new(Scan { path: path(access), direction, window, ..scan.clone() })
        });
        Ok(OpenPage { reader, scan, sort: plan.sort, otherwise, fingerprint })
    }

    /// Reads a page.
    pub(super) async fn list_page(&self, open: &OpenPage) -> Result<ListPage, Error> {
        let page = match &open.sort {
            Some(order) => Self::sorted_page(open, order).await?,
            None => open.reader.list(&open.scan).await.map_err(bad_token)?,
        };
        let revision = open.reader.revision();
        let next = self.next(revision, open.fingerprint, page.next);
        Ok(ListPage { items: page.items, revision, next })
    }

    async fn sorted_page(open: &OpenPage, order: &Order) -> Result<Page, Error> {
        let sorted = sorted::page(open.reader.as_ref(), &open.scan, order).await;
        match (sorted, &open.otherwise) {
            (Ok(page), _) => Ok(page),
            // As many pass for each page of one list: all of them go along this path.
            (Err(Unsorted::TooMany(_)), Some(scan)) => {
                open.reader.list(scan).await.map_err(bad_token)
            }
            (Err(Unsorted::TooMany(error) | Unsorted::Failed(error)), _) => Err(error),
        }
    }

    /// Answers a page of an article's states.
    pub async fn list_article_versions(
        &self,
        query: &ListArticleVersions,
    ) -> Result<VersionsPage, Error> {
        let fingerprint = fingerprint(&[
            "versions",
            query.article.as_str(),
            body_name(query.body),
            &format!("{:?}", query.read.at),
        ]);
        let (reader, after) = self.page(&query.read, &query.page_token, fingerprint).await?;
        let before = after.map(|cursor| cursor_revision(&cursor)).transpose()?;
        let limit = query.page_size + 1;
        let mut states = reader.article_states(&query.article, before, limit, query.body).await?;
        if states.is_empty() && before.is_none() {
            let name = query.article.clone().into();
            return Err(Error::NotFound { name, deleted: None });
        }
        let more = states.len() > query.page_size;
        states.truncate(query.page_size);
        let end = states.last().filter(|_| more).map(|state| state_cursor(state.revision()));
        let revision = reader.revision();
        Ok(VersionsPage { states, revision, next: self.next(revision, fingerprint, end) })
    }

    /// The reader and the place of a page: the first, or the one of a token.
    pub(super) async fn page(
        &self,
        read: &ReadOptions,
        page_token: &str,
        fingerprint: Fingerprint,
    ) -> Result<(Box<dyn Reader>, Option<Cursor>), Error> {
        if page_token.is_empty() {
            return Ok((self.reader(read).await?, None));
        }
        let (revision, place) = token::open_page(self.store.identity(), &fingerprint, page_token)?;
        match self.reader(&at_revision(revision)).await {
            Ok(reader) => Ok((reader, Some(Cursor(place)))),
            Err(Error::Store(store::Error::OutOfRange { .. })) => Err(Error::PageTokenExpired),
            Err(error) => Err(error),
        }
    }

    /// What makes the token of the page after one that ended there.
    pub(super) fn next(
        &self,
        revision: Revision,
        fingerprint: Fingerprint,
        end: Option<Cursor>,
    ) -> Next {
        let identity = self.store.identity().clone();
        Next { identity, revision, fingerprint, end, taken: None }
    }
}

/// The filter over statements, in which each entity stands for all that are merged
/// with it.
pub(super) async fn statement_filter(
    reader: &dyn Reader,
    filter: &str,
) -> Result<Option<Filter>, Error> {
    let filter = Filter::parse(filter, Kind::Statement)
        .map_err(|error| Error::invalid("filter", "BAD_FILTER", error.to_string()))?;
    Ok(merged::widened(reader, filter).await?)
}

/// The scan that leads to all statements that pass a filter.
pub(super) async fn statement_scan(reader: &dyn Reader, filter: &str) -> Result<Scan, Error> {
    let filter = statement_filter(reader, filter).await?;
    let plan = query::plan(&query::Collection::Statements(None), filter, "")
        .map_err(|error| Error::invalid("filter", "BAD_FILTER", error.to_string()))?;
    let whole = Scan::all(path(plan.access), usize::MAX);
    Ok(Scan { window: plan.window, filter: plan.filter, ..whole })
}

/// A hash of arguments, to which a token is bound.
pub(super) fn fingerprint(arguments: &[&str]) -> Fingerprint {
    let mut hasher = blake3::Hasher::new();
    for argument in arguments {
        hasher.update(&(argument.len() as u64).to_be_bytes()).update(argument.as_bytes());
    }
    let mut fingerprint = Fingerprint::default();
    hasher.finalize_xof().fill(&mut fingerprint);
    fingerprint
}

fn body_name(body: LoadBody) -> &'static str {
    match body {
        LoadBody::No => "basic",
        LoadBody::Yes => "full",
    }
}

pub(super) fn bad_token(error: store::Error) -> Error {
    match error {
        store::Error::BadCursor => {
            let text = "is no token that this server gave out for this list";
            Error::invalid("page_token", "BAD_TOKEN", text)
        }
        error => Error::Store(error),
    }
}

/// Where the states after the one of this revision begin.
fn state_cursor(revision: Revision) -> Cursor {
    Cursor(revision.0.to_be_bytes().to_vec())
}

fn cursor_revision(cursor: &Cursor) -> Result<Revision, Error> {
    let bytes = cursor.0.as_slice().try_into().map_err(|_| bad_token(store::Error::BadCursor))?;
    Ok(Revision(u64::from_be_bytes(bytes)))
}

fn query_collection(collection: &Collection) -> query::Collection {
    match collection {
        Collection::Articles => query::Collection::Articles,
        Collection::Statements(article) => query::Collection::Statements(article.clone()),
        Collection::Entities => query::Collection::Entities,
    }
}

fn path(access: Access) -> Path {
    match access {
        Access::Articles => Path::Articles,
        Access::ArticlesByName => Path::ArticlesByName,
        Access::ArticlesByPublisher(publisher) => Path::ArticlesByPublisher(publisher),
        Access::Statements => Path::Statements,
        Access::StatementsOf(article) => Path::StatementsOf(article),
        Access::StatementsBySpeaker(entity) => Path::StatementsBySpeaker(entity),
        Access::StatementsByMention(entity) => Path::StatementsByMention(entity),
        Access::StatementsByTime => Path::StatementsByTime,
        Access::StatementsByReference => Path::StatementsByReference,
        Access::StatementsByDue => Path::StatementsByDue,
        Access::ArticlesByCreation => Path::ArticlesByCreation,
        Access::StatementsByCreation => Path::StatementsByCreation,
        Access::EntitiesByCreation => Path::EntitiesByCreation,
        Access::Entities => Path::Entities,
        Access::EntitiesByExternalId(id) => Path::EntitiesByExternalId(id),
    }
}

impl ReadOptions {
    /// The newest durable state.
    #[must_use]
    pub fn newest() -> Self {
        Self { at: At::Head, consistency_token: String::new() }
    }
}
