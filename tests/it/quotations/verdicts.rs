//! What is said of quotes that were altered by rule.

use std::collections::BTreeMap;

use dicta::rpc::pb;
use expect_test::expect;
use tonic::Status;

use super::fresh;
use crate::harness::{Dicta, Home, assert_invalid};
use crate::samples::{article, ingest, mention, person, said, words};

/// How many quotes there are.
const QUOTES: usize = 100;
/// Each rule alters every so many of them.
const EVERY: usize = 5;
const JANE: &str = "entities/jane-roe";

/// Quotes of eleven words of which no two are near to each other.
fn quote(at: usize) -> String {
    let pick = |list: &[&'static str], step: usize| list[(at * step + at / 7) % list.len()];
    let who = pick(&["farmers", "teachers", "builders", "doctors", "fishermen", "drivers"], 5);
    let what = pick(&["bridge", "harbour", "school", "budget", "treaty", "railway", "museum"], 3);
    let verb = pick(&["support", "reject", "finance", "inspect", "rebuild", "reopen"], 1);
    let when = pick(&["spring", "autumn", "winter", "summer", "Monday", "Friday", "March"], 4);
    format!("Our {who} will not {verb} the {what} number{at} before next {when}")
}

/// Words that nobody is recorded to have said, as they stand in a body.
fn unsaid(at: usize) -> String {
    format!("Crowds gathered near square{at} while lamps burned along avenue{at} all evening")
}

/// Reported in the outlet's own words.
fn reported(at: usize) -> String {
    format!("the council had lost patience with contractor{at} and would seek another firm")
}

/// Said by someone who is not named.
fn whispered(at: usize) -> String {
    format!("Nobody in department{at} believed the minister would resign so soon")
}

async fn load(dicta: &Dicta) {
    dicta.entity("jane-roe", person("Jane Roe")).await;
    dicta.entity("john-doe", person("John Doe")).await;
    for at in 0..QUOTES {
        let by = |speaker: pb::Speaker, exact: &str, quoted| {
            let content = vec![pb::ContentSpan { selector: Some(words(exact)), quoted }];
            pb::Statement { content, speaker: Some(speaker), ..said(words(exact)) }
        };
        let jane = || pb::Speaker {
            entity: JANE.into(),
            mention: Some(mention("Jane Roe")),
            ..Default::default()
        };
        let nobody = pb::Speaker { anonymous: true, ..Default::default() };
        let body = format!(
            "\u{201c}{},\u{201d} Jane Roe said. Jane Roe said that {}. {}. \u{201c}{},\u{201d} an aide said.",
            quote(at),
            reported(at),
            unsaid(at),
            whispered(at),
        );
        let sent = pb::Article { body, ..article(&format!("articles/a{at}")) };
        let statements = vec![
            by(jane(), &quote(at), true),
            by(jane(), &reported(at), false),
            by(nobody, &whispered(at), true),
        ];
        dicta.store(pb::IngestArticleRequest { statements, ..ingest(sent) }).await;
    }
}

async fn verify(
    dicta: &Dicta,
    text: &str,
    speaker: &str,
) -> Result<pb::VerifyQuoteResponse, Status> {
    let request = pb::VerifyQuoteRequest {
        text: text.into(),
        speaker: speaker.into(),
        read: fresh(),
        ..Default::default()
    };
    Ok(dicta.query().verify_quote(request).await?.into_inner())
}

/// The quote with some of its words exchanged, left out or put in.
fn altered(at: usize, alter: impl Fn(&mut Vec<String>)) -> String {
    let mut words: Vec<String> = quote(at).split(' ').map(str::to_owned).collect();
    alter(&mut words);
    words.join(" ")
}

type Rule = (&'static str, fn(usize) -> String, &'static str);

const RULES: &[Rule] = &[
    ("as it was said", quote, JANE),
    ("the name in another script", quote, "جين رو"),
    ("nobody asked about", quote, ""),
    ("typography", |at| format!("«{}…»", quote(at).to_uppercase().replace(' ', "  ")), JANE),
    ("a part of it", |at| altered(at, |words| drop(words.drain(..3))), JANE),
    ("a word dropped", |at| altered(at, |words| drop(words.remove(9))), JANE),
    ("a word changed", |at| altered(at, |words| words[1] = "voters".into()), JANE),
    ("a word added", |at| altered(at, |words| words.insert(6, "whole".into())), JANE),
    ("another order", |at| altered(at, |words| words.swap(0, 1)), JANE),
    ("an ellipsis", |at| altered(at, |words| drop(words.splice(4..6, ["…".into()]))), JANE),
    ("brackets", |at| altered(at, |words| words[1] = "[people]".into()), JANE),
    ("a negation dropped", |at| altered(at, |words| drop(words.remove(3))), JANE),
    ("a negation behind an ellipsis", |at| altered(at, |words| words[3] = "…".into()), JANE),
    ("a negation added", |at| altered(at, |words| words.insert(6, "never".into())), JANE),
    ("a wrong speaker", quote, "entities/john-doe"),
    ("an unknown speaker", quote, "Ann Other"),
    ("reported, not quoted", reported, JANE),
    ("said by nobody named", whispered, JANE),
    ("in the body only", unsaid, JANE),
    (
        "never written",
        |at| format!("Bananas{at} rarely orbit quietly beneath turquoise umbrellas"),
        JANE,
    ),
];

#[tokio::test]
async fn each_way_of_altering_a_quote_has_its_verdict() {
    let home = Home::new();
    let dicta = home.start().await;
    load(&dicta).await;
    let mut table = String::new();
    for (rule, alter, speaker) in RULES {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for at in (0..QUOTES).step_by(EVERY) {
            let answer = verify(&dicta, &alter(at), speaker).await.unwrap();
            let verdict = answer.verdict().as_str_name().replace("QUOTE_VERDICT_", "");
            let first = answer.matches.first();
            let expected = format!("articles/a{at}");
            let found = first.is_none_or(|it| it.article.as_ref().unwrap().name == expected);
            assert!(found, "{rule}: {answer:?}");
            let differences = first.map(|it| it.differences().collect::<Vec<_>>());
            let differences = differences.unwrap_or_default();
            let negation = differences.iter().find(|it| {
                let negations =
                    [pb::QuoteDifference::NegationDropped, pb::QuoteDifference::NegationAdded];
                negations.contains(it)
            });
            let negation = negation.map_or_else(String::new, |it| {
                format!(" ({})", it.as_str_name().replace("QUOTE_DIFFERENCE_", ""))
            });
            *counts.entry(format!("{verdict}{negation}")).or_default() += 1;
        }
        let counts: Vec<String> =
            counts.iter().map(|(it, count)| format!("{count} {it}")).collect();
        table.push_str(&format!("{rule:<30} {}\n", counts.join(", ")));
    }
    expect![[r#"
        as it was said                 20 EXACT
        the name in another script     20 EXACT
        nobody asked about             20 EXACT
        typography                     20 EXACT
        a part of it                   20 EXACT
        a word dropped                 20 NEAR
        a word changed                 20 NEAR
        a word added                   20 NEAR
        another order                  20 NEAR
        an ellipsis                    20 EXACT
        brackets                       20 EXACT
        a negation dropped             20 NEAR (NEGATION_DROPPED)
        a negation behind an ellipsis  20 NEAR (NEGATION_DROPPED)
        a negation added               20 NEAR (NEGATION_ADDED)
        a wrong speaker                20 MISATTRIBUTED
        an unknown speaker             20 MISATTRIBUTED
        reported, not quoted           20 NEAR
        said by nobody named           20 UNATTRIBUTED
        in the body only               20 UNATTRIBUTED
        never written                  20 NOT_FOUND
    "#]]
    .assert_eq(&table);
}

#[tokio::test]
async fn evidence_comes_with_the_verdict() {
    let home = Home::new();
    let dicta = home.start().await;
    load(&dicta).await;
    let given = altered(3, |words| words[1] = "voters".into());
    let answer = verify(&dicta, &given, "Jane Roe").await.unwrap();
    let found = &answer.matches[0];
    assert!(found.quoted && found.speaker_matches);
    assert_eq!(found.statement.as_ref().unwrap().speaker.as_ref().unwrap().entity, JANE);
    let changed: Vec<(&str, &str)> = found
        .diff
        .iter()
        .filter(|it| it.kind() == pb::WordChangeKind::Changed)
        .map(|it| (it.said.as_str(), it.given.as_str()))
        .collect();
    assert_eq!(changed.len(), 1);
    assert_eq!(changed[0].1, "voters");
    let quotation = answer.quotation.unwrap();
    assert_eq!(quotation.text, quote(3));
    assert_eq!(answer.revision, dicta.revision().await);
    // In a body alone: the article, and no statement.
    let answer = verify(&dicta, &unsaid(3), "").await.unwrap();
    assert!(answer.matches[0].statement.is_none() && answer.quotation.is_none());
}

#[tokio::test]
async fn what_cannot_be_verified_is_refused() {
    let home = Home::new();
    let dicta = home.start().await;
    let refused =
        async |text: &str, speaker: &str| verify(&dicta, text, speaker).await.unwrap_err();
    assert_invalid(&refused("two words", "").await, "TOO_SHORT", "text");
    assert_invalid(&refused("", "").await, "TOO_SHORT", "text");
    assert_invalid(&refused(&"word ".repeat(1_000), "").await, "OVER_LIMIT", "text");
    assert_invalid(
        &refused("some words here", "entities/nobody").await,
        "UNKNOWN_ENTITY",
        "speaker",
    );
    assert_invalid(&refused("some words here", "entities/No Body").await, "BAD_NAME", "speaker");
    assert_invalid(&refused("some words here", &"x".repeat(300)).await, "OVER_LIMIT", "speaker");
    for limit in [-1, 51] {
        let request =
            pb::VerifyQuoteRequest { text: "some words here".into(), limit, ..Default::default() };
        let status = dicta.query().verify_quote(request).await.unwrap_err();
        let reason = if limit < 0 { "BAD_NUMBER" } else { "OVER_LIMIT" };
        assert_invalid(&status, reason, "limit");
    }
}
