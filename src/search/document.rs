//! A record as the index holds it.

use tantivy::TantivyDocument;

use super::language::{Stems, detect, primary};
use super::schema::{Facet, Fields, Text};
use super::tokens::to_be_stemmed;
use crate::derive::Changed;
use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::record::{Record, Stored};
use crate::domain::statement::{Mention, Rank, Statement, StatementKind, StatementStatus};
use crate::domain::time::Timestamp;
use crate::query::lowering::{facts, times};
use crate::query::schema::Kind;

/// The fact that a record is one that a search finds unless asked for others.
pub(super) const IN_USE: &str = "in use";

/// The fact of a record's kind.
pub(super) fn kind_fact(kind: Kind) -> String {
    format!("is {}", kind.plural())
}

/// The fact of a record's language.
pub(super) fn language_fact(language: &str) -> String {
    format!("{LANGUAGE_FACT}{language}")
}

/// How facts of languages begin.
pub(super) const LANGUAGE_FACT: &str = "in ";

/// The language of a record, as the first part of its tag: the one given, else the
/// one that its text is told to be in.
pub(super) fn language(record: &Record) -> Option<String> {
    let given = match record {
        Record::Article(article) => article.language.as_ref(),
        Record::Statement(statement) => {
            statement.language.as_ref().or(statement.article.language.as_ref())
        }
        Record::Entity(_) => None,
    };
    if let Some(tag) = given {
        return Some(primary(tag.as_str()).to_owned());
    }
    let found = match record {
        Record::Article(article) => {
            let body = article.body.text.as_deref().unwrap_or_default();
            detect(body).or_else(|| detect(&article.title))
        }
        Record::Statement(statement) => {
            let longest = statement.content.iter().max_by_key(|span| span.selector.exact.len());
            longest.and_then(|span| detect(&span.selector.exact))
        }
        Record::Entity(entity) => detect(&entity.description),
    };
    found.map(str::to_owned)
}

/// What the index holds of a record.
pub(super) fn document(fields: &Fields, changed: &Changed, record: &Stored) -> TantivyDocument {
    let language = language(&record.value);
    let stems = language.as_deref().and_then(Stems::of);
    let mut document = Document { fields, stems, document: TantivyDocument::default() };
    document.document.add_text(fields.name, record.name.to_string());
    for fact in facts(record) {
        document.document.add_text(fields.facts, fact);
    }
    for (column, nanoseconds) in times(record) {
        if let Some(field) = fields.time(column) {
            document.document.add_i64(field, nanoseconds);
        }
    }
    if let Some(language) = &language {
        document.fact(&language_fact(language));
        document.facet(Facet::Language, language);
    }
    let in_use = match &record.value {
        Record::Article(article) => document.article(article),
        Record::Statement(statement) => document.statement(statement),
        Record::Entity(entity) => document.entity(entity),
    };
    if in_use && changed.usable {
        document.fact(IN_USE);
    }
    document.document
}

/// A document under way.
struct Document<'a> {
    fields: &'a Fields,
    stems: Option<Stems>,
    document: TantivyDocument,
}

impl Document<'_> {
    fn article(&mut self, article: &Article) -> bool {
        self.kind(Kind::Article, "article");
        self.text(Text::Title, &article.title);
        self.text(Text::Body, article.body.text.as_deref().unwrap_or_default());
        self.text(Text::Publisher, &article.publisher.name);
        for author in &article.authors {
            self.text(Text::Author, author);
        }
        if let Some(publisher) = article.publisher.key() {
            self.facet(Facet::Publisher, &publisher);
        }
        self.month(article.published_at);
        true
    }

    fn statement(&mut self, statement: &Statement) -> bool {
        self.kind(Kind::Statement, "statement");
        for span in &statement.content {
            let field = if span.quoted { Text::Own } else { Text::Content };
            self.text(field, &span.selector.exact);
        }
        if let Some(speaker) = &statement.speaker {
            self.mention(Text::Speaker, speaker.mention.iter());
            self.text(Text::Speaker, &speaker.description);
            if let Some(entity) = &speaker.entity {
                self.facet(Facet::Speaker, &entity.to_string());
            }
        }
        self.mention(Text::About, statement.mentions.iter().chain(&statement.addressees));
        for topic in &statement.topics {
            self.text(Text::Topic, topic);
            self.facet(Facet::Topic, topic);
        }
        if !statement.article.publisher.is_empty() {
            self.facet(Facet::Publisher, &statement.article.publisher);
        }
        self.month(statement.article.published_at);
        self.facet(Facet::StatementKind, statement_kind(statement));
        statement.status == StatementStatus::Active && statement.rank != Rank::Deprecated
    }

    fn entity(&mut self, entity: &Entity) -> bool {
        self.kind(Kind::Entity, "entity");
        for name in entity.all_names() {
            self.text(Text::Name, name);
        }
        self.text(Text::Description, &entity.description);
        // One that was merged is found too: its survivor is shown for it.
        true
    }

    fn kind(&mut self, kind: Kind, shown: &str) {
        self.fact(&kind_fact(kind));
        self.facet(Facet::Kind, shown);
    }

    fn mention<'m>(&mut self, field: Text, mentions: impl Iterator<Item = &'m Mention>) {
        for mention in mentions {
            self.text(field, &mention.text);
        }
    }

    fn month(&mut self, time: Option<Timestamp>) {
        // RFC 3339 begins with the year and the month.
        let text = time.map(|time| time.to_string()).unwrap_or_default();
        if let Some((date, _)) = text.split_once('T')
            && let Some((month, _)) = date.rsplit_once('-')
        {
            self.facet(Facet::Month, month);
        }
    }

    fn fact(&mut self, fact: &str) {
        self.document.add_text(self.fields.facts, fact);
    }

    fn facet(&mut self, facet: Facet, value: &str) {
        if let Some(field) = self.fields.facet(facet) {
            self.document.add_text(field, value);
        }
    }

    fn text(&mut self, text: Text, written: &str) {
        let Some((field, stem_field)) = self.fields.text(text).filter(|_| !written.is_empty())
        else {
            return;
        };
        self.document.add_text(field, written);
        if let (Some(stems), Some(stem_field)) = (&self.stems, stem_field) {
            self.document.add_text(stem_field, to_be_stemmed(stems, written));
        }
    }
}

fn statement_kind(statement: &Statement) -> &'static str {
    match statement.kind.unwrap_or_else(|| statement.kind_of_spans()) {
        StatementKind::Direct => "DIRECT",
        StatementKind::Mixed => "MIXED",
        StatementKind::Indirect => "INDIRECT",
        StatementKind::Narrated => "NARRATED",
    }
}
