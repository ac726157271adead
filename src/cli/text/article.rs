//! Articles written for reading.

use super::layout::{fields, harmless, indented};
use super::{NAME, STRONG, dotted, styled, time, words};
use crate::rpc::pb;

/// An article in three lines: title, where and when it came out, its name.
pub(in crate::cli) fn brief(article: &pb::Article) -> String {
    format!(
        "{}{}  {}\n",
        title(article),
        source_line(article),
        styled(NAME, &harmless(&article.name))
    )
}

/// An article with all that is told of it, and its text.
pub(in crate::cli) fn full(article: &pb::Article) -> String {
    let mut out = format!("{}{}", title(article), source_line(article));
    out.push_str(&fields(&details(article)));
    if !article.body.is_empty() {
        out.push('\n');
        out.push_str(&indented(&article.body, 0));
    }
    out
}

fn title(article: &pb::Article) -> String {
    let title = if article.title.is_empty() { "(no title)" } else { article.title.as_str() };
    let lines = indented(title, 0);
    lines.lines().map(|line| styled(STRONG, line) + "\n").collect()
}

/// Where it came out, when, in which language and version.
fn source_line(article: &pb::Article) -> String {
    let published = time::moment(article.published_at.as_ref());
    let version = format!("version {}", article.version);
    let version = if article.version == 0 { "" } else { version.as_str() };
    let status = match article.pub_status() {
        pb::PubStatus::Unspecified | pb::PubStatus::Usable => String::new(),
        other => words(other.as_str_name(), "PUB_STATUS_"),
    };
    let publisher = outlet(article);
    let agency = match article.source_agency.as_str() {
        "" => String::new(),
        agency => format!("from {agency}"),
    };
    let parts: [&str; 6] = [&publisher, &agency, &published, &article.language, version, &status];
    indented(&dotted(parts), 2)
}

fn outlet(article: &pb::Article) -> String {
    let publisher = article.publisher.clone().unwrap_or_default();
    if publisher.name.is_empty() { publisher.entity } else { publisher.name }
}

fn details(article: &pb::Article) -> Vec<(&'static str, Vec<String>)> {
    let mut rows = vec![("name", vec![article.name.clone()])];
    let mut row = |label, values: Vec<String>| {
        let told: Vec<String> = values.into_iter().filter(|value| !value.is_empty()).collect();
        if !told.is_empty() {
            rows.push((label, told));
        }
    };
    row("url", vec![article.canonical_url.clone()]);
    row("by", vec![article.authors.join(", ")]);
    row("repeats", vec![article.duplicate_of.clone()]);
    let mut labels: Vec<String> =
        article.labels.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    labels.sort();
    row("labels", labels);
    let length = match article.body_length {
        0 => "no text held".to_owned(),
        length => format!("{length} characters"),
    };
    let extent = match article.body_extent() {
        pb::BodyExtent::Excerpt => " (an excerpt)",
        _ => "",
    };
    row("text", vec![format!("{length}{extent}")]);
    let changed = time::moment(article.update_time.as_ref());
    let changed = if changed.is_empty() { changed } else { format!("recorded {changed}") };
    let revision = format!("revision {}", article.revision);
    row("state", vec![dotted([revision.as_str(), &changed])]);
    rows
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::expect;

    use super::*;

    fn article() -> pb::Article {
        pb::Article {
            name: "articles/ministers-eye-meeting".into(),
            title: "Ministers eye a meeting on the long road to a second financing package \
                    for Greece"
                .into(),
            body: "BRUSSELS – Ministers gave up a plan to gather on Wednesday and decided to \
                   talk by phone instead.\n\nThey meet again on Monday."
                .into(),
            language: "en".into(),
            canonical_url: "https://example.com/a".into(),
            publisher: Some(pb::Publisher { name: "The Example".into(), ..Default::default() }),
            authors: vec!["A. Writer".into(), "B. Editor".into()],
            source_agency: "AFP".into(),
            published_at: Some(prost_types::Timestamp { seconds: 1_329_314_460, nanos: 0 }),
            pub_status: pb::PubStatus::Withheld as i32,
            labels: [("desk".to_owned(), "world".to_owned())].into(),
            version: 2,
            body_length: 122,
            revision: 17,
            ..Default::default()
        }
    }

    #[test]
    fn an_article_is_told_in_full() {
        expect![[r#"
            Ministers eye a meeting on the long road to a second financing package for
            Greece
              The Example · from AFP · 2012-02-15 14:01 UTC · en · version 2 · withheld
              name    articles/ministers-eye-meeting
              url     https://example.com/a
              by      A. Writer, B. Editor
              labels  desk = world
              text    122 characters
              state   revision 17

            BRUSSELS – Ministers gave up a plan to gather on Wednesday and decided to talk
            by phone instead.

            They meet again on Monday.
        "#]]
        .assert_eq(&strip_str(&full(&article())).to_string());
    }

    #[test]
    fn an_article_is_told_in_brief() {
        let article = pb::Article { title: String::new(), ..article() };
        expect![[r#"
            (no title)
              The Example · from AFP · 2012-02-15 14:01 UTC · en · version 2 · withheld
              articles/ministers-eye-meeting
        "#]]
        .assert_eq(&strip_str(&brief(&article)).to_string());
    }
}
