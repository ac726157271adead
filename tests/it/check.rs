//! Checks of what is kept, through the API and on the command line.

use std::path::Path;

use dicta::rpc::pb;
use tonic::Code;

use crate::command::{ask, run};
use crate::data_directory::database;
use crate::harness::{Dicta, Home};
use crate::samples::{article, ingest};

async fn seeded() -> (Home, Dicta) {
    let home = Home::with_seeds(Path::new("seeds"));
    let server = home.start().await;
    (home, server)
}

/// A data directory of the seeds in which an index entry is missing and one is
/// astray.
async fn damaged() -> Home {
    let (home, server) = seeded().await;
    reach_the_newest(&server).await;
    server.stop().await;
    let db = database(&home.data());
    let (key, _) = db.scan_prefix(b"K").next().unwrap().unwrap();
    db.remove(&key).unwrap();
    let mut stray = key.to_vec();
    stray[3] ^= 1;
    db.insert(stray, b"").unwrap();
    db.flush().unwrap();
    drop(db);
    home
}

#[tokio::test]
async fn a_base_in_use_is_checked_to_its_end() {
    let (_home, server) = seeded().await;
    for number in 0..300 {
        server.store(ingest(article(&format!("articles/a{number}")))).await;
    }
    let request = pb::CheckIntegrityRequest::default();
    let mut messages = server.admin().check_integrity(request).await.unwrap().into_inner();
    let mut last = pb::CheckIntegrityResponse::default();
    while let Some(message) = messages.message().await.unwrap() {
        assert!(message.entries >= last.entries && !last.done, "{message:?}");
        last = message;
    }
    assert!(last.done && last.findings_total == 0, "{last:?}");
    assert!(last.states >= 300 && last.commits >= 300 && last.revision >= 300, "{last:?}");
    assert!(last.entries > last.states + last.commits, "{last:?}");

    let request = pb::CheckIntegrityRequest { max_findings: -1 };
    let refused = server.admin().check_integrity(request).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    let (code, told, errors) = ask(&server, &["check"]).await;
    assert!(code == 0 && told.ends_with(": nothing is wrong\n"), "{told}{errors}");
    server.stop().await;
}

#[tokio::test]
async fn what_is_wrong_is_told_by_a_server_and_without_one() {
    let home = damaged().await;
    let data = home.data();
    let (code, told, _) = run(&["check", "--data-dir", data.to_str().unwrap()], "").await;
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("does not lead to its state of revision"), "{told}");
    assert!(told.contains("which does not have it\n  take a backup"), "{told}");
    assert!(told.lines().last().unwrap().ends_with("things are wrong"), "{told}");

    let server = home.start().await;
    let (code, online, _) = ask(&server, &["check"]).await;
    assert_eq!((code, online), (1, told));
    let (code, told, _) = ask(&server, &["check", "--max-findings", "1"]).await;
    assert_eq!(code, 1);
    assert!(told.ends_with("1 are shown\n") && told.lines().count() == 3, "{told}");
    let (code, told, _) = ask(&server, &["check", "--output", "json"]).await;
    let json: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((code, &json["done"]), (1, &true.into()));
    let faults: Vec<_> = json["findings"].as_array().unwrap().iter().collect();
    assert!(faults.iter().any(|it| it["fault"] == "INTEGRITY_FAULT_INDEX"), "{told}");
    server.stop().await;
}

#[tokio::test]
async fn what_is_no_data_is_not_checked() {
    let home = Home::new();
    let data = home.data();
    let (code, _, errors) = run(&["check", "--data-dir", data.to_str().unwrap()], "").await;
    assert!(code == 1 && errors.contains("holds no data of Dicta's"), "{errors}");
    assert!(!data.exists());
}

/// What the command finds wrong without a server, on a copy of the directory.
async fn findings_at_rest(home: &Home) -> (Vec<serde_json::Value>, Vec<serde_json::Value>) {
    let home = home.copy();
    let data = home.data();
    let check = ["check", "--output", "json", "--data-dir", data.to_str().unwrap()];
    let (code, told, errors) = run(&check, "").await;
    let answer: serde_json::Value = serde_json::from_str(&told).expect(&errors);
    let list = |name: &str| answer[name].as_array().cloned().unwrap_or_default();
    let findings = list("findings");
    assert_eq!(code, i32::from(!findings.is_empty()), "{told}{errors}");
    (findings, list("derived"))
}

/// What a server on this directory finds wrong.
async fn findings(home: &Home) -> Vec<pb::IntegrityFinding> {
    let server = home.start().await;
    let request = pb::CheckIntegrityRequest::default();
    let mut messages = server.admin().check_integrity(request).await.unwrap().into_inner();
    let mut findings = Vec::new();
    while let Some(message) = messages.message().await.unwrap() {
        findings.extend(message.findings);
    }
    server.stop().await;
    findings
}

/// Both are up to date once they were asked.
async fn reach_the_newest(server: &Dicta) {
    let read = Some(pb::ReadOptions { fully_consistent: true, ..Default::default() });
    let search =
        pb::SearchRequest { query: "bridge".into(), read: read.clone(), ..Default::default() };
    server.query().search(search).await.unwrap();
    let list = pb::ListQuotationsRequest { read, ..Default::default() };
    server.query().list_quotations(list).await.unwrap();
}

#[tokio::test]
async fn a_record_that_the_search_index_lost_is_told() {
    let (home, server) = seeded().await;
    reach_the_newest(&server).await;
    server.stop().await;
    assert_eq!(findings(&home).await, []);
    let index = tantivy::Index::open_in_dir(home.data().join("search/1")).unwrap();
    let payload = index.load_metas().unwrap().payload.unwrap();
    let name = "entities/nechirvan-barzani";
    let field = index.schema().get_field("record").unwrap();
    let mut writer =
        index.writer_with_num_threads::<tantivy::TantivyDocument>(1, 15_000_000).unwrap();
    writer.delete_term(tantivy::Term::from_field_text(field, name));
    let mut prepared = writer.prepare_commit().unwrap();
    prepared.set_payload(&payload);
    prepared.commit().unwrap();
    drop((writer, index));
    let (at_rest, derived) = findings_at_rest(&home).await;
    assert_eq!(at_rest.len(), 2, "{at_rest:?}");
    assert_eq!(at_rest[0]["detail"], format!("{name} is not in it, or not once"));
    assert_eq!((&at_rest[0]["subject"], derived.len()), (&"the search index".into(), 2));
    let told: Vec<_> = findings(&home).await.into_iter().map(|it| it.detail).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], format!("{name} is not in it, or not once"));
    assert!(told[1].contains("records, and there are"), "{told:?}");
}

#[tokio::test]
async fn a_statement_that_the_quotations_lost_is_told() {
    let (home, server) = seeded().await;
    reach_the_newest(&server).await;
    server.stop().await;
    let database = fjall::Database::builder(home.data().join("quotations")).open().unwrap();
    let names = database.list_keyspace_names();
    let build = names.iter().find(|name| name.starts_with("quotations")).unwrap();
    let entries = database.keyspace(build, Default::default).unwrap();
    let (key, _) = entries.prefix(b"s").next().unwrap().into_inner().unwrap();
    entries.remove(key).unwrap();
    database.persist(fjall::PersistMode::SyncAll).unwrap();
    drop((entries, database));
    let (at_rest, _) = findings_at_rest(&home).await;
    assert_eq!(at_rest.len(), 2, "{at_rest:?}");
    assert!(at_rest.iter().all(|it| it["subject"] == "the quotations"), "{at_rest:?}");
    assert_eq!(at_rest[0]["fault"], "INTEGRITY_FAULT_DERIVED");
    let told = findings(&home).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().all(|it| it.subject == "the quotations"), "{told:?}");
    assert!(told[0].detail.contains("/statements/"), "{told:?}");
    assert_eq!(told[0].fault(), pb::IntegrityFault::Derived);
}

#[tokio::test]
async fn what_cannot_be_read_of_what_is_built_is_told_without_a_server() {
    let (home, server) = seeded().await;
    reach_the_newest(&server).await;
    server.stop().await;
    let damage = |home: &Home, directory: &str, ending: &str| {
        let mut damaged = 0;
        for entry in std::fs::read_dir(home.data().join(directory)).unwrap() {
            let path = entry.unwrap().path();
            if path.to_str().unwrap().ends_with(ending) {
                let mut bytes = std::fs::read(&path).unwrap();
                bytes.iter_mut().for_each(|byte| *byte ^= 0x55);
                std::fs::write(path, bytes).unwrap();
                damaged += 1;
            }
        }
        assert!(damaged > 0, "{directory}/*{ending}");
    };
    for (directory, ending, subject) in
        [("search/1", ".store", "the search index"), ("quotations", "version", "the quotations")]
    {
        let home = home.copy();
        damage(&home, directory, ending);
        let (findings, _) = findings_at_rest(&home).await;
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(findings[0]["subject"], subject);
        assert!(findings[0]["detail"].as_str().unwrap().starts_with("it cannot be read: "));
    }
}

#[tokio::test]
async fn what_is_behind_the_records_or_not_there_is_told_and_no_fault() {
    let home = Home::new();
    let server = home.start().await;
    server.store(ingest(article("articles/a"))).await;
    reach_the_newest(&server).await;
    server.stop().await;
    let before = home.copy();
    let server = home.start().await;
    server.store(ingest(article("articles/b"))).await;
    server.stop().await;
    let home = home.copy();
    let data = home.data();
    let check = ["check", "--data-dir", data.to_str().unwrap()];
    for name in ["search", "quotations"] {
        std::fs::remove_dir_all(data.join(name)).unwrap();
    }
    let (code, told, errors) = run(&check, "").await;
    assert_eq!(code, 0, "{told}{errors}");
    assert!(told.contains("the search index shows nothing yet: a server builds"), "{told}");
    assert!(told.contains("the quotations show nothing yet: a server builds"), "{told}");
    for name in ["search", "quotations"] {
        assert!(!data.join(name).exists(), "{name} was made");
        std::fs::rename(before.data().join(name), data.join(name)).unwrap();
    }
    let (code, told, errors) = run(&check, "").await;
    assert_eq!(code, 0, "{told}{errors}");
    assert!(told.contains("the search index shows revision 1 of 2: a server catches"), "{told}");
    assert!(told.contains("the quotations show revision 1 of 2: a server catches up"), "{told}");
    assert!(told.ends_with(": nothing is wrong\n"), "{told}");
}
