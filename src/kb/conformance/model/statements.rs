//! One statement: created, changed, retracted, linked.

use std::collections::BTreeSet;

use super::entities::Known;
use super::ingest::text_of;
use super::revise::check_etag;
use super::{Effect, Faults, Refusal, origin_with, stamp};
use crate::domain::article::Article;
use crate::domain::id::{RecordName, StatementId, StatementName};
use crate::domain::record::Record;
use crate::domain::statement::{
    ArticleCopy, LinkType, Rank, Retraction, Speaker, Statement, StatementLink, StatementStatus,
};
use crate::domain::time::Timestamp;
use crate::kb::anchor::Anchor;
use crate::kb::carry;
use crate::kb::command::{
    CreateStatement, LinkStatements, RetractStatement, StatementDraft, StatementField,
    UnlinkStatements, UpdateStatement, WriteContext,
};
use crate::store::conformance::model::World;

/// What statements keep of an article.
pub(super) fn copy_of(article: &Article) -> ArticleCopy {
    ArticleCopy {
        version: article.version,
        publisher: article.publisher.key().unwrap_or_default(),
        language: article.language.clone(),
        published_at: article.published_at,
    }
}

/// A statement as sent becomes one that can stand in the article.
pub(super) fn complete(
    statement: &mut Statement,
    anchor: &Anchor<'_>,
    copy: &ArticleCopy,
    context: &WriteContext,
    faults: &mut Faults,
) {
    let mut violations = Vec::new();
    anchor.fill(statement, "", None, &mut violations);
    violations.iter().for_each(|violation| faults.add(violation.reason));
    statement.kind = Some(statement.kind.unwrap_or_else(|| statement.kind_of_spans()));
    statement.origin = stamp(&statement.origin, context);
    for link in &mut statement.links {
        link.origin = stamp(&link.origin, context);
    }
    statement.article = copy.clone();
    statement.status = StatementStatus::Active;
}

pub(super) fn create(world: &World, command: &CreateStatement) -> Result<Effect, Refusal> {
    let article = world.article(&command.article).ok_or(Refusal::NotFound)?;
    let mut faults = Faults::default();
    let mut statement = command.draft.statement.clone();
    let text = text_of(&article);
    let anchor = Anchor::new(text.as_deref());
    complete(&mut statement, &anchor, &copy_of(&article), &command.context, &mut faults);
    let own = |statement| StatementName { article: command.article.clone(), statement };
    let free = |id: &StatementId| world.statement(&own(id.clone())).is_none();
    let minted = || {
        let mut ids = (0..).filter_map(|ordinal| statement.mint_id(&command.article, ordinal).ok());
        ids.find(free).expect("there are ids enough")
    };
    let name = own(match &command.draft.id {
        Some(id) if !free(id) => return Err(Refusal::AlreadyExists),
        Some(id) => id.clone(),
        None => minted(),
    });
    Known::new(world).link(&mut statement, None, &mut faults);
    check_places(world, &name, &statement, &mut faults);
    faults.none()?;
    Ok(Effect::of_one(name.into(), None, Record::Statement(Box::new(statement))))
}

/// Parents and link targets must stand, and be others.
fn check_places(world: &World, own: &StatementName, statement: &Statement, faults: &mut Faults) {
    let article = own.article.clone();
    let parent = statement.parent.clone().map(|statement| StatementName { article, statement });
    for other in parent.into_iter().chain(statement.links.iter().map(|it| it.target.clone())) {
        faults.unless(other != *own, "SELF");
        faults.unless(other == *own || world.statement(&other).is_some(), "UNKNOWN_RECORD");
    }
}

/// A statement that must stand, with the etag where one is given.
fn standing(
    world: &World,
    name: &StatementName,
    etag: Option<&String>,
) -> Result<Statement, Refusal> {
    check_etag(world, &name.clone().into(), etag, false)?;
    world.statement(name).ok_or(Refusal::NotFound)
}

fn effect(name: &StatementName, before: Statement, after: Statement) -> Effect {
    let record = |statement| Record::Statement(Box::new(statement));
    Effect::of_one(name.clone().into(), Some(&record(before)), record(after))
}

pub(super) fn retract(
    world: &World,
    command: &RetractStatement,
    now: Timestamp,
) -> Result<Effect, Refusal> {
    let before = standing(world, &command.name, command.etag.as_ref())?;
    let (kind, reason, by) = (command.kind, command.reason.clone(), command.by.clone());
    let mut retraction = Retraction { kind, reason, by, time: now };
    if let Some(told) = &before.retraction {
        let again = Retraction { time: told.time, ..retraction.clone() };
        if again == *told {
            retraction = again;
        }
    }
    let (status, retraction) = (StatementStatus::Retracted, Some(retraction));
    let after = Statement { status, retraction, ..before.clone() };
    Ok(effect(&command.name, before, after))
}

fn is(link: &StatementLink, kind: LinkType, target: &StatementName) -> bool {
    link.kind == kind && link.target == *target
}

pub(super) fn link(world: &World, command: &LinkStatements) -> Result<Effect, Refusal> {
    let LinkStatements { context, name, etag, link } = command;
    let before = standing(world, name, etag.as_ref())?;
    if link.target == *name {
        return Err(Refusal::invalid("SELF"));
    }
    if world.statement(&link.target).is_none() {
        return Err(Refusal::invalid("UNKNOWN_RECORD"));
    }
    if before.links.iter().any(|known| is(known, link.kind, &link.target)) {
        return Err(Refusal::LinkExists);
    }
    let mut after = before.clone();
    let origin = stamp(&link.origin, context);
    after.links.push(StatementLink { origin, ..link.clone() });
    Ok(effect(name, before, after))
}

pub(super) fn unlink(world: &World, command: &UnlinkStatements) -> Result<Effect, Refusal> {
    let before = standing(world, &command.name, command.etag.as_ref())?;
    let mut after = before.clone();
    after.links.retain(|link| !is(link, command.kind, &command.target));
    if after == before && !command.allow_missing {
        return Err(Refusal::NoSuchLink);
    }
    Ok(effect(&command.name, before, after))
}

pub(super) fn update(world: &World, command: &UpdateStatement) -> Result<Effect, Refusal> {
    let name: RecordName = command.name.clone().into();
    check_etag(world, &name, command.etag.as_ref(), command.allow_missing)?;
    let Some(before) = world.statement(&command.name) else {
        return create_missing(world, command);
    };
    let article = world.article(&command.name.article).ok_or(Refusal::NotFound)?;
    let mut faults = Faults::default();
    let mut after = before.clone();
    for field in &command.fields {
        set(&mut after, *field, &command.values);
    }
    let changes = |field| command.fields.contains(&field);
    if changes(StatementField::Content) {
        anchor_again(&article, &before, &mut after, &mut faults);
    }
    if changes(StatementField::Retraction) && before.retraction.is_some() {
        let stands = after.article.version == article.version || !article.body.verifies();
        after.retraction = None;
        after.status = if stands { StatementStatus::Active } else { StatementStatus::Orphaned };
    }
    link_named(world, &command.fields, &mut after, &mut faults);
    keep_origins_of_links(&before, &mut after);
    check_whole(&after, &mut faults);
    check_named(world, &command.name, &command.fields, &after, &mut faults);
    faults.none()?;
    if after != before {
        after.origin = stamp(&after.origin, &command.context);
        after.edited = true;
    }
    Ok(effect(&command.name, before, after))
}

fn create_missing(world: &World, command: &UpdateStatement) -> Result<Effect, Refusal> {
    let mut faults = Faults::default();
    check_whole(&command.values, &mut faults);
    faults.none()?;
    let StatementName { article, statement } = command.name.clone();
    let draft = StatementDraft { id: Some(statement), statement: command.values.clone() };
    create(world, &CreateStatement { context: command.context.clone(), article, draft })
}

/// New words are held against the article as it stands now.
fn anchor_again(article: &Article, before: &Statement, after: &mut Statement, faults: &mut Faults) {
    let mut part = Statement { content: after.content.clone(), ..Statement::default() };
    let mut violations = Vec::new();
    Anchor::new(text_of(article).as_deref()).fill(&mut part, "", None, &mut violations);
    violations.iter().for_each(|violation| faults.add(violation.reason));
    after.content = part.content;
    after.article.version = article.version;
    after.anchoring = carry::anchoring(before, after);
    if after.status == StatementStatus::Orphaned {
        after.status = StatementStatus::Active;
    }
}

/// Links the mentions of the fields that are named, and checks what they name.
fn link_named(
    world: &World,
    fields: &[StatementField],
    after: &mut Statement,
    faults: &mut Faults,
) {
    use StatementField as Field;
    let changes = |of: &[Field]| of.iter().any(|field| fields.contains(field));
    let mut part = Statement::default();
    let speaker =
        [Field::Speaker, Field::SpeakerEntity, Field::SpeakerMention, Field::SpeakerAnonymous];
    if changes(&speaker) {
        part.speaker.clone_from(&after.speaker);
    }
    // A mention that does not change means whom the speaker is said to be.
    if let Some(speaker) = &mut part.speaker
        && let Some(mention) = &mut speaker.mention
        && !changes(&[Field::Speaker, Field::SpeakerMention])
        && (changes(&[Field::SpeakerEntity]) || speaker.anonymous)
    {
        mention.entity.clone_from(&speaker.entity);
    }
    if changes(&[Field::Mentions]) {
        part.mentions.clone_from(&after.mentions);
    }
    if changes(&[Field::Addressees]) {
        part.addressees.clone_from(&after.addressees);
    }
    Known::new(world).link(&mut part, None, faults);
    if changes(&speaker) {
        after.speaker = part.speaker;
    }
    if changes(&[Field::Mentions]) {
        after.mentions = part.mentions;
    }
    if changes(&[Field::Addressees]) {
        after.addressees = part.addressees;
    }
}

/// A link that stays says who made it first.
fn keep_origins_of_links(before: &Statement, after: &mut Statement) {
    for link in &mut after.links {
        let same = before.links.iter().find(|known| {
            let told = StatementLink { origin: known.origin.clone(), ..link.clone() };
            told == **known && known.origin.says_the_same(&link.origin)
        });
        if let Some(same) = same {
            link.origin.clone_from(&same.origin);
        }
    }
}

/// What holds of every statement.
fn check_whole(statement: &Statement, faults: &mut Faults) {
    faults.unless(!statement.content.is_empty(), "REQUIRED");
    let reasoned = statement.rank != Rank::Deprecated || !statement.rank_reason.trim().is_empty();
    faults.unless(reasoned, "REQUIRED");
    let speaker = statement.speaker.as_ref();
    let unnamed = speaker.is_none_or(|it| !it.anonymous || it.entity.is_none());
    faults.unless(unnamed, "CONTRADICTION");
}

/// What the changed fields name must stand; parents lead to no circle.
fn check_named(
    world: &World,
    own: &StatementName,
    fields: &[StatementField],
    after: &Statement,
    faults: &mut Faults,
) {
    let changes = |field| fields.contains(&field);
    let parent = after.parent.clone().filter(|_| changes(StatementField::Parent));
    let links = if changes(StatementField::Links) { after.links.clone() } else { Vec::new() };
    let places = Statement { parent: parent.clone(), links, ..Statement::default() };
    check_places(world, own, &places, faults);
    let mut seen = BTreeSet::from([own.statement.clone()]);
    let mut next = parent.filter(|parent| *parent != own.statement);
    while let Some(statement) = next {
        let name = StatementName { article: own.article.clone(), statement };
        if !seen.insert(name.statement.clone()) {
            // Faults are told one after another: a circle only where nothing else is.
            if faults.0.is_empty() {
                faults.add("CIRCLE");
            }
            return;
        }
        next = world.statement(&name).and_then(|it| it.parent);
    }
}

fn set(statement: &mut Statement, field: StatementField, values: &Statement) {
    let values = values.clone();
    let mut speaker = statement.speaker.clone().unwrap_or_default();
    let told = values.speaker.clone().unwrap_or_default();
    match field {
        StatementField::Kind => {
            statement.kind = values.kind.or_else(|| Some(statement.kind_of_spans()));
        }
        StatementField::Content => statement.content = values.content,
        StatementField::Cue => statement.cue = values.cue,
        StatementField::Speaker => speaker = told,
        StatementField::SpeakerEntity => speaker.entity = told.entity,
        StatementField::SpeakerMention => speaker.mention = told.mention,
        StatementField::SpeakerAnonymous => speaker.anonymous = told.anonymous,
        StatementField::SpeakerDescription => speaker.description = told.description,
        StatementField::Addressees => statement.addressees = values.addressees,
        StatementField::Mentions => statement.mentions = values.mentions,
        StatementField::Triple => statement.triple = values.triple,
        StatementField::UtteredAt => statement.uttered_at = values.uttered_at,
        StatementField::ReferenceTime => statement.reference_time = values.reference_time,
        StatementField::Language => statement.language = values.language,
        StatementField::Translation => statement.translation = values.translation,
        StatementField::Confidence => statement.confidence = values.confidence,
        StatementField::Rank => statement.rank = values.rank,
        StatementField::RankReason => statement.rank_reason = values.rank_reason,
        StatementField::Parent => statement.parent = values.parent,
        StatementField::Topics => statement.topics = values.topics,
        StatementField::Links => statement.links = values.links,
        StatementField::Origin => {
            statement.origin = origin_with(&statement.origin, &values.origin);
        }
        StatementField::Retraction => {}
    }
    statement.speaker = Some(speaker).filter(|speaker| *speaker != Speaker::default());
}
