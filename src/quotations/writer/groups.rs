//! Wordings, the edges between near ones, and the quotations that they make: the
//! connected groups, each under the smallest of its wordings' numbers.

use std::collections::BTreeSet;

use super::Writer;
use crate::quotations::facts::{GroupFacts, NearFacts, SummaryFacts, decode, encode};
use crate::quotations::fingerprint::{bands, grams, hash};
use crate::quotations::keys::{self, GroupKey};
use crate::quotations::similarity;
use crate::quotations::table::{Snapshot, TableError};
use crate::quotations::words::{self, Word};

/// A bucket in which more wordings of one speaker meet leads nowhere.
const MOST_IN_A_BUCKET: usize = 500;
/// The most wordings of a quotation: what would join more stays apart. Where one
/// goes, as many are gone over.
pub(in crate::quotations) const MOST_WORDINGS: usize = 500;

impl Writer {
    /// The wording of these words, made where there is none yet.
    pub(super) fn group(
        &mut self,
        facts: &GroupFacts,
        words: &[Word],
    ) -> Result<GroupKey, TableError> {
        let group = facts.key(words);
        if self.table.get(&keys::group(&group))?.is_some() {
            return Ok(group);
        }
        self.table.put(keys::group(&group), encode(facts)?);
        let speaker = facts.speaker_key();
        for gram in grams(words) {
            self.grams.put(keys::gram(gram, &speaker, &group));
        }
        if facts.is_quotation(words) {
            self.table.put(keys::root(&group), group.to_vec());
            self.table.put(keys::cluster(&group, &group), Vec::new());
            for bucket in buckets(facts, words) {
                let mut met = self.met(&bucket)?;
                if met.len() < MOST_IN_A_BUCKET {
                    met.push(group);
                    self.table.put(bucket, encode(&met)?);
                }
            }
            self.link(&group, facts, words)?;
        }
        Ok(group)
    }

    /// Removes a wording that no statement has any more.
    pub(super) fn drop_group_without_members(
        &mut self,
        group: &GroupKey,
    ) -> Result<(), TableError> {
        if !self.table.prefix(&keys::members(group), 1)?.is_empty() {
            return Ok(());
        }
        let Some(facts) = group_facts(&self.table, group)? else { return Ok(()) };
        let words = words::read(&facts.text);
        let speaker = facts.speaker_key();
        for gram in grams(&words) {
            self.grams.remove(keys::gram(gram, &speaker, group));
        }
        self.table.remove(keys::group(group));
        if !facts.is_quotation(&words) {
            return Ok(());
        }
        for bucket in buckets(&facts, &words) {
            let mut met = self.met(&bucket)?;
            met.retain(|other| other != group);
            if met.is_empty() {
                self.table.remove(bucket);
            } else {
                self.table.put(bucket, encode(&met)?);
            }
        }
        let root = root(&self.table, group)?.unwrap_or(*group);
        let mut left = wordings(&self.table, &root)?;
        left.retain(|other| other != group);
        self.unlink(group)?;
        self.table.remove(keys::root(group));
        self.table.remove(keys::cluster(&root, group));
        self.dirty.insert(root);
        self.part(left)
    }

    /// Finds anew what the words of nobody named are the same as: the article's
    /// near-duplicates are others.
    pub(super) fn link_unknown_again(&mut self, group: &GroupKey) -> Result<(), TableError> {
        let Some(facts) = group_facts(&self.table, group)? else { return Ok(()) };
        let words = words::read(&facts.text);
        if facts.speaker.key().is_some() || !facts.is_quotation(&words) {
            return Ok(());
        }
        let root = root(&self.table, group)?.unwrap_or(*group);
        let all = wordings(&self.table, &root)?;
        self.unlink(group)?;
        self.part(all)?;
        self.link(group, &facts, &words)
    }

    fn met(&self, bucket: &[u8]) -> Result<Vec<GroupKey>, TableError> {
        Ok(self.table.get(bucket)?.map(|bytes| decode(&bytes)).transpose()?.unwrap_or_default())
    }

    /// Finds the wordings that are near to one, and joins their quotations.
    fn link(
        &mut self,
        group: &GroupKey,
        facts: &GroupFacts,
        words: &[Word],
    ) -> Result<(), TableError> {
        let mut others: BTreeSet<GroupKey> = BTreeSet::new();
        for bucket in buckets(facts, words) {
            others.extend(self.met(&bucket)?);
        }
        others.remove(group);
        for other in others {
            let Some(other_facts) = group_facts(&self.table, &other)? else { continue };
            if let Some(edits) = self.apart(facts, words, &other_facts)? {
                self.join(group, &other, edits)?;
            }
        }
        Ok(())
    }

    /// How far apart two wordings are, where they are near.
    fn apart(
        &self,
        facts: &GroupFacts,
        words: &[Word],
        other: &GroupFacts,
    ) -> Result<Option<usize>, TableError> {
        if facts.speaker != other.speaker {
            return Ok(None);
        }
        let edits = similarity::wordings(words, &words::read(&other.text));
        match (facts.article, other.article) {
            (Some(one), Some(two)) => {
                let near = self.table.get(&keys::near(&one, &two))?;
                let near: Option<NearFacts> = near.map(|bytes| decode(&bytes)).transpose()?;
                Ok(edits.filter(|edits| *edits == 0 && near.is_some_and(|near| near.sure)))
            }
            _ => Ok(edits),
        }
    }

    fn join(&mut self, group: &GroupKey, other: &GroupKey, edits: usize) -> Result<(), TableError> {
        let one = root(&self.table, group)?.unwrap_or(*group);
        let two = root(&self.table, other)?.unwrap_or(*other);
        if one != two {
            let (kept, gone) = (one.min(two), one.max(two));
            let (staying, moving) = (wordings(&self.table, &kept)?, wordings(&self.table, &gone)?);
            if staying.len() + moving.len() > MOST_WORDINGS {
                return Ok(());
            }
            for wording in moving {
                self.move_to(&wording, &gone, &kept);
            }
            self.dirty.extend([kept, gone]);
        }
        let edits = encode(&(edits as u32))?;
        self.table.put(keys::edge(group, other), edits.clone());
        self.table.put(keys::edge(other, group), edits);
        Ok(())
    }

    fn move_to(&mut self, group: &GroupKey, from: &GroupKey, to: &GroupKey) {
        self.table.remove(keys::cluster(from, group));
        self.table.put(keys::cluster(to, group), Vec::new());
        self.table.put(keys::root(group), to.to_vec());
    }

    fn unlink(&mut self, group: &GroupKey) -> Result<(), TableError> {
        for other in neighbours(&self.table, group)? {
            self.table.remove(keys::edge(&other, group));
            self.table.remove(keys::edge(group, &other));
        }
        Ok(())
    }

    /// Works out anew which of these wordings are connected.
    fn part(&mut self, wordings: Vec<GroupKey>) -> Result<(), TableError> {
        let mut left: BTreeSet<GroupKey> = wordings.into_iter().collect();
        // The smallest number that is left begins the next quotation, and names it.
        while let Some(first) = left.pop_first() {
            let mut reached = vec![first];
            let mut next = vec![first];
            while let Some(group) = next.pop() {
                for other in neighbours(&self.table, &group)? {
                    if left.remove(&other) {
                        reached.push(other);
                        next.push(other);
                    }
                }
            }
            for group in reached {
                let before = root(&self.table, &group)?.unwrap_or(group);
                if before != first {
                    self.move_to(&group, &before, &first);
                }
                self.dirty.extend([before, first]);
            }
        }
        Ok(())
    }

    /// What lists told of a wording's quotation before what waits to be worked out.
    pub(super) fn summary_of(&self, group: &GroupKey) -> Result<Option<SummaryFacts>, TableError> {
        let Some(root) = root(&self.table, group)? else { return Ok(None) };
        self.table.get(&keys::summary(&root))?.map(|bytes| decode(&bytes)).transpose()
    }
}

/// The buckets in which a quote meets those that it may be near to: words of nobody
/// named only where they are the same.
fn buckets(facts: &GroupFacts, words: &[Word]) -> Vec<Vec<u8>> {
    let speaker = facts.speaker_key();
    let numbers = if facts.speaker.key().is_some() {
        bands(words)
    } else {
        let folds: Vec<&str> = words.iter().map(|word| word.fold.as_str()).collect();
        vec![hash(folds.join(" ").as_bytes())]
    };
    numbers.into_iter().map(|number| keys::band(&speaker, number)).collect()
}

/// What is known of a wording.
pub(in crate::quotations) fn group_facts(
    table: &dyn Snapshot,
    group: &GroupKey,
) -> Result<Option<GroupFacts>, TableError> {
    table.get(&keys::group(group))?.map(|bytes| decode(&bytes)).transpose()
}

/// The quotation that a wording belongs to.
pub(in crate::quotations) fn root(
    table: &dyn Snapshot,
    group: &GroupKey,
) -> Result<Option<GroupKey>, TableError> {
    Ok(table.get(&keys::root(group))?.and_then(|bytes| bytes.try_into().ok()))
}

/// The wordings of a quotation.
pub(in crate::quotations) fn wordings(
    table: &dyn Snapshot,
    root: &GroupKey,
) -> Result<Vec<GroupKey>, TableError> {
    let entries = table.prefix(&keys::clusters(root), MOST_WORDINGS + 1)?;
    Ok(entries.iter().filter_map(|(key, _)| keys::last(key)).collect())
}

fn neighbours(table: &dyn Snapshot, group: &GroupKey) -> Result<Vec<GroupKey>, TableError> {
    let entries = table.prefix(&keys::edges(group), MOST_WORDINGS)?;
    Ok(entries.iter().filter_map(|(key, _)| keys::last(key)).collect())
}
