//! The planner: which access path serves a list, and what is left to filter.

mod bounds;

use std::collections::BTreeSet;

use super::filter::{Filter, Node, Test};
use super::order::{Order, OrderError};
use super::schema::Kind;
use super::window::{Direction, Window};
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
    /// All statements, the newest first.
    StatementsByTime,
    /// Those that speak of a time, by when it begins, the latest first.
    StatementsByReference,
    /// Those that speak of a time, by when it ends, the latest first.
    StatementsByDue,
    /// All records of the collection's kind by `create_time`, the newest first.
    ByCreation(Kind),
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
    /// Which way.
    pub direction: Direction,
    /// Within which times of the path: outside of them nothing passes the filter.
    pub window: Window,
    /// What a record must pass besides: the whole filter.
    pub filter: Option<Filter>,
    /// The order into which all that passes is to be brought, where the path does
    /// not have it.
    pub sort: Option<Order>,
    /// A path that has the order, and which way, though it leads by far more records:
    /// where too many pass to be sorted.
    pub otherwise: Option<(Access, Direction)>,
}

/// Chooses how to serve a list of what passes `filter`, in the order that
/// `order_by` says (AIP-132).
pub fn plan(
    collection: &Collection,
    filter: Option<Filter>,
    order_by: &str,
) -> Result<Plan, OrderError> {
    let order = Order::parse(order_by, collection.kind())?;
    let pins = filter.as_ref().map(Pins::of).unwrap_or_default();
    let wanted = order.as_ref().map(|order| order.only().unwrap_or(("", false)));
    let indexed = match collection {
        Collection::Articles => articles(&pins, wanted),
        Collection::Statements(parent) => statements(parent.as_ref(), &pins, wanted),
        Collection::Entities => entities(&pins, wanted),
    };
    let (access, direction, sort) = match indexed {
        Ok((access, direction)) => (access, direction, None),
        Err(access) => (access, Direction::Along, order),
    };
    let otherwise = sort.as_ref().and_then(|_| by_creation(collection, wanted));
    let window = filter.as_ref().map(|filter| bounds::window(filter, &access)).unwrap_or_default();
    Ok(Plan { access, direction, window, filter, sort, otherwise })
}

/// The times outside of which nothing was said that passes `filter`.
#[must_use]
pub fn uttered_window(filter: &Filter) -> Window {
    bounds::window(filter, &Access::StatementsByTime)
}

/// The field to order by, where it is only one, and whether it descends.
type Wanted = Option<(&'static str, bool)>;

/// A path that has the order, and which way; else one that leads to all.
type Indexed = Result<(Access, Direction), Access>;

/// The direction along a path whose own order descends.
fn newest_first(descending: bool) -> Direction {
    if descending { Direction::Along } else { Direction::Against }
}

/// The direction along a path whose own order ascends.
fn by_name(descending: bool) -> Direction {
    if descending { Direction::Against } else { Direction::Along }
}

/// The path of all records of a kind by creation, where that order is wanted.
fn by_creation(collection: &Collection, wanted: Wanted) -> Option<(Access, Direction)> {
    match (collection, wanted) {
        // An article has no more statements than can be sorted.
        (Collection::Statements(Some(_)), _) => None,
        (_, Some(("create_time", descending))) => {
            Some((Access::ByCreation(collection.kind()), newest_first(descending)))
        }
        _ => None,
    }
}

fn articles(pins: &Pins, wanted: Wanted) -> Indexed {
    let publisher = pins.publisher.clone();
    let access = publisher.map_or(Access::Articles, Access::ArticlesByPublisher);
    match wanted {
        None => Ok((access, Direction::Along)),
        Some(("published_at", descending)) => Ok((access, newest_first(descending))),
        Some(("name", descending)) => Ok((Access::ArticlesByName, by_name(descending))),
        Some(("create_time", descending)) if access == Access::Articles => {
            Ok((Access::ByCreation(Kind::Article), newest_first(descending)))
        }
        Some(_) => Err(access),
    }
}

fn statements(parent: Option<&ArticleId>, pins: &Pins, wanted: Wanted) -> Indexed {
    if let Some(article) = parent {
        let access = Access::StatementsOf(article.clone());
        return match wanted {
            None => Ok((access, Direction::Along)),
            Some(("name", descending)) => Ok((access, by_name(descending))),
            Some(_) => Err(access),
        };
    }
    let by_speaker = pins.speaker.clone().map(Access::StatementsBySpeaker);
    let of_entity = by_speaker.or(pins.mention.clone().map(Access::StatementsByMention));
    match (wanted, of_entity) {
        (None, access) => Ok((access.unwrap_or(Access::Statements), Direction::Along)),
        (Some(("uttered_at", descending)), access) => {
            Ok((access.unwrap_or(Access::StatementsByTime), newest_first(descending)))
        }
        (Some(_), Some(access)) => Err(access),
        (Some(("reference_time", descending)), None) if pins.reference_time => {
            Ok((Access::StatementsByReference, newest_first(descending)))
        }
        (Some(("reference_time.end", descending)), None) if pins.reference_time => {
            Ok((Access::StatementsByDue, newest_first(descending)))
        }
        (Some(("create_time", descending)), None) => {
            Ok((Access::ByCreation(Kind::Statement), newest_first(descending)))
        }
        (Some(_), None) => Err(Access::Statements),
    }
}

fn entities(pins: &Pins, wanted: Wanted) -> Indexed {
    let by_external_id = pins.external_id.clone().map(Access::EntitiesByExternalId);
    match wanted {
        None => Ok((by_external_id.unwrap_or(Access::Entities), Direction::Along)),
        Some(("name", descending)) => Ok((Access::Entities, by_name(descending))),
        Some(("create_time", descending)) => match by_external_id {
            Some(access) => Err(access),
            None => Ok((Access::ByCreation(Kind::Entity), newest_first(descending))),
        },
        Some(_) => Err(Access::Entities),
    }
}

/// What every record that passes a filter has: the first that each index can
/// look up.
#[derive(Default)]
struct Pins {
    publisher: Option<BTreeSet<String>>,
    speaker: Option<BTreeSet<EntityId>>,
    mention: Option<BTreeSet<EntityId>>,
    external_id: Option<ExternalId>,
    /// Whether it speaks of a time.
    reference_time: bool,
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
        // A time that is not set passes no test.
        self.reference_time |= test.field.name.starts_with("reference_time");
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
