//! A data directory of each released format, as it was written: it is read as it
//! was, and one of another format is refused.
//!
//! `golden/data-directory-N` holds the files of one, each compressed; what is built
//! from the records is left out, since it is no part of the format. It is never
//! changed. A format that is new gets another:
//! `cargo test --test it data_directory::golden::write -- --ignored`, and
//! `UPDATE_EXPECT=1 cargo test --test it data_directory::golden` for what is read of it.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use dicta::app;
use dicta::rpc::pb;
use expect_test::expect_file;
use flate2::Compression;
use flate2::read::{GzDecoder, GzEncoder};

use super::{database, refused};
use crate::command::run;
use crate::erase::erase;
use crate::export::{corrected, export};
use crate::harness::{Dicta, Home};
use crate::merges::{merge, unmerge};
use crate::samples::{QUOTE, alias, article, ingest, ingest_with, person, said_by_entity};
use crate::watch::subscriber::{all, hear};

/// The format that is written today.
const FORMAT: u32 = 3;
/// The request that is remembered in each of them.
const REQUEST_ID: &str = "6f1a2f0e-7c1b-4d5e-9a3f-2b8c4d6e8f01";

fn golden(format: u32) -> PathBuf {
    let name = format!("tests/it/golden/data-directory-{format}");
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// A data directory as it was written in a format.
fn laid_out(format: u32) -> Home {
    let home = Home::new();
    fs::create_dir(home.data()).unwrap();
    for entry in fs::read_dir(golden(format)).unwrap() {
        let packed = entry.unwrap().path();
        let mut file = File::create(home.data().join(packed.file_stem().unwrap())).unwrap();
        io::copy(&mut GzDecoder::new(File::open(&packed).unwrap()), &mut file).unwrap();
    }
    home
}

/// An ingest that is answered from memory when it comes again.
fn remembered() -> pb::IngestArticleRequest {
    pb::IngestArticleRequest {
        request_id: REQUEST_ID.into(),
        ..ingest_with("articles/once", vec![said_by_entity(QUOTE, "entities/ann")])
    }
}

/// A text that is stored in several parts, since it hardly gets smaller.
fn long_text() -> String {
    let digits = |number: u64| blake3::hash(&number.to_be_bytes()).to_hex().to_string();
    (0..200).map(|number| digits(number) + " ").collect()
}

/// Something of everything that a store keeps.
async fn fill(server: &Dicta) {
    corrected(server).await;
    for (id, name) in [("ann", "Ann Poe"), ("anna", "Anna Poe"), ("bo", "Bo Lee")] {
        let external_ids = vec![pb::ExternalId {
            authority: "wikidata".into(),
            id: id.into(),
            ..Default::default()
        }];
        let names = vec![alias(&format!("{name} of Erbil"))];
        server.entity(id, pb::Entity { external_ids, names, ..person(name) }).await;
    }
    server.store(remembered()).await;
    let mut spoken = said_by_entity(QUOTE, "entities/anna");
    spoken.name = "articles/told/statements/spoken".into();
    spoken.mentions = vec![pb::Mention { entity: "entities/bo".into(), ..Default::default() }];
    spoken.reference_time = Some(pb::CoarseTime {
        start: "2026-05".into(),
        precision: pb::TimePrecision::Month.into(),
        ..Default::default()
    });
    let publisher = pb::Publisher { name: "The Gazette".into(), ..Default::default() };
    let told = pb::Article {
        publisher: Some(publisher),
        canonical_url: "https://example.org/told".into(),
        labels: [("desk".to_owned(), "world".to_owned())].into(),
        ..article("articles/told")
    };
    let request = pb::IngestArticleRequest { article: Some(told), ..ingest_with("", vec![spoken]) };
    server.store(request).await;
    let long = pb::Article { body: long_text(), ..article("articles/long") };
    server.store(ingest(long)).await;
    merge(server, "ann", "anna").await.unwrap();
    merge(server, "ann", "bo").await.unwrap();
    unmerge(server, "bo").await.unwrap();
    let retraction = pb::RetractStatementRequest {
        name: "articles/told/statements/spoken".into(),
        kind: pb::RetractionKind::RecordingError.into(),
        reason: "misheard".into(),
        ..Default::default()
    };
    server.ingest().retract_statement(retraction).await.unwrap();
    server.store(ingest(article("articles/erased"))).await;
    erase(server, "articles/erased").await.unwrap();
}

/// What lists by each of the indexes show.
async fn listed(server: &Dicta) -> String {
    let mut told = String::new();
    let mut tell = |what: &str, names: Vec<String>| {
        writeln!(told, "{what}: {}", names.join(" ")).unwrap();
    };
    for (filter, order_by) in [
        ("", "published_at"),
        ("", "name"),
        ("", "create_time desc"),
        (r#"publisher = "The Gazette""#, ""),
        (r#"labels.desk = "world""#, ""),
    ] {
        let request = pb::ListArticlesRequest {
            filter: filter.into(),
            order_by: order_by.into(),
            ..Default::default()
        };
        let page = server.query().list_articles(request).await.unwrap().into_inner();
        let names = page.articles.into_iter().map(|it| it.name).collect();
        tell(&format!("articles {filter:?} by {order_by:?}"), names);
    }
    for (filter, order_by) in [
        ("", "uttered_at"),
        ("", "create_time"),
        ("", "reference_time.end"),
        (r#"speaker.entity = "entities/ann""#, ""),
        (r#"mentions.entity = "entities/bo""#, ""),
        ("within(reference_time, 2026, 2026)", "reference_time.start"),
    ] {
        let request = pb::ListStatementsRequest {
            parent: "articles/-".into(),
            filter: filter.into(),
            order_by: order_by.into(),
            ..Default::default()
        };
        let page = server.query().list_statements(request).await.unwrap().into_inner();
        let names = page.statements.into_iter().map(|it| it.name).collect();
        tell(&format!("statements {filter:?} by {order_by:?}"), names);
    }
    let by_id = r#"external_ids.authority = "wikidata" AND external_ids.id = "anna""#;
    for (filter, order_by) in [("", ""), ("", "create_time"), (by_id, "")] {
        let request = pb::ListEntitiesRequest {
            filter: filter.into(),
            order_by: order_by.into(),
            ..Default::default()
        };
        let page = server.query().list_entities(request).await.unwrap().into_inner();
        let names = page.entities.into_iter().map(|it| it.name).collect();
        tell(&format!("entities {filter:?} by {order_by:?}"), names);
    }
    told
}

/// Everything that is read of a base: all states of all records, the newest ones with
/// what is in force of erasures, lists, events, and a remembered answer.
async fn told(server: &Dicta) -> String {
    let mut told = String::from("# Every state\n");
    let history = pb::ExportRequest { history: true, ..Default::default() };
    told.push_str(&export(server, history).await);
    told.push_str("# The newest states\n");
    told.push_str(&export(server, pb::ExportRequest::default()).await);
    told.push_str("# Lists\n");
    told.push_str(&listed(server).await);
    told.push_str("# Events\n");
    let head = server.revision().await;
    let request = pb::WatchRequest { view: pb::ArticleView::Basic.into(), ..all() };
    for event in hear(server, request, head).await.events {
        writeln!(told, "{}", dicta::rpc::json::to_json(&event).unwrap()).unwrap();
    }
    told.push_str("# A request that came before\n");
    let again = server.store(remembered()).await;
    let (outcome, statements) = (again.outcome(), again.statements.len());
    writeln!(told, "{outcome:?} at {} with {statements}, of {head}", again.revision).unwrap();
    assert_eq!(server.revision().await, head, "it was done again");
    told
}

/// Writes the golden directory of today's format, where there is none yet.
#[tokio::test]
#[ignore = "a golden directory is written once"]
async fn write() {
    let home = Home::new();
    let mut config = home.config();
    // A request is to be remembered for as long as there is the directory.
    config.request_id_ttl = Duration::from_secs(200 * 365 * 24 * 3_600);
    let server = Dicta::start(config).await;
    fill(&server).await;
    server.stop().await;
    app::compact(&home.data()).unwrap();
    fs::create_dir(golden(FORMAT)).expect("a golden directory is never changed");
    for entry in fs::read_dir(home.data()).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_file() {
            let packed = format!("{}.gz", entry.file_name().to_str().unwrap());
            let file = File::open(entry.path()).unwrap();
            let mut to = File::create(golden(FORMAT).join(packed)).unwrap();
            io::copy(&mut GzEncoder::new(file, Compression::best()), &mut to).unwrap();
        }
    }
}

#[tokio::test]
async fn a_directory_of_each_released_format_is_read_as_it_was_written() {
    let home = laid_out(3);
    let data = home.data();
    let check = ["check", "--data-dir", data.to_str().unwrap()];
    let (code, said, errors) = run(&check, "").await;
    assert!(code == 0 && said.ends_with(": nothing is wrong\n"), "{said}{errors}");
    let server = home.start().await;
    let told = told(&server).await;
    expect_file!["../golden/data-directory-3.txt"].assert_eq(&told);
    server.stop().await;
    let (code, said, errors) = run(&check, "").await;
    assert!(code == 0 && said.ends_with(": nothing is wrong\n"), "{said}{errors}");
}

/// Says in the database that it is of a format.
fn renumber(home: &Home, format: u32) {
    let db = database(&home.data());
    let key = b"m|format";
    assert_ne!(db.insert(key, &format.to_be_bytes()).unwrap().unwrap(), &format.to_be_bytes());
    db.flush().unwrap();
}

#[tokio::test]
async fn a_directory_of_another_format_is_refused_with_what_to_do() {
    for (format, advice) in [
        (FORMAT + 1, "start the version of dicta that wrote it, or a newer one"),
        (FORMAT - 1, "export it with the version of dicta that wrote it, and load that anew"),
    ] {
        let home = laid_out(FORMAT);
        renumber(&home, format);
        let expected = format!(
            "the data is written in format {format}, this version reads format {FORMAT}: {advice}"
        );
        refused(&home, &expected).await;
        let data = home.data();
        for command in ["check", "compact"] {
            let (code, _, errors) = run(&[command, "--data-dir", data.to_str().unwrap()], "").await;
            assert!(code == 1 && errors.contains(&expected), "{command}: {errors}");
        }
        // Nothing was done to it.
        renumber(&home, FORMAT);
        home.start().await.stop().await;
    }
}
