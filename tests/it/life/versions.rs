//! New versions of an article, and what becomes of its statements.

use dicta::rpc::pb;

use super::exact;
use crate::harness::{Dicta, Home};
use crate::samples::{article, ingest, said_by};

const FIRST: &str = "\
The council met on Monday. “We will open the bridge before the winter comes,” said Jane Roe, the \
mayor.\n\nThe budget was spent on repairs, according to John Doe. “No comment,” said the builder.";

/// A text of a version, and what is expected of each statement in it.
struct Version {
    body: String,
}

impl Version {
    fn of(replace: &[(&str, &str)]) -> Self {
        let body = replace.iter().fold(FIRST.to_owned(), |body, (from, to)| {
            assert!(body.contains(from), "{from}");
            body.replace(from, to)
        });
        Self { body }
    }
}

const BRIDGE: &str = "We will open the bridge before the winter comes";

fn first() -> pb::IngestArticleRequest {
    with_body(
        FIRST,
        vec![
            said_by(BRIDGE, "Jane Roe"),
            said_by("The budget was spent on repairs", "John Doe"),
            said_by("No comment", "the builder"),
        ],
    )
}

fn with_body(body: &str, statements: Vec<pb::Statement>) -> pb::IngestArticleRequest {
    let article = pb::Article { body: body.into(), ..article("articles/a") };
    pb::IngestArticleRequest { statements, ..ingest(article) }
}

/// Ingests a version without statements; what becomes of the one named.
async fn revise(dicta: &Dicta, version: &Version, name: &str) -> pb::Statement {
    dicta.store(with_body(&version.body, Vec::new())).await;
    dicta.statement(name).await.unwrap()
}

/// Holds how a statement was carried over, from which version and with which
/// words before.
fn assert_anchored(statement: &pb::Statement, kind: pb::AnchoringKind, from: i32, before: &[&str]) {
    let anchoring = statement.anchoring.as_ref().unwrap();
    assert_eq!(statement.status(), pb::StatementStatus::Active);
    assert_eq!((anchoring.kind(), anchoring.from_version), (kind, from), "{statement:?}");
    assert_eq!(anchoring.previous_words, before);
}

#[tokio::test]
async fn each_statement_says_how_it_came_into_a_new_version() {
    let home = Home::new();
    let dicta = home.start().await;
    let stored = dicta.store(first()).await;
    let name = stored.statements[0].name.clone();
    assert_eq!(stored.statements[0].anchoring, None);

    let elsewhere = Version::of(&[("according to John Doe", "John Doe said")]);
    let statement = revise(&dicta, &elsewhere, &name).await;
    assert_anchored(&statement, pb::AnchoringKind::Unchanged, 1, &[]);
    assert_eq!(statement.article_version, 2);

    let inserted = Version::of(&[("The council", "This text was corrected.\n\nThe council")]);
    let statement = revise(&dicta, &inserted, &name).await;
    assert_anchored(&statement, pb::AnchoringKind::Moved, 2, &[]);

    let reworded = Version::of(&[("before the winter comes", "before the winter begins")]);
    let statement = revise(&dicta, &reworded, &name).await;
    assert_anchored(&statement, pb::AnchoringKind::Reworded, 3, &[BRIDGE]);
    assert_eq!(exact(&statement), "We will open the bridge before the winter begins");

    let old = pb::ReadOptions {
        as_of: Some(pb::read_options::AsOf::Revision(stored.revision)),
        ..Default::default()
    };
    let request = pb::GetStatementRequest { name, read: Some(old) };
    let as_of = dicta.query().get_statement(request).await.unwrap().into_inner().statement.unwrap();
    assert_eq!((exact(&as_of), as_of.article_version), (BRIDGE, 1));
    dicta.stop().await;
}

#[tokio::test]
async fn what_is_gone_is_orphaned_with_its_last_anchor_and_comes_back() {
    let home = Home::new();
    let dicta = home.start().await;
    let stored = dicta.store(first()).await;
    let before = &stored.statements[0];

    let gone = Version::of(&[(
        "“We will open the bridge before the winter comes,” said Jane Roe, the mayor.",
        "Nobody spoke to the press.",
    )]);
    let orphan = revise(&dicta, &gone, &before.name).await;
    assert_eq!(orphan.status(), pb::StatementStatus::Orphaned);
    assert_eq!((&orphan.content, orphan.article_version), (&before.content, 1));

    let negated = Version::of(&[("We will open", "We will not open")]);
    let orphan = revise(&dicta, &negated, &before.name).await;
    assert_eq!(orphan.status(), pb::StatementStatus::Orphaned);

    let again = Version::of(&[("The council met", "On a cold day, the council met")]);
    let back = revise(&dicta, &again, &before.name).await;
    assert_anchored(&back, pb::AnchoringKind::Moved, 1, &[]);
    assert_eq!(back.article_version, 4);
    dicta.stop().await;
}

#[tokio::test]
async fn a_quote_is_never_moved_to_a_lookalike() {
    let home = Home::new();
    let dicta = home.start().await;
    let stored = dicta.store(first()).await;
    let name = &stored.statements[2].name;
    let other = Version::of(&[
        ("“No comment,” said the builder.", "The builder was silent."),
        ("The council met on Monday.", "The council met on Monday. “No comment,” said a guard."),
    ]);
    let statement = revise(&dicta, &other, name).await;
    assert_eq!(statement.status(), pb::StatementStatus::Orphaned);
    dicta.stop().await;
}

#[tokio::test]
async fn statements_sent_with_a_new_version_are_matched_not_doubled() {
    let home = Home::new();
    let dicta = home.start().await;
    let stored = dicta.store(first()).await;
    let names: Vec<&str> = stored.statements.iter().map(|it| it.name.as_str()).collect();
    let version = Version::of(&[
        ("The council met", "After a long summer, the council met"),
        ("before the winter comes", "before the winter begins"),
    ]);
    let sent = vec![
        said_by("We will open the bridge before the winter begins", "Jane Roe"),
        said_by("The budget was spent on repairs", "John Doe"),
    ];
    let revised = dicta.store(with_body(&version.body, sent)).await;
    assert_eq!(revised.outcome(), pb::IngestOutcome::Revised);
    let revised_names: Vec<&str> = revised.statements.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(revised_names, names[..2]);
    assert_anchored(&revised.statements[0], pb::AnchoringKind::Reworded, 1, &[BRIDGE]);
    assert_anchored(&revised.statements[1], pb::AnchoringKind::Moved, 1, &[]);
    assert_eq!(dicta.statements("articles/a").await.len(), 3);

    let again = vec![
        said_by("We will open the bridge before the winter begins", "Jane Roe"),
        said_by("The budget was spent on repairs", "John Doe"),
    ];
    let unchanged = dicta.store(with_body(&version.body, again)).await;
    assert_eq!(unchanged.outcome(), pb::IngestOutcome::Unchanged);
    dicta.stop().await;
}

#[tokio::test]
async fn a_body_that_is_let_go_leaves_statements_standing_unverified() {
    let home = Home::new();
    let dicta = home.start().await;
    let name = dicta.store(first()).await.statements[0].name.clone();
    let article = pb::Article {
        body: "The council met on Monday.".into(),
        body_extent: pb::BodyExtent::Excerpt.into(),
        ..article("articles/a")
    };
    dicta.store(ingest(article)).await;
    let statement = dicta.statement(&name).await.unwrap();
    assert_eq!((statement.status(), statement.article_version), (pb::StatementStatus::Active, 1));
    assert!(!statement.content[0].selector.as_ref().unwrap().verified);
    dicta.stop().await;
}
