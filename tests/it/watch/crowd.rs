//! Many subscribers with filters of their own, cut off at random, and a server
//! that is stopped and started, while writers write at random: each must have
//! heard exactly what the change log says.
//!
//! `DICTA_WATCH_SUBSCRIBERS` and `DICTA_WATCH_WRITES` make it larger, and
//! `DICTA_WATCH_SEED` repeats one.

mod oracle;
mod writers;

use std::sync::Arc;
use std::time::{Duration, Instant};

use dicta::rpc::pb;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::Code;
use tonic::transport::{Channel, Endpoint};

use super::heard::Heard;
use super::subscriber::{all, resumed};
use crate::harness::{Dicta, Home};

/// What is run.
#[derive(Clone, Copy)]
struct Plan {
    subscribers: usize,
    writes: usize,
    restarts: usize,
    /// Whether subscribers cut themselves off.
    disconnects: bool,
    seed: u64,
}

/// Which server serves: the number of its start, and where it is.
type Serving = watch::Receiver<(usize, String)>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_of_many_hears_exactly_what_the_log_says() {
    let number = |variable: &str, default| {
        std::env::var(variable).map_or(default, |text| text.parse().unwrap())
    };
    let seed = number("DICTA_WATCH_SEED", u64::from(uuid::Uuid::new_v4().as_fields().0));
    println!("DICTA_WATCH_SEED={seed}");
    let subscribers = number("DICTA_WATCH_SUBSCRIBERS", 12) as usize;
    let writes = number("DICTA_WATCH_WRITES", 300) as usize;
    let plan = Plan { subscribers, writes, restarts: 3, disconnects: true, seed };
    run(plan).await;
    if std::env::var_os("DICTA_WATCH_WRITES").is_some() {
        run(Plan { restarts: 0, disconnects: false, ..plan }).await;
        run(Plan { subscribers: 0, restarts: 0, ..plan }).await;
    }
}

async fn run(plan: Plan) {
    let home = Home::new();
    let mut config = home.config();
    config.watch.checkpoint_interval = Duration::from_millis(200);
    let mut dicta = Dicta::start(config.clone()).await;
    let (server, serving) = watch::channel((0, dicta.url.clone()));
    let (last, head) = watch::channel(None);
    let mut crowd = JoinSet::new();
    for index in 0..plan.subscribers {
        crowd.spawn(subscriber(index, plan, serving.clone(), head.clone()));
    }
    let writers = Arc::new(writers::Writers::new(plan.writes));
    let begun = Instant::now();
    let writing = tokio::spawn(writers::write(Arc::clone(&writers), plan.seed, serving));
    for restart in 1..=plan.restarts {
        writers.until(plan.writes * restart / (plan.restarts + 1)).await;
        dicta.stop().await;
        dicta = Dicta::start(config.clone()).await;
        server.send_replace((restart, dicta.url.clone()));
    }
    writing.await.unwrap();
    let written = begun.elapsed();
    let revision = dicta.revision().await;
    last.send_replace(Some(revision));
    let heard = crowd.join_all().await;
    let all_heard = begun.elapsed();
    dicta.stop().await;
    let log = oracle::Log::of(&home.data()).await;
    let mut events = 0;
    for (request, heard) in &heard {
        log.assert_heard(request, &heard.events);
        events += heard.events.len();
    }
    let rate = plan.writes as f64 / written.as_secs_f64();
    println!(
        "{} subscribers, {} restarts: {} writes, {rate:.0}/s; {revision} revisions; \
         {events} events heard; all heard {:?} after the last write",
        plan.subscribers,
        plan.restarts,
        plan.writes,
        all_heard - written,
    );
}

/// Follows until it was told everything up to the last revision.
async fn subscriber(
    index: usize,
    plan: Plan,
    mut serving: Serving,
    mut last: watch::Receiver<Option<i64>>,
) -> (pb::WatchRequest, Heard) {
    let mut random = StdRng::seed_from_u64(plan.seed ^ (index as u64) << 32);
    let request = oracle::random_request(&mut random);
    let mut heard = Heard::default();
    loop {
        let (start, url) = serving.borrow_and_update().clone();
        let messages = if plan.disconnects { random.random_range(1..200) } else { usize::MAX };
        let ended = follow(&request, &url, messages, &mut heard, &mut last).await;
        heard.cut();
        match ended {
            Ok(true) => return (request, heard),
            Ok(false) => {}
            Err(status) if status.code() == Code::ResourceExhausted => {}
            Err(_) => drop(serving.wait_for(|(started, _)| *started > start).await.unwrap()),
        }
    }
}

/// Hears so many messages of one stream; says whether that was all.
async fn follow(
    request: &pb::WatchRequest,
    url: &str,
    messages: usize,
    heard: &mut Heard,
    last: &mut watch::Receiver<Option<i64>>,
) -> Result<bool, tonic::Status> {
    let request = match heard.token.as_str() {
        "" => pb::WatchRequest { start: all().start, ..request.clone() },
        token => resumed(request.clone(), token.to_owned()),
    };
    let mut stream = client(url).watch(request).await?.into_inner();
    for _ in 0..messages {
        match stream.message().await? {
            Some(message) => heard.take(message),
            None => return Ok(false),
        }
        if last.borrow().is_some_and(|last| heard.revision >= last) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn client(url: &str) -> pb::query_service_client::QueryServiceClient<Channel> {
    pb::query_service_client::QueryServiceClient::new(channel(url))
}

fn channel(url: &str) -> Channel {
    Endpoint::from_shared(url.to_owned()).unwrap().connect_lazy()
}
