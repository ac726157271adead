//! Random values out of a small world, in which names, words and addresses meet
//! again and again.

use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{Rng as _, RngExt as _};
use uuid::Uuid;

use super::model::Model;
use super::operation::Operation;
use crate::domain::article::{Article, Medium, PubStatus, Publisher};
use crate::domain::body::{Body, BodyExtent};
use crate::domain::entity::{Entity, EntityType, Occupancy};
use crate::domain::id::{ArticleId, BatchId, EntityId, RecordName, StatementId, StatementName};
use crate::domain::origin::Origin;
use crate::domain::selector::Selector;
use crate::domain::statement::{
    ContentSpan, LinkType, Mention, Rank, Speaker, Statement, StatementLink,
};
use crate::domain::text::LanguageTag;
use crate::domain::time::{CoarseTime, Timestamp};
use crate::kb::command::{
    ArticleDraft, CreateEntities, EntityDraft, Extraction, IngestArticle, StatementDraft,
    WriteContext,
};
use crate::store::conformance::fixtures::{alias, at, external_id, url};
use crate::store::conformance::model::World;

pub(super) const ARTICLES: usize = 6;
pub(super) const ENTITIES: usize = 6;
const ADDRESSES: usize = 4;
const STATEMENTS: usize = 4;
pub(super) const OUTLETS: [&str; 2] = ["The Herald", "Evening Post"];
pub(super) const TOPICS: [&str; 3] = ["harbour", "water", "roads"];

/// Names that entities have, each with the type of what has it.
pub(super) const NAMES: [(&str, EntityType); 5] = [
    ("Amina Kole", EntityType::Person),
    ("Bela Orsag", EntityType::Person),
    ("Harbour Authority", EntityType::Organization),
    ("Civic Forum", EntityType::Organization),
    ("Rana Idris", EntityType::Person),
];

/// Sentences of which texts are made: what is said in each, and how it may be
/// reworded.
const SENTENCES: [(&str, &str, &str); 8] = [
    (
        "“{}”, said Amina Kole on Monday.",
        "We will not leave the old harbour",
        "We shall not leave the old harbour",
    ),
    (
        "The Harbour Authority said that {}.",
        "no ship had waited longer than a day",
        "no ship had waited longer than two days",
    ),
    (
        "“{}”, Bela Orsag told the council.",
        "The water is clean and it will stay clean",
        "The water is clean and it must stay clean",
    ),
    (
        "According to the Civic Forum, {}.",
        "half of the roads were never repaired",
        "half of the roads were hardly repaired",
    ),
    (
        "“{}”, Rana Idris wrote.",
        "Nobody asked us what the bridge would cost",
        "Nobody asked us what the new bridge would cost",
    ),
    (
        "A spokesman added that {}.",
        "talks would go on through the summer",
        "talks might go on through the summer",
    ),
    (
        "“{}”, an official said.",
        "I cannot confirm any of these numbers",
        "I cannot confirm all of these numbers",
    ),
    (
        "The council noted that {}.",
        "the budget had been spent by March",
        "the budget had been spent by April",
    ),
];

/// What values are drawn from.
pub(super) struct Draw<'a> {
    pub(super) random: &'a mut StdRng,
    pub(super) model: &'a Model,
    /// The operations so far that had a request_id.
    pub(super) requested: &'a [Operation],
}

impl Draw<'_> {
    pub(super) fn newest(&self) -> &World {
        self.model.newest()
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.random.random_bool(probability)
    }

    pub(super) fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        of.choose(self.random).cloned().expect("something to choose from")
    }

    pub(super) fn number(&mut self, below: usize) -> usize {
        self.random.random_range(0..below)
    }

    fn maybe<T>(&mut self, probability: f64, value: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.chance(probability).then(|| value(self))
    }

    fn several<T>(&mut self, most: usize, value: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.number(most + 1)).map(|_| value(self)).collect()
    }

    pub(super) fn context(&mut self) -> WriteContext {
        let batch = self.maybe(0.2, |_| BatchId::new("spring").expect("an id"));
        let principal = self.one_of(&["ann", "bob"]).into();
        WriteContext { principal, batch, request: None, validate_only: false }
    }

    pub(super) fn uuid(&mut self) -> Uuid {
        Uuid::from_u128(u128::from(self.random.next_u64()))
    }

    pub(super) fn article_id(&mut self) -> ArticleId {
        ArticleId::new(&format!("a{}", self.number(ARTICLES))).expect("an id")
    }

    pub(super) fn entity_id(&mut self) -> EntityId {
        EntityId::new(&format!("e{}", self.number(ENTITIES))).expect("an id")
    }

    pub(super) fn statement_id(&mut self) -> StatementId {
        StatementId::new(&format!("s{}", self.number(STATEMENTS))).expect("an id")
    }

    /// Mostly a record of this kind that stands, else one that may or may not.
    fn standing<T>(&mut self, of: impl Fn(RecordName) -> Option<T>) -> Option<T> {
        let names: Vec<RecordName> = self.newest().all().map(|stored| stored.name).collect();
        let mut fit: Vec<T> = names.into_iter().filter_map(of).collect();
        if fit.is_empty() || self.chance(0.05) {
            return None;
        }
        let at = self.number(fit.len());
        Some(fit.swap_remove(at))
    }

    pub(super) fn stored_article(&mut self) -> ArticleId {
        let found = self.standing(|name| match name {
            RecordName::Article(id) => Some(id),
            _ => None,
        });
        found.unwrap_or_else(|| self.article_id())
    }

    pub(super) fn stored_entity(&mut self) -> EntityId {
        let found = self.standing(|name| match name {
            RecordName::Entity(id) => Some(id),
            _ => None,
        });
        found.unwrap_or_else(|| self.entity_id())
    }

    pub(super) fn stored_statement(&mut self) -> StatementName {
        let found = self.standing(|name| match name {
            RecordName::Statement(name) => Some(name),
            _ => None,
        });
        found.unwrap_or_else(|| {
            let (article, statement) = (self.article_id(), self.statement_id());
            StatementName { article, statement }
        })
    }

    /// The etag of a record, where it stands.
    pub(super) fn etag(&self, name: &RecordName) -> Option<String> {
        self.newest().live(name).map(|stored| stored.committed.etag())
    }

    fn time(&mut self) -> Timestamp {
        at(i64::try_from(self.number(5)).expect("few") * 86_400)
    }

    pub(super) fn coarse(&mut self) -> CoarseTime {
        let written = self.one_of(&["2026", "2025-12", "2026-01-02", "2026-01-03T10:00"]);
        CoarseTime::parse(written, "", None, "", written.into()).expect("a time")
    }

    pub(super) fn topics(&mut self) -> Vec<String> {
        self.several(2, |draw| draw.one_of(&TOPICS).to_owned())
    }

    pub(super) fn words(&mut self) -> String {
        self.one_of(&["as first reported", "after a correction", "by the editors"]).into()
    }

    /// Some of the sentences in some order, a few of them reworded.
    pub(super) fn text(&mut self) -> String {
        let mut sentences = SENTENCES.to_vec();
        sentences.shuffle(self.random);
        sentences.truncate(2 + self.number(4));
        let written = sentences.into_iter().map(|(frame, said, reworded)| {
            frame.replace("{}", if self.chance(0.25) { reworded } else { said })
        });
        written.collect::<Vec<_>>().join(" ")
    }

    pub(super) fn language(&mut self) -> LanguageTag {
        LanguageTag::new(self.one_of(&["en", "ckb"])).expect("a tag")
    }

    pub(super) fn publisher(&mut self) -> Publisher {
        let entity = self.maybe(0.3, Self::stored_entity);
        Publisher { entity, name: self.one_of(&OUTLETS).into() }
    }

    /// The metadata of an article, much of it left out.
    pub(super) fn metadata(&mut self) -> Article {
        Article {
            title: self
                .maybe(0.7, |draw| format!("News of {}", draw.one_of(&TOPICS)))
                .unwrap_or_default(),
            language: self.maybe(0.4, Self::language),
            publisher: self.maybe(0.6, Self::publisher).unwrap_or_default(),
            authors: self.several(1, |draw| draw.one_of(&NAMES).0.to_owned()),
            source_agency: self.maybe(0.2, |_| "Wire".into()).unwrap_or_default(),
            published_at: self.maybe(0.6, Self::time),
            retrieved_at: self.maybe(0.3, Self::time),
            pub_status: self
                .maybe(0.2, |draw| draw.one_of(&[PubStatus::Usable, PubStatus::Withheld])),
            medium: self.maybe(0.2, |draw| draw.one_of(&[Medium::Text, Medium::Transcript])),
            labels: self
                .several(1, |draw| ("desk".to_owned(), draw.one_of(&TOPICS).to_owned()))
                .into_iter()
                .collect(),
            metadata: self
                .several(1, |draw| ("page".to_owned(), draw.number(3).into()))
                .into_iter()
                .collect(),
            duplicate_of: self.maybe(0.15, Self::stored_article),
            origin: self.origin(),
            ..Article::default()
        }
    }

    fn origin(&mut self) -> Origin {
        let note = self.maybe(0.2, Self::words).unwrap_or_default();
        Origin { note, ..Origin::default() }
    }

    /// An article as sent, with a text mostly.
    pub(super) fn article(&mut self, id: Option<ArticleId>) -> ArticleDraft {
        let body = self.maybe(0.8, |draw| {
            let extent = if draw.chance(0.9) { BodyExtent::Full } else { BodyExtent::Excerpt };
            Body::new(draw.text(), extent).0
        });
        let canonical_url =
            self.maybe(0.3, |draw| url(&format!("https://example.com/{}", draw.number(ADDRESSES))));
        let article = Article { body: body.unwrap_or_default(), canonical_url, ..self.metadata() };
        ArticleDraft { id, article, body_dropped: false, body_normalized: false }
    }

    pub(super) fn ingest(&mut self, article: ArticleDraft) -> IngestArticle {
        IngestArticle {
            context: self.context(),
            article,
            statements: Vec::new(),
            replace_statements: false,
            entities: Vec::new(),
            extraction: Extraction::None,
            create_entities: CreateEntities::Listed,
        }
    }

    /// Statements of a text, some with ids, none with the same one.
    pub(super) fn statements(
        &mut self,
        text: &str,
        article: Option<&ArticleId>,
    ) -> Vec<StatementDraft> {
        let mut drafts: Vec<StatementDraft> = self.several(4, |draw| draw.statement(text, article));
        for at in 0..drafts.len() {
            let (before, rest) = drafts.split_at_mut(at);
            if before.iter().any(|other| other.id == rest[0].id) {
                rest[0].id = None;
            }
        }
        drafts
    }

    /// A statement of what is said in a text.
    pub(super) fn statement(&mut self, text: &str, article: Option<&ArticleId>) -> StatementDraft {
        let rank = if self.chance(0.1) { Rank::Preferred } else { Rank::Normal };
        let statement = Statement {
            content: vec![self.content(text)],
            speaker: self.maybe(0.7, Self::speaker),
            mentions: self.several(2, Self::mention),
            uttered_at: self.maybe(0.4, Self::coarse),
            confidence: self.maybe(0.3, |draw| draw.one_of(&[0.25, 0.75])),
            rank,
            topics: self.topics(),
            parent: self.maybe(0.15, Self::statement_id),
            links: self.several(1, |draw| draw.link()),
            origin: self.origin(),
            ..Statement::default()
        };
        let mut draft = StatementDraft { id: self.maybe(0.6, Self::statement_id), statement };
        if self.chance(0.7) {
            // Most are fit to be stored.
            draft.statement.links.clear();
            draft.statement.parent = article.and_then(|id| self.sibling(id));
        }
        draft
    }

    fn sibling(&mut self, article: &ArticleId) -> Option<StatementId> {
        let statements = self.newest().statements_of(article);
        (!statements.is_empty() && self.chance(0.2)).then(|| self.one_of(&statements).0.statement)
    }

    /// Words of a text, or now and then words that it may not have.
    pub(super) fn content(&mut self, text: &str) -> ContentSpan {
        let said = |it: &(&'static str, &'static str, &'static str)| [it.1, it.2];
        let all: Vec<&str> = SENTENCES.iter().flat_map(said).collect();
        let there: Vec<&str> = all.iter().copied().filter(|said| text.contains(said)).collect();
        let exact = if there.is_empty() || self.chance(0.03) {
            self.one_of(&all)
        } else {
            self.one_of(&there)
        };
        let mut selector = Selector { exact: exact.into(), ..Selector::default() };
        if let Some(byte) = text.find(exact).filter(|_| self.chance(0.3)) {
            let start = text[..byte].chars().count() as u32;
            selector.start = Some(start);
            selector.end = Some(start + exact.chars().count() as u32);
        }
        ContentSpan { selector, quoted: self.chance(0.5) }
    }

    pub(super) fn speaker(&mut self) -> Speaker {
        match self.number(4) {
            0 => Speaker { entity: Some(self.stored_entity()), ..Speaker::default() },
            1 => {
                Speaker { anonymous: true, description: "an official".into(), ..Speaker::default() }
            }
            _ => Speaker { mention: Some(self.mention()), ..Speaker::default() },
        }
    }

    pub(super) fn mention(&mut self) -> Mention {
        let (text, kind) = self.one_of(&NAMES);
        let entity = self.maybe(0.3, Self::stored_entity);
        Mention {
            text: text.into(),
            selector: None,
            entity,
            kind: Some(kind).filter(|_| self.chance(0.8)),
        }
    }

    pub(super) fn link(&mut self) -> StatementLink {
        StatementLink {
            target: self.stored_statement(),
            kind: self.one_of(&[LinkType::Supports, LinkType::Denies, LinkType::Corrects]),
            reason: self.maybe(0.5, Self::words).unwrap_or_default(),
            confidence: None,
            origin: self.origin(),
        }
    }

    /// An entity as sent.
    pub(super) fn entity(&mut self) -> Entity {
        let (display_name, kind) = self.one_of(&NAMES);
        let occupancy = |draw: &mut Self| Occupancy {
            title: "chair".into(),
            holder: draw.maybe(0.5, Self::stored_entity),
            organization: draw.maybe(0.3, Self::stored_entity),
            start: draw.maybe(0.3, Self::coarse),
            evidence: draw.maybe(0.3, Self::stored_statement),
            ..Occupancy::default()
        };
        Entity {
            kind: Some(kind),
            display_name: display_name.into(),
            names: self.several(1, |draw| alias(draw.one_of(&NAMES).0)),
            description: self.maybe(0.3, Self::words).unwrap_or_default(),
            external_ids: self
                .several(1, |draw| external_id("wikidata", &format!("Q{}", draw.number(4)))),
            occupancies: self.several(1, occupancy),
            place: self.maybe(0.1, Self::stored_entity),
            origin: self.origin(),
            ..Entity::default()
        }
    }

    pub(super) fn entities(&mut self) -> Vec<EntityDraft> {
        self.several(3, |draw| {
            let id = draw.maybe(0.6, Self::entity_id);
            EntityDraft { id, entity: draw.entity() }
        })
    }

    /// The text of an article that stands.
    pub(super) fn text_of(&self, id: &ArticleId) -> String {
        let article = self.newest().article(id);
        article.and_then(|it| it.body.text).map_or_else(String::new, |text| text.to_string())
    }
}
