//! What writes must hold to when they race, repeat themselves or are large.

use std::sync::Arc;
use std::time::{Duration, Instant};

use uuid::Uuid;

use super::command::*;
use super::error::Error;
use super::{BulkAck, BulkItem, KnowledgeBase, KnowledgeBaseConfig, Retention};
use crate::clock::ManualClock;
use crate::domain::article::Article;
use crate::domain::entity::{Entity, EntityName, EntityType, NameKind};
use crate::domain::id::{ArticleId, EntityId, RecordName, StatementId};
use crate::domain::limits;
use crate::domain::origin::Origin;
use crate::domain::record::{Record, Stored};
use crate::domain::selector::Selector;
use crate::domain::statement::{ContentSpan, LinkType, Mention, Statement, StatementLink};
use crate::domain::time::Timestamp;
use crate::store::memory::{MemoryConfig, MemoryStore};
use crate::store::{At, LoadBody, State};

fn base() -> Arc<KnowledgeBase> {
    let config = MemoryConfig { store_id: Uuid::from_u128(1), token_key: [7; 32] };
    Arc::new(KnowledgeBase::new(KnowledgeBaseConfig {
        store: Arc::new(MemoryStore::new(config)),
        clock: Arc::new(ManualClock::new(Timestamp::UNIX_EPOCH)),
        request_ttl: Duration::from_secs(3600),
        recent: Arc::default(),
        search: None,
        quotations: None,
        retention: Retention::default(),
    }))
}

fn context(request: Option<u128>, validate_only: bool) -> WriteContext {
    let request = request.map(|id| RequestId { id: Uuid::from_u128(id), payload: [1; 32] });
    WriteContext { principal: "anonymous".into(), batch: None, request, validate_only }
}

fn person(display_name: &str) -> Entity {
    let kind = Some(EntityType::Person);
    Entity { kind, display_name: display_name.into(), ..Entity::default() }
}

fn entity_id(id: &str) -> EntityId {
    EntityId::new(id).unwrap()
}

fn says(id: &str, words: &str, parent: Option<&str>) -> StatementDraft {
    let selector = Selector { exact: words.into(), ..Selector::default() };
    let statement = Statement {
        content: vec![ContentSpan { selector, quoted: false }],
        parent: parent.map(|id| StatementId::new(id).unwrap()),
        ..Statement::default()
    };
    StatementDraft { id: Some(StatementId::new(id).unwrap()), statement }
}

fn ingest(statements: Vec<StatementDraft>, entities: Vec<EntityDraft>) -> IngestArticle {
    let article = Article { title: "Harbour closed".into(), ..Article::default() };
    let id = Some(ArticleId::new("harbour").unwrap());
    IngestArticle {
        context: context(None, false),
        article: ArticleDraft { id, article, body_dropped: false, body_normalized: false },
        statements,
        replace_statements: false,
        entities,
        extraction: Extraction::None,
        create_entities: CreateEntities::Listed,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_sent_twice_at_once_is_carried_out_once() {
    for round in 0..20 {
        let kb = base();
        let sent = (0..8).map(|_| {
            let kb = Arc::clone(&kb);
            let draft = EntityDraft { id: None, entity: person("Amina Kole") };
            let command = CreateEntity { context: context(Some(round + 1), false), draft };
            tokio::spawn(async move { kb.create_entity(command).await })
        });
        let sent: Vec<_> = sent.collect();
        for answer in sent {
            let written = answer.await.unwrap().unwrap();
            assert_eq!(written.record.name, entity_id("amina-kole").into());
        }
        assert_eq!(kb.store().head().counts.entities, 1);
    }
}

#[tokio::test]
async fn a_new_entity_that_is_listed_twice_is_one() {
    let kb = base();
    let draft =
        |id: Option<&str>| EntityDraft { id: id.map(entity_id), entity: person("Amina Kole") };
    for id in [None, Some("amina")] {
        kb.ingest_article(ingest(Vec::new(), vec![draft(id), draft(id)])).await.unwrap();
    }
    assert_eq!(kb.store().head().counts.entities, 2);
}

#[tokio::test]
async fn what_a_second_listing_adds_is_kept() {
    let kb = base();
    let mut other = person("Amina Kole");
    let name = EntityName { text: "A. Kole".into(), language: None, kind: NameKind::Alias };
    other.names.push(name.clone());
    let listed = [person("Amina Kole"), other];
    let drafts = listed.map(|entity| EntityDraft { id: Some(entity_id("amina")), entity });
    let ingested = kb.ingest_article(ingest(Vec::new(), drafts.into())).await.unwrap();
    let [stored] = ingested.entities.as_slice() else { panic!("one entity") };
    let Record::Entity(stored) = &stored.value else { panic!("an entity") };
    assert_eq!(stored.names, [name]);
}

#[tokio::test]
async fn an_entity_is_updated_although_what_it_names_was_deleted() {
    let kb = base();
    let create = |id: &str, entity: Entity| CreateEntity {
        context: context(None, false),
        draft: EntityDraft { id: Some(entity_id(id)), entity },
    };
    kb.create_entity(create("erbil", person("Erbil"))).await.unwrap();
    let meeting = Entity { place: Some(entity_id("erbil")), ..person("Meeting") };
    kb.create_entity(create("meeting", meeting)).await.unwrap();
    kb.delete(Delete {
        context: context(None, false),
        name: entity_id("erbil").into(),
        etag: None,
        force: true,
        allow_missing: false,
    })
    .await
    .unwrap();
    kb.update_entity(UpdateEntity {
        context: context(None, false),
        id: entity_id("meeting"),
        etag: None,
        values: person("The meeting"),
        fields: vec![EntityField::DisplayName],
        allow_missing: false,
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn an_article_keeps_within_its_statements_over_several_ingests() {
    let kb = base();
    let most = limits::STATEMENTS_PER_ARTICLE;
    let all = (0..most).map(|at| says(&format!("s{at}"), &format!("words {at}"), None)).collect();
    kb.ingest_article(ingest(all, Vec::new())).await.unwrap();
    let more = || vec![says("more", "other words", None)];
    let refused = kb.ingest_article(ingest(more(), Vec::new())).await.unwrap_err();
    assert!(matches!(refused, Error::Invalid(_)), "{refused}");
    let again = ingest(vec![says("s0", "words 0, as corrected", None)], Vec::new());
    kb.ingest_article(again).await.unwrap();
    assert_eq!(kb.store().head().counts.statements, most as u64);
}

#[tokio::test]
async fn a_long_chain_of_parents_is_checked_in_time() {
    let kb = base();
    let chain = (0..limits::STATEMENTS_PER_ARTICLE).map(|at| {
        let parent = format!("s{}", at + 1);
        let last = at + 1 == limits::STATEMENTS_PER_ARTICLE;
        says(&format!("s{at}"), &format!("words {at}"), (!last).then_some(&parent))
    });
    let begun = Instant::now();
    kb.ingest_article(ingest(chain.collect(), Vec::new())).await.unwrap();
    // Going along the chain for each statement would take minutes; a busy machine does not.
    assert!(begun.elapsed() < Duration::from_secs(90), "{:?}", begun.elapsed());
}

/// Sends items in one stream; the acknowledgements, in order.
async fn bulk(kb: &Arc<KnowledgeBase>, commands: Vec<IngestArticle>) -> Vec<BulkAck> {
    let (items, taken) = tokio::sync::mpsc::channel(commands.len());
    let (acks, mut acked) = tokio::sync::mpsc::channel(commands.len());
    for (sequence, command) in (1..).zip(commands) {
        items.send(BulkItem { sequence, command: Ok(command) }).await.unwrap();
    }
    drop(items);
    Arc::clone(kb).ingest_articles(taken, acks).await;
    let mut all = Vec::new();
    while let Some(acks) = acked.recv().await {
        all.extend(acks);
    }
    all
}

#[tokio::test]
async fn an_item_sees_the_request_and_the_article_of_the_one_before_it() {
    let kb = base();
    let first = IngestArticle { context: context(Some(1), false), ..ingest(vec![], vec![]) };
    let mut reused = first.clone();
    reused.article.id = Some(ArticleId::new("other").unwrap());
    reused.context.request = reused.context.request.map(|it| RequestId { payload: [2; 32], ..it });
    let dry = IngestArticle { context: context(None, true), ..ingest(vec![], vec![]) };
    let acks = bulk(&kb, vec![first, reused, dry]).await;
    let [first, reused, dry] = acks.as_slice() else { panic!("three acknowledgements") };
    let name: RecordName = ArticleId::new("harbour").unwrap().into();
    let outcome = |ack: &BulkAck| ack.result.clone().map(|done| (done.outcome, done.article));
    assert_eq!(outcome(first), Ok((IngestOutcome::Created, name.clone())));
    assert_eq!(outcome(reused), Err(Error::RequestIdReused));
    assert_eq!(outcome(dry), Ok((IngestOutcome::Unchanged, name)));
}

#[tokio::test]
async fn an_item_links_to_the_entity_of_the_one_before_it_in_any_script() {
    let kb = base();
    let entity = EntityDraft { id: None, entity: person("Nechirvan Barzani") };
    let mut statement = says("said", "words", None);
    statement.statement.mentions = vec![Mention {
        text: "نێچیرڤان بارزانی".into(),
        kind: Some(EntityType::Person),
        ..Mention::default()
    }];
    let mut second = ingest(vec![statement], vec![]);
    second.article.id = Some(ArticleId::new("other").unwrap());
    bulk(&kb, vec![ingest(vec![], vec![entity]), second]).await;
    let query =
        GetRecords { names: vec![], body: crate::store::LoadBody::No, read: ReadOptions::newest() };
    let name = "articles/other/statements/said".parse().unwrap();
    let (stored, _) = kb.get(name, &query).await.unwrap();
    let Record::Statement(stored) = stored.value else { panic!("a statement") };
    assert_eq!(stored.mentions[0].entity, Some(entity_id("nechirvan-barzani")));
}

fn words(exact: &str) -> Statement {
    let selector = Selector { exact: exact.into(), ..Selector::default() };
    Statement { content: vec![ContentSpan { selector, quoted: false }], ..Statement::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_several_requests_under_one_id_is_carried_out() {
    for _ in 0..20 {
        let kb = base();
        let sent = (0..4).map(|number| {
            let kb = Arc::clone(&kb);
            let draft = EntityDraft {
                id: Some(entity_id(&format!("e{number}"))),
                entity: person(&format!("Person {number}")),
            };
            let mut context = context(Some(1), false);
            context.request = context.request.map(|it| RequestId { payload: [number; 32], ..it });
            tokio::spawn(async move { kb.create_entity(CreateEntity { context, draft }).await })
        });
        let sent: Vec<_> = sent.collect();
        let mut done = 0;
        for answer in sent {
            match answer.await.unwrap() {
                Ok(_) => done += 1,
                Err(error) => assert_eq!(error, Error::RequestIdReused),
            }
        }
        assert_eq!((done, kb.store().head().counts.entities), (1, 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_new_names_that_make_the_same_id_stay_two() {
    let stem = "Committee for the Protection of the Old Harbour and";
    for _ in 0..20 {
        let kb = base();
        let sent = ["a", "b"].map(|article| {
            let kb = Arc::clone(&kb);
            let kind = Some(EntityType::Organization);
            let entity = Entity { kind, ..person(&format!("{stem} {article} Waters")) };
            let mut command = ingest(Vec::new(), vec![EntityDraft { id: None, entity }]);
            command.article.id = Some(ArticleId::new(article).unwrap());
            tokio::spawn(async move { kb.ingest_article(command).await })
        });
        for answer in sent {
            answer.await.unwrap().unwrap();
        }
        assert_eq!(kb.store().head().counts.entities, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn statements_created_at_once_keep_within_the_most_of_an_article() {
    let kb = base();
    let most = limits::STATEMENTS_PER_ARTICLE;
    let all = (1..most).map(|at| says(&format!("s{at}"), &format!("words {at}"), None)).collect();
    kb.ingest_article(ingest(all, Vec::new())).await.unwrap();
    let sent = (0..6).map(|number| {
        let kb = Arc::clone(&kb);
        let draft = StatementDraft { id: None, statement: words(&format!("other {number}")) };
        let article = ArticleId::new("harbour").unwrap();
        let command = CreateStatement { context: context(None, false), article, draft };
        tokio::spawn(async move { kb.create_statement(command).await })
    });
    let sent: Vec<_> = sent.collect();
    let mut done = 0;
    for answer in sent {
        done += usize::from(answer.await.unwrap().is_ok());
    }
    assert_eq!((done, kb.store().head().counts.statements), (1, most as u64));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_made_beside_a_forced_deletion_does_not_dangle() {
    for _ in 0..30 {
        let kb = base();
        let both = vec![says("from", "words", None), says("to", "other words", None)];
        kb.ingest_article(ingest(both, Vec::new())).await.unwrap();
        let named = |id: &str| format!("articles/harbour/statements/{id}").parse().unwrap();
        let link = StatementLink {
            target: named("to"),
            kind: LinkType::Supports,
            reason: String::new(),
            confidence: None,
            origin: Origin::default(),
        };
        let linking =
            LinkStatements { context: context(None, false), name: named("from"), etag: None, link };
        let deletion = Delete {
            context: context(None, false),
            name: RecordName::Statement(named("to")),
            etag: None,
            force: true,
            allow_missing: false,
        };
        let (one, other) = (Arc::clone(&kb), Arc::clone(&kb));
        let linking = tokio::spawn(async move { one.link_statements(linking).await });
        let deletion = tokio::spawn(async move { other.delete(deletion).await });
        // The link is refused where its target went before it.
        let _ = linking.await.unwrap();
        deletion.await.unwrap().unwrap();
        let reader = kb.store().reader(At::Head).await.unwrap();
        let from = reader.state(&RecordName::Statement(named("from")), LoadBody::No).await.unwrap();
        let State::Live(Stored { value: Record::Statement(from), .. }) = from else {
            panic!("a statement")
        };
        assert_eq!(from.links, []);
    }
}
