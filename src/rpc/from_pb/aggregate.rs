//! Questions about how many statements there are, from the wire.

use crate::domain::limits;
use crate::kb::aggregate::{AggregateStatements, Dimension, GroupOrder};
use crate::kb::error::Error;
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::list::count_or;
use crate::rpc::from_pb::quotation::derived_read;
use crate::rpc::from_pb::read::read_options;
use crate::rpc::pb;

/// The groups that are told where no limit is given.
const DEFAULT_GROUPS: usize = 20;
/// The most dimensions of one question.
const MAX_DIMENSIONS: usize = 3;

/// Asks how many statements there are of each sort.
pub fn aggregate_statements(
    pb: pb::AggregateStatementsRequest,
) -> Result<AggregateStatements, Error> {
    check(|at| {
        let group_by = dimensions(&at.at("group_by"), pb.group_by);
        let order = order(&at.at("order_by"), &pb.order_by);
        let limit = count_or(&at.at("limit"), pb.limit, DEFAULT_GROUPS).min(limits::PAGE_SIZE);
        let derived = |pb| derived_read(&at.at("read"), pb);
        let origins = pb.count_origins.then(|| derived(pb.read.clone()));
        let read = read_options(&at.at("read"), pb.read);
        Some(AggregateStatements {
            filter: pb.filter,
            group_by,
            order,
            limit,
            include_all: pb.include_all,
            origins,
            read: read?,
        })
    })
}

fn dimensions(at: &Field<'_>, pb: Vec<i32>) -> Vec<Dimension> {
    let mut dimensions = Vec::new();
    for dimension in at.items(pb, MAX_DIMENSIONS, dimension) {
        if dimensions.contains(&dimension) {
            at.refuse(reason::DUPLICATE, "a dimension is named twice");
        }
        dimensions.push(dimension);
    }
    dimensions
}

fn dimension(at: &Field<'_>, value: i32) -> Option<Dimension> {
    Some(match at.choice(value, pb::StatementDimension::as_str_name)? {
        pb::StatementDimension::Speaker => Dimension::Speaker,
        pb::StatementDimension::Mention => Dimension::Mention,
        pb::StatementDimension::Publisher => Dimension::Publisher,
        pb::StatementDimension::Kind => Dimension::Kind,
        pb::StatementDimension::Status => Dimension::Status,
        pb::StatementDimension::Topic => Dimension::Topic,
        pb::StatementDimension::Language => Dimension::Language,
        pb::StatementDimension::UtteredMonth => Dimension::UtteredMonth,
        pb::StatementDimension::UtteredDay => Dimension::UtteredDay,
        pb::StatementDimension::PublishedMonth => Dimension::PublishedMonth,
        pb::StatementDimension::PublishedDay => Dimension::PublishedDay,
        pb::StatementDimension::Unspecified => {
            at.needed("name what to group by");
            return None;
        }
    })
}

fn order(at: &Field<'_>, order_by: &str) -> GroupOrder {
    let words: Vec<&str> = order_by.split_whitespace().collect();
    match words.as_slice() {
        [] | ["statements", "desc"] => GroupOrder::Statements,
        ["articles", "desc"] => GroupOrder::Articles,
        ["outlets", "desc"] => GroupOrder::Outlets,
        ["keys"] => GroupOrder::Keys,
        _ => {
            let known = "there are `statements desc`, `articles desc`, `outlets desc` and `keys`";
            at.refuse(reason::BAD_ORDER, format!("this is no order of groups: {known}"));
            GroupOrder::default()
        }
    }
}
