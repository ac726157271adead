//! The change log, and what else is kept besides records: what pruning goes by,
//! erasures, remembered requests, and what the store keeps of itself.

use sled::IVec;
use uuid::Uuid;

use super::super::keys::{self, Place, REVISION_BYTES};
use super::super::places;
use super::super::record::envelope::told;
use super::super::record::log::Value as _;
use super::super::record::pruning::LeftBehind;
use super::super::record::version::Version;
use super::super::source::Source as _;
use super::{Look, error};
use crate::domain::id::RecordName;
use crate::domain::revision::Revision;
use crate::store::{Change, ChangeKind, Counts, Erased, Error, Fault, Floor, Identity, Remembered};

impl Look<'_> {
    /// A commit of the log: it names the one before it, and what it says that it
    /// wrote is there.
    pub(super) fn change(&mut self, key: &[u8], value: &IVec) -> Result<(), Error> {
        let change = Change::open(self.db, key, value)?;
        if self.pin.is_later(change.revision) {
            return Ok(());
        }
        let subject = format!("the commit of revision {}", change.revision);
        if keys::last_revision(key) != Some(change.revision) {
            self.report(Fault::Log, told(key), format!("it holds {subject}"));
        }
        let follows = match self.carried.change {
            Some((revision, time)) => change.previous == revision && change.time > time,
            None if self.pin.floor.revision > Revision::ZERO => {
                change.revision == self.pin.floor.revision
            }
            None => change.previous == Revision::ZERO,
        };
        if !follows {
            let before = self.carried.change.map_or(self.pin.floor.revision, |(before, _)| before);
            let detail = format!(
                "it says that revision {} came before it, and the log has {before} there",
                change.previous
            );
            self.report(Fault::Log, &subject, detail);
        }
        for (name, kind) in &change.records {
            self.is_written(&subject, change.revision, name, *kind)?;
        }
        Ok(())
    }

    /// That a commit wrote what the log says of it.
    fn is_written(
        &mut self,
        subject: &str,
        revision: Revision,
        name: &RecordName,
        kind: ChangeKind,
    ) -> Result<(), Error> {
        let key = places::place(self.db, name)?.map(|place| place.version(revision));
        let value = key.as_ref().map(|key| self.db.get(key)).transpose()?.flatten();
        let Some((key, value)) = key.zip(value) else {
            let detail = format!("it says {kind:?} of {name}, of which it left no state");
            self.report(Fault::Missing, subject, detail);
            return Ok(());
        };
        // One that cannot be read is told of under its own key.
        let Ok(version) = Version::open(self.db, &key, &value) else { return Ok(()) };
        let erased =
            version.deleted && version.remains(&key).is_ok_and(|remains| remains.erasure.is_some());
        let fits = match kind {
            ChangeKind::Created | ChangeKind::Updated => !version.deleted || erased,
            ChangeKind::Deleted => version.deleted,
            ChangeKind::Erased => erased,
        };
        if !fits {
            let detail = format!("it says {kind:?} of {name}, whose state says otherwise");
            self.report(Fault::Log, subject, detail);
        }
        Ok(())
    }

    /// What a commit left behind: all of it is there, until it is pruned.
    pub(super) fn left_behind(&mut self, key: &[u8], value: &IVec) -> Result<(), Error> {
        let revision = keys::last_revision(key).unwrap_or_default();
        if self.pin.is_later(revision) {
            return Ok(());
        }
        let LeftBehind(left) = LeftBehind::open(self.db, key, value)?;
        if revision <= self.pin.floor.revision || self.commit(revision)?.is_none() {
            self.report(Fault::Stray, told(key), "its commit is not in the log");
        }
        for key in left {
            // A text may have been erased.
            let is_text = key.first() == Some(&keys::BODY);
            if !is_text && self.db.get(&key)?.is_none() {
                let detail = format!("the commit of revision {revision} left it behind");
                self.report(Fault::Missing, told(&key), detail);
            }
        }
        Ok(())
    }

    /// An erasure: nothing but markers is left of the record.
    pub(super) fn erased(&mut self, key: &[u8], value: &IVec) -> Result<(), Error> {
        let Erased { name, revision, .. } = Erased::open(self.db, key, value)?;
        if self.pin.is_later(revision) {
            return Ok(());
        }
        if keys::erased(&name) != key {
            self.report(Fault::Erasure, told(key), format!("it speaks of {name}"));
        }
        let Some(place) = places::place(self.db, &name)? else {
            self.report(Fault::Missing, &name, "nothing is there of what was erased");
            return Ok(());
        };
        for entry in self.db.scan_prefix(place.as_bytes()) {
            let (key, value) = entry.map_err(error::read)?;
            let is_version = key.len() == place.as_bytes().len() + REVISION_BYTES;
            if !is_version {
                continue;
            }
            let version = Version::open(self.db, &key, &value)?;
            let marked = version.deleted && version.remains(&key)?.erasure.is_some();
            if !marked || version.body.is_some() {
                let revision = version.committed.revision;
                let detail = format!("its state of revision {revision} is still there");
                self.report(Fault::Erasure, &name, detail);
            }
        }
        if let (RecordName::Article(_), Some(iid)) = (&name, place.iid()) {
            let mut chunks = self.db.scan_prefix(keys::bodies(iid));
            if chunks.next().is_some() {
                self.report(Fault::Erasure, &name, "a text of it is still there");
            }
        }
        self.is_logged_as_erased(&name, &place, revision)
    }

    fn is_logged_as_erased(
        &mut self,
        name: &RecordName,
        place: &Place,
        revision: Revision,
    ) -> Result<(), Error> {
        if !self.pin.is_logged(revision) {
            return Ok(());
        }
        let is_there = self.commit(revision)?.is_some();
        let said = self.carried.done_to(name).filter(|_| is_there);
        let marker = self.db.get(&place.version(revision))?;
        if said != Some(ChangeKind::Erased) || marker.is_none() {
            let detail = format!("the commit of revision {revision} does not tell of its erasure");
            self.report(Fault::Log, name, detail);
        }
        Ok(())
    }

    /// A remembered request: its commit is there, and when it may be forgotten.
    pub(super) fn remembered(&mut self, key: &[u8], value: &IVec) -> Result<(), Error> {
        let known = Remembered::open(self.db, key, value)?;
        if self.pin.is_later(known.revision) {
            return Ok(());
        }
        if self.db.get(&keys::expiry(known.expires, key))?.is_none() {
            self.report(Fault::Missing, told(key), "nothing says when it may be forgotten");
        }
        let id = key.last_chunk::<16>().map(|bytes| Uuid::from_bytes(*bytes));
        if self.pin.is_logged(known.revision) {
            let logged = self.commit(known.revision)?.and_then(|change| change.request_id);
            if logged.is_none() || logged != id {
                let detail = format!("the commit of revision {} was another's", known.revision);
                self.report(Fault::Log, told(key), detail);
            }
        }
        Ok(())
    }

    /// When a remembered request may be forgotten.
    pub(super) fn expiry(&mut self, key: &[u8]) -> Result<(), Error> {
        let known = keys::expiring(key).map(|known| self.db.get(known)).transpose()?.flatten();
        if known.is_none() {
            self.report(Fault::Stray, told(key), "the request that it speaks of is not there");
        }
        Ok(())
    }

    /// What the store keeps of itself.
    pub(super) fn own(&mut self, key: &[u8], value: &IVec) -> Result<(), Error> {
        match key {
            keys::FORMAT if value.as_ref() == keys::LAYOUT_VERSION.to_be_bytes() => Ok(()),
            keys::FORMAT => {
                self.report(Fault::Unreadable, told(key), "it is not the version of this format");
                Ok(())
            }
            keys::IDENTITY => Identity::open(self.db, key, value).map(drop),
            keys::COUNTS => Counts::open(self.db, key, value).map(drop),
            keys::FLOOR => Floor::open(self.db, key, value).map(drop),
            _ => {
                self.report(Fault::Stray, told(key), "nothing is kept under such a name");
                Ok(())
            }
        }
    }
}
