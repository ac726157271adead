//! Parsing: how its time grows with the length of filters and queries. Where it grew
//! faster than the length, a text four times as long would take far more than four
//! times as long.

use std::hint::black_box;
use std::time::Instant;

use clap::Args;
use dicta::query::filter::Filter;
use dicta::query::schema::Kind;
use dicta::search::Found;

use crate::Failure;
use crate::told::report::{Output, Report};

/// The lengths that are compared, in bytes: of a query, which may be no longer than
/// 2 KiB, and of a filter, which may be no longer than 4 KiB.
const QUERY: [usize; 2] = [500, 2_000];
const FILTER: [usize; 2] = [1_000, 4_000];
/// How often each text is parsed; the fastest counts.
const TIMES: usize = 200;

/// What filters are repeated from.
const FILTERS: [&str; 16] = [
    "(",
    "-",
    "NOT ",
    "a.",
    "a=b ",
    "a=b AND ",
    "a=b OR ",
    "-(a=b) ",
    "'",
    "\\",
    "a='\\*",
    "a=*",
    "a(",
    "f(a,",
    "é",
    "version=1 OR ",
];
/// What queries are repeated from.
const QUERIES: [&str; 14] = [
    "(", "\"", "-", "a ", "word ", "a OR ", "NOT ", "a:", "title:a ", "wor* ", "(a) ", "\"a\" ",
    "東", "e\u{301}",
];

/// Measures how parsing grows.
#[derive(Debug, Args)]
pub(crate) struct Parsing {
    #[command(flatten)]
    output: Output,
}

impl Parsing {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let filter = |text: &str| drop(black_box(Filter::parse(text, Kind::Statement)));
        let query = |text: &str| drop(black_box(Found::says_something(text)));
        let mut report = Report::default();
        report.add("filters, four times as long: time", "times", worst(&FILTERS, FILTER, filter));
        report.add("queries, four times as long: time", "times", worst(&QUERIES, QUERY, query));
        report.put(&self.output)
    }
}

/// How many times as long the longer text takes, at worst.
fn worst(parts: &[&str], lengths: [usize; 2], parse: impl Fn(&str)) -> f64 {
    let ratio = |part: &&str| {
        let [short, long] =
            lengths.map(|length| fastest(&part.repeat(length / part.len()), &parse));
        long / short
    };
    parts.iter().map(ratio).fold(0.0, f64::max)
}

/// The shortest time that it took, in seconds.
fn fastest(text: &str, parse: impl Fn(&str)) -> f64 {
    let times = (0..TIMES).map(|_| {
        let begun = Instant::now();
        parse(text);
        begun.elapsed().as_secs_f64()
    });
    times.fold(f64::MAX, f64::min)
}
