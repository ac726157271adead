//! Who a speaker is, now that entities were merged.

use super::Writer;
use crate::domain::id::EntityId;
use crate::quotations::facts::SpeakerFacts;
use crate::quotations::keys;
use crate::quotations::table::{Snapshot, TableError};

/// The longest way from an entity to its survivor.
const MOST_MERGERS: usize = 512;
/// How many statements are put under another speaker at a time.
const PAGE: usize = 1_000;

impl Writer {
    /// Takes in what an entity is merged into, and puts its statements, and those of
    /// the entities that it absorbed, under the survivor.
    pub(super) fn entity(
        &mut self,
        id: &EntityId,
        into: Option<&EntityId>,
    ) -> Result<(), TableError> {
        let key = keys::entity(id.as_str());
        let before = self.table.get(&key)?;
        let after = into.map(|into| into.as_str().as_bytes().to_vec());
        if before == after {
            return Ok(());
        }
        if let Some(before) = before.and_then(|bytes| String::from_utf8(bytes).ok()) {
            self.table.remove(keys::absorbed(&before, id.as_str()));
        }
        match after {
            Some(after) => self.table.put(key, after),
            None => self.table.remove(key),
        }
        if let Some(into) = into {
            self.table.put(keys::absorbed(into.as_str(), id.as_str()), Vec::new());
        }
        let mut left = vec![id.as_str().to_owned()];
        let mut seen = 0;
        while let Some(entity) = left.pop() {
            self.place_again(&entity)?;
            seen += 1;
            if seen < MOST_MERGERS {
                left.extend(absorbed_by(&self.table, &entity)?);
            }
        }
        if self.table.get(keys::UNFINISHED)?.is_some() {
            self.table.remove(keys::UNFINISHED.to_vec());
        }
        Ok(())
    }

    /// Puts an entity's statements under whom it is now.
    fn place_again(&mut self, entity: &str) -> Result<(), TableError> {
        let prefix = keys::recorded_of(entity);
        let mut from = prefix.clone();
        let end = crate::quotations::table::after_prefix(&prefix);
        loop {
            let page = self.table.range(&from, &end, PAGE)?;
            for (key, _) in &page {
                if let Some((article, statement)) = keys::statement_of(key, prefix.len()) {
                    self.place_statement_again(&article, &statement)?;
                }
            }
            if self.much_waits() {
                // Until the whole is done, what is kept is of no use after a crash.
                self.table.put(keys::UNFINISHED.to_vec(), Vec::new());
                self.settle()?;
                self.flush()?;
            }
            let Some((last, _)) = page.last().filter(|_| page.len() == PAGE) else { return Ok(()) };
            from = [last.as_slice(), &[0]].concat();
        }
    }
}

/// The speaker that one was merged into, or the one itself.
pub(in crate::quotations) fn survivor(
    table: &dyn Snapshot,
    speaker: &SpeakerFacts,
) -> Result<SpeakerFacts, TableError> {
    let SpeakerFacts::Entity(recorded) = speaker else { return Ok(speaker.clone()) };
    let mut entity = recorded.clone();
    for _ in 0..MOST_MERGERS {
        match table.get(&keys::entity(&entity))?.and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(into) if into != *recorded => entity = into,
            _ => break,
        }
    }
    Ok(SpeakerFacts::Entity(entity))
}

/// The entities that were merged into this one.
fn absorbed_by(table: &dyn Snapshot, entity: &str) -> Result<Vec<String>, TableError> {
    let prefix = keys::absorbed_by(entity);
    let entries = table.prefix(&prefix, MOST_MERGERS)?;
    let id = |key: Vec<u8>| String::from_utf8(key.get(prefix.len()..)?.to_vec()).ok();
    Ok(entries.into_iter().filter_map(|(key, _)| id(key)).collect())
}
