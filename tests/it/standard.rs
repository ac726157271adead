//! What every gRPC server is asked: health, reflection; and what this one is.

use dicta::rpc::pb;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::{v1, v1alpha};

use crate::harness::Home;
use crate::samples::{QUOTE, ingest_with, person, said_by_entity};

const SERVICES: [&str; 3] =
    ["dicta.v1.AdminService", "dicta.v1.IngestService", "dicta.v1.QueryService"];

#[tokio::test]
async fn health_is_told_as_a_whole_and_for_each_service() {
    let home = Home::new();
    let server = home.start().await;
    let mut health = HealthClient::new(server.channel.clone());
    for service in SERVICES.into_iter().chain([""]) {
        let request = HealthCheckRequest { service: service.into() };
        let status = health.check(request).await.unwrap().into_inner().status();
        assert_eq!(status, ServingStatus::Serving, "{service}");
    }
    let unknown = HealthCheckRequest { service: "dicta.v1.Nothing".into() };
    assert_eq!(health.check(unknown).await.unwrap_err().code(), Code::NotFound);
    // Whoever watches is told before the server is gone.
    let mut watch = health.watch(HealthCheckRequest::default()).await.unwrap().into_inner();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::Serving);
    let ended = server.begin_to_stop();
    assert_eq!(watch.message().await.unwrap().unwrap().status(), ServingStatus::NotServing);
    drop((watch, health));
    ended.await.unwrap().unwrap();
}

#[tokio::test]
async fn reflection_v1_lists_and_describes_the_services() {
    use v1::server_reflection_request::MessageRequest;
    use v1::server_reflection_response::MessageResponse;
    let home = Home::new();
    let server = home.start().await;
    let mut client =
        v1::server_reflection_client::ServerReflectionClient::new(server.channel.clone());
    let ask = |message| v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(message),
    };
    let questions = [
        ask(MessageRequest::ListServices(String::new())),
        ask(MessageRequest::FileContainingSymbol("dicta.v1.QueryService".into())),
        ask(MessageRequest::FileContainingSymbol("google.rpc.ErrorInfo".into())),
    ];
    let questions = tokio_stream::iter(questions);
    let mut answers = client.server_reflection_info(questions).await.unwrap().into_inner();
    let listed = answers.message().await.unwrap().unwrap().message_response.unwrap();
    let MessageResponse::ListServicesResponse(listed) = listed else { panic!("{listed:?}") };
    let names: Vec<String> = listed.service.into_iter().map(|it| it.name).collect();
    for service in SERVICES.into_iter().chain(["grpc.health.v1.Health"]) {
        assert!(names.iter().any(|name| name == service), "{service} is not in {names:?}");
    }
    let described = answers.message().await.unwrap().unwrap().message_response.unwrap();
    assert!(matches!(described, MessageResponse::FileDescriptorResponse(_)), "{described:?}");
    server.stop().await;
}

#[tokio::test]
async fn reflection_v1alpha_lists_the_services_too() {
    use v1alpha::server_reflection_request::MessageRequest;
    use v1alpha::server_reflection_response::MessageResponse;
    let home = Home::new();
    let server = home.start().await;
    let mut client =
        v1alpha::server_reflection_client::ServerReflectionClient::new(server.channel.clone());
    let question = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let questions = tokio_stream::iter([question]);
    let mut answers = client.server_reflection_info(questions).await.unwrap().into_inner();
    let listed = answers.message().await.unwrap().unwrap().message_response.unwrap();
    let MessageResponse::ListServicesResponse(listed) = listed else { panic!("{listed:?}") };
    for service in SERVICES {
        assert!(listed.service.iter().any(|it| it.name == service), "{service}");
    }
    server.stop().await;
}

#[tokio::test]
async fn the_server_tells_what_it_holds_and_its_limits() {
    let home = Home::new();
    let server = home.start().await;
    let empty = server.info().await;
    assert_eq!((empty.revision, empty.revision_time), (0, None));
    server.entity("jane", person("Jane Roe")).await;
    let publisher = pb::Publisher { name: "Reuters".into(), ..Default::default() };
    let mut request = ingest_with("articles/a", vec![said_by_entity(QUOTE, "entities/jane")]);
    request.article.as_mut().unwrap().publisher = Some(publisher);
    server.store(request).await;
    let info = server.info().await;
    let counts = info.counts.unwrap();
    assert_eq!((counts.articles, counts.statements, counts.entities), (1, 1, 1));
    assert_eq!((counts.outlets, counts.speakers), (1, 1));
    assert_eq!(info.version, env!("CARGO_PKG_VERSION"));
    assert!(info.revision == 2 && info.revision_time.is_some() && info.disk_bytes > 0);
    let limits = info.limits.unwrap();
    assert_eq!((limits.message_bytes, limits.body_bytes), (4 << 20, 1 << 20));
    assert_eq!((limits.statements_per_article, limits.entities_per_article), (2_000, 1_000));
    assert_eq!((limits.page_size, limits.default_page_size), (1_000, 50));
    let store_id = info.store_id;
    server.stop().await;
    let server = home.start().await;
    let again = server.info().await;
    assert_eq!((again.store_id, again.counts, again.revision), (store_id, Some(counts), 2));
    server.stop().await;
}
