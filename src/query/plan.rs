//! The planner: which access path serves a list, and what is left to filter.

use std::collections::BTreeSet;

use super::filter::{Filter, Node, Test};
use super::schema::Kind;
use crate::domain::entity::ExternalId;
use crate::domain::id::{ArticleId, EntityId};

/// What is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Collection {
    /// Articles.
    Articles,
    /// The statements of one article, or of all.
    Statements(Option<ArticleId>),
    /// Entities.
    Entities,
}

impl Collection {
    /// Whose fields its filters name.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Articles => Kind::Article,
            Self::Statements(_) => Kind::Statement,
            Self::Entities => Kind::Entity,
        }
    }
}

/// A way in which records are listed, and their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// Articles by time of publication, the newest first.
    Articles,
    /// Articles by id.
    ArticlesByName,
    /// The articles of any of these publisher keys, ordered as `Articles`.
    ArticlesByPublisher(BTreeSet<String>),
    /// All statements, in order of creation.
    Statements,
    /// The statements of one article, by id.
    StatementsOf(ArticleId),
    /// The statements of any of these speakers, the newest first.
    StatementsBySpeaker(BTreeSet<EntityId>),
    /// The statements that mention any of these entities, the newest first.
    StatementsByMention(BTreeSet<EntityId>),
    /// Entities by id.
    Entities,
    /// The entities that another authority calls so, in order of creation.
    EntitiesByExternalId(ExternalId),
}

/// How a list is served.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Along which path.
    pub access: Access,
    /// What a record must pass besides: the whole filter.
    pub filter: Option<Filter>,
}

/// Why a list is not served in the order asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// No list of this kind is served in that order.
    #[error("`{found}` is no order of {}: {served}", .kind.plural())]
    Order {
        /// The order as written, cut to a length fit for a message.
        found: String,
        /// What is listed.
        kind: Kind,
        /// The orders that are served.
        served: &'static str,
    },
    /// The order is served for the statements of one speaker or one mentioned
    /// entity only.
    #[error(
        "`uttered_at desc` is served where the parent is `articles/-` and the filter names a \
         speaker or a mentioned entity, as in `speaker.entity = \"entities/x\"`; \
         leave `order_by` empty"
    )]
    OrderNeedsEntity,
}

/// Chooses how to serve a list of what passes `filter`, in the order that
/// `order_by` says (AIP-132).
pub fn plan(
    collection: &Collection,
    filter: Option<Filter>,
    order_by: &str,
) -> Result<Plan, PlanError> {
    let pins = filter.as_ref().map(Pins::of).unwrap_or_default();
    let access = match collection {
        Collection::Articles => articles(pins, order_by)?,
        Collection::Statements(parent) => statements(parent.as_ref(), pins, order_by)?,
        Collection::Entities => entities(pins, order_by)?,
    };
    Ok(Plan { access, filter })
}

fn articles(pins: Pins, order_by: &str) -> Result<Access, PlanError> {
    match words(order_by).as_slice() {
        [] | ["published_at", "desc"] => {
            Ok(pins.publisher.map_or(Access::Articles, Access::ArticlesByPublisher))
        }
        ["name"] => Ok(Access::ArticlesByName),
        _ => Err(not_served(order_by, Kind::Article, "use `published_at desc` or `name`")),
    }
}

fn statements(parent: Option<&ArticleId>, pins: Pins, order_by: &str) -> Result<Access, PlanError> {
    let by_speaker = pins.speaker.map(Access::StatementsBySpeaker);
    let by_entity = by_speaker.or(pins.mention.map(Access::StatementsByMention));
    match (words(order_by).as_slice(), parent, by_entity) {
        ([], Some(article), _) => Ok(Access::StatementsOf(article.clone())),
        ([], None, None) => Ok(Access::Statements),
        ([] | ["uttered_at", "desc"], None, Some(access)) => Ok(access),
        (["uttered_at", "desc"], _, _) => Err(PlanError::OrderNeedsEntity),
        _ => Err(not_served(
            order_by,
            Kind::Statement,
            "use `uttered_at desc` with a speaker or a mentioned entity in the filter, or none",
        )),
    }
}

fn entities(pins: Pins, order_by: &str) -> Result<Access, PlanError> {
    match words(order_by).as_slice() {
        [] => Ok(pins.external_id.map_or(Access::Entities, Access::EntitiesByExternalId)),
        ["name"] => Ok(Access::Entities),
        _ => Err(not_served(order_by, Kind::Entity, "use `name`")),
    }
}

fn words(order_by: &str) -> Vec<&str> {
    order_by.split_whitespace().collect()
}

fn not_served(order_by: &str, kind: Kind, served: &'static str) -> PlanError {
    PlanError::Order { found: super::error::cut(order_by.trim()), kind, served }
}

/// What every record that passes a filter has: the first that each index can
/// look up.
#[derive(Default)]
struct Pins {
    publisher: Option<BTreeSet<String>>,
    speaker: Option<BTreeSet<EntityId>>,
    mention: Option<BTreeSet<EntityId>>,
    external_id: Option<ExternalId>,
}

impl Pins {
    fn of(filter: &Filter) -> Self {
        let mut pins = Self::default();
        for conjunct in filter.conjuncts() {
            match conjunct {
                Node::Test(test) => pins.pin(test),
                Node::SameElement(first, second) => {
                    pins.external_id = pins.external_id.or_else(|| external_id(first, second));
                }
                Node::All(_) | Node::Any(_) | Node::Not(_) => {}
            }
        }
        pins
    }

    fn pin(&mut self, test: &Test) {
        let texts = test.equal_texts();
        if texts.is_empty() {
            return;
        }
        let first = |pin: &mut Option<BTreeSet<EntityId>>| {
            let ids = || texts.iter().map(|text| text.parse().ok()).collect();
            *pin = pin.take().or_else(ids);
        };
        match test.field.name {
            "publisher" | "publisher.entity" => {
                self.publisher.get_or_insert(texts);
            }
            "speaker.entity" => first(&mut self.speaker),
            "mentions.entity" => first(&mut self.mention),
            _ => {}
        }
    }
}

fn external_id(first: &Test, second: &Test) -> Option<ExternalId> {
    let (authority, id) = match (first.field.name, second.field.name) {
        ("external_ids.authority", "external_ids.id") => (first, second),
        ("external_ids.id", "external_ids.authority") => (second, first),
        _ => return None,
    };
    let text = |test: &Test| test.equal_texts().pop_first();
    Some(ExternalId { authority: text(authority)?, id: text(id)? })
}
