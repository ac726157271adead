//! Exports: every record at one revision, one after another, in an order that
//! depends on names only. Nothing is held but a page of what comes next.

pub(super) mod position;
mod listing;

use std::collections::VecDeque;
use std::sync::Arc;

use self::listing::Listing;
use self::position::{Position, Stage};
use super::KnowledgeBase;
use super::command::ReadOptions;
use super::error::Error;
use super::list::fingerprint;
use super::merged;
use super::read::at_revision;
use super::token::{self, TokenKind};
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::query::filter::Filter;
use crate::query::schema::Kind;
use crate::store::{ArticleState, Erased, LoadBody, Path, Reader, Store};

/// Asks for an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRecords {
    /// Which kinds.
    pub kinds: Vec<Kind>,
    /// Whether erasures come, too.
    pub erasures: bool,
    /// Which articles; empty: all.
    pub article_filter: String,
    /// Which statements; empty: all.
    pub statement_filter: String,
    /// Which entities; empty: all.
    pub entity_filter: String,
    /// Whether all states of each record come, the oldest first.
    pub history: bool,
    /// The token after which it goes on; empty: from the beginning.
    pub resume_token: String,
    /// Which state to write out.
    pub read: ReadOptions,
}

impl ExportRecords {
    /// All that there is at the newest revision.
    #[must_use]
    pub fn everything() -> Self {
        Self {
            kinds: vec![Kind::Entity, Kind::Article, Kind::Statement],
            erasures: true,
            article_filter: String::new(),
            statement_filter: String::new(),
            entity_filter: String::new(),
            history: false,
            resume_token: String::new(),
            read: ReadOptions::newest(),
        }
    }
}

/// What an export gives.
#[derive(Clone, Debug, PartialEq)]
pub enum ExportItem {
    /// A record.
    Record(Stored),
    /// That a record was erased.
    Erased(Erased),
}

/// How many erasures are looked up at a time.
const ERASURES: usize = 64;
/// How many revisions of a record's states are looked up at a time.
const STATES: usize = 64;

/// An export under way.
pub struct Exporter {
    store: Arc<dyn Store>,
    reader: Box<dyn Reader>,
    fingerprint: [u8; 16],
    choice: Choice,
    position: Position,
    /// The entities or articles that come next.
    outer: Listing,
    /// The statements that come next, where an article's are gone through.
    inner: Listing,
    /// The revisions of the states that come next.
    states: VecDeque<Revision>,
    /// The erasures that come next.
    erasures: VecDeque<Erased>,
}

/// What is exported.
struct Choice {
    kinds: Vec<Kind>,
    erasures: bool,
    articles: Option<Filter>,
    statements: Option<Filter>,
    entities: Option<Filter>,
    history: bool,
}

impl Choice {
    fn of(query: &ExportRecords) -> Result<Self, Error> {
        let parse = |text: &str, kind, field: &str| {
            Filter::parse(text, kind)
                .map_err(|error| Error::invalid(field, "BAD_FILTER", error.to_string()))
        };
        Ok(Self {
            kinds: query.kinds.clone(),
            erasures: query.erasures,
            articles: parse(&query.article_filter, Kind::Article, "article_filter")?,
            statements: parse(&query.statement_filter, Kind::Statement, "statement_filter")?,
            entities: parse(&query.entity_filter, Kind::Entity, "entity_filter")?,
            history: query.history,
        })
    }

    /// The choice in which each entity stands for all that are merged with it.
    async fn widened(self, reader: &dyn Reader) -> Result<Self, Error> {
        Ok(Self {
            articles: merged::widened(reader, self.articles).await?,
            statements: merged::widened(reader, self.statements).await?,
            entities: merged::widened(reader, self.entities).await?,
            ..self
        })
    }

    fn has(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }
}

impl KnowledgeBase {
    /// Begins an export, or goes on with one.
    pub async fn export(&self, query: &ExportRecords) -> Result<Exporter, Error> {
        let choice = Choice::of(query)?;
        let store = Arc::clone(&self.store);
        let identity = store.identity().clone();
        let fingerprint = fingerprint(&[
            &format!("{:?}", query.kinds),
            &query.article_filter,
            &query.statement_filter,
            &query.entity_filter,
            if query.history { "history" } else { "" },
            if query.erasures { "erasures" } else { "" },
            &format!("{:?}", query.read.at),
        ]);
        if query.resume_token.is_empty() {
            let reader = self.reader(&query.read).await?;
            let choice = choice.widened(reader.as_ref()).await?;
            let position = Position::default();
            return Ok(Exporter::new(store, reader, fingerprint, choice, position));
        }
        let (revision, payload) = token::open(&identity, TokenKind::Export, &query.resume_token)?;
        let (bound_to, position) = payload.split_first_chunk::<16>().ok_or_else(bad_token)?;
        if *bound_to != fingerprint {
            let text = "belongs to an export with other arguments: ask for the same again";
            return Err(Error::invalid("resume_token", "RESUME_TOKEN_MISMATCH", text));
        }
        let position = Position::unpack(position).ok_or_else(bad_token)?;
        let reader = self.reader(&at_revision(revision)).await?;
        let choice = choice.widened(reader.as_ref()).await?;
        Ok(Exporter::new(store, reader, fingerprint, choice, position))
    }
}

fn bad_token() -> Error {
    Error::invalid("resume_token", "BAD_TOKEN", "is no token that this server gave out")
}

impl Exporter {
    fn new(
        store: Arc<dyn Store>,
        reader: Box<dyn Reader>,
        fingerprint: [u8; 16],
        choice: Choice,
        position: Position,
    ) -> Self {
        let mut exporter = Self {
            store,
            reader,
            fingerprint,
            choice,
            outer: Listing::empty(),
            inner: Listing::empty(),
            states: VecDeque::new(),
            erasures: VecDeque::new(),
            position,
        };
        exporter.open_listings();
        exporter
    }

    /// The revision that is exported.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.reader.revision()
    }

    /// The token after which the export goes on behind the last record given.
    #[must_use]
    pub fn resume_token(&self) -> String {
        let payload = [self.fingerprint.as_slice(), &self.position.pack()].concat();
        token::seal(self.store.identity(), TokenKind::Export, self.revision(), &payload)
    }

    /// The next record, articles with their text, or behind all records the next
    /// erasure; none at the end.
    pub async fn next(&mut self) -> Result<Option<ExportItem>, Error> {
        loop {
            if let Some(stored) = self.next_state().await? {
                return Ok(Some(ExportItem::Record(stored)));
            }
            let met = match &self.position.stage {
                Stage::Entities => self.next_entity().await?,
                Stage::Articles => self.next_article().await?,
                Stage::StatementsOf(_) => self.next_statement().await?,
                Stage::Erasures(_) => match self.next_erasure().await? {
                    Some(erased) => return Ok(Some(ExportItem::Erased(erased))),
                    None => None,
                },
                Stage::End => return Ok(None),
            };
            if let Some(stored) = met
                && let Some(stored) = self.begin(stored).await?
            {
                return Ok(Some(ExportItem::Record(stored)));
            }
        }
    }

    /// The next erasure: all that are in force, since they change history.
    async fn next_erasure(&mut self) -> Result<Option<Erased>, Error> {
        let Stage::Erasures(last) = &self.position.stage else { return Ok(None) };
        if self.erasures.is_empty() {
            self.erasures = self.store.erasures(last.as_ref(), ERASURES).await?.into();
        }
        let next = self.erasures.pop_front();
        self.position.stage = match &next {
            Some(erased) => Stage::Erasures(Some(erased.name.clone())),
            None => Stage::End,
        };
        Ok(next)
    }

    async fn next_entity(&mut self) -> Result<Option<Stored>, Error> {
        match self.outer.next(&*self.reader).await? {
            Some(item) => {
                self.position.outer = Some(item.cursor);
                Ok(Some(item.record))
            }
            None => {
                self.turn_to(Stage::Articles);
                Ok(None)
            }
        }
    }

    async fn next_article(&mut self) -> Result<Option<Stored>, Error> {
        let Some(item) = self.outer.next(&*self.reader).await? else {
            self.turn_to(Stage::Erasures(None));
            return Ok(None);
        };
        self.position.outer = Some(item.cursor);
        let stored = item.record;
        if let RecordName::Article(id) = &stored.name
            && self.choice.has(Kind::Statement)
        {
            self.enter(id.clone());
        }
        let chosen = self.choice.has(Kind::Article)
            && self.choice.articles.as_ref().is_none_or(|filter| filter.matches(&stored));
        Ok(chosen.then_some(stored))
    }

    async fn next_statement(&mut self) -> Result<Option<Stored>, Error> {
        match self.inner.next(&*self.reader).await? {
            Some(item) => {
                self.position.inner = Some(item.cursor);
                Ok(Some(item.record))
            }
            None => {
                self.position.stage = Stage::Articles;
                self.position.inner = None;
                Ok(None)
            }
        }
    }

    /// The record as it is written out first: whole, or none where its states come
    /// one by one.
    async fn begin(&mut self, stored: Stored) -> Result<Option<Stored>, Error> {
        if self.choice.history {
            self.position.states = Some((stored.name, Revision::ZERO));
            return Ok(None);
        }
        match &stored.value {
            Record::Article(article) if article.body.hash.is_some() => {
                Ok(self.reader.state(&stored.name, LoadBody::Yes).await?.live())
            }
            _ => Ok(Some(stored)),
        }
    }

    /// The next state of the record whose states are written out, if any is.
    async fn next_state(&mut self) -> Result<Option<Stored>, Error> {
        let Some((name, written)) = self.position.states.clone() else { return Ok(None) };
        if self.states.is_empty() {
            self.states = self.revisions_after(&name, written).await?;
        }
        while let Some(revision) = self.states.pop_front() {
            self.position.states = Some((name.clone(), revision));
            let before = Some(revision.next());
            let states = self.reader.states_of(&name, before, 1, LoadBody::Yes).await?;
            if let Some(ArticleState::Article(stored)) = states.into_iter().next() {
                return Ok(Some(stored));
            }
        }
        self.position.states = None;
        Ok(None)
    }

    /// The revisions of a record's states after one, the oldest first.
    async fn revisions_after(
        &self,
        name: &RecordName,
        after: Revision,
    ) -> Result<VecDeque<Revision>, Error> {
        let mut revisions = VecDeque::new();
        loop {
            let before = revisions.front().copied();
            let states = self.reader.states_of(name, before, STATES, LoadBody::No).await?;
            let newer = states.iter().map(ArticleState::revision).take_while(|at| *at > after);
            let known = revisions.len();
            newer.for_each(|revision| revisions.push_front(revision));
            if revisions.len() - known < STATES {
                return Ok(revisions);
            }
        }
    }

    fn turn_to(&mut self, stage: Stage) {
        self.position = Position { stage, ..Position::default() };
        self.open_listings();
    }

    fn enter(&mut self, article: ArticleId) {
        self.inner = self.statements_of(&article);
        self.position.stage = Stage::StatementsOf(article);
        self.position.inner = None;
    }

    fn statements_of(&self, article: &ArticleId) -> Listing {
        let path = Path::StatementsOf(article.clone());
        Listing::after(path, self.choice.statements.clone(), self.position.inner.clone())
    }

    /// Opens what the position goes on in, past the stages that hold nothing.
    fn open_listings(&mut self) {
        let articles = self.choice.has(Kind::Article) || self.choice.has(Kind::Statement);
        if self.position.stage == Stage::Entities && !self.choice.has(Kind::Entity) {
            self.position.stage = Stage::Articles;
        }
        if self.position.stage == Stage::Articles && !articles {
            self.position.stage = Stage::Erasures(None);
        }
        if matches!(self.position.stage, Stage::Erasures(_)) && !self.choice.erasures {
            self.position.stage = Stage::End;
        }
        let outer = self.position.outer.clone();
        match &self.position.stage {
            Stage::Entities => {
                self.outer = Listing::after(Path::Entities, self.choice.entities.clone(), outer);
            }
            Stage::Articles => self.outer = Listing::after(Path::ArticlesByName, None, outer),
            Stage::StatementsOf(article) => {
                self.inner = self.statements_of(article);
                self.outer = Listing::after(Path::ArticlesByName, None, outer);
            }
            Stage::Erasures(_) | Stage::End => {}
        }
    }
}

#[cfg(test)]
pub(in crate::kb) mod tests;
