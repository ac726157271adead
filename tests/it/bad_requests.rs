//! Requests that say something wrong are refused with the field's path, and
//! change nothing.

use dicta::rpc::pb;
use tonic::{Code, Status};

use crate::harness::{Dicta, Home, assert_invalid, assert_refused, metadata, refusal};
use crate::samples::{
    BODY, QUOTE, alias, article, at, ingest, ingest_with, mask, mention, named, person, place,
    request_id, said, said_by, words,
};

/// Sends bad ingests one by one: each is refused and changes nothing.
async fn refuse_ingests(server: &Dicta, cases: Vec<(&str, &str, pb::IngestArticleRequest)>) {
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
fn with(change: impl FnOnce(&mut pb::Article)) -> pb::IngestArticleRequest {
    let mut article = article("articles/bridge");
    change(&mut article);
    ingest(article)
}

/// A statement in the sample article, changed.
fn stating(change: impl FnOnce(&mut pb::Statement)) -> pb::IngestArticleRequest {
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

fn uttered(start: &str, end: &str, precision: i32) -> pb::IngestArticleRequest {
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
        vec![pb::ExternalId { authority: authority.into(), id: id.into() }]
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

#[tokio::test]
async fn dates_with_impossible_precision_are_refused() {
    let home = Home::new();
    let server = home.start().await;
    let start = "statements[0].uttered_at.start";
    let precision = pb::TimePrecision::Decade.into();
    refuse_ingests(
        &server,
        vec![
            ("REQUIRED", start, uttered("", "", 0)),
            ("BAD_TIME", start, uttered("2026-02-30", "", 0)),
            ("BAD_TIME", start, uttered("2026-13", "", 0)),
            ("BAD_TIME", start, uttered("yesterday", "", 0)),
            ("BAD_PRECISION", start, uttered("2026-09-16", "", pb::TimePrecision::Month.into())),
            ("BAD_PRECISION", start, uttered("2017", "", precision)),
            ("BAD_PRECISION", start, uttered("2026-09", "", pb::TimePrecision::Day.into())),
            ("UNKNOWN_ENUM_VALUE", "statements[0].uttered_at.precision", uttered("2026", "", 40)),
            ("BAD_TIME", "statements[0].uttered_at.end", uttered("2026", "2020", 0)),
            (
                "BAD_TIME",
                "statements[0].uttered_at.utc_offset",
                stating(|it| {
                    it.uttered_at = Some(pb::CoarseTime {
                        start: "2026-09".into(),
                        utc_offset: "+99:00".into(),
                        ..Default::default()
                    });
                }),
            ),
        ],
    )
    .await;
    server.stop().await;
}

#[tokio::test]
async fn selectors_that_do_not_match_or_are_ambiguous_are_refused() {
    let home = Home::new();
    let server = home.start().await;
    let of = |selector: pb::Selector| ingest_with("articles/bridge", vec![said(selector)]);
    let field = "statements[0].content[0].selector";
    let exact = format!("{field}.exact");
    refuse_ingests(
        &server,
        vec![
            ("REQUIRED", exact.as_str(), of(pb::Selector::default())),
            ("SELECTOR_NOT_FOUND", field, of(words("words that nobody wrote"))),
            ("SELECTOR_AMBIGUOUS", field, of(words("said"))),
            ("SELECTOR_OUT_OF_RANGE", field, of(place(0, 100_000))),
            ("SELECTOR_MISMATCH", field, of(pb::Selector { exact: "Rane".into(), ..place(0, 4) })),
            (
                "SELECTOR_OTHER_CONTEXT",
                field,
                of(pb::Selector { prefix: "nothing like it".into(), ..words("said") }),
            ),
        ],
    )
    .await;
    let status = server.ingest().ingest_article(of(words("said"))).await.unwrap_err();
    // The places are named, so that one may be chosen.
    assert!(status.message().contains('9'), "{status:?}");
    server.stop().await;
}

#[tokio::test]
async fn many_faults_are_told_at_once() {
    let home = Home::new();
    let server = home.start().await;
    let request = with(|it| {
        it.title = "x".repeat(2_000);
        it.language = "not a tag".into();
        it.pub_status = 99;
    });
    let status = server.ingest().ingest_article(request).await.unwrap_err();
    let fields = refusal(&status).fields;
    assert_eq!(fields, ["article.title", "article.language", "article.pub_status"]);
    assert_eq!(metadata(&status, "violations"), "3");
    server.stop().await;
}

#[tokio::test]
async fn extraction_that_is_not_served_says_so() {
    let home = Home::new();
    let server = home.start().await;
    for extraction in [pb::Extraction::BuiltIn, pb::Extraction::Remote] {
        let request = pb::IngestArticleRequest { extraction: extraction.into(), ..with(|_| {}) };
        let status = server.ingest().ingest_article(request).await.unwrap_err();
        assert_refused(&status, Code::Unimplemented, "EXTRACTION_NOT_SERVED");
    }
    assert_eq!(server.revision().await, 0);
    server.stop().await;
}

#[tokio::test]
async fn creations_under_unknown_parents_and_taken_names_are_refused() {
    let home = Home::new();
    let server = home.start().await;
    let create = |parent: &str, id: &str| pb::CreateStatementRequest {
        parent: parent.into(),
        statement_id: id.into(),
        statement: Some(said_by(QUOTE, "Jane Roe")),
        ..Default::default()
    };
    server.store(ingest(article("articles/bridge"))).await;
    server.entity("jane", person("Jane Roe")).await;
    server.ingest().create_statement(create("articles/bridge", "own")).await.unwrap();
    let before = server.revision().await;
    let refused = |request| {
        let mut client = server.ingest();
        async move { client.create_statement(request).await.unwrap_err() }
    };
    let status = refused(create("articles/nowhere", "own")).await;
    assert_refused(&status, Code::NotFound, "NOT_FOUND");
    let status = refused(create("articles/bridge", "own")).await;
    assert_refused(&status, Code::AlreadyExists, "ALREADY_EXISTS");
    assert_invalid(&refused(create("articles/bridge", "No Id")).await, "BAD_ID", "statement_id");
    assert_invalid(&refused(create("", "own")).await, "REQUIRED", "parent");
    let empty = pb::CreateStatementRequest { statement: None, ..create("articles/bridge", "") };
    assert_invalid(&refused(empty).await, "REQUIRED", "statement");
    let taken = pb::CreateEntityRequest {
        entity_id: "jane".into(),
        entity: Some(person("Jane Doe")),
        ..Default::default()
    };
    let status = server.ingest().create_entity(taken).await.unwrap_err();
    assert_refused(&status, Code::AlreadyExists, "ALREADY_EXISTS");
    let nameless =
        pb::CreateEntityRequest { entity: Some(pb::Entity::default()), ..Default::default() };
    let status = server.ingest().create_entity(nameless).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "entity.display_name");
    assert_eq!(server.revision().await, before);
    server.stop().await;
}

#[tokio::test]
async fn stale_etags_are_refused_on_every_update_and_delete() {
    let home = Home::new();
    let server = home.start().await;
    let stored = server.store(ingest_with("articles/bridge", vec![said(words(QUOTE))])).await;
    server.entity("jane", person("Jane Roe")).await;
    let before = server.revision().await;
    let etag = "\"stale\"".to_owned();
    let statement = stored.statements[0].name.clone();
    let mut client = server.ingest();
    let refused: [Status; 5] = [
        client
            .update_article(pb::UpdateArticleRequest {
                article: Some(pb::Article { etag: etag.clone(), ..article("articles/bridge") }),
                update_mask: mask(&["title"]),
                ..Default::default()
            })
            .await
            .unwrap_err(),
        client
            .delete_article(pb::DeleteArticleRequest {
                name: "articles/bridge".into(),
                etag: etag.clone(),
                force: true,
                ..Default::default()
            })
            .await
            .unwrap_err(),
        client
            .delete_statement(pb::DeleteStatementRequest {
                name: statement,
                etag: etag.clone(),
                ..Default::default()
            })
            .await
            .unwrap_err(),
        client
            .update_entity(pb::UpdateEntityRequest {
                entity: Some(pb::Entity {
                    name: "entities/jane".into(),
                    etag: etag.clone(),
                    ..person("Jane Doe")
                }),
                ..Default::default()
            })
            .await
            .unwrap_err(),
        client
            .delete_entity(pb::DeleteEntityRequest {
                name: "entities/jane".into(),
                etag,
                ..Default::default()
            })
            .await
            .unwrap_err(),
    ];
    for status in &refused {
        assert_refused(status, Code::Aborted, "ETAG_MISMATCH");
    }
    let current = server.article("articles/bridge").await.unwrap().etag;
    assert_eq!(metadata(&refused[0], "etag"), current);
    assert_eq!(server.revision().await, before);
    server.stop().await;
}

#[tokio::test]
async fn a_request_id_with_another_payload_is_refused() {
    let home = Home::new();
    let server = home.start().await;
    let request = pb::IngestArticleRequest { request_id: request_id(), ..with(|_| {}) };
    server.store(request.clone()).await;
    let before = server.revision().await;
    let mut other = request;
    other.article.as_mut().unwrap().title = "Another".into();
    let status = server.ingest().ingest_article(other).await.unwrap_err();
    assert_invalid(&status, "REQUEST_ID_REUSED", "request_id");
    assert_eq!(server.revision().await, before);
    server.stop().await;
}

#[tokio::test]
async fn masks_that_name_what_cannot_be_updated_are_refused() {
    let home = Home::new();
    let server = home.start().await;
    server.store(with(|_| {})).await;
    server.entity("jane", person("Jane Roe")).await;
    let before = server.revision().await;
    for path in ["body", "body_extent", "canonical_url", "nonsense", "labels.Bad!", "title.x"] {
        let request = pb::UpdateArticleRequest {
            article: Some(article("articles/bridge")),
            update_mask: mask(&["title", path]),
            ..Default::default()
        };
        let status = server.ingest().update_article(request).await.expect_err(path);
        assert_eq!(status.code(), Code::InvalidArgument, "{path}");
        let field = refusal(&status).fields.remove(0);
        assert!(field.starts_with("update_mask"), "{path}: {status:?}");
    }
    let request = pb::UpdateEntityRequest {
        entity: Some(pb::Entity { name: "entities/jane".into(), ..Default::default() }),
        update_mask: mask(&["display_name"]),
        ..Default::default()
    };
    let status = server.ingest().update_entity(request).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "entity.display_name");
    assert_eq!(server.revision().await, before);
    server.stop().await;
}

#[tokio::test]
async fn reads_refuse_what_makes_no_sense() {
    let home = Home::new();
    let server = home.start().await;
    let mut query = server.query();
    let get = |name: &str| pb::GetArticleRequest { name: name.into(), ..Default::default() };
    let status = query.get_article(get("")).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "name");
    let status = query.get_article(get("entities/x")).await.unwrap_err();
    assert_invalid(&status, "BAD_NAME", "name");
    let status = query.get_article(get("articles/nowhere")).await.unwrap_err();
    assert_refused(&status, Code::NotFound, "NOT_FOUND");
    let bad_view = pb::GetArticleRequest { view: 9, ..get("articles/x") };
    let status = query.get_article(bad_view).await.unwrap_err();
    assert_invalid(&status, "UNKNOWN_ENUM_VALUE", "view");
    let none = pb::BatchGetArticlesRequest::default();
    let status = query.batch_get_articles(none).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "names");
    let many = pb::BatchGetEntitiesRequest {
        names: (0..1_001).map(|at| format!("entities/e{at}")).collect(),
        ..Default::default()
    };
    let status = query.batch_get_entities(many).await.unwrap_err();
    assert_invalid(&status, "OVER_LIMIT", "names");
    let list = |filter: &str, order_by: &str| pb::ListArticlesRequest {
        filter: filter.into(),
        order_by: order_by.into(),
        ..Default::default()
    };
    for bad in ["nonsense = 1", "title =", "(title = \"a\"", "title < 3 AND"] {
        let status = query.list_articles(list(bad, "")).await.expect_err(bad);
        assert_invalid(&status, "BAD_FILTER", "filter");
    }
    let long = format!("title = \"{}\"", "x".repeat(4_100));
    let deep = format!("{}title = \"a\"{}", "(".repeat(40), ")".repeat(40));
    for over in [long, deep] {
        let status = query.list_articles(list(&over, "")).await.unwrap_err();
        assert_eq!(refusal(&status).fields, ["filter"], "{status:?}");
    }
    let status = query.list_articles(list("", "title")).await.unwrap_err();
    assert_invalid(&status, "BAD_ORDER", "order_by");
    let negative = pb::ListArticlesRequest { page_size: -1, ..Default::default() };
    let status = query.list_articles(negative).await.unwrap_err();
    assert_invalid(&status, "BAD_NUMBER", "page_size");
    let status = query.list_statements(pb::ListStatementsRequest::default()).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "parent");
    let status = query.resolve_entities(pb::ResolveEntitiesRequest::default()).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "queries");
    let many = pb::ResolveEntitiesRequest {
        queries: vec![pb::EntityQuery { text: "x".into(), ..Default::default() }; 101],
        ..Default::default()
    };
    let status = query.resolve_entities(many).await.unwrap_err();
    assert_invalid(&status, "OVER_LIMIT", "queries");
    let empty = pb::ResolveEntitiesRequest {
        queries: vec![pb::EntityQuery::default()],
        ..Default::default()
    };
    let status = query.resolve_entities(empty).await.unwrap_err();
    assert_invalid(&status, "REQUIRED", "queries[0].text");
    assert!(BODY.len() < 4_096);
    server.stop().await;
}

#[tokio::test]
async fn page_tokens_are_bound_to_their_list_and_cannot_be_made_up() {
    let home = Home::new();
    let server = home.start().await;
    for at in 0..5 {
        server.entity(&format!("e{at}"), person(&format!("Person {at}"))).await;
    }
    let list = |page_token: String| pb::ListEntitiesRequest {
        page_size: 2,
        page_token,
        ..Default::default()
    };
    let mut query = server.query();
    let first = query.list_entities(list(String::new())).await.unwrap().into_inner();
    let token = first.next_page_token.clone();
    let mut tampered = token.clone().into_bytes();
    let middle = tampered.len() / 2;
    tampered[middle] = if tampered[middle] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();
    for bad in [tampered, "not a token".into(), "AAAA".into()] {
        let status = query.list_entities(list(bad)).await.unwrap_err();
        assert_invalid(&status, "BAD_TOKEN", "page_token");
    }
    let others = [
        pb::ListEntitiesRequest { filter: "type = PERSON".into(), ..list(token.clone()) },
        pb::ListEntitiesRequest { order_by: "name".into(), ..list(token.clone()) },
        pb::ListEntitiesRequest {
            read: Some(pb::ReadOptions {
                as_of: Some(pb::read_options::AsOf::Revision(first.revision)),
                ..Default::default()
            }),
            ..list(token.clone())
        },
    ];
    for other in others {
        let status = query.list_entities(other).await.unwrap_err();
        assert_invalid(&status, "PAGE_TOKEN_MISMATCH", "page_token");
    }
    let of_another_list =
        pb::ListArticlesRequest { page_token: token.clone(), ..Default::default() };
    let status = query.list_articles(of_another_list).await.unwrap_err();
    assert_invalid(&status, "PAGE_TOKEN_MISMATCH", "page_token");
    // The page's size alone may change.
    let larger = pb::ListEntitiesRequest { page_size: 10, ..list(token) };
    assert_eq!(query.list_entities(larger).await.unwrap().into_inner().entities.len(), 3);
    server.stop().await;
}
