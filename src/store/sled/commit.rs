//! One batch on its way into a group: judged, then carried out.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use uuid::Uuid;

use super::group::Group;
use super::judge;
use super::keys::{self, Iid, Place};
use super::places;
use super::prepare::{self, Prepared, Put, Step, Text};
use super::record::envelope;
use super::record::log::Value as _;
use super::record::pruning::LeftBehind;
use super::record::version::{BodyAt, Remains, Version};
use super::requests;
use crate::domain::entity::Entity;
use crate::domain::id::{BatchId, EntityId, RecordName};
use crate::domain::record::{Committed, Record, Times};
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::domain::time::Timestamp;
use crate::store::{Applied, Change, ChangeKind, Conflict, Counts, Error, Head, Remembered};

/// Carries out a batch in a group, whole or not at all.
pub(super) fn apply(group: &mut Group<'_>, batch: Prepared) -> Result<Applied, Error> {
    let head = group.head;
    let applied = judge::judge(group, &batch.require)
        .and_then(|()| Commit::new(group, batch.time)?.carry_out(batch));
    match applied {
        Ok(applied) => {
            group.keep();
            Ok(applied)
        }
        Err(error) => {
            group.take_back();
            group.head = head;
            Err(error)
        }
    }
}

/// A commit that is being made.
pub(super) struct Commit<'g, 'db> {
    pub(super) group: &'g mut Group<'db>,
    pub(super) revision: Revision,
    time: Timestamp,
    new_articles: u32,
    new_entities: u32,
    records: Vec<(RecordName, ChangeKind)>,
    pub(super) counts: Counts,
    /// By how much the counters change.
    pub(super) counted: BTreeMap<Vec<u8>, i64>,
    /// The keys of what only readers before it will see.
    pub(super) left_behind: Vec<Vec<u8>>,
}

/// A record as it stood before a mutation.
pub(super) struct Before {
    pub(super) version: Version,
    /// Where it was live.
    pub(super) live: Option<Record>,
    /// The address that it had, or had last.
    pub(super) url: Option<CanonicalUrl>,
    /// Whether it was erased.
    pub(super) erased: bool,
}

impl Before {
    pub(super) fn heads(&self, name: &RecordName) -> Vec<Vec<u8>> {
        let Some(record) = &self.live else { return Vec::new() };
        prepare::all_heads(name, record, &self.version.committed)
    }

    /// Where its text stands, if that has this hash.
    fn body_of(&self, hash: &[u8; 32]) -> Option<BodyAt> {
        match &self.live {
            Some(Record::Article(article)) if article.body.hash.as_ref() == Some(hash) => {
                self.version.body
            }
            _ => None,
        }
    }
}

impl<'g, 'db> Commit<'g, 'db> {
    fn new(group: &'g mut Group<'db>, asked: Timestamp) -> Result<Self, Error> {
        Ok(Self {
            revision: group.head.revision.next(),
            time: next_time(group.head, asked)?,
            new_articles: 0,
            new_entities: 0,
            records: Vec::new(),
            counts: group.head.counts,
            counted: BTreeMap::new(),
            left_behind: Vec::new(),
            group,
        })
    }

    fn carry_out(mut self, batch: Prepared) -> Result<Applied, Error> {
        for step in batch.steps {
            match step {
                Step::Put(put) => self.put(*put)?,
                Step::Delete(name) => self.delete(&name)?,
                Step::Erase(name, erasure) => self.erase(&name, &erasure)?,
                Step::Ensure(id, entity) => self.ensure(&id, *entity)?,
            }
        }
        if self.records.is_empty() && batch.remember.is_none() {
            let Head { revision, time, .. } = self.group.head;
            return Ok(Applied { revision, time: time.unwrap_or(batch.time) });
        }
        let request_id = batch.remember.as_ref().map(|(key, _)| key.request_id);
        if let Some((key, remembered)) = batch.remember {
            requests::remember(
                self.group,
                &key,
                Remembered { revision: self.revision, ..remembered },
            )?;
        }
        self.settle_counters()?;
        self.note_left_behind();
        self.log(batch.principal, batch.batch, request_id);
        let (revision, time) = (self.revision, self.time);
        self.group.head = Head { revision, time: Some(time), counts: self.counts };
        Ok(Applied { revision, time })
    }

    fn log(&mut self, principal: String, batch: Option<BatchId>, request_id: Option<Uuid>) {
        let change = Change {
            revision: self.revision,
            previous: self.group.head.revision,
            time: self.time,
            principal,
            batch,
            request_id,
            records: std::mem::take(&mut self.records),
        };
        let group = &mut *self.group;
        change.seal(&keys::change(self.revision), |key, value| group.put(key, value));
    }

    fn put(&mut self, put: Put) -> Result<(), Error> {
        let place = self.place_or_new(&put.name)?;
        let before = self.before(&place)?;
        if before.as_ref().is_some_and(|before| before.erased) {
            return Err(Error::Conflict(Conflict::Erased(put.name)));
        }
        if let RecordName::Article(_) = put.name {
            self.index_url(&place, before.as_ref(), put.url.as_ref())?;
        }
        let body = self.store_text(&put.name, &place, before.as_ref(), put.text)?;
        let live = before.as_ref().is_some_and(|before| before.live.is_some());
        if !live {
            *self.count(&put.name) += 1;
        }
        let mut committed = self.committed(before.as_ref());
        if let Some(Times { create_time, update_time }) = put.times {
            committed = Committed { create_time, update_time, ..committed };
        }
        let old_heads = before.as_ref().map(|before| before.heads(&put.name)).unwrap_or_default();
        let heads = prepare::with_creation(put.heads, &put.name, &committed);
        self.reindex(&place, &old_heads, &heads)?;
        let version = Version { committed, body, deleted: false, payload: put.payload };
        self.store_version(&place, &version);
        self.leave_behind(&place, before.as_ref(), body);
        self.note(put.name, if live { ChangeKind::Updated } else { ChangeKind::Created });
        Ok(())
    }

    fn delete(&mut self, name: &RecordName) -> Result<(), Error> {
        let Some(place) = places::place(self.group, name)? else { return Ok(()) };
        let Some(before) = self.before(&place)? else { return Ok(()) };
        let Some(record) = &before.live else { return Ok(()) };
        self.reindex(&place, &before.heads(name), &[])?;
        let article_version = match record {
            Record::Article(article) => article.version,
            Record::Statement(_) | Record::Entity(_) => 0,
        };
        let committed = self.committed(Some(&before));
        let url = before.url.clone();
        let remains = Remains { name: name.clone(), article_version, url, erasure: None };
        let payload = remains.pack();
        self.store_version(&place, &Version { committed, body: None, deleted: true, payload });
        self.leave_behind(&place, Some(&before), None);
        let count = self.count(name);
        *count = count.saturating_sub(1);
        self.note(name.clone(), ChangeKind::Deleted);
        Ok(())
    }

    fn ensure(&mut self, id: &EntityId, listed: Entity) -> Result<(), Error> {
        let name = RecordName::Entity(id.clone());
        let stored = match places::place(self.group, &name)? {
            Some(place) => self.before(&place)?.and_then(|before| before.live),
            None => None,
        };
        let entity = match stored {
            Some(Record::Entity(mut entity)) => {
                if !entity.unite(&listed) {
                    return Ok(());
                }
                entity
            }
            _ => Box::new(listed),
        };
        self.put(Put::new(name, Record::Entity(entity))?)
    }

    /// The record as it stands, whatever this commit did to it already.
    pub(super) fn before(&self, place: &Place) -> Result<Option<Before>, Error> {
        let Some((key, version)) = self.group.newest(place)? else { return Ok(None) };
        if version.deleted {
            let Remains { url, erasure, .. } = version.remains(&key)?;
            let erased = erasure.is_some();
            return Ok(Some(Before { version, live: None, url, erased }));
        }
        let record = version.record(&key)?.value;
        let url = match &record {
            Record::Article(article) => article.canonical_url.clone(),
            Record::Statement(_) | Record::Entity(_) => None,
        };
        Ok(Some(Before { version, live: Some(record), url, erased: false }))
    }

    pub(super) fn committed(&self, before: Option<&Before>) -> Committed {
        let first = before.map(|before| &before.version.committed);
        Committed {
            revision: self.revision,
            create_revision: first.map_or(self.revision, |first| first.create_revision),
            create_time: first.map_or(self.time, |first| first.create_time),
            update_time: self.time,
        }
    }

    pub(super) fn store_version(&mut self, place: &Place, version: &Version) {
        let group = &mut *self.group;
        version.seal(&place.version(self.revision), |key, value| group.put(key, value));
    }

    /// Leaves the version before behind, and its text where that stays no longer:
    /// what the next version shares lives on. Nothing else points to a text, since
    /// versions share it with the one before them only.
    fn leave_behind(&mut self, place: &Place, before: Option<&Before>, body: Option<BodyAt>) {
        let Some(Before { version, .. }) = before else { return };
        // A second state in one commit stands where the first one stood.
        if version.committed.revision < self.revision {
            self.left_behind.push(place.version(version.committed.revision));
        }
        if let (Some(left), Some(iid)) = (version.body, place.iid())
            && body.is_none_or(|body| body.revision != left.revision)
        {
            let chunks = 0..left.chunks;
            self.left_behind.extend(chunks.map(|chunk| keys::body(iid, left.revision, chunk)));
        }
    }

    /// Writes down what pruning up to this commit can let go of.
    fn note_left_behind(&mut self) {
        let left_behind = LeftBehind(std::mem::take(&mut self.left_behind));
        if left_behind.0.is_empty() {
            return;
        }
        let group = &mut *self.group;
        let key = keys::left_behind(self.revision);
        left_behind.seal(&key, |key, value| group.put(key, value));
    }

    /// Says in the change log what was done to a record; of several things the
    /// sum, where a batch goes back to a name.
    pub(super) fn note(&mut self, name: RecordName, kind: ChangeKind) {
        match self.records.iter_mut().find(|(known, _)| *known == name) {
            Some((_, ChangeKind::Created)) if kind == ChangeKind::Updated => {}
            Some((_, known)) => *known = kind,
            None => self.records.push((name, kind)),
        }
    }

    pub(super) fn count(&mut self, name: &RecordName) -> &mut u64 {
        match name {
            RecordName::Article(_) => &mut self.counts.articles,
            RecordName::Statement(_) => &mut self.counts.statements,
            RecordName::Entity(_) => &mut self.counts.entities,
        }
    }

    /// Where the record stands or is to stand.
    pub(super) fn place_or_new(&mut self, name: &RecordName) -> Result<Place, Error> {
        Ok(match name {
            RecordName::Article(id) => Place::article(self.iid(keys::ARTICLE_ID, id.as_str())?),
            RecordName::Entity(id) => Place::entity(self.iid(keys::ENTITY_ID, id.as_str())?),
            RecordName::Statement(name) => {
                let article = self.iid(keys::ARTICLE_ID, name.article.as_str())?;
                Place::statement(article, name.statement.as_str())
            }
        })
    }

    /// The internal id of an article or entity, given out now if it has none.
    fn iid(&mut self, tag: u8, id: &str) -> Result<Iid, Error> {
        if let Some(iid) = places::iid(self.group, tag, id)? {
            return Ok(iid);
        }
        let given = match tag {
            keys::ARTICLE_ID => &mut self.new_articles,
            _ => &mut self.new_entities,
        };
        let iid = Iid::new(self.revision, *given).ok_or_else(|| {
            Error::Full("one commit makes at most 4,096 articles and 4,096 entities".into())
        })?;
        *given += 1;
        self.group.put(&keys::name(tag, id), iid.as_bytes());
        Ok(iid)
    }

    /// Stores the text of an article, unless it is stored already.
    fn store_text(
        &mut self,
        name: &RecordName,
        place: &Place,
        before: Option<&Before>,
        text: Text,
    ) -> Result<Option<BodyAt>, Error> {
        let stored = |hash: &[u8; 32]| before.and_then(|before| before.body_of(hash));
        match text {
            Text::None => Ok(None),
            Text::Stored(hash) => match (stored(&hash), before) {
                (Some(body), _) => Ok(Some(body)),
                (None, Some(Before { version, live: Some(_), .. })) => {
                    let found = version.committed.revision;
                    Err(Error::Conflict(Conflict::Changed { name: name.clone(), found }))
                }
                (None, _) => Err(Error::Conflict(Conflict::Missing(name.clone()))),
            },
            Text::New { hash, bytes, chunks } => match (stored(&hash), place.iid()) {
                (Some(body), _) => Ok(Some(body)),
                (None, Some(iid)) => Ok(Some(self.store_chunks(iid, bytes, &chunks))),
                (None, None) => Err(Error::Internal(format!("{name} has no place"))),
            },
        }
    }

    fn store_chunks(&mut self, iid: Iid, bytes: u32, chunks: &[Vec<u8>]) -> BodyAt {
        let mut count = 0;
        let group = &mut *self.group;
        for chunk in chunks {
            let key = keys::body(iid, self.revision, count);
            envelope::seal(&key, 0, chunk, |key, value| group.put(key, value));
            count += 1;
        }
        BodyAt { revision: self.revision, chunks: count, bytes }
    }
}

/// The caller's time, or the first one after the commit before.
fn next_time(head: Head, asked: Timestamp) -> Result<Timestamp, Error> {
    let Some(before) = head.time else { return Ok(asked) };
    let after = before
        .checked_add(SignedDuration::from_nanos(1))
        .map_err(|_| Error::Internal("no time is left after the last commit's".into()))?;
    Ok(asked.max(after))
}
