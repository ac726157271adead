//! Articles that are refused, and for what.

use super::*;

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

/// What is taken of a body and its extent: the extent, whether a stored body is
/// to be dropped, whether the text was changed.
fn check_body(body: &str, extent: pb::BodyExtent, expected: (BodyExtent, bool, bool)) {
    let article =
        pb::Article { body: body.into(), body_extent: extent.into(), ..samples::article() };
    let request = pb::IngestArticleRequest { article: Some(article), ..Default::default() };
    let draft = from_pb::ingest_article(request, "").unwrap().article;
    assert_eq!((draft.article.body.extent, draft.body_dropped, draft.body_normalized), expected);
}

#[test]
fn a_body_says_how_much_it_is() {
    check_body("a", pb::BodyExtent::Unspecified, (BodyExtent::Full, false, false));
    check_body("a\r\nb", pb::BodyExtent::Excerpt, (BodyExtent::Excerpt, false, true));
    check_body("", pb::BodyExtent::Unspecified, (BodyExtent::None, false, false));
    check_body("", pb::BodyExtent::None, (BodyExtent::None, true, false));
}
