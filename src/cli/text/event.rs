//! Changes written for reading, a line each.

use super::layout::harmless;
use super::{FAINT, NAME, STRONG, dotted, styled, time};
use crate::rpc::pb;
use crate::rpc::pb::record::Record;

/// The columns that the words of a record may take.
const GIST_CHARS: usize = 60;

/// A change on one line: when, what was done, to which record, what it says.
pub(in crate::cli) fn line(event: &pb::WatchEvent) -> String {
    let done = match event.change() {
        pb::ChangeKind::Created => "created",
        pb::ChangeKind::Updated => "updated",
        pb::ChangeKind::Deleted => "deleted",
        pb::ChangeKind::Erased => "erased",
        pb::ChangeKind::Unspecified => "changed",
    };
    let when = format!("{} #{}", time::moment(event.commit_time.as_ref()), event.revision);
    let record = event.after.as_ref().or(event.before.as_ref());
    let gist = record.and_then(|record| record.record.as_ref()).map(gist).unwrap_or_default();
    let left = if event.after.is_some() && !event.after_matches { "no longer matches" } else { "" };
    let (when, done) = (styled(FAINT, &when), styled(STRONG, done));
    let name = styled(NAME, &harmless(&event.name));
    format!("{when} {done} {name} {}\n", dotted([gist.as_str(), left]))
}

/// What a record says, short.
fn gist(record: &Record) -> String {
    let text = match record {
        Record::Article(article) => article.title.clone(),
        Record::Entity(entity) => entity.display_name.clone(),
        Record::Erasure(erasure) => erasure.reason.clone(),
        Record::Statement(statement) => {
            let speaker = statement.speaker.as_ref().map(speaker).unwrap_or_default();
            let words = statement.content.iter().filter_map(|span| span.selector.as_ref());
            let words: Vec<&str> = words.map(|selector| selector.exact.as_str()).collect();
            dotted([speaker, &words.join(" … ")]).replacen(" · ", ": ", 1)
        }
    };
    let text = harmless(&text.replace(['\n', '\t'], " "));
    if text.chars().count() <= GIST_CHARS {
        return text;
    }
    text.chars().take(GIST_CHARS - 1).chain(['…']).collect()
}

fn speaker(speaker: &pb::Speaker) -> &str {
    let told = speaker.mention.as_ref().map_or("", |mention| mention.text.as_str());
    if told.is_empty() { &speaker.entity } else { told }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_one_plain_line() {
        let title = format!("Rain\n\u{1b}[31m{}", "and sun ".repeat(20));
        let article = pb::Article { title, ..pb::Article::default() };
        let event = pb::WatchEvent {
            name: "articles/a".into(),
            change: pb::ChangeKind::Updated.into(),
            after: Some(pb::Record { record: Some(Record::Article(article)) }),
            before_matches: true,
            revision: 7,
            commit_time: Some(prost_types::Timestamp { seconds: 1_700_000_000, nanos: 0 }),
            ..pb::WatchEvent::default()
        };
        let line = anstream::adapter::strip_str(&line(&event)).to_string();
        assert!(line.starts_with("2023-11-14 22:13 UTC #7 updated articles/a Rain "), "{line}");
        assert!(line.ends_with("… · no longer matches\n"), "{line}");
        assert_eq!(line.lines().count(), 1);
    }
}
