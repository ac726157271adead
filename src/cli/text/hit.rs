//! Hits of a search written for reading.

use anstyle::{AnsiColor, Style};

use super::layout::{harmless, indented};
use super::{FAINT, NAME, STRONG, dotted, styled, time, words};
use crate::rpc::pb;
use crate::rpc::pb::record::Record;

/// The words that were looked for.
const FOUND: Style = AnsiColor::Yellow.on_default().bold();

/// Where a highlight begins and ends while lines are broken: characters that are
/// no one's, and that are taken out of texts first.
const BEGIN: char = '\u{f8fe}';
const END: char = '\u{f8ff}';

/// A hit: what it is, the part that shows why, and its name.
pub(in crate::cli) fn full(hit: &pb::SearchHit) -> String {
    let (title, about) = heading(hit);
    let mut out = styled(STRONG, indented(&title, 0).trim_end());
    if !about.is_empty() {
        out.push_str(&format!("  {}", styled(FAINT, &harmless(&about))));
    }
    out.push('\n');
    if let Some(snippet) = &hit.snippet {
        out.push_str(&coloured(&indented(&marked(snippet), 2)));
    }
    out.push_str(&format!("  {}\n", styled(NAME, &harmless(&hit.name))));
    out
}

/// What a record is called, and what else tells it from others.
fn heading(hit: &pb::SearchHit) -> (String, String) {
    match hit.record.as_ref().and_then(|record| record.record.as_ref()) {
        Some(Record::Article(article)) => {
            let publisher = article.publisher.as_ref();
            let publisher =
                publisher.map_or("", |it| if it.name.is_empty() { &it.entity } else { &it.name });
            let day = time::day(article.published_at.as_ref());
            (article.title.clone(), dotted(["article", publisher, &day]))
        }
        Some(Record::Statement(statement)) => {
            let kind = words(statement.kind().as_str_name(), "STATEMENT_KIND_");
            let kind = format!("{kind} statement");
            let day = time::day(statement.article_published_at.as_ref());
            (speaker(statement), dotted([&kind, statement.article_publisher.as_str(), &day]))
        }
        Some(Record::Entity(entity)) => {
            (entity.display_name.clone(), words(entity.r#type().as_str_name(), "ENTITY_TYPE_"))
        }
        Some(Record::Erasure(_)) | None => (hit.name.clone(), String::new()),
    }
}

fn speaker(statement: &pb::Statement) -> String {
    let speaker = statement.speaker.clone().unwrap_or_default();
    let mention = speaker.mention.unwrap_or_default().text;
    let named = [mention, speaker.description, speaker.entity].into_iter();
    named.into_iter().find(|name| !name.is_empty()).unwrap_or_else(|| "Somebody".into())
}

/// The snippet with marks around what was looked for, and dots where its text goes
/// on.
fn marked(snippet: &pb::SearchSnippet) -> String {
    let mut out = String::new();
    if snippet.start > 0 {
        out.push_str("… ");
    }
    let begins = |at: i32| snippet.highlights.iter().any(|it| it.start == at);
    let ends = |at: i32| snippet.highlights.iter().any(|it| it.end == at);
    let mut at = snippet.start;
    for char in snippet.text.chars() {
        if ends(at) {
            out.push(END);
        }
        if begins(at) {
            out.push(BEGIN);
        }
        if !matches!(char, BEGIN | END) {
            out.push(char);
        }
        at += 1;
    }
    if ends(at) {
        out.push(END);
    }
    // One paragraph reads better than the text's own lines.
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Marks become colours.
fn coloured(text: &str) -> String {
    text.replace(BEGIN, &FOUND.to_string()).replace(END, &format!("{FOUND:#}"))
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_hit_shows_why_it_was_found() {
        let highlight = |start, end| pb::SearchHighlight { start, end };
        let article = pb::Article {
            title: "Talks go on".into(),
            publisher: Some(pb::Publisher { name: "The Courier".into(), ..Default::default() }),
            published_at: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 }),
            ..Default::default()
        };
        let text = "that the talks about the coalition would go on for one more week, and that \
                    the coalition stands.";
        let hit = pb::SearchHit {
            name: "articles/talks".into(),
            score: 3.5,
            snippet: Some(pb::SearchSnippet {
                field: "body".into(),
                text: text.into(),
                start: 20,
                highlights: vec![highlight(45, 54), highlight(99, 108)],
            }),
            record: Some(pb::Record { record: Some(Record::Article(article)) }),
        };
        let shown = full(&hit);
        expect![[r#"
            Talks go on  article · The Courier · 2023-11-14
              … that the talks about the coalition would go on for one more week, and that
              the coalition stands.
              articles/talks
        "#]]
        .assert_eq(&strip_str(&shown).to_string());
        let found = format!("{FOUND}coalition{FOUND:#}");
        assert_eq!(shown.matches(&found).count(), 2, "{shown}");
    }
}
