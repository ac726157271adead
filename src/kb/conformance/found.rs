//! What random steps found, each in as few words as it takes.

use std::sync::Arc;

use tokio::sync::mpsc;
use uuid::Uuid;

use crate::domain::article::Article;
use crate::domain::entity::{Entity, Occupancy};
use crate::domain::id::{RecordName, StatementName};
use crate::domain::record::{Record, Stored};
use crate::domain::statement::{Statement, StatementLink};
use crate::kb::command::{
    ArticleDraft, CreateEntities, CreateEntity, Delete, EntityDraft, Extraction, GetRecords,
    IngestArticle, IngestOutcome, ReadOptions, RequestId, StatementDraft, WriteContext,
};
use crate::kb::error::Error;
use crate::kb::export::tests::base;
use crate::kb::{BulkItem, KnowledgeBase};
use crate::store::LoadBody;
use crate::store::conformance::fixtures::{
    article_id, entity, entity_id, link, name, publisher, statement,
};

fn article(id: &str, article: Article) -> IngestArticle {
    let article = ArticleDraft {
        id: Some(article_id(id)),
        article,
        body_dropped: false,
        body_normalized: false,
    };
    IngestArticle {
        context: WriteContext::default(),
        article,
        statements: Vec::new(),
        replace_statements: false,
        entities: Vec::new(),
        extraction: Extraction::None,
        create_entities: CreateEntities::Listed,
    }
}

fn titled(title: &str) -> Article {
    Article { title: title.into(), ..Article::default() }
}

/// A statement under an id of its own article.
fn says(id: &str, statement: Statement) -> StatementDraft {
    let name: StatementName = format!("articles/a/statements/{id}").parse().unwrap();
    StatementDraft { id: Some(name.statement), statement }
}

fn deletion(record: &str) -> Delete {
    let (context, name) = (WriteContext::default(), name(record));
    Delete { context, name, etag: None, force: true, allow_missing: false }
}

async fn create(kb: &KnowledgeBase, id: &str, entity: Entity) {
    let draft = EntityDraft { id: Some(entity_id(id)), entity };
    kb.create_entity(CreateEntity { context: WriteContext::default(), draft }).await.unwrap();
}

async fn get(kb: &KnowledgeBase, record: &str) -> Stored {
    let query = GetRecords { names: vec![], body: LoadBody::No, read: ReadOptions::newest() };
    kb.get(name(record), &query).await.unwrap().0
}

fn reasons(refused: Error) -> Vec<&'static str> {
    match refused {
        Error::Invalid(violations) => violations.into_iter().map(|it| it.reason).collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_article_is_sent_again_although_its_publisher_was_deleted() {
    let kb = base(1);
    create(&kb, "paper", entity("The Paper")).await;
    let sent = article("a", Article { publisher: publisher("paper"), ..titled("A") });
    kb.ingest_article(sent.clone()).await.unwrap();
    kb.delete(deletion("entities/paper")).await.unwrap();
    let again = kb.ingest_article(sent).await.unwrap();
    assert_eq!(again.outcome, IngestOutcome::Unchanged);
    let other = article("b", Article { publisher: publisher("paper"), ..titled("B") });
    let refused = kb.ingest_article(other).await.unwrap_err();
    assert_eq!(reasons(refused), ["UNKNOWN_ENTITY"]);
}

#[tokio::test]
async fn a_forced_deletion_leaves_no_duplicate_of_it_behind() {
    let kb = base(1);
    kb.ingest_article(article("a", titled("A"))).await.unwrap();
    let copy = Article { duplicate_of: Some(article_id("a")), ..titled("B") };
    kb.ingest_article(article("b", copy)).await.unwrap();
    kb.delete(deletion("articles/a")).await.unwrap();
    let Record::Article(copy) = get(&kb, "articles/b").await.value else { panic!("an article") };
    assert_eq!(copy.duplicate_of, None);
}

#[tokio::test]
async fn what_is_replaced_is_nothing_to_refer_to() {
    let kb = base(1);
    let first = vec![says("old", statement("It rained"))];
    let sent = IngestArticle { statements: first, ..article("a", titled("A")) };
    kb.ingest_article(sent.clone()).await.unwrap();
    let old: StatementName = "articles/a/statements/old".parse().unwrap();
    let links: Vec<StatementLink> = vec![link("articles/a/statements/old")];
    let replacing = |statement| {
        let statements = vec![says("new", statement)];
        IngestArticle { statements, replace_statements: true, ..sent.clone() }
    };
    let linked = replacing(Statement { links, ..statement("It snowed") });
    let parent = Some(old.statement.clone());
    let inside = replacing(Statement { parent, ..statement("It snowed") });
    let mut evidence = replacing(statement("It snowed"));
    let held = Occupancy { evidence: Some(old), ..Occupancy::default() };
    let chair = Entity { occupancies: vec![held], ..entity("Ann Lee") };
    evidence.entities = vec![EntityDraft { id: Some(entity_id("ann")), entity: chair }];
    for command in [linked, inside, evidence] {
        let refused = kb.ingest_article(command).await.unwrap_err();
        assert_eq!(reasons(refused), ["UNKNOWN_RECORD"]);
    }
    kb.ingest_article(replacing(statement("It snowed"))).await.unwrap();
}

#[tokio::test]
async fn a_request_that_changes_nothing_names_the_last_change_however_often_it_is_sent() {
    let kb = Arc::new(base(1));
    let mut sent = article("a", titled("A"));
    let created = kb.ingest_article(sent.clone()).await.unwrap().receipt.revision;
    let other = kb.ingest_article(article("b", titled("B"))).await.unwrap();
    assert_ne!(other.receipt.revision, created);
    sent.context.request = Some(RequestId { id: Uuid::from_u128(1), payload: [1; 32] });
    for _ in 0..2 {
        let again = kb.ingest_article(sent.clone()).await.unwrap();
        assert_eq!((again.outcome, again.receipt.revision), (IngestOutcome::Unchanged, created));
    }
    sent.context.request = Some(RequestId { id: Uuid::from_u128(2), payload: [1; 32] });
    let (items, taken) = mpsc::channel(2);
    let (acks, mut acked) = mpsc::channel(2);
    for sequence in 1..=2 {
        items.send(BulkItem { sequence, command: Ok(sent.clone()) }).await.unwrap();
    }
    drop(items);
    Arc::clone(&kb).ingest_articles(taken, acks).await;
    while let Some(acks) = acked.recv().await {
        for ack in acks {
            let done = ack.result.unwrap();
            assert_eq!(done.article, RecordName::Article(article_id("a")));
            assert_eq!((done.outcome, done.receipt.revision), (IngestOutcome::Unchanged, created));
        }
    }
}

#[tokio::test]
async fn a_dry_run_of_what_comes_back_tells_when_it_first_came() {
    let kb = base(1);
    let first = kb.ingest_article(article("a", titled("A"))).await.unwrap();
    kb.delete(deletion("articles/a")).await.unwrap();
    let mut dry = article("a", titled("A again"));
    dry.context.validate_only = true;
    let told = kb.ingest_article(dry).await.unwrap();
    assert_eq!(told.article.committed.create_time, first.article.committed.create_time);
}
