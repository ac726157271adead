//! What was found, for reading and as JSON.

use serde_json::{Value, json};

use crate::cli::text::layout::{harmless, indented};
use crate::cli::text::{FAINT, STRONG, dotted, styled};
use crate::domain::body::TextIndex;
use crate::domain::statement::StatementKind;
use crate::extract::{Content, Extraction, FoundStatement, MOST_STATEMENTS, Mention, Span};

/// The statements, laid out for reading.
pub(super) fn text(index: &TextIndex<'_>, extraction: &Extraction) -> String {
    let mut out = String::new();
    for statement in &extraction.statements {
        out.push_str(&one(index, statement));
        out.push('\n');
    }
    if extraction.truncated {
        out.push_str(&format!("Only the first {MOST_STATEMENTS} statements are shown.\n"));
    }
    let count = extraction.statements.len();
    out + &format!("{count} {}\n", if count == 1 { "statement" } else { "statements" })
}

fn one(index: &TextIndex<'_>, statement: &FoundStatement) -> String {
    let speaker = match &statement.speaker {
        Some(speaker) => harmless(&one_line(&speaker.mention.words)),
        None => "Somebody".to_owned(),
    };
    let cue = listed(&statement.cue);
    let to = match listed(&statement.addressees) {
        to if to.is_empty() => to,
        to => format!(" (to {to})"),
    };
    let rest = format!(" {cue}{to} [{}]", kind(statement.kind).to_lowercase());
    let mut out = format!("{}{}\n", styled(STRONG, &speaker), harmless(&rest));
    if let Some(speaker) = statement.speaker.as_ref().filter(|it| !it.description.is_empty()) {
        let not_named = if speaker.anonymous { "not named: " } else { "" };
        out.push_str(&indented(&format!("({not_named}{})", one_line(&speaker.description)), 2));
    }
    out.push_str(&indented(&content(index, &statement.content), 2));
    let spans: Vec<String> = statement.content.iter().map(|it| offsets(it.span)).collect();
    let confidence = format!("{:.2}", statement.confidence);
    let parent = statement.parent.map_or(String::new(), |it| format!("part of {}", it + 1));
    let line = dotted([&spans.join(" "), &confidence, &*statement.rule, &parent]);
    let faint = indented(&line, 2);
    out.push_str(&faint.lines().map(|line| styled(FAINT, line) + "\n").collect::<String>());
    out
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn listed(mentions: &[Mention]) -> String {
    mentions.iter().map(|mention| one_line(&mention.words)).collect::<Vec<_>>().join(", ")
}

/// What is said: quoted spans in quotation marks.
fn content(index: &TextIndex<'_>, content: &[Content]) -> String {
    let part = |part: &Content| {
        let words = one_line(index.slice(part.span.start, part.span.end).unwrap_or_default());
        if part.quoted { format!("“{words}”") } else { words }
    };
    let mut out = String::new();
    let mut end = None;
    for it in content {
        // A quotation mark alone lies between what is quoted and what is not.
        let apart = end.is_some_and(|end| it.span.start > end + 3);
        out.push_str(if out.is_empty() {
            ""
        } else if apart {
            " … "
        } else {
            " "
        });
        out.push_str(&part(it));
        end = Some(it.span.end);
    }
    out
}

pub(super) fn offsets(span: Span) -> String {
    format!("{}–{}", span.start, span.end)
}

fn kind(kind: StatementKind) -> &'static str {
    match kind {
        StatementKind::Direct => "DIRECT",
        StatementKind::Mixed => "MIXED",
        StatementKind::Indirect => "INDIRECT",
        StatementKind::Narrated => "NARRATED",
    }
}

/// The statements as JSON.
pub(super) fn json(extraction: &Extraction) -> Value {
    let statements: Vec<Value> = extraction.statements.iter().map(statement).collect();
    json!({ "statements": statements, "truncated": extraction.truncated })
}

fn statement(statement: &FoundStatement) -> Value {
    let content: Vec<Value> = statement
        .content
        .iter()
        .map(|it| {
            json!({
                "start": it.span.start, "end": it.span.end, "quoted": it.quoted,
            })
        })
        .collect();
    let speaker = statement.speaker.as_ref().map(|speaker| {
        let mut value = mention(&speaker.mention);
        if let Some(fields) = value.as_object_mut() {
            fields.insert("anonymous".into(), speaker.anonymous.into());
            fields.insert("description".into(), speaker.description.clone().into());
        }
        value
    });
    json!({
        "kind": kind(statement.kind),
        "content": content,
        "cue": statement.cue.first().map(mention),
        "speaker": speaker,
        "addressees": statement.addressees.iter().map(mention).collect::<Vec<_>>(),
        "parent": statement.parent,
        "rule": statement.rule,
        "confidence": statement.confidence,
    })
}

fn mention(mention: &Mention) -> Value {
    json!({"start": mention.span.start, "end": mention.span.end, "words": mention.words})
}
