//! The answers to writes.

use prost::Message as _;

use crate::domain::merge::Conflict;
use crate::kb::BulkAck;
use crate::kb::command::{
    DeletedAnswer, IngestOutcome, Ingested, Merged, Receipt, Unmerged, Written,
};
use crate::kb::error::Error;
use crate::rpc::pb;
use crate::rpc::status;
use crate::rpc::to_pb::{article, count, entity, revision, seen_entity, statement};
use crate::store::LoadBody;

/// What an ingest stored.
pub fn ingested(ingested: Ingested) -> Result<pb::IngestArticleResponse, Error> {
    let mut stored = article(ingested.article, LoadBody::No)?;
    stored.body_normalized = ingested.body_normalized;
    let (revision, consistency_token) = receipt(ingested.receipt);
    Ok(pb::IngestArticleResponse {
        outcome: outcome(ingested.outcome).into(),
        article: Some(stored),
        statements: ingested.statements.into_iter().map(statement).collect::<Result<_, _>>()?,
        entities: ingested.entities.into_iter().map(entity).collect::<Result<_, _>>()?,
        revision,
        consistency_token,
        truncated: ingested.truncated,
    })
}

/// What an ingest would store of what is found in a text.
pub fn extracted(ingested: Ingested) -> Result<pb::ExtractArticleResponse, Error> {
    Ok(pb::ExtractArticleResponse {
        statements: ingested.statements.into_iter().map(statement).collect::<Result<_, _>>()?,
        entities: ingested.entities.into_iter().map(entity).collect::<Result<_, _>>()?,
        truncated: ingested.truncated,
    })
}

/// The answer, or, where it has more than `max_bytes`, one in which the statements
/// and entities carry their names only.
#[must_use]
pub fn names_only_above(
    mut answer: pb::IngestArticleResponse,
    max_bytes: usize,
) -> pb::IngestArticleResponse {
    if answer.encoded_len() > max_bytes {
        for statement in &mut answer.statements {
            let name = std::mem::take(&mut statement.name);
            *statement = pb::Statement { name, ..pb::Statement::default() };
        }
        for entity in &mut answer.entities {
            let name = std::mem::take(&mut entity.name);
            *entity = pb::Entity { name, ..pb::Entity::default() };
        }
    }
    answer
}

/// What became of an item of a bulk ingest.
#[must_use]
pub fn acknowledged(ack: BulkAck) -> pb::IngestArticlesAck {
    let sequence = ack.sequence;
    match ack.result {
        Ok(done) => {
            let (revision, consistency_token) = receipt(done.receipt);
            pb::IngestArticlesAck {
                sequence,
                status: None,
                outcome: outcome(done.outcome).into(),
                name: done.article.to_string(),
                revision,
                consistency_token,
                truncated: done.truncated,
            }
        }
        Err(error) => pb::IngestArticlesAck {
            sequence,
            status: Some(status::in_message(&status::of_write(error))),
            ..pb::IngestArticlesAck::default()
        },
    }
}

/// An article after its change.
pub fn updated_article(written: Written) -> Result<pb::UpdateArticleResponse, Error> {
    let (revision, consistency_token) = receipt(written.receipt);
    let article = Some(article(written.record, LoadBody::No)?);
    Ok(pb::UpdateArticleResponse { article, revision, consistency_token })
}

/// A new statement.
pub fn created_statement(written: Written) -> Result<pb::CreateStatementResponse, Error> {
    let (revision, consistency_token) = receipt(written.receipt);
    let statement = Some(statement(written.record)?);
    Ok(pb::CreateStatementResponse { statement, revision, consistency_token })
}

/// A statement after its change.
pub fn updated_statement(written: Written) -> Result<pb::UpdateStatementResponse, Error> {
    let (revision, consistency_token) = receipt(written.receipt);
    let statement = Some(statement(written.record)?);
    Ok(pb::UpdateStatementResponse { statement, revision, consistency_token })
}

/// A retracted statement.
pub fn retracted_statement(written: Written) -> Result<pb::RetractStatementResponse, Error> {
    let (revision, consistency_token) = receipt(written.receipt);
    let statement = Some(statement(written.record)?);
    Ok(pb::RetractStatementResponse { statement, revision, consistency_token })
}

/// A statement with its new link.
pub fn linked_statements(written: Written) -> Result<pb::LinkStatementsResponse, Error> {
    let (revision, consistency_token) = receipt(written.receipt);
    let statement = Some(statement(written.record)?);
    Ok(pb::LinkStatementsResponse { statement, revision, consistency_token })
}

/// A statement without the link.
pub fn unlinked_statements(written: Written) -> Result<pb::UnlinkStatementsResponse, Error> {
    let (revision, consistency_token) = receipt(written.receipt);
    let statement = Some(statement(written.record)?);
    Ok(pb::UnlinkStatementsResponse { statement, revision, consistency_token })
}

/// A new entity.
pub fn created_entity(written: Written) -> Result<pb::CreateEntityResponse, Error> {
    let (revision, consistency_token) = receipt(written.receipt);
    let entity = Some(entity(written.record)?);
    Ok(pb::CreateEntityResponse { entity, revision, consistency_token })
}

/// An entity after its change.
pub fn updated_entity(written: Written) -> Result<pb::UpdateEntityResponse, Error> {
    let (revision, consistency_token) = receipt(written.receipt);
    let entity = Some(entity(written.record)?);
    Ok(pb::UpdateEntityResponse { entity, revision, consistency_token })
}

/// Entities that were merged.
#[must_use]
pub fn merged_entities(merged: Merged) -> pb::MergeEntitiesResponse {
    let (revision, consistency_token) = receipt(merged.receipt);
    let conflict = |conflict: Conflict| pb::MergeConflict {
        field: conflict.field,
        absorbed: conflict.absorbed.to_string(),
        kept: conflict.kept,
        other: conflict.other,
    };
    pb::MergeEntitiesResponse {
        entity: Some(seen_entity(merged.entity)),
        conflicts: merged.conflicts.into_iter().map(conflict).collect(),
        revision,
        consistency_token,
    }
}

/// Entities that are apart again.
#[must_use]
pub fn unmerged_entities(unmerged: Unmerged) -> pb::UnmergeEntitiesResponse {
    let (revision, consistency_token) = receipt(unmerged.receipt);
    pb::UnmergeEntitiesResponse {
        entity: Some(seen_entity(unmerged.entity)),
        survivor: unmerged.survivor.map(seen_entity),
        revision,
        consistency_token,
    }
}

/// What went with an article.
#[must_use]
pub fn deleted_article(answer: DeletedAnswer) -> pb::DeleteArticleResponse {
    let (revision, consistency_token) = receipt(answer.receipt);
    let deleted_statements = count(answer.statements);
    pb::DeleteArticleResponse { revision, consistency_token, deleted_statements }
}

/// That a statement is gone.
#[must_use]
pub fn deleted_statement(answer: DeletedAnswer) -> pb::DeleteStatementResponse {
    let (revision, consistency_token) = receipt(answer.receipt);
    pb::DeleteStatementResponse { revision, consistency_token }
}

/// That an entity is gone.
#[must_use]
pub fn deleted_entity(answer: DeletedAnswer) -> pb::DeleteEntityResponse {
    let (revision, consistency_token) = receipt(answer.receipt);
    pb::DeleteEntityResponse { revision, consistency_token }
}

fn receipt(receipt: Receipt) -> (i64, String) {
    (revision(receipt.revision), receipt.consistency_token)
}

fn outcome(outcome: IngestOutcome) -> pb::IngestOutcome {
    match outcome {
        IngestOutcome::Created => pb::IngestOutcome::Created,
        IngestOutcome::Revised => pb::IngestOutcome::Revised,
        IngestOutcome::Unchanged => pb::IngestOutcome::Unchanged,
    }
}
