//! Bytes that are flipped anywhere in a data directory: each is told of when the
//! data is opened, read or checked, or does no harm. Never is a wrong answer given
//! that nothing tells of.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dicta::app::Server;
use dicta::rpc::pb;
use dicta::rpc::pb::admin_service_client::AdminServiceClient;
use dicta::rpc::pb::query_service_client::QueryServiceClient;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::oneshot;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Status};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;

use crate::export::corrected;
use crate::harness::Home;
use crate::samples::{article, ingest};

/// How many bytes are flipped: by hand more than in every test run.
const FLIPS_VARIABLE: &str = "DICTA_FLIPS";
const SEED_VARIABLE: &str = "DICTA_FLIPS_SEED";
const DEFAULT_FLIPS: usize = 60;
const DEFAULT_SEED: u64 = 20_261_124;
const ARTICLES: usize = 60;
const PATIENCE: Duration = Duration::from_secs(180);

/// What became of a flip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// The server does not start, and says why.
    ToldAtOpen,
    /// A read fails, and says that the data is damaged.
    ToldOnRead,
    /// All reads are well, but a check tells of it.
    ToldByCheck,
    /// Reads answer otherwise, and a check tells of it.
    WrongButToldByCheck,
    /// All reads and a check are as before.
    Harmless,
}

/// A byte to be flipped.
#[derive(Clone, Debug)]
struct Flip {
    file: PathBuf,
    at: usize,
    bits: u8,
}

impl Flip {
    fn draw(file: &Stored, random: &mut StdRng) -> Self {
        // One flip in ten may be behind all that the file holds.
        let end = if random.random_bool(0.9) { file.content.len() } else { file.length };
        let at = random.random_range(0..end);
        Self { file: file.path.clone(), at, bits: random.random_range(1..=255) }
    }

    fn make(&self, directory: &Path) {
        let mut options = fs::OpenOptions::new();
        let file = options.read(true).write(true).open(directory.join(&self.file)).unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, self.at as u64).unwrap();
        file.write_all_at(&[byte[0] ^ self.bits], self.at as u64).unwrap();
    }
}

/// A file as it lies in a data directory.
struct Stored {
    path: PathBuf,
    /// All of it up to the last byte that is not 0: some files are made larger before
    /// they are filled.
    content: Vec<u8>,
    length: usize,
}

/// The files below a directory, by their paths in it.
fn files(directory: &Path) -> Vec<Stored> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(next) = left.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
                continue;
            }
            let mut content = fs::read(&path).unwrap();
            let length = content.len();
            let held = content.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            content.truncate(held);
            let path = path.strip_prefix(directory).unwrap().to_owned();
            found.push(Stored { path, content, length });
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// Lays files out in a new data directory.
fn laid_out(files: &[Stored]) -> Home {
    let home = Home::new();
    for Stored { path, content, length } in files {
        let path = home.data().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        fs::OpenOptions::new().write(true).open(path).unwrap().set_len(*length as u64).unwrap();
    }
    home
}

/// A base with something of everything, closed.
async fn filled() -> Home {
    let home = Home::with_seeds(Path::new("seeds"));
    let server = home.start().await;
    corrected(&server).await;
    let mut random = StdRng::seed_from_u64(3);
    for number in 0..ARTICLES {
        let words: String = (0..150).map(|_| format!("{:x} ", random.random::<u32>())).collect();
        let body = format!("Report {number}. {words}");
        let name = format!("articles/r{}", number % 50);
        server.store(ingest(pb::Article { body, ..article(&name) })).await;
    }
    let erasures = vec![pb::Erasure {
        name: "articles/r7".into(),
        reason: "A court said so.".into(),
        ..Default::default()
    }];
    server.admin().erase(pb::EraseRequest { erasures, allow_missing: false }).await.unwrap();
    answers(&server.channel).await.unwrap();
    server.stop().await;
    home
}

/// Everything that a base answers: all states of all records, what a search finds,
/// and the quotations.
async fn answers(channel: &Channel) -> Result<String, Status> {
    let mut query = QueryServiceClient::new(channel.clone());
    let mut all = String::new();
    let request = pb::ExportRequest { history: true, ..Default::default() };
    let mut records = query.export(request).await?.into_inner();
    while let Some(message) = records.message().await? {
        for record in message.records {
            all.push_str(&format!("{record:?}\n"));
        }
    }
    for parent in ["articles", "statements", "entities"] {
        all.push_str(&listed(&mut query, parent).await?);
    }
    let read = Some(pb::ReadOptions { fully_consistent: true, ..Default::default() });
    let request = pb::SearchRequest {
        query: "bridge OR report OR kurdistan".into(),
        page_size: 200,
        read: read.clone(),
        ..Default::default()
    };
    let found = query.search(request).await?.into_inner();
    let mut hits: Vec<_> = found.hits.into_iter().map(|hit| format!("{:?}", hit.name)).collect();
    hits.sort();
    all.push_str(&hits.join("\n"));
    let request = pb::ListQuotationsRequest { page_size: 200, read, ..Default::default() };
    let quotations = query.list_quotations(request).await?.into_inner().quotations;
    all.push_str(&format!("{quotations:?}"));
    Ok(all)
}

/// What the lists show that go by indexes.
async fn listed(query: &mut QueryServiceClient<Channel>, kind: &str) -> Result<String, Status> {
    let mut all = String::new();
    let mut page_token = String::new();
    loop {
        let size = 1_000;
        let (names, next): (Vec<String>, String) = match kind {
            "articles" => {
                let request =
                    pb::ListArticlesRequest { page_size: size, page_token, ..Default::default() };
                let page = query.list_articles(request).await?.into_inner();
                (page.articles.into_iter().map(|it| it.name).collect(), page.next_page_token)
            }
            "statements" => {
                let parent = "articles/-".to_owned();
                let request = pb::ListStatementsRequest {
                    parent,
                    page_size: size,
                    page_token,
                    ..Default::default()
                };
                let page = query.list_statements(request).await?.into_inner();
                (page.statements.into_iter().map(|it| it.name).collect(), page.next_page_token)
            }
            _ => {
                let request =
                    pb::ListEntitiesRequest { page_size: size, page_token, ..Default::default() };
                let page = query.list_entities(request).await?.into_inner();
                (page.entities.into_iter().map(|it| it.name).collect(), page.next_page_token)
            }
        };
        all.push_str(&names.join("\n"));
        page_token = next;
        if page_token.is_empty() {
            return Ok(all);
        }
    }
}

/// What a check counts and first tells.
async fn checked(channel: &Channel) -> Result<Option<pb::IntegrityFinding>, Status> {
    let mut admin = AdminServiceClient::new(channel.clone());
    let request = pb::CheckIntegrityRequest::default();
    let mut messages = admin.check_integrity(request).await?.into_inner();
    let mut first = None;
    while let Some(mut message) = messages.message().await? {
        first = first.or(message.findings.drain(..).next());
        if message.done {
            return Ok(first);
        }
    }
    panic!("a check that ended in the middle");
}

/// Opens, reads and checks a data directory that was damaged.
async fn look(home: &Home, expected: &str) -> (Outcome, String) {
    let server = Server::bind(home.config()).unwrap();
    let channel = Endpoint::from_shared(format!("http://{}", server.address())).unwrap();
    let channel = channel.connect_lazy();
    let (stop, stopped) = oneshot::channel::<()>();
    let mut ended = tokio::spawn(server.run(async {
        let _ = stopped.await;
    }));
    let serving = async {
        let request = HealthCheckRequest { service: String::new() };
        let mut health = HealthClient::new(channel.clone()).watch(request).await?.into_inner();
        while health.message().await?.is_some_and(|status| status.status != 1) {}
        Ok::<_, Status>(())
    };
    tokio::select! {
        ended = &mut ended => {
            let error = ended.expect("no panic ends the server").expect_err("it ended");
            return (Outcome::ToldAtOpen, error.to_string());
        }
        serving = serving => serving.unwrap(),
    }
    let read = answers(&channel).await;
    let check = checked(&channel).await;
    let _ = stop.send(());
    // What is damaged need not close in good order.
    let _ = ended.await;
    match (read, check) {
        (Err(status), _) => {
            assert_eq!(status.code(), Code::DataLoss, "{status:?}");
            (Outcome::ToldOnRead, status.message().to_owned())
        }
        (Ok(_), Err(status)) => panic!("a check that fails: {status:?}"),
        (Ok(read), Ok(finding)) => {
            let told = finding.as_ref().map(|it| format!("{}: {}", it.subject, it.detail));
            match (read == expected, told) {
                (true, None) => (Outcome::Harmless, String::new()),
                (true, Some(told)) => (Outcome::ToldByCheck, told),
                (false, Some(told)) => (Outcome::WrongButToldByCheck, told),
                (false, None) => panic!("a wrong answer that nothing tells of"),
            }
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect(variable))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flipped_byte_is_told_of_or_does_no_harm() {
    let count = number(FLIPS_VARIABLE).map_or(DEFAULT_FLIPS, |count| count as usize);
    let seed = number(SEED_VARIABLE).unwrap_or(DEFAULT_SEED);
    println!("{FLIPS_VARIABLE}={count} {SEED_VARIABLE}={seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let home = filled().await;
    let files = files(&home.data());
    let expected = {
        let whole = laid_out(&files);
        let server = whole.start().await;
        let expected = answers(&server.channel).await.unwrap();
        server.stop().await;
        expected
    };
    let held: Vec<&Stored> = files.iter().filter(|file| !file.content.is_empty()).collect();
    let mut flips: Vec<Flip> = held.iter().map(|file| Flip::draw(file, &mut random)).collect();
    while flips.len() < count {
        let chosen = held.choose_weighted(&mut random, |file| file.content.len() as f64);
        flips.push(Flip::draw(chosen.unwrap(), &mut random));
    }
    flips.truncate(count.max(held.len()));
    let mut table: BTreeMap<(String, Outcome), usize> = BTreeMap::new();
    for (number, flip) in flips.iter().enumerate() {
        let damaged = laid_out(&files);
        flip.make(&damaged.data());
        let looked = tokio::time::timeout(PATIENCE, look(&damaged, &expected)).await;
        let (outcome, told) = looked.unwrap_or_else(|_| panic!("{flip:?} hangs"));
        println!("{number} {flip:?}: {outcome:?} {told}");
        let directory = flip.file.iter().next().unwrap().to_string_lossy().into_owned();
        *table.entry((directory, outcome)).or_default() += 1;
    }
    for ((file, outcome), count) in table {
        println!("{file:14} {outcome:?} {count}");
    }
}
