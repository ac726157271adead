//! The names and times of a text, for reading and as JSON.

use std::ops::Range;

use serde_json::{Value, json};

use super::shown::{offsets, one_line};
use crate::cli::text::layout::{columns, harmless, shortened};
use crate::cli::text::time::bare;
use crate::cli::text::{FAINT, WIDTH, styled, words};
use crate::domain::body::TextIndex;
use crate::domain::entity::EntityType;
use crate::extract::names::{self, Chain, FoundPost, NameMention, Names};
use crate::extract::times::{self, FoundTime};
use crate::extract::{Document, Span};
use crate::rpc::to_pb;

/// The fewest columns of what a table is about.
const LEAST_COLUMNS: usize = 12;

/// What a text names.
pub(super) struct Named<'a> {
    index: &'a TextIndex<'a>,
    names: Names<'a>,
    times: Vec<FoundTime>,
}

impl<'a> Named<'a> {
    pub(super) fn read(index: &'a TextIndex<'a>, document: &Document<'a>) -> Self {
        Self { index, names: names::read(document), times: times::find(document) }
    }

    /// The two tables, each where it has rows.
    pub(super) fn text(&self) -> String {
        let names = self.named().flat_map(|named| self.name_rows(&named)).collect();
        let times = self.times.iter().map(|time| self.time_row(time)).collect();
        table(["Name", "Kind", "Count", "First at"], names)
            + &table(["Time", "Means", "Precision", "At"], times)
    }

    /// The things that are named, in the order of their first mentions.
    fn named(&self) -> impl Iterator<Item = NamedThing<'_>> {
        let chains = self.names.chains();
        let mut mentions: Vec<Vec<&NameMention>> = vec![Vec::new(); chains.len()];
        for mention in self.names.mentions() {
            mentions.get_mut(mention.chain).into_iter().for_each(|all| all.push(mention));
        }
        let things = chains.iter().zip(mentions).enumerate();
        let mut things: Vec<_> = things
            .filter_map(|(at, (chain, mentions))| {
                let first = mentions.first()?;
                let first = self.span(&(first.start..first.end));
                let posts = self.names.held_by(at).collect();
                Some(NamedThing { chain, count: mentions.len(), first, posts })
            })
            .collect();
        things.sort_by_key(|thing| thing.first);
        things.into_iter()
    }

    /// A row for the thing, and one for each post that it holds.
    fn name_rows(&self, named: &NamedThing<'_>) -> Vec<[String; 4]> {
        let name = match named.chain.abbreviation.as_str() {
            "" => named.chain.name.clone(),
            short => format!("{} ({short})", named.chain.name),
        };
        let kind = named.chain.kind.map_or_else(String::new, |kind| words(kind_name(kind), ""));
        let thing = [name, kind, named.count.to_string(), offsets(named.first)];
        let posts = named.posts.iter().map(|post| {
            let held = match self.organization(post) {
                Some(of) => format!("  {}, {of}", post.title),
                None => format!("  {}", post.title),
            };
            let first = offsets(self.span(&post.first));
            [held, "post".to_owned(), post.count.to_string(), first]
        });
        std::iter::once(thing).chain(posts).collect()
    }

    fn time_row(&self, found: &FoundTime) -> [String; 4] {
        let means = bare(Some(&to_pb::coarse(found.time.clone())));
        let precision = found.time.precision.name().to_lowercase();
        let at = offsets(self.span(&(found.start..found.end)));
        [one_line(&found.time.text), means, precision, at]
    }

    fn organization(&self, post: &FoundPost) -> Option<&str> {
        let chain = self.names.chains().get(post.organization?)?;
        Some(&chain.name)
    }

    fn span(&self, bytes: &Range<usize>) -> Span {
        let position = |byte| self.index.position_of(byte);
        Span { start: position(bytes.start), end: position(bytes.end) }
    }

    /// The names as JSON.
    pub(super) fn names_json(&self) -> Vec<Value> {
        let post = |post: &&FoundPost| {
            json!({
                "title": post.title,
                "organization": self.organization(post),
                "count": post.count,
                "first": place(self.span(&post.first)),
            })
        };
        let name = |named: NamedThing<'_>| {
            json!({
                "name": named.chain.name,
                "kind": named.chain.kind.map(kind_name),
                "aliases": named.chain.aliases,
                "abbreviation": named.chain.abbreviation,
                "count": named.count,
                "first": place(named.first),
                "posts": named.posts.iter().map(post).collect::<Vec<_>>(),
            })
        };
        self.named().map(name).collect()
    }

    /// The times as JSON.
    pub(super) fn times_json(&self) -> Vec<Value> {
        let time = |found: &FoundTime| {
            let span = self.span(&(found.start..found.end));
            json!({
                "start": span.start,
                "end": span.end,
                "words": found.time.text,
                "from": found.time.start_text(),
                "before": found.time.end_text(),
                "precision": found.time.precision.name(),
            })
        };
        self.times.iter().map(time).collect()
    }
}

/// A thing that is named: its names, how often, where first, and its posts.
struct NamedThing<'a> {
    chain: &'a Chain,
    count: usize,
    first: Span,
    posts: Vec<&'a FoundPost>,
}

fn kind_name(kind: EntityType) -> &'static str {
    let name = to_pb::entity_type(kind).as_str_name();
    name.strip_prefix("ENTITY_TYPE_").unwrap_or(name)
}

fn place(span: Span) -> Value {
    json!({ "start": span.start, "end": span.end })
}

/// Rows under their headings, the first column as wide as the others leave room for;
/// nothing where there are no rows.
fn table(headings: [&str; 4], mut rows: Vec<[String; 4]>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    rows.insert(0, headings.map(str::to_owned));
    let cells = |row: &[String; 4]| row.iter().map(|cell| harmless(cell)).collect::<Vec<_>>();
    let mut rows: Vec<Vec<String>> = rows.iter().map(cells).collect();
    let others: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().skip(1).cloned().collect()).collect();
    let taken = columns(&others).first().map_or(0, |row| row.concat().chars().count());
    let gaps = 2 * headings.len();
    let room = WIDTH.saturating_sub(taken + gaps).max(LEAST_COLUMNS);
    for name in rows.iter_mut().filter_map(|row| row.first_mut()) {
        *name = shortened(name, room);
    }
    let mut lines = columns(&rows).into_iter().map(|row| row.join("  ").trim_end().to_owned());
    let heading = lines.next().map(|line| styled(FAINT, &line)).unwrap_or_default();
    let rows: String = lines.map(|line| format!("  {line}\n")).collect();
    format!("  {heading}\n{rows}\n")
}
