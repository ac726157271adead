//! Who refers to whom, and what becomes of references to what goes.

use std::collections::BTreeSet;

use super::{Effect, Refusal};
use crate::domain::id::{RecordName, StatementName};
use crate::domain::record::{Record, Stored};
use crate::kb::command::{Delete, IngestOutcome};
use crate::store::Mutation;
use crate::store::conformance::model::World;

/// Whether a record refers to another: by a link, a parent, an original, evidence,
/// or as the one who speaks, publishes, is mentioned or holds a post.
pub(in crate::kb::conformance) fn refers(stored: &Stored, to: &RecordName) -> bool {
    if stored.name == *to {
        return false;
    }
    match to {
        RecordName::Article(id) => {
            let is_in = matches!(&stored.name, RecordName::Statement(name) if name.article == *id);
            let repeats = matches!(&stored.value, Record::Article(article)
                if article.duplicate_of.as_ref() == Some(id));
            is_in || repeats
        }
        RecordName::Statement(name) => {
            let mut without = stored.clone();
            strip(&mut without, name);
            without != *stored
        }
        RecordName::Entity(id) => match &stored.value {
            Record::Article(article) => article.publisher.entity.as_ref() == Some(id),
            Record::Statement(statement) => {
                statement.speaker_entity() == Some(id)
                    || statement.entities_mentioned().any(|mentioned| mentioned == id)
            }
            Record::Entity(entity) => {
                entity.entities_named().chain(&entity.merged_into).any(|named| named == id)
            }
        },
    }
}

/// Takes every reference to a statement out of a record.
fn strip(stored: &mut Stored, name: &StatementName) {
    match (&stored.name, &mut stored.value) {
        (RecordName::Statement(own), Record::Statement(statement)) => {
            statement.links.retain(|link| link.target != *name);
            if own.article == name.article && statement.parent.as_ref() == Some(&name.statement) {
                statement.parent = None;
            }
        }
        (_, Record::Entity(entity)) => {
            for occupancy in &mut entity.occupancies {
                occupancy.evidence = occupancy.evidence.take().filter(|it| it != name);
            }
        }
        _ => {}
    }
}

/// What stays, as it is without the references to what goes.
pub(super) fn detached(world: &World, going: &BTreeSet<RecordName>) -> Vec<Mutation> {
    let mut changes = Vec::new();
    for before in world.all().filter(|stored| !going.contains(&stored.name)) {
        let mut after = before.clone();
        for gone in going {
            match (gone, &mut after.value) {
                (RecordName::Statement(name), _) => strip(&mut after, name),
                (RecordName::Article(id), Record::Article(article)) => {
                    article.duplicate_of = article.duplicate_of.take().filter(|it| it != id);
                }
                _ => {}
            }
        }
        if after != before {
            changes.push(Mutation::Put(after.name, after.value));
        }
    }
    changes
}

/// Deletes a record; by force whatever refers to it.
pub(super) fn delete(world: &World, command: &Delete) -> Result<Effect, Refusal> {
    let name = &command.name;
    let Some(stored) = world.live(name) else {
        let nothing = Effect {
            outcome: IngestOutcome::Unchanged,
            answer: vec![name.clone()],
            changes: Vec::new(),
        };
        return if command.allow_missing { Ok(nothing) } else { Err(Refusal::NotFound) };
    };
    if command.etag.as_ref().is_some_and(|etag| *etag != stored.committed.etag()) {
        return Err(Refusal::EtagMismatch);
    }
    if let Record::Entity(entity) = &stored.value
        && (entity.merged_into.is_some() || !entity.referents.is_empty())
    {
        return Err(Refusal::PartOfMerge);
    }
    let referrers = world.all().filter(|it| refers(it, name)).count();
    if referrers > 0 && !command.force {
        return Err(Refusal::Referenced(referrers));
    }
    let mut answer = vec![name.clone()];
    if let RecordName::Article(id) = name {
        answer.extend(world.statements_of(id).into_iter().map(|(it, _)| it.into()));
    }
    let going: BTreeSet<RecordName> = answer.iter().cloned().collect();
    let mut changes = detached(world, &going);
    changes.extend(answer.iter().cloned().map(Mutation::Delete));
    Ok(Effect { outcome: IngestOutcome::Revised, answer, changes })
}
