//! Deadlines that a caller sets, and reads that wait for a write.

use dicta::rpc::pb;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tonic::{Code, Request};

use crate::harness::{Dicta, Home, assert_refused};
use crate::samples::person;

/// A server whose data is older than a write that it was given the token of, and
/// the token: the data is a copy of what another one has since written to.
async fn behind(home: &Home) -> (Home, String) {
    let server = home.start().await;
    server.entity("jane", person("Jane Roe")).await;
    server.stop().await;
    let copy = home.copy();
    let server = home.start().await;
    let request = pb::CreateEntityRequest {
        entity_id: "john".into(),
        entity: Some(person("John Poe")),
        ..Default::default()
    };
    let written = server.ingest().create_entity(request).await.unwrap().into_inner();
    assert_eq!(written.revision, 2);
    server.stop().await;
    (copy, written.consistency_token)
}

fn get_jane(consistency_token: &str) -> pb::GetEntityRequest {
    let consistency_token = consistency_token.to_owned();
    pb::GetEntityRequest {
        name: "entities/jane".into(),
        read: Some(pb::ReadOptions { consistency_token, ..Default::default() }),
        own_record: false,
    }
}

/// What the server itself says of a call that takes longer than `timeout`. The
/// client knows nothing of the deadline: tonic's own would answer first.
async fn times_out(server: &Dicta, message: pb::GetEntityRequest, timeout: &str) -> tonic::Status {
    let http = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
    let mut client = QueryServiceClient::with_origin(http, server.url.parse().unwrap());
    let mut request = Request::new(message);
    request.metadata_mut().insert("grpc-timeout", timeout.parse().unwrap());
    client.get_entity(request).await.unwrap_err()
}

#[tokio::test]
async fn a_deadline_that_passes_is_told_as_such_and_the_server_goes_on() {
    let home = Home::new();
    let (copy, token) = behind(&home).await;
    let server = copy.start().await;
    for timeout in ["100m", "150000u"] {
        let status = times_out(&server, get_jane(&token), timeout).await;
        assert_refused(&status, Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
    }
    // The client's own deadline, where it keeps one.
    let mut request = Request::new(get_jane(&token));
    request.set_timeout(std::time::Duration::from_millis(100));
    let status = server.query().get_entity(request).await.unwrap_err();
    assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Cancelled), "{status:?}");
    server.query().get_entity(get_jane("")).await.unwrap();
    server.stop().await;
}

#[tokio::test]
async fn a_call_without_a_deadline_gets_the_default_one() {
    let home = Home::new();
    let (copy, token) = behind(&home).await;
    let mut config = copy.config();
    config.deadline.default = std::time::Duration::from_millis(100);
    let server = Dicta::start(config).await;
    let status = server.query().get_entity(get_jane(&token)).await.unwrap_err();
    assert_refused(&status, Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
    server.stop().await;
}

#[tokio::test]
async fn a_read_waits_for_the_write_whose_token_it_brings() {
    let home = Home::new();
    let (copy, token) = behind(&home).await;
    let server = copy.start().await;
    let (mut reader, mut lister) = (server.query(), server.query());
    let list = pb::ListEntitiesRequest { read: get_jane(&token).read, ..Default::default() };
    let (read, listed, _) = tokio::join!(
        biased;
        reader.get_entity(get_jane(&token)),
        lister.list_entities(list),
        server.entity("mary", person("Mary Major")),
    );
    assert_eq!(read.unwrap().into_inner().revision, 2);
    let listed = listed.unwrap().into_inner();
    assert_eq!((listed.revision, listed.entities.len()), (2, 2));
    server.stop().await;
}
