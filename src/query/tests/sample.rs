//! Records that differ in most fields, for filters to choose from.

use crate::domain::article::{Article, Medium, PubStatus, Publisher};
use crate::domain::entity::{Entity, EntityName, EntityType, ExternalId, NameKind};
use crate::domain::id::{ArticleId, BatchId, EntityId, RecordName, StatementId};
use crate::domain::origin::Origin;
use crate::domain::record::{Committed, Record, Stored};
use crate::domain::revision::Revision;
use crate::domain::selector::Selector;
use crate::domain::statement::{
    ArticleCopy, ContentSpan, LinkType, Mention, Rank, Speaker, Statement, StatementKind,
    StatementLink, StatementStatus, Term, Triple,
};
use crate::domain::text::{CanonicalUrl, LanguageTag};
use crate::domain::time::CoarseTime;

fn stored(name: &str, value: Record) -> Stored {
    let committed = Committed {
        revision: Revision(2),
        create_revision: Revision(1),
        create_time: "2026-10-01T08:00:00Z".parse().unwrap(),
        update_time: "2026-10-02T08:00:00.5Z".parse().unwrap(),
    };
    Stored { name: name.parse::<RecordName>().unwrap(), value, committed }
}

fn origin(batch: &str) -> Origin {
    Origin {
        extractor: "dicta-rules".into(),
        batch: Some(BatchId::new(batch).unwrap()),
        ..Origin::default()
    }
}

pub(super) fn entity_id(id: &str) -> EntityId {
    EntityId::new(id).unwrap()
}

fn language(tag: &str) -> Option<LanguageTag> {
    Some(LanguageTag::new(tag).unwrap())
}

fn civil(text: &str) -> Option<CoarseTime> {
    Some(CoarseTime::parse(text, "", None, "", String::new()).unwrap())
}

pub(super) fn articles() -> Vec<Stored> {
    let full = Article {
        title: "Iraq and the Region talk".into(),
        language: language("en"),
        canonical_url: Some(CanonicalUrl::new("https://example.com/a").unwrap()),
        publisher: Publisher { entity: Some(entity_id("rudaw")), name: "Rudaw".into() },
        authors: vec!["Ann Lee".into(), "Bo Ek".into()],
        source_agency: "AFP".into(),
        published_at: Some("2026-09-16T10:30:00Z".parse().unwrap()),
        pub_status: Some(PubStatus::Usable),
        medium: Some(Medium::Text),
        labels: [("desk", "world"), ("a.b", "c"), ("empty", "")]
            .map(|(key, text)| (key.into(), text.into()))
            .into(),
        duplicate_of: Some(ArticleId::new("plain").unwrap()),
        origin: origin("import-1"),
        version: 3,
        ..Article::default()
    };
    let plain = Article {
        title: "5 * 3".into(),
        publisher: Publisher { entity: None, name: "Reuters".into() },
        published_at: Some("2026-10-01T00:00:00Z".parse().unwrap()),
        pub_status: Some(PubStatus::Withheld),
        medium: Some(Medium::SocialPost),
        labels: [("desk".to_owned(), "sport".to_owned())].into(),
        version: 1,
        ..Article::default()
    };
    let bare = Article { version: 1, ..Article::default() };
    [("full", full), ("plain", plain), ("bare", bare)]
        .map(|(id, article)| stored(&format!("articles/{id}"), Record::Article(Box::new(article))))
        .into()
}

fn mention(entity: Option<&str>) -> Mention {
    Mention { text: "the Chief".into(), entity: entity.map(entity_id), ..Mention::default() }
}

fn spans(texts: &[(&str, bool)]) -> Vec<ContentSpan> {
    let span = |(exact, quoted): &(&str, bool)| ContentSpan {
        selector: Selector { exact: (*exact).into(), ..Selector::default() },
        quoted: *quoted,
    };
    texts.iter().map(span).collect()
}

pub(super) fn statements() -> Vec<Stored> {
    let full = Statement {
        kind: Some(StatementKind::Direct),
        content: spans(&[("We need support", true), ("now", true)]),
        speaker: Some(Speaker { entity: Some(entity_id("x")), ..Speaker::default() }),
        addressees: vec![mention(Some("z"))],
        mentions: vec![mention(Some("y")), mention(None)],
        uttered_at: civil("2026-09-16"),
        reference_time: civil("2026"),
        language: language("ckb"),
        confidence: Some(0.9),
        rank: Rank::Preferred,
        parent: Some(StatementId::new("mixed").unwrap()),
        topics: vec!["security".into(), "oil".into()],
        links: vec![StatementLink {
            target: "articles/b/statements/s".parse().unwrap(),
            kind: LinkType::Supports,
            reason: String::new(),
            confidence: None,
            origin: Origin::default(),
        }],
        origin: origin("import-1"),
        article: ArticleCopy {
            version: 1,
            publisher: "entities/rudaw".into(),
            language: language("en"),
            published_at: Some("2026-09-17T06:00:00Z".parse().unwrap()),
        },
        ..Statement::default()
    };
    let mixed = Statement {
        content: spans(&[("We need", true), ("more time", false)]),
        speaker: Some(Speaker { anonymous: true, ..Speaker::default() }),
        mentions: vec![mention(Some("x"))],
        uttered_at: civil("2026-09"),
        confidence: Some(0.5),
        status: StatementStatus::Orphaned,
        topics: vec!["oil".into()],
        article: ArticleCopy { publisher: "Reuters".into(), ..ArticleCopy::default() },
        ..Statement::default()
    };
    let bare = Statement {
        content: spans(&[("It rained", false)]),
        triple: Some(Triple {
            subject: Term::Entity(entity_id("y")),
            predicate: "is".into(),
            object: Some(Term::Text("wet".into())),
            qualifiers: Vec::new(),
        }),
        ..Statement::default()
    };
    [("full", full), ("mixed", mixed), ("bare", bare)]
        .map(|(id, statement)| {
            let name = format!("articles/a/statements/{id}");
            stored(&name, Record::Statement(Box::new(statement)))
        })
        .into()
}

pub(super) fn entities() -> Vec<Stored> {
    let name = |text: &str, tag| EntityName {
        text: text.into(),
        language: language(tag),
        kind: NameKind::Alias,
    };
    let external =
        |authority: &str, id: &str| ExternalId { authority: authority.into(), id: id.into() };
    let person = Entity {
        kind: Some(EntityType::Person),
        display_name: "Nechirvan Barzani".into(),
        names: vec![name("Nêçîrvan Barzanî", "ku"), name("نێچیرڤان بارزانی", "ckb")],
        description: "President of the Region".into(),
        external_ids: vec![external("wikidata", "Q1"), external("isni", "Q2")],
        origin: origin("import-1"),
        ..Entity::default()
    };
    let event = Entity {
        kind: Some(EntityType::Event),
        display_name: "Talks in Erbil".into(),
        names: vec![name("Talks in Erbil", "en")],
        external_ids: vec![external("wikidata", "Q2")],
        start: civil("2026-09-16"),
        end: civil("2026-09-18"),
        place: Some(entity_id("erbil")),
        ..Entity::default()
    };
    let bare = Entity { display_name: "Thing".into(), ..Entity::default() };
    [("person", person), ("event", event), ("bare", bare)]
        .map(|(id, entity)| stored(&format!("entities/{id}"), Record::Entity(Box::new(entity))))
        .into()
}
