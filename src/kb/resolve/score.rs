//! How well an entity fits a query, and why.

use std::collections::BTreeSet;

use crate::domain::entity::{Entity, EntityType};
use crate::domain::name::{self, Likeness, Match, Name};
use crate::kb::command::{EntityCandidate, EntityQuery, ResolveReason};
use crate::kb::merged::SeenEntity;

/// The share of the way to certainty that agreement of kind is worth.
const TYPE_AGREEMENT: f64 = 0.2;
/// What is left of a score where the kinds cannot be the same.
const TYPE_CONFLICT: f64 = 0.5;
/// The share of the way to certainty that a word of the context is worth.
const CONTEXT_WORD: f64 = 0.2;
/// The most words of a context that count.
const CONTEXT_WORDS: usize = 3;
/// A word of the context shorter than this says nothing.
const CONTEXT_WORD_CHARS: usize = 4;

/// Scores entities against one query.
pub(super) struct Scorer<'a> {
    query: &'a EntityQuery,
    name: &'a Name,
    context: BTreeSet<String>,
}

impl<'a> Scorer<'a> {
    pub(super) fn new(query: &'a EntityQuery, name: &'a Name) -> Self {
        Self { query, name, context: telling_words(&query.context) }
    }

    /// The entity as a candidate; `None` where it does not fit at all.
    pub(super) fn score(&self, seen: SeenEntity) -> Option<EntityCandidate> {
        let entity = &seen.united.entity;
        let external = self.query.external_id.as_ref();
        let known = external.is_some_and(|id| entity.external_ids.contains(id));
        let best = self.best_name(entity);
        if !known && best.is_none() {
            return None;
        }
        let matched_name = best.as_ref().map_or(entity.display_name.as_str(), |(name, _)| name);
        let matched_name = matched_name.to_owned();
        let mut score = best.as_ref().map_or(0.0, |(_, found)| found.score);
        let mut reasons: Vec<ResolveReason> =
            known.then_some(ResolveReason::ExternalId).into_iter().collect();
        if known {
            score = 1.0;
        }
        let likenesses = best.iter().flat_map(|(_, found)| &found.likenesses);
        reasons.extend(likenesses.map(|likeness| reason(*likeness)));
        self.adjust_for_type(entity, &mut score, &mut reasons);
        self.adjust_for_context(entity, &mut score, &mut reasons);
        Some(EntityCandidate { entity: seen, score, reasons, matched_name })
    }

    fn best_name<'e>(&self, entity: &'e Entity) -> Option<(&'e str, Match)> {
        let mut best: Option<(&str, Match)> = None;
        for text in entity.all_names() {
            let Some(found) = name::compare(self.name, &Name::parse(text)) else { continue };
            if best.as_ref().is_none_or(|(_, best)| found.score > best.score) {
                best = Some((text, found));
            }
        }
        best
    }

    fn adjust_for_type(&self, entity: &Entity, score: &mut f64, reasons: &mut Vec<ResolveReason>) {
        let Some(asked) = self.query.kind else { return };
        let found = entity.entity_type();
        if asked == found && asked != EntityType::Other {
            raise(score, TYPE_AGREEMENT);
            reasons.push(ResolveReason::TypeAgreement);
        } else if !asked.fits(found) {
            *score *= TYPE_CONFLICT;
        }
    }

    fn adjust_for_context(
        &self,
        entity: &Entity,
        score: &mut f64,
        reasons: &mut Vec<ResolveReason>,
    ) {
        if self.context.is_empty() {
            return;
        }
        let titles = entity.occupancies.iter().map(|occupancy| occupancy.title.as_str());
        let texts = entity.all_names().chain([entity.description.as_str()]).chain(titles);
        let named = telling_words(&self.query.text);
        let about: BTreeSet<String> = texts.flat_map(telling_words).collect();
        let shared = self.context.intersection(&about).filter(|word| !named.contains(*word));
        let shared = shared.take(CONTEXT_WORDS).count();
        for _ in 0..shared {
            raise(score, CONTEXT_WORD);
        }
        if shared > 0 {
            reasons.push(ResolveReason::ContextAgreement);
        }
    }
}

/// Goes a share of the way from `score` to certainty.
fn raise(score: &mut f64, share: f64) {
    *score += (1.0 - *score) * share;
}

/// The words of a text that say something, folded.
fn telling_words(text: &str) -> BTreeSet<String> {
    let folded = text.split_whitespace().map(name::fold);
    folded.filter(|word| word.chars().count() >= CONTEXT_WORD_CHARS).collect()
}

fn reason(likeness: Likeness) -> ResolveReason {
    match likeness {
        Likeness::Exact => ResolveReason::ExactName,
        Likeness::Folded => ResolveReason::FoldedName,
        Likeness::Transliterated => ResolveReason::TransliteratedName,
        Likeness::TokenOrder => ResolveReason::TokenOrder,
        Likeness::Initials => ResolveReason::Initials,
        Likeness::Partial => ResolveReason::PartialName,
        Likeness::Acronym => ResolveReason::Acronym,
        Likeness::EditDistance => ResolveReason::EditDistance,
    }
}
