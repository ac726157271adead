//! Relations of entities written for reading.

use super::layout::{harmless, indented};
use super::{NAME, dotted, styled, time};
use crate::rpc::pb;

/// A relation under an indentation, and below it the statements that say so.
pub(in crate::cli) fn told(relation: &pb::Relation, indent: usize) -> String {
    let arrow = match relation.direction() {
        pb::RelationDirection::Outgoing => "→",
        pb::RelationDirection::Incoming => "←",
        pb::RelationDirection::Mutual | pb::RelationDirection::Unspecified => "↔",
    };
    let line = dotted([words(relation).as_str(), &times(relation.weight), &span(relation)]);
    let mut out = indented(&format!("{arrow} {line}"), indent);
    let margin = " ".repeat(indent + 2);
    for statement in &relation.evidence {
        out.push_str(&format!("{margin}{}\n", styled(NAME, &harmless(statement))));
    }
    out
}

/// How often.
pub(in crate::cli) fn times(weight: i64) -> String {
    if weight == 1 { "once".to_owned() } else { format!("{weight} times") }
}

fn words(relation: &pb::Relation) -> String {
    match relation.kind() {
        pb::RelationKind::SaidAbout => "said about it".to_owned(),
        pb::RelationKind::Addressed => "said to it".to_owned(),
        pb::RelationKind::MentionedWith => "mentioned with it".to_owned(),
        pb::RelationKind::Claimed => relation.predicate.replace('_', " "),
        pb::RelationKind::Occupancy if relation.predicate == "post" => "holds the post".to_owned(),
        pb::RelationKind::Occupancy => "has a post at".to_owned(),
        pb::RelationKind::Unspecified => "related".to_owned(),
    }
}

fn span(relation: &pb::Relation) -> String {
    let (first, last) = (day(relation.first_time.as_ref()), day(relation.last_time.as_ref()));
    match (first.as_str(), last.as_str()) {
        ("", last) => last.to_owned(),
        (first, "") => format!("since {first}"),
        (first, last) if first == last => first.to_owned(),
        (first, last) => format!("{first} to {last}"),
    }
}

/// A time to the day at most, and without its wording.
fn day(time: Option<&pb::CoarseTime>) -> String {
    let bare = |time: &pb::CoarseTime| match time.start.split_once('T') {
        Some((day, _)) => day.to_owned(),
        None => time::bare(Some(time)),
    };
    time.map(bare).unwrap_or_default()
}
