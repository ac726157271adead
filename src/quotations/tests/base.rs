//! A base that is told of records, without a store.

use std::sync::Arc;

use uuid::Uuid;

use crate::derive::{Changed, Derived as _};
use crate::domain::article::{Article, PubStatus};
use crate::domain::body::{Body, BodyExtent};
use crate::domain::entity::Entity;
use crate::domain::id::{ArticleId, EntityId, RecordName, StatementId, StatementName};
use crate::domain::record::{Committed, Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::selector::Selector;
use crate::domain::statement::{ContentSpan, Mention, Speaker, Statement};
use crate::domain::time::Timestamp;
use crate::quotations::table::MemoryTable;
use crate::quotations::{Listing, Quotation, Quotations, QuotationsReader, Writer};

pub(super) struct Base {
    writer: Writer,
    quotations: Quotations,
    revision: u64,
}

impl Base {
    pub(super) fn new() -> Self {
        let table = Arc::new(MemoryTable::default());
        let writer = Writer::new(table.clone(), Uuid::nil()).unwrap();
        Self { writer, quotations: Quotations::new(table), revision: 0 }
    }

    pub(super) fn apply(&mut self, changed: &[Changed]) {
        self.writer.apply(changed).unwrap();
    }

    pub(super) fn commit(&mut self) {
        self.revision += 1;
        self.writer.commit(Revision(self.revision)).unwrap();
    }

    /// Applies and commits.
    pub(super) fn take(&mut self, changed: &[Changed]) {
        self.apply(changed);
        self.commit();
    }

    pub(super) fn reader(&self) -> QuotationsReader {
        self.quotations.reader().unwrap().unwrap()
    }

    /// All quotations, whole.
    pub(super) fn all(&self) -> Vec<Quotation> {
        let reader = self.reader();
        let listed = reader.list(&Listing::default(), None, 10_000).unwrap();
        listed.into_iter().map(|(it, _)| reader.quotation(&it.id).unwrap().unwrap()).collect()
    }

    /// The statements of each quotation, sorted.
    pub(super) fn clusters(&self) -> Vec<Vec<String>> {
        let names = |quotation: Quotation| {
            let told = quotation.wordings.into_iter().flat_map(|wording| wording.told);
            let mut names: Vec<String> = told
                .map(|name| format!("{}/{}", name.article.as_str(), name.statement.as_str()))
                .collect();
            names.sort();
            names
        };
        let mut clusters: Vec<Vec<String>> = self.all().into_iter().map(names).collect();
        clusters.sort();
        clusters
    }
}

fn stored(name: RecordName, value: Record) -> Stored {
    let committed = Committed {
        revision: Revision(1),
        create_revision: Revision(1),
        create_time: Timestamp::UNIX_EPOCH,
        update_time: Timestamp::UNIX_EPOCH,
    };
    Stored { name, value, committed }
}

fn changed(name: RecordName, value: Option<Record>) -> Changed {
    let after = value.map(|value| stored(name.clone(), value));
    Changed { name, before: None, after, usable: true, erased: false }
}

/// An article with a body, published on a day.
pub(super) fn article(id: &str, body: &str, day: i64) -> Changed {
    article_with(id, body, day, |_| {})
}

pub(super) fn article_with(
    id: &str,
    body: &str,
    day: i64,
    set: impl FnOnce(&mut Article),
) -> Changed {
    let mut article = Article {
        body: Body::new(body.to_owned(), BodyExtent::Full).0,
        published_at: Timestamp::from_second(day * 86_400).ok(),
        ..Article::default()
    };
    set(&mut article);
    let usable = article.pub_status.unwrap_or_default() == PubStatus::Usable;
    let name = ArticleId::new(id).unwrap().into();
    Changed { usable, ..changed(name, Some(Record::Article(Box::new(article)))) }
}

pub(super) fn no_article(id: &str) -> Changed {
    changed(ArticleId::new(id).unwrap().into(), None)
}

/// Who says something.
#[derive(Clone, Copy, Debug)]
pub(super) enum By<'a> {
    Entity(&'a str),
    Name(&'a str),
    Nobody,
}

pub(super) fn name_of(article: &str, id: &str) -> StatementName {
    StatementName {
        article: ArticleId::new(article).unwrap(),
        statement: StatementId::new(id).unwrap(),
    }
}

/// A statement in quotation marks.
pub(super) fn said(article: &str, id: &str, by: By<'_>, words: &str) -> Changed {
    said_in(article, id, by, &[(words, true)])
}

/// A statement of several spans.
pub(super) fn said_in(article: &str, id: &str, by: By<'_>, spans: &[(&str, bool)]) -> Changed {
    let span = |(words, quoted): &(&str, bool)| ContentSpan {
        selector: Selector { exact: (*words).to_owned(), ..Selector::default() },
        quoted: *quoted,
    };
    let speaker = match by {
        By::Entity(id) => {
            Speaker { entity: Some(EntityId::new(id).unwrap()), ..Speaker::default() }
        }
        By::Name(text) => Speaker {
            mention: Some(Mention { text: text.into(), ..Mention::default() }),
            ..Speaker::default()
        },
        By::Nobody => Speaker { anonymous: true, ..Speaker::default() },
    };
    let statement = Statement {
        content: spans.iter().map(span).collect(),
        speaker: Some(speaker),
        ..Statement::default()
    };
    changed(name_of(article, id).into(), Some(Record::Statement(Box::new(statement))))
}

pub(super) fn no_statement(article: &str, id: &str) -> Changed {
    changed(name_of(article, id).into(), None)
}

pub(super) fn entity(id: &str, merged_into: Option<&str>) -> Changed {
    let merged_into = merged_into.map(|into| EntityId::new(into).unwrap());
    let entity = Entity { merged_into, ..Entity::default() };
    changed(EntityId::new(id).unwrap().into(), Some(Record::Entity(Box::new(entity))))
}

/// A body of words that differ from those of other seeds.
pub(super) fn prose(seed: u64, words: usize) -> String {
    let word = |at: u64| {
        let number = (seed * 7_919 + at * 104_729) % 9_973;
        format!("w{number}")
    };
    (0..words as u64).map(word).collect::<Vec<_>>().join(" ")
}
