//! Reading quotations: what stands in the table, at the revision it has reached.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::align::{self, WordChange};
use super::facts::{IdFacts, LAYOUT, Meta, NearFacts, SpeakerFacts, SummaryFacts, decode};
use super::keys::{self, ANY_SPEAKER, ArticleKey, GroupKey, SpeakerKey};
use super::order::QuotationOrder;
use super::origins::OriginEvidence;
use super::table::{Shown, Snapshot, Table, TableError};
use super::words;
use super::writer::{articles, groups, speakers, statements};
use crate::domain::id::{ArticleId, EntityId, StatementId, StatementName};
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;

/// The most statements that are told of one wording.
const MOST_TOLD: usize = 50;
/// The most wordings that are told of a quotation.
const MOST_WORDINGS_TOLD: usize = 50;
/// The most near-duplicates of one article.
pub const MOST_NEAR: usize = 256;

/// Quotations as they are kept.
#[derive(Clone)]
pub struct Quotations {
    table: Arc<dyn Table>,
}

/// One state of them.
pub struct QuotationsReader {
    pub(super) table: Box<dyn Shown>,
    revision: Revision,
}

/// Who says a quotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuotationSpeaker {
    /// An entity, the survivor of what was merged.
    Entity(EntityId),
    /// A name that is linked to no entity.
    Named,
    /// Nobody who is named.
    Unknown,
}

/// A quotation as lists tell of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Quotation {
    /// Its id.
    pub id: String,
    /// Who says it.
    pub speaker: QuotationSpeaker,
    /// How the earliest article names the speaker.
    pub mention: String,
    /// The commonest wording.
    pub text: String,
    /// How many wordings there are.
    pub wording_count: u32,
    /// How many statements.
    pub statements: u32,
    /// How many articles.
    pub articles: u32,
    /// How many publishers, as far as they are known.
    pub outlets: u32,
    /// The first of them, by key.
    pub publishers: Vec<String>,
    /// The fewest and the most origins that do not depend on each other.
    pub origins: (u32, u32),
    /// When the first article was published.
    pub first_seen: Option<Timestamp>,
    /// When the last was.
    pub last_seen: Option<Timestamp>,
    /// How many words the farthest wording is from the commonest.
    pub drift: u32,
    /// The wordings, the commonest first; only where one quotation was asked for.
    pub wordings: Vec<Wording>,
}

/// One wording of a quotation.
#[derive(Clone, Debug, PartialEq)]
pub struct Wording {
    /// The words as one of its statements has them.
    pub text: String,
    /// How many statements have it.
    pub statements: u32,
    /// The first of them, by name.
    pub told: Vec<StatementName>,
    /// How it differs from the commonest; empty for that itself.
    pub changes: Vec<WordChange>,
}

/// An article that another one is near to.
#[derive(Clone, Debug, PartialEq)]
pub struct NearDuplicate {
    /// The article.
    pub article: ArticleId,
    /// The share of all runs of words that both have.
    pub resemblance: f64,
    /// The share of the shorter one's that the other has.
    pub containment: f64,
    /// How many quoted spans both have.
    pub shared_quotes: u32,
    /// Whether it is beyond reasonable doubt that they have one origin.
    pub sure: bool,
}

/// What stands at a place of a list, if anything is listed there, and the place.
pub type Placed<T> = (Option<T>, Vec<u8>);

/// Two articles that are near to each other.
#[derive(Clone, Debug, PartialEq)]
pub struct NearPair {
    /// The one.
    pub article: ArticleId,
    /// The other one, and how near it is.
    pub near: NearDuplicate,
}

/// Which quotations are listed, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// By what they are ordered.
    pub order: QuotationOrder,
    /// Whether the smallest come first.
    pub ascending: bool,
    /// Whose; `None`: everybody's.
    pub speaker: Option<EntityId>,
}

impl Quotations {
    /// Those that a table holds.
    #[must_use]
    pub fn new(table: Arc<dyn Table>) -> Self {
        Self { table }
    }

    /// The newest state of those that follow from the records of a store; `None` where
    /// there is none that was built whole.
    pub fn reader_of(&self, store_id: Uuid) -> Result<Option<QuotationsReader>, TableError> {
        let table = self.table.snapshot()?;
        let unfinished = table.get(keys::UNFINISHED)?.is_some();
        let meta: Option<Meta> = table.get(keys::META)?.map(|bytes| decode(&bytes)).transpose()?;
        let meta = meta.filter(|meta| meta.is_of(store_id) && !unfinished);
        Ok(meta.map(|meta| QuotationsReader { table, revision: Revision(meta.revision) }))
    }

    /// The newest state; `None` while they are being built for the first time.
    pub fn reader(&self) -> Result<Option<QuotationsReader>, TableError> {
        let table = self.table.snapshot()?;
        let meta: Option<Meta> = table.get(keys::META)?.map(|bytes| decode(&bytes)).transpose()?;
        let meta = meta.filter(|meta| meta.layout == LAYOUT);
        Ok(meta.map(|meta| QuotationsReader { table, revision: Revision(meta.revision) }))
    }
}

impl QuotationsReader {
    /// The revision that it stands for.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// Whether a statement is known.
    pub fn knows(&self, name: &StatementName) -> Result<bool, TableError> {
        let article = keys::article_key(&name.article);
        let facts = statements::statement_facts(self.table(), &article, name.statement.as_str())?;
        Ok(facts.is_some())
    }

    /// Counts at most so many of the statements that are known, from a place on that
    /// is moved behind them; empty: from the first.
    pub fn statements_from(&self, from: &mut Vec<u8>, limit: usize) -> Result<usize, TableError> {
        let (first, end) = keys::all_statements();
        let start = if from.is_empty() { first } else { from.clone() };
        let entries = self.table.range(&start, &end, limit)?;
        if let Some((key, _)) = entries.last() {
            *from = [key.as_slice(), &[0]].concat();
        }
        Ok(entries.len())
    }

    /// The quotation that has this id, or has taken in the one that had it.
    pub fn quotation(&self, id: &str) -> Result<Option<Quotation>, TableError> {
        let number = id.strip_prefix('q').and_then(|hex| u64::from_str_radix(hex, 16).ok());
        let Some(number) = number.filter(|number| id_text(*number) == id) else { return Ok(None) };
        let Some(bytes) = self.table.get(&keys::id(number))? else { return Ok(None) };
        let group = match decode(&bytes)? {
            IdFacts::Gone(group) => Some(group),
            IdFacts::Passage(article, statement, ordinal) => {
                let facts = statements::statement_facts(self.table(), &article, &statement)?;
                let passage = facts.and_then(|it| it.passages.into_iter().nth(ordinal as usize));
                passage.and_then(|passage| passage.group)
            }
        };
        group.map_or(Ok(None), |group| self.quotation_of(&group))
    }

    /// The quotation that a wording belongs to, with its wordings.
    pub(super) fn quotation_of(&self, group: &GroupKey) -> Result<Option<Quotation>, TableError> {
        let Some(root) = groups::root(self.table(), group)? else { return Ok(None) };
        let Some(mut quotation) = self.listed(&root)? else { return Ok(None) };
        quotation.wordings = self.wordings(&root, &quotation.text)?;
        Ok(Some(quotation))
    }

    /// Quotations in an order, after a place; with the place of each.
    pub fn list(
        &self,
        listing: &Listing,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<(Quotation, Vec<u8>)>, TableError> {
        let speaker = match &listing.speaker {
            Some(entity) => self.entity(entity)?,
            None => ANY_SPEAKER,
        };
        let prefix = keys::places(&speaker, listing.order.number());
        let end = super::table::after_prefix(&prefix);
        let place = |after: &[u8]| [prefix.as_slice(), after].concat();
        // The largest comes first in the table.
        let entries = if listing.ascending {
            self.table.range_back(&prefix, &after.map_or(end, place), limit)?
        } else {
            let from = after.map_or(prefix.clone(), |after| [&place(after)[..], &[0]].concat());
            self.table.range(&from, &end, limit)?
        };
        let mut listed = Vec::new();
        for (key, _) in entries {
            let place = key.get(prefix.len()..).unwrap_or_default().to_vec();
            let Some(root) = keys::last::<12>(&key) else { continue };
            listed.extend(self.listed(&root)?.map(|quotation| (quotation, place)));
        }
        Ok(listed)
    }

    /// Pairs of near-duplicates, those of one article or all, after a place; with
    /// the place of each. Of all, a pair comes once, and `None` in its other place.
    pub fn near_pairs(
        &self,
        article: Option<&ArticleId>,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Result<Vec<Placed<NearPair>>, TableError> {
        let prefix = match article {
            Some(article) => keys::nears(&keys::article_key(article)),
            None => keys::all_nears(),
        };
        let from = after.map_or(prefix.clone(), |after| [&prefix[..], after, &[0]].concat());
        let end = super::table::after_prefix(&prefix);
        let mut pairs = Vec::new();
        for (key, bytes) in self.table.range(&from, &end, limit)? {
            let place = key.get(prefix.len()..).unwrap_or_default().to_vec();
            let Some((one, other)) = keys::near_pair(&key) else { continue };
            let pair = match article.is_some() || one < other {
                true => self.article_id(&one)?.zip(self.article_id(&other)?),
                false => None,
            };
            let pair = match pair {
                Some((article, other)) => {
                    Some(NearPair { article, near: near_duplicate(other, decode(&bytes)?) })
                }
                None => None,
            };
            pairs.push((pair, place));
        }
        Ok(pairs)
    }

    /// The articles that one is near to, the nearest first.
    pub fn near_duplicates(&self, article: &ArticleId) -> Result<Vec<NearDuplicate>, TableError> {
        let key = keys::article_key(article);
        let mut found = Vec::new();
        for (near, bytes) in self.table.prefix(&keys::nears(&key), MOST_NEAR)? {
            let other = keys::last::<8>(&near).map(|other| self.article_id(&other)).transpose()?;
            let facts = decode(&bytes)?;
            found.extend(other.flatten().map(|article| near_duplicate(article, facts)));
        }
        found.sort_by(|one, other| {
            let by_containment = other.containment.total_cmp(&one.containment);
            by_containment.then_with(|| one.article.cmp(&other.article))
        });
        Ok(found)
    }

    /// What is known of how articles depend on each other.
    pub fn origin_evidence(&self, articles: &[ArticleId]) -> Result<OriginEvidence, TableError> {
        let keys: Vec<ArticleKey> = articles.iter().map(keys::article_key).collect();
        OriginEvidence::read(self.table(), &keys)
    }

    pub(super) fn table(&self) -> &dyn Snapshot {
        &*self.table
    }

    /// The number of an entity, or of what it was merged into.
    pub(super) fn entity(&self, entity: &EntityId) -> Result<SpeakerKey, TableError> {
        let recorded = SpeakerFacts::Entity(entity.as_str().to_owned());
        let survivor = speakers::survivor(self.table(), &recorded)?;
        Ok(survivor.key().unwrap_or(ANY_SPEAKER))
    }

    pub(super) fn article_id(&self, key: &ArticleKey) -> Result<Option<ArticleId>, TableError> {
        let facts = articles::facts(self.table(), key)?;
        Ok(facts.and_then(|facts| ArticleId::new(&facts.id).ok()))
    }

    /// The statements of a wording, by name as far as they are told.
    pub(super) fn members(
        &self,
        group: &GroupKey,
        limit: usize,
    ) -> Result<Vec<StatementName>, TableError> {
        let prefix = keys::members(group);
        let mut names = Vec::new();
        for (key, _) in self.table.prefix(&prefix, limit)? {
            let Some((article, statement)) = keys::statement_of(&key, prefix.len()) else {
                continue;
            };
            let article = self.article_id(&article)?;
            let statement = StatementId::new(&statement).ok();
            names.extend(
                article
                    .zip(statement)
                    .map(|(article, statement)| StatementName { article, statement }),
            );
        }
        names.sort();
        Ok(names)
    }

    fn listed(&self, root: &GroupKey) -> Result<Option<Quotation>, TableError> {
        let Some(bytes) = self.table.get(&keys::summary(root))? else { return Ok(None) };
        Ok(Some(quotation(decode(&bytes)?)))
    }

    fn wordings(&self, root: &GroupKey, commonest: &str) -> Result<Vec<Wording>, TableError> {
        let base = words::read(commonest);
        let folds = |words: &[words::Word]| -> Vec<String> {
            words.iter().map(|word| word.fold.clone()).collect()
        };
        let mut counted: Vec<(u32, GroupKey)> = Vec::new();
        for group in groups::wordings(self.table(), root)? {
            let count = self.table.prefix(&keys::members(&group), 10_000)?.len();
            counted.push((count as u32, group));
        }
        counted.sort_unstable_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
        let mut wordings = Vec::new();
        for (statements, group) in counted.into_iter().take(MOST_WORDINGS_TOLD) {
            let Some(facts) = groups::group_facts(self.table(), &group)? else { continue };
            let words = words::read(&facts.text);
            let same = folds(&words) == folds(&base);
            let changes = if same { Vec::new() } else { whole_diff(&words, &base) };
            let told = self.members(&group, MOST_TOLD)?;
            let text = if same { commonest.to_owned() } else { facts.text };
            wordings.push((same, Wording { text, statements, told, changes }));
        }
        wordings.sort_by_key(|(same, _)| !same);
        Ok(wordings.into_iter().map(|(_, wording)| wording).collect())
    }
}

fn near_duplicate(article: ArticleId, facts: NearFacts) -> NearDuplicate {
    let NearFacts { resemblance, containment, quotes, sure } = facts;
    NearDuplicate { article, resemblance, containment, shared_quotes: quotes, sure }
}

/// How a whole wording differs from another one, from its first word to its last.
fn whole_diff(given: &[words::Word], said: &[words::Word]) -> Vec<WordChange> {
    align::align_whole(given, said).map(|alignment| alignment.changes).unwrap_or_default()
}

pub(super) fn quotation(summary: SummaryFacts) -> Quotation {
    let time = |micros: i64| Timestamp::from_microsecond(micros).ok();
    Quotation {
        id: id_text(summary.id),
        speaker: match (summary.speaker.entity(), &summary.speaker) {
            (Some(entity), _) => QuotationSpeaker::Entity(entity),
            (None, SpeakerFacts::Named(_)) => QuotationSpeaker::Named,
            (None, _) => QuotationSpeaker::Unknown,
        },
        mention: summary.mention,
        text: summary.text,
        wording_count: summary.wordings,
        statements: summary.statements,
        articles: summary.articles,
        outlets: summary.outlets,
        publishers: summary.publishers,
        origins: summary.origins,
        first_seen: summary.first_seen.and_then(time),
        last_seen: summary.last_seen.and_then(time),
        drift: summary.drift,
        wordings: Vec::new(),
    }
}

fn id_text(id: u64) -> String {
    format!("q{id:016x}")
}

/// Counts by key, the largest first; of equal counts the smaller key.
pub(super) fn most_first<K: Ord>(counts: BTreeMap<K, usize>) -> Vec<(K, usize)> {
    let mut counts: Vec<(K, usize)> = counts.into_iter().collect();
    counts.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    counts
}
