//! Checking the tree: one walk over all entries in the order of their keys, at a
//! pinned revision, while writes go on. Whatever was committed later is passed
//! over. What is changed meanwhile all the same (an erasure, a request that
//! expires, a counter) is looked at again before it is called a fault.

mod carried;
mod entries;
mod log;
mod versions;

use std::sync::Arc;

use async_trait::async_trait;
use sled::{Db, IVec};

use self::carried::Carried;
use super::record::envelope;
use super::shared::{Shared, guarded};
use super::{error, keys, off_the_workers};
use crate::domain::revision::Revision;
use crate::store::leases::Lease;
use crate::store::{Change, Checked, Checker, Error, Fault, Finding, Floor, Head};

/// How many entries are looked at in one step.
const TOGETHER: usize = 500;
/// How often an entry is looked at again because it was written over meanwhile.
const TRIES: usize = 4;

/// A check of a store that is open.
pub(super) struct SledChecker {
    shared: Arc<Shared>,
    revision: Revision,
    /// `None` only while a step is under way, and after one that failed.
    walk: Option<Walk>,
    /// Of the floor: nothing is pruned meanwhile.
    _lease: Lease,
}

/// What is checked.
#[derive(Clone, Copy)]
struct Pin {
    head: Head,
    floor: Floor,
}

impl Pin {
    /// Whether a commit is of later than what is checked.
    fn is_later(&self, revision: Revision) -> bool {
        revision > self.head.revision
    }

    /// Whether the log holds a revision.
    fn is_logged(&self, revision: Revision) -> bool {
        revision >= self.floor.revision && !self.is_later(revision)
    }
}

/// How far a check has come.
struct Walk {
    pin: Pin,
    /// Where to go on.
    next: Vec<u8>,
    carried: Carried,
    /// Whether something could not be read, so that sums mean nothing.
    skipped: bool,
    ended: bool,
}

impl SledChecker {
    /// Begins with the newest revision.
    pub(super) fn begin(shared: &Arc<Shared>) -> Result<Self, Error> {
        shared.read(|_| Ok(()))?;
        let (floor, lease) = shared.leases.take_floor();
        let head = shared.head();
        let walk = Walk {
            pin: Pin { head, floor },
            next: Vec::new(),
            carried: Carried::default(),
            skipped: false,
            ended: false,
        };
        Ok(Self {
            shared: Arc::clone(shared),
            revision: head.revision,
            walk: Some(walk),
            _lease: lease,
        })
    }
}

#[async_trait]
impl Checker for SledChecker {
    fn revision(&self) -> Revision {
        self.revision
    }

    async fn step(&mut self) -> Result<Option<Checked>, Error> {
        let Some(mut walk) = self.walk.take() else { return Ok(None) };
        let shared = Arc::clone(&self.shared);
        let work = move || {
            let checked = shared.read(|db| Ok(walk.step(db)))?;
            Ok((walk, checked))
        };
        let (walk, checked) = off_the_workers(work).await?;
        self.walk = Some(walk);
        Ok(checked)
    }
}

impl Walk {
    fn step(&mut self, db: &Db) -> Option<Checked> {
        if self.ended {
            return None;
        }
        let mut checked = Checked::default();
        let mut entries = db.range(self.next.clone()..);
        for _ in 0..TOGETHER {
            match guarded(|| entries.next().transpose().map_err(error::read)) {
                Ok(Some((key, value))) => {
                    self.next = [key.as_ref(), &[0]].concat();
                    self.entry(db, &key, value, &mut checked);
                }
                Ok(None) => {
                    checked.findings.extend(self.carried.end(db, &self.pin, self.skipped));
                    self.ended = true;
                    break;
                }
                Err(error) => {
                    checked.findings.push(self.skip(&error));
                    break;
                }
            }
        }
        Some(checked)
    }

    /// Goes on behind what cannot be walked over: at the next kind of entries.
    fn skip(&mut self, error: &Error) -> Finding {
        let from = self.next.clone();
        match from.first().copied().unwrap_or_default().checked_add(1) {
            Some(tag) => self.next = vec![tag],
            None => self.ended = true,
        }
        self.skipped = true;
        self.carried.forget();
        let subject = format!("all from the key {} on, of its kind", from.escape_ascii());
        Finding { fault: Fault::Unreadable, subject, detail: error.to_string() }
    }

    fn entry(&mut self, db: &Db, key: &[u8], mut value: IVec, checked: &mut Checked) {
        for _ in 0..TRIES {
            let mut look = Look { db, pin: self.pin, carried: &mut self.carried, found: vec![] };
            if let Err(error) = guarded(|| look.at(key, &value)) {
                look.report(Fault::Unreadable, envelope::told(key), error.to_string());
            }
            let found = look.found;
            if found.is_empty() {
                break;
            }
            match guarded(|| db.get(key).map_err(error::read)) {
                Ok(Some(now)) if now != value => value = now,
                Ok(None) => return,
                _ => {
                    checked.findings.extend(found);
                    break;
                }
            }
        }
        checked.entries += 1;
        checked.states += u64::from(keys::is_version(key));
        checked.changes += u64::from(key.first() == Some(&keys::CHANGE));
        checked.findings.extend(self.carried.pass(db, &self.pin, key, &value));
    }
}

/// One entry looked at, with what it hangs together with.
struct Look<'a> {
    db: &'a Db,
    pin: Pin,
    carried: &'a mut Carried,
    found: Vec<Finding>,
}

impl Look<'_> {
    fn at(&mut self, key: &[u8], value: &IVec) -> Result<(), Error> {
        match key.first().copied().unwrap_or_default() {
            keys::ARTICLE | keys::STATEMENT | keys::ENTITY => self.version(key, value),
            keys::BODY => self.body(key, value),
            keys::CONTINUATION => self.continuation(key, value),
            keys::ARTICLE_ID | keys::ENTITY_ID => self.name(key, value),
            keys::CHANGE => self.change(key, value),
            keys::LEFT_BEHIND => self.left_behind(key, value),
            keys::ERASED => self.erased(key, value),
            keys::REMEMBERED => self.remembered(key, value),
            keys::EXPIRY => self.expiry(key),
            keys::COUNTER => self.counter(key, value),
            b'm' => self.own(key, value),
            _ if keys::is_index(key) => self.index_entry(key, value),
            _ => {
                self.report(Fault::Stray, envelope::told(key), "no entry begins so");
                Ok(())
            }
        }
    }

    fn report(&mut self, fault: Fault, subject: impl ToString, detail: impl ToString) {
        let (subject, detail) = (subject.to_string(), detail.to_string());
        self.found.push(Finding { fault, subject, detail });
    }

    /// The commit of a revision, as the log tells of it.
    fn commit(&mut self, revision: Revision) -> Result<Option<&Change>, Error> {
        self.carried.commit(self.db, revision)
    }
}
