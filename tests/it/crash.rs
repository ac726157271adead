//! A server that is killed in the middle of bulk streams keeps every article
//! that it acknowledged, and none by halves.
//!
//! The kill comes from a thread of its own, a random while after a random
//! acknowledgement: mostly between a commit and its acknowledgement, where what
//! was promised and what is there can differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use dicta::rpc::pb;
use dicta::rpc::pb::ingest_service_client::IngestServiceClient;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

use crate::process::ServerProcess;

/// How often the server is killed: by hand more often than in every test run.
const CYCLES_VARIABLE: &str = "DICTA_CRASH_CYCLES";
const SEED_VARIABLE: &str = "DICTA_CRASH_SEED";
const DEFAULT_CYCLES: u64 = 3;
/// The articles of one cycle; the kill begins before half of them are
/// acknowledged.
const ARTICLES: usize = 2_000;
/// How many clients share them. Each has as much in flight as the server takes.
const STREAMS: usize = 6;
const MESSAGE_ITEMS: usize = 16;
/// The kill comes at most so long after the acknowledgement that begins it.
const MOST_DELAY_MICROSECONDS: f64 = 40_000.0;
const CYCLE_PATIENCE: Duration = Duration::from_secs(120);
/// How many articles are asked for at once.
const PAGE: usize = 200;

/// What one article must look like, should it be there.
#[derive(Clone, Debug)]
struct Expected {
    body: String,
    statements: usize,
    /// The revision that its acknowledgement named; none without one.
    acknowledged: Option<i64>,
}

impl Expected {
    fn of(request: &pb::IngestArticleRequest) -> (String, Self) {
        let article = request.article.as_ref().unwrap();
        let (body, statements) = (article.body.clone(), request.statements.len());
        (article.name.clone(), Self { body, statements, acknowledged: None })
    }
}

/// The articles sent so far, by name.
type Sent = BTreeMap<String, Expected>;

/// An article of several sentences, some of which are statements by entities
/// that it lists.
fn request(cycle: u64, number: usize, random: &mut StdRng) -> pb::IngestArticleRequest {
    let mut body = format!("Report {number} of round {cycle}.");
    let mut statements = Vec::new();
    for sentence in 0..random.random_range(1..40) {
        let words: Vec<String> = (0..6).map(|_| format!("{:x}", random.random::<u32>())).collect();
        let text = format!("Sentence {sentence} says {}.", words.join(" "));
        body.push(' ');
        if statements.len() < 6 && random.random_bool(0.3) {
            statements.push(statement(&text, body.len(), random));
        }
        body.push_str(&text);
    }
    let speakers = statements.iter().filter_map(|statement| statement.speaker.as_ref());
    let names: BTreeSet<&String> = speakers.map(|speaker| &speaker.entity).collect();
    let entities = names.into_iter().map(|name| pb::Entity {
        name: name.clone(),
        display_name: name.replace("entities/", "Speaker "),
        r#type: pb::EntityType::Person as i32,
        ..Default::default()
    });
    pb::IngestArticleRequest {
        entities: entities.collect(),
        article: Some(pb::Article {
            name: format!("articles/c{cycle}-{number}"),
            title: format!("Report {number}"),
            body,
            ..Default::default()
        }),
        statements,
        ..Default::default()
    }
}

fn statement(text: &str, start: usize, random: &mut StdRng) -> pb::Statement {
    let selector = pb::Selector {
        exact: text.to_owned(),
        start: Some(start as i32),
        end: Some((start + text.len()) as i32),
        ..Default::default()
    };
    pb::Statement {
        content: vec![pb::ContentSpan { selector: Some(selector), quoted: false }],
        speaker: Some(pb::Speaker {
            entity: format!("entities/s{}", random.random_range(0..500)),
            ..Default::default()
        }),
        ..Default::default()
    }
}

/// When a server dies: so long after the acknowledgement of this number.
#[derive(Clone, Copy)]
struct Death {
    acknowledgement: usize,
    delay: Duration,
}

impl Death {
    /// Short delays are as likely as long ones, in orders of magnitude.
    fn draw(random: &mut StdRng) -> Self {
        let microseconds = MOST_DELAY_MICROSECONDS.powf(random.random_range(0.0..1.0));
        Self {
            acknowledgement: random.random_range(1..ARTICLES / 2),
            delay: Duration::from_micros(microseconds as u64),
        }
    }
}

/// Streams articles from several clients until the server dies; gives the
/// acknowledgements that came through, as names with revisions.
async fn stream_until_killed(
    server: &ServerProcess,
    mut requests: Vec<pb::IngestArticleRequest>,
    death: Death,
) -> Vec<(String, i64)> {
    let mut clients = Vec::new();
    let share = requests.len().div_ceil(STREAMS);
    while !requests.is_empty() {
        let rest = requests.split_off(requests.len().min(share));
        clients.push((server.connect().await, messages(std::mem::replace(&mut requests, rest))));
    }
    let killer = server.killer(death.delay);
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let streams = clients.into_iter().map(|(channel, messages)| {
        let (killer, acknowledged) = (killer.clone(), Arc::clone(&acknowledged));
        tokio::spawn(stream(channel, messages, move || {
            if acknowledged.fetch_add(1, Ordering::Relaxed) + 1 == death.acknowledgement {
                killer.send(()).unwrap();
            }
        }))
    });
    let mut all = Vec::new();
    for stream in streams.collect::<Vec<_>>() {
        all.extend(stream.await.unwrap());
    }
    assert!(all.len() >= death.acknowledgement, "the streams ended before the server");
    all
}

/// The messages of one stream.
fn messages(requests: Vec<pb::IngestArticleRequest>) -> Vec<pb::IngestArticlesRequest> {
    let items = (1..).zip(requests);
    let items = items.map(|(sequence, it)| pb::IngestArticlesItem { sequence, ingest: Some(it) });
    let items: Vec<_> = items.collect();
    let chunks = items.chunks(MESSAGE_ITEMS);
    chunks.map(|items| pb::IngestArticlesRequest { items: items.to_vec() }).collect()
}

/// A bulk ingest that stays open until the server ends it; gives what was
/// acknowledged, and tells of each acknowledgement at once.
async fn stream(
    channel: Channel,
    messages: Vec<pb::IngestArticlesRequest>,
    tell: impl Fn(),
) -> Vec<(String, i64)> {
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    tokio::spawn(async move {
        for message in messages {
            if sender.send(message).await.is_err() {
                return;
            }
        }
        sender.closed().await;
    });
    let mut got = Vec::new();
    let mut client = IngestServiceClient::new(channel);
    let Ok(acks) = client.ingest_articles(ReceiverStream::new(receiver)).await else {
        return got;
    };
    let mut acks = acks.into_inner();
    while let Ok(Some(message)) = acks.message().await {
        for ack in message.acks {
            assert_eq!(ack.status, None, "every article is fit to be stored");
            got.push((ack.name, ack.revision));
            tell();
        }
    }
    got
}

/// Checks every article that was ever sent; gives those that are there without
/// having been acknowledged.
async fn check(server: &ServerProcess, sent: &Sent) -> BTreeSet<String> {
    let mut client =
        QueryServiceClient::new(server.connect().await).max_decoding_message_size(64 << 20);
    let mut found = BTreeMap::new();
    let mut wanted: Vec<String> = sent.keys().cloned().collect();
    while !wanted.is_empty() {
        let rest = wanted.split_off(wanted.len().min(PAGE));
        let request = pb::BatchGetArticlesRequest {
            names: wanted,
            view: pb::ArticleView::Full as i32,
            read: None,
        };
        let answer = client.batch_get_articles(request).await.unwrap().into_inner();
        found.extend(answer.articles.into_iter().map(|article| (article.name.clone(), article)));
        wanted = rest;
        wanted.extend(answer.deferred);
    }
    let statements = statements_by_article(&mut client).await;
    for (name, expected) in sent {
        let Some(article) = found.get(name) else {
            assert_eq!(expected.acknowledged, None, "{name} was acknowledged and is not there");
            assert!(!statements.contains_key(name), "{name} is not there, but statements of it");
            continue;
        };
        assert_eq!(article.body, expected.body, "{name}");
        let hash = blake3::hash(expected.body.as_bytes()).to_hex();
        assert_eq!(article.content_hash, hash.as_str(), "{name}");
        let statements = statements.get(name).copied().unwrap_or_default();
        assert_eq!(statements, expected.statements, "the statements of {name}");
        if let Some(revision) = expected.acknowledged {
            assert_eq!(article.revision, revision, "{name}");
            let read = pb::ReadOptions {
                as_of: Some(pb::read_options::AsOf::Revision(revision)),
                ..Default::default()
            };
            let request = pb::GetArticleRequest {
                name: name.clone(),
                view: pb::ArticleView::Basic as i32,
                read: Some(read),
            };
            let then = client.get_article(request).await.unwrap().into_inner().article.unwrap();
            assert_eq!((then.content_hash, then.revision), (hash.to_string(), revision), "{name}");
        }
    }
    found.into_keys().filter(|name| sent[name].acknowledged.is_none()).collect()
}

/// Counts the statements of each article, of all of them, as lists show them.
async fn statements_by_article(
    client: &mut QueryServiceClient<Channel>,
) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut page_token = String::new();
    loop {
        let request = pb::ListStatementsRequest {
            parent: "articles/-".into(),
            page_size: 1_000,
            page_token,
            ..Default::default()
        };
        let page = client.list_statements(request).await.unwrap().into_inner();
        for statement in page.statements {
            let (article, _) = statement.name.split_once("/statements/").unwrap();
            *counts.entry(article.to_owned()).or_default() += 1;
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return counts;
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect(variable))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_outlives_a_kill_and_nothing_is_there_by_halves() {
    let cycles = number(CYCLES_VARIABLE).unwrap_or(DEFAULT_CYCLES);
    let seed = number(SEED_VARIABLE).unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
    println!("{SEED_VARIABLE}={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let data = tempfile::tempdir().unwrap();
    let mut sent = Sent::new();
    let mut server = ServerProcess::start(data.path());
    let mut unacknowledged = BTreeSet::new();
    for cycle in 1..=cycles {
        let requests: Vec<_> =
            (0..ARTICLES).map(|number| request(cycle, number, &mut random)).collect();
        sent.extend(requests.iter().map(Expected::of));
        let death = Death::draw(&mut random);
        let work = async {
            let acks = stream_until_killed(&server, requests, death).await;
            let acknowledged = acks.len();
            for (name, revision) in acks {
                sent.get_mut(&name).unwrap().acknowledged = Some(revision);
            }
            server.wait();
            server = ServerProcess::start(data.path());
            let there = check(&server, &sent).await;
            println!(
                "cycle {cycle}: killed {:?} after acknowledgement {}, {acknowledged} came \
                 through, {} more are there, whole",
                death.delay,
                death.acknowledgement,
                there.difference(&unacknowledged).count(),
            );
            unacknowledged = there;
        };
        let done = tokio::time::timeout(CYCLE_PATIENCE, work).await;
        done.unwrap_or_else(|_| panic!("cycle {cycle} hangs"));
    }
    println!("{} unacknowledged articles are there, whole", unacknowledged.len());
}
