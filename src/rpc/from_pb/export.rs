//! Exports from the wire. Filters and tokens are read where they are carried out.

use crate::kb::ExportRecords;
use crate::kb::error::Error;
use crate::query::schema::Kind;
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::read::read_options;
use crate::rpc::pb;

/// Asks for an export.
pub fn export_records(pb: pb::ExportRequest) -> Result<ExportRecords, Error> {
    check(|at| {
        let kinds_at = at.at("kinds");
        let most = pb::RecordKind::Erasure as usize;
        let kinds = kinds_at.items(pb.kinds, most, exported_kind);
        let everything = ExportRecords::everything();
        let (kinds, erasures) = match kinds.is_empty() {
            true => (everything.kinds, everything.erasures),
            false => (kinds.iter().flatten().copied().collect(), kinds.contains(&None)),
        };
        let read = read_options(&at.at("read"), pb.read);
        Some(ExportRecords {
            kinds,
            erasures,
            article_filter: pb.article_filter,
            statement_filter: pb.statement_filter,
            entity_filter: pb.entity_filter,
            history: pb.history,
            resume_token: pb.resume_token,
            read: read?,
        })
    })
}

/// A kind of records; `None` within is erasures.
fn exported_kind(at: &Field<'_>, value: i32) -> Option<Option<Kind>> {
    match pb::RecordKind::try_from(value) {
        Ok(pb::RecordKind::Erasure) => Some(None),
        _ => kind(at, value).map(Some),
    }
}

pub(super) fn kind(at: &Field<'_>, value: i32) -> Option<Kind> {
    match at.choice(value, pb::RecordKind::as_str_name)? {
        pb::RecordKind::Unspecified => {
            at.needed("a kind is needed; leave the list empty for all");
            None
        }
        pb::RecordKind::Article => Some(Kind::Article),
        pb::RecordKind::Statement => Some(Kind::Statement),
        pb::RecordKind::Entity => Some(Kind::Entity),
        pb::RecordKind::Erasure => {
            let text = "erasures can only be exported: nothing else of them can be asked for";
            at.refuse(reason::CONTRADICTION, text);
            None
        }
    }
}
