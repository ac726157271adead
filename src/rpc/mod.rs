//! The gRPC edge: bytes in, use cases, bytes out.

pub mod pb;
pub mod codec;
pub mod from_pb;
pub mod to_pb;
pub mod status;
mod base;
mod admission;
mod call;
mod connections;
mod delivery;
mod ingest;
mod bulk;
mod near_duplicates;
mod peer;
mod query;
mod receipt;
mod room;
mod search;
mod rebuild;
mod remote_extractor;
mod check;
mod query_entities;
mod watch;
mod admin;
mod streaming;
mod export;
mod import;
mod server;
pub mod json;
mod json_path;
pub mod json_values;
pub mod record_file;
pub mod seed_file;
pub mod backup_file;
mod backup;

pub use self::base::Base;
pub use self::bulk::BulkLimits;
pub use self::call::CallPolicy;
pub use self::check::{Check, CheckProgress};
pub use self::remote_extractor::{ExtractorClient, ExtractorEndpoint, ExtractorTls};
pub use self::server::{Health, Served, Services, Transport};
pub use self::watch::WatchPolicy;
use crate::kb::command::IngestArticle;
use crate::kb::error::Error;

/// The principal under which seeds are loaded.
const SEEDS: &str = "dicta";

/// What a request of a seed file asks for.
pub fn seed_command(request: pb::IngestArticleRequest) -> Result<IngestArticle, Error> {
    from_pb::ingest_article(request, SEEDS)
}

/// What an article is called in its seed.
#[must_use]
pub fn seed_name(request: &pb::IngestArticleRequest) -> String {
    let article = request.article.as_ref();
    let named = article.map(|it| if it.name.is_empty() { &it.canonical_url } else { &it.name });
    named.cloned().unwrap_or_default()
}
