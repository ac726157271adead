use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use uuid::Uuid;

use super::*;
use crate::clock::SystemClock;
use crate::domain::article::Article;
use crate::domain::statement::Statement;
use crate::kb::{KnowledgeBaseConfig, Retention};
use crate::store::WriteBatch;
use crate::store::conformance::fixtures::{
    article, at, batch, body, entity, entity_id, mention, publisher, speaker, statement,
};
use crate::store::memory::{MemoryConfig, MemoryStore};

fn base() -> KnowledgeBase {
    let config = MemoryConfig { store_id: Uuid::from_u128(1), token_key: [1; 32] };
    KnowledgeBase::new(KnowledgeBaseConfig {
        store: Arc::new(MemoryStore::new(config)),
        clock: Arc::new(SystemClock),
        request_ttl: Duration::from_secs(60),
        recent: Arc::default(),
        quotations: None,
        retention: Retention::default(),
    })
}

async fn commit(kb: &KnowledgeBase, batch: WriteBatch) -> Revision {
    kb.apply_one(batch).await.unwrap().revision
}

fn everything() -> WatchRecords {
    WatchRecords {
        start: WatchStart::After(Revision::ZERO),
        kinds: Vec::new(),
        entities: HashSet::new(),
        article_filter: String::new(),
        statement_filter: String::new(),
        entity_filter: String::new(),
        body: LoadBody::No,
    }
}

/// All that is told by now.
async fn told(watch: &mut Watch) -> Vec<WatchEvent> {
    let mut events = Vec::new();
    while let Some(more) = watch.next().await.unwrap() {
        events.extend(more);
    }
    events
}

/// Events in short: `+` created, `*` updated, `-` deleted; what of it matches.
fn short(events: &[WatchEvent]) -> Vec<String> {
    let one = |event: &WatchEvent| {
        let sign = match event.kind {
            ChangeKind::Created => '+',
            ChangeKind::Updated => '*',
            ChangeKind::Deleted => '-',
            ChangeKind::Erased => 'x',
        };
        let before = if event.before_matches { "b" } else { "" };
        let after = if event.after_matches { "a" } else { "" };
        format!("{sign}{} {before}{after}", event.name)
    };
    events.iter().map(one).collect()
}

async fn sample() -> KnowledgeBase {
    let kb = base();
    let rain = Article { publisher: publisher("paper"), ..article("Rain") };
    let said = Statement { speaker: speaker("ann"), ..statement("It rains") };
    let about = Statement { mentions: vec![mention("bob")], ..statement("He left") };
    let first = batch(1)
        .put("entities/ann", entity("Ann"))
        .put("articles/rain", rain)
        .put("articles/rain/statements/s", said)
        .put("articles/rain/statements/t", about.clone());
    commit(&kb, first).await;
    let by_ann = Statement { speaker: speaker("ann"), ..about };
    commit(&kb, batch(2).put("articles/rain/statements/t", by_ann)).await;
    commit(&kb, batch(3).delete("articles/rain/statements/s").put("articles/sun", article("Sun")))
        .await;
    kb
}

#[tokio::test]
async fn all_is_told_in_order_with_the_record_before_and_after() {
    let kb = sample().await;
    let mut watch = kb.watch(everything()).await.unwrap();
    let events = told(&mut watch).await;
    assert_eq!(
        short(&events),
        [
            "+entities/ann a",
            "+articles/rain a",
            "+articles/rain/statements/s a",
            "+articles/rain/statements/t a",
            "*articles/rain/statements/t ba",
            "-articles/rain/statements/s b",
            "+articles/sun a",
        ]
    );
    assert_eq!(watch.position(), kb.store().head().revision);
    for event in &events {
        for (state, revision) in
            [(&event.before, Revision(event.revision.0 - 1)), (&event.after, event.revision)]
        {
            let reader = kb.store().reader(At::Revision(revision)).await.unwrap();
            let expected = reader.state(&event.name, LoadBody::No).await.unwrap().live();
            assert_eq!(*state, expected, "{} at {revision}", event.name);
        }
    }
    assert_eq!(events[0].time, at(1));
}

#[tokio::test]
async fn only_what_passes_before_or_after_is_told() {
    let kb = sample().await;
    let check = async |wanted: WatchRecords, expected: &[&str]| {
        let mut watch = kb.watch(wanted).await.unwrap();
        assert_eq!(short(&told(&mut watch).await), expected);
    };
    let kinds = vec![Kind::Article];
    check(WatchRecords { kinds, ..everything() }, &["+articles/rain a", "+articles/sun a"]).await;
    let entities = HashSet::from([entity_id("bob")]);
    let about_bob = ["+articles/rain/statements/t a", "*articles/rain/statements/t ba"];
    check(WatchRecords { entities, ..everything() }, &about_bob).await;
    let entities = HashSet::from([entity_id("ann")]);
    let of_ann = [
        "+entities/ann a",
        "+articles/rain/statements/s a",
        "*articles/rain/statements/t a",
        "-articles/rain/statements/s b",
    ];
    check(WatchRecords { entities, ..everything() }, &of_ann).await;
    let entities = HashSet::from([entity_id("paper")]);
    check(WatchRecords { entities, ..everything() }, &["+articles/rain a"]).await;
    let wanted = WatchRecords {
        kinds: vec![Kind::Statement],
        statement_filter: "NOT speaker.entity:*".into(),
        ..everything()
    };
    check(wanted, &["+articles/rain/statements/t a", "*articles/rain/statements/t b"]).await;
}

#[tokio::test]
async fn a_token_resumes_at_every_point() {
    let kb = sample().await;
    let all = told(&mut kb.watch(everything()).await.unwrap()).await;
    for revision in 0..=kb.store().head().revision.0 {
        let watch = kb.watch(everything()).await.unwrap();
        let start = WatchStart::Token(watch.token_at(Revision(revision)));
        let mut resumed = kb.watch(WatchRecords { start, ..everything() }).await.unwrap();
        let rest: Vec<_> =
            all.iter().filter(|event| event.revision.0 > revision).cloned().collect();
        assert_eq!(told(&mut resumed).await, rest, "{revision}");
    }
}

#[tokio::test]
async fn texts_come_only_when_asked_for() {
    let kb = base();
    let with_text = |text| Article { body: body(text), ..article("Rain") };
    commit(&kb, batch(1).put("articles/rain", with_text("It rains."))).await;
    commit(&kb, batch(2).put("articles/rain", with_text("It pours."))).await;
    let texts = async |wanted: LoadBody| {
        let mut watch = kb.watch(WatchRecords { body: wanted, ..everything() }).await.unwrap();
        let events = told(&mut watch).await;
        let states = events.into_iter().flat_map(|event| [event.before, event.after]).flatten();
        let text = |stored: Stored| match stored.value {
            crate::domain::record::Record::Article(article) => article.body.text,
            _ => None,
        };
        states.map(text).map(|text| text.map(|text| (*text).to_owned())).collect::<Vec<_>>()
    };
    assert_eq!(texts(LoadBody::No).await, [None, None, None]);
    let (rains, pours) = (Some("It rains.".to_owned()), Some("It pours.".to_owned()));
    assert_eq!(texts(LoadBody::Yes).await, [rains.clone(), rains, pours]);
}

#[tokio::test]
async fn subscribers_at_any_place_are_told_the_same() {
    let kb = base();
    let mut close = kb.watch(everything()).await.unwrap();
    let mut heard = Vec::new();
    for second in 0..200 {
        commit(&kb, batch(second).put(&format!("entities/e{}", second % 7), entity("E"))).await;
        if second % 3 == 0 {
            heard.extend(told(&mut close).await);
        }
        if second % 50 == 0 {
            let mut late = kb.watch(everything()).await.unwrap();
            let count = told(&mut late).await.len();
            assert_eq!(count as u64, kb.store().head().revision.0);
        }
    }
    heard.extend(told(&mut close).await);
    assert_eq!(heard, told(&mut kb.watch(everything()).await.unwrap()).await);
}

#[tokio::test]
async fn a_subscriber_wakes_when_something_is_committed() {
    let kb = Arc::new(sample().await);
    let mut watch =
        kb.watch(WatchRecords { start: WatchStart::Now, ..everything() }).await.unwrap();
    assert_eq!(watch.next().await, Ok(None));
    let writer = Arc::clone(&kb);
    let written = async { commit(&writer, batch(9).put("entities/eve", entity("Eve"))).await };
    let (woken, _) = tokio::join!(watch.changed(), written);
    woken.unwrap();
    assert_eq!(short(&told(&mut watch).await), ["+entities/eve a"]);
}

#[tokio::test]
async fn a_start_that_cannot_be_is_refused() {
    let kb = sample().await;
    let refused =
        async |start| kb.watch(WatchRecords { start, ..everything() }).await.map(drop).unwrap_err();
    let future = refused(WatchStart::After(Revision(99))).await;
    assert!(matches!(future, Error::Store(store::Error::OutOfRange { .. })), "{future:?}");
    let garbage = refused(WatchStart::Token("garbage".into())).await;
    assert!(matches!(garbage, Error::Invalid(_)), "{garbage:?}");
    let page = token::seal(kb.store().identity(), TokenKind::Page, Revision(1), b"");
    assert!(matches!(refused(WatchStart::Token(page)).await, Error::Invalid(_)));
    let other = store::Identity { store_id: Uuid::from_u128(2), ..kb.store().identity().clone() };
    let other = token::seal(&other, TokenKind::Watch, Revision(1), b"");
    assert_eq!(refused(WatchStart::Token(other)).await, Error::TokenFromOtherStore);
}

#[tokio::test]
async fn filters_are_checked_all_at_once() {
    let kb = sample().await;
    let wanted = WatchRecords {
        kinds: vec![Kind::Statement],
        article_filter: "title:Rain".into(),
        statement_filter: "nonsense = 1".into(),
        ..everything()
    };
    let Err(Error::Invalid(faults)) = kb.watch(wanted).await else { panic!("accepted") };
    let told: Vec<_> = faults.iter().map(|fault| (fault.field.as_str(), fault.reason)).collect();
    assert_eq!(told, [("article_filter", "CONTRADICTION"), ("statement_filter", "BAD_FILTER")]);
}

#[tokio::test]
async fn what_was_let_go_of_is_not_passed_over() {
    let kb = sample().await;
    let head = kb.store().head().revision;
    let mut begun = kb.watch(everything()).await.unwrap();
    let floor = kb.store().prune(Revision(head.0 - 1), 1_000).await.unwrap().revision;
    let Err(Error::WatchStartNotHeld { asked, earliest, earliest_token }) = begun.next().await
    else {
        panic!("it went on");
    };
    assert_eq!((asked, earliest), (Revision::ZERO, floor));
    let before = WatchStart::After(Revision(floor.0 - 1));
    let late = kb.watch(WatchRecords { start: before, ..everything() }).await.map(drop);
    assert!(matches!(late, Err(Error::WatchStartNotHeld { .. })), "{late:?}");
    let start = WatchStart::Token(earliest_token);
    let mut held = kb.watch(WatchRecords { start, ..everything() }).await.unwrap();
    let revisions = told(&mut held).await.iter().map(|event| event.revision).collect::<Vec<_>>();
    assert!(!revisions.is_empty() && revisions.iter().all(|revision| *revision > floor));
}
