//! The same words in a newer text, wherever they stand.

use super::surroundings::{Side, beside};
use super::text::WordId;
use super::{AGREES, CONTEXT_WORDS, MOST_PLACES, Quote, Reanchor};
use crate::domain::selector::Selector;

/// By how much the best of several places must lead.
const LEAD: f64 = 0.3;
/// The fewest words that may move without their surroundings.
const ALONE_WORDS: usize = 3;

impl Reanchor<'_> {
    /// The place of the same words, their typography aside.
    pub(super) fn same_words(&mut self, quote: &Quote<'_>) -> Option<Selector> {
        if quote.words.is_empty() {
            return None;
        }
        let length = quote.words.len();
        let places = self.new.occurrences(&quote.words, MOST_PLACES, &mut self.work)?;
        let rivals = self.rivals(quote)?;
        let mut agreeing: Vec<(f64, usize)> = Vec::new();
        for place in &places {
            let here = *place..*place + length;
            let own = self.agreement(&quote.before, &quote.after, &here);
            let best_rival = rivals
                .iter()
                .map(|(before, after)| self.agreement(before, after, &here).sum())
                .fold(0.0, f64::max);
            if own.best() >= AGREES && own.sum() > best_rival + 0.05 {
                agreeing.push((own.sum(), *place));
            }
        }
        agreeing.sort_by(|(one, _), (other, _)| other.total_cmp(one));
        let place = match agreeing.as_slice() {
            [(_, place)] => *place,
            [(best, place), (next, _), ..] if best - next >= LEAD => *place,
            [_, ..] => return None,
            // Words that stood once and stand once are the same ones.
            [] => match places.as_slice() {
                [place] if rivals.is_empty() && length >= ALONE_WORDS => *place,
                _ => self.same_ordinal(quote, &places, rivals.len())?,
            },
        };
        Some(self.selector(quote.exact, &(place..place + length)))
    }

    /// Of words that stand as often as before, surroundings and all, the one that
    /// stands as far from the first.
    fn same_ordinal(
        &mut self,
        quote: &Quote<'_>,
        places: &[usize],
        rivals: usize,
    ) -> Option<usize> {
        let (own, (old, _)) = (quote.own.as_ref()?, self.old.as_ref()?);
        if rivals == 0 || places.len() != rivals + 1 {
            return None;
        }
        let before = old.occurrences(&quote.words, MOST_PLACES, &mut self.work)?;
        let ordinal = before.iter().position(|place| *place == own.start)?;
        let place = *places.get(ordinal)?;
        let here = place..place + quote.words.len();
        let agreement = self.agreement(&quote.before, &quote.after, &here);
        (agreement.best() >= AGREES && agreement.sum() >= 1.0).then_some(place)
    }

    /// The surroundings of the other places in the older text that have the words.
    fn rivals(&mut self, quote: &Quote<'_>) -> Option<Vec<(Vec<WordId>, Vec<WordId>)>> {
        let Some((old, _)) = &self.old else { return Some(Vec::new()) };
        let places = old.occurrences(&quote.words, MOST_PLACES, &mut self.work)?;
        let own = quote.own.as_ref().map(|own| own.start);
        let others = places.into_iter().filter(|place| Some(*place) != own);
        let around = |place: usize| {
            let end = place + quote.words.len();
            let before = beside(old, place, Side::Before, CONTEXT_WORDS);
            (before, beside(old, end, Side::After, CONTEXT_WORDS))
        };
        Some(others.map(around).collect())
    }
}
