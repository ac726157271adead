//! Erasures go along with exports and backups, and are applied to older ones.

use std::fs;
use std::path::Path;

use dicta::rpc::pb;
use dicta::rpc::pb::watch_request::Start;
use tokio::process::Command;
use tonic::Code;

use crate::backup::{back_up, file_of};
use crate::erase::{erase, get_as_of, sample};
use crate::export::{dicta, everything, export, through_another_base};
use crate::harness::{Dicta, Home, assert_refused, metadata};
use crate::samples::{article, ingest};

const ERASED: [&str; 3] = ["articles/a", "articles/a/statements/s", "entities/ann"];

/// A base in which an article, its statement and an entity were erased; and an
/// export and a backup of it as it was before.
async fn erased() -> (Home, Dicta, String) {
    let home = Home::new();
    let server = home.start().await;
    sample(&server).await;
    server.store(ingest(article("articles/kept"))).await;
    let before = everything(&server).await;
    back_up(&server, true, &file_of(&home)).await;
    for name in ["articles/a", "entities/ann"] {
        erase(&server, name).await.unwrap();
    }
    (home, server, before)
}

/// That what was erased is erased there, as of the newest revision, with its reason
/// and time.
async fn assert_erased(server: &Dicta, like: &Dicta) {
    for name in ERASED {
        let mut found = Vec::new();
        for server in [server, like] {
            let status = match name {
                "entities/ann" => server.get_entity(name).await.unwrap_err(),
                name => get_as_of(server, name, server.revision().await).await.unwrap_err(),
            };
            assert_refused(&status, Code::NotFound, "ERASED");
            found.push(["reason", "by", "erase_time"].map(|key| metadata(&status, key)));
        }
        assert_eq!(found[0], found[1], "{name}");
    }
    let status = server.ingest().ingest_article(ingest(article("articles/a"))).await.unwrap_err();
    assert_refused(&status, Code::FailedPrecondition, "ERASED");
}

/// A list of erasures, written by the command.
async fn list_of(server: &Dicta, file: &Path) {
    let to = file.to_str().unwrap();
    let (done, _, told) = dicta(server, &["export", "--kind", "erasures", "--to", to], "").await;
    assert!(done, "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_with_erasures_is_the_same_from_another_base() {
    let (_home, server, before) = erased().await;
    let now = everything(&server).await;
    let lines: Vec<&str> = now.lines().collect();
    assert_eq!(lines.len(), 4);
    for (line, name) in lines[1..].iter().zip(ERASED) {
        assert!(line.starts_with(&format!(r#"{{"erasure":{{"name":"{name}""#)), "{line}");
    }
    assert_eq!(through_another_base(&now).await, now);
    let history = pb::ExportRequest { history: true, ..Default::default() };
    assert!(export(&server, history).await.ends_with(&(lines[1..].join("\n") + "\n")));

    // Where the content is, it is erased.
    let home = Home::new();
    let other = home.start().await;
    let (done, told, _) = dicta(&other, &["load", "-"], &before).await;
    assert!(done && told.starts_with("created 4  "), "{told}");
    let revision = other.revision().await;
    let (done, told, errors) = dicta(&other, &["load", "-"], &now).await;
    assert!(done && told.contains("failed 0  erased 2  "), "{told}{errors}");
    assert_eq!(everything(&other).await, now);
    assert_erased(&other, &server).await;
    assert_refused(
        &get_as_of(&other, "articles/a", revision).await.unwrap_err(),
        Code::NotFound,
        "ERASED",
    );
    // A subscriber is told in place of what was.
    let all = pb::WatchRequest { start: Some(Start::Revision(0)), ..Default::default() };
    let mut stream = other.query().watch(all).await.unwrap().into_inner();
    let head = other.revision().await;
    let mut told = Vec::new();
    while told.last().is_none_or(|event: &pb::WatchEvent| event.revision < head) {
        told.extend(stream.message().await.unwrap().unwrap().events);
    }
    for event in told.iter().filter(|event| ERASED.contains(&event.name.as_str())) {
        assert_eq!(event.change(), pb::ChangeKind::Erased, "{event:?}");
        assert!(event.before.is_none() && event.after.is_none());
    }
    other.stop().await;
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_export_is_loaded_without_what_a_list_says_was_erased() {
    let (home, server, before) = erased().await;
    let list = home.data().with_file_name("erasures.jsonl.gz");
    list_of(&server, &list).await;
    let other_home = Home::new();
    let other = other_home.start().await;
    let arguments = ["load", "-", "--erasures", list.to_str().unwrap()];
    let (done, told, errors) = dicta(&other, &arguments, &before).await;
    assert!(done, "{told}{errors}");
    assert!(told.starts_with("created 1  revised 0  unchanged 0  failed 0  erased 3  left out 3"));
    assert_erased(&other, &server).await;
    assert_eq!(everything(&other).await, everything(&server).await);
    // Without the list the base's own erasures refuse them, and that is told.
    let (done, told, errors) = dicta(&other, &["load", "-"], &before).await;
    assert!(!done && told.contains("failed 3"), "{told}");
    assert!(errors.contains("was erased"), "{errors}");
    // By hand, the same list erases where the content is.
    let third_home = Home::new();
    let third = third_home.start().await;
    dicta(&third, &["load", "-"], &before).await;
    let (done, told, _) = dicta(&third, &["erase", "--list", list.to_str().unwrap()], "").await;
    assert!(done && told.lines().count() == 3, "{told}");
    assert_eq!(everything(&third).await, everything(&server).await);
    for server in [third, other, server] {
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_has_the_erasures_and_an_older_one_is_restored_with_a_list() {
    let (home, server, _) = erased().await;
    let list = home.data().with_file_name("erasures.jsonl");
    list_of(&server, &list).await;
    let newer = home.data().with_file_name("newer");
    back_up(&server, true, &newer).await;
    for (file, with_list) in [(newer, false), (file_of(&home), true)] {
        let target = Home::new();
        let mut command = Command::new(env!("CARGO_BIN_EXE_dicta"));
        command.arg("restore").arg(&file).arg("--data-dir").arg(target.data());
        if with_list {
            command.arg("--erasures").arg(&list);
        }
        let output = command.output().await.unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{told}{:?}", output.stderr);
        assert_eq!(told.contains("left out, since erased: "), with_list, "{told}");
        if with_list {
            // It was never written.
            let db = fs::read(target.data().join("db")).unwrap();
            assert!(!db.windows(7).any(|bytes| bytes == b"Ann Poe"));
        }
        let restored = target.start().await;
        assert_erased(&restored, &server).await;
        assert_eq!(everything(&restored).await, everything(&server).await);
        restored.stop().await;
    }
    server.stop().await;
}

#[tokio::test]
async fn a_list_that_cannot_be_applied_is_refused_before_anything_is_made() {
    let home = Home::new();
    let server = home.start().await;
    back_up(&server, false, &file_of(&home)).await;
    let list = home.data().with_file_name("erasures.jsonl");
    fs::write(&list, "{}\n\n{\"erasure\": {\"name\": \"articles/a\"}}\n").unwrap();
    let target = Home::new();
    let output = Command::new(env!("CARGO_BIN_EXE_dicta"))
        .arg("restore")
        .arg(file_of(&home))
        .arg("--data-dir")
        .arg(target.data())
        .arg("--erasures")
        .arg(&list)
        .output()
        .await
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("erasures.jsonl line 3: ") && told.contains("reason"), "{told}");
    assert!(!target.data().exists());
    let arguments = ["load", "-", "--erasures", list.to_str().unwrap()];
    let (done, _, told) = dicta(&server, &arguments, "").await;
    assert!(!done && told.contains("not all was erased first"), "{told}");
    assert_eq!(server.revision().await, 0);
    server.stop().await;
}
