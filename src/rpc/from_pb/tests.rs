//! What requests are refused for, and what they turn into.

use crate::domain::body::BodyExtent;
use crate::kb::command::{ArticleField, Collection, CreateEntities, EntityField};
use crate::kb::error::Error;
use crate::rpc::from_pb::{self, samples};
use crate::rpc::pb;
use crate::store::{At, LoadBody};

/// The fields and reasons that a request was refused for.
fn faults<T>(result: Result<T, Error>) -> Vec<String> {
    match result {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(faults)) => {
            faults.iter().map(|fault| format!("{} {}", fault.field, fault.reason)).collect()
        }
        Err(error) => panic!("{error:?}"),
    }
}

/// The sample ingest with one thing changed is refused for `expected` alone.
fn check(spoil: impl FnOnce(&mut pb::IngestArticleRequest), expected: &str) {
    let mut request = samples::ingest();
    spoil(&mut request);
    let faults = faults(from_pb::ingest_article(request, "tester"));
    let expected: Vec<&str> = expected.split(", ").filter(|fault| !fault.is_empty()).collect();
    assert_eq!(faults, expected);
}

fn check_article(spoil: impl FnOnce(&mut pb::Article), expected: &str) {
    check(|request| spoil(request.article.as_mut().unwrap()), expected);
}

fn check_statement(spoil: impl FnOnce(&mut pb::Statement), expected: &str) {
    check(|request| spoil(&mut request.statements[0]), expected);
}

fn check_selector(spoil: impl FnOnce(&mut pb::Selector), expected: &str) {
    let spoil = |statement: &mut pb::Statement| {
        spoil(statement.content[0].selector.as_mut().unwrap());
    };
    let field = "statements[0].content[0].selector";
    let expected = if expected.is_empty() { String::new() } else { format!("{field}.{expected}") };
    check_statement(spoil, &expected);
}

fn check_entity(spoil: impl FnOnce(&mut pb::Entity), expected: &str) {
    check(|request| spoil(&mut request.entities[0]), expected);
}

fn text(length: usize) -> String {
    "ä".repeat(length)
}

#[test]
fn an_ingest_becomes_a_command() {
    let command = from_pb::ingest_article(samples::ingest(), "tester").unwrap();
    assert_eq!(command.context.principal, "tester");
    assert!(command.context.validate_only && command.replace_statements);
    assert_eq!(command.create_entities, CreateEntities::Mentioned);
    assert_eq!(command.article.id.unwrap().as_str(), "a");
    assert_eq!(command.article.article.body.extent, BodyExtent::Full);
    assert_eq!(command.statements[0].id.as_ref().unwrap().as_str(), "s");
    let origin = &command.statements[0].statement.links[0].origin;
    assert_eq!(origin.principal, "tester");
    assert_eq!(origin.batch.as_ref().unwrap().as_str(), "import-1");
}

#[test]
fn a_request_hashes_the_same_whatever_its_id() {
    let hash = |request| from_pb::ingest_article(request, "").unwrap().context.request.unwrap();
    let (one, other) = (samples::ingest(), samples::ingest());
    let other = pb::IngestArticleRequest {
        request_id: "0b8f7a52-3c58-4f61-9d3e-5a1c2b3d4e5f".into(),
        ..other
    };
    let changed = pb::IngestArticleRequest { replace_statements: false, ..samples::ingest() };
    assert_eq!(hash(one.clone()).payload, hash(other.clone()).payload);
    assert_ne!(hash(one.clone()).id, hash(other).id);
    assert_ne!(hash(one).payload, hash(changed).payload);
}

#[test]
fn a_bad_ingest_is_refused() {
    check(|_| {}, "");
    check(|it| it.article = None, "article REQUIRED");
    check(|it| it.request_id = "x".into(), "request_id BAD_REQUEST_ID");
    let nil = "00000000-0000-0000-0000-000000000000";
    check(|it| it.request_id = nil.into(), "request_id BAD_REQUEST_ID");
    let version_1 = "c232ab00-9414-11ec-b3c8-9f6bdeced846";
    check(|it| it.request_id = version_1.into(), "request_id BAD_REQUEST_ID");
    check(|it| it.batch = "No Batch".into(), "batch BAD_ID");
    check(|it| it.extraction = 99, "extraction UNKNOWN_ENUM_VALUE");
    check(|it| it.create_entities = -1, "create_entities UNKNOWN_ENUM_VALUE");
    check(|it| it.statements = vec![pb::Statement::default(); 2_001], "statements OVER_LIMIT");
    check(|it| it.entities = vec![pb::Entity::default(); 1_001], "entities OVER_LIMIT");
    check(|it| it.statements.push(it.statements[0].clone()), "statements[1].name DUPLICATE");
    check(|it| it.entities.push(it.entities[0].clone()), "entities[1].name DUPLICATE");
}

#[test]
fn extraction_is_not_served() {
    let mut request = samples::ingest();
    request.extraction = pb::Extraction::BuiltIn.into();
    let error = from_pb::ingest_article(request, "").unwrap_err();
    assert!(matches!(error, Error::NotServed { reason: "EXTRACTION_NOT_SERVED", .. }));
}

#[test]
fn a_bad_article_is_refused() {
    check_article(
        |it| it.name = "article/a".into(),
        "article.name BAD_NAME, statements[0].name BAD_NAME, statements[0].parent BAD_NAME",
    );
    check_article(|it| it.title = text(1_024), "");
    check_article(|it| it.title = text(1_025), "article.title OVER_LIMIT");
    check_article(|it| it.title = "a\u{7}".into(), "article.title BAD_TEXT");
    check_article(|it| it.body = "a".repeat((1 << 20) + 1), "article.body OVER_LIMIT");
    check_article(|it| it.body.clear(), "article.body_extent CONTRADICTION");
    let none = pb::BodyExtent::None.into();
    check_article(|it| it.body_extent = none, "article.body_extent CONTRADICTION");
    check_article(|it| it.body_extent = 9, "article.body_extent UNKNOWN_ENUM_VALUE");
    check_article(|it| it.language = "english language".into(), "article.language BAD_LANGUAGE");
    check_article(|it| it.canonical_url = "ftp://a".into(), "article.canonical_url BAD_URL");
    let long = format!("https://a/{}", "a".repeat(2_048));
    check_article(|it| it.canonical_url = long, "article.canonical_url OVER_LIMIT");
    check_article(
        |it| it.publisher.as_mut().unwrap().entity = "reuters".into(),
        "article.publisher.entity BAD_NAME",
    );
    check_article(|it| it.authors[1].clear(), "article.authors[1] REQUIRED");
    check_article(|it| it.authors = vec!["A".into(); 65], "article.authors OVER_LIMIT");
    check_article(|it| it.source_agency = text(257), "article.source_agency OVER_LIMIT");
    check_article(|it| it.pub_status = 4, "article.pub_status UNKNOWN_ENUM_VALUE");
    check_article(|it| it.medium = 99, "article.medium UNKNOWN_ENUM_VALUE");
    check_article(|it| it.duplicate_of = "a".into(), "article.duplicate_of BAD_NAME");
    check_article(|it| it.duplicate_of = "articles/a".into(), "article.duplicate_of CONTRADICTION");
    check_article(
        |it| it.origin.as_mut().unwrap().extractor.clear(),
        "article.origin.extractor REQUIRED",
    );
}

#[test]
fn a_bad_time_is_refused() {
    let at = |seconds, nanos| Some(prost_types::Timestamp { seconds, nanos });
    check_article(|it| it.published_at = at(0, -1), "article.published_at BAD_TIME");
    check_article(|it| it.published_at = at(0, 1_000_000_000), "article.published_at BAD_TIME");
    check_article(|it| it.retrieved_at = at(i64::MAX, 0), "article.retrieved_at BAD_TIME");
    check_article(|it| it.retrieved_at = at(-62_135_596_801, 0), "article.retrieved_at BAD_TIME");
    let uttered = |spoil: fn(&mut pb::CoarseTime), expected: &str| {
        let expected = format!("statements[0].uttered_at.{expected}");
        check_statement(|it| spoil(it.uttered_at.as_mut().unwrap()), &expected);
    };
    uttered(|it| it.start.clear(), "start REQUIRED");
    uttered(|it| it.start = "soon".into(), "start BAD_TIME");
    uttered(|it| it.end = "2026".into(), "end BAD_PRECISION");
    uttered(|it| it.end = "2026-08".into(), "end BAD_TIME");
    uttered(|it| it.precision = 99, "precision UNKNOWN_ENUM_VALUE");
    uttered(|it| it.start = "2026-09-16".into(), "start BAD_PRECISION");
    uttered(|it| it.utc_offset = "+3".into(), "utc_offset BAD_TIME");
    uttered(|it| it.text = text(257), "text OVER_LIMIT");
}

#[test]
fn bad_labels_and_metadata_are_refused() {
    use prost_types::value::Kind;
    let label = |key: &str, value: &str| {
        let (key, value) = (key.to_owned(), value.to_owned());
        move |it: &mut pb::Article| {
            it.labels.insert(key, value);
        }
    };
    check_article(label("Bad", "x"), "article.labels.Bad BAD_KEY");
    check_article(label("a", &text(257)), "article.labels.a OVER_LIMIT");
    check_article(
        |it| it.labels = (0..65).map(|n| (format!("l{n}"), String::new())).collect(),
        "article.labels OVER_LIMIT",
    );
    let entry = |kind: Option<Kind>| {
        move |it: &mut pb::Article| {
            let fields = &mut it.metadata.as_mut().unwrap().fields;
            fields.insert("x".into(), prost_types::Value { kind });
        }
    };
    check_article(entry(None), "article.metadata.x REQUIRED");
    check_article(entry(Some(Kind::NumberValue(f64::NAN))), "article.metadata.x BAD_NUMBER");
    let long = Kind::StringValue("a".repeat(64 << 10));
    check_article(entry(Some(long)), "article.metadata OVER_LIMIT");
    let nested = |depth: usize| {
        let innermost = Kind::BoolValue(true);
        (1..depth).fold(innermost, |inner, _| {
            let values = vec![prost_types::Value { kind: Some(inner) }];
            Kind::ListValue(prost_types::ListValue { values })
        })
    };
    check_article(entry(Some(nested(32))), "");
    let path = format!("article.metadata.x{} OVER_LIMIT", "[0]".repeat(31));
    check_article(entry(Some(nested(33))), &path);
}

#[test]
fn a_bad_statement_is_refused() {
    check_statement(|it| it.name = "articles/-/statements/s".into(), "");
    check_statement(|it| it.parent = "articles/-/statements/p".into(), "");
    check_statement(|it| it.name = "articles/b/statements/s".into(), "statements[0].name BAD_NAME");
    check_statement(|it| it.name = "articles/-/statements/S".into(), "statements[0].name BAD_NAME");
    check_statement(
        |it| it.parent = "articles/b/statements/p".into(),
        "statements[0].parent BAD_NAME",
    );
    check_statement(|it| it.parent.clone_from(&it.name), "statements[0].parent CONTRADICTION");
    check_statement(|it| it.kind = 9, "statements[0].kind UNKNOWN_ENUM_VALUE");
    check_statement(|it| it.content.clear(), "statements[0].content REQUIRED");
    check_statement(
        |it| it.content = vec![it.content[0].clone(); 65],
        "statements[0].content OVER_LIMIT",
    );
    check_statement(
        |it| it.content[0].selector = None,
        "statements[0].content[0].selector REQUIRED",
    );
    check_statement(|it| it.confidence = Some(1.1), "statements[0].confidence BAD_NUMBER");
    check_statement(|it| it.confidence = Some(f64::NAN), "statements[0].confidence BAD_NUMBER");
    check_statement(|it| it.rank = 9, "statements[0].rank UNKNOWN_ENUM_VALUE");
    check_statement(|it| it.rank_reason.clear(), "statements[0].rank_reason REQUIRED");
    check_statement(|it| it.topics.push(String::new()), "statements[0].topics[1] REQUIRED");
    check_statement(|it| it.language = "?".into(), "statements[0].language BAD_LANGUAGE");
    check_statement(
        |it| it.mentions.push(pb::Mention::default()),
        "statements[0].mentions[1].text REQUIRED",
    );
    check_statement(
        |it| it.addressees[0].r#type = 99,
        "statements[0].addressees[0].type UNKNOWN_ENUM_VALUE",
    );
    check_statement(|it| it.links[0].r#type = 0, "statements[0].links[0].type REQUIRED");
    check_statement(
        |it| it.links[0].target.clone_from(&it.name),
        "statements[0].links[0].target CONTRADICTION",
    );
    check_statement(
        |it| it.links[0].target = "articles/-/statements/x".into(),
        "statements[0].links[0].target BAD_NAME",
    );
    check_statement(
        |it| it.links[0].confidence = Some(-0.1),
        "statements[0].links[0].confidence BAD_NUMBER",
    );
}

#[test]
fn a_bad_speaker_is_refused() {
    let check = |spoil: fn(&mut pb::Speaker), expected: &str| {
        let expected = format!("statements[0].speaker.{expected}");
        check_statement(|it| spoil(it.speaker.as_mut().unwrap()), &expected);
    };
    check(|it| it.anonymous = true, "entity CONTRADICTION");
    check(|it| (it.anonymous, it.entity) = (true, String::new()), "mention.entity CONTRADICTION");
    check(|it| it.entity = "entities/other".into(), "mention.entity CONTRADICTION");
    check(|it| it.entity = "entities/".into(), "entity BAD_NAME");
    check(|it| it.description = text(513), "description OVER_LIMIT");
}

#[test]
fn a_bad_triple_is_refused() {
    use pb::term::Value;
    let check = |spoil: fn(&mut pb::Triple), expected: &str| {
        let expected = format!("statements[0].triple.{expected}");
        check_statement(|it| spoil(it.triple.as_mut().unwrap()), &expected);
    };
    check(|it| it.subject = None, "subject REQUIRED");
    check(|it| it.subject = Some(pb::Term::default()), "subject REQUIRED");
    check(|it| it.predicate.clear(), "predicate REQUIRED");
    check(|it| it.predicate = "Needs Support".into(), "predicate BAD_KEY");
    check(|it| it.qualifiers[1].value = None, "qualifiers[1].value REQUIRED");
    check(
        |it| it.object = Some(pb::Term { value: Some(Value::Number(f64::INFINITY)) }),
        "object.number BAD_NUMBER",
    );
    check(
        |it| it.object = Some(pb::Term { value: Some(Value::Entity("x".into())) }),
        "object.entity BAD_NAME",
    );
}

#[test]
fn a_bad_selector_is_refused() {
    check_selector(|it| (it.start, it.end) = (None, None), "");
    check_selector(|it| it.exact.clear(), "");
    check_selector(|it| *it = pb::Selector::default(), "exact REQUIRED");
    check_selector(|it| (it.start, it.exact) = (None, String::new()), "start REQUIRED");
    check_selector(|it| (it.end, it.exact) = (None, String::new()), "end REQUIRED");
    check_selector(|it| it.start = Some(-1), "start BAD_NUMBER");
    check_selector(|it| it.end = it.start, "end BAD_NUMBER");
    check_selector(|it| it.exact = text(65_537), "exact OVER_LIMIT");
    check_selector(|it| it.prefix = text(65), "prefix OVER_LIMIT");
}

#[test]
fn a_bad_entity_is_refused() {
    check_entity(|it| it.display_name.clear(), "");
    check_entity(|it| it.name = "minister".into(), "entities[0].name BAD_NAME");
    check_entity(|it| *it = pb::Entity::default(), "entities[0].display_name REQUIRED");
    check_entity(|it| it.display_name = " ".into(), "entities[0].display_name REQUIRED");
    check_entity(|it| it.r#type = 99, "entities[0].type UNKNOWN_ENUM_VALUE");
    check_entity(|it| it.names[0].text.clear(), "entities[0].names[0].text REQUIRED");
    check_entity(|it| it.names[0].kind = 9, "entities[0].names[0].kind UNKNOWN_ENUM_VALUE");
    check_entity(
        |it| it.external_ids[0].authority = "Wikidata".into(),
        "entities[0].external_ids[0].authority BAD_KEY",
    );
    check_entity(|it| it.external_ids[0].id.clear(), "entities[0].external_ids[0].id REQUIRED");
    check_entity(
        |it| it.external_ids[0].id = text(129),
        "entities[0].external_ids[0].id OVER_LIMIT",
    );
    check_entity(
        |it| (it.occupancies[0].post, it.occupancies[0].title) = Default::default(),
        "entities[0].occupancies[0].title REQUIRED",
    );
    check_entity(
        |it| it.occupancies[0].evidence = "articles/a".into(),
        "entities[0].occupancies[0].evidence BAD_NAME",
    );
    check_entity(
        |it| it.end = Some(pb::CoarseTime { start: "2025".into(), ..Default::default() }),
        "entities[0].end BAD_TIME",
    );
    check_entity(|it| it.place = "paris".into(), "entities[0].place BAD_NAME");
}

fn article_update(paths: &[&str]) -> Result<Vec<ArticleField>, Error> {
    let article = Some(samples::article());
    let paths = paths.iter().map(ToString::to_string).collect();
    let update_mask = Some(prost_types::FieldMask { paths });
    let request = pb::UpdateArticleRequest { article, update_mask, ..Default::default() };
    from_pb::update_article(request, "").map(|command| command.fields)
}

#[test]
fn a_mask_names_fields() {
    assert_eq!(article_update(&["title", "etag", "title"]), Ok(vec![ArticleField::Title]));
    assert_eq!(article_update(&["labels.a/b.c"]), Ok(vec![ArticleField::Label("a/b.c".into())]));
    assert_eq!(
        article_update(&["metadata.`live`"]),
        Ok(vec![ArticleField::MetadataKey("live".into())])
    );
    assert_eq!(article_update(&["*"]).unwrap().len(), 13);
    assert_eq!(article_update(&[]).unwrap().len(), 13);
    for bad in ["body", "body_extent", "canonical_url", "titel", "origin.note", "labels."] {
        let field = "update_mask.paths[0]";
        let reason = if bad == "labels." { "BAD_KEY" } else { "BAD_MASK" };
        assert_eq!(faults(article_update(&[bad])), [format!("{field} {reason}")], "{bad}");
    }
    let Err(Error::Invalid(faults)) = article_update(&["publishd_at"]) else { panic!() };
    assert!(faults[0].description.contains("`published_at`"), "{}", faults[0].description);
}

#[test]
fn an_update_without_a_mask_takes_what_is_set() {
    let entity = pb::Entity {
        name: "entities/a".into(),
        description: "A minister".into(),
        etag: "7".into(),
        ..Default::default()
    };
    let request = pb::UpdateEntityRequest { entity: Some(entity), ..Default::default() };
    let command = from_pb::update_entity(request.clone(), "").unwrap();
    assert_eq!(command.fields, [EntityField::Description]);
    assert_eq!(command.etag.as_deref(), Some("7"));
    let update_mask = Some(prost_types::FieldMask { paths: vec!["*".into()] });
    let request = pb::UpdateEntityRequest { update_mask, ..request };
    assert_eq!(faults(from_pb::update_entity(request, "")), ["entity.display_name REQUIRED"]);
}

#[test]
fn creations_and_deletions_are_checked() {
    let request = pb::CreateStatementRequest {
        parent: "articles/a".into(),
        statement_id: "new".into(),
        statement: Some(samples::statement()),
        ..Default::default()
    };
    let command = from_pb::create_statement(request.clone(), "").unwrap();
    assert_eq!(command.draft.id.unwrap().as_str(), "new");
    let request = pb::CreateStatementRequest { statement_id: "New".into(), ..request };
    assert_eq!(faults(from_pb::create_statement(request, "")), ["statement_id BAD_ID"]);

    let request =
        pb::CreateEntityRequest { entity: Some(pb::Entity::default()), ..Default::default() };
    assert_eq!(faults(from_pb::create_entity(request, "")), ["entity.display_name REQUIRED"]);

    let request = pb::DeleteEntityRequest { name: "articles/a".into(), ..Default::default() };
    assert_eq!(faults(from_pb::delete_entity(request, "")), ["name BAD_NAME"]);
    let request = pb::DeleteStatementRequest { etag: "7".into(), ..Default::default() };
    assert_eq!(faults(from_pb::delete_statement(request, "")), ["name REQUIRED"]);
}

#[test]
fn reads_are_checked() {
    let names = ["articles/a", "articles/b", "articles/a"].map(str::to_owned);
    let request = pb::BatchGetArticlesRequest { names: names.into(), ..Default::default() };
    let command = from_pb::batch_get_articles(request).unwrap();
    let names: Vec<String> = command.names.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["articles/a", "articles/b"]);
    assert_eq!((command.body, command.read.at), (LoadBody::No, At::Head));

    let request = pb::BatchGetEntitiesRequest::default();
    assert_eq!(faults(from_pb::batch_get_entities(request)), ["names REQUIRED"]);
    let names = (0..1_001).map(|n| format!("entities/e{n}")).collect();
    let request = pb::BatchGetEntitiesRequest { names, read: None };
    assert_eq!(faults(from_pb::batch_get_entities(request)), ["names OVER_LIMIT"]);

    let as_of = Some(pb::read_options::AsOf::Revision(-1));
    let read = Some(pb::ReadOptions { as_of, ..Default::default() });
    let request = pb::GetArticleRequest { read, view: 7, ..Default::default() };
    assert_eq!(
        faults(from_pb::get_article(request)),
        ["view UNKNOWN_ENUM_VALUE", "name REQUIRED", "read.revision BAD_NUMBER"]
    );
}

#[test]
fn lists_are_checked() {
    for (sent, taken) in [(0, 50), (7, 7), (1_000, 1_000), (i32::MAX, 1_000)] {
        let request = pb::ListStatementsRequest {
            parent: "articles/-".into(),
            page_size: sent,
            ..Default::default()
        };
        let command = from_pb::list_statements(request).unwrap();
        assert_eq!(command.page_size, taken);
        assert_eq!(command.collection, Collection::Statements(None));
    }
    let request = pb::ListStatementsRequest { page_size: -1, ..Default::default() };
    assert_eq!(
        faults(from_pb::list_statements(request)),
        ["parent REQUIRED", "page_size BAD_NUMBER"]
    );
}

#[test]
fn names_to_resolve_are_checked() {
    let request = pb::ResolveEntitiesRequest::default();
    assert_eq!(faults(from_pb::resolve_entities(request)), ["queries REQUIRED"]);
    let request = pb::ResolveEntitiesRequest {
        queries: vec![pb::EntityQuery::default()],
        limit: 51,
        read: None,
    };
    assert_eq!(
        faults(from_pb::resolve_entities(request)),
        ["queries[0].text REQUIRED", "limit OVER_LIMIT"]
    );
}
