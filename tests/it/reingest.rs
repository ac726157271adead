//! What becomes of statements when their article is ingested again.

use dicta::rpc::pb;
use dicta::rpc::pb::IngestOutcome::{Revised, Unchanged};
use dicta::rpc::pb::StatementStatus::{Active, Orphaned};

use crate::harness::{Dicta, Home};
use crate::samples::{
    BODY, INDIRECT, QUOTE, article, ingest, ingest_with, named, place, said, said_by, words,
};

const NAME: &str = "articles/bridge";

fn with_body(body: String) -> pb::IngestArticleRequest {
    ingest(pb::Article { body, ..article(NAME) })
}

async fn only_statement(server: &Dicta) -> pb::Statement {
    let mut statements = server.statements(NAME).await;
    assert_eq!(statements.len(), 1);
    statements.remove(0)
}

fn span(statement: &pb::Statement) -> (i32, i32) {
    let selector = statement.content[0].selector.as_ref().unwrap();
    (selector.start.unwrap(), selector.end.unwrap())
}

#[tokio::test]
async fn statements_are_matched_by_what_they_are_minted_from() {
    let home = Home::new();
    let server = home.start().await;
    let request = ingest_with(NAME, vec![said_by(QUOTE, "Jane Roe"), said(words(INDIRECT))]);
    let first = server.store(request.clone()).await;
    let again = server.store(request).await;
    assert_eq!(again.outcome(), Unchanged);
    assert_eq!(again.statements, first.statements);
    // In another order they are the same ones.
    let turned = ingest_with(NAME, vec![said(words(INDIRECT)), said_by(QUOTE, "Jane Roe")]);
    let turned = server.store(turned).await;
    assert_eq!(turned.outcome(), Unchanged);
    assert_eq!(turned.statements[0].name, first.statements[1].name);
    server.stop().await;
}

#[tokio::test]
async fn statements_are_matched_by_the_callers_name() {
    let home = Home::new();
    let server = home.start().await;
    let own = "articles/bridge/statements/own";
    server.store(ingest_with(NAME, vec![named("articles/-/statements/own", QUOTE)])).await;
    let other_words = server.store(ingest_with(NAME, vec![named(own, INDIRECT)])).await;
    assert_eq!(other_words.outcome(), Revised);
    let statement = only_statement(&server).await;
    assert_eq!(statement.name, own);
    assert_eq!(statement.content[0].selector.as_ref().unwrap().exact, INDIRECT);
    server.stop().await;
}

#[tokio::test]
async fn statements_are_matched_by_where_they_stand() {
    let home = Home::new();
    let server = home.start().await;
    let first = server.store(ingest_with(NAME, vec![said(words(QUOTE))])).await;
    let (start, end) = span(&first.statements[0]);
    // One code point less: most of it is the same span.
    let again = server.store(ingest_with(NAME, vec![said(place(start, end - 1))])).await;
    assert_eq!(again.statements[0].name, first.statements[0].name);
    // Half of it is not.
    let half = server.store(ingest_with(NAME, vec![said(place(start, start + 10))])).await;
    assert_ne!(half.statements[0].name, first.statements[0].name);
    assert_eq!(server.statements(NAME).await.len(), 2);
    server.stop().await;
}

#[tokio::test]
async fn words_that_move_are_anchored_again() {
    let home = Home::new();
    let server = home.start().await;
    let first = server.store(ingest_with(NAME, vec![said(words(QUOTE))])).await;
    let (start, _) = span(&first.statements[0]);
    server.store(with_body(format!("Updated. {BODY}"))).await;
    let moved = only_statement(&server).await;
    assert_eq!((moved.name.as_str(), moved.status()), (first.statements[0].name.as_str(), Active));
    assert_eq!((span(&moved).0, moved.article_version), (start + 9, 2));
    server.stop().await;
}

#[tokio::test]
async fn words_that_go_orphan_a_statement_until_they_come_back() {
    let home = Home::new();
    let server = home.start().await;
    let first = server.store(ingest_with(NAME, vec![said(words(QUOTE))])).await;
    server.store(with_body("The report was withdrawn.".into())).await;
    let gone = only_statement(&server).await;
    assert_eq!((gone.name.as_str(), gone.status()), (first.statements[0].name.as_str(), Orphaned));
    assert_eq!(gone.content[0].selector.as_ref().unwrap().exact, QUOTE, "the words are kept");
    server.store(with_body(BODY.into())).await;
    let back = only_statement(&server).await;
    assert_eq!((back.status(), span(&back)), (Active, span(&first.statements[0])));
    server.stop().await;
}

#[tokio::test]
async fn statements_not_listed_are_kept_unless_they_are_replaced() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest_with(NAME, vec![said(words(QUOTE))])).await;
    server.store(ingest_with(NAME, vec![said(words(INDIRECT))])).await;
    assert_eq!(server.statements(NAME).await.len(), 2);
    let replace = pb::IngestArticleRequest {
        replace_statements: true,
        ..ingest_with(NAME, vec![said(words(INDIRECT))])
    };
    assert_eq!(server.store(replace.clone()).await.outcome(), Revised);
    let left = only_statement(&server).await;
    assert_eq!(left.content[0].selector.as_ref().unwrap().exact, INDIRECT);
    assert_eq!(server.store(replace).await.outcome(), Unchanged);
    server.stop().await;
}

#[tokio::test]
async fn parents_and_links_may_point_inside_the_same_ingest() {
    let home = Home::new();
    let server = home.start().await;
    let [outer, inner] = ["articles/bridge/statements/outer", "articles/bridge/statements/inner"];
    let link = pb::StatementLink {
        target: outer.into(),
        r#type: pb::LinkType::Supports.into(),
        confidence: Some(0.5),
        ..Default::default()
    };
    let child = pb::Statement { parent: outer.into(), links: vec![link], ..named(inner, INDIRECT) };
    let stored = server.store(ingest_with(NAME, vec![child, named(outer, QUOTE)])).await;
    assert_eq!(stored.statements[0].parent, outer);
    assert_eq!(stored.statements[0].links[0].target, outer);
    server.stop().await;
}
