//! The built command against a server: what it does, says and exits with.

use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::Command;

use crate::harness::{Dicta, Home};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dicta"));
    command.args(arguments).kill_on_drop(true);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

async fn output(mut command: Command, input: &str) -> Output {
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that does not read may be gone already.
    let _ = stdin.write_all(input.as_bytes()).await;
    drop(stdin);
    child.wait_with_output().await.unwrap()
}

/// Runs the command: its exit code, and what it wrote without any escape code.
pub(crate) async fn run(arguments: &[&str], input: &str) -> (i32, String, String) {
    let output = output(command(arguments), input).await;
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, errors) = (text(output.stdout), text(output.stderr));
    assert!(!out.contains('\u{1b}') && !errors.contains('\u{1b}'), "{arguments:?}: {out}{errors}");
    (output.status.code().unwrap(), out, errors)
}

/// Runs the command against a server.
pub(crate) async fn ask(server: &Dicta, arguments: &[&str]) -> (i32, String, String) {
    run(&[arguments, &["--address", &server.url]].concat(), "").await
}

async fn seeded() -> (Home, Dicta) {
    let home = Home::with_seeds(Path::new("seeds"));
    let server = home.start().await;
    (home, server)
}

#[tokio::test]
async fn the_effective_configuration_says_that_a_flag_beats_a_variable() {
    let mut command = command(&["serve", "--print-config", "--cache-mib", "9"]);
    command.env("DICTA_CACHE_MIB", "7").env("DICTA_LISTEN", "127.0.0.1:7");
    let output = output(command, "").await;
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    let line = |key: &str| text.lines().find(|line| line.starts_with(key)).unwrap();
    assert!(line("cache_mib = 9  #").contains("--cache-mib"), "{text}");
    assert!(line("listen = \"127.0.0.1:7\"  #").contains("DICTA_LISTEN"), "{text}");
}

#[tokio::test]
async fn files_and_standard_input_are_loaded_and_lines_that_fail_are_kept() {
    let home = Home::new();
    let server = home.start().await;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.jsonl.gz");
    let rejects = directory.path().join("rejects");
    let file = std::fs::File::create(&path).unwrap();
    let mut gzip = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
    gzip.write_all(b"{\"id\": \"one\", \"title\": \"One\", \"body\": \"The first.\"}\n").unwrap();
    gzip.finish().unwrap();
    let load = ["load", "--format", "articles", "--address", &server.url];
    let input = "{\"id\": \"two\", \"title\": \"Two\", \"body\": \"The second.\"}\n{broken\n";
    let (code, told, errors) = run(
        &[&load[..], &[path.to_str().unwrap(), "-", "--rejects", rejects.to_str().unwrap()]]
            .concat(),
        input,
    )
    .await;
    assert_eq!(code, 1, "{told}{errors}");
    let last = told.lines().last().unwrap();
    assert!(last.starts_with("created 2  revised 0  unchanged 0  failed 1"), "{told}");
    assert_eq!(std::fs::read_to_string(&rejects).unwrap(), "{broken\n");
    let (code, told, _) = run(&[&load[..], &[path.to_str().unwrap()]].concat(), "").await;
    assert_eq!(code, 0);
    assert!(told.contains("unchanged 1"), "{told}");
    server.stop().await;
}

#[tokio::test]
async fn records_are_read_as_text_and_as_json() {
    let (_home, server) = seeded().await;
    let name = "entities/nechirvan-barzani";
    let (code, text, _) = ask(&server, &["get", name]).await;
    assert!(code == 0 && text.contains("Nechirvan Barzani"), "{text}");
    let (code, text, _) = ask(&server, &["get", name, "--output", "json"]).await;
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((code, json["name"].as_str()), (0, Some(name)));
    let (code, out, errors) = ask(&server, &["get", "articles/nowhere"]).await;
    assert_eq!((code, &*out), (1, ""));
    assert!(errors.contains("articles/nowhere"), "{errors}");
    server.stop().await;
}

#[tokio::test]
async fn records_are_listed_resolved_and_counted() {
    let (_home, server) = seeded().await;
    let holds = async |arguments: &[&str], expected: &str| {
        let (code, text, errors) = ask(&server, arguments).await;
        assert_eq!(code, 0, "{arguments:?}: {errors}");
        assert!(text.contains(expected), "{arguments:?}: {text}");
        text
    };
    holds(&["list", "articles"], "erbil-meeting").await;
    let speaker = "entities/presidency-of-the-kurdistan-region";
    holds(&["list", "statements", "--speaker", speaker], "presidency-readout").await;
    let listed = ["list", "entities", "--limit", "2", "--output", "jsonl"];
    assert_eq!(holds(&listed, "entities/").await.lines().count(), 2);
    holds(&["resolve", "Nêçîrvan Barzanî"], "entities/nechirvan-barzani").await;
    holds(&["stats"], "36  statements").await;
    server.stop().await;
}

#[tokio::test]
async fn health_is_told_by_the_exit_code() {
    let home = Home::new();
    let server = home.start().await;
    assert_eq!(ask(&server, &["healthcheck"]).await.0, 0);
    let url = server.url.clone();
    server.stop().await;
    let (code, _, errors) = run(&["healthcheck", "--address", &url], "").await;
    assert!(code == 1 && errors.starts_with("error:"), "{errors}");
}

#[tokio::test]
async fn what_needs_no_server_works_without_one_and_misuse_exits_with_two() {
    let (code, text, _) = run(&["version"], "").await;
    assert_eq!((code, text.trim()), (0, concat!("dicta ", env!("CARGO_PKG_VERSION"))));
    let (code, text, _) = run(&["completions", "bash"], "").await;
    assert!(code == 0 && text.contains("complete -F"), "{text}");
    for misuse in [
        &["nothing"] as &[&str],
        &["get", "quotations/a"],
        &["load"],
        &["serve", "--print-config", "--listen", "nowhere"],
    ] {
        let (code, out, errors) = run(misuse, "").await;
        assert_eq!((code, &*out), (2, ""), "{misuse:?}: {errors}");
        assert!(errors.contains("error:"), "{errors}");
    }
}

/// A server as a process, once it serves: itself and its address.
async fn serve(data: &str) -> (tokio::process::Child, String) {
    let mut child = command(&["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
        .args(["--data-dir", data])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        let json: serde_json::Value = serde_json::from_str(&line).unwrap();
        let fields = json.get("fields").unwrap_or(&json);
        if fields["message"] == "serving" {
            let address = fields["address"].as_str().unwrap().to_owned();
            // What it goes on to write must not block it.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (child, format!("http://{address}"));
        }
    }
    panic!("it never served");
}

#[tokio::test]
async fn a_server_told_to_stop_exits_with_zero_and_keeps_what_it_acknowledged() {
    let home = Home::new();
    let data = home.data();
    let (mut child, url) = serve(data.to_str().unwrap()).await;
    let line = "{\"id\": \"kept\", \"title\": \"Kept\", \"body\": \"It stays.\"}\n";
    let load = ["load", "-", "--format", "articles", "--address", &url];
    assert_eq!(run(&load, line).await.0, 0);
    let id = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    assert_eq!(child.wait().await.unwrap().code(), Some(0));
    let server = home.start().await;
    assert_eq!(server.article("articles/kept").await.unwrap().title, "Kept");
    server.stop().await;
}

/// A text that names a person, a body and times.
const HARBOR: &str = "Captain Maria Lind, the head of the Harbor Council, told reporters on \
    Monday that the ferry\u{2019}s run to Port Halden will begin next spring. \
    Lind said that the Harbor Council would wait.\n";

#[tokio::test]
async fn extract_shows_names_times_and_statements_of_a_text() {
    let arguments = ["extract", "--language", "en", "--published-at", "2026-11-25", "-"];
    let (code, shown, _) = run(&arguments, HARBOR).await;
    assert_eq!(code, 0);
    assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
    let rows: Vec<Vec<&str>> =
        shown.lines().map(|line| line.split("  ").filter(|it| !it.is_empty()).collect()).collect();
    let has = |row: &[&str]| rows.iter().any(|it| it.iter().map(|it| it.trim()).eq(row.to_vec()));
    assert!(has(&["Maria Lind", "person", "2", "8–18"]), "{shown}");
    assert!(has(&["head, Harbor Council", "post", "1", "24–28"]), "{shown}");
    assert!(has(&["Monday", "2026-11-23", "day", "70–76"]), "{shown}");
    assert!(has(&["next spring", "the season from 2027-03", "season", "124–135"]), "{shown}");
    assert!(shown.ends_with("2 statements\n"), "{shown}");
}

#[tokio::test]
async fn extract_as_json_has_the_names_and_times_where_they_stand() {
    let (code, json, _) = run(&["extract", "--output", "json", "-"], HARBOR).await;
    assert_eq!(code, 0);
    let found: serde_json::Value = serde_json::from_str(&json).unwrap();
    let text: Vec<char> = HARBOR.chars().collect();
    let words = |place: &serde_json::Value| -> String {
        let at = |key| place[key].as_u64().unwrap() as usize;
        text[at("start")..at("end")].iter().collect()
    };
    let lind = found["names"].as_array().unwrap().iter().find(|it| it["kind"] == "PERSON").unwrap();
    assert_eq!((words(&lind["first"]), &lind["count"]), ("Maria Lind".to_owned(), &2.into()));
    assert_eq!(words(&lind["posts"][0]["first"]), "head");
    assert_eq!(lind["posts"][0]["organization"], "Harbor Council");
    // Without a day of publication "Monday" and "next spring" are none.
    assert_eq!(found["times"], serde_json::json!([]));
    assert_eq!(found["statements"].as_array().unwrap().len(), 2);
}
