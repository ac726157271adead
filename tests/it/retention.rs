//! History that is no longer kept: what is said of it, and what stays.

use std::time::Duration;

use dicta::config::Config;
use dicta::rpc::pb;
use dicta::rpc::pb::read_options::AsOf;
use dicta::rpc::pb::watch_request::Start;
use tonic::Code;

use crate::harness::{Dicta, Home, assert_refused, metadata};
use crate::samples::person;

/// A server that keeps the newest commit and so many before it.
fn keeping(home: &Home, max_revisions: u64) -> Config {
    let mut config = home.config();
    config.request_id_ttl = Duration::ZERO;
    config.history.max_revisions = Some(max_revisions);
    config
}

async fn until_held_from(dicta: &Dicta, revision: i64) -> pb::GetServerInfoResponse {
    let held = async {
        loop {
            let info = dicta.info().await;
            if info.earliest_revision >= revision {
                return info;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), held).await.expect("nothing is let go of")
}

fn as_of(as_of: AsOf) -> pb::GetEntityRequest {
    let read = Some(pb::ReadOptions { as_of: Some(as_of), ..Default::default() });
    pb::GetEntityRequest { name: "entities/e0".into(), read, own_record: false }
}

async fn watch_error(dicta: &Dicta, token: String) -> tonic::Status {
    let request = pb::WatchRequest { start: Some(Start::Token(token)), ..Default::default() };
    match dicta.query().watch(request).await {
        Err(status) => status,
        Ok(stream) => stream.into_inner().message().await.unwrap_err(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_longer_kept_is_refused_with_what_is() {
    let home = Home::new();
    let before = home.start().await;
    for number in 0..3 {
        before.entity(&format!("e{number}"), person("Jane Roe")).await;
    }
    let list = pb::ListEntitiesRequest { page_size: 2, ..Default::default() };
    let page = before.query().list_entities(list.clone()).await.unwrap().into_inner();
    let start = Some(Start::Revision(1));
    let request = pb::WatchRequest { start, ..Default::default() };
    let mut stream = before.query().watch(request).await.unwrap().into_inner();
    let watch_token = stream.message().await.unwrap().unwrap().token;
    drop(stream);
    for number in 3..8 {
        before.entity(&format!("e{number}"), person("Jane Roe")).await;
    }
    let info = before.info().await;
    assert_eq!((info.earliest_revision, info.earliest_time), (0, None));
    assert_eq!(info.retention, Some(pb::HistoryRetention::default()));
    before.stop().await;

    let dicta = Dicta::start(keeping(&home, 3)).await;
    let info = until_held_from(&dicta, 5).await;
    assert_eq!((info.revision, info.earliest_revision), (8, 5));
    assert_eq!(info.retention.unwrap().max_revisions, 3);
    let floor_time = info.earliest_time.unwrap();

    for asked in [AsOf::Revision(4), AsOf::Time(prost_types::Timestamp::default())] {
        let status = dicta.query().get_entity(as_of(asked)).await.unwrap_err();
        assert_refused(&status, Code::OutOfRange, "NOT_HELD");
        assert_eq!(metadata(&status, "earliest_revision"), "5");
        let earliest: prost_types::Timestamp = metadata(&status, "earliest_time").parse().unwrap();
        assert_eq!(earliest, floor_time);
    }
    for asked in [AsOf::Revision(5), AsOf::Time(floor_time)] {
        let found = dicta.query().get_entity(as_of(asked)).await.unwrap().into_inner();
        assert_eq!(found.entity.unwrap().revision, 1);
    }
    let next = pb::ListEntitiesRequest { page_token: page.next_page_token, ..list };
    let status = dicta.query().list_entities(next).await.unwrap_err();
    assert_refused(&status, Code::OutOfRange, "PAGE_TOKEN_EXPIRED");
    let status = watch_error(&dicta, watch_token).await;
    assert_refused(&status, Code::OutOfRange, "WATCH_START_NOT_HELD");
    assert_eq!(metadata(&status, "earliest_revision"), "5");
    let token = metadata(&status, "earliest_token");
    let request = pb::WatchRequest { start: Some(Start::Token(token)), ..Default::default() };
    let mut stream = dicta.query().watch(request).await.unwrap().into_inner();
    let first = loop {
        let message = stream.message().await.unwrap().unwrap();
        if let Some(event) = message.events.into_iter().next() {
            break event;
        }
    };
    assert_eq!(first.revision, 6);
    drop(stream);
    dicta.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_push_older_ones_out() {
    let home = Home::new();
    let dicta = Dicta::start(keeping(&home, 2)).await;
    for number in 0..6 {
        dicta.entity(&format!("e{number}"), person("Jane Roe")).await;
    }
    let info = until_held_from(&dicta, 4).await;
    assert_eq!(info.counts.unwrap().entities, 6);
    dicta.stop().await;
    // Nobody else lowers the floor again.
    let later = home.start().await;
    assert_eq!(later.info().await.earliest_revision, 4);
    later.stop().await;
}
