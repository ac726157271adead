//! Texts that are no articles: each is answered or refused, and nothing is made up.

use dicta::domain::body::normalize;
use dicta::domain::limits::BODY_BYTES;
use dicta::rpc::pb;
use dicta::rpc::pb::{CreateEntities, IngestOutcome};

use super::extracting;
use crate::harness::{Dicta, Home, assert_invalid};
use crate::samples::article;

/// A text, its language tag, and what is found in it: a line a statement, who says it
/// and what.
struct Case {
    name: &'static str,
    language: &'static str,
    text: String,
    found: &'static str,
}

fn cases() -> Vec<Case> {
    let case =
        |name, language, text: &str, found| Case { name, language, text: text.into(), found };
    vec![
        case("no-sentences", "", "bridge river valley\nsnow 12 31 ferry ---", ""),
        case("blank", "en", " \n\t\n \u{a0}\n", ""),
        case("all-quotes", "en", "“Rain and snow.” “Wind and ice.” “Frost in the valley.”", ""),
        case("marks-alone", "en", &"\"“’«".repeat(2_000), ""),
        case("open", "en", "“We are ready for the winter, and nobody will stop us now", ""),
        case(
            "open-with-name",
            "en",
            "Mayor Jane Roe said: “The bridge is safe for all of us",
            "Mayor Jane Roe: The bridge is safe for all of us",
        ),
        case("one-word", "", &"w".repeat(BODY_BYTES), ""),
        case("one-word-many-bytes", "en", &"é".repeat(BODY_BYTES / 2), ""),
        case("right-to-left", "", "وقال الوزير إن «الجسر سيفتح في شهر مايو المقبل» أمس.", ""),
        case("sorani", "ckb", "سەرۆکی هەرێم ڕایگەیاند: «پێویستە هاوکاری بکرێین هەموومان».", ""),
        case(
            "overridden",
            "en",
            "\u{202e}Mayor Jane Roe said that the bridge was safe.\u{202c}",
            "Mayor Jane Roe: that the bridge was safe",
        ),
        case(
            "emoji",
            "en",
            "👍🏽 “We are all very happy 🎉 about it,” Mayor Jane Roe said. 👩‍👩‍👧🦀",
            "Mayor Jane Roe: We are all very happy 🎉 about it,",
        ),
        case(
            "control",
            "en",
            "Mayor Jane Roe\u{7} said\u{0} that the\u{8} bridge was safe.\u{1b}[0m\u{9b}\r\n",
            "Mayor Jane Roe: that the\u{8} bridge was safe",
        ),
        case(
            "decomposed",
            "en",
            "Cafe\u{301} Ouest closed. Mayor Jane Roe said that the bridge was safe.\r\n",
            "Mayor Jane Roe: that the bridge was safe",
        ),
        case("german", "de", "Der Minister sagte, die Brücke sei sicher. „Nein“, rief er.", ""),
        case("japanese", "", "大臣は「橋は五月に開く」と述べた。", ""),
        case(
            "french",
            "fr",
            "« Nous allons ouvrir le pont en mai », a déclaré Jeanne Dupont mardi.",
            "Jeanne Dupont: Nous allons ouvrir le pont en mai",
        ),
    ]
}

#[tokio::test]
async fn whatever_the_text_what_is_found_stands_in_it() {
    let home = Home::new();
    let server = home.start().await;
    for case in cases() {
        let sent = sent(&case);
        let asked = pb::ExtractArticleRequest {
            article: Some(sent.clone()),
            create_entities: CreateEntities::Mentioned.into(),
            ..Default::default()
        };
        let told = server.ingest().extract_article(asked).await.unwrap().into_inner();
        let stored = server.store(extracting(sent.clone(), CreateEntities::Mentioned)).await;
        assert_eq!(shown(&stored.statements), case.found, "{}", case.name);
        assert_eq!(places(&told.statements), places(&stored.statements), "{}", case.name);
        hold(&case, &stored);
        let again = server.store(extracting(sent, CreateEntities::Mentioned)).await;
        assert_eq!(again.outcome(), IngestOutcome::Unchanged, "{}", case.name);
    }
    server.stop().await;
}

fn sent(case: &Case) -> pb::Article {
    pb::Article {
        body: case.text.clone(),
        language: case.language.into(),
        ..article(&format!("articles/{}", case.name))
    }
}

fn shown(statements: &[pb::Statement]) -> String {
    let said = |statement: &pb::Statement| {
        let words: Vec<&str> =
            selectors(statement).into_iter().map(|it| it.exact.as_str()).collect();
        let speaker = statement.speaker.as_ref().and_then(|it| it.mention.as_ref());
        format!("{}: {}", speaker.map_or("", |it| &it.text), words.join(" … "))
    };
    statements.iter().map(said).collect::<Vec<_>>().join("\n")
}

fn selectors(statement: &pb::Statement) -> Vec<&pb::Selector> {
    statement.content.iter().map(|span| span.selector.as_ref().unwrap()).collect()
}

fn places(statements: &[pb::Statement]) -> Vec<(String, Vec<pb::ContentSpan>)> {
    statements.iter().map(|it| (it.name.clone(), it.content.clone())).collect()
}

/// Spans are of whole code points of the stored text, in order; without rules for the
/// language nothing is sure, and no entity is made.
fn hold(case: &Case, stored: &pb::IngestArticleResponse) {
    let (body, _) = normalize(case.text.clone());
    let points: Vec<char> = body.chars().collect();
    for statement in &stored.statements {
        let mut end = 0;
        for selector in selectors(statement) {
            let range = selector.start.unwrap() as usize..selector.end.unwrap() as usize;
            assert!(range.start >= end && range.start < range.end, "{}", case.name);
            end = range.end;
            let words: String = points[range].iter().collect();
            assert!(selector.verified && words == selector.exact, "{}", case.name);
        }
        if !case.language.is_empty() && case.language != "en" {
            assert!(statement.confidence.unwrap() < 0.5, "{}", case.name);
            assert!(statement.content.iter().all(|span| span.quoted), "{}", case.name);
        }
    }
    assert!(case.language == "en" || stored.entities.is_empty(), "{}", case.name);
}

#[tokio::test]
async fn a_text_beyond_the_limit_is_refused_at_the_body() {
    let home = Home::new();
    let server: Dicta = home.start().await;
    let long = pb::Article { body: "w".repeat(BODY_BYTES + 1), ..article("articles/long") };
    let asked = pb::ExtractArticleRequest { article: Some(long.clone()), ..Default::default() };
    let refused = server.ingest().extract_article(asked).await.unwrap_err();
    assert_invalid(&refused, "OVER_LIMIT", "article.body");
    let request = extracting(long, CreateEntities::Never);
    let refused = server.ingest().ingest_article(request).await.unwrap_err();
    assert_invalid(&refused, "OVER_LIMIT", "article.body");
    assert_eq!(server.revision().await, 0);
    server.stop().await;
}
