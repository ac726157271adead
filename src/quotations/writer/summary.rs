//! What lists tell of a quotation, worked out anew once a commit.

use std::collections::{BTreeMap, BTreeSet};

use super::Writer;
use super::articles;
use super::groups::{group_facts, root, wordings};
use super::statements::statement_facts;
use crate::quotations::facts::{ArticleFacts, NearFacts, SummaryFacts, decode, encode, id_of};
use crate::quotations::keys::{self, ANY_SPEAKER, ArticleKey, GroupKey};
use crate::quotations::order::QuotationOrder;
use crate::quotations::origins::{self, Report};
use crate::quotations::similarity;
use crate::quotations::table::{Snapshot, TableError};
use crate::quotations::words;

/// The most statements of one wording that are counted.
const MOST_MEMBERS: usize = 10_000;
/// The most articles among which origins are told apart; more count as their own.
const MOST_REPORTS: usize = 1_000;

/// The most publishers that are told by name.
const MOST_PUBLISHERS: usize = 100;

/// A statement of a quotation.
struct Member {
    group: GroupKey,
    article: ArticleKey,
    statement: String,
    ordinal: u32,
}

/// The order in which members are told: the earliest published first.
type Rank = (i64, String, String, u32);

impl Writer {
    /// Works out what lists tell of all quotations that were touched.
    pub(super) fn settle(&mut self) -> Result<(), TableError> {
        let dirty = std::mem::take(&mut self.dirty);
        let mut roots: BTreeSet<GroupKey> = BTreeSet::new();
        for group in dirty {
            roots.extend(root(&self.table, &group)?);
            roots.insert(group);
        }
        for root in roots {
            let before = self.table.get(&keys::summary(&root))?;
            let after = self.summary(&root)?.map(|summary| encode(&summary)).transpose()?;
            if before == after {
                continue;
            }
            if let Some(before) = before {
                for place in places(&decode(&before)?, &root) {
                    self.table.remove(place);
                }
                self.table.remove(keys::summary(&root));
            }
            if let Some(after) = after {
                for place in places(&decode(&after)?, &root) {
                    self.table.put(place, Vec::new());
                }
                self.table.put(keys::summary(&root), after);
            }
        }
        Ok(())
    }

    fn summary(&self, root: &GroupKey) -> Result<Option<SummaryFacts>, TableError> {
        let groups = wordings(&self.table, root)?;
        let mut members: Vec<Member> = Vec::new();
        for group in &groups {
            members.extend(members_of(&self.table, group)?);
        }
        let mut facts: BTreeMap<ArticleKey, ArticleFacts> = BTreeMap::new();
        for member in &members {
            if !facts.contains_key(&member.article)
                && let Some(article) = articles::facts(&self.table, &member.article)?
            {
                facts.insert(member.article, article);
            }
        }
        let rank = |member: &Member| -> Rank {
            let article = facts.get(&member.article);
            let published = article.and_then(|article| article.published).unwrap_or(i64::MAX);
            let article = article.map(|article| article.id.clone()).unwrap_or_default();
            (published, article, member.statement.clone(), member.ordinal)
        };
        let Some(earliest) = members.iter().min_by_key(|member| rank(member)) else {
            return Ok(None);
        };
        let Some(said) = statement_facts(&self.table, &earliest.article, &earliest.statement)?
        else {
            return Ok(None);
        };
        let commonest = commonest(&members, rank);
        let text = match commonest {
            Some(member) => self.text_of(member)?,
            None => String::new(),
        };
        let drift = self.drift(&groups, commonest.map(|member| &member.group))?;
        let outlets: BTreeSet<&str> = facts
            .values()
            .map(|article| article.outlet.as_str())
            .filter(|it| !it.is_empty())
            .collect();
        let times = || facts.values().filter_map(|article| article.published);
        let speaker = group_facts(&self.table, root)?.map(|group| group.speaker);
        Ok(Some(SummaryFacts {
            id: id_of(&earliest.article, &earliest.statement, earliest.ordinal),
            speaker: speaker.unwrap_or(said.speaker),
            mention: said.mention,
            text,
            wordings: groups.len() as u32,
            statements: members.len() as u32,
            articles: facts.len() as u32,
            outlets: outlets.len() as u32,
            publishers: outlets.into_iter().take(MOST_PUBLISHERS).map(str::to_owned).collect(),
            origins: self.origins(&facts)?,
            first_seen: times().min(),
            last_seen: times().max(),
            drift,
        }))
    }

    /// The words of a member as its article has them.
    fn text_of(&self, member: &Member) -> Result<String, TableError> {
        let facts = statement_facts(&self.table, &member.article, &member.statement)?;
        let passage =
            facts.and_then(|facts| facts.passages.into_iter().nth(member.ordinal as usize));
        Ok(passage.map(|passage| passage.text).unwrap_or_default())
    }

    /// How far the farthest wording is from the commonest.
    fn drift(&self, groups: &[GroupKey], commonest: Option<&GroupKey>) -> Result<u32, TableError> {
        let read = |group: &GroupKey| -> Result<Vec<words::Word>, TableError> {
            let facts = group_facts(&self.table, group)?;
            Ok(facts.map(|facts| words::read(&facts.text)).unwrap_or_default())
        };
        let Some(commonest) = commonest else { return Ok(0) };
        let base = read(commonest)?;
        let mut farthest = 0;
        for group in groups.iter().filter(|group| *group != commonest) {
            farthest = farthest.max(similarity::distance(&base, &read(group)?));
        }
        Ok(farthest as u32)
    }

    fn origins(
        &self,
        facts: &BTreeMap<ArticleKey, ArticleFacts>,
    ) -> Result<(u32, u32), TableError> {
        let known: BTreeMap<&ArticleKey, usize> =
            facts.keys().take(MOST_REPORTS).zip(0..).collect();
        let mut reports: Vec<Report<'_>> = Vec::with_capacity(known.len());
        for (article, facts) in facts.iter().take(MOST_REPORTS) {
            let mut near = Vec::new();
            if known.len() > 1 {
                for (key, bytes) in self.table.prefix(&keys::nears(article), MOST_REPORTS)? {
                    let other = keys::last::<8>(&key).and_then(|other| known.get(&other).copied());
                    let facts: NearFacts = decode(&bytes)?;
                    near.extend(other.map(|other| (other, facts.sure)));
                }
            }
            reports.push(Report { facts, near });
        }
        let rest = facts.len().saturating_sub(MOST_REPORTS) as u32;
        let (fewest, most) = origins::count(&reports);
        Ok((fewest, most + rest))
    }
}

/// The earliest member of the wording that most articles have; of several such
/// wordings, the one met first.
fn commonest(members: &[Member], rank: impl Fn(&Member) -> Rank) -> Option<&Member> {
    let mut wordings: BTreeMap<&GroupKey, (BTreeSet<&ArticleKey>, &Member)> = BTreeMap::new();
    for member in members {
        let (articles, earliest) =
            wordings.entry(&member.group).or_insert_with(|| (BTreeSet::new(), member));
        articles.insert(&member.article);
        if rank(member) < rank(earliest) {
            *earliest = member;
        }
    }
    let best = wordings.into_values().max_by(|(one, earliest), (other, other_earliest)| {
        let by_count = one.len().cmp(&other.len());
        by_count.then_with(|| rank(other_earliest).cmp(&rank(earliest)))
    });
    best.map(|(_, earliest)| earliest)
}

fn members_of(table: &dyn Snapshot, group: &GroupKey) -> Result<Vec<Member>, TableError> {
    let prefix = keys::members(group);
    let entries = table.prefix(&prefix, MOST_MEMBERS)?;
    let mut members = Vec::with_capacity(entries.len());
    for (key, bytes) in entries {
        let Some((article, statement)) = keys::statement_of(&key, prefix.len()) else { continue };
        members.push(Member { group: *group, article, statement, ordinal: decode(&bytes)? });
    }
    Ok(members)
}

/// Where a quotation stands in each order, among all and among its speaker's.
fn places(summary: &SummaryFacts, root: &GroupKey) -> Vec<Vec<u8>> {
    let speakers = [Some(ANY_SPEAKER), summary.speaker.key()];
    let places = speakers.into_iter().flatten().flat_map(|speaker| {
        QuotationOrder::ALL
            .into_iter()
            .map(move |order| keys::place(&speaker, order.number(), order.value(summary), root))
    });
    places.collect()
}
