//! What someone corrected in a statement that was found, and a text that is read again.

use dicta::rpc::pb;
use dicta::rpc::pb::{CreateEntities, IngestOutcome, StatementStatus};

use super::{MEETING, extracting, meeting, speaker};
use crate::harness::{Dicta, Home};
use crate::samples::{mask, person, said_by_entity, words};

/// Words that are quoted in one statement.
const QUOTE: &str = "within the framework of the harbor agreements.";

fn with_body(body: String) -> pb::IngestArticleRequest {
    extracting(pb::Article { body, ..meeting() }, CreateEntities::Mentioned)
}

/// The same text after another line.
fn moved() -> pb::IngestArticleRequest {
    with_body(format!("A new first line.\n\n{MEETING}"))
}

/// The statements that share these words.
fn with_words(statements: Vec<pb::Statement>, words: &str) -> Vec<pb::Statement> {
    let quotes = |span: &pb::ContentSpan| span.selector.as_ref().unwrap().exact.contains(words);
    statements.into_iter().filter(|it| it.content.iter().any(quotes)).collect()
}

/// A server that found the meeting's statements, and what it found of the quote.
async fn found(home: &Home) -> (Dicta, pb::Statement) {
    let server = home.start().await;
    let stored = server.store(extracting(meeting(), CreateEntities::Mentioned)).await;
    let mut quoted = with_words(stored.statements, QUOTE);
    assert_eq!(quoted.len(), 1);
    (server, quoted.remove(0))
}

/// Changes a field of a statement.
async fn correct(server: &Dicta, statement: pb::Statement, field: &str) -> pb::Statement {
    let request = pb::UpdateStatementRequest {
        statement: Some(pb::Statement { etag: String::new(), ..statement }),
        update_mask: mask(&[field]),
        ..Default::default()
    };
    let updated = server.ingest().update_statement(request).await.unwrap();
    updated.into_inner().statement.unwrap()
}

/// The statement, said to be by someone else.
async fn corrected(server: &Dicta, found: pb::Statement) -> pb::Statement {
    let kim = server.entity("kim", person("Kim Berg")).await.name;
    let speaker = Some(pb::Speaker { entity: kim, ..Default::default() });
    correct(server, pb::Statement { speaker, ..found }, "speaker").await
}

#[tokio::test]
async fn a_correction_outlasts_the_same_text() {
    let home = Home::new();
    let (server, found) = found(&home).await;
    assert!(!found.edited);
    let corrected = corrected(&server, found).await;
    assert!(corrected.edited);
    let again = server.store(extracting(meeting(), CreateEntities::Mentioned)).await;
    assert_eq!(again.outcome(), IngestOutcome::Unchanged);
    assert_eq!(server.statement(&corrected.name).await.unwrap(), corrected);
    server.stop().await;
}

#[tokio::test]
async fn a_correction_outlasts_a_new_text_and_moves_with_its_words() {
    let home = Home::new();
    let (server, found) = found(&home).await;
    let count = server.statements("articles/meeting").await.len();
    let corrected = corrected(&server, found).await;
    for request in [moved(), pb::IngestArticleRequest { replace_statements: true, ..moved() }] {
        server.store(request).await;
        let now = server.statement(&corrected.name).await.unwrap();
        assert_eq!((&now.speaker, now.edited), (&corrected.speaker, true));
        assert_eq!((now.article_version, now.status()), (2, StatementStatus::Active));
        let place = |it: &pb::Statement| it.content[0].selector.as_ref().unwrap().start.unwrap();
        assert_eq!(place(&now), place(&corrected) + "A new first line.\n\n".len() as i32);
        assert_eq!(server.statements("articles/meeting").await.len(), count);
    }
    server.stop().await;
}

#[tokio::test]
async fn where_the_words_were_corrected_nothing_is_found_beside_them() {
    let home = Home::new();
    let (server, found) = found(&home).await;
    let fewer = words("the harbor agreements.");
    let content = vec![pb::ContentSpan { selector: Some(fewer.clone()), quoted: true }];
    correct(&server, pb::Statement { content, ..found.clone() }, "content").await;
    server.store(moved()).await;
    let about = with_words(server.statements("articles/meeting").await, &fewer.exact);
    let names: Vec<&str> = about.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, [found.name.as_str()]);
    assert_eq!(about[0].content[0].selector.as_ref().unwrap().exact, fewer.exact);
    server.stop().await;
}

#[tokio::test]
async fn a_corrected_statement_whose_words_are_gone_is_orphaned_as_it_was() {
    let home = Home::new();
    let (server, found) = found(&home).await;
    let corrected = corrected(&server, found).await;
    server.store(with_body(MEETING.replace(QUOTE, "at the usual tables of the town hall."))).await;
    let now = server.statement(&corrected.name).await.unwrap();
    assert_eq!((&now.speaker, now.status()), (&corrected.speaker, StatementStatus::Orphaned));
    server.stop().await;
}

#[tokio::test]
async fn what_a_caller_sends_takes_the_place_of_a_correction() {
    let home = Home::new();
    let (server, found) = found(&home).await;
    let corrected = corrected(&server, found).await;
    let lee = server.entity("lee", person("Lee Holm")).await.name;
    let sent = pb::Statement { name: corrected.name.clone(), ..said_by_entity(QUOTE, &lee) };
    server.store(pb::IngestArticleRequest { statements: vec![sent], ..moved() }).await;
    let now = server.statement(&corrected.name).await.unwrap();
    assert_eq!((speaker(&now), now.edited), (lee, false));
    server.stop().await;
}
