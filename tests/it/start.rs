//! What a server says of its start: what it opens, builds and catches up with.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use dicta::rpc::pb;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tonic::Code;

use crate::harness::{Dicta, Home};
use crate::samples::{article, ingest};

/// A server in a process of its own, and what it says from its start on.
struct Told {
    home: Home,
    // Killed with this value.
    _process: Child,
    lines: Lines<BufReader<ChildStderr>>,
    /// What was read and not yet asked for.
    said: Vec<Value>,
}

impl Told {
    /// One on a copy of a directory: the threads of a server before may hold the files of
    /// the other a little longer.
    fn of(home: &Home) -> Self {
        let home = home.copy();
        let mut process = Command::new(env!("CARGO_BIN_EXE_dicta"))
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json", "--data-dir"])
            .arg(home.data())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stderr.take().unwrap()).lines();
        Self { home, _process: process, lines, said: Vec::new() }
    }

    /// What it says, now or before, in a message about something.
    async fn hear(&mut self, message: &str, field: &str, about: &str) -> Value {
        let is_it = |said: &Value| said["message"] == message && said[field] == about;
        if let Some(at) = self.said.iter().position(is_it) {
            return self.said.remove(at);
        }
        while let Some(line) = self.lines.next_line().await.unwrap() {
            let said: Value = serde_json::from_str(&line).unwrap();
            if is_it(&said) {
                return said;
            }
            self.said.push(said);
        }
        panic!("it ended and never said {message:?} of {about}: {:?}", self.said);
    }
}

/// Whether time passed in what was said.
fn took(said: &Value) -> bool {
    said["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0)
}

/// A server on a directory, all of which was built and is shown.
async fn shown(home: &Home) -> Dicta {
    let server = home.start().await;
    let read = Some(pb::ReadOptions { fully_consistent: true, ..Default::default() });
    let search = pb::SearchRequest { query: "x".into(), read: read.clone(), ..Default::default() };
    // A first build is not waited for: the answer says to try again.
    while let Err(status) = server.query().search(search.clone()).await {
        assert_eq!(status.code(), Code::Unavailable, "{status}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let list = pb::ListQuotationsRequest { read, ..Default::default() };
    server.query().list_quotations(list).await.unwrap();
    server
}

#[tokio::test]
async fn what_is_opened_is_told_with_its_size_and_time() {
    let home = Home::with_seeds(Path::new("seeds"));
    home.start().await.stop().await;
    let mut told = Told::of(&home);
    for what in ["records", "quotations"] {
        let begun = told.hear("opening", "what", what).await;
        let opened = told.hear("opened", "what", what).await;
        assert!(begun["bytes"].as_u64().unwrap() > 0, "{begun}");
        assert!(opened["bytes"] == begun["bytes"] && took(&opened), "{opened}");
    }
    let data = told.home.data().to_str().unwrap().to_owned();
    assert!(told.hear("opening the data", "data_dir", &data).await["address"].is_string());
}

#[tokio::test]
async fn what_is_built_from_the_records_is_told_with_their_number_and_time() {
    let home = Home::new();
    let server = home.start().await;
    for number in 0..3 {
        server.store(ingest(article(&format!("articles/a{number}")))).await;
    }
    server.stop().await;
    for name in ["search", "quotations"] {
        std::fs::remove_dir_all(home.data().join(name)).unwrap();
    }
    let mut told = Told::of(&home);
    for name in ["search", "quotations"] {
        let begun = told.hear("building from all records", "name", name).await;
        assert_eq!(begun["records"], 3, "{begun}");
        let built = told.hear("built", "name", name).await;
        assert!(built["records"] == 3 && built["revision"] == 3 && took(&built), "{built}");
    }
}

#[tokio::test]
async fn commits_that_were_made_while_nothing_followed_are_told_as_they_are_caught_up_with() {
    let home = Home::new();
    let server = shown(&home).await;
    server.store(ingest(article("articles/a"))).await;
    server.stop().await;
    shown(&home).await.stop().await;
    let before = home.data().with_file_name("before");
    std::fs::create_dir(&before).unwrap();
    for name in ["search", "quotations"] {
        std::fs::rename(home.data().join(name), before.join(name)).unwrap();
    }
    let server = shown(&home).await;
    for number in 0..5 {
        server.store(ingest(article(&format!("articles/b{number}")))).await;
    }
    server.stop().await;
    // Such as it is after a crash, or where what is built was put back.
    for name in ["search", "quotations"] {
        std::fs::remove_dir_all(home.data().join(name)).unwrap();
        std::fs::rename(before.join(name), home.data().join(name)).unwrap();
    }
    let mut told = Told::of(&home);
    for name in ["search", "quotations"] {
        let begun = told.hear("catching up with the records", "name", name).await;
        assert!(begun["from"] == 1 && begun["to"] == 6, "{begun}");
        let reached = told.hear("caught up with the records", "name", name).await;
        assert!(reached["to"] == 6 && took(&reached), "{reached}");
    }
}
