//! What is hot within one process: `cargo bench --bench micro`. The texts are those of
//! `seeds/`, which come with Dicta.

#![allow(missing_docs, reason = "criterion's macros make public functions without a word")]

use std::error::Error;
use std::hint::black_box;
use std::path::Path;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use dicta::domain::body::normalize;
use dicta::domain::name::{Name, fold, index_keys};
use dicta::domain::selector::{Locator, Selector};
use dicta::extract::{BuiltIn, Document};
use dicta::query::filter::Filter;
use dicta::query::row::Row;
use dicta::query::schema::Kind;
use dicta::rpc::{json, pb, seed_file};
use prost::Message as _;

const NAMES: [&str; 5] = [
    "Nechirvan Barzani",
    "Müller-Lüdenscheidt, Hans-Jürgen",
    "Владимир Зеленский",
    "نێچیرڤان بارزانی",
    "安倍 晋三",
];
const FILTERS: [(&str, &str); 3] = [
    ("equal", "language = \"en\""),
    ("wildcard", "speaker.entity = \"entities/n*\""),
    (
        "nested",
        "(language = \"en\" OR language = \"de\") AND NOT cue.text = \"denied\" AND topics:\"security\"",
    ),
];

fn main() -> Result<(), Box<dyn Error>> {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds");
    let request = seed_file::read_requests(&seeds)?.into_iter().next().ok_or("no seeds")?;
    let mut criterion = Criterion::default().configure_from_args();
    messages(&mut criterion, &request)?;
    names(&mut criterion);
    filters(&mut criterion)?;
    let article = request.article.unwrap_or_default();
    let body = normalize(article.body).0;
    let selectors = request.statements.iter().flat_map(|statement| &statement.content);
    let words = selectors.filter_map(|span| span.selector.as_ref()).map(|it| it.exact.clone());
    selectors_in(&mut criterion, &body, &words.collect::<Vec<_>>());
    extraction(&mut criterion, &body);
    criterion.final_summary();
    Ok(())
}

/// Messages and their two forms.
fn messages(
    criterion: &mut Criterion,
    request: &pb::IngestArticleRequest,
) -> Result<(), Box<dyn Error>> {
    let bytes = request.encode_to_vec();
    pb::IngestArticleRequest::decode(bytes.as_slice())?;
    json::to_json(request)?;
    let mut group = group(criterion, "ingest request", bytes.len());
    group.bench_function("encode", |it| it.iter(|| black_box(request).encode_to_vec()));
    group.bench_function("decode", |it| {
        it.iter(|| pb::IngestArticleRequest::decode(black_box(bytes.as_slice())));
    });
    group.bench_function("to JSON", |it| it.iter(|| json::to_json(black_box(request))));
    group.finish();
    Ok(())
}

/// Names, as they are compared and found.
fn names(criterion: &mut Criterion) {
    let mut group = group(criterion, "names", NAMES.iter().map(|name| name.len()).sum());
    group.bench_function("fold", |it| it.iter(|| NAMES.map(|name| fold(black_box(name)))));
    group.bench_function("parse", |it| it.iter(|| NAMES.map(|name| Name::parse(black_box(name)))));
    group.bench_function("keys", |it| it.iter(|| NAMES.map(|name| index_keys(black_box(name)))));
    group.finish();
}

/// Filters, parsed and asked about a row.
fn filters(criterion: &mut Criterion) -> Result<(), Box<dyn Error>> {
    let row = Row::default()
        .text("language", "en")
        .text("speaker.entity", "entities/nechirvan-barzani")
        .text("cue.text", "said")
        .text("topics", "security");
    let mut group = criterion.benchmark_group("filter");
    for (name, text) in FILTERS {
        let filter = Filter::parse(text, Kind::Statement)?.ok_or("an empty filter")?;
        if !filter.matches_row(&row) {
            return Err(format!("{text} does not match").into());
        }
        group.bench_function(format!("parse, {name}"), |it| {
            it.iter(|| Filter::parse(black_box(text), Kind::Statement));
        });
        group.bench_function(format!("match, {name}"), |it| {
            it.iter(|| filter.matches_row(black_box(&row)));
        });
    }
    group.finish();
    Ok(())
}

/// Selectors completed from their words alone.
fn selectors_in(criterion: &mut Criterion, body: &str, words: &[String]) {
    let selectors: Vec<Selector> = words
        .iter()
        .map(|exact| Selector { exact: exact.clone(), ..Selector::default() })
        .collect();
    let mut group = group(criterion, "selectors", body.len());
    group.bench_function("complete all of an article", |it| {
        it.iter(|| {
            let locator = Locator::new(black_box(body));
            selectors.iter().filter(|it| locator.locate(it, None).is_ok()).count()
        });
    });
    group.finish();
}

/// Statements found in a text, on one core.
fn extraction(criterion: &mut Criterion, body: &str) {
    let document = Document { text: body, language: None, published_at: None };
    let mut group = group(criterion, "extraction", body.len());
    group.bench_function("read an article", |it| it.iter(|| BuiltIn.read(black_box(&document))));
    group.finish();
}

/// A group of which each iteration goes over so many bytes.
fn group<'a>(
    criterion: &'a mut Criterion,
    name: &str,
    bytes: usize,
) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.throughput(Throughput::Bytes(bytes as u64));
    group
}
