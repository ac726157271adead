//! Filters, and what each lets pass: told in code, without the filter language.

use crate::domain::article::{Article, PubStatus};
use crate::domain::entity::{Entity, EntityType};
use crate::domain::id::EntityId;
use crate::domain::record::{Record, Stored};
use crate::domain::statement::{Rank, Statement, StatementStatus};
use crate::store::conformance::fixtures::{at, entity_id, external_id, name};
use crate::store::conformance::model::World;

/// A filter as written, and what passes it.
pub(super) type Filtered = (&'static str, fn(&World, &Stored) -> bool);

pub(super) const OF_ARTICLES: &[Filtered] = &[
    ("", |_, _| true),
    (r#"publisher = "The Herald""#, |_, it| {
        article(it, |it| it.publisher.key().as_deref() == Some("The Herald"))
    }),
    (r#"publisher = "entities/e1""#, |world, it| {
        article(it, |it| it.publisher.entity.as_ref().is_some_and(|id| is(world, id, "e1")))
    }),
    (r#"publisher.name = "Evening Post""#, |_, it| {
        article(it, |it| it.publisher.name == "Evening Post")
    }),
    (r#"pub_status = WITHHELD"#, |_, it| {
        article(it, |it| it.pub_status == Some(PubStatus::Withheld))
    }),
    (r#"labels.desk = "water""#, |_, it| {
        article(it, |it| it.labels.get("desk").is_some_and(|it| it == "water"))
    }),
    (r#"version > 1"#, |_, it| article(it, |it| it.version > 1)),
    (r#"published_at > "2026-01-03T00:00:00Z""#, |_, it| {
        article(it, |it| it.published_at.is_some_and(|time| time > at(2 * 86_400)))
    }),
    (r#"publisher = "The Herald" AND version = 1"#, |_, it| {
        article(it, |it| it.publisher.key().as_deref() == Some("The Herald") && it.version == 1)
    }),
    (r#"NOT duplicate_of:*"#, |_, it| article(it, |it| it.duplicate_of.is_none())),
    (r#"canonical_url = "https://example.com/1""#, |_, it| {
        article(it, |it| {
            it.canonical_url.as_ref().is_some_and(|url| url.as_str() == "https://example.com/1")
        })
    }),
];

pub(super) const OF_STATEMENTS: &[Filtered] = &[
    ("", |_, _| true),
    (r#"speaker.entity = "entities/e0""#, |world, it| statement(it, |it| speaks(world, it, "e0"))),
    (r#"speaker.entity = "entities/amina-kole""#, |world, it| {
        statement(it, |it| speaks(world, it, "amina-kole"))
    }),
    (r#"mentions.entity = "entities/e2""#, |world, it| {
        statement(it, |it| mentions(world, it, "e2"))
    }),
    (r#"mentions.entity = "entities/civic-forum""#, |world, it| {
        statement(it, |it| mentions(world, it, "civic-forum"))
    }),
    (r#"speaker.entity = "entities/e0" AND status = ACTIVE"#, |world, it| {
        statement(it, |it| speaks(world, it, "e0") && it.status == StatementStatus::Active)
    }),
    (r#"speaker.entity = "entities/e0" OR mentions.entity = "entities/e0""#, |world, it| {
        statement(it, |it| speaks(world, it, "e0") || mentions(world, it, "e0"))
    }),
    (r#"speaker.anonymous = true"#, |_, it| {
        statement(it, |it| it.speaker.as_ref().is_some_and(|it| it.anonymous))
    }),
    (r#"status = ORPHANED"#, |_, it| statement(it, |it| it.status == StatementStatus::Orphaned)),
    (r#"status = RETRACTED"#, |_, it| statement(it, |it| it.status == StatementStatus::Retracted)),
    (r#"rank = DEPRECATED"#, |_, it| statement(it, |it| it.rank == Rank::Deprecated)),
    (r#"topics:"harbour""#, |_, it| {
        statement(it, |it| it.topics.iter().any(|topic| topic == "harbour"))
    }),
    (r#"NOT rank = NORMAL"#, |_, it| statement(it, |it| it.rank != Rank::Normal)),
    (r#"article.publisher = "The Herald""#, |_, it| {
        statement(it, |it| it.article.publisher == "The Herald")
    }),
    (r#"links:*"#, |_, it| statement(it, |it| !it.links.is_empty())),
    (r#"links.target = "articles/a1/statements/s1""#, |_, it| {
        let target = name("articles/a1/statements/s1");
        statement(it, |it| it.links.iter().any(|link| target == link.target.clone().into()))
    }),
    (r#"confidence >= 0.5"#, |_, it| statement(it, |it| it.confidence.is_some_and(|it| it >= 0.5))),
];

pub(super) const OF_ENTITIES: &[Filtered] = &[
    ("", |_, _| true),
    (r#"type = PERSON"#, |_, it| entity(it, |it| it.entity_type() == EntityType::Person)),
    (r#"display_name = "Civic Forum""#, |_, it| entity(it, |it| it.display_name == "Civic Forum")),
    (r#"external_ids.authority = "wikidata" AND external_ids.id = "Q1""#, |_, it| {
        entity(it, |it| it.external_ids.contains(&external_id("wikidata", "Q1")))
    }),
    (r#"place:*"#, |_, it| entity(it, |it| it.place.is_some())),
    (r#"names.text:"Kole""#, |_, it| {
        entity(it, |it| it.names.iter().any(|name| name.text.contains("Kole")))
    }),
    (
        r#"external_ids.authority = "wikidata" AND external_ids.id = "Q2" AND type = PERSON"#,
        |_, it| {
            entity(it, |it| {
                it.external_ids.contains(&external_id("wikidata", "Q2"))
                    && it.entity_type() == EntityType::Person
            })
        },
    ),
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

fn speaks(world: &World, statement: &Statement, id: &str) -> bool {
    statement.speaker_entity().is_some_and(|speaker| is(world, speaker, id))
}

fn mentions(world: &World, statement: &Statement, id: &str) -> bool {
    statement.entities_mentioned().any(|mentioned| is(world, mentioned, id))
}

/// Whether two ids are of entities that are one.
fn is(world: &World, entity: &EntityId, id: &str) -> bool {
    world.same_as(&entity_id(id)).contains(entity)
}
