//! Exported records from the wire, as they are: with what only the server says
//! of other records.

use crate::domain::article::Article;
use crate::domain::entity::Entity;
use crate::domain::id::{ArticleId, EntityId, RecordName, StatementName};
use crate::domain::limits;
use crate::domain::record::{Record, Times};
use crate::domain::revision::Revision;
use crate::domain::statement::{
    Anchoring, AnchoringKind, ArticleCopy, Retraction, Statement, StatementStatus,
};
use crate::kb::error::Error;
use crate::kb::{Imported, RestoredRecord};
use crate::rpc::from_pb::article::language;
use crate::rpc::from_pb::check::{Field, check, reason};
use crate::rpc::from_pb::erasure::erasure_of;
use crate::rpc::from_pb::origin::Stamp;
use crate::rpc::from_pb::revise::retraction_kind;
use crate::rpc::from_pb::statement::Within;
use crate::rpc::from_pb::time::timestamp;
use crate::rpc::from_pb::{article, entity, statement};
use crate::rpc::pb;

/// What the server says of a state of a record.
struct Marks {
    create_time: Option<prost_types::Timestamp>,
    update_time: Option<prost_types::Timestamp>,
    revision: i64,
}

/// A record to be stored as it is, or an erasure.
pub fn imported(pb: Option<pb::Record>, replace: bool, principal: &str) -> Result<Imported, Error> {
    check(|at| {
        let at = at.at("record");
        let record = at.required(pb.and_then(|pb| pb.record), "a record")?;
        let (name, value, marks) = match record {
            pb::record::Record::Erasure(pb) => {
                return erasure_of(&at.at("erasure"), pb, principal).map(Imported::Erasure);
            }
            pb::record::Record::Article(pb) => whole_article(&at.at("article"), pb)?,
            pb::record::Record::Statement(pb) => whole_statement(&at.at("statement"), pb)?,
            pb::record::Record::Entity(pb) => whole_entity(&at.at("entity"), pb)?,
        };
        let times = times(&at, &marks);
        let state_of = u64::try_from(marks.revision).ok().filter(|revision| *revision > 0);
        let state_of = state_of.map(Revision);
        Some(Imported::Record(RestoredRecord { name, value, times, state_of, replace }))
    })
}

type Whole = (RecordName, Record, Marks);

fn whole_article(at: &Field<'_>, pb: pb::Article) -> Option<Whole> {
    let name: Option<ArticleId> = at.at("name").name(&pb.name);
    let marks =
        Marks { create_time: pb.create_time, update_time: pb.update_time, revision: pb.revision };
    let version = version(&at.at("version"), pb.version);
    let hash = pb.content_hash.clone();
    let article = article::draft(at, pb, Stamp::AsWritten).article;
    same_text(at, &hash, &article);
    let article = Article { version, ..article };
    Some((name?.into(), Record::Article(Box::new(article)), marks))
}

fn whole_statement(at: &Field<'_>, pb: pb::Statement) -> Option<Whole> {
    let name: StatementName = at.at("name").name(&pb.name)?;
    let marks =
        Marks { create_time: pb.create_time, update_time: pb.update_time, revision: pb.revision };
    let (status, retraction) = standing(at, pb.status, pb.retraction.clone());
    let article = article_copy(at, &pb);
    let anchoring = pb.anchoring.clone().and_then(|pb| anchoring(&at.at("anchoring"), pb));
    let (verified, edited) = (verified(&pb), pb.edited);
    let within = Within { article: Some(&name.article), stamp: Stamp::AsWritten };
    let id = Some(name.statement.clone());
    let mut statement = Statement {
        status,
        retraction,
        article,
        anchoring,
        edited,
        ..statement::draft(at, pb, id, within).statement
    };
    for (selector, verified) in statement.selectors_mut().zip(verified) {
        selector.verified = verified;
    }
    Some((name.into(), Record::Statement(Box::new(statement)), marks))
}

fn whole_entity(at: &Field<'_>, pb: pb::Entity) -> Option<Whole> {
    let name: Option<EntityId> = at.at("name").name(&pb.name);
    let marks =
        Marks { create_time: pb.create_time, update_time: pb.update_time, revision: pb.revision };
    let merged_into = at.at("merged_into").optional_name(&pb.merged_into);
    let referents =
        at.at("referents")
            .items(pb.referents.clone(), limits::REFERENTS, |at, referent| at.name(&referent));
    let values = entity::values(at, pb, Stamp::AsWritten);
    let entity = Entity { merged_into, referents, ..values };
    Some((name?.into(), Record::Entity(Box::new(entity)), marks))
}

/// The times of a record: where one is missing, the other; none where both are.
fn times(at: &Field<'_>, marks: &Marks) -> Option<Times> {
    let time = |name, time: Option<prost_types::Timestamp>| timestamp(&at.at(name), time?);
    let create_time = time("create_time", marks.create_time);
    let update_time = time("update_time", marks.update_time);
    let times = Times {
        create_time: create_time.or(update_time)?,
        update_time: update_time.or(create_time)?,
    };
    if times.update_time < times.create_time {
        at.at("update_time").refuse(reason::BAD_TIME, "it lies before the create_time");
    }
    Some(times)
}

/// The version of a body; where none is given, the first.
fn version(at: &Field<'_>, version: i32) -> u32 {
    match u32::try_from(version) {
        Ok(version) => version.max(1),
        Err(_) => {
            at.refuse(reason::BAD_NUMBER, format!("{version} is no version: they count from 1"));
            1
        }
    }
}

/// Tells of a text that is not the one that the hash was taken of.
fn same_text(at: &Field<'_>, hash: &str, article: &Article) {
    let found = article.body.hash.map(blake3::Hash::from_bytes);
    let found = found.map(|hash| hash.to_hex().to_string()).unwrap_or_default();
    if !hash.is_empty() && hash != found {
        at.at("content_hash").refuse(
            reason::CONTRADICTION,
            "the body is not the text that this hash was taken of: give the whole record, or \
             leave the hash out where the text was changed on purpose",
        );
    }
}

/// Whether a statement stands, and how it was retracted.
fn standing(
    at: &Field<'_>,
    status: i32,
    pb: Option<pb::Retraction>,
) -> (StatementStatus, Option<Retraction>) {
    let status = match at.at("status").choice(status, pb::StatementStatus::as_str_name) {
        Some(pb::StatementStatus::Orphaned) => StatementStatus::Orphaned,
        Some(pb::StatementStatus::Retracted) => StatementStatus::Retracted,
        Some(pb::StatementStatus::Active | pb::StatementStatus::Unspecified) | None => {
            StatementStatus::Active
        }
    };
    let at = at.at("retraction");
    if status == StatementStatus::Retracted && pb.is_none() {
        at.needed("a statement that is RETRACTED needs its retraction");
    }
    (status, pb.and_then(|pb| retraction(&at, pb)))
}

fn retraction(at: &Field<'_>, pb: pb::Retraction) -> Option<Retraction> {
    let kind = retraction_kind(&at.at("kind"), pb.kind);
    let time = at.at("time").required(pb.time, "the time of the retraction");
    let time = time.and_then(|time| timestamp(&at.at("time"), time));
    let reason = at.at("reason").text(pb.reason, limits::REASON_CHARS);
    let by = at.at("by").line(pb.by, limits::NAME_CHARS);
    Some(Retraction { kind: kind?, reason, by, time: time? })
}

/// How a statement came into its article's version.
fn anchoring(at: &Field<'_>, pb: pb::Anchoring) -> Option<Anchoring> {
    let kind_at = at.at("kind");
    let kind = match kind_at.choice(pb.kind, pb::AnchoringKind::as_str_name)? {
        pb::AnchoringKind::Unspecified => {
            kind_at.needed("it must say how the statement was anchored");
            return None;
        }
        pb::AnchoringKind::Unchanged => AnchoringKind::Unchanged,
        pb::AnchoringKind::Moved => AnchoringKind::Moved,
        pb::AnchoringKind::Reworded => AnchoringKind::Reworded,
    };
    let words = |at: &Field<'_>, words| Some(at.text(words, limits::EXACT_CHARS));
    let previous_words =
        at.at("previous_words").items(pb.previous_words, limits::CONTENT_SPANS, words);
    let from_version = version(&at.at("from_version"), pb.from_version);
    Some(Anchoring { kind, previous_words, from_version })
}

/// What a statement keeps of its article.
fn article_copy(at: &Field<'_>, pb: &pb::Statement) -> ArticleCopy {
    let published_at = pb.article_published_at;
    ArticleCopy {
        version: version(&at.at("article_version"), pb.article_version),
        publisher: at
            .at("article_publisher")
            .line(pb.article_publisher.clone(), limits::NAME_CHARS),
        language: language(&at.at("article_language"), &pb.article_language),
        published_at: published_at.and_then(|time| timestamp(&at.at("article_published_at"), time)),
    }
}

/// Which selectors were verified, in the order of [`Statement::selectors_mut`].
fn verified(pb: &pb::Statement) -> Vec<bool> {
    let content = pb.content.iter().map(|span| &span.selector);
    let cue = pb.cue.iter().map(|cue| &cue.selector);
    let speaker = pb.speaker.iter().filter_map(|speaker| speaker.mention.as_ref());
    let mentions = speaker.chain(&pb.addressees).chain(&pb.mentions);
    let selectors = content.chain(cue).chain(mentions.map(|mention| &mention.selector));
    selectors.flatten().map(|selector| selector.verified).collect()
}
