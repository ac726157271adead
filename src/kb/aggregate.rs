//! How many statements there are of each sort, exactly and within a bound.

mod dimension;
mod tally;

use std::collections::{BTreeSet, HashMap};

pub use self::dimension::Dimension;
pub use self::tally::{Counts, GroupOrder};
use self::tally::{Tally, Told};
use super::KnowledgeBase;
use super::command::{DerivedRead, ReadOptions};
use super::counted::Counted;
use super::error::Error;
use super::list::statement_scan;
use super::merged;
use super::named_entities::named_entities;
use super::quotations::{off_the_workers, unreadable};
use super::sweep::Sweep;
use crate::domain::id::{ArticleId, EntityId, RecordName};
use crate::domain::record::{Record, Stored};
use crate::domain::revision::Revision;
use crate::store::Reader;

/// The most statements that one question looks at.
pub const AGGREGATE_SCAN: usize = 100_000;
/// How often they may fall into groups in all.
pub const AGGREGATE_MEMBERSHIPS: usize = 500_000;
/// The most articles of which independent origins are counted.
pub const ORIGIN_ARTICLES: usize = 10_000;

/// Asks how many statements there are of each sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AggregateStatements {
    /// Which statements.
    pub filter: String,
    /// What they are grouped by.
    pub group_by: Vec<Dimension>,
    /// Which groups come first.
    pub order: GroupOrder,
    /// How many groups are told.
    pub limit: usize,
    /// Whether those count that do not stand, are deprecated or not usable.
    pub include_all: bool,
    /// Whether independent origins are counted too, and how fresh what tells them
    /// apart must be.
    pub origins: Option<DerivedRead>,
    /// From which state.
    pub read: ReadOptions,
}

/// How many statements there are of each sort.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregates {
    /// The groups that are told.
    pub groups: Vec<Group>,
    /// The others as one.
    pub rest: Option<Counts>,
    /// How many others there are.
    pub rest_groups: usize,
    /// All as one.
    pub total: Counts,
    /// The revision that the answer stands for.
    pub revision: Revision,
    /// The revision that origins were told apart at, where they were asked for.
    pub origins_revision: Option<Revision>,
}

/// Statements that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// What they share: values, and the display names of those that are entities.
    pub keys: Vec<(String, String)>,
    /// How many there are.
    pub counts: Counts,
}

impl KnowledgeBase {
    /// Counts statements by what they share.
    pub async fn aggregate_statements(
        &self,
        query: &AggregateStatements,
    ) -> Result<Aggregates, Error> {
        let reader = self.reader(&query.read).await?;
        let reader = reader.as_ref();
        let scan = statement_scan(reader, &query.filter).await?;
        let mut sweep = Sweep::of(reader, scan, AGGREGATE_SCAN);
        let mut counted = Counted::new(query.include_all);
        let mut tally = Tally::default();
        while let Some(mut statements) = sweep.next().await? {
            counted.keep(reader, &mut statements).await?;
            for stored in &statements {
                count(&mut tally, &query.group_by, stored);
                if tally.memberships() > AGGREGATE_MEMBERSHIPS {
                    let why =
                        format!("they fall into groups more than {AGGREGATE_MEMBERSHIPS} times");
                    return Err(too_many(&why));
                }
            }
        }
        if !sweep.is_whole() {
            return Err(too_many(&format!(
                "more than {AGGREGATE_SCAN} would have to be looked at"
            )));
        }
        tally.rename(&survivors(reader, &tally).await?);
        let mut told = tally.told(query.order, query.limit);
        let origins_revision = match &query.origins {
            Some(read) => Some(self.count_origins(&mut told, read).await?),
            None => None,
        };
        let groups = named(reader, &told).await?;
        let Told { rest, rest_groups, total, .. } = told;
        let revision = reader.revision();
        Ok(Aggregates { groups, rest, rest_groups, total, revision, origins_revision })
    }

    /// Counts the independent origins of what is told; tells as of which revision.
    async fn count_origins(&self, told: &mut Told, read: &DerivedRead) -> Result<Revision, Error> {
        let quotations = self.quotations(read).await?;
        let revision = quotations.revision();
        let numbers = told.total.which.clone();
        if numbers.len() > ORIGIN_ARTICLES {
            return Err(too_many(&format!(
                "they stand in more than {ORIGIN_ARTICLES} articles, of which origins cannot be \
                 told"
            )));
        }
        let articles = numbers.iter().map(|number| ArticleId::new(&told.article(*number)));
        let articles: Vec<ArticleId> = articles.filter_map(Result::ok).collect();
        let evidence = off_the_workers(move || {
            quotations.origin_evidence(&articles).map_err(|error| unreadable(&error))
        });
        let evidence = evidence.await?;
        for counts in told.counts() {
            let places = counts.which.iter().filter_map(|it| numbers.binary_search(it).ok());
            counts.origins = Some(evidence.count(&places.collect::<Vec<_>>()));
        }
        Ok(revision)
    }
}

fn count(tally: &mut Tally, dimensions: &[Dimension], stored: &Stored) {
    if let (RecordName::Statement(name), Record::Statement(statement)) =
        (&stored.name, &stored.value)
    {
        let keys = dimensions.iter().map(|dimension| dimension.values(statement)).collect();
        tally.add(name.article.as_str(), &statement.article.publisher, keys);
    }
}

fn too_many(why: &str) -> Error {
    let description = format!(
        "too many statements: {why}. Name a speaker or a mentioned entity in the filter, as in \
         `speaker.entity = \"entities/x\"`, group by less, or count what Export writes out"
    );
    Error::invalid("filter", "TOO_MANY_STATEMENTS", description)
}

/// For each merged entity that is counted by, the one that stands for it.
async fn survivors(reader: &dyn Reader, tally: &Tally) -> Result<HashMap<String, String>, Error> {
    let ids: BTreeSet<EntityId> = tally.values().filter_map(|value| entity(value)).collect();
    let survivors = merged::survivors(reader, ids).await?;
    let renamed =
        survivors.into_iter().map(|(id, survivor)| (id.to_string(), survivor.to_string()));
    Ok(renamed.collect())
}

/// The entity whose name a value is.
fn entity(value: &str) -> Option<EntityId> {
    value.parse().ok()
}

/// The groups with the display names of entities.
async fn named(reader: &dyn Reader, told: &Told) -> Result<Vec<Group>, Error> {
    let values = told.groups.iter().flat_map(|(keys, _)| keys);
    let ids: BTreeSet<EntityId> = values.filter_map(|value| entity(value)).collect();
    let names = named_entities(reader, ids).await?;
    let key = |value: &String| {
        let name = entity(value).and_then(|id| names.get(&id));
        (value.clone(), name.map_or_else(String::new, |entity| entity.display_name.clone()))
    };
    let group = |(keys, counts): &(Vec<String>, Counts)| Group {
        keys: keys.iter().map(key).collect(),
        counts: counts.clone(),
    };
    Ok(told.groups.iter().map(group).collect())
}
