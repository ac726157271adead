//! How many statements there are, to the wire.

use crate::kb::aggregate::{Aggregates, Counts, Group};
use crate::rpc::pb;
use crate::rpc::to_pb::{origin_count, revision};

/// How many statements there are of each sort.
#[must_use]
pub fn aggregates(told: Aggregates) -> pb::AggregateStatementsResponse {
    pb::AggregateStatementsResponse {
        groups: told.groups.into_iter().map(group).collect(),
        rest: told.rest.map(counts),
        rest_groups: number(told.rest_groups),
        total: Some(counts(told.total)),
        revision: revision(told.revision),
        origins_revision: told.origins_revision.map(revision).unwrap_or_default(),
    }
}

fn group(group: Group) -> pb::StatementGroup {
    let key = |(value, display_name)| pb::StatementGroupKey { value, display_name };
    let keys = group.keys.into_iter().map(key).collect();
    pb::StatementGroup { keys, counts: Some(counts(group.counts)) }
}

fn counts(counts: Counts) -> pb::StatementCounts {
    pb::StatementCounts {
        statements: number(counts.statements),
        articles: number(counts.articles),
        outlets: number(counts.outlets),
        origins: counts.origins.map(origin_count),
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
