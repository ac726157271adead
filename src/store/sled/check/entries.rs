//! Index entries: each leads to a record that has what it says, for as long as it
//! holds and no longer.

use sled::IVec;

use super::super::keys::{self, IndexKey, REVISION_BYTES};
use super::super::prepare;
use super::super::reader::version_at;
use super::super::record::envelope::told;
use super::super::source::Source as _;
use super::Look;
use crate::domain::record::Record;
use crate::domain::revision::Revision;
use crate::store::{Error, Fault};

/// What a place has at a revision, as an index entry says it.
enum Leads {
    /// To a record that has it.
    There,
    /// To one that has not, or to none; the words say which.
    Astray(String),
    /// To one that was erased, so that nobody can tell.
    Erased,
}

impl Look<'_> {
    /// An entry of an index.
    pub(super) fn index_entry(&mut self, key: &[u8], value: &IVec) -> Result<(), Error> {
        let Some(parts) = IndexKey::of(key) else {
            self.report(Fault::Stray, told(key), "its key is cut short");
            return Ok(());
        };
        if self.pin.is_later(parts.from) {
            return Ok(());
        }
        let end = keys::end_of(value);
        if end.is_none() && !value.is_empty() {
            self.report(Fault::Unreadable, told(key), "it is cut short");
            return Ok(());
        }
        if end.is_some_and(|end| end < parts.from) {
            self.report(Fault::Index, told(key), "it ends before it begins");
            return Ok(());
        }
        if end.is_some_and(|end| end <= self.pin.floor.revision && end > Revision::ZERO) {
            self.report(Fault::Stray, told(key), "it ended in history that is not held");
            return Ok(());
        }
        self.follows_its_like(key, &parts);
        // What came and went within one commit led nowhere.
        if end != Some(parts.from) {
            self.leads_through(key, &parts, end.filter(|end| !self.pin.is_later(*end)))?;
        }
        Ok(())
    }

    /// That it does not hold together with one of the same record.
    fn follows_its_like(&mut self, key: &[u8], parts: &IndexKey<'_>) {
        let Some((before, end)) = &self.carried.index else { return };
        let length = key.len() - REVISION_BYTES;
        let alike = before.len() == key.len() && before.get(..length) == key.get(..length);
        if alike && end.is_none_or(|end| end > parts.from) {
            self.report(Fault::Index, told(key), "it holds at the same time as one before it");
        }
    }

    fn leads_through(
        &mut self,
        key: &[u8],
        parts: &IndexKey<'_>,
        end: Option<Revision>,
    ) -> Result<(), Error> {
        let first = parts.from.max(self.pin.floor.revision);
        let last = end.map_or(self.pin.head.revision, |end| Revision(end.0 - 1));
        for at in [first, last] {
            if let Leads::Astray(what) = self.leads(parts, at)? {
                let detail = format!("at revision {at} it leads to {what}");
                self.report(Fault::Index, told(key), detail);
                return Ok(());
            }
        }
        let begun = version_at(self.db, first, &parts.place)?;
        let begins = begun.is_some_and(|(_, version)| version.committed.revision == parts.from);
        if parts.from > self.pin.floor.revision && !begins {
            let detail = format!("revision {} did not write the record", parts.from);
            self.report(Fault::Index, told(key), detail);
        }
        let Some(end) = end else { return Ok(()) };
        // Taken up again by the commit that ended it, there is another entry.
        let again = [parts.head, parts.place.untagged(), &end.0.to_be_bytes()].concat();
        if matches!(self.leads(parts, end)?, Leads::There) && self.db.get(&again)?.is_none() {
            let detail = format!("it ended at revision {end}, where the record still has it");
            self.report(Fault::Index, told(key), detail);
        }
        Ok(())
    }

    fn leads(&self, parts: &IndexKey<'_>, at: Revision) -> Result<Leads, Error> {
        let Some((key, version)) = version_at(self.db, at, &parts.place)? else {
            return Ok(Leads::Astray("nothing".into()));
        };
        if version.deleted {
            let remains = version.remains(&key)?;
            let same = remains.url.as_ref().map(keys::url_head);
            return Ok(match (parts.is_url(), remains.erasure) {
                (true, Some(_)) => Leads::Erased,
                (true, None) if same.as_deref() == Some(parts.head) => Leads::There,
                _ => Leads::Astray(format!("{}, which is deleted", remains.name)),
            });
        }
        let stored = version.record(&key)?;
        let has_it = match &stored.value {
            Record::Article(article) if parts.is_url() => {
                let url = article.canonical_url.as_ref().map(keys::url_head);
                url.as_deref() == Some(parts.head)
            }
            record => {
                let heads = prepare::all_heads(&stored.name, record, &stored.committed);
                heads.iter().any(|head| head == parts.head)
            }
        };
        Ok(match has_it {
            true => Leads::There,
            false => Leads::Astray(format!("{}, which does not have it", stored.name)),
        })
    }

    /// A counter of index entries. How many there are is counted when these are
    /// walked over; one without any is stray.
    pub(super) fn counter(&mut self, key: &[u8], value: &IVec) -> Result<(), Error> {
        let number = value.as_ref().try_into().map(u64::from_be_bytes);
        if !number.is_ok_and(|number| number > 0) {
            self.report(Fault::Unreadable, told(key), "it is no number above 0");
            return Ok(());
        }
        if self.db.scan_prefix(keys::counted(key)).next().is_none() {
            self.report(Fault::Count, told(key), "nothing is there that it counts");
        }
        Ok(())
    }
}
