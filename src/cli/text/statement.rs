//! Statements written for reading.

use super::layout::{harmless, indented};
use super::{FAINT, NAME, STRONG, dotted, styled, time, words};
use crate::rpc::pb;

/// A statement: who says what, when, and where it stands.
pub(in crate::cli) fn full(statement: &pb::Statement) -> String {
    let mut out = heading(statement);
    out.push_str(&indented(&content(statement), 2));
    for line in [times(statement), bearings(statement), doubts(statement), links(statement)] {
        out.push_str(&indented(&line, 2));
    }
    let place = dotted([
        statement.article_publisher.as_str(),
        &time::day(statement.article_published_at.as_ref()),
        &offsets(statement),
    ]);
    out.push_str(&faint(&indented(&place, 2)));
    out.push_str(&format!("  {}\n", styled(NAME, &harmless(&statement.name))));
    out
}

/// When it was said; where that is not known, when it was published.
pub(in crate::cli) fn uttered(statement: &pb::Statement) -> String {
    let published = || match time::day(statement.article_published_at.as_ref()) {
        day if day.is_empty() => "no known time".to_owned(),
        day => format!("published {day}"),
    };
    let uttered = time::bare(statement.uttered_at.as_ref());
    if uttered.is_empty() { published() } else { uttered }
}

/// Who says it, how it is reported, and to whom.
fn heading(statement: &pb::Statement) -> String {
    let (speaker, entity) = speaker(statement);
    let cue = statement.cue.as_ref().map_or("", |cue| cue.text.as_str());
    let addressees: Vec<&str> = statement.addressees.iter().map(mention).collect();
    let to = match addressees.join(", ") {
        to if to.is_empty() => to,
        to => format!("(to {to})"),
    };
    let kind = words(statement.kind().as_str_name(), "STATEMENT_KIND_");
    let kind = if kind == "unspecified" { String::new() } else { format!("[{kind}]") };
    let parts = [entity.as_str(), cue, &to, &kind];
    let rest: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let line = indented(&format!("{speaker} {}", rest.join(" ")), 0);
    // The speaker is as harmless as the line was made, so it is found there.
    let shown = harmless(&speaker);
    match line.strip_prefix(&shown) {
        Some(rest) => format!("{}{rest}", styled(STRONG, &shown)),
        None => line,
    }
}

/// The speaker as the article has it, and the entity in brackets.
fn speaker(statement: &pb::Statement) -> (String, String) {
    let Some(speaker) = &statement.speaker else {
        let outlet = statement.article_publisher.as_str();
        let named = if outlet.is_empty() { "The outlet" } else { outlet };
        return (named.to_owned(), String::new());
    };
    let told = speaker.mention.as_ref().map_or("", |mention| mention.text.as_str());
    let name = [told, speaker.description.as_str(), speaker.entity.as_str()]
        .into_iter()
        .find(|text| !text.is_empty())
        .unwrap_or("Somebody")
        .to_owned();
    let entity = match speaker.entity.as_str() {
        entity if !entity.is_empty() && entity != name => format!("<{entity}>"),
        _ if speaker.anonymous => "(not named)".to_owned(),
        _ => String::new(),
    };
    (name, entity)
}

fn mention(mention: &pb::Mention) -> &str {
    if mention.text.is_empty() { &mention.entity } else { &mention.text }
}

/// What is said: quoted spans in quotation marks.
fn content(statement: &pb::Statement) -> String {
    let span = |span: &pb::ContentSpan| {
        let words = span.selector.as_ref().map_or("", |selector| selector.exact.as_str());
        if span.quoted { format!("“{words}”") } else { words.to_owned() }
    };
    statement.content.iter().map(span).collect::<Vec<_>>().join(" … ")
}

fn times(statement: &pb::Statement) -> String {
    let part = |label: &str, time: String| {
        if time.is_empty() { time } else { format!("{label} {time}") }
    };
    let uttered = part("said", time::coarse(statement.uttered_at.as_ref()));
    let reference = part("about", time::coarse(statement.reference_time.as_ref()));
    dotted([uttered.as_str(), &reference])
}

fn bearings(statement: &pb::Statement) -> String {
    let names: Vec<&str> = statement.mentions.iter().map(mention).collect();
    let mentions =
        if names.is_empty() { String::new() } else { format!("names {}", names.join(", ")) };
    let topics = match statement.topics.join(", ") {
        topics if topics.is_empty() => topics,
        topics => format!("topics {topics}"),
    };
    let parent = match statement.parent.as_str() {
        "" => String::new(),
        parent => format!("inside {parent}"),
    };
    dotted([mentions.as_str(), &topics, &parent])
}

/// What speaks against relying on it.
fn doubts(statement: &pb::Statement) -> String {
    let status = match statement.status() {
        pb::StatementStatus::Orphaned => {
            "the words are gone from the article's newest version".to_owned()
        }
        pb::StatementStatus::Retracted => retraction(statement.retraction.as_ref()),
        pb::StatementStatus::Unspecified | pb::StatementStatus::Active => String::new(),
    };
    let rank = match statement.rank() {
        pb::Rank::Unspecified | pb::Rank::Normal => String::new(),
        rank => {
            let rank = words(rank.as_str_name(), "RANK_");
            dotted([rank.as_str(), &statement.rank_reason]).replace(" · ", ": ")
        }
    };
    let confidence = statement.confidence.map(|value| format!("confidence {value:.2}"));
    dotted([status.as_str(), &rank, &reworded(statement), &confidence.unwrap_or_default()])
}

fn retraction(retraction: Option<&pb::Retraction>) -> String {
    let Some(retraction) = retraction else { return "retracted".into() };
    let kind = words(retraction.kind().as_str_name(), "RETRACTION_KIND_");
    let by = match retraction.by.as_str() {
        "" => String::new(),
        by => format!(" by {by}"),
    };
    format!("retracted{by} ({kind}): {}", retraction.reason)
}

/// The words that it had in an older version.
fn reworded(statement: &pb::Statement) -> String {
    match &statement.anchoring {
        Some(anchoring) if anchoring.kind() == pb::AnchoringKind::Reworded => {
            let before = anchoring.previous_words.join(" … ");
            format!("in version {}: “{before}”", anchoring.from_version)
        }
        _ => String::new(),
    }
}

/// How it bears on others, and others on it.
fn links(statement: &pb::Statement) -> String {
    let link = |link: &pb::StatementLink| {
        format!("{} {}", words(link.r#type().as_str_name(), "LINK_TYPE_"), link.target)
    };
    let incoming = |link: &pb::IncomingLink| {
        format!("{} {} this", link.source, words(link.r#type().as_str_name(), "LINK_TYPE_"))
    };
    let links = statement.links.iter().map(link);
    links.chain(statement.incoming_links.iter().map(incoming)).collect::<Vec<_>>().join("\n")
}

/// Where in the article the spans stand.
fn offsets(statement: &pb::Statement) -> String {
    let span = |span: &pb::ContentSpan| {
        let selector = span.selector.as_ref()?;
        Some(format!("{}–{}", selector.start?, selector.end?))
    };
    let spans: Vec<String> = statement.content.iter().filter_map(span).collect();
    if spans.is_empty() { String::new() } else { format!("characters {}", spans.join(", ")) }
}

fn faint(lines: &str) -> String {
    lines.lines().map(|line| styled(FAINT, line) + "\n").collect()
}

#[cfg(test)]
mod tests {
    use anstream::adapter::strip_str;
    use expect_test::expect;

    use super::*;

    fn span(exact: &str, quoted: bool, start: i32, end: i32) -> pb::ContentSpan {
        let exact = exact.to_owned();
        let (start, end) = (Some(start), Some(end));
        let selector = pb::Selector { exact, start, end, ..Default::default() };
        pb::ContentSpan { selector: Some(selector), quoted }
    }

    fn named(text: &str, entity: &str) -> pb::Mention {
        pb::Mention { text: text.into(), entity: entity.into(), ..Default::default() }
    }

    fn statement() -> pb::Statement {
        pb::Statement {
            name: "articles/a/statements/s".into(),
            kind: pb::StatementKind::Direct as i32,
            content: vec![
                span("We need the support of everyone who has a part in it,", true, 10, 62),
                span("the talks go on", true, 70, 85),
            ],
            cue: Some(pb::Cue { text: "said".into(), selector: None }),
            speaker: Some(pb::Speaker {
                entity: "entities/nechirvan-barzani".into(),
                mention: Some(named("President Barzani", "")),
                ..Default::default()
            }),
            addressees: vec![named("the envoy", "")],
            mentions: vec![named("", "entities/erbil"), named("the Army", "")],
            uttered_at: Some(pb::CoarseTime {
                start: "2026-09-16".into(),
                precision: pb::TimePrecision::Day as i32,
                ..Default::default()
            }),
            reference_time: Some(pb::CoarseTime {
                start: "2026-09".into(),
                precision: pb::TimePrecision::Month as i32,
                text: "this month".into(),
                ..Default::default()
            }),
            rank: pb::Rank::Deprecated as i32,
            rank_reason: "misheard".into(),
            links: vec![pb::StatementLink {
                target: "articles/b/statements/t".into(),
                r#type: pb::LinkType::Supports as i32,
                ..Default::default()
            }],
            article_publisher: "The Example".into(),
            article_published_at: Some(prost_types::Timestamp { seconds: 1_329_314_460, nanos: 0 }),
            ..Default::default()
        }
    }

    #[test]
    fn a_statement_says_who_what_when_and_where() {
        expect![[r#"
            President Barzani <entities/nechirvan-barzani> said (to the envoy) [direct]
              “We need the support of everyone who has a part in it,” … “the talks go on”
              said 2026-09-16 · about 2026-09 (“this month”)
              names entities/erbil, the Army
              deprecated: misheard
              supports articles/b/statements/t
              The Example · 2012-02-15 · characters 10–62, 70–85
              articles/a/statements/s
        "#]]
        .assert_eq(&strip_str(&full(&statement())).to_string());
    }

    #[test]
    fn a_speaker_without_a_name_is_told_by_the_description() {
        let speaker = pb::Speaker {
            anonymous: true,
            description: "a senior official".into(),
            ..Default::default()
        };
        let statement = pb::Statement {
            name: "articles/a/statements/s".into(),
            kind: pb::StatementKind::Indirect as i32,
            content: vec![span("talks go on", false, 0, 11)],
            speaker: Some(speaker),
            status: pb::StatementStatus::Orphaned as i32,
            ..Default::default()
        };
        expect![[r#"
            a senior official (not named) [indirect]
              talks go on
              the words are gone from the article's newest version
              characters 0–11
              articles/a/statements/s
        "#]]
        .assert_eq(&strip_str(&full(&statement)).to_string());
    }
}
