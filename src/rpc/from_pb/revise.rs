//! Changes of statements from the wire: updates, retractions and links.

use crate::domain::id::StatementName;
use crate::domain::limits;
use crate::domain::statement::RetractionKind;
use crate::kb::command::{
    LinkStatements, RetractStatement, StatementField, UnlinkStatements, UpdateStatement,
};
use crate::kb::error::Error;
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::mask::statement_fields;
use crate::rpc::from_pb::statement::{self, Within, link, link_type};
use crate::rpc::from_pb::write::{context, envelope, etag, stamp};
use crate::rpc::pb;

/// Asks to change a statement.
pub fn update_statement(
    mut pb: pb::UpdateStatementRequest,
    principal: &str,
) -> Result<UpdateStatement, Error> {
    let envelope = envelope!(pb);
    check(|at| {
        let context = context(at, envelope, principal);
        let statement_at = at.at("statement");
        let mut statement = statement_at.required(pb.statement, "a statement")?;
        let name: Option<StatementName> = statement_at.at("name").name(&statement.name);
        let etag = etag(std::mem::take(&mut statement.etag));
        let ranked = statement.rank() != pb::Rank::Unspecified;
        let retracted = statement.retraction.is_some();
        let within =
            Within { article: name.as_ref().map(|name| &name.article), stamp: stamp(&context) };
        let id = name.as_ref().map(|name| name.statement.clone());
        let values = statement::values(&statement_at, statement, id, within).statement;
        let mask_at = at.at("update_mask");
        let fields = statement_fields(&mask_at, pb.update_mask, &values, ranked);
        if retracted && fields.contains(&StatementField::Retraction) {
            let text = "`retraction` is taken back here, with none in the statement: retract by \
                        RetractStatement";
            mask_at.refuse(reason::BAD_MASK, text);
        }
        let allow_missing = pb.allow_missing;
        Some(UpdateStatement { name: name?, etag, values, fields, allow_missing, context })
    })
}

/// Asks to retract a statement.
pub fn retract_statement(
    mut pb: pb::RetractStatementRequest,
    principal: &str,
) -> Result<RetractStatement, Error> {
    let envelope = envelope!(pb);
    check(|at| {
        let context = context(at, envelope, principal);
        let name = at.at("name").name(&pb.name);
        let kind = retraction_kind(&at.at("kind"), pb.kind);
        let reason_at = at.at("reason");
        let reason = reason_at.required_line(pb.reason, limits::REASON_CHARS, "a reason");
        let by = if pb.by.is_empty() { principal.to_owned() } else { pb.by };
        let by = at.at("by").line(by, limits::NAME_CHARS);
        let etag = etag(pb.etag);
        Some(RetractStatement { name: name?, kind: kind?, reason, by, etag, context })
    })
}

/// Asks to link one statement to another.
pub fn link_statements(
    mut pb: pb::LinkStatementsRequest,
    principal: &str,
) -> Result<LinkStatements, Error> {
    let envelope = envelope!(pb);
    check(|at| {
        let context = context(at, envelope, principal);
        let name: Option<StatementName> = at.at("name").name(&pb.name);
        let link_at = at.at("link");
        let made = link_at.required(pb.link, "a link")?;
        let made = link(&link_at, made, name.as_ref(), stamp(&context));
        let etag = etag(pb.etag);
        Some(LinkStatements { name: name?, link: made?, etag, context })
    })
}

/// Asks to remove a link.
pub fn unlink_statements(
    mut pb: pb::UnlinkStatementsRequest,
    principal: &str,
) -> Result<UnlinkStatements, Error> {
    let envelope = envelope!(pb);
    check(|at| {
        let context = context(at, envelope, principal);
        let name = at.at("name").name(&pb.name);
        let target = at.at("target").name(&pb.target);
        let kind = link_type(&at.at("type"), pb.r#type);
        let (etag, allow_missing) = (etag(pb.etag), pb.allow_missing);
        let (name, target, kind) = (name?, target?, kind?);
        Some(UnlinkStatements { name, target, kind, etag, allow_missing, context })
    })
}

/// The kind of a retraction, which must be said.
pub(super) fn retraction_kind(at: &Field<'_>, value: i32) -> Option<RetractionKind> {
    match at.choice(value, pb::RetractionKind::as_str_name)? {
        pb::RetractionKind::Unspecified => {
            at.needed("it must say why the statement does not stand");
            None
        }
        pb::RetractionKind::WithdrawnByPublisher => Some(RetractionKind::WithdrawnByPublisher),
        pb::RetractionKind::RecordingError => Some(RetractionKind::RecordingError),
        pb::RetractionKind::Superseded => Some(RetractionKind::Superseded),
    }
}
