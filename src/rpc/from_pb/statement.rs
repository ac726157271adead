//! Statements from the wire.

use crate::domain::id::{ArticleId, StatementId, StatementName};
use crate::domain::limits;
use crate::domain::statement::{
    ArticleCopy, ContentSpan, LinkType, Rank, Statement, StatementKind, StatementLink,
    StatementStatus, Translation,
};
use crate::kb::command::StatementDraft;
use crate::rpc::from_pb::article::language;
use crate::rpc::from_pb::check::{Field, cut, reason};
use crate::rpc::from_pb::origin::{Stamp, origin};
use crate::rpc::from_pb::selector::selector;
use crate::rpc::from_pb::speech::{cue, mention, speaker};
use crate::rpc::from_pb::time::coarse;
use crate::rpc::from_pb::triple::triple;
use crate::rpc::pb;

/// What a statement's names are read against.
#[derive(Clone, Copy)]
pub(super) struct Within<'a> {
    /// The article that the statement stands in, where its name is known.
    pub(super) article: Option<&'a ArticleId>,
    /// What the server says in its origin.
    pub(super) stamp: Stamp<'a>,
}

/// A statement as an ingest sends it, its own name in it.
pub(super) fn named_draft(at: &Field<'_>, pb: pb::Statement, within: Within<'_>) -> StatementDraft {
    let id = id_within(&at.at("name"), &pb.name, within.article);
    draft(at, pb, id, within)
}

/// A whole statement, whose id is told apart from it.
pub(super) fn draft(
    at: &Field<'_>,
    pb: pb::Statement,
    id: Option<StatementId>,
    within: Within<'_>,
) -> StatementDraft {
    if pb.content.is_empty() {
        at.at("content").needed("at least one span is needed");
    }
    if pb.rank() == pb::Rank::Deprecated && pb.rank_reason.trim().is_empty() {
        at.at("rank_reason").needed("the rank DEPRECATED needs a reason");
    }
    values(at, pb, id, within)
}

/// What is said of a statement, perhaps not all of it.
pub(super) fn values(
    at: &Field<'_>,
    pb: pb::Statement,
    id: Option<StatementId>,
    within: Within<'_>,
) -> StatementDraft {
    let parent = id_within(&at.at("parent"), &pb.parent, within.article);
    if parent.is_some() && parent == id {
        at.at("parent").refuse(reason::CONTRADICTION, "a statement is not its own parent");
    }
    let own = within.article.zip(id.as_ref());
    let own =
        own.map(|(article, id)| StatementName { article: article.clone(), statement: id.clone() });
    let content = content(&at.at("content"), pb.content);
    let statement = Statement {
        kind: kind(&at.at("kind"), pb.kind),
        content,
        cue: pb.cue.and_then(|pb| cue(&at.at("cue"), pb)),
        speaker: pb.speaker.and_then(|pb| speaker(&at.at("speaker"), pb)),
        addressees: at.at("addressees").items(pb.addressees, limits::ADDRESSEES, mention),
        mentions: at.at("mentions").items(pb.mentions, limits::MENTIONS, mention),
        triple: pb.triple.and_then(|pb| triple(&at.at("triple"), pb)),
        uttered_at: pb.uttered_at.and_then(|pb| coarse(&at.at("uttered_at"), pb)),
        reference_time: pb.reference_time.and_then(|pb| coarse(&at.at("reference_time"), pb)),
        language: language(&at.at("language"), &pb.language),
        translation: pb.translation.and_then(|pb| translation(&at.at("translation"), pb)),
        confidence: at.at("confidence").fraction(pb.confidence),
        rank: rank(&at.at("rank"), pb.rank),
        rank_reason: at.at("rank_reason").text(pb.rank_reason, limits::REASON_CHARS),
        parent,
        topics: at.at("topics").items(pb.topics, limits::TOPICS, |at, topic| {
            Some(at.required_line(topic, limits::TERM_CHARS, "a topic"))
        }),
        links: links(&at.at("links"), pb.links, own.as_ref(), within.stamp),
        origin: origin(&at.at("origin"), pb.origin, within.stamp),
        status: StatementStatus::Active,
        retraction: None,
        article: ArticleCopy::default(),
        anchoring: None,
        edited: false,
    };
    StatementDraft { id, statement }
}

/// The id in a statement's name, which may leave its article out by `-`.
fn id_within(at: &Field<'_>, name: &str, article: Option<&ArticleId>) -> Option<StatementId> {
    if name.is_empty() {
        return None;
    }
    if let Some(id) = name.strip_prefix("articles/-/statements/") {
        return at.parsed(StatementId::new(id), reason::BAD_NAME);
    }
    let name: StatementName = at.name(name)?;
    if article != Some(&name.article) {
        at.refuse(reason::BAD_NAME, elsewhere(&name, article));
        return None;
    }
    Some(name.statement)
}

fn elsewhere(name: &StatementName, article: Option<&ArticleId>) -> String {
    match article {
        Some(article) => format!(
            "`{name}` stands in another article than {article}: write \
             `articles/-/statements/{}` for one of this article",
            name.statement.as_str()
        ),
        None => format!(
            "the article of `{name}` is not named in this request: name it, or write \
             `articles/-/statements/{}`",
            name.statement.as_str()
        ),
    }
}

/// Tells of listed statements that have the id of one before them.
pub(super) fn distinct(at: &Field<'_>, drafts: &[StatementDraft]) {
    let mut seen = std::collections::HashSet::new();
    for (index, draft) in drafts.iter().enumerate() {
        if let Some(id) = &draft.id
            && !seen.insert(id)
        {
            let description = format!("`{}` is listed twice: list it once", id.as_str());
            at.item(index).at("name").refuse(reason::DUPLICATE, description);
        }
    }
}

/// What is said.
pub(super) fn content(at: &Field<'_>, pb: Vec<pb::ContentSpan>) -> Vec<ContentSpan> {
    at.items(pb, limits::CONTENT_SPANS, |at, span| {
        let at_selector = at.at("selector");
        let pb = at_selector.required(span.selector, "a selector")?;
        let selector = selector(&at_selector, pb)?;
        Some(ContentSpan { selector, quoted: span.quoted })
    })
}

/// How the words reach the reader, where that is said.
pub(super) fn kind(at: &Field<'_>, value: i32) -> Option<StatementKind> {
    match at.choice(value, pb::StatementKind::as_str_name)? {
        pb::StatementKind::Unspecified => None,
        pb::StatementKind::Direct => Some(StatementKind::Direct),
        pb::StatementKind::Mixed => Some(StatementKind::Mixed),
        pb::StatementKind::Indirect => Some(StatementKind::Indirect),
        pb::StatementKind::Narrated => Some(StatementKind::Narrated),
    }
}

fn rank(at: &Field<'_>, value: i32) -> Rank {
    match at.choice(value, pb::Rank::as_str_name) {
        Some(pb::Rank::Preferred) => Rank::Preferred,
        Some(pb::Rank::Deprecated) => Rank::Deprecated,
        Some(pb::Rank::Normal | pb::Rank::Unspecified) | None => Rank::Normal,
    }
}

fn translation(at: &Field<'_>, pb: pb::Translation) -> Option<Translation> {
    let translation = Translation {
        original_language: language(&at.at("original_language"), &pb.original_language),
        original_text: at.at("original_text").text(pb.original_text, limits::EXACT_CHARS),
    };
    (translation != Translation::default()).then_some(translation)
}

/// Links, each type to each target once.
fn links(
    at: &Field<'_>,
    pb: Vec<pb::StatementLink>,
    own: Option<&StatementName>,
    stamp: Stamp<'_>,
) -> Vec<StatementLink> {
    let mut seen = std::collections::HashSet::new();
    at.items(pb, limits::LINKS, |at, pb| {
        let link = link(at, pb, own, stamp)?;
        if !seen.insert((link.target.clone(), link.kind)) {
            let (kind, target) = (link.kind.name(), &link.target);
            at.refuse(
                reason::DUPLICATE,
                format!("{kind} to {target} is listed twice: list it once"),
            );
        }
        Some(link)
    })
}

/// A link of the statement that is called `own`, where its name is known.
pub(super) fn link(
    at: &Field<'_>,
    pb: pb::StatementLink,
    own: Option<&StatementName>,
    stamp: Stamp<'_>,
) -> Option<StatementLink> {
    let target: Option<StatementName> = at.at("target").name(&pb.target);
    if target.is_some() && target.as_ref() == own {
        let description = format!("`{}` is this statement itself", cut(&pb.target));
        at.at("target").refuse(reason::CONTRADICTION, description);
    }
    let kind = link_type(&at.at("type"), pb.r#type);
    let reason = at.at("reason").text(pb.reason, limits::REASON_CHARS);
    let confidence = at.at("confidence").fraction(pb.confidence);
    let origin = origin(&at.at("origin"), pb.origin, stamp);
    Some(StatementLink { target: target?, kind: kind?, reason, confidence, origin })
}

/// The type of a link, which must be said.
pub(super) fn link_type(at: &Field<'_>, value: i32) -> Option<LinkType> {
    match at.choice(value, pb::LinkType::as_str_name)? {
        pb::LinkType::Unspecified => {
            at.needed("it must say how the statement bears on the target");
            None
        }
        pb::LinkType::Supports => Some(LinkType::Supports),
        pb::LinkType::Contradicts => Some(LinkType::Contradicts),
        pb::LinkType::Reaffirms => Some(LinkType::Reaffirms),
        pb::LinkType::Softens => Some(LinkType::Softens),
        pb::LinkType::Reverses => Some(LinkType::Reverses),
        pb::LinkType::Denies => Some(LinkType::Denies),
        pb::LinkType::Corrects => Some(LinkType::Corrects),
    }
}
