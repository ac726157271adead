//! The life of a statement: new versions of its article, corrections, retractions
//! and links.

mod corrections;
mod links;
mod versions;

use dicta::rpc::pb;
use tonic::Status;

use crate::harness::Dicta;
use crate::samples::{ingest_with, named};

/// A base with two statements, `s` and `t`, in one article and `u` in another.
pub(super) async fn three(dicta: &Dicta) {
    let here = vec![
        named("articles/a/statements/s", "The bridge will open in May."),
        named("articles/a/statements/t", "the budget was spent"),
    ];
    dicta.store(ingest_with("articles/a", here)).await;
    let there = vec![named("articles/b/statements/u", "Residents had waited long")];
    dicta.store(ingest_with("articles/b", there)).await;
}

pub(super) const S: &str = "articles/a/statements/s";
pub(super) const T: &str = "articles/a/statements/t";
pub(super) const U: &str = "articles/b/statements/u";

pub(super) async fn update(
    dicta: &Dicta,
    statement: pb::Statement,
    paths: &[&str],
) -> Result<pb::Statement, Status> {
    let paths = paths.iter().map(|path| (*path).to_owned()).collect();
    let request = pb::UpdateStatementRequest {
        statement: Some(statement),
        update_mask: Some(prost_types::FieldMask { paths }),
        ..Default::default()
    };
    Ok(dicta.ingest().update_statement(request).await?.into_inner().statement.unwrap())
}

pub(super) fn called(name: &str) -> pb::Statement {
    pb::Statement { name: name.into(), ..Default::default() }
}

pub(super) fn link(from: &str, to: &str, kind: pb::LinkType) -> pb::LinkStatementsRequest {
    let link = pb::StatementLink {
        target: to.into(),
        r#type: kind.into(),
        reason: "they differ".into(),
        confidence: Some(0.8),
        ..Default::default()
    };
    pb::LinkStatementsRequest { name: from.into(), link: Some(link), ..Default::default() }
}

pub(super) fn exact(statement: &pb::Statement) -> &str {
    &statement.content[0].selector.as_ref().unwrap().exact
}
