//! Watch: what subscribers hear, and how their streams end.

mod crowd;
mod heard;
pub(crate) mod subscriber;

use std::time::Duration;

use dicta::rpc::pb;
use dicta::rpc::pb::watch_request::Start;
use tonic::Code;

use self::heard::Heard;
use self::subscriber::{all, hear, resumed, subscribe, until_checkpoint};
use crate::harness::{Home, assert_invalid, assert_refused, metadata};
use crate::samples::{QUOTE, article, entity, ingest, ingest_with, named, said_by_entity};

async fn sample(dicta: &crate::harness::Dicta) -> i64 {
    let ann = entity("Ann Poe", pb::EntityType::Person);
    dicta.entity("ann", ann).await;
    let statement = pb::Statement {
        name: "articles/a/statements/s".into(),
        ..said_by_entity(QUOTE, "entities/ann")
    };
    dicta.store(ingest_with("articles/a", vec![statement])).await;
    let revised = pb::Article { title: "A bridge closes".into(), ..article("articles/a") };
    dicta.store(ingest(revised)).await;
    let force =
        pb::DeleteArticleRequest { name: "articles/a".into(), force: true, ..Default::default() };
    dicta.ingest().delete_article(force).await.unwrap();
    dicta.revision().await
}

/// Events in short.
fn short(events: &[pb::WatchEvent]) -> Vec<String> {
    let sign = |event: &pb::WatchEvent| match event.change() {
        pb::ChangeKind::Created => '+',
        pb::ChangeKind::Updated => '*',
        pb::ChangeKind::Deleted => '-',
        pb::ChangeKind::Erased => 'x',
        pb::ChangeKind::Unspecified => '?',
    };
    events.iter().map(|event| format!("{}{}", sign(event), event.name)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_heard_in_order_with_the_record_before_and_after() {
    let home = Home::new();
    let dicta = home.start().await;
    let head = sample(&dicta).await;
    let heard = hear(&dicta, all(), head).await;
    assert_eq!(
        short(&heard.events),
        [
            "+entities/ann",
            "+articles/a/statements/s",
            "+articles/a",
            "*articles/a",
            "-articles/a/statements/s",
            "-articles/a",
        ]
    );
    let article = |record: &Option<pb::Record>| match record.clone()?.record? {
        pb::record::Record::Article(article) => Some(article),
        _ => None,
    };
    let revised = &heard.events[3];
    let (before, after) = (article(&revised.before).unwrap(), article(&revised.after).unwrap());
    assert_eq!(
        (before.title.as_str(), after.title.as_str()),
        ("A bridge opens", "A bridge closes")
    );
    assert_eq!((before.body.as_str(), after.body.as_str()), ("", ""));
    assert_eq!(after.revision, revised.revision);
    assert!(heard.events[4].before.is_some() && heard.events[4].after.is_none());
    assert!(heard.events.iter().all(|event| event.commit_time.is_some()));
    let full = pb::WatchRequest { view: pb::ArticleView::Full.into(), ..all() };
    let heard = hear(&dicta, full, head).await;
    assert_eq!(article(&heard.events[3].before).unwrap().body, crate::samples::BODY);
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn filters_narrow_what_is_heard() {
    let home = Home::new();
    let dicta = home.start().await;
    let head = sample(&dicta).await;
    let check = async |request: pb::WatchRequest, expected: &[&str]| {
        assert_eq!(short(&hear(&dicta, request, head).await.events), expected);
    };
    let kinds = vec![pb::RecordKind::Entity.into()];
    check(pb::WatchRequest { kinds, ..all() }, &["+entities/ann"]).await;
    let entities = vec!["entities/ann".into()];
    let of_ann = ["+entities/ann", "+articles/a/statements/s", "-articles/a/statements/s"];
    check(pb::WatchRequest { entities, ..all() }, &of_ann).await;
    let request = pb::WatchRequest {
        kinds: vec![pb::RecordKind::Article.into()],
        article_filter: "title:closes".into(),
        ..all()
    };
    let heard = hear(&dicta, request, head).await;
    assert_eq!(short(&heard.events), ["*articles/a", "-articles/a"]);
    let matches: Vec<_> =
        heard.events.iter().map(|event| (event.before_matches, event.after_matches)).collect();
    assert_eq!(matches, [(false, true), (true, false)]);
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_resumes_at_every_point_also_after_a_restart() {
    let home = Home::new();
    let dicta = home.start().await;
    let head = sample(&dicta).await;
    let whole = hear(&dicta, all(), head).await;
    let mut tokens = Vec::new();
    for revision in 0..=head {
        let request = pb::WatchRequest { start: Some(Start::Revision(revision)), ..all() };
        let mut stream = subscribe(&dicta, request).await;
        tokens.push(stream.message().await.unwrap().unwrap().token);
    }
    dicta.stop().await;
    let dicta = home.start().await;
    for (revision, token) in tokens.into_iter().enumerate() {
        let heard = hear(&dicta, resumed(all(), token), head).await;
        let later = |event: &&pb::WatchEvent| event.revision > revision as i64;
        let rest: Vec<_> = whole.events.iter().filter(later).cloned().collect();
        assert_eq!(heard.events, rest, "after {revision}");
    }
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_is_heard_at_once() {
    let home = Home::new();
    let dicta = home.start().await;
    let mut stream = subscribe(&dicta, pb::WatchRequest::default()).await;
    let begun = until_checkpoint(&mut stream).await;
    assert_eq!(begun.revision, 0);
    dicta.store(ingest(article("articles/a"))).await;
    let heard = stream.message().await.unwrap().unwrap();
    assert_eq!(short(&heard.events), ["+articles/a"]);
    assert!(!heard.token.is_empty());
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_quiet_stream_is_sent_checkpoints_that_move_on() {
    let home = Home::new();
    let mut config = home.config();
    config.watch.checkpoint_interval = Duration::from_millis(50);
    let dicta = crate::harness::Dicta::start(config).await;
    let kinds = vec![pb::RecordKind::Entity.into()];
    let request = pb::WatchRequest { kinds, ..pb::WatchRequest::default() };
    let mut stream = subscribe(&dicta, request).await;
    assert_eq!(until_checkpoint(&mut stream).await.revision, 0);
    dicta.store(ingest(article("articles/a"))).await;
    // What is filtered out is not heard, and is passed by.
    while until_checkpoint(&mut stream).await.revision < 1 {}
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_revision_larger_than_a_message_comes_whole_under_one_token() {
    let home = Home::new();
    let dicta = home.start().await;
    let statements = (0..1_500).map(|index| {
        let name = format!("articles/a/statements/s{index}");
        let topics = (0..16).map(|topic| format!("{topic:-<40}")).collect();
        pb::Statement { topics, ..named(&name, QUOTE) }
    });
    dicta.store(ingest_with("articles/a", statements.collect())).await;
    let mut stream = subscribe(&dicta, all()).await;
    let (mut messages, mut events) = (0, 0);
    until_checkpoint(&mut stream).await;
    loop {
        let message = stream.message().await.unwrap().unwrap();
        messages += 1;
        events += message.events.len();
        if !message.token.is_empty() {
            assert_eq!(message.revision, 1);
            break;
        }
    }
    assert_eq!(events, 1_501);
    assert!(messages > 1, "{messages}");
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_is_cut_off_and_may_resume() {
    let home = Home::new();
    let mut config = home.config();
    config.watch.slow_reader_timeout = Duration::from_millis(200);
    config.watch.streams = 1;
    let dicta = crate::harness::Dicta::start(config).await;
    let full = || pb::WatchRequest { view: pb::ArticleView::Full.into(), ..all() };
    let mut slow = subscribe(&dicta, full()).await;
    let body = "The bridge will open in May. ".repeat(10_000);
    for index in 0..24 {
        let large = pb::Article { body: body.clone(), ..article(&format!("articles/a{index}")) };
        dicta.store(ingest(large)).await;
    }
    // Its place is free again, which tells that it was cut off.
    let second = loop {
        match dicta.query().watch(full()).await {
            Ok(stream) => break stream,
            Err(status) => {
                assert_refused(&status, Code::ResourceExhausted, "OVERLOADED");
                tokio::task::yield_now().await;
            }
        }
    };
    drop(second);
    let mut heard = Heard::default();
    let status = loop {
        match slow.message().await {
            Ok(Some(message)) => heard.take(message),
            Ok(None) => panic!("it ended without a word"),
            Err(status) => break status,
        }
    };
    assert_refused(&status, Code::ResourceExhausted, "SLOW_READER");
    assert_eq!(metadata(&status, "token"), heard.token);
    assert!(heard.events.len() < 24, "{}", heard.events.len());
    let head = dicta.revision().await;
    let rest = loop {
        let request = resumed(full(), heard.token.clone());
        // The place of the one before is given back in a moment.
        if let Ok(stream) = dicta.query().watch(request).await {
            break subscriber::until(stream.into_inner(), head).await;
        }
    };
    assert_eq!(heard.events.len() + rest.events.len(), 24);
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_server_says_where_to_resume() {
    let home = Home::new();
    let dicta = home.start().await;
    let mut stream = subscribe(&dicta, all()).await;
    let checkpoint = until_checkpoint(&mut stream).await;
    let ended = dicta.begin_to_stop();
    let status = stream.message().await.unwrap_err();
    assert_refused(&status, Code::Unavailable, "STOPPING");
    assert_eq!(metadata(&status, "token"), checkpoint.token);
    ended.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn watchers_take_no_place_from_short_calls() {
    let home = Home::new();
    let mut config = home.config();
    config.server.concurrency = 1;
    config.watch.streams = 20;
    let dicta = crate::harness::Dicta::start(config).await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(subscribe(&dicta, all()).await);
    }
    assert_eq!(dicta.revision().await, 0);
    let status = dicta.query().watch(all()).await.unwrap_err();
    assert_refused(&status, Code::ResourceExhausted, "OVERLOADED");
    assert_eq!(metadata(&status, "limit"), "watch.streams");
    drop(streams);
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_request_is_refused_with_what_is_wrong() {
    let home = Home::new();
    let dicta = home.start().await;
    dicta.store(ingest(article("articles/a"))).await;
    let refused = async |request| dicta.query().watch(request).await.unwrap_err();
    let from = |start| pb::WatchRequest { start: Some(start), ..Default::default() };
    let future = refused(from(Start::Revision(99))).await;
    assert_refused(&future, Code::OutOfRange, "NOT_HELD");
    assert_eq!(metadata(&future, "newest_revision"), "1");
    let negative = refused(from(Start::Revision(-1))).await;
    assert_invalid(&negative, "BAD_NUMBER", "revision");
    let garbage = refused(from(Start::Token("garbage".into()))).await;
    assert_invalid(&garbage, "BAD_TOKEN", "token");
    let empty = refused(from(Start::Token(String::new()))).await;
    assert_invalid(&empty, "BAD_TOKEN", "token");
    let kinds = vec![7];
    let unknown = refused(pb::WatchRequest { kinds, ..all() }).await;
    assert_invalid(&unknown, "UNKNOWN_ENUM_VALUE", "kinds[0]");
    let entities = vec!["entities/a".into(), "articles/a".into()];
    let wrong = refused(pb::WatchRequest { entities, ..all() }).await;
    assert_invalid(&wrong, "BAD_NAME", "entities[1]");
    let statement_filter = "nonsense = 1".to_owned();
    let filter = refused(pb::WatchRequest { statement_filter, ..all() }).await;
    assert_invalid(&filter, "BAD_FILTER", "statement_filter");
    let other = Home::new();
    let elsewhere = other.start().await;
    let mut stream = subscribe(&elsewhere, all()).await;
    let token = until_checkpoint(&mut stream).await.token;
    let foreign = refused(from(Start::Token(token))).await;
    assert_refused(&foreign, Code::FailedPrecondition, "TOKEN_FROM_OTHER_STORE");
    drop(stream);
    elsewhere.stop().await;
    dicta.stop().await;
}
