//! Requests that say something wrong are refused with the field's path, and
//! change nothing.

use dicta::rpc::pb;
use tonic::Code;

use crate::harness::{Dicta, Home, refusal};
use crate::samples::{
    QUOTE, alias, article, at, ingest, ingest_with, mention, named, person, said, words,
};

/// Sends bad ingests one by one: each is refused and changes nothing.
pub(crate) async fn refuse_ingests(
    server: &Dicta,
    cases: Vec<(&str, &str, pb::IngestArticleRequest)>,
) {
    let before = server.revision().await;
    let (mut expected, mut found) = (Vec::new(), Vec::new());
    for (reason, field, request) in cases {
        let status = server.ingest().ingest_article(request).await.expect_err(field);
        let refusal = refusal(&status);
        let first = refusal.fields.first().cloned().unwrap_or_default();
        expected.push((Code::InvalidArgument, reason.to_owned(), field.to_owned()));
        found.push((refusal.code, refusal.reason, first));
    }
    assert_eq!(found, expected);
    assert_eq!(server.revision().await, before, "something was changed");
}

/// The sample article, changed.
/// An ingest of an article that is changed first.
pub(crate) fn with(change: impl FnOnce(&mut pb::Article)) -> pb::IngestArticleRequest {
    let mut article = article("articles/bridge");
    change(&mut article);
    ingest(article)
}

/// A statement in the sample article, changed.
pub(crate) fn stating(change: impl FnOnce(&mut pb::Statement)) -> pb::IngestArticleRequest {
    let mut statement = said(words(QUOTE));
    change(&mut statement);
    ingest_with("articles/bridge", vec![statement])
}

/// A listed entity, changed.
fn listing(change: impl FnOnce(&mut pb::Entity)) -> pb::IngestArticleRequest {
    let mut entity = person("Jane Roe");
    change(&mut entity);
    pb::IngestArticleRequest { entities: vec![entity], ..ingest(article("articles/bridge")) }
}

pub(crate) fn uttered(start: &str, end: &str, precision: i32) -> pb::IngestArticleRequest {
    stating(|it| {
        it.uttered_at = Some(pb::CoarseTime {
            start: start.into(),
            end: end.into(),
            precision,
            ..Default::default()
        });
    })
}

#[tokio::test]
async fn empty_and_over_limit_fields_of_an_article_are_refused() {
    let home = Home::new();
    let server = home.start().await;
    let long = |count: usize| "x".repeat(count);
    let labels = |count: usize| (0..count).map(|at| (format!("k{at}"), String::new())).collect();
    let nested = (0..40).fold(prost_types::Value::default(), |inner, _| prost_types::Value {
        kind: Some(prost_types::value::Kind::ListValue(prost_types::ListValue {
            values: vec![inner],
        })),
    });
    let deepest = format!("article.metadata.key{}", "[0]".repeat(31));
    let metadata = |value: prost_types::Value| {
        Some(prost_types::Struct { fields: [("key".to_owned(), value)].into() })
    };
    let text = |count: usize| prost_types::Value {
        kind: Some(prost_types::value::Kind::StringValue("x".repeat(count))),
    };
    refuse_ingests(
        &server,
        vec![
            ("REQUIRED", "article", pb::IngestArticleRequest::default()),
            ("REQUIRED", "article", ingest(pb::Article::default())),
            ("OVER_LIMIT", "article.title", with(|it| it.title = long(1_025))),
            ("OVER_LIMIT", "article.body", with(|it| it.body = long((1 << 20) + 1))),
            ("OVER_LIMIT", "article.authors", with(|it| it.authors = vec![long(1); 65])),
            ("OVER_LIMIT", "article.authors[0]", with(|it| it.authors = vec![long(257)])),
            ("REQUIRED", "article.authors[1]", with(|it| it.authors = vec![long(1), long(0)])),
            ("OVER_LIMIT", "article.source_agency", with(|it| it.source_agency = long(257))),
            ("OVER_LIMIT", "article.labels", with(|it| it.labels = labels(65))),
            (
                "OVER_LIMIT",
                "article.labels.key",
                with(|it| it.labels = [("key".to_owned(), long(257))].into()),
            ),
            (
                "BAD_KEY",
                "article.labels.Key!",
                with(|it| it.labels = [("Key!".to_owned(), String::new())].into()),
            ),
            ("OVER_LIMIT", "article.metadata", with(|it| it.metadata = metadata(text(66_000)))),
            ("OVER_LIMIT", deepest.as_str(), with(|it| it.metadata = metadata(nested))),
            (
                "OVER_LIMIT",
                "article.publisher.name",
                with(|it| {
                    it.publisher =
                        Some(pb::Publisher { name: "x".repeat(257), ..Default::default() });
                }),
            ),
        ],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn wrong_ids_urls_languages_and_enum_values_of_an_article_are_refused() {
    let home = Home::new();
    let server = home.start().await;
    let publisher =
        |entity: &str| Some(pb::Publisher { entity: entity.into(), ..Default::default() });
    refuse_ingests(
        &server,
        vec![
            ("BAD_NAME", "article.name", with(|it| it.name = "bridge".into())),
            ("BAD_NAME", "article.name", with(|it| it.name = "articles/Bridge".into())),
            ("BAD_NAME", "article.name", with(|it| it.name = "articles/-".into())),
            ("BAD_NAME", "article.name", with(|it| it.name = "entities/bridge".into())),
            (
                "BAD_NAME",
                "article.name",
                with(|it| it.name = format!("articles/{}", "x".repeat(64))),
            ),
            ("BAD_URL", "article.canonical_url", with(|it| it.canonical_url = "bridge".into())),
            (
                "BAD_URL",
                "article.canonical_url",
                with(|it| it.canonical_url = "ftp://news.example/bridge".into()),
            ),
            ("BAD_LANGUAGE", "article.language", with(|it| it.language = "not a tag".into())),
            ("UNKNOWN_ENUM_VALUE", "article.pub_status", with(|it| it.pub_status = 99)),
            ("UNKNOWN_ENUM_VALUE", "article.medium", with(|it| it.medium = -1)),
            ("UNKNOWN_ENUM_VALUE", "article.body_extent", with(|it| it.body_extent = 42)),
            ("CONTRADICTION", "article.body_extent", with(|it| it.body_extent = 3)),
            (
                "CONTRADICTION",
                "article.body_extent",
                with(|it| {
                    it.body.clear();
                    it.body_extent = pb::BodyExtent::Full.into();
                }),
            ),
            (
                "CONTRADICTION",
                "article.duplicate_of",
                with(|it| it.duplicate_of = "articles/bridge".into()),
            ),
            (
                "UNKNOWN_RECORD",
                "article.duplicate_of",
                with(|it| it.duplicate_of = "articles/nowhere".into()),
            ),
            (
                "BAD_NAME",
                "article.publisher.entity",
                with(|it| it.publisher = publisher("articles/x")),
            ),
            (
                "UNKNOWN_ENTITY",
                "article.publisher.entity",
                with(|it| it.publisher = publisher("entities/nobody")),
            ),
            (
                "BAD_TIME",
                "article.published_at",
                with(|it| {
                    it.published_at = Some(prost_types::Timestamp { seconds: 0, nanos: -7 });
                }),
            ),
            ("BAD_TIME", "article.published_at", with(|it| it.published_at = Some(at(i64::MAX)))),
            (
                "UNKNOWN_ENUM_VALUE",
                "create_entities",
                pb::IngestArticleRequest { create_entities: 9, ..with(|_| {}) },
            ),
            (
                "UNKNOWN_ENUM_VALUE",
                "extraction",
                pb::IngestArticleRequest { extraction: 9, ..with(|_| {}) },
            ),
            (
                "BAD_REQUEST_ID",
                "request_id",
                pb::IngestArticleRequest { request_id: "once".into(), ..with(|_| {}) },
            ),
            (
                "BAD_REQUEST_ID",
                "request_id",
                pb::IngestArticleRequest {
                    request_id: "6ba7b810-9dad-11d1-80b4-00c04fd430c8".into(),
                    ..with(|_| {})
                },
            ),
            (
                "BAD_ID",
                "batch",
                pb::IngestArticleRequest { batch: "Not An Id".into(), ..with(|_| {}) },
            ),
        ],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn wrong_statements_are_refused_by_their_path() {
    let home = Home::new();
    let server = home.start().await;
    let speaker = |speaker: pb::Speaker| stating(|it| it.speaker = Some(speaker));
    let link = |target: &str, kind: i32| {
        stating(|it| {
            it.name = "articles/bridge/statements/own".into();
            it.links = vec![pb::StatementLink {
                target: target.into(),
                r#type: kind,
                ..Default::default()
            }];
        })
    };
    refuse_ingests(
        &server,
        vec![
            ("REQUIRED", "statements[0].content", stating(|it| it.content.clear())),
            (
                "OVER_LIMIT",
                "statements[0].content",
                stating(|it| it.content = vec![it.content[0].clone(); 65]),
            ),
            (
                "OVER_LIMIT",
                "statements",
                ingest_with("articles/bridge", vec![said(words(QUOTE)); 2_001]),
            ),
            ("BAD_NAME", "statements[0].name", stating(|it| it.name = "own".into())),
            (
                "BAD_NAME",
                "statements[0].name",
                stating(|it| it.name = "articles/other/statements/own".into()),
            ),
            (
                "DUPLICATE",
                "statements[1].name",
                ingest_with(
                    "articles/bridge",
                    vec![
                        named("articles/bridge/statements/own", QUOTE),
                        named("articles/bridge/statements/own", "Residents had waited long."),
                    ],
                ),
            ),
            ("UNKNOWN_ENUM_VALUE", "statements[0].kind", stating(|it| it.kind = 77)),
            ("UNKNOWN_ENUM_VALUE", "statements[0].rank", stating(|it| it.rank = 77)),
            (
                "REQUIRED",
                "statements[0].rank_reason",
                stating(|it| it.rank = pb::Rank::Deprecated.into()),
            ),
            ("BAD_NUMBER", "statements[0].confidence", stating(|it| it.confidence = Some(1.5))),
            (
                "BAD_NUMBER",
                "statements[0].confidence",
                stating(|it| it.confidence = Some(f64::NAN)),
            ),
            (
                "UNKNOWN_ENTITY",
                "statements[0].speaker.entity",
                speaker(pb::Speaker { entity: "entities/nobody".into(), ..Default::default() }),
            ),
            (
                "CONTRADICTION",
                "statements[0].speaker.entity",
                speaker(pb::Speaker {
                    entity: "entities/nobody".into(),
                    anonymous: true,
                    ..Default::default()
                }),
            ),
            (
                "OVER_LIMIT",
                "statements[0].speaker.description",
                speaker(pb::Speaker { description: "x".repeat(513), ..Default::default() }),
            ),
            (
                "UNKNOWN_ENTITY",
                "statements[0].mentions[1].entity",
                stating(|it| {
                    let unknown =
                        pb::Mention { entity: "entities/nobody".into(), ..mention("Jane") };
                    it.mentions = vec![mention("the mayor"), unknown];
                }),
            ),
            (
                "UNKNOWN_RECORD",
                "statements[0].parent",
                stating(|it| it.parent = "articles/bridge/statements/nowhere".into()),
            ),
            (
                "UNKNOWN_RECORD",
                "statements[0].links[0].target",
                link("articles/other/statements/nowhere", 1),
            ),
            (
                "CONTRADICTION",
                "statements[0].links[0].target",
                link("articles/bridge/statements/own", 1),
            ),
            (
                "REQUIRED",
                "statements[0].links[0].type",
                link("articles/other/statements/nowhere", 0),
            ),
            ("OVER_LIMIT", "statements[0].topics", stating(|it| it.topics = vec!["x".into(); 65])),
        ],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn parents_that_lead_back_are_refused() {
    let home = Home::new();
    let server = home.start().await;
    let [one, other] = ["articles/bridge/statements/one", "articles/bridge/statements/other"];
    let child = |name: &str, parent: &str, exact: &str| pb::Statement {
        parent: parent.into(),
        ..named(name, exact)
    };
    let circle = vec![child(one, other, QUOTE), child(other, one, "Residents had waited long.")];
    refuse_ingests(
        &server,
        vec![("CIRCLE", "statements[0].parent", ingest_with("articles/bridge", circle))],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn wrong_entities_are_refused_by_their_path() {
    let home = Home::new();
    let server = home.start().await;
    let external = |authority: &str, id: &str| {
        vec![pb::ExternalId { authority: authority.into(), id: id.into(), ..Default::default() }]
    };
    refuse_ingests(
        &server,
        vec![
            ("REQUIRED", "entities[0].display_name", listing(|it| it.display_name.clear())),
            ("BAD_NAME", "entities[0].name", listing(|it| it.name = "Jane Roe".into())),
            ("UNKNOWN_ENUM_VALUE", "entities[0].type", listing(|it| it.r#type = 50)),
            ("REQUIRED", "entities[0].names[0].text", listing(|it| it.names = vec![alias("")])),
            (
                "OVER_LIMIT",
                "entities[0].names",
                listing(|it| it.names = (0..257).map(|at| alias(&format!("J{at}"))).collect()),
            ),
            (
                "BAD_KEY",
                "entities[0].external_ids[0].authority",
                listing(|it| it.external_ids = external("Wiki Data", "Q1")),
            ),
            (
                "REQUIRED",
                "entities[0].external_ids[0].id",
                listing(|it| it.external_ids = external("wikidata", "")),
            ),
            ("UNKNOWN_ENTITY", "entities[0].place", listing(|it| it.place = "entities/no".into())),
            (
                "UNKNOWN_ENTITY",
                "entities[0].occupancies[0].organization",
                listing(|it| {
                    it.occupancies = vec![pb::Occupancy {
                        title: "Mayor".into(),
                        organization: "entities/no".into(),
                        ..Default::default()
                    }];
                }),
            ),
            (
                "OVER_LIMIT",
                "entities",
                pb::IngestArticleRequest {
                    entities: vec![person("Jane Roe"); 1_001],
                    ..ingest(article("articles/bridge"))
                },
            ),
            (
                "DUPLICATE",
                "entities[1].name",
                pb::IngestArticleRequest {
                    entities: vec![
                        pb::Entity { name: "entities/jane".into(), ..person("Jane Roe") },
                        pb::Entity { name: "entities/jane".into(), ..person("Jane Doe") },
                    ],
                    ..ingest(article("articles/bridge"))
                },
            ),
        ],
    )
    .await;
    server.stop().await;
}
