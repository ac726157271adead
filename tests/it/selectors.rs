//! Selectors: three forms in, one form out, offsets in code points.

use dicta::rpc::pb;

use crate::harness::Home;
use crate::samples::{article, ingest, place, said, words};

/// Stores a body with one statement and answers its selector as stored.
async fn stored(body: &str, selector: pb::Selector) -> pb::Selector {
    let home = Home::new();
    let server = home.start().await;
    let article = pb::Article { body: body.into(), ..article("articles/text") };
    let request = pb::IngestArticleRequest { statements: vec![said(selector)], ..ingest(article) };
    let stored = server.store(request).await;
    server.stop().await;
    stored.statements[0].content[0].selector.clone().unwrap()
}

const BODY: &str = "One 👩‍👩‍👧 said: go home. The other e\u{323} said: stay here.";

#[tokio::test]
async fn each_form_is_completed_to_the_same_selector() {
    // In the stored form, which is NFC.
    let body: Vec<char> = BODY.replace("e\u{323}", "\u{1eb9}").chars().collect();
    let start = body.windows(4).position(|four| four.iter().collect::<String>() == "stay").unwrap();
    let start = i32::try_from(start).unwrap();
    let forms = [
        words("stay here"),
        place(start, start + 9),
        pb::Selector { exact: "stay here".into(), ..place(start, start + 9) },
    ];
    for form in forms {
        let selector = stored(BODY, form.clone()).await;
        assert_eq!(selector.exact, "stay here", "{form:?}");
        assert_eq!((selector.start, selector.end), (Some(start), Some(start + 9)), "{form:?}");
        assert!(selector.verified);
        assert!(selector.prefix.ends_with("said: ") && selector.suffix == ".", "{selector:?}");
        assert!(selector.prefix.chars().count() <= 32);
    }
}

#[tokio::test]
async fn what_stands_around_words_settles_which_are_meant() {
    let second = pb::Selector { prefix: "\u{1eb9} ".into(), ..words("said") };
    let first = pb::Selector { suffix: ": go".into(), ..words("said") };
    let (first, second) = (stored(BODY, first).await, stored(BODY, second).await);
    assert!(first.start < second.start, "{first:?} {second:?}");
    let by_place = stored(BODY, pb::Selector { start: second.start, ..words("said") }).await;
    assert_eq!(by_place, second);
}

#[tokio::test]
async fn a_body_that_storing_changes_says_so() {
    let home = Home::new();
    let server = home.start().await;
    let send = |body: &str| ingest(pb::Article { body: body.into(), ..article("articles/text") });
    for (body, kept, normalized) in [
        ("plain\ntext", "plain\ntext", false),
        ("cafe\u{301}", "caf\u{e9}", true),
        ("one\r\ntwo", "one\ntwo", true),
    ] {
        let answer = server.store(send(body)).await.article.unwrap();
        assert_eq!(answer.body_normalized, normalized, "{body:?}");
        let stored = server.article("articles/text").await.unwrap();
        assert_eq!((stored.body.as_str(), stored.body_normalized), (kept, false));
        assert_eq!(stored.body_length, i32::try_from(kept.chars().count()).unwrap());
    }
    server.stop().await;
}

#[tokio::test]
async fn without_the_full_body_words_are_kept_unverified() {
    let home = Home::new();
    let server = home.start().await;
    let mut bodiless = article("articles/text");
    bodiless.body.clear();
    let request = pb::IngestArticleRequest {
        statements: vec![said(words("never seen"))],
        ..ingest(bodiless)
    };
    let stored = server.store(request).await;
    let selector = stored.statements[0].content[0].selector.clone().unwrap();
    assert_eq!((selector.exact.as_str(), selector.verified), ("never seen", false));
    server.stop().await;
}
