//! Reads after each step, held against the model: every record, and a few of all
//! other reads, drawn anew each time.

mod changes;
mod exports;
mod filters;
mod lists;
mod records;

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};

pub(super) use self::lists::OpenList;
use super::model::Model;
use crate::domain::revision::Revision;
use crate::kb::KnowledgeBase;
use crate::kb::command::ReadOptions;
use crate::kb::error::Error;
use crate::store::At;
use crate::store::conformance::model::World;

/// How a read differs from what the model says.
pub(super) type Difference = String;

/// The reads of one step.
pub(super) struct Reads<'a> {
    pub(super) kb: &'a KnowledgeBase,
    pub(super) model: &'a Model,
    pub(super) random: StdRng,
    /// How many of each kind were made.
    pub(super) made: &'a mut BTreeMap<&'static str, usize>,
}

impl<'a> Reads<'a> {
    pub(super) fn new(
        kb: &'a KnowledgeBase,
        model: &'a Model,
        seed: u64,
        made: &'a mut BTreeMap<&'static str, usize>,
    ) -> Self {
        Self { kb, model, random: StdRng::seed_from_u64(seed), made }
    }

    /// Reads and compares. `lists` stay open from step to step.
    pub(super) async fn agree(&mut self, open: &mut Option<OpenList>) -> Result<(), Difference> {
        self.counts()?;
        self.records_at(None).await?;
        self.list(None).await?;
        self.go_on(open).await?;
        match self.random.random_range(0..8) {
            0 => self.records_at(Some(())).await,
            1 => self.list(Some(())).await,
            2 => self.versions().await,
            3 => self.watch().await,
            4 => self.resolve().await,
            5 => self.incoming_links().await,
            6 => self.export().await,
            _ => self.not_held().await,
        }
    }

    fn count(&mut self, kind: &'static str) {
        *self.made.entry(kind).or_default() += 1;
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.random.random_bool(probability)
    }

    fn one_of<T: Clone>(&mut self, of: &[T]) -> T {
        of.choose(&mut self.random).cloned().expect("something to choose from")
    }

    /// A moment to read as of, and the world then: the newest, or any.
    fn moment(&mut self, any: Option<()>) -> (ReadOptions, &'a World) {
        let newest = self.model.revisions() - 1;
        if any.is_none() || newest == 0 {
            return (ReadOptions::newest(), self.model.newest());
        }
        let revision = self.random.random_range(0..=newest);
        let by_time = revision > 0 && self.chance(0.5);
        let at = if by_time {
            At::Time(self.model.time(revision))
        } else {
            At::Revision(Revision(revision as u64))
        };
        (ReadOptions { at, consistency_token: String::new() }, self.model.at(revision))
    }

    /// What was counted must be what there is.
    fn counts(&mut self) -> Result<(), Difference> {
        self.count("counts");
        let head = self.kb.store().head();
        let newest = self.model.newest();
        same("the head", &head.revision, &newest.revision)?;
        same("the counts", &head.counts, &newest.counts())
    }
}

/// Fails where two things that should be the same are not.
pub(super) fn same<T: PartialEq + std::fmt::Debug>(
    what: &str,
    found: &T,
    expected: &T,
) -> Result<(), Difference> {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (format!("{found:#?}"), format!("{expected:#?}"));
    let differing = found.lines().zip(expected.lines()).find(|(one, other)| one != other);
    Err(format!("{what}: first difference {differing:?}\n\nfound {found}\n\nexpected {expected}"))
}

/// An answer that may not fail.
fn answered<T>(what: &str, answer: Result<T, Error>) -> Result<T, Difference> {
    answer.map_err(|error| format!("{what}: {error:?}"))
}
