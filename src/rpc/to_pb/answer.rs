//! The answers to writes.

use crate::kb::command::{DeletedAnswer, IngestOutcome, Ingested, Receipt, Written};
use crate::kb::error::Error;
use crate::rpc::pb;
use crate::rpc::status;
use crate::rpc::to_pb::{article, count, entity, revision, statement};
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
    })
}

/// What became of an item of a bulk ingest.
#[must_use]
pub fn acknowledged(sequence: i64, result: Result<Ingested, Error>) -> pb::IngestArticlesAck {
    match result {
        Ok(ingested) => {
            let (revision, consistency_token) = receipt(ingested.receipt);
            pb::IngestArticlesAck {
                sequence,
                status: None,
                outcome: outcome(ingested.outcome).into(),
                name: ingested.article.name.to_string(),
                revision,
                consistency_token,
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
