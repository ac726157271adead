//! Watch from the wire. Filters and tokens are read where they are carried out.

use std::collections::HashSet;

use crate::domain::limits;
use crate::domain::revision::Revision;
use crate::kb::error::Error;
use crate::kb::{WatchRecords, WatchStart};
use crate::query::schema::Kind;
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::export::kind;
use crate::rpc::from_pb::read::load_body;
use crate::rpc::pb;
use crate::store::LoadBody;

/// Asks to be told of changes.
pub fn watch(pb: pb::WatchRequest) -> Result<WatchRecords, Error> {
    check(|at| {
        let start = start(at, pb.start);
        let kinds = kinds(&at.at("kinds"), &pb.kinds);
        let parse = |at: &Field<'_>, name: String| at.name(&name);
        let entities = at.at("entities").items(pb.entities, limits::WATCH_ENTITIES, parse);
        let body = load_body(&at.at("view"), pb.view, LoadBody::No);
        Some(WatchRecords {
            start: start?,
            kinds,
            entities: entities.into_iter().collect::<HashSet<_>>(),
            article_filter: pb.article_filter,
            statement_filter: pb.statement_filter,
            entity_filter: pb.entity_filter,
            body,
        })
    })
}

fn start(at: &Field<'_>, start: Option<pb::watch_request::Start>) -> Option<WatchStart> {
    match start {
        None => Some(WatchStart::Now),
        Some(pb::watch_request::Start::Token(token)) => Some(WatchStart::Token(token)),
        Some(pb::watch_request::Start::Revision(revision)) => {
            let counted = u64::try_from(revision).ok();
            if counted.is_none() {
                let description = format!("{revision} is no revision: they count from 0");
                at.at("revision").refuse(reason::BAD_NUMBER, description);
            }
            counted.map(|revision| WatchStart::After(Revision(revision)))
        }
    }
}

fn kinds(at: &Field<'_>, kinds: &[i32]) -> Vec<Kind> {
    let of = |(index, value): (usize, &i32)| kind(&at.item(index), *value);
    // A longer list than there are kinds only repeats itself.
    kinds.iter().take(64).enumerate().filter_map(of).collect()
}
