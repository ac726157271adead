//! Which records a subscriber wants.

use std::collections::{BTreeSet, HashSet};

use super::WatchRecords;
use crate::domain::id::{EntityId, RecordName};
use crate::domain::record::{Record, Stored};
use crate::kb::error::{Error, Violation};
use crate::query::filter::Filter;
use crate::query::schema::Kind;
use crate::query::widen::SameEntities;

/// Lets pass what a subscriber wants.
#[derive(Clone)]
pub(super) struct Selection {
    entities: HashSet<EntityId>,
    articles: Wanted,
    statements: Wanted,
    entity_records: Wanted,
}

/// Which records of one kind are wanted.
#[derive(Clone)]
enum Wanted {
    None,
    All,
    Matching(Filter),
}

impl Selection {
    /// Checks the filters; tells all their faults at once.
    pub(super) fn of(wanted: &WatchRecords) -> Result<Self, Error> {
        let mut faults = Vec::new();
        let mut of_kind = |kind, field, filter: &str| {
            wanted_of_kind(wanted, kind, field, filter).unwrap_or_else(|fault| {
                faults.push(fault);
                Wanted::None
            })
        };
        let selection = Self {
            articles: of_kind(Kind::Article, "article_filter", &wanted.article_filter),
            statements: of_kind(Kind::Statement, "statement_filter", &wanted.statement_filter),
            entity_records: of_kind(Kind::Entity, "entity_filter", &wanted.entity_filter),
            entities: wanted.entities.clone(),
        };
        if faults.is_empty() { Ok(selection) } else { Err(Error::Invalid(faults)) }
    }

    /// Whether some records of the kind that has such names are wanted.
    pub(super) fn wants_kind_of(&self, name: &RecordName) -> bool {
        !matches!(self.of_kind(name), Wanted::None)
    }

    fn of_kind(&self, name: &RecordName) -> &Wanted {
        match name {
            RecordName::Article(_) => &self.articles,
            RecordName::Statement(_) => &self.statements,
            RecordName::Entity(_) => &self.entity_records,
        }
    }

    /// The entities that it names.
    pub(super) fn named(&self) -> BTreeSet<EntityId> {
        let filters = [&self.articles, &self.statements, &self.entity_records];
        let by_filters = filters.into_iter().flat_map(|wanted| match wanted {
            Wanted::Matching(filter) => filter.entities_named(),
            Wanted::None | Wanted::All => BTreeSet::new(),
        });
        self.entities.iter().cloned().chain(by_filters).collect()
    }

    /// The selection in which each entity stands for all that are merged with it.
    pub(super) fn widened(&self, same: &SameEntities) -> Self {
        let widened = |wanted: &Wanted| match wanted {
            Wanted::Matching(filter) => Wanted::Matching(filter.widened(same)),
            Wanted::None | Wanted::All => wanted.clone(),
        };
        let entities = self.entities.iter().flat_map(|id| same.get(id).into_iter().flatten());
        Self {
            entities: entities.cloned().collect(),
            articles: widened(&self.articles),
            statements: widened(&self.statements),
            entity_records: widened(&self.entity_records),
        }
    }

    /// Whether a record is wanted.
    pub(super) fn wants(&self, stored: &Stored) -> bool {
        match self.of_kind(&stored.name) {
            Wanted::None => false,
            Wanted::All => self.concerns(stored),
            Wanted::Matching(filter) => self.concerns(stored) && filter.matches(stored),
        }
    }

    /// Whether a record has to do with one of the entities.
    fn concerns(&self, stored: &Stored) -> bool {
        if self.entities.is_empty() {
            return true;
        }
        let asked = |entity: &EntityId| self.entities.contains(entity);
        match (&stored.name, &stored.value) {
            (RecordName::Entity(id), _) => asked(id),
            (_, Record::Article(article)) => article.publisher.entity.as_ref().is_some_and(asked),
            (_, Record::Statement(statement)) => {
                statement.speaker_entity().is_some_and(asked)
                    || statement.entities_mentioned().any(asked)
            }
            (_, Record::Entity(_)) => false,
        }
    }
}

fn wanted_of_kind(
    wanted: &WatchRecords,
    kind: Kind,
    field: &str,
    filter: &str,
) -> Result<Wanted, Violation> {
    let filter = Filter::parse(filter, kind)
        .map_err(|error| Violation::new(field, "BAD_FILTER", error.to_string()))?;
    let kind_wanted = wanted.kinds.is_empty() || wanted.kinds.contains(&kind);
    match filter {
        Some(_) if !kind_wanted => {
            let description = format!("filters {}, which `kinds` leaves out", kind.plural());
            Err(Violation::new(field, "CONTRADICTION", description))
        }
        Some(filter) => Ok(Wanted::Matching(filter)),
        None if kind_wanted => Ok(Wanted::All),
        None => Ok(Wanted::None),
    }
}
