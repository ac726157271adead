//! Times and selectors that make no sense, and requests with many faults.

use dicta::rpc::pb;
use tonic::Code;

use crate::bad_requests::{refuse_ingests, stating, uttered, with};
use crate::harness::{Home, assert_refused, metadata, refusal};
use crate::samples::{ingest_with, place, said, words};

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
    let extraction = pb::Extraction::Remote.into();
    let request = pb::IngestArticleRequest { extraction, ..with(|_| {}) };
    let status = server.ingest().ingest_article(request).await.unwrap_err();
    assert_refused(&status, Code::Unimplemented, "EXTRACTION_NOT_SERVED");
    assert_eq!(server.revision().await, 0);
    server.stop().await;
}
