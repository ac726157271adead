//! Records by name, their versions, and what points to them.

use std::collections::BTreeSet;

use super::super::draw::{ARTICLES, ENTITIES, NAMES};
use super::super::model::{meaning, without_text};
use super::{Difference, Reads, answered, same};
use crate::domain::id::{ArticleId, RecordName};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::statement::{IncomingLink, StatementLink};
use crate::kb::command::{
    EntityQuery, GetRecords, ListArticleVersions, ReadOptions, ResolveEntities,
};
use crate::kb::error::Error;
use crate::store::conformance::fixtures::name;
use crate::store::{self, ArticleState, At, LoadBody, State};

impl Reads<'_> {
    /// Every record that there is or could be.
    pub(super) async fn records_at(&mut self, any: Option<()>) -> Result<(), Difference> {
        self.count("BatchGet");
        let (read, world) = self.moment(any);
        let body = if self.chance(0.5) { LoadBody::Yes } else { LoadBody::No };
        let names = self.names();
        let query = GetRecords { names: names.clone(), body, read };
        let told = format!("BatchGet of {:?}", query.read);
        let answer = answered(&told, self.kb.batch_get(&query, |_| false).await)?;
        let shown =
            |stored: Stored| if body == LoadBody::Yes { stored } else { without_text(stored) };
        let found: Vec<Stored> = names.iter().filter_map(|it| world.live(it)).map(shown).collect();
        same(&told, &answer.found, &found)?;
        let gone = names.iter().filter_map(|it| match world.state(it) {
            State::Live(_) => None,
            State::Never => Some((it.clone(), None)),
            State::Deleted(deleted) => Some((it.clone(), Some(deleted))),
        });
        same(&told, &answer.missing, &gone.collect())?;
        same(&told, &answer.revision, &world.revision)
    }

    fn names(&self) -> Vec<RecordName> {
        let articles = (0..ARTICLES).map(|number| name(&format!("articles/a{number}")));
        let entities = (0..ENTITIES).map(|number| name(&format!("entities/e{number}")));
        let mut names: BTreeSet<RecordName> = articles.chain(entities).collect();
        names.extend(self.model.newest().names());
        names.into_iter().collect()
    }

    /// All states of one article, page by page.
    pub(super) async fn versions(&mut self) -> Result<(), Difference> {
        self.count("ListArticleVersions");
        let names = self.names().into_iter().filter_map(|name| match name {
            RecordName::Article(id) => Some(id),
            _ => None,
        });
        let article: ArticleId = self.one_of(&names.collect::<Vec<_>>());
        let states = self.states_of(&article.clone().into());
        let (page_size, page_token) = (self.one_of(&[1, 2, 50]), String::new());
        let (body, read) = (LoadBody::Yes, ReadOptions::newest());
        let mut query = ListArticleVersions { article, page_size, page_token, body, read };
        let mut found = Vec::new();
        loop {
            let page = match self.kb.list_article_versions(&query).await {
                Err(Error::NotFound { .. }) if states.is_empty() => return Ok(()),
                page => answered("ListArticleVersions", page)?,
            };
            query.page_token = page.next_page_token();
            found.extend(page.states);
            if query.page_token.is_empty() {
                return same(&format!("versions of {}", query.article), &found, &states);
            }
        }
    }

    /// The states that a name had, the newest first.
    fn states_of(&self, name: &RecordName) -> Vec<ArticleState> {
        // Of what is not held any more, the state that readers of the oldest see is.
        let floor = self.model.floor();
        let oldest = match self.model.at(floor).state(name) {
            State::Live(it) => it.committed.revision,
            State::Deleted(it) => it.committed.revision,
            State::Never => Revision::ZERO,
        };
        let held = (oldest.0 as usize).min(floor + 1).max(1);
        let revisions = (held..self.model.revisions()).rev();
        let states = revisions.filter_map(|revision| {
            let own = |committed: Revision| committed == Revision(revision as u64);
            match self.model.at(revision).state(name) {
                State::Live(it) if own(it.committed.revision) => Some(ArticleState::Article(it)),
                State::Deleted(it) if own(it.committed.revision) => Some(ArticleState::Deleted(it)),
                _ => None,
            }
        });
        states.collect()
    }

    /// The links that point to each statement.
    pub(super) async fn incoming_links(&mut self) -> Result<(), Difference> {
        self.count("incoming links");
        let (_, world) = self.moment(Some(()));
        let statements: Vec<Stored> =
            world.all().filter(|it| matches!(it.name, RecordName::Statement(_))).collect();
        let records: Vec<&Stored> = statements.iter().collect();
        let answer = self.kb.beside(&records, world.revision).await;
        let found = answered("incoming links", answer)?;
        for (record, found) in records.iter().zip(found) {
            let (name, mut found) = (&record.name, found.incoming);
            let mut expected = Vec::new();
            for stored in world.all() {
                let (RecordName::Statement(source), Record::Statement(it)) =
                    (stored.name, stored.value)
                else {
                    continue;
                };
                let pointing =
                    it.links.into_iter().filter(|link| *name == link.target.clone().into());
                expected.extend(pointing.map(|link| {
                    let StatementLink { target: _, kind, reason, confidence, origin } = link;
                    IncomingLink { source: source.clone(), kind, reason, confidence, origin }
                }));
            }
            let order = |link: &IncomingLink| (link.source.clone(), link.kind.name());
            found.sort_by_key(order);
            expected.sort_by_key(order);
            same(&format!("links to {name} at {}", world.revision), &found, &expected)?;
        }
        Ok(())
    }

    /// What each name means beyond doubt.
    pub(super) async fn resolve(&mut self) -> Result<(), Difference> {
        self.count("ResolveEntities");
        let (read, world) = self.moment(Some(()));
        let query = |(text, kind): (&str, _)| EntityQuery {
            text: text.into(),
            kind: Some(kind),
            ..EntityQuery::default()
        };
        let queries: Vec<EntityQuery> = NAMES.into_iter().map(query).collect();
        let asked = ResolveEntities { queries: queries.clone(), limit: 100, read };
        let (answers, _) = answered("ResolveEntities", self.kb.resolve_entities(&asked).await)?;
        for (query, answer) in queries.iter().zip(answers) {
            let told = format!("what {} means at {}", query.text, world.revision);
            same(&told, &answer.linked, &meaning(world, &query.text, query.kind))?;
            let holders = world
                .entities()
                .into_iter()
                .filter(|(_, it)| it.all_names().any(|name| name == query.text));
            let holders: BTreeSet<RecordName> =
                holders.map(|(id, _)| world.survivor(&id).into()).collect();
            let found: BTreeSet<RecordName> =
                answer.candidates.into_iter().map(|it| it.entity.id.into()).collect();
            if !found.is_superset(&holders) {
                return Err(format!("{told}: {found:?} lack some of {holders:?}"));
            }
        }
        Ok(())
    }

    /// What lies ahead, or is not held any more, cannot be read.
    pub(super) async fn not_held(&mut self) -> Result<(), Difference> {
        self.count("a read of what is not held");
        let ahead = self.model.newest().revision.next();
        let behind = (self.model.floor() as u64).checked_sub(1).map(Revision);
        let asked = behind.filter(|_| self.chance(0.5)).unwrap_or(ahead);
        let read = ReadOptions { at: At::Revision(asked), consistency_token: String::new() };
        let query = GetRecords { names: Vec::new(), body: LoadBody::No, read };
        match self.kb.batch_get(&query, |_| false).await {
            Err(Error::Store(store::Error::OutOfRange { .. })) => Ok(()),
            other => Err(format!("a read of revision {asked} is answered {other:?}")),
        }
    }
}
