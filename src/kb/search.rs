//! Searching: what the index finds, read from the store as of what it shows.

use std::sync::Arc;

use uuid::Uuid;

use super::KnowledgeBase;
use super::command::ReadOptions;
use super::error::Error;
use super::list::fingerprint;
use super::merged;
use super::token::{self, TokenKind};
use crate::derive::Follower;
use crate::domain::id::RecordName;
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::query::filter::Filter;
use crate::query::lowering::Lowered;
use crate::query::schema::Kind;
use crate::search::{
    self, Facet, FacetCounts, Found, Hit, MAX_HITS, Ranking, Search, Snippet, View, Wanted,
};
use crate::store::{self, At, LoadBody, Reader, State};

/// How many hits are looked at for one page where the index cannot tell all that
/// the filter asks for.
pub const SEARCH_SCAN: usize = 1_000;
/// How many hits are read at a time.
const CHUNK: usize = 100;

/// The search index, and what keeps it up to date.
#[derive(Clone)]
pub struct SearchIndex {
    /// Asks it.
    pub search: Arc<Search>,
    /// Keeps it.
    pub follower: Arc<Follower>,
}

/// What is searched for.
#[derive(Clone, Debug)]
pub struct SearchRecords {
    /// The words.
    pub query: String,
    /// Of which kinds; empty: all.
    pub kinds: Vec<Kind>,
    /// What else they must be.
    pub filter: String,
    /// Their language; empty: any.
    pub language: String,
    /// The most hits.
    pub page_size: usize,
    /// The token of the page before; empty: the first page.
    pub page_token: String,
    /// By what to count.
    pub facets: Vec<Facet>,
    /// Whether to find what is not in use, too.
    pub unused_too: bool,
    /// The order as written.
    pub order_by: String,
    /// How fresh the answer must be.
    pub read: ReadOptions,
    /// Whether it must be as fresh as the newest write.
    pub fully_consistent: bool,
}

/// One hit.
#[derive(Debug)]
pub struct SearchHit {
    /// The record, an article with its text.
    pub record: Stored,
    /// How well it fits.
    pub score: f32,
    /// The part of it that shows why.
    pub snippet: Option<Snippet>,
    /// Which of all hits it is, from 0.
    pub place: usize,
}

/// A page of hits.
#[derive(Debug)]
pub struct SearchPage {
    /// The hits.
    pub hits: Vec<SearchHit>,
    /// The counts.
    pub facets: Vec<FacetCounts>,
    /// How many there are.
    pub total: usize,
    /// Whether that is not exact.
    pub inexact: bool,
    /// The revision that the answer stands for.
    pub revision: Revision,
    /// Where the next page goes on; none after the last.
    next: Option<usize>,
    /// What a token needs besides.
    token_head: Vec<u8>,
    identity: store::Identity,
}

impl SearchPage {
    /// Ends the page before the hit of this place: it comes again on the next.
    pub fn ends_before(&mut self, place: usize) {
        self.next = Some(place);
    }

    /// The token of the next page; empty where this was the last.
    #[must_use]
    pub fn next_page_token(&self) -> String {
        let Some(next) = self.next.filter(|next| *next < MAX_HITS) else { return String::new() };
        let mut payload = self.token_head.clone();
        payload.extend_from_slice(&(next as u64).to_be_bytes());
        token::seal(&self.identity, TokenKind::Search, self.revision, &payload)
    }
}

impl KnowledgeBase {
    /// The search index, where one is kept.
    pub fn search_index(&self) -> Result<&SearchIndex, Error> {
        self.search.as_ref().ok_or_else(|| Error::NotServed {
            reason: "SEARCH_NOT_SERVED",
            what: "a search (`search.enabled` is false)".into(),
        })
    }

    /// Searches.
    pub async fn search(&self, query: &SearchRecords) -> Result<SearchPage, Error> {
        let index = self.search_index()?;
        let terms = Terms::of(query)?;
        let place = self.place(index, query).await?;
        let reader = self.reader_of(place.view.revision).await?;
        let terms = terms.widened(reader.as_ref()).await?;
        let view = Arc::clone(&place.view);
        let wanted = terms.wanted(query);
        let found = blocking(move || Found::of(view, &wanted)).await?;
        let found = Arc::new(found);
        let (facets, counted) = (query.facets.clone(), Arc::clone(&found));
        let (total, facets) =
            blocking(move || Ok((counted.count()?, counted.facets(facets)?))).await?;
        let hits = Hits { found, terms: &terms, reader: reader.as_ref() };
        let (hits, next) = hits.page(place.from, query.page_size).await?;
        if next.is_some() {
            index.search.hold(&place.view);
        }
        let mut token_head = place.fingerprint.to_vec();
        token_head.extend_from_slice(place.view.id.as_bytes());
        Ok(SearchPage {
            hits,
            facets,
            total: total.min(MAX_HITS),
            inexact: total > MAX_HITS || !terms.exact(),
            revision: place.view.revision,
            next,
            token_head,
            identity: self.store.identity().clone(),
        })
    }

    /// What a page is taken from, and where it begins.
    async fn place(&self, index: &SearchIndex, query: &SearchRecords) -> Result<Place, Error> {
        let fingerprint = fingerprint(&[
            "search",
            &query.query,
            &format!("{:?}", query.kinds),
            &query.filter,
            &query.language,
            &query.order_by,
            if query.unused_too { "unused" } else { "" },
        ]);
        if query.page_token.is_empty() {
            let view = self.fresh_view(index, query).await?;
            return Ok(Place { view, from: 0, fingerprint });
        }
        let identity = self.store.identity();
        let (_, payload) = token::open(identity, TokenKind::Search, &query.page_token)?;
        let (bound_to, rest) = payload.split_first_chunk::<16>().ok_or_else(mismatch)?;
        if *bound_to != fingerprint {
            return Err(mismatch());
        }
        let (view, from) = rest.split_first_chunk::<16>().ok_or_else(mismatch)?;
        let from = from.first_chunk::<8>().ok_or_else(mismatch)?;
        let from = usize::try_from(u64::from_be_bytes(*from)).map_err(|_| mismatch())?;
        let view = index.search.view(Uuid::from_bytes(*view)).ok_or(Error::PageTokenExpired)?;
        Ok(Place { view, from, fingerprint })
    }

    /// What the index shows, as fresh as the read must be.
    async fn fresh_view(
        &self,
        index: &SearchIndex,
        query: &SearchRecords,
    ) -> Result<Arc<View>, Error> {
        if query.read.at != At::Head {
            let text = "a search answers at the newest revision that the index has reached: leave \
                        it unset, or list records with `filter` as of then";
            return Err(Error::invalid("read", "AS_OF_UNSUPPORTED", text));
        }
        let mut needed = Revision::ZERO;
        if !query.read.consistency_token.is_empty() {
            let identity = self.store.identity();
            let token = &query.read.consistency_token;
            needed = token::open(identity, TokenKind::Consistency, token)?.0;
            self.wait_for(needed).await?;
        }
        if query.fully_consistent {
            needed = needed.max(self.store.head().revision);
        }
        if needed > Revision::ZERO && !index.follower.reach(needed).await {
            return Err(Error::Stopping);
        }
        index.search.newest().ok_or(Error::IndexBuilding)
    }

    /// The store as of what the index shows.
    async fn reader_of(&self, revision: Revision) -> Result<Box<dyn Reader>, Error> {
        match self.store.reader(At::Revision(revision)).await {
            Err(store::Error::OutOfRange { .. }) => Err(Error::PageTokenExpired),
            other => Ok(other?),
        }
    }
}

/// Where a page begins.
struct Place {
    view: Arc<View>,
    from: usize,
    fingerprint: [u8; 16],
}

fn mismatch() -> Error {
    let text = "belongs to a search with other arguments: only `page_size` and `facets` may change \
                from page to page";
    Error::invalid("page_token", "PAGE_TOKEN_MISMATCH", text)
}

/// A search, read and checked.
struct Terms {
    /// The kinds, each with its filter.
    kinds: Vec<(Kind, Option<Filter>)>,
    ranking: Ranking,
}

impl Terms {
    fn of(query: &SearchRecords) -> Result<Self, Error> {
        let says = Found::says_something(&query.query).map_err(of_search)?;
        if !says && query.filter.trim().is_empty() {
            let text = "holds no word to look for: write some, or give a `filter`";
            return Err(Error::invalid("query", "REQUIRED", text));
        }
        let kinds = kinds_and_filters(query)?;
        Ok(Self { kinds, ranking: ranking(&query.order_by, says)? })
    }

    /// In filters each entity stands for all that are merged with it.
    async fn widened(mut self, reader: &dyn Reader) -> Result<Self, Error> {
        for (_, filter) in &mut self.kinds {
            *filter = merged::widened(reader, filter.take()).await?;
        }
        Ok(self)
    }

    fn wanted(&self, query: &SearchRecords) -> Wanted {
        let lowered = |filter: &Option<Filter>| {
            filter.as_ref().map_or(Lowered::Everything, |filter| filter.lowering().lowered)
        };
        Wanted {
            text: query.query.clone(),
            kinds: self.kinds.iter().map(|(kind, filter)| (*kind, lowered(filter))).collect(),
            language: (!query.language.is_empty()).then(|| query.language.clone()),
            unused_too: query.unused_too,
            ranking: self.ranking,
        }
    }

    /// Whether the index can tell all that is asked for.
    fn exact(&self) -> bool {
        self.kinds.iter().all(|(_, filter)| filter.as_ref().is_none_or(|it| it.lowering().exact))
    }

    fn lets_pass(&self, record: &Stored) -> bool {
        let kind = match record.name {
            RecordName::Article(_) => Kind::Article,
            RecordName::Statement(_) => Kind::Statement,
            RecordName::Entity(_) => Kind::Entity,
        };
        let mut of_kind = self.kinds.iter().filter(|(of, _)| *of == kind);
        of_kind.all(|(_, filter)| filter.as_ref().is_none_or(|filter| filter.matches(record)))
    }
}

/// The kinds to search, each with its filter: those asked for, else those that
/// have the filter's fields.
fn kinds_and_filters(query: &SearchRecords) -> Result<Vec<(Kind, Option<Filter>)>, Error> {
    let all = [Kind::Article, Kind::Statement, Kind::Entity];
    let kinds = if query.kinds.is_empty() { &all[..] } else { &query.kinds };
    let mut read = Vec::new();
    let mut refusal = None;
    for kind in kinds {
        match Filter::parse(&query.filter, *kind) {
            Ok(filter) => read.push((*kind, filter)),
            Err(error) => {
                let text = format!("of {}: {error}", kind.plural());
                refusal.get_or_insert(Error::invalid("filter", "BAD_FILTER", text));
            }
        }
    }
    match refusal {
        Some(refusal) if read.is_empty() || !query.kinds.is_empty() => Err(refusal),
        _ => Ok(read),
    }
}

fn ranking(order_by: &str, says_something: bool) -> Result<Ranking, Error> {
    match order_by.split_whitespace().collect::<Vec<_>>().as_slice() {
        [] if says_something => Ok(Ranking::Relevance),
        ["relevance"] => Ok(Ranking::Relevance),
        [] | ["published_at", "desc"] => Ok(Ranking::Newest),
        ["published_at"] | ["published_at", "asc"] => Ok(Ranking::Oldest),
        _ => {
            let text =
                "is no order of hits: use `relevance`, `published_at desc` or `published_at`";
            Err(Error::invalid("order_by", "BAD_ORDER", text))
        }
    }
}

/// Hits, read from the store.
struct Hits<'a> {
    found: Arc<Found>,
    terms: &'a Terms,
    reader: &'a dyn Reader,
}

impl Hits<'_> {
    /// A page of hits from a place on, and where the next one goes on.
    async fn page(
        &self,
        from: usize,
        page_size: usize,
    ) -> Result<(Vec<SearchHit>, Option<usize>), Error> {
        let mut page = Vec::new();
        let mut at = from;
        let until = (from + SEARCH_SCAN.max(page_size)).min(MAX_HITS);
        while at < until {
            let wanted = if self.terms.exact() { page_size - page.len() } else { CHUNK };
            let limit = wanted.min(until - at);
            let found = Arc::clone(&self.found);
            // One more tells whether there is more.
            let mut hits = blocking(move || found.hits(at, limit + 1)).await?;
            let more = hits.len() > limit;
            hits.truncate(limit);
            for chunk in hits.chunks(CHUNK) {
                for read in self.read(at, chunk).await? {
                    if page.len() == page_size {
                        return Ok((page, Some(read.place)));
                    }
                    page.push(read);
                }
                at += chunk.len();
            }
            if !more {
                return Ok((page, None));
            }
            if page.len() == page_size {
                break;
            }
        }
        Ok((page, Some(at)))
    }

    /// The records of some hits, of which the first has this place; without those
    /// that the filter does not let pass.
    async fn read(&self, from: usize, hits: &[Hit]) -> Result<Vec<SearchHit>, Error> {
        let named = hits.iter().enumerate().filter_map(|(at, hit)| {
            Some((from + at, hit.score, hit.name.parse::<RecordName>().ok()?))
        });
        let named: Vec<(usize, f32, RecordName)> = named.collect();
        let names: Vec<RecordName> = named.iter().map(|(_, _, name)| name.clone()).collect();
        let states = self.reader.states(&names, LoadBody::Yes).await?;
        let records = named.into_iter().zip(states.into_iter().map(State::live));
        let mut hits = Vec::new();
        for ((place, score, _), record) in records {
            let Some(record) = record.filter(|record| self.terms.lets_pass(record)) else {
                continue;
            };
            let Some(record) = self.united(record).await? else { continue };
            let snippet = self.found.highlighter.snippet(&record);
            hits.push(SearchHit { record, score, snippet, place });
        }
        Ok(hits)
    }

    /// An entity with all that are merged with it, shown in the place of the first
    /// of them that is found and nowhere else; any other record as it is.
    async fn united(&self, record: Stored) -> Result<Option<Stored>, Error> {
        let alone = match &record.value {
            Record::Entity(entity) => entity.merged_into.is_none() && entity.referents.is_empty(),
            Record::Article(_) | Record::Statement(_) => true,
        };
        let name = record.name.to_string();
        let Some(own) = merged::own(record.clone()).filter(|_| !alone) else {
            return Ok(Some(record));
        };
        let survivor = merged::survivor(self.reader, own).await?;
        let seen = merged::united(self.reader, survivor).await?;
        let same = merged::same_as(self.reader, &seen.id).await?;
        let names: Vec<String> = same.iter().map(ToString::to_string).collect();
        let found = Arc::clone(&self.found);
        let first = blocking(move || found.first_of(&names)).await?;
        Ok((first == Some(name)).then(|| seen.stored()))
    }
}

/// Runs what reads the index off the threads that serve calls.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, search::Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    let cut_short = |_| store::Error::Internal("the search was cut short".into());
    done.map_err(cut_short)?.map_err(of_search)
}

fn of_search(error: search::Error) -> Error {
    match error {
        search::Error::Query { .. } => Error::invalid("query", "BAD_QUERY", error.to_string()),
        search::Error::Index(reason) => store::Error::Internal(reason).into(),
    }
}
