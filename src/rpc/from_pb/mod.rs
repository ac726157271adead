//! Requests from the wire, parsed and checked at the edge: what gets past here
//! is within the limits and makes sense in itself. All faults of a request are
//! told at once.

pub mod aggregate;
pub mod check;
pub mod ingest;
pub mod revise;
pub mod update;
pub mod write;
pub mod read;
pub mod graph;
pub mod list;
pub mod merge;
pub mod resolve;
pub mod erasure;
pub mod integrity;
pub mod search;
pub mod quotation;
pub mod export;
mod extractor;
pub mod record;
pub mod watch;
mod mask;
mod article;
mod statement;
mod speech;
mod triple;
mod entity;
mod selector;
mod time;
mod origin;

#[cfg(test)]
pub(in crate::rpc) mod samples;
#[cfg(test)]
mod tests;

pub use self::aggregate::aggregate_statements;
pub use self::erasure::{erase_records, erasure};
pub use self::export::export_records;
pub use self::extractor::reading;
pub use self::graph::{find_paths, list_neighbors};
pub use self::ingest::{extract_article, ingest_article, ingest_item};
pub use self::integrity::most_findings;
pub use self::list::{list_article_versions, list_articles, list_entities, list_statements};
pub use self::merge::{merge_entities, unmerge_entities};
pub use self::quotation::{
    get_quotation, list_near_duplicates, list_quotations, rebuild_index, verify_quote,
};
pub use self::read::{
    batch_get_articles, batch_get_entities, batch_get_statements, get_article, get_entity,
    get_statement,
};
pub use self::record::imported;
pub use self::resolve::resolve_entities;
pub use self::revise::{link_statements, retract_statement, unlink_statements, update_statement};
pub use self::search::search_records;
pub use self::update::{update_article, update_entity};
pub use self::watch::watch;
pub use self::write::{
    create_entity, create_statement, delete_article, delete_entity, delete_statement,
};
