//! Lists, page by page, at one revision.

use super::KnowledgeBase;
use super::command::{Collection, ListArticleVersions, ListRecords, ReadOptions};
use super::error::Error;
use super::merged;
use super::read::at_revision;
use super::token::{self, TokenKind};
use crate::domain::revision::Revision;
use crate::query::filter::Filter;
use crate::query::plan::{self as query, Access};
use crate::store::{self, ArticleState, At, Cursor, Identity, Item, LoadBody, Path, Reader, Scan};

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
struct Next {
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

    fn token(&self) -> String {
        let Some(Cursor(end)) = &self.end else { return String::new() };
        let mut payload = self.fingerprint.to_vec();
        payload.extend_from_slice(end);
        token::seal(&self.identity, TokenKind::Page, self.revision, &payload)
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

/// What a page token is bound to: a hash of the list's arguments.
type Fingerprint = [u8; 16];

/// A page that is about to be read.
pub(super) struct OpenPage {
    pub(super) reader: Box<dyn Reader>,
    pub(super) scan: Scan,
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
            filter: plan.filter,
            after,
            limit: query.page_size,
            max_bytes,
            max_scanned: PAGE_SCAN,
            body: query.body,
        };
        Ok(OpenPage { reader, scan, fingerprint })
    }

    /// Reads a page.
    pub(super) async fn list_page(&self, open: &OpenPage) -> Result<ListPage, Error> {
        let page = open.reader.list(&open.scan).await.map_err(bad_token)?;
        let revision = open.reader.revision();
        let next = self.next(revision, open.fingerprint, page.next);
        Ok(ListPage { items: page.items, revision, next })
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
    async fn page(
        &self,
        read: &ReadOptions,
        page_token: &str,
        fingerprint: Fingerprint,
    ) -> Result<(Box<dyn Reader>, Option<Cursor>), Error> {
        if page_token.is_empty() {
            return Ok((self.reader(read).await?, None));
        }
        let (revision, payload) = token::open(self.store.identity(), TokenKind::Page, page_token)?;
        let (_, cursor) = payload
            .split_first_chunk::<16>()
            .filter(|(bound_to, _)| **bound_to == fingerprint)
            .ok_or_else(|| {
                let text = "belongs to a list with other arguments: only `page_size` may change \
                            from page to page";
                Error::invalid("page_token", "PAGE_TOKEN_MISMATCH", text)
            })?;
        match self.reader(&at_revision(revision)).await {
            Ok(reader) => Ok((reader, Some(Cursor(cursor.to_vec())))),
            Err(Error::Store(store::Error::OutOfRange { .. })) => Err(Error::PageTokenExpired),
            Err(error) => Err(error),
        }
    }

    fn next(&self, revision: Revision, fingerprint: Fingerprint, end: Option<Cursor>) -> Next {
        let identity = self.store.identity().clone();
        Next { identity, revision, fingerprint, end, taken: None }
    }
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

fn bad_token(error: store::Error) -> Error {
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
