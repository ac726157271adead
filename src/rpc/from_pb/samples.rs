//! Requests with every field filled that a caller can set, for tests.

use std::collections::BTreeMap;

use crate::rpc::pb;

/// A struct with a value of every kind.
fn metadata() -> prost_types::Struct {
    use prost_types::value::Kind;
    let value = |kind| prost_types::Value { kind: Some(kind) };
    let list = prost_types::ListValue {
        values: vec![value(Kind::NumberValue(1.5)), value(Kind::NullValue(0))],
    };
    let inner = prost_types::Struct {
        fields: BTreeMap::from([("desk".into(), value(Kind::StringValue("world".into())))]),
    };
    let fields = BTreeMap::from([
        ("list".into(), value(Kind::ListValue(list))),
        ("inner".into(), value(Kind::StructValue(inner))),
        ("live".into(), value(Kind::BoolValue(true))),
    ]);
    prost_types::Struct { fields }
}

fn time(seconds: i64) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp { seconds, nanos: 500_000_000 })
}

/// An origin as its caller knows it.
pub(in crate::rpc) fn origin() -> pb::Origin {
    pb::Origin {
        extractor: "dicta-rules".into(),
        extractor_version: "1.2.0".into(),
        rule: "cue-np-that".into(),
        note: "read by hand".into(),
        ..pb::Origin::default()
    }
}

/// An article.
pub(in crate::rpc) fn article() -> pb::Article {
    pb::Article {
        name: "articles/a".into(),
        title: "A visit to Paris".into(),
        body: "The minister said that “the pact holds”.".into(),
        body_extent: pb::BodyExtent::Full.into(),
        language: "en".into(),
        canonical_url: "https://example.org/a".into(),
        publisher: Some(pb::Publisher {
            entity: "entities/reuters".into(),
            name: "Reuters".into(),
        }),
        authors: vec!["Ann Ames".into(), "Bo Berg".into()],
        source_agency: "AFP".into(),
        published_at: time(1_758_000_000),
        retrieved_at: time(-1),
        pub_status: pb::PubStatus::Withheld.into(),
        medium: pb::Medium::PressRelease.into(),
        labels: BTreeMap::from([("desk/eu.west".into(), "World".into())]),
        metadata: Some(metadata()),
        duplicate_of: "articles/b".into(),
        origin: Some(origin()),
        ..pb::Article::default()
    }
}

/// A selector with words and positions.
pub(in crate::rpc) fn selector() -> pb::Selector {
    pb::Selector {
        exact: "the pact holds".into(),
        prefix: "“".into(),
        suffix: "”".into(),
        start: Some(24),
        end: Some(38),
        verified: false,
    }
}

/// A month.
pub(in crate::rpc) fn month() -> pb::CoarseTime {
    pb::CoarseTime {
        start: "2026-09".into(),
        end: "2026-10".into(),
        precision: pb::TimePrecision::Month.into(),
        utc_offset: "+03:00".into(),
        text: "this September".into(),
    }
}

/// A mention of an entity.
pub(in crate::rpc) fn mention(entity: &str) -> pb::Mention {
    pb::Mention {
        text: "The minister".into(),
        selector: Some(pb::Selector { exact: "The minister".into(), ..pb::Selector::default() }),
        entity: entity.into(),
        r#type: pb::EntityType::Person.into(),
    }
}

fn term(value: pb::term::Value) -> pb::Term {
    pb::Term { value: Some(value) }
}

fn triple() -> pb::Triple {
    use pb::term::Value;
    let qualifiers = [
        ("amount", Value::Number(-1.5)),
        ("when", Value::Time(month())),
        ("certain", Value::Boolean(true)),
    ];
    let qualifiers = qualifiers.map(|(predicate, value)| pb::Qualifier {
        predicate: predicate.into(),
        value: Some(term(value)),
    });
    pb::Triple {
        subject: Some(term(Value::Entity("entities/pact".into()))),
        predicate: "needs_support_of".into(),
        object: Some(term(Value::Text("the allies".into()))),
        qualifiers: qualifiers.into(),
    }
}

/// A statement of `articles/a`.
pub(in crate::rpc) fn statement() -> pb::Statement {
    pb::Statement {
        name: "articles/a/statements/s".into(),
        kind: pb::StatementKind::Mixed.into(),
        content: vec![pb::ContentSpan { selector: Some(selector()), quoted: true }],
        cue: Some(pb::Cue { text: "said".into(), selector: Some(selector()) }),
        speaker: Some(pb::Speaker {
            entity: "entities/minister".into(),
            mention: Some(mention("entities/minister")),
            anonymous: false,
            description: "a minister".into(),
        }),
        addressees: vec![mention("entities/press")],
        mentions: vec![mention("")],
        triple: Some(triple()),
        uttered_at: Some(month()),
        reference_time: Some(month()),
        language: "ckb".into(),
        translation: Some(pb::Translation {
            original_language: "fr".into(),
            original_text: "le pacte tient".into(),
        }),
        confidence: Some(0.5),
        rank: pb::Rank::Deprecated.into(),
        rank_reason: "put right since".into(),
        parent: "articles/a/statements/p".into(),
        topics: vec!["security".into()],
        links: vec![pb::StatementLink {
            target: "articles/b/statements/s".into(),
            r#type: pb::LinkType::Denies.into(),
            reason: "they say so".into(),
            confidence: Some(1.0),
            origin: Some(origin()),
        }],
        origin: Some(origin()),
        ..pb::Statement::default()
    }
}

/// An entity.
pub(in crate::rpc) fn entity() -> pb::Entity {
    pb::Entity {
        name: "entities/minister".into(),
        r#type: pb::EntityType::Person.into(),
        display_name: "Ann Ames".into(),
        names: vec![pb::EntityName {
            text: "ئان".into(),
            language: "ckb".into(),
            kind: pb::NameKind::Transliteration.into(),
            ..Default::default()
        }],
        description: "A minister.\nOf defence.".into(),
        external_ids: vec![pb::ExternalId {
            authority: "wikidata".into(),
            id: "Q1".into(),
            ..Default::default()
        }],
        occupancies: vec![pb::Occupancy {
            post: "entities/post".into(),
            title: "Minister".into(),
            holder: "entities/holder".into(),
            organization: "entities/cabinet".into(),
            start: Some(month()),
            end: Some(month()),
            evidence: "articles/a/statements/s".into(),
            ..pb::Occupancy::default()
        }],
        start: Some(month()),
        end: Some(month()),
        place: "entities/paris".into(),
        origin: Some(origin()),
        ..pb::Entity::default()
    }
}

/// An ingest of all of these.
pub(in crate::rpc) fn ingest() -> pb::IngestArticleRequest {
    pb::IngestArticleRequest {
        request_id: "6f2b1f0a-9c7e-4b52-8a3e-3d2f7c1e9b10".into(),
        article: Some(article()),
        statements: vec![statement()],
        replace_statements: true,
        entities: vec![entity()],
        extraction: pb::Extraction::None.into(),
        create_entities: pb::CreateEntities::Mentioned.into(),
        validate_only: true,
        batch: "import-1".into(),
    }
}
