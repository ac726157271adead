//! Filters, and what each lets pass: told in code, without the filter language.

use crate::domain::article::{Article, PubStatus};
use crate::domain::entity::{Entity, EntityType};
use crate::domain::record::{Record, Stored};
use crate::domain::statement::{Rank, Statement, StatementStatus};
use crate::store::conformance::fixtures::{at, entity_id, external_id, name};

/// A filter as written, and what passes it.
pub(super) type Filtered = (&'static str, fn(&Stored) -> bool);

pub(super) const OF_ARTICLES: &[Filtered] = &[
    ("", |_| true),
    (r#"publisher = "The Herald""#, |it| {
        article(it, |it| it.publisher.key().as_deref() == Some("The Herald"))
    }),
    (r#"publisher = "entities/e1""#, |it| {
        article(it, |it| it.publisher.entity == Some(entity_id("e1")))
    }),
    (r#"publisher.name = "Evening Post""#, |it| {
        article(it, |it| it.publisher.name == "Evening Post")
    }),
    (r#"pub_status = WITHHELD"#, |it| article(it, |it| it.pub_status == Some(PubStatus::Withheld))),
    (r#"labels.desk = "water""#, |it| {
        article(it, |it| it.labels.get("desk").is_some_and(|it| it == "water"))
    }),
    (r#"version > 1"#, |it| article(it, |it| it.version > 1)),
    (r#"published_at > "2026-01-03T00:00:00Z""#, |it| {
        article(it, |it| it.published_at.is_some_and(|time| time > at(2 * 86_400)))
    }),
    (r#"publisher = "The Herald" AND version = 1"#, |it| {
        article(it, |it| it.publisher.key().as_deref() == Some("The Herald") && it.version == 1)
    }),
    (r#"NOT duplicate_of:*"#, |it| article(it, |it| it.duplicate_of.is_none())),
    (r#"canonical_url = "https://example.com/1""#, |it| {
        article(it, |it| {
            it.canonical_url.as_ref().is_some_and(|url| url.as_str() == "https://example.com/1")
        })
    }),
];

pub(super) const OF_STATEMENTS: &[Filtered] = &[
    ("", |_| true),
    (r#"speaker.entity = "entities/e0""#, |it| {
        statement(it, |it| it.speaker_entity() == Some(&entity_id("e0")))
    }),
    (r#"speaker.entity = "entities/amina-kole""#, |it| {
        statement(it, |it| it.speaker_entity() == Some(&entity_id("amina-kole")))
    }),
    (r#"mentions.entity = "entities/e2""#, |it| statement(it, |it| mentions(it, "e2"))),
    (r#"mentions.entity = "entities/civic-forum""#, |it| {
        statement(it, |it| mentions(it, "civic-forum"))
    }),
    (r#"speaker.entity = "entities/e0" AND status = ACTIVE"#, |it| {
        statement(it, |it| {
            it.speaker_entity() == Some(&entity_id("e0")) && it.status == StatementStatus::Active
        })
    }),
    (r#"speaker.entity = "entities/e0" OR mentions.entity = "entities/e0""#, |it| {
        statement(it, |it| it.speaker_entity() == Some(&entity_id("e0")) || mentions(it, "e0"))
    }),
    (r#"speaker.anonymous = true"#, |it| {
        statement(it, |it| it.speaker.as_ref().is_some_and(|it| it.anonymous))
    }),
    (r#"status = ORPHANED"#, |it| statement(it, |it| it.status == StatementStatus::Orphaned)),
    (r#"status = RETRACTED"#, |it| statement(it, |it| it.status == StatementStatus::Retracted)),
    (r#"rank = DEPRECATED"#, |it| statement(it, |it| it.rank == Rank::Deprecated)),
    (r#"topics:"harbour""#, |it| {
        statement(it, |it| it.topics.iter().any(|topic| topic == "harbour"))
    }),
    (r#"NOT rank = NORMAL"#, |it| statement(it, |it| it.rank != Rank::Normal)),
    (r#"article.publisher = "The Herald""#, |it| {
        statement(it, |it| it.article.publisher == "The Herald")
    }),
    (r#"links:*"#, |it| statement(it, |it| !it.links.is_empty())),
    (r#"links.target = "articles/a1/statements/s1""#, |it| {
        let target = name("articles/a1/statements/s1");
        statement(it, |it| it.links.iter().any(|link| target == link.target.clone().into()))
    }),
    (r#"confidence >= 0.5"#, |it| statement(it, |it| it.confidence.is_some_and(|it| it >= 0.5))),
];

pub(super) const OF_ENTITIES: &[Filtered] = &[
    ("", |_| true),
    (r#"type = PERSON"#, |it| entity(it, |it| it.entity_type() == EntityType::Person)),
    (r#"display_name = "Civic Forum""#, |it| entity(it, |it| it.display_name == "Civic Forum")),
    (r#"external_ids.authority = "wikidata" AND external_ids.id = "Q1""#, |it| {
        entity(it, |it| it.external_ids.contains(&external_id("wikidata", "Q1")))
    }),
    (r#"place:*"#, |it| entity(it, |it| it.place.is_some())),
    (r#"names.text:"Kole""#, |it| {
        entity(it, |it| it.names.iter().any(|name| name.text.contains("Kole")))
    }),
    (r#"external_ids.authority = "wikidata" AND external_ids.id = "Q2" AND type = PERSON"#, |it| {
        entity(it, |it| {
            it.external_ids.contains(&external_id("wikidata", "Q2"))
                && it.entity_type() == EntityType::Person
        })
    }),
];

fn article(stored: &Stored, passes: impl Fn(&Article) -> bool) -> bool {
    matches!(&stored.value, Record::Article(article) if passes(article))
}

fn statement(stored: &Stored, passes: impl Fn(&Statement) -> bool) -> bool {
    matches!(&stored.value, Record::Statement(statement) if passes(statement))
}

fn entity(stored: &Stored, passes: impl Fn(&Entity) -> bool) -> bool {
    matches!(&stored.value, Record::Entity(entity) if passes(entity))
}

fn mentions(statement: &Statement, id: &str) -> bool {
    statement.entities_mentioned().any(|mentioned| *mentioned == entity_id(id))
}
