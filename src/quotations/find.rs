//! Finding who said some words: passages that they may stand in, and bodies.

use std::collections::BTreeMap;

use super::align::{Alignment, align};
use super::facts::SpeakerFacts;
use super::fingerprint::{BodyPrint, grams};
use super::keys::{self, ArticleKey, GroupKey, SpeakerKey};
use super::packed;
use super::read::{Quotation, QuotationSpeaker, QuotationsReader, most_first};
use super::table::TableError;
use super::words::{self, Word};
use super::writer::groups;
use crate::domain::id::{ArticleId, EntityId, StatementName};
use crate::domain::name;

/// Grams that more wordings have are passed over, where others are not.
const MOST_ALONG_A_GRAM: usize = 512;
/// The most grams that are looked up: of long words the first and the last.
const MOST_GRAMS: usize = 256;
/// The most passages that words are laid against.
const MOST_COMPARED: usize = 64;
/// How many comparisons of words one search may make.
const WORK: usize = 32 << 20;
/// The most bodies that words are looked for in.
const MOST_BODIES: usize = 32;
/// Less alike than this is not the same quote.
const LEAST_SIMILARITY: f64 = 0.6;
/// The most statements that are told of one passage.
const MOST_TOLD: usize = 50;

/// Whom words are said to be of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The entities that may be meant.
    pub entities: Vec<EntityId>,
    /// The name, where one was given.
    pub name: String,
}

impl Asked {
    /// Whether nobody is named.
    #[must_use]
    pub fn is_anyone(&self) -> bool {
        self.entities.is_empty() && self.name.is_empty()
    }
}

/// Whether those who said words are those who were asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpeakerFit {
    /// The same, or nobody was asked about.
    Same,
    /// Nobody is named in the article.
    Unknown,
    /// Someone else.
    Other,
}

/// A passage that has words, or nearly.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Whether it stands in quotation marks.
    pub quoted: bool,
    /// Whether its speaker is the one asked about.
    pub fit: SpeakerFit,
    /// How the words lie against it.
    pub alignment: Alignment,
    /// The statements that have the passage.
    pub statements: Vec<StatementName>,
    /// Its wording.
    group: GroupKey,
}

impl QuotationsReader {
    /// The passages that have these words or nearly, the best first: those of the
    /// speaker asked about, those that are nearer, those in quotation marks.
    pub fn find(&self, given: &[Word], asked: &Asked) -> Result<Vec<Found>, TableError> {
        let speakers = self.speakers(asked)?;
        let mut found = Vec::new();
        let mut work = WORK;
        for group in self.candidates(given, &speakers)? {
            let Some(facts) = groups::group_facts(self.table(), &group)? else { continue };
            let said = words::read(&facts.text);
            let Some(left) = work.checked_sub(given.len() * said.len()) else { break };
            work = left;
            let Some(alignment) = align(given, &said) else { continue };
            if alignment.similarity < LEAST_SIMILARITY {
                continue;
            }
            let fit = fit(&facts.speaker, asked, &speakers);
            let statements = self.members(&group, MOST_TOLD)?;
            found.push(Found { quoted: facts.quoted, fit, alignment, statements, group });
        }
        let exact = |found: &Found| found.quoted && found.alignment.is_exact();
        found.sort_by(|one, other| {
            let nearer = other.alignment.similarity.total_cmp(&one.alignment.similarity);
            (one.fit, !exact(one))
                .cmp(&(other.fit, !exact(other)))
                .then(nearer)
                .then(other.quoted.cmp(&one.quoted))
                .then_with(|| one.group.cmp(&other.group))
        });
        Ok(found)
    }

    /// The quotation that a passage belongs to, if it is one.
    pub fn quotation_with(&self, found: &Found) -> Result<Option<Quotation>, TableError> {
        self.quotation_of(&found.group)
    }

    /// Articles whose bodies may have these words, those that share most runs of
    /// words with them first.
    pub fn bodies_with(&self, given: &[Word]) -> Result<Vec<ArticleId>, TableError> {
        let mut counts: BTreeMap<ArticleKey, usize> = BTreeMap::new();
        for run in BodyPrint::looked_for(given).into_iter().take(MOST_GRAMS) {
            let entries: Vec<[u8; 13]> =
                packed::with_prefix(self.table(), keys::RUNS, &keys::runs(run), MOST_ALONG_A_GRAM)?;
            let articles = entries.iter().filter_map(|entry| keys::last::<8>(entry));
            articles.for_each(|article| *counts.entry(article).or_default() += 1);
        }
        let mut articles = Vec::new();
        for (article, _) in most_first(counts).into_iter().take(MOST_BODIES) {
            articles.extend(self.article_id(&article)?);
        }
        Ok(articles)
    }

    /// The wordings that share most grams with words: among those of the speakers
    /// asked about, and among all.
    fn candidates(
        &self,
        given: &[Word],
        speakers: &[SpeakerKey],
    ) -> Result<Vec<GroupKey>, TableError> {
        let grams: Vec<u64> = grams(given).into_iter().take(MOST_GRAMS).collect();
        let mut chosen: Vec<GroupKey> = Vec::new();
        let ways = speakers.iter().map(Some).chain([None]);
        for speaker in ways {
            let mut counts: BTreeMap<GroupKey, usize> = BTreeMap::new();
            for gram in &grams {
                let prefix = keys::grams(*gram, speaker);
                let entries: Vec<[u8; 22]> =
                    packed::with_prefix(self.table(), keys::GRAMS, &prefix, MOST_ALONG_A_GRAM)?;
                let groups = entries.iter().filter_map(|entry| keys::last::<12>(entry));
                groups.for_each(|group| *counts.entry(group).or_default() += 1);
            }
            for (group, _) in most_first(counts).into_iter().take(MOST_COMPARED) {
                if !chosen.contains(&group) {
                    chosen.push(group);
                }
            }
        }
        Ok(chosen)
    }

    /// The numbers of those asked about.
    fn speakers(&self, asked: &Asked) -> Result<Vec<SpeakerKey>, TableError> {
        let mut speakers: Vec<SpeakerKey> = Vec::new();
        for entity in &asked.entities {
            speakers.push(self.entity(entity)?);
        }
        if !asked.name.is_empty() {
            speakers.extend(SpeakerFacts::named(&asked.name).key());
        }
        speakers.sort_unstable();
        speakers.dedup();
        Ok(speakers)
    }
}

fn fit(speaker: &SpeakerFacts, asked: &Asked, speakers: &[SpeakerKey]) -> SpeakerFit {
    if asked.is_anyone() {
        return SpeakerFit::Same;
    }
    let Some(key) = speaker.key() else { return SpeakerFit::Unknown };
    if speakers.contains(&key) {
        return SpeakerFit::Same;
    }
    match speaker {
        SpeakerFacts::Named(known) if !asked.name.is_empty() => {
            if may_be_one_name(known, &name::fold(&asked.name)) {
                SpeakerFit::Same
            } else {
                SpeakerFit::Other
            }
        }
        _ => SpeakerFit::Other,
    }
}

/// Whether one folded name may be a shorter form of the other: each of its words
/// is among the other's, the last word too.
fn may_be_one_name(one: &str, other: &str) -> bool {
    let (one, other): (Vec<&str>, Vec<&str>) =
        (one.split(' ').collect(), other.split(' ').collect());
    let (shorter, longer) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    shorter.last() == longer.last() && shorter.iter().all(|word| longer.contains(word))
}

impl Found {
    /// Whether these very words stand in quotation marks.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.quoted && self.alignment.is_exact()
    }
}

impl Quotation {
    /// The entity that says it, where it is one.
    #[must_use]
    pub fn entity(&self) -> Option<&EntityId> {
        match &self.speaker {
            QuotationSpeaker::Entity(entity) => Some(entity),
            QuotationSpeaker::Named | QuotationSpeaker::Unknown => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shorter_form_of_a_name_may_be_the_same() {
        assert!(may_be_one_name("juncker", "jean claude juncker"));
        assert!(may_be_one_name("jane roe", "roe"));
        assert!(!may_be_one_name("jane roe", "jane doe"));
        assert!(!may_be_one_name("jane", "jane doe"));
    }
}
