//! Erasing a record: every version of it is written over by a marker, and what
//! holds or tells of its content goes. It is the only write that touches history.

use std::collections::{BTreeMap, BTreeSet};

use sled::IVec;

use super::commit::Commit;
use super::keys::{self, Place, REVISION_BYTES};
use super::prepare;
use super::record::envelope;
use super::record::log::Value as _;
use super::record::pruning::LeftBehind;
use super::record::version::{Remains, Version};
use super::source::Source as _;
use crate::domain::id::{RecordName, StatementId, StatementName};
use crate::domain::record::{Committed, Record};
use crate::domain::revision::Revision;
use crate::store::{ChangeKind, Erased, Erasure, Error};

impl Commit<'_, '_> {
    /// Erases a record, an article with its statements.
    pub(super) fn erase(&mut self, name: &RecordName, erasure: &Erasure) -> Result<(), Error> {
        let place = self.place_or_new(name)?;
        self.erase_at(name, &place, erasure)?;
        let (RecordName::Article(article), Some(iid)) = (name, place.iid()) else { return Ok(()) };
        let versions = self.group.keys_below(&Place::statements(iid))?;
        let places: BTreeSet<Vec<u8>> = versions
            .iter()
            .filter_map(|key| Some(Place::of_version(key)?.as_bytes().to_vec()))
            .collect();
        for bytes in places {
            let place = Place::from_bytes(bytes);
            let Some(id) = place.statement_id() else { continue };
            let id = StatementId::new(id).map_err(|error| Error::Corrupt(error.to_string()))?;
            let name = StatementName { article: article.clone(), statement: id };
            self.erase_at(&name.into(), &place, erasure)?;
        }
        Ok(())
    }

    fn erase_at(
        &mut self,
        name: &RecordName,
        place: &Place,
        erasure: &Erasure,
    ) -> Result<(), Error> {
        let before = self.before(place)?;
        if before.as_ref().is_some_and(|before| before.erased) {
            return Ok(());
        }
        if let Some(before) = before.as_ref().filter(|before| before.live.is_some()) {
            for head in before.heads(name) {
                self.tally(&head, -1);
            }
            let count = self.count(name);
            *count = count.saturating_sub(1);
        }
        let mut heads = BTreeSet::new();
        let mut article_version = 0;
        for key in self.versions(place)? {
            article_version = self.erase_version(name, place, &key, erasure, &mut heads)?;
        }
        self.erase_index(place, &heads)?;
        let committed = self.committed(before.as_ref());
        if let Some(before) = &before
            && before.version.committed.revision < self.revision
        {
            self.left_behind.push(place.version(before.version.committed.revision));
        }
        self.store_version(place, &marker(name, article_version, committed, erasure));
        let erased =
            Erased { name: name.clone(), erasure: erasure.clone(), revision: self.revision };
        let group = &mut *self.group;
        erased.seal(&keys::erased(name), |key, value| group.put(key, value));
        self.note(name.clone(), ChangeKind::Erased);
        Ok(())
    }

    /// The keys of the versions at a place, the oldest first.
    fn versions(&self, place: &Place) -> Result<Vec<IVec>, Error> {
        let length = place.as_bytes().len() + REVISION_BYTES;
        let mut keys = self.group.keys_below(place.as_bytes())?;
        keys.retain(|key| key.len() == length);
        keys.sort_by(|one, other| other.cmp(one));
        Ok(keys)
    }

    /// Writes a marker over a version, and removes its text; notes the heads of its
    /// index entries. Tells an article's version.
    fn erase_version(
        &mut self,
        name: &RecordName,
        place: &Place,
        key: &IVec,
        erasure: &Erasure,
        heads: &mut BTreeSet<Vec<u8>>,
    ) -> Result<u32, Error> {
        let Some(value) = self.group.get(key)? else { return Ok(0) };
        let version = Version::open(self.group, key, &value)?;
        let article_version = match version.deleted {
            true => version.remains(key)?.article_version,
            false => {
                let record = version.record(key)?.value;
                heads.extend(prepare::all_heads(name, &record, &version.committed));
                if let Record::Article(article) = &record { article.version } else { 0 }
            }
        };
        if let (Some(body), Some(iid)) = (version.body, place.iid()) {
            for chunk in 0..body.chunks {
                self.group.remove(&keys::body(iid, body.revision, chunk));
            }
        }
        for continuation in envelope::continuation_keys(key, &value) {
            self.group.remove(&continuation);
        }
        let group = &mut *self.group;
        let marker = marker(name, article_version, version.committed, erasure);
        marker.seal(key, |key, value| group.put(key, value));
        Ok(article_version)
    }

    /// Removes the index entries that ever led to a place, also from what commits
    /// left behind: their keys hold names and words. The hash of an address stays,
    /// so that it still leads to the marker.
    fn erase_index(&mut self, place: &Place, heads: &BTreeSet<Vec<u8>>) -> Result<(), Error> {
        let mut noted: BTreeMap<Revision, Vec<IVec>> = BTreeMap::new();
        for head in heads {
            let head_and_place = [head.as_slice(), place.untagged()].concat();
            for key in self.group.keys_below(&head_and_place)? {
                if key.len() != head_and_place.len() + REVISION_BYTES {
                    continue;
                }
                let value = self.group.get(&key)?;
                if let Some(end) = value.as_deref().and_then(keys::end_of) {
                    noted.entry(end).or_default().push(key.clone());
                }
                self.group.remove(&key);
            }
        }
        for (revision, keys) in noted {
            self.forget_left_behind(revision, &keys)?;
        }
        Ok(())
    }

    fn forget_left_behind(&mut self, revision: Revision, gone: &[IVec]) -> Result<(), Error> {
        let note = keys::left_behind(revision);
        let Some(value) = self.group.get(&note)? else { return Ok(()) };
        let LeftBehind(mut keys) = LeftBehind::open(self.group, &note, &value)?;
        keys.retain(|key| !gone.iter().any(|gone| gone.as_ref() == key.as_slice()));
        for continuation in envelope::continuation_keys(&note, &value) {
            self.group.remove(&continuation);
        }
        let group = &mut *self.group;
        LeftBehind(keys).seal(&note, |key, value| group.put(key, value));
        Ok(())
    }
}

/// What stands in the place of a version.
fn marker(
    name: &RecordName,
    article_version: u32,
    committed: Committed,
    erasure: &Erasure,
) -> Version {
    let erasure = Some(erasure.clone());
    let remains = Remains { name: name.clone(), article_version, url: None, erasure };
    Version { committed, body: None, deleted: true, payload: remains.pack() }
}
