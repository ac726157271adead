//! The messages of writes, each with a request_id of its own.

use std::collections::BTreeSet;

use dicta::rpc::pb;
use prost_types::{FieldMask, Timestamp};
use rand::RngExt as _;
use rand::rngs::StdRng;

use crate::wording::{body, quote};

/// How many entities speak in the articles of all clients.
const SPEAKERS: usize = 8;

/// The ids of those who speak.
pub(crate) fn speakers() -> impl Iterator<Item = String> {
    (0..SPEAKERS).map(|number| format!("speaker-{number}"))
}

/// One of those who speak.
pub(crate) fn speaker(random: &mut StdRng) -> String {
    format!("entities/speaker-{}", random.random_range(0..SPEAKERS))
}

fn request_id(random: &mut StdRng) -> String {
    uuid::Builder::from_random_bytes(random.random()).into_uuid().to_string()
}

fn mask(path: &str) -> Option<FieldMask> {
    Some(FieldMask { paths: vec![path.to_owned()] })
}

pub(crate) fn ingest(
    article: &str,
    mark: &str,
    slots: &BTreeSet<&'static str>,
    random: &mut StdRng,
) -> pb::IngestArticleRequest {
    let name = |slot: &str| format!("{article}/statements/{slot}");
    let sent =
        slots.iter().map(|slot| pb::Statement { name: name(slot), ..said(mark, slot, random) });
    let statements = sent.collect();
    pb::IngestArticleRequest {
        request_id: request_id(random),
        article: Some(pb::Article {
            name: article.to_owned(),
            title: format!("Report {mark}"),
            body: body(mark, random),
            language: "en".into(),
            published_at: Some(Timestamp { seconds: 1_700_000_000, nanos: 0 }),
            ..Default::default()
        }),
        statements,
        replace_statements: true,
        ..Default::default()
    }
}

fn said(mark: &str, slot: &str, random: &mut StdRng) -> pb::Statement {
    let selector = pb::Selector { exact: quote(mark, slot), ..Default::default() };
    pb::Statement {
        kind: pb::StatementKind::Direct.into(),
        content: vec![pb::ContentSpan { selector: Some(selector), quoted: true }],
        speaker: Some(pb::Speaker { entity: speaker(random), ..Default::default() }),
        ..Default::default()
    }
}

pub(crate) fn update_article(
    article: &str,
    mark: &str,
    random: &mut StdRng,
) -> pb::UpdateArticleRequest {
    pb::UpdateArticleRequest {
        article: Some(pb::Article {
            name: article.to_owned(),
            title: format!("Report corrected {mark}"),
            ..Default::default()
        }),
        update_mask: mask("title"),
        request_id: request_id(random),
        ..Default::default()
    }
}

pub(crate) fn delete_article(article: &str, random: &mut StdRng) -> pb::DeleteArticleRequest {
    pb::DeleteArticleRequest {
        name: article.to_owned(),
        force: true,
        request_id: request_id(random),
        ..Default::default()
    }
}

pub(crate) fn create_statement(
    article: &str,
    mark: &str,
    slot: &str,
    random: &mut StdRng,
) -> pb::CreateStatementRequest {
    pb::CreateStatementRequest {
        parent: article.to_owned(),
        statement_id: slot.to_owned(),
        statement: Some(said(mark, slot, random)),
        request_id: request_id(random),
        ..Default::default()
    }
}

pub(crate) fn update_statement(
    statement: &str,
    mark: &str,
    random: &mut StdRng,
) -> pb::UpdateStatementRequest {
    pb::UpdateStatementRequest {
        statement: Some(pb::Statement {
            name: statement.to_owned(),
            topics: vec![mark.to_owned()],
            ..Default::default()
        }),
        update_mask: mask("topics"),
        request_id: request_id(random),
        ..Default::default()
    }
}

pub(crate) fn retract(
    statement: &str,
    mark: &str,
    random: &mut StdRng,
) -> pb::RetractStatementRequest {
    pb::RetractStatementRequest {
        name: statement.to_owned(),
        kind: pb::RetractionKind::RecordingError.into(),
        reason: format!("misheard {mark}"),
        request_id: request_id(random),
        ..Default::default()
    }
}

pub(crate) fn link(
    from: &str,
    to: &str,
    mark: &str,
    random: &mut StdRng,
) -> pb::LinkStatementsRequest {
    pb::LinkStatementsRequest {
        name: from.to_owned(),
        link: Some(pb::StatementLink {
            target: to.to_owned(),
            r#type: pb::LinkType::Contradicts.into(),
            reason: mark.to_owned(),
            ..Default::default()
        }),
        request_id: request_id(random),
        ..Default::default()
    }
}

pub(crate) fn unlink(from: &str, to: &str, random: &mut StdRng) -> pb::UnlinkStatementsRequest {
    pb::UnlinkStatementsRequest {
        name: from.to_owned(),
        target: to.to_owned(),
        r#type: pb::LinkType::Contradicts.into(),
        request_id: request_id(random),
        ..Default::default()
    }
}

pub(crate) fn delete_statement(statement: &str, random: &mut StdRng) -> pb::DeleteStatementRequest {
    pb::DeleteStatementRequest {
        name: statement.to_owned(),
        force: true,
        request_id: request_id(random),
        ..Default::default()
    }
}

pub(crate) fn create_entity(id: &str, mark: &str, random: &mut StdRng) -> pb::CreateEntityRequest {
    pb::CreateEntityRequest {
        entity_id: id.to_owned(),
        entity: Some(pb::Entity {
            display_name: format!("Somebody {id}"),
            r#type: pb::EntityType::Person.into(),
            description: format!("known as {mark}"),
            ..Default::default()
        }),
        request_id: request_id(random),
        ..Default::default()
    }
}

pub(crate) fn update_entity(
    name: &str,
    mark: &str,
    random: &mut StdRng,
) -> pb::UpdateEntityRequest {
    pb::UpdateEntityRequest {
        entity: Some(pb::Entity {
            name: name.to_owned(),
            description: format!("now known as {mark}"),
            ..Default::default()
        }),
        update_mask: mask("description"),
        request_id: request_id(random),
        ..Default::default()
    }
}

pub(crate) fn delete_entity(name: &str, random: &mut StdRng) -> pb::DeleteEntityRequest {
    pb::DeleteEntityRequest {
        name: name.to_owned(),
        force: true,
        request_id: request_id(random),
        ..Default::default()
    }
}

pub(crate) fn merge(
    survivor: &str,
    absorbed: &str,
    random: &mut StdRng,
) -> pb::MergeEntitiesRequest {
    pb::MergeEntitiesRequest {
        survivor: survivor.to_owned(),
        absorbed: absorbed.to_owned(),
        request_id: request_id(random),
        ..Default::default()
    }
}

pub(crate) fn unmerge(absorbed: &str, random: &mut StdRng) -> pb::UnmergeEntitiesRequest {
    pb::UnmergeEntitiesRequest {
        name: absorbed.to_owned(),
        request_id: request_id(random),
        ..Default::default()
    }
}
