//! The bulk stream: items in order, one acknowledgement each, whatever happens.

use dicta::rpc::pb;
use dicta::rpc::pb::IngestOutcome::Created;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};
use tonic_types::Status as WireStatus;

use crate::harness::{Dicta, Home, assert_invalid, assert_refused};
use crate::samples::{article, ingest};

type Acks = Streaming<pb::IngestArticlesResponse>;

fn item(sequence: i64) -> pb::IngestArticlesItem {
    item_of(sequence, ingest(article(&name(sequence))))
}

fn name(sequence: i64) -> String {
    format!("articles/a{sequence}")
}

fn item_of(sequence: i64, ingest: pb::IngestArticleRequest) -> pb::IngestArticlesItem {
    pb::IngestArticlesItem { sequence, ingest: Some(ingest) }
}

async fn open(server: &Dicta) -> (mpsc::Sender<pb::IngestArticlesRequest>, Acks) {
    let (items, stream) = mpsc::channel(4);
    let acks = server.ingest().ingest_articles(ReceiverStream::new(stream)).await.unwrap();
    (items, acks.into_inner())
}

/// The acknowledgements until the stream ends, and how it ends.
async fn rest(acks: &mut Acks) -> (Vec<pb::IngestArticlesAck>, Option<Status>) {
    let mut all = Vec::new();
    loop {
        match acks.message().await {
            Ok(Some(message)) => all.extend(message.acks),
            Ok(None) => return (all, None),
            Err(status) => return (all, Some(status)),
        }
    }
}

/// Sends these items, several a message, and nothing more.
async fn send_all(
    server: &Dicta,
    items: Vec<pb::IngestArticlesItem>,
) -> (Vec<pb::IngestArticlesAck>, Option<Status>) {
    let messages: Vec<_> =
        items.chunks(3).map(|items| pb::IngestArticlesRequest { items: items.to_vec() }).collect();
    let stream = tokio_stream::iter(messages);
    rest(&mut server.ingest().ingest_articles(stream).await.unwrap().into_inner()).await
}

fn sequences(acks: &[pb::IngestArticlesAck]) -> Vec<i64> {
    acks.iter().map(|ack| ack.sequence).collect()
}

#[tokio::test]
async fn items_are_acknowledged_in_order_each_with_its_own_revision() {
    let home = Home::new();
    let server = home.start().await;
    let (acks, end) = send_all(&server, (1..=300).map(|at| item(at * 2)).collect()).await;
    assert!(end.is_none(), "{end:?}");
    assert_eq!(sequences(&acks), (1..=300).map(|at| at * 2).collect::<Vec<_>>());
    assert!(acks.iter().all(|ack| ack.outcome() == Created && ack.status.is_none()));
    assert!(acks.windows(2).all(|two| two[0].revision < two[1].revision));
    assert_eq!(acks[0].name, name(2));
    assert_eq!(server.info().await.counts.unwrap().articles, 300);
    server.stop().await;
}

#[tokio::test]
async fn one_bad_item_fails_alone() {
    let home = Home::new();
    let server = home.start().await;
    let empty = pb::IngestArticlesItem { sequence: 4, ingest: None };
    let untitled =
        item_of(2, ingest(pb::Article { language: "no tag".into(), ..article("articles/a2") }));
    let (acks, end) = send_all(&server, vec![item(1), untitled, item(3), empty, item(5)]).await;
    assert!(end.is_none(), "{end:?}");
    assert_eq!(sequences(&acks), [1, 2, 3, 4, 5]);
    let failed: Vec<i64> =
        acks.iter().filter(|ack| ack.status.is_some()).map(|ack| ack.sequence).collect();
    assert_eq!(failed, [2, 4]);
    let bad = &acks[1];
    assert_eq!((bad.name.as_str(), bad.revision, bad.outcome), ("", 0, 0));
    let status: &WireStatus = &prost::Message::decode(
        prost::Message::encode_to_vec(bad.status.as_ref().unwrap()).as_slice(),
    )
    .unwrap();
    assert_eq!(status.code, i32::from(Code::InvalidArgument));
    assert!(status.message.contains("article.language"), "{status:?}");
    assert_eq!(status.details.len(), 2, "ErrorInfo and BadRequest");
    assert_eq!(server.info().await.counts.unwrap().articles, 3);
    server.stop().await;
}

#[tokio::test]
async fn later_items_see_earlier_ones() {
    let home = Home::new();
    let server = home.start().await;
    let by_url = |sequence, title: &str| {
        let canonical_url = "https://news.example/one".into();
        item_of(sequence, ingest(pb::Article { canonical_url, title: title.into(), ..article("") }))
    };
    let items = vec![by_url(1, "One"), by_url(2, "Two"), by_url(3, "Two")];
    let (acks, end) = send_all(&server, items).await;
    assert!(end.is_none());
    let outcomes: Vec<_> = acks.iter().map(pb::IngestArticlesAck::outcome).collect();
    let expected = [Created, pb::IngestOutcome::Revised, pb::IngestOutcome::Unchanged];
    assert_eq!(outcomes, expected);
    assert_eq!(server.info().await.counts.unwrap().articles, 1);
    server.stop().await;
}

#[tokio::test]
async fn a_sequence_that_does_not_increase_ends_the_stream_after_what_came_before() {
    let home = Home::new();
    let server = home.start().await;
    for (start, bad) in [(10, 11), (20, 5), (30, 0), (40, -1)] {
        let items = vec![item(start), item(start + 1), item(bad), item(start + 2)];
        let (acks, end) = send_all(&server, items).await;
        let status = end.expect("it ended well");
        assert_invalid(&status, "SEQUENCE_NOT_INCREASING", "items.sequence");
        assert_eq!(sequences(&acks), [start, start + 1]);
        server.article(&name(start)).await.unwrap();
        server.article(&name(start + 2)).await.unwrap_err();
    }
    server.stop().await;
}

#[tokio::test]
async fn what_was_acknowledged_stays_when_the_client_vanishes() {
    let home = Home::new();
    let server = home.start().await;
    let (items, mut acks) = open(&server).await;
    items.send(pb::IngestArticlesRequest { items: (1..=5).map(item).collect() }).await.unwrap();
    let mut acked = Vec::new();
    while acked.len() < 5 {
        acked.extend(acks.message().await.unwrap().unwrap().acks);
    }
    items.send(pb::IngestArticlesRequest { items: (6..=9).map(item).collect() }).await.unwrap();
    drop((items, acks));
    for ack in &acked {
        server.article(&ack.name).await.unwrap();
    }
    // The server goes on serving others.
    let (acks, end) = send_all(&server, vec![item(100)]).await;
    assert_eq!((sequences(&acks), end.map(|it| it.code())), (vec![100], None));
    server.stop().await;
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_graceful_stop_in_mid_stream() {
    let home = Home::new();
    let server = home.start().await;
    let (items, mut acks) = open(&server).await;
    let sender = tokio::spawn(async move {
        // Goes on until the stream is ended from the other side.
        for sequence in 1.. {
            let message = pb::IngestArticlesRequest { items: vec![item(sequence)] };
            if items.send(message).await.is_err() {
                break;
            }
        }
    });
    let mut acked = Vec::new();
    while acked.len() < 20 {
        acked.extend(acks.message().await.unwrap().unwrap().acks);
    }
    let ended = server.begin_to_stop();
    let (later, end) = rest(&mut acks).await;
    acked.extend(later);
    assert_refused(&end.expect("it ended well"), Code::Unavailable, "STOPPING");
    drop(acks);
    sender.await.unwrap();
    ended.await.unwrap().unwrap();
    let server = home.start().await;
    let last = acked.last().unwrap().sequence;
    assert_eq!(sequences(&acked), (1..=last).collect::<Vec<_>>());
    assert_eq!(server.info().await.counts.unwrap().articles, last);
    server.article(&name(last)).await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn items_beyond_the_window_wait_and_none_is_lost() {
    let home = Home::new();
    let mut config = home.config();
    config.bulk.items = 4;
    config.bulk.bytes = 64 << 10;
    let server = Dicta::start(config).await;
    let large = |sequence| {
        let body = format!("{sequence} {}", "x".repeat(40 << 10));
        item_of(sequence, ingest(pb::Article { body, ..article(&name(sequence)) }))
    };
    let (acks, end) = send_all(&server, (1..=30).map(large).collect()).await;
    assert!(end.is_none(), "{end:?}");
    assert_eq!(sequences(&acks), (1..=30).collect::<Vec<_>>());
    server.stop().await;
}
