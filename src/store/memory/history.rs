//! Every version of every record, the change log and the remembered requests.

use std::collections::{BTreeMap, BTreeSet};

use super::draft::{Draft, Drafted};
use crate::domain::id::RecordName;
use crate::domain::record::{Committed, Record, Stored, Times};
use crate::domain::revision::Revision;
use crate::domain::text::CanonicalUrl;
use crate::domain::time::Timestamp;
use crate::store::{
    Applied, At, Change, ChangeKind, Counts, Deleted, Erased, Erasure, Error, Floor, Head,
    Remembered, RequestKey, State, WriteBatch,
};

/// Where a name stands in the order of creation: the commit that first had it,
/// and its place among the names that were new there.
pub(super) type Place = (Revision, usize);

/// All that was ever committed.
#[derive(Default)]
pub(super) struct History {
    records: BTreeMap<RecordName, Past>,
    log: Vec<Change>,
    requests: BTreeMap<RequestKey, Remembered>,
    head: Head,
    floor: Floor,
}

/// All that a name ever was.
pub(super) struct Past {
    pub(super) place: Place,
    /// In the order of their revisions; never empty.
    versions: Vec<Version>,
}

/// One state of a record.
#[derive(Clone)]
pub(super) struct Version {
    pub(super) committed: Committed,
    /// `None` where it was deleted.
    pub(super) record: Option<Record>,
    /// For articles: the version of the body, kept across deletions.
    pub(super) article_version: u32,
    /// For articles: the hash of the address, kept across deletions.
    pub(super) address: Option<blake3::Hash>,
    /// Where nothing else is left of it.
    pub(super) erasure: Option<Erasure>,
}

impl Version {
    /// The record with its name, where it was not deleted.
    pub(super) fn stored(&self, name: &RecordName) -> Option<Stored> {
        let value = self.record.clone()?;
        Some(Stored { name: name.clone(), value, committed: self.committed })
    }

    pub(super) fn deleted(&self) -> Deleted {
        let Self { committed, article_version, .. } = *self;
        Deleted { committed, article_version, erasure: self.erasure.clone() }
    }
}

impl Past {
    /// The versions at or before `revision`, the oldest first.
    pub(super) fn until(&self, revision: Revision) -> &[Version] {
        let count = self.versions.partition_point(|version| version.committed.revision <= revision);
        self.versions.get(..count).unwrap_or_default()
    }

    /// Leaves nothing of its versions but that there were some.
    fn erase(&mut self, erasure: &Erasure) {
        for version in &mut self.versions {
            version.record = None;
            version.erasure = Some(erasure.clone());
        }
    }

    pub(super) fn newest(&self) -> Option<&Version> {
        self.versions.last()
    }

    pub(super) fn at(&self, revision: Revision) -> Option<&Version> {
        self.until(revision).last()
    }
}

impl History {
    pub(super) fn head(&self) -> Head {
        self.head
    }

    /// The commits that are held, in their order.
    pub(super) fn log(&self) -> impl Iterator<Item = &Change> {
        self.log.iter()
    }

    pub(super) fn past(&self, name: &RecordName) -> Option<&Past> {
        self.records.get(name)
    }

    /// Every name that was ever committed, with what it was.
    pub(super) fn pasts(&self) -> impl Iterator<Item = (&RecordName, &Past)> {
        self.records.iter()
    }

    /// Whether the record that had the name was erased.
    pub(super) fn is_erased(&self, name: &RecordName) -> bool {
        let newest = self.records.get(name).and_then(Past::newest);
        newest.is_some_and(|newest| newest.erasure.is_some())
    }

    /// The erasures of names behind one, in the order of their texts.
    pub(super) fn erasures(&self, after: Option<&RecordName>, limit: usize) -> Vec<Erased> {
        let erased = self.records.iter().filter_map(|(name, past)| {
            let newest = past.newest()?;
            let (erasure, revision) = (newest.erasure.clone()?, newest.committed.revision);
            Some((name.to_string(), Erased { name: name.clone(), erasure, revision }))
        });
        let after = after.map(RecordName::to_string);
        let behind = erased.filter(|(text, _)| after.as_ref().is_none_or(|after| text > after));
        let sorted: BTreeMap<String, Erased> = behind.collect();
        sorted.into_values().take(limit).collect()
    }

    /// The newest version of a record that is live.
    pub(super) fn live(&self, name: &RecordName) -> Option<(&Version, &Record)> {
        let version = self.records.get(name)?.versions.last()?;
        version.record.as_ref().map(|record| (version, record))
    }

    pub(super) fn state(&self, name: &RecordName, revision: Revision) -> State {
        match self.records.get(name).and_then(|past| past.at(revision)) {
            None => State::Never,
            Some(version) => match version.stored(name) {
                Some(stored) => State::Live(stored),
                None => State::Deleted(version.deleted()),
            },
        }
    }

    /// The revision that a reader pins.
    pub(super) fn pin(&self, at: At) -> Result<Revision, Error> {
        let newest = |count: usize| self.log.get(..count).unwrap_or_default().last();
        match at {
            At::Head => Ok(self.head.revision),
            At::Revision(asked) if asked > self.head.revision || asked < self.floor.revision => {
                Err(self.out_of_range(&at))
            }
            At::Revision(asked) => {
                let count = self.log.partition_point(|change| change.revision <= asked);
                Ok(newest(count).map_or(Revision::ZERO, |change| change.revision))
            }
            At::Time(asked) => {
                let count = self.log.partition_point(|change| change.time <= asked);
                let change = newest(count);
                change.map(|change| change.revision).ok_or_else(|| self.out_of_range(&at))
            }
        }
    }

    pub(super) fn out_of_range(&self, asked: &At) -> Error {
        Error::out_of_range(asked, self.floor, self.head)
    }

    pub(super) fn changes(&self, after: Revision, limit: usize) -> Result<Vec<Change>, Error> {
        if after < self.floor.revision {
            return Err(self.out_of_range(&At::Revision(after)));
        }
        let newer = self.log.iter().filter(|change| change.revision > after);
        Ok(newer.take(limit).cloned().collect())
    }

    /// The floor that pruning comes to in one step.
    pub(super) fn next_floor(&self, up_to: Revision, budget: usize) -> Option<Floor> {
        let mut spent = 0;
        let mut next = None;
        let newer = self.log.iter().filter(|change| change.revision > self.floor.revision);
        for change in newer.take_while(|change| change.revision <= up_to) {
            next = Some(Floor { revision: change.revision, time: Some(change.time) });
            spent += 1 + change.records.len();
            if spent >= budget {
                break;
            }
        }
        next
    }

    /// Lets go of what only readers under the floor could see.
    pub(super) fn prune(&mut self, floor: Floor) {
        self.floor = floor;
        self.log.retain(|change| change.revision >= floor.revision);
        for past in self.records.values_mut() {
            let replaced = past.until(floor.revision).len().saturating_sub(1);
            past.versions.drain(..replaced);
        }
    }

    pub(super) fn remembered(&self, key: &RequestKey, now: Timestamp) -> Option<Remembered> {
        self.requests.get(key).filter(|remembered| now < remembered.expires).cloned()
    }

    /// Applies a batch whole, or not at all.
    pub(super) fn commit(&mut self, batch: WriteBatch) -> Result<Applied, Error> {
        let time = self.next_time(batch.time)?;
        let records = Draft::of(self, &batch)?.into_records();
        if records.is_empty() && batch.remember.is_none() {
            let Head { revision, time, .. } = self.head;
            return Ok(Applied { revision, time: time.unwrap_or(batch.time) });
        }
        let applied = Applied { revision: self.head.revision.next(), time };
        let records = self.store(records, applied);
        let request_id = batch.remember.as_ref().map(|(key, _)| key.request_id);
        self.remember(batch.remember, batch.time, applied.revision);
        self.log.push(Change {
            revision: applied.revision,
            previous: self.head.revision,
            time,
            principal: batch.principal,
            batch: batch.batch,
            request_id,
            records,
        });
        self.head =
            Head { revision: applied.revision, time: Some(time), counts: self.count_live() };
        Ok(applied)
    }

    /// The caller's time, or the first one after the commit before.
    fn next_time(&self, asked: Timestamp) -> Result<Timestamp, Error> {
        let Some(before) = self.head.time else { return Ok(asked) };
        let after = before
            .checked_add(jiff::SignedDuration::from_nanos(1))
            .map_err(|_| Error::Internal("no time is left after the last commit's".into()))?;
        Ok(asked.max(after))
    }

    /// Adds a version to each record; says what was done to which.
    fn store(&mut self, records: Vec<Drafted>, applied: Applied) -> Vec<(RecordName, ChangeKind)> {
        let mut done = Vec::new();
        for (ordinal, drafted) in records.into_iter().enumerate() {
            let Drafted { name, record, times, erasure } = drafted;
            let kind = match (self.live(&name), &record) {
                _ if erasure.is_some() => ChangeKind::Erased,
                (None, _) => ChangeKind::Created,
                (Some(_), Some(_)) => ChangeKind::Updated,
                (Some(_), None) => ChangeKind::Deleted,
            };
            let place = (applied.revision, ordinal);
            let past = self.records.entry(name.clone());
            let past = past.or_insert_with(|| Past { place, versions: Vec::new() });
            let mut version = next_version(past.versions.last(), record, applied);
            if let Some(Times { create_time, update_time }) = times {
                version.committed = Committed { create_time, update_time, ..version.committed };
            }
            if let Some(erasure) = erasure {
                past.erase(&erasure);
                version.erasure = Some(erasure);
            }
            past.versions.push(version);
            done.push((name, kind));
        }
        done
    }

    fn remember(
        &mut self,
        remember: Option<(RequestKey, Remembered)>,
        now: Timestamp,
        revision: Revision,
    ) {
        self.requests.retain(|_, remembered| now < remembered.expires);
        let remember = remember.map(|(key, known)| (key, Remembered { revision, ..known }));
        self.requests.extend(remember);
    }

    fn count_live(&self) -> Counts {
        let mut counts = Counts::default();
        let (mut outlets, mut speakers) = (BTreeSet::new(), BTreeSet::new());
        for record in self.records.keys().filter_map(|name| self.live(name)) {
            match record.1 {
                Record::Article(article) => {
                    counts.articles += 1;
                    outlets.extend(article.publisher.key());
                }
                Record::Statement(statement) => {
                    counts.statements += 1;
                    speakers.extend(statement.speaker_entity());
                }
                Record::Entity(_) => counts.entities += 1,
            }
        }
        counts.outlets = outlets.len() as u64;
        counts.speakers = speakers.len() as u64;
        counts
    }
}

fn next_version(before: Option<&Version>, record: Option<Record>, applied: Applied) -> Version {
    let Applied { revision, time } = applied;
    let (create_revision, create_time) = match before {
        Some(before) => (before.committed.create_revision, before.committed.create_time),
        None => (revision, time),
    };
    let article_version = match (&record, before) {
        (Some(Record::Article(article)), _) => article.version,
        (None, Some(before)) => before.article_version,
        _ => 0,
    };
    let address = match &record {
        Some(Record::Article(article)) => article.canonical_url.as_ref().map(address_hash),
        _ => before.and_then(|before| before.address),
    };
    let committed = Committed { revision, create_revision, create_time, update_time: time };
    Version { committed, record, article_version, address, erasure: None }
}

/// What is kept of an address.
pub(super) fn address_hash(url: &CanonicalUrl) -> blake3::Hash {
    blake3::hash(url.as_str().as_bytes())
}
