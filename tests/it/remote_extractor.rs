//! Statements found by an extractor that is asked over the network: here a server in
//! the test that answers as it is told to.

mod tls;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dicta::rpc::pb;
use dicta::rpc::pb::extractor as found;
use dicta::rpc::pb::extractor::extractor_service_server::{
    ExtractorService, ExtractorServiceServer,
};
use dicta::rpc::pb::{CreateEntities, EntityType, Extraction, IngestOutcome};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Server, ServerTlsConfig};
use tonic::{Code, Request, Response, Status};
use tonic_types::StatusExt as _;

use crate::harness::{Dicta, Home, assert_refused};
use crate::samples::{article, ingest, place, request_id};

const BODY: &str = "The bridge is safe, Mayor Jane Roe said on Monday. Ünal waited.";

/// What the extractor does with a text.
#[derive(Clone)]
enum Reply {
    Answer(found::ExtractResponse),
    Fail(Code),
    /// Says nothing until nobody waits any more.
    Silence,
}

/// What an extractor is told to do: the replies in turn, the last one for ever.
#[derive(Clone)]
struct Script {
    replies: Arc<Mutex<VecDeque<Reply>>>,
    asked: Arc<Mutex<Vec<found::ExtractRequest>>>,
}

impl Script {
    fn new(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies = Arc::new(Mutex::new(replies.into_iter().collect()));
        Self { replies, asked: Arc::default() }
    }

    fn answering(answer: found::ExtractResponse) -> Self {
        Self::new([Reply::Answer(answer)])
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

#[tonic::async_trait]
impl ExtractorService for Script {
    async fn extract(
        &self,
        request: Request<found::ExtractRequest>,
    ) -> Result<Response<found::ExtractResponse>, Status> {
        self.asked.lock().unwrap().push(request.into_inner());
        let reply = {
            let mut replies = self.replies.lock().unwrap();
            if replies.len() > 1 { replies.pop_front() } else { replies.front().cloned() }
        };
        match reply.expect("a reply") {
            Reply::Answer(answer) => Ok(Response::new(answer)),
            Reply::Fail(code) => Err(Status::new(code, "as told")),
            Reply::Silence => std::future::pending().await,
        }
    }
}

/// An extractor that listens.
struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<Result<(), tonic::transport::Error>>,
}

impl Running {
    /// Starts an extractor; port 0 is any that is free.
    fn start(script: &Script, port: u16, tls: Option<ServerTlsConfig>) -> Self {
        let incoming = TcpIncoming::bind(SocketAddr::from(([127, 0, 0, 1], port))).unwrap();
        let address = incoming.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let mut server = Server::builder();
        if let Some(tls) = tls {
            server = server.tls_config(tls).unwrap();
        }
        let router = server.add_service(ExtractorServiceServer::new(script.clone()));
        let ended = tokio::spawn(router.serve_with_incoming_shutdown(incoming, async {
            let _ = stopped.await;
        }));
        Self { address, stop, ended }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        self.ended.await.unwrap().unwrap();
    }
}

/// A server that asks the extractor at an address.
async fn dicta(home: &Home, address: SocketAddr) -> Dicta {
    let mut config = home.config();
    config.extractor.address = Some(format!("http://{address}").parse().unwrap());
    Dicta::start(config).await
}

fn request(name: &str) -> pb::IngestArticleRequest {
    pb::IngestArticleRequest {
        extraction: Extraction::Remote.into(),
        ..ingest(pb::Article { body: BODY.into(), ..article(name) })
    }
}

fn span(words: &str) -> Option<pb::Selector> {
    let byte = BODY.find(words).unwrap();
    let start = BODY[..byte].chars().count();
    Some(place(start as i32, (start + words.chars().count()) as i32))
}

/// What a good extractor finds in the body.
fn good() -> found::ExtractResponse {
    let mayor =
        found::FoundMention { selector: span("Jane Roe"), entity: Some(0), ..Default::default() };
    let statement = found::FoundStatement {
        content: vec![pb::ContentSpan { selector: span("The bridge is safe"), quoted: false }],
        cue: Some(pb::Cue { selector: span("said"), ..Default::default() }),
        speaker: Some(found::FoundSpeaker { mention: Some(mayor), ..Default::default() }),
        confidence: Some(0.5),
        rule: "clause-before".into(),
        ..Default::default()
    };
    let jane = found::FoundEntity {
        name: "Jane Roe".into(),
        r#type: EntityType::Person.into(),
        posts: vec![found::FoundPost { title: "mayor".into(), organization: None }],
        ..Default::default()
    };
    found::ExtractResponse {
        extractor: "test-parser".into(),
        extractor_version: "7".into(),
        statements: vec![statement],
        entities: vec![jane],
        truncated: false,
    }
}

async fn refused(server: &Dicta, name: &str) -> Status {
    let status = server.ingest().ingest_article(request(name)).await.unwrap_err();
    assert!(server.article(name).await.is_err(), "something was stored");
    status
}

#[tokio::test]
async fn what_it_finds_is_stored_and_found_again_unchanged() {
    let script = Script::answering(good());
    let extractor = Running::start(&script, 0, None);
    let home = Home::new();
    let server = dicta(&home, extractor.address).await;
    let mut sent = request("articles/bridge");
    sent.create_entities = CreateEntities::Mentioned.into();
    let stored = server.store(sent.clone()).await;
    let [statement] = &stored.statements[..] else { panic!("{stored:?}") };
    let selector = statement.content[0].selector.as_ref().unwrap();
    assert_eq!((selector.exact.as_str(), selector.verified), ("The bridge is safe", true));
    assert_eq!(statement.kind(), pb::StatementKind::Indirect);
    assert_eq!(statement.speaker.as_ref().unwrap().entity, "entities/jane-roe");
    let origin = statement.origin.as_ref().unwrap();
    let made_by =
        (origin.extractor.as_str(), origin.extractor_version.as_str(), origin.rule.as_str());
    assert_eq!(made_by, ("test-parser", "7", "clause-before"));
    assert_eq!(stored.entities[0].occupancies[0].title, "mayor");
    let again = server.store(sent).await;
    assert_eq!(again.outcome(), IngestOutcome::Unchanged);
    let asked = script.asked.lock().unwrap().clone();
    assert_eq!((asked[0].text.as_str(), asked[0].max_statements), (BODY, 2_000));
    let info = server.info().await.remote_extractor.unwrap();
    assert!(info.configured && info.failure.is_empty());
    assert_eq!((info.name.as_str(), info.version.as_str()), ("test-parser", "7"));
    server.stop().await;
    extractor.stop().await;
}

#[tokio::test]
async fn a_dry_run_asks_it_and_stores_nothing() {
    let extractor = Running::start(&Script::answering(good()), 0, None);
    let home = Home::new();
    let server = dicta(&home, extractor.address).await;
    let asked = pb::ExtractArticleRequest {
        article: request("articles/a").article,
        extraction: Extraction::Remote.into(),
        ..Default::default()
    };
    let found = server.ingest().extract_article(asked).await.unwrap().into_inner();
    assert_eq!(found.statements.len(), 1);
    assert_eq!(server.revision().await, 0);
    server.stop().await;
    extractor.stop().await;
}

#[tokio::test]
async fn a_bad_answer_is_the_extractors_fault_and_nothing_is_stored() {
    type Edit = fn(&mut found::ExtractResponse);
    let cases: [(Edit, &str); 10] = [
        (
            |it| it.statements[0].content[0].selector = Some(place(60, 900)),
            "statements[0].content[0].selector",
        ),
        (|it| it.statements[0].content.clear(), "statements[0].content"),
        (
            |it| {
                it.statements[0].cue = Some(pb::Cue {
                    selector: Some(pb::Selector { exact: "never".into(), ..Default::default() }),
                    ..Default::default()
                })
            },
            "statements[0].cue.selector",
        ),
        (|it| it.statements[0].confidence = Some(7.0), "statements[0].confidence"),
        (|it| it.statements[0].kind = 99, "statements[0].kind"),
        (|it| it.statements[0].parent = Some(0), "statements[0].parent"),
        (
            |it| it.statements[0].speaker.as_mut().unwrap().anonymous = true,
            "statements[0].speaker.mention.entity",
        ),
        (|it| it.entities.clear(), "statements[0].speaker.mention.entity"),
        (|it| it.entities[0].posts[0].organization = Some(5), "entities[0].posts[0].organization"),
        (|it| it.extractor.clear(), "extractor"),
    ];
    let answers = cases.iter().map(|(edit, _)| {
        let mut answer = good();
        edit(&mut answer);
        Reply::Answer(answer)
    });
    let extractor = Running::start(&Script::new(answers), 0, None);
    let home = Home::new();
    let server = dicta(&home, extractor.address).await;
    for (_, field) in cases {
        let status = refused(&server, "articles/a").await;
        assert_refused(&status, Code::Internal, "EXTRACTOR_ANSWER_INVALID");
        assert!(status.message().contains(&format!(": {field}: ")), "{field}: {status:?}");
    }
    server.stop().await;
    extractor.stop().await;
}

#[tokio::test]
async fn of_too_many_statements_the_first_are_taken() {
    let mut answer = good();
    answer.statements = vec![answer.statements[0].clone(); 2_001];
    let extractor = Running::start(&Script::answering(answer), 0, None);
    let home = Home::new();
    let server = dicta(&home, extractor.address).await;
    let stored = server.store(request("articles/a")).await;
    assert!(stored.truncated);
    assert_eq!(stored.statements.len(), 2_000);
    server.stop().await;
    extractor.stop().await;
}

#[tokio::test]
async fn without_one_it_is_said_what_to_do() {
    let home = Home::new();
    let server = home.start().await;
    let status = refused(&server, "articles/a").await;
    assert_refused(&status, Code::FailedPrecondition, "NO_REMOTE_EXTRACTOR");
    assert!(status.message().contains("extractor.address"));
    assert!(!server.info().await.remote_extractor.unwrap().configured);
    server.stop().await;
}

#[tokio::test]
async fn while_it_is_down_ingest_is_unavailable_and_works_again_after() {
    let script = Script::answering(good());
    let extractor = Running::start(&script, 0, None);
    let address = extractor.address;
    let home = Home::new();
    let server = dicta(&home, address).await;
    let mut remembered = request("articles/before");
    remembered.request_id = request_id();
    let before = server.store(remembered.clone()).await;
    extractor.stop().await;
    let status = refused(&server, "articles/a").await;
    assert_refused(&status, Code::Unavailable, "EXTRACTOR_UNAVAILABLE");
    assert!(status.get_details_retry_info().is_some());
    assert!(!server.info().await.remote_extractor.unwrap().failure.is_empty());
    // What was carried out is answered as it was.
    assert_eq!(server.store(remembered).await.revision, before.revision);
    let extractor = Running::start(&script, address.port(), None);
    assert_eq!(server.store(request("articles/a")).await.statements.len(), 1);
    server.stop().await;
    extractor.stop().await;
}

#[tokio::test]
async fn one_that_flaps_is_asked_again_and_one_that_fails_is_not() {
    let replies = [
        Reply::Fail(Code::Unavailable),
        Reply::Fail(Code::Unavailable),
        Reply::Answer(good()),
        Reply::Fail(Code::InvalidArgument),
        Reply::Answer(good()),
    ];
    let script = Script::new(replies);
    let extractor = Running::start(&script, 0, None);
    let home = Home::new();
    let server = dicta(&home, extractor.address).await;
    assert_eq!(server.store(request("articles/a")).await.statements.len(), 1);
    assert_eq!(script.asked(), 3);
    let status = refused(&server, "articles/b").await;
    assert_refused(&status, Code::Internal, "EXTRACTOR_FAILED");
    assert_eq!(script.asked(), 4);
    server.stop().await;
    extractor.stop().await;
}

#[tokio::test]
async fn one_that_is_too_slow_is_not_waited_for() {
    let extractor = Running::start(&Script::new([Reply::Silence]), 0, None);
    let home = Home::new();
    let mut config = home.config();
    config.extractor.address = Some(format!("http://{}", extractor.address).parse().unwrap());
    config.extractor.deadline = Duration::from_millis(50);
    let server = Dicta::start(config).await;
    let status = refused(&server, "articles/a").await;
    assert_refused(&status, Code::DeadlineExceeded, "EXTRACTOR_TOO_SLOW");
    server.stop().await;
    // The caller's own deadline comes first.
    let server = dicta(&home, extractor.address).await;
    let mut hasty = Request::new(request("articles/a"));
    hasty.set_timeout(Duration::from_millis(50));
    let status = server.ingest().ingest_article(hasty).await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded);
    server.stop().await;
    extractor.ended.abort();
}

#[tokio::test]
async fn in_a_bulk_stream_the_item_alone_fails_and_the_order_stays() {
    let mut bad = good();
    bad.statements[0].content.clear();
    let script = Script::new([Reply::Answer(bad), Reply::Answer(good())]);
    let extractor = Running::start(&script, 0, None);
    let home = Home::new();
    let mut config = home.config();
    config.extractor.address = Some(format!("http://{}", extractor.address).parse().unwrap());
    // One at a time, so that it is known which item the bad answer is for.
    config.extractor.concurrency = 1;
    let server = Dicta::start(config).await;
    let items = (1..=20).map(|sequence| {
        let mut ingest = request(&format!("articles/a{sequence}"));
        if sequence % 2 == 0 {
            ingest.extraction = Extraction::None.into();
        }
        pb::IngestArticlesItem { sequence, ingest: Some(ingest) }
    });
    let message = pb::IngestArticlesRequest { items: items.collect() };
    let acks = server.ingest().ingest_articles(tokio_stream::iter([message])).await.unwrap();
    let mut acks = acks.into_inner();
    let mut all = Vec::new();
    while let Some(message) = acks.message().await.unwrap() {
        all.extend(message.acks);
    }
    assert!(all.iter().map(|ack| ack.sequence).eq(1..=20));
    let failed: Vec<&pb::IngestArticlesAck> =
        all.iter().filter(|ack| ack.status.is_some()).collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(failed[0].status.as_ref().unwrap().code, Code::Internal as i32);
    server.stop().await;
    extractor.stop().await;
}
