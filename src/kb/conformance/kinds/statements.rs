//! Statements one by one.

use super::{Act, Kind, dry, requested};
use crate::domain::id::StatementName;
use crate::domain::statement::{
    LinkType, Rank, Retraction, RetractionKind, Statement, StatementLink, StatementStatus,
};
use crate::kb::command::{
    CreateStatement, Delete, LinkStatements, RetractStatement, StatementDraft,
    StatementField as Field, UnlinkStatements, UpdateStatement,
};
use crate::kb::conformance::draw::Draw;
use crate::kb::conformance::operation::Operation;

pub(super) const KINDS: &[Kind] = &[
    ("create a statement", |draw| Act::write(create(draw))),
    ("create a statement, dry", |draw| dry(create(draw))),
    ("create a statement under a request_id", |draw| {
        let create = create(draw);
        requested(draw, create)
    }),
    ("update a statement's topics", |draw| Act::write(update(draw, vec![Field::Topics]))),
    ("update a statement's times", |draw| {
        Act::write(update(draw, vec![Field::UtteredAt, Field::ReferenceTime]))
    }),
    ("update a statement's words", |draw| {
        Act::write(update(draw, vec![Field::Content, Field::Kind]))
    }),
    ("update a statement's speaker", |draw| Act::write(update(draw, vec![Field::Speaker]))),
    ("update who the speaker is", |draw| Act::write(update(draw, vec![Field::SpeakerEntity]))),
    ("update a statement's mentions", |draw| {
        Act::write(update(draw, vec![Field::Mentions, Field::Addressees]))
    }),
    ("update a statement's parent", |draw| Act::write(update(draw, vec![Field::Parent]))),
    ("update a statement's links", |draw| Act::write(update(draw, vec![Field::Links]))),
    ("update how sure a statement is", |draw| {
        Act::write(update(draw, vec![Field::Confidence, Field::Language]))
    }),
    ("prefer a statement", |draw| rank(draw, Rank::Preferred)),
    ("deprecate a statement", |draw| rank(draw, Rank::Deprecated)),
    ("rank a statement as any other", |draw| rank(draw, Rank::Normal)),
    ("update a statement that may be missing", |draw| {
        let article = draw.stored_article();
        let name = StatementName { article, statement: draw.statement_id() };
        Act::write(update_of(draw, name, vec![Field::Topics], None, true))
    }),
    ("update a statement at a stale etag", |draw| {
        let name = draw.stored_statement();
        Act::write(update_of(draw, name, vec![Field::Topics], Some("0".into()), false))
    }),
    ("update a statement at its etag", |draw| {
        let name = draw.stored_statement();
        let etag = draw.etag(&name.clone().into());
        Act::write(update_of(draw, name, vec![Field::Topics], etag, false))
    }),
    ("update a statement, dry", |draw| dry(update(draw, vec![Field::Content]))),
    ("retract a statement", |draw| Act::write(retract(draw))),
    ("retract a statement, dry", |draw| dry(retract(draw))),
    ("take a retraction back", |draw| Act::write(update(draw, vec![Field::Retraction]))),
    ("link two statements", |draw| Act::write(link(draw))),
    ("link two statements under a request_id", |draw| {
        let link = link(draw);
        requested(draw, link)
    }),
    ("unlink two statements", |draw| Act::write(unlink(draw))),
    ("delete a statement", |draw| Act::write(delete(draw, false))),
    ("delete a statement by force", |draw| Act::write(delete(draw, true))),
    ("delete a statement at a stale etag", |draw| {
        let (context, name) = (draw.context(), draw.stored_statement().into());
        let etag = Some("0".into());
        let delete = Delete { context, name, etag, force: true, allow_missing: false };
        Act::write(Operation::Delete(delete))
    }),
];

/// A statement as it stands, as it would be sent again.
pub(super) fn again((name, statement): (StatementName, Statement)) -> StatementDraft {
    let (status, retraction) = (StatementStatus::Active, None);
    let statement = Statement { status, retraction, anchoring: None, ..statement };
    StatementDraft { id: Some(name.statement), statement }
}

fn create(draw: &mut Draw<'_>) -> Operation {
    let (context, article) = (draw.context(), draw.stored_article());
    let text = draw.text_of(&article);
    let draft = draw.statement(&text, Some(&article));
    Operation::CreateStatement(CreateStatement { context, article, draft })
}

fn update(draw: &mut Draw<'_>, fields: Vec<Field>) -> Operation {
    let name = draw.stored_statement();
    update_of(draw, name, fields, None, false)
}

fn update_of(
    draw: &mut Draw<'_>,
    name: StatementName,
    fields: Vec<Field>,
    etag: Option<String>,
    allow_missing: bool,
) -> Operation {
    let (context, text) = (draw.context(), draw.text_of(&name.article));
    let mut values = draw.statement(&text, Some(&name.article)).statement;
    if fields.contains(&Field::Addressees) {
        values.addressees = vec![draw.mention()];
    }
    Operation::UpdateStatement(UpdateStatement {
        context,
        name,
        etag,
        values,
        fields,
        allow_missing,
    })
}

fn rank(draw: &mut Draw<'_>, rank: Rank) -> Act {
    let (context, name) = (draw.context(), draw.stored_statement());
    let rank_reason = if draw.chance(0.8) { draw.words() } else { String::new() };
    let values = Statement { rank, rank_reason, ..Statement::default() };
    let (etag, fields) = (None, vec![Field::Rank, Field::RankReason]);
    let update = UpdateStatement { context, name, etag, values, fields, allow_missing: false };
    Act::write(Operation::UpdateStatement(update))
}

fn retract(draw: &mut Draw<'_>) -> Operation {
    let kinds = [RetractionKind::WithdrawnByPublisher, RetractionKind::RecordingError];
    let (context, mut name) = (draw.context(), draw.stored_statement());
    let (mut kind, mut reason, by) = (draw.one_of(&kinds), draw.words(), "the desk".to_owned());
    // Now and then one that was retracted, with the same words.
    let all = draw.newest().all().filter_map(|stored| match (stored.name, stored.value) {
        (
            crate::domain::id::RecordName::Statement(name),
            crate::domain::record::Record::Statement(it),
        ) => it.retraction.map(|told| (name, told)),
        _ => None,
    });
    let retracted: Vec<(StatementName, Retraction)> = all.collect();
    if !retracted.is_empty() && draw.chance(0.3) {
        let (again, told) = draw.one_of(&retracted);
        (name, kind, reason) = (again, told.kind, told.reason);
    }
    Operation::Retract(RetractStatement { context, name, etag: None, kind, reason, by })
}

fn link(draw: &mut Draw<'_>) -> Operation {
    let (context, name, link) = (draw.context(), draw.stored_statement(), draw.link());
    Operation::Link(LinkStatements { context, name, etag: None, link })
}

/// Mostly a link that there is.
fn unlink(draw: &mut Draw<'_>) -> Operation {
    let all = draw.newest().all().filter_map(|stored| match (stored.name, stored.value) {
        (
            crate::domain::id::RecordName::Statement(name),
            crate::domain::record::Record::Statement(it),
        ) => Some((name, it.links)),
        _ => None,
    });
    let links: Vec<(StatementName, StatementLink)> = all
        .flat_map(|(name, links)| links.into_iter().map(move |link| (name.clone(), link)))
        .collect();
    let (name, target, kind) = if links.is_empty() || draw.chance(0.2) {
        (draw.stored_statement(), draw.stored_statement(), LinkType::Supports)
    } else {
        let (name, link) = draw.one_of(&links);
        (name, link.target, link.kind)
    };
    let (context, allow_missing) = (draw.context(), draw.chance(0.3));
    Operation::Unlink(UnlinkStatements { context, name, etag: None, target, kind, allow_missing })
}

fn delete(draw: &mut Draw<'_>, force: bool) -> Operation {
    let (context, name) = (draw.context(), draw.stored_statement().into());
    Operation::Delete(Delete { context, name, etag: None, force, allow_missing: false })
}
