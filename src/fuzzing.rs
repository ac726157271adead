//! What is fed with arbitrary bytes. Each target takes them as the code does whose
//! input they are, and asserts what must hold of any. `fuzz/` runs the targets under
//! cargo-fuzz, `tests/it/fuzz/targets.rs` over what is in `fuzz/corpus` and near it.

use crate::domain::body::normalize;
use crate::domain::selector::{Locator, Selector};
use crate::domain::text::LanguageTag;
use crate::extract::{self, BuiltIn, Document};
use crate::kb::fuzzing::token;
use crate::query::filter::Filter;
use crate::query::plan::{Collection, plan};
use crate::query::schema::Kind;
use crate::rpc::record_file::{Exported, RecordFile, Work};
use crate::rpc::{from_pb, json};
use crate::store::sled::fuzzing::{key, record};

/// A target: its name and what it does with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 7] = [
    ("export_line", export_line),
    ("extraction", extraction),
    ("filter", filter),
    ("key", key),
    ("record", record),
    ("selector", selector),
    ("token", token),
];

/// Runs a target by its name; there must be one.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    assert!(target.is_some(), "no target is called {name}");
    if let Some((_, run)) = target {
        run(data);
    }
}

/// The longest text in which statements are looked for, in bytes.
const LONGEST_TEXT: usize = 8 << 10;
/// What parts the texts of one input.
const PART: char = '\u{1}';

/// Takes bytes as a filter and as an order: either is understood and planned, or
/// refused with a place in it.
fn filter(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for (kind, collection) in [
        (Kind::Article, Collection::Articles),
        (Kind::Statement, Collection::Statements(None)),
        (Kind::Entity, Collection::Entities),
    ] {
        if let Err(error) = plan(&collection, None, &text) {
            assert!(!error.to_string().is_empty());
        }
        match Filter::parse(&text, kind) {
            Ok(filter) => {
                assert!(plan(&collection, filter.clone(), "").is_ok());
                assert!(plan(&collection, filter, "name desc").is_ok());
            }
            Err(error) => {
                assert!((1..=text.chars().count() + 1).contains(&error.column), "{error}");
                assert!(error.rendered(&text).contains(&error.message), "{error}");
            }
        }
    }
}

/// Takes three bytes of positions, and a body with the parts of a selector: what is
/// located stands in the body, and is located again as the same.
fn selector(data: &[u8]) {
    let Some(([given, start, length], texts)) = data.split_first_chunk() else { return };
    let texts = String::from_utf8_lossy(texts);
    let mut parts = texts.split(PART);
    let mut part = || parts.next().unwrap_or_default().to_owned();
    let (body, _) = normalize(part());
    let (start, end) = (u32::from(*start), u32::from(*start) + u32::from(*length));
    let selector = Selector {
        exact: part(),
        prefix: part(),
        suffix: part(),
        start: (given & 1 != 0).then_some(start),
        end: (given & 2 != 0).then_some(end),
        verified: false,
    };
    let near = (given & 4 != 0).then_some((start, end));
    let locator = Locator::new(&body);
    let Ok(found) = locator.locate(&selector, near) else { return };
    assert_stands(&found, &body);
    assert!(found.verified);
    assert!(selector.exact.is_empty() || selector.exact == found.exact, "{found:?}");
    assert_eq!(locator.locate(&found, None), Ok(Selector { ..found.clone() }));
}

/// That the words of a selector stand in a body where it says.
fn assert_stands(selector: &Selector, body: &str) {
    let span = selector.start.zip(selector.end);
    let (start, end) = span.map_or((0, 0), |(start, end)| (start as usize, end as usize));
    assert!(start < end && end <= body.chars().count(), "{selector:?}");
    let words: String = body.chars().skip(start).take(end - start).collect();
    assert_eq!(words, selector.exact);
}

/// Takes bytes as a text, in English or an unknown language: what is read in it
/// stands in it, and is the same again.
fn extraction(data: &[u8]) {
    let text = String::from_utf8_lossy(data.get(..LONGEST_TEXT).unwrap_or(data));
    let (text, _) = normalize(text.into_owned());
    let published_at = "2026-11-25T08:00:00Z".parse().ok();
    for language in [LanguageTag::new("en").ok(), None] {
        let document = Document { text: &text, language: language.as_ref(), published_at };
        let reading = extract::read(&BuiltIn, &document);
        assert!(reading.is_ok(), "{reading:?}");
        assert_eq!(reading, extract::read(&BuiltIn, &document));
        let Ok(reading) = reading else { return };
        let statements = reading.statements.len();
        for mut read in reading.statements {
            for selector in read.statement.selectors_mut() {
                assert_stands(selector, &text);
            }
            let things = read.mentions.iter().chain(&read.addressees).chain([&read.speaker]);
            assert!(things.flatten().all(|thing| *thing < reading.things.len()));
            assert!(read.parent.is_none_or(|parent| parent < statements));
        }
    }
}

/// Takes bytes as a file of exported lines: each value is refused with its line, or
/// becomes a request; and a record is the same after it was written out.
fn export_line(data: &[u8]) {
    for exported in [Exported::Ingested, Exported::Restored, Exported::Erasures] {
        let mut file = RecordFile::new(data, exported);
        let lines = data.iter().filter(|byte| **byte == b'\n').count() + 1;
        while let Ok(Some(item)) = file.next_item() {
            assert!((1..=lines).contains(&item.line), "line {} of {lines}", item.line);
            match item.work {
                Err(reason) => assert!(!reason.is_empty()),
                Ok(Work::Entity(entity)) => assert!(json::to_json(&*entity).is_ok()),
                Ok(Work::Ingest(request)) => {
                    // Refused or not.
                    let _ = from_pb::ingest_article(*request, "anonymous");
                }
                Ok(Work::Restore(record)) => {
                    let written = json::to_json(&*record);
                    assert!(written.is_ok(), "{written:?}");
                    let again = written.and_then(|text| json::from_json(&text));
                    // A number that is none is not the same as itself.
                    assert!(
                        again.as_ref() == Ok(&*record) || format!("{record:?}").contains("NaN")
                    );
                    let _ = from_pb::imported(Some(*record), false, "anonymous");
                }
            }
        }
    }
}
