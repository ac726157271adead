//! Records in which every field says something: what is lost on the way of one
//! of these is lost for all.

use jiff::SignedDuration;

use super::fixtures::{alias, article_id, at, body, entity_id, external_id, link, publisher, url};
use crate::domain::article::{Article, Medium, PubStatus};
use crate::domain::entity::{Entity, EntityType, Occupancy};
use crate::domain::id::{BatchId, StatementId};
use crate::domain::origin::Origin;
use crate::domain::selector::Selector;
use crate::domain::statement::{
    Anchoring, AnchoringKind, ArticleCopy, ContentSpan, Cue, Mention, Qualifier, Rank, Retraction,
    RetractionKind, Speaker, Statement, StatementKind, StatementStatus, Term, Translation, Triple,
};
use crate::domain::text::LanguageTag;
use crate::domain::time::CoarseTime;

fn language(tag: &str) -> Option<LanguageTag> {
    Some(LanguageTag::new(tag).unwrap())
}

fn time(start: &str) -> CoarseTime {
    CoarseTime::parse(start, "", None, "+03:00", format!("in {start}")).unwrap()
}

fn origin() -> Origin {
    Origin {
        extractor: "rules".into(),
        extractor_version: "1.2".into(),
        rule: "cue-that".into(),
        principal: "tester".into(),
        batch: Some(BatchId::new("import-1").unwrap()),
        note: "by hand".into(),
    }
}

fn selector(exact: &str) -> Selector {
    Selector {
        exact: exact.into(),
        prefix: "before ".into(),
        suffix: " after".into(),
        start: Some(7),
        end: Some(7 + exact.chars().count() as u32),
        verified: true,
    }
}

fn mention(text: &str) -> Mention {
    Mention {
        text: text.into(),
        selector: Some(selector(text)),
        entity: Some(entity_id("person")),
        kind: Some(EntityType::Group),
    }
}

/// An article.
#[must_use]
pub fn article() -> Article {
    let metadata = serde_json::json!({ "score": 1.5, "tags": ["x", null], "deep": { "a": true } });
    Article {
        title: "Rain — باران".into(),
        body: body("It rained.\nIt rained again."),
        language: language("ckb-Arab"),
        canonical_url: Some(url("https://example.com/rain?page=1")),
        publisher: publisher("outlet"),
        authors: vec!["One Author".into(), "Another".into()],
        source_agency: "Agency".into(),
        published_at: Some(at(-2_000_000_000)),
        retrieved_at: Some(at(7) + SignedDuration::from_nanos(123_456_789)),
        pub_status: Some(PubStatus::Withheld),
        medium: Some(Medium::Podcast),
        labels: [("desk".into(), "world".into()), ("empty".into(), String::new())].into(),
        metadata: metadata.as_object().unwrap().clone(),
        duplicate_of: Some(article_id("b")),
        origin: origin(),
        version: 3,
    }
}

/// A statement.
#[must_use]
pub fn statement() -> Statement {
    let quoted = |exact: &str, quoted| ContentSpan { selector: selector(exact), quoted };
    Statement {
        kind: Some(StatementKind::Mixed),
        content: vec![quoted("it rained", true), quoted("again", false)],
        cue: Some(Cue { text: "said".into(), selector: Some(selector("said")) }),
        speaker: Some(Speaker {
            entity: Some(entity_id("person")),
            mention: Some(mention("the person")),
            anonymous: true,
            description: "a senior official".into(),
        }),
        addressees: vec![mention("the press")],
        mentions: vec![mention("one"), Mention { entity: None, ..mention("two") }],
        triple: Some(Triple {
            subject: Term::Entity(entity_id("rain")),
            predicate: "fell in".into(),
            object: Some(Term::Time(time("2026-09"))),
            qualifiers: [Term::Text("hard".into()), Term::Number(-0.5), Term::Boolean(true)]
                .map(|value| Qualifier { predicate: "how".into(), value })
                .into(),
        }),
        uttered_at: Some(time("2026-09-16T10:30")),
        reference_time: Some(time("2026")),
        language: language("en"),
        translation: Some(Translation {
            original_language: language("ku"),
            original_text: "baran bari".into(),
        }),
        confidence: Some(0.75),
        rank: Rank::Deprecated,
        rank_reason: "corrected".into(),
        parent: Some(StatementId::new("parent").unwrap()),
        topics: vec!["weather".into()],
        links: vec![link("articles/b/statements/t")],
        origin: origin(),
        status: StatementStatus::Retracted,
        retraction: Some(Retraction {
            kind: RetractionKind::Superseded,
            reason: "said better later".into(),
            by: "desk".into(),
            time: at(9),
        }),
        article: ArticleCopy {
            version: 3,
            publisher: "entities/outlet".into(),
            language: language("ckb-Arab"),
            published_at: Some(at(5)),
        },
        anchoring: Some(Anchoring {
            kind: AnchoringKind::Reworded,
            previous_words: vec!["it poured".into(), "again".into()],
            from_version: 2,
        }),
        edited: true,
    }
}

/// An entity.
#[must_use]
pub fn entity() -> Entity {
    Entity {
        kind: Some(EntityType::Event),
        display_name: "The Rain".into(),
        names: vec![alias("Rain"), alias("باران")],
        description: "Much rain".into(),
        external_ids: vec![external_id("wikidata", "Q1"), external_id("x", "a/b c")],
        occupancies: vec![Occupancy {
            post: Some(entity_id("post")),
            title: "Rainmaker".into(),
            holder: Some(entity_id("person")),
            organization: Some(entity_id("office")),
            start: Some(time("2025-01")),
            end: Some(time("2026-01")),
            evidence: Some("articles/a/statements/s".parse().unwrap()),
            source_entity: Some(entity_id("absorbed")),
        }],
        start: Some(time("2026-09-01")),
        end: Some(time("2026-09-02")),
        place: Some(entity_id("place")),
        merged_into: Some(entity_id("weather")),
        referents: vec![entity_id("absorbed")],
        origin: origin(),
    }
}
