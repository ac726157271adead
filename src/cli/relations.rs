//! Which relations `dicta neighbors` and `dicta paths` go by.

use clap::{Args, ValueEnum};

use crate::rpc::pb;

/// By which relations and statements to go.
#[derive(Debug, Args)]
pub(super) struct RelationArgs {
    /// Relations of this kind only; may be repeated.
    #[arg(long = "relation", value_enum, value_name = "KIND")]
    relations: Vec<RelationKind>,
    /// By statements that match only, such as `within(uttered_at, 2026-09, 2026-10)`.
    #[arg(long, value_name = "EXPRESSION", default_value = "", hide_default_value = true)]
    pub(super) filter: String,
    /// How many statements to name for each relation, up to 20.
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(super) evidence: i32,
    /// Go also by what does not stand, is deprecated, withheld or canceled.
    #[arg(long)]
    pub(super) all: bool,
}

/// How entities are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum RelationKind {
    /// One says something about the other.
    SaidAbout,
    /// One says something to the other.
    Addressed,
    /// Both are mentioned in the same words.
    MentionedWith,
    /// Someone claims it of them, such as that one received the other.
    Claimed,
    /// One holds a post that is, or is at, the other.
    Occupancy,
}

impl RelationArgs {
    /// The kinds as requests name them.
    pub(super) fn kinds(&self) -> Vec<i32> {
        let kind = |kind: &RelationKind| match kind {
            RelationKind::SaidAbout => pb::RelationKind::SaidAbout.into(),
            RelationKind::Addressed => pb::RelationKind::Addressed.into(),
            RelationKind::MentionedWith => pb::RelationKind::MentionedWith.into(),
            RelationKind::Claimed => pb::RelationKind::Claimed.into(),
            RelationKind::Occupancy => pb::RelationKind::Occupancy.into(),
        };
        self.relations.iter().map(kind).collect()
    }
}
