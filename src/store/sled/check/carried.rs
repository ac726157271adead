//! What a walk over the tree remembers from one entry to the next.

use std::collections::HashMap;

use sled::{Db, IVec};

use super::super::error;
use super::super::keys::{self, IndexKey, Place};
use super::super::record::envelope;
use super::super::record::log::Value as _;
use super::super::shared::guarded;
use super::super::source::Source;
use super::Pin;
use crate::domain::id::RecordName;
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;
use crate::store::{Change, ChangeKind, Counts, Erased, Error, Fault, Finding};

/// How often a counter is counted again before it is called wrong.
const COUNTS: usize = 3;
/// How often a counter is read again because of a commit in between.
const TRIES: usize = 100;

/// What was walked over so far, as far as later entries depend on it.
#[derive(Default)]
pub(super) struct Carried {
    /// The version before, and whether nothing newer of the record is checked.
    pub(super) version: Option<(Place, Revision)>,
    /// The commit before.
    pub(super) change: Option<(Revision, Timestamp)>,
    /// The index entry before: its key, and where it ended.
    pub(super) index: Option<(IVec, Option<Revision>)>,
    /// The publisher or speaker whose entries are being counted.
    group: Option<Group>,
    /// The records that are live at the revision.
    counts: Counts,
    /// The commit that was asked for last, with what it did.
    commit: Option<(Change, HashMap<RecordName, ChangeKind>)>,
}

/// The index entries of one publisher or speaker.
struct Group {
    counter: Vec<u8>,
    /// What the counter says, as of a revision that may be later than the checked.
    stored: Option<(Revision, u64)>,
    found: u64,
    /// Whether it has any at the checked revision.
    is_live: bool,
}

impl Carried {
    /// Forgets what came before, where entries are left out.
    pub(super) fn forget(&mut self) {
        (self.version, self.change, self.index, self.group) = (None, None, None, None);
    }

    /// The revision of the next newer version at a place, where one is checked.
    pub(super) fn newer(&self, place: &Place) -> Option<Revision> {
        let (newer, revision) = self.version.as_ref()?;
        (newer == place).then_some(*revision)
    }

    /// What the log says that a commit did.
    pub(super) fn commit(&mut self, db: &Db, revision: Revision) -> Result<Option<&Change>, Error> {
        if self.commit.as_ref().is_none_or(|(change, _)| change.revision != revision) {
            let key = keys::change(revision);
            let Some(value) = db.get(&key)? else { return Ok(None) };
            let change = Change::open(db, &key, &value)?;
            let kinds = change.records.iter().cloned().collect();
            self.commit = Some((change, kinds));
        }
        Ok(self.commit.as_ref().map(|(change, _)| change))
    }

    /// What the commit that was asked for last did to a record.
    pub(super) fn done_to(&self, name: &RecordName) -> Option<ChangeKind> {
        self.commit.as_ref().and_then(|(_, kinds)| kinds.get(name).copied())
    }

    /// Remembers an entry that was looked at.
    pub(super) fn pass(&mut self, db: &Db, pin: &Pin, key: &[u8], value: &IVec) -> Vec<Finding> {
        let mut found = Vec::new();
        if keys::is_version(key) {
            self.pass_version(pin, key, value);
        } else if key.first() == Some(&keys::CHANGE) {
            let change = guarded(|| Change::open(db, key, value)).ok();
            let change = change.filter(|change| !pin.is_later(change.revision));
            self.change = change.map(|it| (it.revision, it.time)).or(self.change);
        } else if let Some(parts) = IndexKey::of(key) {
            let counter = keys::counter(parts.head);
            if counter != self.group.as_ref().map(|group| group.counter.clone()) {
                found.extend(self.close_group(db));
                self.group = counter.map(|counter| Group::begin(db, counter));
            }
            if let Some(group) = &mut self.group {
                let at = group.stored.map(|(at, _)| at).unwrap_or_default();
                group.found += u64::from(keys::holds(key, value, at));
                group.is_live |= keys::holds(key, value, pin.head.revision);
            }
            self.index = Some((key.into(), keys::end_of(value)));
        }
        found
    }

    fn pass_version(&mut self, pin: &Pin, key: &[u8], value: &IVec) {
        let Some((place, revision)) = Place::of_version(key).zip(keys::version_revision(key))
        else {
            return;
        };
        if pin.is_later(revision) {
            return;
        }
        let is_newest = self.newer(&place).is_none();
        let deleted = envelope::unwrap(key, value)
            .is_ok_and(|opened| opened.flags & envelope::TOMBSTONE != 0);
        if is_newest && !deleted {
            let count = match key.first() {
                Some(&keys::ARTICLE) => &mut self.counts.articles,
                Some(&keys::STATEMENT) => &mut self.counts.statements,
                _ => &mut self.counts.entities,
            };
            *count += 1;
        }
        self.version = Some((place, revision));
    }

    fn close_group(&mut self, db: &Db) -> Option<Finding> {
        let group = self.group.take()?;
        let distinct = match keys::is_publisher_counter(&group.counter) {
            true => &mut self.counts.outlets,
            false => &mut self.counts.speakers,
        };
        *distinct += u64::from(group.is_live);
        let (_, mut stored) = group.stored?;
        let mut found = group.found;
        for _ in 0..COUNTS {
            if stored == found {
                return None;
            }
            // An erasure may have taken entries away while they were being counted.
            (stored, found) = guarded(|| recount(db, &group.counter)).ok()??;
        }
        (stored != found).then(|| Finding {
            fault: Fault::Count,
            subject: envelope::told(&group.counter),
            detail: format!("it counts {stored} entries, and there are {found}"),
        })
    }

    /// What only the end can tell: whether all of the log was there, and as many
    /// records as there should be.
    pub(super) fn end(&mut self, db: &Db, pin: &Pin, skipped: bool) -> Vec<Finding> {
        let mut found: Vec<Finding> = self.close_group(db).into_iter().collect();
        if skipped {
            return found;
        }
        let last = self.change.map(|(revision, _)| revision).unwrap_or_default();
        if last != pin.head.revision {
            found.push(Finding {
                fault: Fault::Log,
                subject: "the change log".into(),
                detail: format!(
                    "it ends at revision {last}, and {} is the newest",
                    pin.head.revision
                ),
            });
        }
        let erased = guarded(|| is_erased_after(db, pin.head.revision)).unwrap_or(true);
        if self.counts != pin.head.counts && !erased {
            found.push(Finding {
                fault: Fault::Count,
                subject: "the counts of records".into(),
                detail: format!("they say {:?}, and there are {:?}", pin.head.counts, self.counts),
            });
        }
        found
    }
}

impl Group {
    fn begin(db: &Db, counter: Vec<u8>) -> Self {
        let stored = guarded(|| counter_now(db, &counter)).ok().flatten();
        Self { counter, stored, found: 0, is_live: false }
    }
}

/// What a counter says, and as of which revision; `None` where commits come so
/// quickly that nobody can tell.
fn counter_now(db: &Db, counter: &[u8]) -> Result<Option<(Revision, u64)>, Error> {
    for _ in 0..TRIES {
        let before = newest(db)?;
        let value = Source::get(db, counter)?;
        if newest(db)? == before {
            let number = value.and_then(|value| value.as_ref().try_into().ok());
            return Ok(Some((before, number.map_or(0, u64::from_be_bytes))));
        }
    }
    Ok(None)
}

/// The newest commit that was applied, durable or not.
fn newest(db: &Db) -> Result<Revision, Error> {
    let newest = db.scan_prefix([keys::CHANGE]).next_back().transpose().map_err(error::read)?;
    Ok(newest.and_then(|(key, _)| keys::last_revision(&key)).unwrap_or_default())
}

/// A counter, and what it should be.
fn recount(db: &Db, counter: &[u8]) -> Result<Option<(u64, u64)>, Error> {
    let Some((at, stored)) = counter_now(db, counter)? else { return Ok(None) };
    let mut found = 0;
    for entry in db.scan_prefix(keys::counted(counter)) {
        let (key, value) = entry.map_err(error::read)?;
        found += u64::from(keys::holds(&key, &value, at));
    }
    Ok(Some((stored, found)))
}

/// Whether something was erased after a revision: then nobody can tell any more
/// how many records there were.
fn is_erased_after(db: &Db, revision: Revision) -> Result<bool, Error> {
    for entry in db.scan_prefix([keys::ERASED]) {
        let (key, value) = entry.map_err(error::read)?;
        if Erased::open(db, &key, &value)?.revision > revision {
            return Ok(true);
        }
    }
    Ok(false)
}
